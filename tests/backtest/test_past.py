"""What was known on an earlier day: the tables filtered are the files of that day read alone."""

import shutil
from datetime import date

import pandas as pd
import pytest

from kit import client as clients
from kit import spark
from kit.backtest.past import History

# Four days later a month's list and the week before it had been downloaded again.
DAY, LAST_DAY = date(2026, 4, 1), date(2026, 3, 29)
ORDERS = [
    *("order_id", "sku_id", "post_id", "creator_id", "counts", "gmv", "refunded_amount", "status"),
    *("standard_commission_estimated", "standard_commission_actual", "fully_refunded"),
    *("shop_ads_commission_estimated", "shop_ads_commission_actual", "paid_at"),
]
STATS = {
    "post_stats": ["views", "clicks", "orders", "gmv", "refunded_amount", "creator_id", "file"],
    "ad_stats": ["spend", "orders", "impressions", "clicks", "file"],
    "windows": ["kept", "why"],
    "posts": ["creator_id", "published_on", "kind", "hook_angle", "caption"],
}
KEYS = {
    "post_stats": ["post_id", "window_start", "window_end"],
    "ad_stats": ["window_start", "window_end", "campaign_id", "product_id", "post_id"],
    "windows": ["kind", "window_start", "window_end"],
    "posts": ["post_id"],
}


@pytest.fixture(scope="module")
def both(sample_home, tmp_path_factory):
    """The sample as the tables remember it on a day, and read anew from the files of that day."""
    home = tmp_path_factory.mktemp("then")
    folder = home / "data" / "sample"
    shutil.copytree(sample_home / "data" / "sample", folder)
    for week in (folder / "exports").iterdir():
        if date.fromisoformat(week.name) > DAY:
            shutil.rmtree(week)
    now = clients.open("sample", sample_home)
    return History(now).on(DAY), clients.open("sample", home)


@pytest.mark.parametrize("table", STATS)
def test_lists_are_as_the_files_of_that_day_had_them(both, table):
    past, read_then = (_sorted(client.frame(table), KEYS[table]) for client in both)
    columns = [*KEYS[table], *STATS[table]]
    pd.testing.assert_frame_equal(past[columns], read_then[columns])


def test_products_of_a_post_are_those_shown_by_then(both):
    past, read_then = (
        client.posts.set_index("post_id")["product_ids"].map(list) for client in both
    )
    assert past.to_dict() == read_then.to_dict()


def test_order_lines_are_in_the_state_shown_by_then(both):
    past, read_then = (_sorted(client.orders, ORDERS[:3])[ORDERS] for client in both)
    assert len(past) > 1_000
    pd.testing.assert_frame_equal(past, read_then)


def test_no_row_of_a_later_download_is_seen(both):
    past, _ = both
    for table in ("files", "posts", "order_versions"):
        assert past.frame(table)["seen_on"].max() <= pd.Timestamp(DAY)
    assert past.briefs["sent_on"].max() <= pd.Timestamp(DAY)
    assert past.samples["delivered_on"].max() <= pd.Timestamp(DAY)
    assert past.compliance["resolved_on"].dropna().le(pd.Timestamp(DAY)).all()


def test_posts_are_judged_as_they_would_have_been_that_day(both):
    past, read_then = (spark.candidates(client, LAST_DAY) for client in both)
    decided = ["post_id", "clicks", "orders", "estimate", "probability_above_bar", "bar", "verdict"]
    pd.testing.assert_frame_equal(past[decided], read_then[decided])
    assert past["verdict"].eq("spark").sum() > 5


def test_the_past_covers_the_last_sunday_downloaded(both):
    past, _ = both
    assert past.covered_until() == LAST_DAY


def _sorted(rows, keys):
    return rows.sort_values(keys, ignore_index=True)
