"""The rights calendar: what a creator's posts may be used for, until when, and what stops then.

Spark codes run 7, 30, 60 or 365 days; ads stop the day after the last one. Usage rights,
exclusivity and the deal itself end with the agreement; a cut of a commission rate reaches a creator
who already promotes only after the platform's protection (`policy.commission.lock_days`).
"""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from kit import metrics, words
from kit.metrics.periods import last_days

# A right that ended so recently is still shown: whoever forgot it can still ask for another.
SHOWN_AFTER_DAYS = 14
WORDS = {
    "video_code": "Spark code",
    "mass": "ad authorisation of all posts",
    "business_center": "ad authorisation by Business Center",
    "usage": "right to use posts as ads",
    "exclusivity": "exclusivity",
    "agreement": "agreement",
    "protection": "old commission rate, protected",
}
STATES = ("ended", "ends in the flight", "ends soon", "in force")
COLUMNS = [
    *("right", "creator_id", "post_id", "begins_on", "ends_on", "days_left", "state", "stops"),
    *("flight_from", "flight_to", "spend"),
]


def calendar(client: Any, as_of: date | str, soon_days: int = 14) -> pd.DataFrame:
    """One row per right with an end that still holds on `as_of` or ended in the last 14 days.

    right is a key of `WORDS`; post_id only of a video's code; begins_on and ends_on are its first
    and last day; days_left counts to the last (negative: ended). state: ended; ends in the flight
    (a planned flight runs past it); ends soon (within `soon_days`); in force. stops says what
    ends with it, empty where another right goes on for longer. spend is what the posts it covers
    spent on ads in the last 28 days, in the client's currency. The first to end stands first.
    """
    day = pd.Timestamp(metrics.as_day(as_of))
    rows = pd.concat(
        [_codes(client, day), _deals(client, day), _protections(client, day)], ignore_index=True
    )
    rows = rows[rows["ends_on"].notna()]
    rows = rows.assign(days_left=(rows["ends_on"] - day).dt.days)
    over = rows["stops"].eq("") & (rows["days_left"] < 0)
    rows = rows[(rows["days_left"] >= -SHOWN_AFTER_DAYS) & ~over].copy()
    flies_past = rows["flight_to"].gt(rows["ends_on"]) & rows["flight_to"].ge(day)
    rows["state"] = np.select(
        [rows["days_left"] < 0, flies_past, rows["days_left"] <= soon_days],
        STATES[:3],
        STATES[3],
    )
    rows["spend"] = _spend(client, as_of, rows)
    rows = rows.sort_values(["ends_on", "right", "creator_id", "post_id"], ignore_index=True)
    return rows[COLUMNS]


def _codes(client: Any, day: pd.Timestamp) -> pd.DataFrame:
    """Ad authorisations given by the day: the last of each post, and of each creator's posts."""
    codes = client.frame("spark_codes")
    codes = codes[codes["authorised_on"].isna() | (codes["authorised_on"] <= day)].copy()
    term = pd.to_timedelta(pd.to_numeric(codes["days"]).astype("Float64"), unit="D")
    codes["ends_on"] = codes["ends_on"].fillna(codes["authorised_on"] + term)
    mass = codes["post_id"].isna()
    codes["open"] = codes["ends_on"].isna()
    codes = codes.sort_values(["open", "ends_on"]).drop_duplicates(
        ["creator_id", "post_id"], keep="last"
    )
    whole = codes[mass.reindex(codes.index)]
    until = whole.set_index("creator_id")["ends_on"].fillna(pd.Timestamp("2200-01-01"))
    longer = pd.to_datetime(codes["creator_id"].map(until.to_dict()))
    outlived = codes["post_id"].notna() & longer.gt(codes["ends_on"])
    stops = np.where(codes["post_id"].isna(), "ads with any of their posts", "ads with this post")
    return pd.DataFrame(
        {
            "right": codes["kind"],
            "creator_id": codes["creator_id"],
            "post_id": codes["post_id"],
            "begins_on": codes["authorised_on"],
            "ends_on": codes["ends_on"],
            "stops": np.where(outlived, "", stops),
            "flight_from": codes["flight_from"],
            "flight_to": codes["flight_to"],
        }
    )


def _deals(client: Any, day: pd.Timestamp) -> pd.DataFrame:
    """Ends told by each creator's newest agreement: usage, exclusivity and the deal itself."""
    deals = client.frame("agreements")
    deals = deals[deals["valid_from"] <= day].sort_values("valid_from")
    deals = deals.drop_duplicates("creator_id", keep="last")
    bound = deals["exclusivity"].isin(["category", "full"])
    of = deals["exclusivity_category"].fillna("")
    free = np.where(of != "", "their posts for others in " + of, "their posts for others")
    parts = {
        "usage": (deals["valid_from"], deals["usage_until"], "ads with any of their posts"),
        "exclusivity": (
            deals["exclusivity_from"].fillna(deals["valid_from"]),
            deals["exclusivity_until"].where(bound),
            [f"nothing keeps back {text} any more" for text in free],
        ),
        "agreement": (deals["valid_from"], deals["valid_to"], "the agreed posts, fee and rate"),
    }
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "right": right,
                    "creator_id": deals["creator_id"],
                    "begins_on": begins,
                    "ends_on": ends,
                    "stops": stops,
                }
            )
            for right, (begins, ends, stops) in parts.items()
        ]
    )


def _protections(client: Any, day: pd.Timestamp) -> pd.DataFrame:
    """Commission cuts that do not reach the creator yet: the old rate holds for so many days."""
    deals = client.frame("agreements").sort_values(["creator_id", "valid_from"])
    rate = pd.to_numeric(deals["commission_rate"]).astype("float64")
    before = rate.groupby(deals["creator_id"]).shift()
    cut = deals[(rate < before) & (deals["valid_from"] <= day)]
    lock = pd.Timedelta(days=client.policy.commission.lock_days - 1)
    old, new = before[cut.index], rate[cut.index]
    return pd.DataFrame(
        {
            "right": "protection",
            "creator_id": cut["creator_id"],
            "begins_on": cut["valid_from"],
            "ends_on": cut["valid_from"] + lock,
            "stops": [
                f"commission falls from {words.percent(a, 0)} to {words.percent(b, 0)}"
                for a, b in zip(old, new, strict=True)
            ],
        }
    )


def _spend(client: Any, as_of: date | str, rows: pd.DataFrame) -> list[float]:
    """Ad spend of the last 28 days on the posts each right covers; 0 where it covers no ads."""
    period = last_days(as_of, 28)
    ads = client.frame("ad_stats")
    inside = (ads["window_end"] >= pd.Timestamp(period.start)) & (
        ads["window_start"] <= pd.Timestamp(period.end)
    )
    home = ads["currency"].isna() | (ads["currency"] == client.currency)
    spent = ads[inside & home & ads["post_id"].notna()].groupby("post_id")["spend"].sum()
    spent = spent.astype("float64")
    maker = client.frame("posts").set_index("post_id")["creator_id"].to_dict()
    by_creator = spent.groupby(spent.index.map(lambda post: maker.get(post, ""))).sum()
    about_ads = {"mass", "business_center", "usage"}
    return [
        float(spent.get(row.post_id, 0.0))
        if isinstance(row.post_id, str)
        else float(by_creator.get(row.creator_id, 0.0))
        if row.right in about_ads
        else 0.0
        for row in rows.itertuples()
    ]


def in_danger(rights: pd.DataFrame) -> pd.DataFrame:
    """The rows that need somebody now: ended, soon to end, or ending under a planned flight."""
    return rights[(rights["state"] != "in force") & (rights["stops"] != "")]
