"""The program's set-up and its newcomers: tiers, deals, budget, build plan and first steps.

The month-by-month plan, the roster targets and the budget are the source article's; the milestones
that say whether a month's work is done are `policy.build`.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas as pd

from kit import break_even, budget, first_posts, metrics, payback, results, spark
from kit.client import Client
from kit.policy import Policy
from kit.stage import program_month

REPORT = "onboarding"
CATEGORIES = ("beauty", "food_cpg", "home_goods", "apparel", "accessories", "supplements")
BUILD_MONTHS = (
    ("1", "Roster development and initial seeding"),
    ("2", "Testing content angles, finding early converters"),
    ("3", "Amplifying proven content, first tier advancement"),
    ("4+", "Scaling and systematization"),
)
DEALS = {
    1: "Commission only, product seeded",
    2: "Modest flat fee plus commission",
    3: "Partnership: higher flat fee and commission, exclusivity possible",
}


def report(client: Client, as_of: date | str, joined_within_days: int = 28) -> results.Findings:
    """The onboarding report: set-up, build plan, budget, deals and the creators who joined lately.

    Newcomers are those whose `joined_on` (else first post) lies in the last `joined_within_days`
    days up to `as_of`.
    """
    as_of = metrics.as_day(as_of)
    people = metrics.people(client, as_of)
    tables = {
        "tiers": tier_setup(people, client.policy),
        "milestones": milestones(client, as_of, people),
        "plan": build_plan(client, as_of),
        "budget": budget.months(client, as_of),
        "running": budget.running(client, as_of),
        "deals": deals_that_do_not_fit(client, as_of, people),
        "newcomers": newcomers(client, as_of, people, joined_within_days),
        "category": category_fit(client),
        "first_posts": first_posts.by_tier(client, as_of),
        "samples": payback.samples(client, as_of, break_even.products(client, as_of)),
    }
    begins = client.program_start()[0] or as_of
    figures = results.figures(
        REPORT,
        _figures(client, as_of, tables),
        first_posts.figures(client, as_of, tables["first_posts"]),
        *budget.figures(tables["budget"], tables["running"]),
        *payback.sample_figures(client, tables["samples"], begins, as_of),
    )
    return results.Findings(REPORT, client.name, as_of, figures, _decisions(tables), tables)


def tier_setup(people: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """One row per tier: follower band, deal, creators on the roster and active, the target.

    `verdict` compares the *active* roster creators with the target, as the article counts them.
    """
    floors = [*policy.tiers.floors, None]
    rows = []
    for tier, (low, high) in enumerate(policy.roster.targets, start=1):
        of_tier = people[people["on_roster"] & (people["tier"] == tier)]
        active = int(of_tier["active"].sum())
        verdict = "below" if active < low else "above" if active > high else "on target"
        rows.append(
            {
                "tier": tier,
                "followers_from": floors[tier - 1],
                "followers_below": floors[tier],
                "deal": DEALS[tier],
                "roster": len(of_tier),
                "active": active,
                "target_low": low,
                "target_high": high,
                "verdict": verdict,
            }
        )
    return pd.DataFrame(rows).astype({"followers_below": "Int64"})


def category_fit(client: Client) -> pd.DataFrame:
    """One row: the client's category and whether it is one of the article's six."""
    category = client.config.category
    return pd.DataFrame([{"category": category, "fits": category in CATEGORIES}])


def build_plan(client: Client, as_of: date) -> pd.DataFrame:
    """One row per stage of the build, with its first and last day and whether it is now.

    Stages are months counted from the program's start; the last one is open.
    """
    start, _ = client.program_start()
    month = program_month(client, as_of)
    rows = []
    for number, (label, work) in enumerate(BUILD_MONTHS, start=1):
        begins = _months_after(start, number - 1) if start else None
        ends = _months_after(start, number) - timedelta(days=1) if start and number < 4 else None
        rows.append(
            {
                "month": label,
                "work": work,
                "starts_on": begins,
                "ends_on": ends,
                "now": month is not None and min(month, 4) == number,
            }
        )
    return pd.DataFrame(rows)


def _months_after(day: date, months: int) -> date:
    return (pd.Timestamp(day) + pd.DateOffset(months=months)).date()


def milestones(client: Client, as_of: date, people: pd.DataFrame) -> pd.DataFrame:
    """One row per milestone of the build plan: what is there on `as_of` against what is wanted.

    Everything is counted up to `as_of`; creators active and sparks are those of the last 28 days,
    and a spark on its creator's record alone is none.
    """
    build = client.policy.build
    posts = client.posts[client.posts["published_on"] <= pd.Timestamp(as_of)]
    active_tier1 = int((people["on_roster"] & people["active"] & (people["tier"] == 1)).sum())
    delivered = int((client.samples["delivered_on"] <= pd.Timestamp(as_of)).sum())
    per_angle = posts["hook_angle"].value_counts()
    sparks = _spark_posts(client, as_of)
    spent_on = _posts_with_spend(client, as_of)
    moves = int((client.tiers["changed_on"] <= pd.Timestamp(as_of)).sum())
    rows = [
        ("1", "Active tier-1 creators", active_tier1, client.policy.roster.targets[0][0]),
        ("1", "Samples delivered", delivered, build.samples_delivered),
        (
            "2",
            f"Hook angles with {build.posts_per_angle} posts or more",
            int((per_angle >= build.posts_per_angle).sum()),
            build.hook_angles,
        ),
        ("2", "Posts that earn paid spend", len(sparks), 1),
        ("3", "Such posts with ad spend behind them", len(sparks & spent_on), 1),
        ("3", "Tier moves recorded", moves, 1),
        (
            "4+",
            f"Weeks of the last four at {client.policy.velocity.target:g} posts",
            _weeks_at_target(client, posts, as_of),
            build.weeks_at_target,
        ),
    ]
    table = pd.DataFrame(rows, columns=["month", "milestone", "reached", "wanted"])
    return table.assign(met=table["reached"] >= table["wanted"])


def _spark_posts(client: Client, as_of: date) -> set[str]:
    candidates = spark.candidates(client, as_of)
    earned = (candidates["verdict"] == "spark") & ~candidates["on_record"]
    return set(candidates.loc[earned, "post_id"])


def _posts_with_spend(client: Client, as_of: date) -> set[str]:
    ads = client.ad_stats
    paid = ads[(ads["spend"] > 0) & (ads["window_start"] <= pd.Timestamp(as_of))]
    return set(paid["post_id"].dropna())


def _weeks_at_target(client: Client, posts: pd.DataFrame, as_of: date) -> int:
    back = (pd.Timestamp(as_of) - posts["published_on"]).dt.days // 7
    weekly = back[back.between(0, 3)].value_counts()
    return int((weekly >= client.policy.velocity.target).sum())


def deals_that_do_not_fit(client: Client, as_of: date, people: pd.DataFrame) -> pd.DataFrame:
    """One row per agreement in force whose terms do not fit its creator's tier, and why.

    A flat fee in tier 1; no flat fee or no commission in tier 2; a tier-3 deal that is not above
    the dearest tier-2 deal in both; a tier-1 commission outside the article's range.
    """
    deals = client.agreements
    day = pd.Timestamp(as_of)
    in_force = (deals["valid_from"] <= day) & (
        deals["valid_to"].isna() | (deals["valid_to"] >= day)
    )
    deals = deals[in_force].merge(people[["creator_id", "tier"]], on="creator_id", how="left")
    tier2 = deals[deals["tier"] == 2]
    low, high = client.policy.commission.tier1
    rate, fee = deals["commission_rate"], deals["flat_fee"].fillna(0)
    faults = [
        (
            deals["tier"].eq(1) & fee.gt(0),
            "a flat fee in tier 1, where the deal is commission only",
        ),
        (
            deals["tier"].eq(1) & rate.notna() & ~rate.between(low, high),
            f"a tier-1 commission outside {low:.0%}–{high:.0%}",
        ),
        (deals["tier"].eq(2) & fee.eq(0), "no flat fee in tier 2, where the deal is hybrid"),
        (deals["tier"].eq(2) & rate.fillna(0).eq(0), "no commission in tier 2"),
        (
            deals["tier"].eq(3) & ~fee.gt(tier2["flat_fee"].fillna(0).max() if len(tier2) else 0),
            "a tier-3 flat fee that is not above tier 2's",
        ),
        (
            deals["tier"].eq(3)
            & ~rate.fillna(0).gt(tier2["commission_rate"].fillna(0).max() if len(tier2) else 0),
            "a tier-3 commission that is not above tier 2's",
        ),
    ]
    found = [deals[mask].assign(why=why) for mask, why in faults]
    columns = ["creator_id", "tier", "commission_rate", "flat_fee", "fee_per", "why"]
    return pd.concat(found)[columns].sort_values(["tier", "creator_id", "why"], ignore_index=True)


def newcomers(client: Client, as_of: date, people: pd.DataFrame, within_days: int) -> pd.DataFrame:
    """One row per creator who joined in the last `within_days` days, with the first steps' days.

    `next_step` is the first of sample, brief, post and sale that is not there yet.
    """
    day = pd.Timestamp(as_of)
    posts = client.posts[client.posts["published_on"] <= day]
    first_post = posts.groupby("creator_id")["published_on"].min()
    roster = people[people["on_roster"]].set_index("creator_id")
    joined = client.creators.set_index("creator_id")["joined_on"].reindex(roster.index)
    joined = joined.fillna(first_post.reindex(roster.index))
    lately = joined[joined.between(day - pd.Timedelta(days=within_days - 1), day)]
    samples, briefs = client.samples, client.briefs
    table = pd.DataFrame(
        {
            "tier": roster["tier"].reindex(lately.index),
            "joined_on": lately,
            "sample_delivered_on": _first_by(samples, "delivered_on", day).reindex(lately.index),
            "brief_sent_on": _first_by(briefs, "sent_on", day).reindex(lately.index),
            "first_post_on": first_post.reindex(lately.index),
            "first_sale_on": _first_sales(client, as_of).reindex(lately.index),
        }
    )
    table["next_step"] = [_next_step(row) for row in table.itertuples()]
    return (
        table.rename_axis("creator_id")
        .reset_index()
        .sort_values(["joined_on", "creator_id"], ascending=[False, True], ignore_index=True)
    )


def _first_by(ledger: pd.DataFrame, column: str, day: pd.Timestamp) -> pd.Series:
    return ledger[ledger[column] <= day].groupby("creator_id")[column].min()


def _first_sales(client: Client, as_of: date) -> pd.Series:
    orders = client.table("orders")
    first = metrics.fetch(
        orders.filter(orders.counts, orders.creator_id.notnull())
        .group_by("creator_id")
        .aggregate(first_sale_at=lambda t: t.ordered_at.min())
    ).set_index("creator_id")["first_sale_at"]
    days = first.dt.tz_convert(client.time_zone).dt.normalize()
    days = days.dt.tz_localize(None)
    return days[days <= pd.Timestamp(as_of)]


def _next_step(row: Any) -> str:
    if pd.notna(row.first_sale_on):
        return "Selling: review next week"
    if pd.notna(row.first_post_on):
        return "Posted: wait for the first sale"
    if pd.isna(row.sample_delivered_on):
        return "Get the sample there"
    if pd.isna(row.brief_sent_on):
        return "Send the brief"
    return "Ask for the first post"


def _figures(client: Client, as_of: date, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    start, _ = client.program_start()
    begins = start or as_of
    rows: list[dict[str, Any]] = []
    for tier in tables["tiers"].to_dict("records"):
        common = {"subject_kind": "tier", "subject": str(tier["tier"]), "unit": "count"}
        window = {"period_start": as_of - timedelta(days=27), "period_end": as_of}
        rows.append({"metric": "roster_creators", "value": tier["roster"], **common, **window})
        active = {"metric": "active_roster_creators", "value": tier["active"]}
        rows.append({**active, **common, **window})
    for step in tables["milestones"].to_dict("records"):
        rows.append(
            {
                "metric": "milestone",
                "subject_kind": "part",
                "subject": step["milestone"],
                "value": step["reached"],
                "unit": "count",
                "period_start": begins,
                "period_end": as_of,
            }
        )
    frame = pd.DataFrame(rows)
    frame["status"] = frame["value"].isna().map({True: "missing", False: "settled"})
    return frame


def _decisions(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    deals = tables["deals"].assign(decision="mend the deal", reason=lambda t: t["why"])
    steps = tables["newcomers"].assign(
        decision=lambda t: t["next_step"], reason=lambda t: "joined " + t["joined_on"].astype(str)
    )
    rows = pd.concat([deals, steps])[["creator_id", "decision", "reason"]]
    rows = rows.rename(columns={"creator_id": "subject"}).assign(subject_kind="creator")
    return results.decisions(REPORT, rows)
