"""What came before and what followed, on clients small enough to count by eye."""

from datetime import date, timedelta

import pytest

from kit.backtest import cases, thresholds
from tests.small_client import small_client

DAY = date(2026, 3, 1)  # a Sunday: the eight weeks before it are two stretches of four


def weekly(creator, before, after):
    """A post's clicks and orders in each of the four weeks before and after 1 February."""
    rows = []
    for number in range(8):
        start = date(2026, 1, 5) + timedelta(7 * number)
        clicks, orders = before if number < 4 else after
        rows.append(
            {
                "post_id": f"p-{creator}",
                "creator_id": creator,
                "window_start": start,
                "window_end": start + timedelta(6),
                "clicks": clicks,
                "orders": orders,
            }
        )
    return rows


def test_conversion_is_held_against_half_the_programs_rate_of_the_next_weeks(tmp_path):
    stats = [
        *weekly("ana", (50, 2), (50, 2)),
        *weekly("bo", (50, 1), (100, 1)),
        *weekly("cy", (50, 1), (1, 0)),  # too few clicks afterwards to be a case
    ]
    client = small_client(tmp_path, post_stats=stats)
    found = cases.conversion_cases(client, DAY).set_index("creator_id")
    assert found["value"].to_dict() == {"ana": pytest.approx(0.04), "bo": pytest.approx(0.02)}
    # the next weeks: 12 orders of 604 clicks, half of that is 0.99%; bo has 1%, ana 4%
    assert found["bad"].tolist() == [False, False]
    worse = small_client(
        tmp_path / "worse", post_stats=[*stats[:8], *weekly("bo", (50, 1), (200, 1))]
    )
    assert cases.conversion_cases(worse, DAY).set_index("creator_id")["bad"]["bo"]


def test_a_gap_in_the_lists_makes_no_case(tmp_path):
    stats = [row for row in weekly("ana", (50, 2), (50, 2)) if row["window_start"].day != 19]
    assert cases.conversion_cases(small_client(tmp_path, post_stats=stats), DAY).empty


def test_output_is_held_against_silence_in_the_next_four_weeks(tmp_path):
    posts = [
        *({"post_id": f"a{n}", "creator_id": "ana", "published_on": f"2026-01-{5 + n:02d}"}
          for n in range(6)),
        {"post_id": "b1", "creator_id": "bo", "published_on": "2026-01-06"},
        {"post_id": "b2", "creator_id": "bo", "published_on": "2026-02-10"},
    ]  # fmt: skip
    people = [{"creator_id": who, "joined_on": "2026-01-05"} for who in ("ana", "bo", "cy")]
    deals = [
        {"creator_id": who, "valid_from": "2026-01-05", "posts_per_week": pace}
        for who, pace in (("ana", 2.0), ("bo", 2.0), ("cy", 0.25))
    ]
    client = small_client(tmp_path, posts=posts, creators=people, agreements=deals)
    found = cases.output_cases(client, DAY).set_index("creator_id")
    assert found["value"].to_dict() == {"ana": pytest.approx(6 / 8), "bo": pytest.approx(1 / 8)}
    assert found["bad"].to_dict() == {"ana": True, "bo": False}


def test_a_hook_is_held_against_posts_that_sold_nothing(tmp_path):
    posts = [
        {"post_id": name, "creator_id": "ana", "published_on": day}
        for name, day in (("sold", "2026-02-01"), ("not", "2026-02-02"), ("young", "2026-02-20"))
    ]
    hooks = [
        {"post_id": name, "views": 100, "held_views": held, "seen_on": "2026-02-10"}
        for name, held in (("sold", 40), ("not", 20), ("young", 30))
    ]
    line = {"order_id": "1", "post_id": "sold", "creator_id": "ana", "gmv": 20.0}
    client = small_client(
        tmp_path, posts=posts, hooks=hooks, orders=[line | {"ordered_at": "2026-02-03 20:00Z"}]
    )
    found = cases.hook_cases(client, DAY).sort_values("value")
    assert found["value"].tolist() == [0.2, 0.4]
    assert found["bad"].tolist() == [True, False]


def test_every_floor_has_a_row_and_thin_data_keep_them_all(tmp_path):
    client = small_client(tmp_path, post_stats=weekly("ana", (50, 2), (50, 2)))
    rows = cases.own_thresholds(client, DAY)
    assert rows["key"].tolist() == [
        "conversion.floor",
        "hook.floor",
        "output.floor",
        "revenue.outlier",
        "promotion.output_ratio",
    ]
    assert rows["now"].tolist() == [0.01, 0.25, 0.5, 1.5, 0.8]
    assert set(rows["says"]) == {thresholds.FEW}


def monthly(creator, posts, money):
    """Posts of the first days of October to January, and one sale on the first post of each."""
    made, sold = [], []
    for number, (month, amount) in enumerate(zip(("10", "11", "12", "01"), money, strict=True)):
        year = 2026 if month == "01" else 2025
        for place in range(posts[number]):
            day = f"{year}-{month}-{1 + place:02d}"
            name = f"{creator}-{month}-{place}"
            made.append({"post_id": name, "creator_id": creator, "published_on": day})
        sold.append(
            {
                "order_id": f"{creator}-{month}",
                "post_id": f"{creator}-{month}-0",
                "creator_id": creator,
                "gmv": amount,
                "ordered_at": f"{year}-{month}-01 20:00Z",
            }
        )
    return made, sold


@pytest.fixture
def four_months(tmp_path):
    """Ana posts nine a month and sells more each time; bo fades to one post in January."""
    ana, bo = (
        monthly("ana", (9, 9, 9, 9), (90.0, 90.0, 90.0, 180.0)),
        monthly("bo", (9, 9, 9, 1), (180.0, 180.0, 180.0, 10.0)),
    )
    people = [{"creator_id": who, "joined_on": "2025-10-01"} for who in ("ana", "bo")]
    deals = [
        {"creator_id": who, "valid_from": "2025-10-01", "posts_per_week": 2.0}
        for who in ("ana", "bo")
    ]
    posts, orders = ana[0] + bo[0], ana[1] + bo[1]
    return small_client(tmp_path, posts=posts, orders=orders, creators=people, agreements=deals)


def test_consistent_output_is_held_against_the_month_after(four_months):
    found = cases.promotion_cases(four_months, date(2026, 2, 15)).set_index("creator_id")
    # October to December: 27 posts of 2 a week in 92 days
    assert found["value"].tolist() == [pytest.approx(27 / (2 * 92 / 7))] * 2
    assert found["bad"].to_dict() == {"ana": False, "bo": True}


def test_revenue_per_post_is_held_against_the_median_of_the_month_after(four_months):
    found = cases.revenue_cases(four_months, date(2026, 2, 15)).set_index("creator_id")
    # 10 and 20 a post: the median of the two is 15; in January 20 and 10
    assert found["value"].to_dict() == {"ana": pytest.approx(10 / 15), "bo": pytest.approx(20 / 15)}
    assert found["bad"].to_dict() == {"ana": False, "bo": True}
