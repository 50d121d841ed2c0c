"""Boosted posts before and since, on counts small enough to work by hand."""

import pandas as pd
import pytest
from scipy import stats

from kit import boosted
from tests.small_client import small_client

AS_OF = "2026-05-10"
WEEKS = ["2026-03-30", "2026-04-06", "2026-04-13", "2026-04-20", "2026-04-27", "2026-05-04"]


def orders(post, days, creator="ana", by_ads=False):
    """One order of the post on each day named, at noon in Los Angeles."""
    amounts = {"standard_commission_estimated": 6.0}
    if by_ads:
        amounts = {"shop_ads_commission_estimated": 3.2, "shop_ads_commission_rate": 0.08}
    return [
        {
            "order_id": f"{post}-{day}-{number}-{by_ads}",
            "post_id": post,
            "creator_id": creator,
            "gmv": 40.0,
            "ordered_at": f"{day}T19:00:00Z",
            **amounts,
        }
        for number, day in enumerate(days)
    ]


def ad(post, monday, spend=50.0, **given):
    end = str((pd.Timestamp(monday) + pd.Timedelta(days=6)).date())
    row = {"post_id": post, "window_start": monday, "window_end": end, "spend": spend}
    return {**row, "currency": "USD", "orders": 1, **given}


def shop(folder, ads, sold, published="2026-04-10"):
    """Post 1 of ana; post 9 never boosted, which sells 4 a day for 14 days and 1 a day after."""
    alone = pd.date_range("2026-03-01", periods=14).repeat(4)
    alone = alone.append(pd.date_range("2026-03-15", periods=57))
    return small_client(
        folder,
        posts=[
            {"post_id": "1", "creator_id": "ana", "published_on": published},
            {"post_id": "9", "creator_id": "bo", "published_on": "2026-03-01"},
        ],
        orders=[*sold, *orders("9", [str(day.date()) for day in alone], "bo")],
        # an ad week in which nothing of these ran: the exports begin here
        ad_stats=[ad(None, WEEKS[0], 1.0), *ads],
    )


# Published on Friday 10 April, boosted in the week from the 20th: ten days before, 21 to 10 May.
BEFORE = ["2026-04-10", "2026-04-11", "2026-04-11", "2026-04-15", "2026-04-19"]
SOLD = [
    *orders("1", BEFORE),
    *orders("1", ["2026-04-20", "2026-05-10"]),
    *orders("1", ["2026-04-21", "2026-04-21", "2026-04-28", "2026-05-02"], by_ads=True),
]


def test_orders_before_and_since_are_counted_by_how_they_came(tmp_path):
    client = shop(tmp_path, [ad("1", WEEKS[3]), ad("1", WEEKS[4], 30.0)], SOLD)
    (row,) = boosted.boosted(client, AS_OF).itertuples()
    assert row.boosted_from == pd.Timestamp("2026-04-20")
    assert row.spend == 80.0
    assert (row.days_before, row.orders_before, row.days_after) == (10, 5, 21)
    assert (row.organic_after, row.paid_after, row.other_after) == (2, 4, 0)


def test_the_pace_before_fades_as_posts_do_that_were_never_boosted(tmp_path):
    client = shop(tmp_path, [ad("1", WEEKS[3])], SOLD)
    (row,) = boosted.boosted(client, AS_OF).itertuples()
    # ages 0 to 9 before: the other post sold 40; ages 10 to 30: 4 × 4 and 17 × 1
    pace = 5 * 33 / 40
    assert row.pace == pytest.approx(pace)
    assert row.added == pytest.approx(6 - pace)
    # Zou & Donner (2008): the two Poisson intervals joined, each a gamma of its count and a half
    low_a, high_a = stats.gamma.interval(0.9, 6.5)
    low_b, high_b = (33 / 40 * end for end in stats.gamma.interval(0.9, 5.5))
    assert row.ci_low == pytest.approx(row.added - ((6 - low_a) ** 2 + (high_b - pace) ** 2) ** 0.5)
    assert row.ci_high == pytest.approx(
        row.added + ((high_a - 6) ** 2 + (pace - low_b) ** 2) ** 0.5
    )


@pytest.mark.parametrize(
    ("published", "ads", "why"),
    [
        ("2026-04-15", [ad("1", WEEKS[3])], boosted.TOO_YOUNG),  # five days before it
        ("2026-02-01", [ad("1", WEEKS[3])], boosted.NO_FADE),  # older than the other ever was
    ],
)
def test_a_post_without_a_pace_to_compare_with_has_none_and_says_why(tmp_path, published, ads, why):
    (row,) = boosted.boosted(shop(tmp_path, ads, SOLD, published), AS_OF).itertuples()
    assert row.note == why
    assert pd.isna(row.added)
    assert row.paid_after == 4


def test_without_a_shop_ads_rate_the_split_is_refused(tmp_path):
    sold = [{**line, "shop_ads_commission_rate": None} for line in SOLD]
    (row,) = boosted.boosted(shop(tmp_path, [ad("1", WEEKS[3])], sold), AS_OF).itertuples()
    assert row.note.startswith("no order has a Shop Ads rate")
    assert pd.isna(row.added)


def test_only_first_boosts_of_the_days_asked_for_are_told(tmp_path):
    assert boosted.boosted(shop(tmp_path / "a", [ad("1", WEEKS[3])], SOLD), AS_OF, 20).empty
    # in the first ad week there is, a post may have been boosted before: nobody knows
    assert boosted.boosted(shop(tmp_path / "b", [ad("1", WEEKS[0])], SOLD), AS_OF).empty
    free = ad("1", WEEKS[3], 0.0)
    assert boosted.boosted(shop(tmp_path / "c", [free], SOLD), AS_OF).empty
