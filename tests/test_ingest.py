"""From tiny exports to tables, each figure worked by hand from the definitions."""

import os
import stat
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pandas as pd
import pyarrow.parquet as pq
import pytest

from kit import client as clients
from kit import contracts
from kit.errors import ClientError, PolicyError
from kit.ingest import ingest, is_current
from tests import tiny

APRIL = datetime(2026, 4, 27, 9).timestamp()
ONE, TWO, THREE = (f"579900000000000000{i}" for i in (1, 2, 3))
POST, OTHER = "7599000000000000101", "7599000000000000102"


def opened(home, files, toml=tiny.TOML, **ledgers):
    tiny.client(home, files, toml=toml, **ledgers)
    return clients.open("acme", home)


def affiliate(*rows):
    return tiny.export(tiny.AFFILIATE, *rows)


def shop(*rows):
    return tiny.export(tiny.SHOP, *rows)


def video(*rows):
    return tiny.export(tiny.VIDEO, *rows)


# Lines that count


@pytest.mark.parametrize(
    ("line", "counts"),
    [
        ({"status": "Settled"}, True),
        ({"status": "Pending"}, True),
        ({"status": "Frozen"}, True),
        ({"status": "Completed"}, True),
        ({"status": "Settled", "refunded": "Yes"}, True),
        ({"status": "Unpaid"}, False),
        ({"status": "Pending", "paid": ""}, False),
        ({"status": "Cancelled"}, False),
        ({"status": "Ineligible"}, True),
        ({"status": "Ineligible", "delivered": ""}, False),
    ],
)
def test_a_line_counts_unless_unpaid_or_cancelled(tmp_path, line, counts):
    client = opened(tmp_path, {"a.csv": affiliate(line)})
    assert client.orders["counts"].tolist() == [counts]
    assert client.orders["gmv"].tolist() == [20.0]


def test_a_line_whose_order_the_shop_cancelled_does_not_count(tmp_path):
    client = opened(
        tmp_path,
        {
            "a.csv": affiliate({"order": ONE}, {"order": TWO}),
            "s.csv": shop({"order": ONE, "status": "Canceled"}, {"order": TWO}),
        },
    )
    assert client.orders.set_index("order_id")["counts"].to_dict() == {ONE: False, TWO: True}


# What went back


@pytest.mark.parametrize(
    ("line", "order", "refunded"),
    [
        ({}, {}, 0.0),
        ({"refunded": "Yes"}, {}, 20.0),
        ({"quantity": "3"}, {"quantity": "3", "returned": "1"}, 6.67),
        ({"quantity": "3"}, {"quantity": "3", "returned": "2"}, 13.33),
        ({"gmv": "10.05"}, {"quantity": "2", "returned": "1"}, 5.03),
        ({}, {"quantity": "2", "returned": "5"}, 20.0),
        ({}, {"returned": "1", "sku": "1729000000000000999"}, 0.0),
        ({}, {"refund": "21.60"}, 0.0),
    ],
)
def test_refunded_is_the_part_of_the_payment_that_went_back(tmp_path, line, order, refunded):
    client = opened(tmp_path, {"a.csv": affiliate(line), "s.csv": shop(order)})
    assert client.orders["refunded_amount"].tolist() == [refunded]


def test_without_shop_orders_only_full_refunds_are_known(tmp_path):
    client = opened(tmp_path, {"a.csv": affiliate({}, {"order": TWO, "refunded": "Yes"})})
    assert sorted(client.orders["refunded_amount"]) == [0.0, 20.0]
    assert client.orders["buyer_key"].isna().all()


# Versions


def test_the_further_state_wins_over_the_later_file(tmp_path):
    folder = tiny.client(tmp_path, {})
    settled = affiliate({"std_act": "2.90"})
    tiny.write(folder / "exports" / "old.csv", settled, at=APRIL)
    tiny.write(folder / "exports" / "new.csv", affiliate({"status": "Pending"}), at=APRIL + 9e5)
    orders = clients.open("acme", tmp_path).orders
    assert orders["status"].tolist() == ["settled"]
    assert orders["standard_commission_actual"].tolist() == [2.9]


def test_actual_amounts_win_over_a_further_state(tmp_path):
    folder = tiny.client(tmp_path, {})
    tiny.write(folder / "exports" / "a.csv", affiliate({"status": "Completed", "std_act": "3.00"}))
    tiny.write(folder / "exports" / "b.csv", affiliate({"status": "Settled"}))
    assert clients.open("acme", tmp_path).orders["status"].tolist() == ["completed"]


@pytest.mark.parametrize(
    ("lower", "higher"),
    [
        ("Unpaid", "Pending"),
        ("Unpaid", "Shipped"),
        ("Pending", "Completed"),
        ("Shipped", "Frozen"),
        ("Completed", "Settled"),
        ("Frozen", "Ineligible"),
        ("Frozen", "Cancelled"),
    ],
)
def test_states_have_an_order(tmp_path, lower, higher):
    folder = tiny.client(tmp_path, {})
    tiny.write(folder / "exports" / "z.csv", affiliate({"status": lower}), at=APRIL + 9e5)
    tiny.write(folder / "exports" / "a.csv", affiliate({"status": higher}), at=APRIL)
    assert clients.open("acme", tmp_path).orders["status"].tolist() == [higher.lower()]


def test_of_equal_states_the_file_modified_later_wins(tmp_path):
    folder = tiny.client(tmp_path, {})
    tiny.write(folder / "exports" / "z.csv", affiliate({"gmv": "21.00"}), at=APRIL)
    tiny.write(folder / "exports" / "a.csv", affiliate({"gmv": "22.00"}), at=APRIL + 9e5)
    assert clients.open("acme", tmp_path).orders["gmv"].tolist() == [22.0]


def test_files_of_one_time_go_by_name(tmp_path):
    folder = tiny.client(tmp_path, {})
    tiny.write(folder / "exports" / "z.csv", affiliate({"gmv": "21.00"}), at=APRIL)
    tiny.write(folder / "exports" / "a.csv", affiliate({"gmv": "22.00"}), at=APRIL)
    assert clients.open("acme", tmp_path).orders["gmv"].tolist() == [21.0]


def test_a_folder_named_by_its_day_stands_for_a_shared_time(tmp_path):
    folder = tiny.client(tmp_path, {})
    tiny.write(folder / "exports" / "2026-05-04" / "a.csv", affiliate({"gmv": "22.00"}), at=APRIL)
    tiny.write(folder / "exports" / "2026-04-27" / "z.csv", affiliate({"gmv": "21.00"}), at=APRIL)
    client = clients.open("acme", tmp_path)
    assert client.orders["gmv"].tolist() == [22.0]
    seen = client.order_versions.sort_values("seen_on")
    assert seen["seen_on"].dt.date.tolist() == [date(2026, 4, 27), date(2026, 5, 4)]


def test_each_download_leaves_a_state(tmp_path):
    folder = tiny.client(tmp_path, {})
    exports = folder / "exports"
    pending = {"status": "Pending", "quantity": "2"}
    tiny.write(exports / "a1.csv", affiliate(pending), at=APRIL)
    back = shop({"quantity": "2", "returned": "1"})
    tiny.write(exports / "s2.csv", back, at=APRIL + 7 * 86400)
    settled = {"quantity": "2", "std_act": "1.50"}
    tiny.write(exports / "a2.csv", affiliate(settled), at=APRIL + 7 * 86400)
    seen = clients.open("acme", tmp_path).order_versions.sort_values("seen_on")
    assert seen["status"].tolist() == ["pending", "settled"]
    assert seen["refunded_amount"].tolist() == [0.0, 10.0]
    assert seen["standard_commission_actual"].iloc[1] == 1.5
    assert pd.isna(seen["standard_commission_actual"].iloc[0])


def test_the_same_bytes_count_once_and_both_names_are_listed(tmp_path):
    tiny.client(tmp_path, {"a.csv": affiliate({}), "b/copy.csv": affiliate({})})
    report = ingest("acme", tmp_path)
    assert sorted(report.read["file"]) == ["a.csv", "b/copy.csv"]
    assert any("holds the same bytes as" in note for note in report.notes)
    assert report.rows["orders"] == 1


def test_equal_bytes_of_two_weeks_with_figures_are_one_file(tmp_path):
    tiny.client(tmp_path, {name(4, 10): video({}), name(11, 17): video({})})
    report = ingest("acme", tmp_path)
    assert report.rows["post_stats"] == 1
    assert len(report.read) == 2


def test_equal_bytes_of_two_weeks_without_figures_cover_both(tmp_path):
    quiet = tiny.export(tiny.LIVE)
    tiny.client(
        tmp_path,
        {name(4, 10, "Live"): quiet, name(11, 17, "Live"): quiet, name(18, 24): video({})},
    )
    report = ingest("acme", tmp_path)
    assert report.windows.query("kind == 'live_list'")["kept"].tolist() == [True, True]


# Buyers, shop orders


def test_buyers_are_joined_by_order_and_hashed(tmp_path):
    client = opened(
        tmp_path,
        {
            "a.csv": affiliate({"order": ONE}, {"order": TWO}, {"order": THREE}),
            "s.csv": shop({"order": ONE, "buyer": "Ann"}, {"order": TWO, "buyer": "Ann"}),
        },
    )
    keys = client.orders.set_index("order_id")["buyer_key"]
    assert keys[ONE] == keys[TWO]
    assert pd.isna(keys[THREE])
    for path in (tmp_path / "data" / "acme" / "tables").iterdir():
        text = path.read_bytes().lower()
        assert not any(word in text for word in (b"ann example", b"555-0100", b"paypal"))
    assert "ann" not in keys[ONE].lower() or len(keys[ONE]) == 32


def test_whole_order_money_stands_on_the_first_line_once(tmp_path):
    two = {"order": ONE, "amount": "60.00", "refund": "5.00", "tax": "4.00"}
    client = opened(
        tmp_path,
        {"s.csv": shop({**two, "sku": "2", "gmv": "30"}, {**two, "sku": "1", "gmv": "26"})},
    )
    lines = client.shop_orders.set_index("sku_id")
    assert lines["gmv"].to_dict() == {"1": 26.0, "2": 30.0}
    for name, value in (("order_amount", 60.0), ("refunded_amount", 5.0), ("tax", 4.0)):
        assert lines.loc["2", name] == value
        assert pd.isna(lines.loc["1", name])


def test_a_sample_is_an_order_whose_every_line_is_free(tmp_path):
    client = opened(
        tmp_path,
        {
            "s.csv": shop(
                {"order": ONE, "gmv": "0"},
                {"order": TWO, "gmv": "0", "sku": "1"},
                {"order": TWO, "gmv": "20.00", "sku": "2"},
                {"order": THREE, "gmv": "20.00", "after": "0", "amount": "0"},
            )
        },
    )
    sample = client.shop_orders.groupby("order_id")["is_sample"].all()
    assert sample.to_dict() == {ONE: True, TWO: False, THREE: False}


def test_a_shop_line_takes_its_furthest_state(tmp_path):
    folder = tiny.client(tmp_path, {})
    late = shop({"status": "To ship"})
    tiny.write(folder / "exports" / "z.csv", late, at=APRIL + 9e5)
    tiny.write(folder / "exports" / "a.csv", shop({"status": "Canceled"}), at=APRIL)
    assert clients.open("acme", tmp_path).shop_orders["status"].tolist() == ["cancelled"]


# Time


def test_times_are_utc_and_the_autumn_hour_is_the_earlier(tmp_path):
    created = "01/11/2026 01:30:00"
    client = opened(tmp_path, {"a.csv": affiliate({"created": created, "paid": created})})
    assert client.orders["ordered_at"].iloc[0] == pd.Timestamp("2026-11-01 08:30", tz="UTC")


def test_the_local_day_is_the_clients(tmp_path):
    from kit.engine import local_day

    late = {"created": "10/05/2026 23:59:59", "paid": "10/05/2026 23:59:59"}
    client = opened(tmp_path, {"a.csv": affiliate(late)})
    day = local_day(client.table("orders")["ordered_at"], client.time_zone)
    assert client.table("orders").select(day=day).execute()["day"].iloc[0] == pd.Timestamp(
        "2026-05-10"
    )


def test_an_affiliate_file_whose_days_contradict_the_shop_is_refused(tmp_path):
    orders = [f"57990000000000001{i:02d}" for i in range(20)]
    swapped = affiliate(*({"order": o, "created": "05/04/2026 12:00:00"} for o in orders))
    tiny.client(
        tmp_path,
        {
            "a.csv": swapped,
            "s.csv": shop(*({"order": o, "created": "05/04/2026 12:00:00 PM"} for o in orders)),
        },
    )
    report = ingest("acme", tmp_path)
    assert [name for name, _ in report.refused] == ["a.csv"]
    assert "20 of 20 orders are dated over a day away" in report.refused[0][1]
    assert report.rows["orders"] == 0
    assert report.rows["shop_orders"] == 20


def test_a_day_apart_is_no_contradiction(tmp_path):
    client = opened(
        tmp_path,
        {
            "a.csv": affiliate({"created": "21/04/2026 00:30:00"}),
            "s.csv": shop({"created": "04/20/2026 11:30:00 PM"}),
        },
    )
    assert len(client.orders) == 1


# Windowed lists


def name(first, last, kind="Video"):
    return f"{kind}_202605{first:02d}-202605{last:02d}.csv"


def test_the_kept_windows_make_the_rows(tmp_path):
    client = opened(
        tmp_path,
        {
            name(4, 10): video({"clicks": "50"}),
            name(11, 17): video({"clicks": "60"}, {"post": OTHER, "clicks": "0", "orders": "0"}),
            name(1, 31): video({"clicks": "500"}),
        },
    )
    stats = client.post_stats
    assert sorted(stats["clicks"]) == [0, 50, 60]
    assert set(stats["source"]) == {"video_data"}
    kept = client.windows.set_index("window_start")["kept"]
    assert kept.to_dict() == {
        pd.Timestamp("2026-05-01"): False,
        pd.Timestamp("2026-05-04"): True,
        pd.Timestamp("2026-05-11"): True,
    }


def test_windows_are_kept_per_kind_not_per_post(tmp_path):
    client = opened(
        tmp_path,
        {name(4, 10): video({}), name(1, 31): video({"post": OTHER}), name(11, 17): video({})},
    )
    assert set(client.post_stats["post_id"]) == {POST}
    assert set(client.posts["post_id"]) == {POST, OTHER}


def test_of_two_files_of_one_window_the_later_holds(tmp_path):
    folder = tiny.client(tmp_path, {})
    exports = folder / "exports"
    tiny.write(exports / name(4, 10), video({"clicks": "9"}), at=APRIL)
    tiny.write(exports / "b" / name(4, 10), video({"clicks": "8"}), at=APRIL + 9e5)
    client = clients.open("acme", tmp_path)
    assert client.post_stats["clicks"].tolist() == [8]


def test_gaps_are_said_and_the_set_still_kept(tmp_path):
    tiny.client(tmp_path, {name(4, 10): video({}), name(18, 24): video({"clicks": "1"})})
    report = ingest("acme", tmp_path)
    assert report.rows["post_stats"] == 2
    assert "video data: no window covers 2026-05-11 to 2026-05-17." in report.notes


def test_the_video_list_fills_only_days_without_video_data(tmp_path):
    listed = tiny.export(tiny.VIDEO_LIST, {})
    client = opened(
        tmp_path,
        {
            name(4, 10): video({"clicks": "50"}),
            name(4, 10, "List"): listed,
            name(11, 17, "List"): tiny.export(tiny.VIDEO_LIST, {"views": "7"}),
        },
    )
    stats = client.post_stats.sort_values("window_start")
    assert stats["source"].tolist() == ["video_data", "video_list"]
    assert stats["clicks"].isna().tolist() == [False, True]
    assert not stats.duplicated(["post_id", "window_start"]).any()


def test_a_row_per_product_is_one_video(tmp_path):
    client = opened(
        tmp_path,
        {
            name(4, 10): video(
                {"product": "1729000000000000202", "gmv": "$10.00", "orders": "1"},
                {"product": "1729000000000000201", "gmv": "$20.00", "orders": "2"},
            )
        },
    )
    row = client.post_stats.iloc[0]
    assert len(client.post_stats) == 1
    assert (row["views"], row["clicks"], row["orders"], row["gmv"]) == (1000, 50, 3, 30.0)
    assert client.posts["product_ids"].iloc[0].tolist() == [
        "1729000000000000201",
        "1729000000000000202",
    ]


# Posts


def test_the_date_of_the_earliest_file_holds_and_dashes_do_not_erase_it(tmp_path):
    folder = tiny.client(tmp_path, {})
    exports = folder / "exports"
    gone = {"published": "--", "caption": "--", "product": "--"}
    tiny.write(exports / name(4, 10), video({"published": "2026-05-05"}), at=APRIL)
    tiny.write(exports / name(11, 17), video({"published": "2026-05-06"}), at=APRIL + 9e5)
    tiny.write(exports / name(18, 24), video(gone), at=APRIL + 18e5)
    post = clients.open("acme", tmp_path).posts.iloc[0]
    assert post["published_on"] == pd.Timestamp("2026-05-05")
    assert post["caption"] == "A take"
    assert post["product_ids"].tolist() == ["1729000000000000201"]


def test_a_post_whose_date_was_never_printed_has_none(tmp_path):
    client = opened(tmp_path, {name(4, 10): video({"published": "--"})})
    assert pd.isna(client.posts["published_on"].iloc[0])


def test_lives_are_posts_and_have_their_own_statistics(tmp_path):
    live = tiny.export(tiny.LIVE, {"published": "2026-05-05 23:30:00"})
    client = opened(tmp_path, {name(4, 10): video({}), name(4, 10, "Live"): live})
    post = client.posts.set_index("post_id").loc["7599000000000000701"]
    assert (post["kind"], post["published_on"]) == ("live", pd.Timestamp("2026-05-05"))
    assert set(client.post_stats["source"]) == {"video_data", "live_list"}


def test_a_brief_gives_its_hook_angle_to_each_of_its_posts(tmp_path):
    client = opened(
        tmp_path,
        {name(4, 10): video({}, {"post": OTHER}, {"post": "7599000000000000103"})},
        briefs=f"brief_id,hook_angle,post_id\nB1,social_proof,{POST}; {OTHER}\n",
    )
    posts = client.posts.set_index("post_id")
    assert posts["hook_angle"].fillna("none").tolist() == ["social_proof", "social_proof", "none"]
    assert posts.loc[POST, "brief_id"] == "B1"


def test_ids_only_in_orders_make_no_post(tmp_path):
    assert opened(tmp_path, {"a.csv": affiliate({})}).posts.empty


# Creators


def test_handles_of_every_export_make_creators(tmp_path):
    tiny.client(
        tmp_path,
        {
            "a.csv": affiliate({"handle": "@Mia"}),
            name(4, 10): video({"handle": "bo"}),
            name(4, 10, "Creator"): tiny.export(tiny.CREATOR, {"handle": "zoe"}),
        },
        creators="handle,status,former_handles\nmia.skin,active,mia\nnina,active,\n",
    )
    report = ingest("acme", tmp_path)
    client = clients.open("acme", tmp_path)
    people = client.creators.set_index("creator_id")
    assert people.index.tolist() == ["bo", "mia.skin", "nina", "zoe"]
    assert people["in_exports"].tolist() == [True, True, False, True]
    assert people["on_roster"].tolist() == [False, True, True, False]
    assert client.orders["creator_id"].tolist() == ["mia.skin"]
    assert any("creators ledger: 1 creator in no export (nina)" in note for note in report.notes)


def test_rows_of_a_former_handle_are_added_to_todays(tmp_path):
    client = opened(
        tmp_path,
        {name(4, 10, "Creator"): tiny.export(tiny.CREATOR, {"handle": "old"}, {"handle": "new"})},
        creators="handle,former_handles\nnew,old\n",
    )
    assert client.creator_stats[["creator_id", "gmv", "orders"]].values.tolist() == [["new", 40, 2]]


def test_followers_of_the_creator_list_give_a_tier(tmp_path):
    listed = tiny.export(tiny.CREATOR_LIST, {"followers": "120000"})
    client = opened(tmp_path, {name(4, 10, "Creators"): listed})
    assert client.creators["tier"].tolist() == [2]
    assert client.creator_stats["source"].tolist() == ["creator_list"]


def test_standing_is_that_of_the_day_asked_for(tmp_path):
    client = opened(
        tmp_path,
        {name(4, 10): video({})},
        tiers="handle,changed_on,from_tier,to_tier\nmia,2026-05-08,1,2\n",
    )
    assert client.creators["tier"].tolist() == [2]
    assert client.standing(date(2026, 5, 7))["tier"].tolist() == [pd.NA]


# Ads


def ads(*rows):
    return tiny.export(tiny.ADS, *rows)


def test_an_ad_row_keeps_its_rates_and_a_product_card_no_post(tmp_path):
    file = "creative data for product campaigns 2026-05-04 00 ~ 2026-05-10 23.csv"
    client = opened(tmp_path, {file: ads({}, {"post": "N/A", "spend": "3.25"})})
    rows = client.ad_stats.set_index("spend")
    assert pd.isna(rows.loc[3.25, "post_id"])
    assert rows.loc[12.5, "post_id"] == POST
    assert rows.loc[12.5, "hook_rate"] == pytest.approx(0.31)
    assert rows.loc[12.5, ["hook_window_s", "hook_rate_6s"]].tolist() == [2.0, 0.12]
    assert rows.loc[12.5, "authorisation"] is not None
    assert not rows["partial"].any()


def test_a_partial_window_is_marked_and_gives_way(tmp_path):
    whole = "creative data for product campaigns 2026-05-04 00 ~ 2026-05-10 23.csv"
    partial = "creative data for product campaigns 2026-05-04 00 ~ 2026-05-11 12.csv"
    alone = "creative data for product campaigns 2026-05-18 00 ~ 2026-05-20 12.csv"
    client = opened(
        tmp_path, {whole: ads({}), partial: ads({"spend": "99.00"}), alone: ads({"spend": "7.00"})}
    )
    rows = client.ad_stats.sort_values("window_start")
    assert rows["spend"].tolist() == [12.5, 7.0]
    assert rows["partial"].tolist() == [False, True]


def test_an_ad_report_by_day_has_a_window_per_row(tmp_path):
    table = tiny.export(tiny.AD_REPORT, {}, {"day": "2026-04-21", "spend": "6.00"})
    client = opened(tmp_path, {"ads.csv": table})
    rows = client.ad_stats.sort_values("window_start")
    assert rows["window_start"].dt.date.tolist() == [date(2026, 4, 20), date(2026, 4, 21)]
    assert (rows["window_end"] == rows["window_start"]).all()
    assert rows["post_id"].tolist() == [POST, POST]
    assert rows["hook_rate"].tolist() == [0.25, 0.25]


# What is refused


def test_a_refused_file_is_one_row_and_the_others_are_read(tmp_path):
    folder = tiny.client(tmp_path, {"a.csv": affiliate({})})
    (folder / "exports" / "holiday photos.csv").write_text("when,where\n2026,sea\n")
    report = ingest("acme", tmp_path)
    assert [name for name, _ in report.refused] == ["holiday photos.csv"]
    assert report.refused[0][1].startswith("holiday photos.csv")
    row = report.set_aside.iloc[0]
    assert (row["file"], row["rule"]) == ("holiday photos.csv", "file refused")
    assert pd.isna(row["row"])
    assert len(clients.open("acme", tmp_path).orders) == 1


def test_a_torn_workbook_is_refused_and_nothing_is_lost(tmp_path):
    folder = tiny.client(tmp_path, {"a.csv": affiliate({})})
    (folder / "exports" / "b.xlsx").write_bytes(b"PK\x03\x04torn")
    report = ingest("acme", tmp_path)
    assert [name for name, _ in report.refused] == ["b.xlsx"]
    assert report.rows["orders"] == 1


def test_a_ledger_that_contradicts_itself_is_refused_by_name(tmp_path):
    tiny.client(
        tmp_path,
        {"a.csv": affiliate({})},
        agreements="handle,valid_from\nmia,2026-05-04\nmia,2026-05-05\n",
        creators="handle,status\nmia,active\n",
    )
    report = ingest("acme", tmp_path)
    assert [name for name, _ in report.refused] == ["ledgers/agreements.csv"]
    assert "two agreements of mia" in report.refused[0][1]
    assert report.set_aside["file"].tolist() == ["ledgers/agreements.csv"]
    assert report.rows["creators"] == 1


def test_damaged_rows_are_set_aside_with_their_money(tmp_path):
    damaged = {"order": "5.799E+18", "gmv": "8.00"}
    tiny.client(tmp_path, {"a.csv": affiliate({}, damaged)})
    report = ingest("acme", tmp_path)
    row = report.set_aside.iloc[0]
    assert (row["file"], row["row"], row["money"], row["kind"]) == (
        "a.csv",
        3,
        8.0,
        "affiliate_orders",
    )
    assert report.rows["orders"] == 1


def test_a_file_of_nothing_but_damaged_rows_is_refused_and_covers_no_day(tmp_path):
    rounded = video({"post": "7.599E+18", "gmv": "$5.00"}, {"post": "7.599E+18", "gmv": "$6.00"})
    tiny.client(tmp_path, {name(4, 10): rounded, name(11, 17): video({})})
    report = ingest("acme", tmp_path)
    ((file, told),) = report.refused
    assert file == name(4, 10)
    assert "nothing but ids that a spreadsheet has rounded (all its 2 rows)" in told
    assert report.set_aside["money"].dropna().tolist() == [5.0, 6.0]
    assert report.windows["window_start"].dt.day.tolist() == [11]


def test_an_undamaged_client_sets_nothing_aside(tmp_path):
    tiny.client(tmp_path, {"a.csv": affiliate({}), "s.csv": shop({}), name(4, 10): video({})})
    report = ingest("acme", tmp_path)
    assert report.set_aside.empty
    assert report.refused == []


def test_a_wrong_setting_stops_before_anything_is_written(tmp_path):
    folder = tiny.client(tmp_path, {"a.csv": affiliate({})})
    ingest("acme", tmp_path)
    before = (folder / "tables" / "orders.parquet").read_bytes()
    (folder / "client.toml").write_text(tiny.TOML + "[policy.velocty]\n")
    with pytest.raises(PolicyError, match="Did you mean velocity"):
        ingest("acme", tmp_path)
    assert (folder / "tables" / "orders.parquet").read_bytes() == before


def test_one_line_in_client_toml_teaches_a_new_header(tmp_path):
    table = video({"clicks": "50"})
    table[0][table[0].index("Video product clicks")] = "Taps on product"
    folder = tiny.client(tmp_path, {name(4, 10): table})
    ((_, told),) = ingest("acme", tmp_path).refused
    assert "lacks Video product clicks" in told
    assert "Nobody knows Taps on product" in told
    assert "[headers.video_data] in client.toml" in told
    line = '[headers.video_data]\n"Taps on product" = "Video product clicks"\n'
    (folder / "client.toml").write_text(tiny.TOML + line)
    assert clients.open("acme", tmp_path).post_stats["clicks"].tolist() == [50]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('[headers.videodata]\nX = "clicks"\n', "called videodata. Did you mean video_data?"),
        ('[headers.video_data]\nX = "click"\n', "'click', which is neither.*mean clicks?"),
    ],
)
def test_a_header_for_nothing_is_refused(tmp_path, line, said):
    tiny.client(tmp_path, {"a.csv": affiliate({})}, toml=tiny.TOML + line)
    with pytest.raises(PolicyError, match=f"client.toml.*{said}"):
        ingest("acme", tmp_path)


def test_an_empty_drop_zone_is_said(tmp_path):
    folder = tiny.client(tmp_path, {})
    (folder / "exports" / ".gitkeep").touch()
    with pytest.raises(ClientError, match="exports is empty"):
        ingest("acme", tmp_path)


def test_an_unknown_status_word_keeps_its_word_and_counts_as_pending(tmp_path):
    client = opened(tmp_path, {"a.csv": affiliate({"status": "Reticulating"})})
    row = client.orders.iloc[0]
    assert (row["status"], row["status_raw"]) == ("pending", "Reticulating")
    assert not row["status_known"]
    assert row["counts"]


# Tables on disk


def test_every_table_is_written_with_its_types(tmp_path):
    tiny.client(tmp_path, {"a.csv": affiliate({})})
    ingest("acme", tmp_path)
    for table, contract in contracts.TABLES.items():
        schema = pq.read_schema(tmp_path / "data" / "acme" / "tables" / f"{table}.parquet")
        assert {n: schema.field(n).type for n in contract.columns} == contract.columns


def test_money_is_decimal_to_the_cent(tmp_path):
    tiny.client(tmp_path, {"a.csv": affiliate({"gmv": "1,234.10"})})
    ingest("acme", tmp_path)
    table = pq.read_table(tmp_path / "data" / "acme" / "tables" / "orders.parquet")
    assert table["gmv"].to_pylist() == [Decimal("1234.10")]


def test_a_rebuild_gives_the_same_bytes_and_leaves_exports_alone(tmp_path):
    folder = tiny.client(
        tmp_path,
        {"a.csv": affiliate({}, {"order": TWO}), name(4, 10): video({}), "s.csv": shop({})},
        creators="handle,status\nmia,active\n",
    )
    raw = {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in (folder / "exports").iterdir()}
    ingest("acme", tmp_path)
    first = {p.name: p.read_bytes() for p in (folder / "tables").iterdir()}
    ingest("acme", tmp_path)
    assert {p.name: p.read_bytes() for p in (folder / "tables").iterdir()} == first
    assert {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in raw} == raw


@pytest.mark.parametrize("changed", ["exports/a.csv", "ledgers/creators.csv", "client.toml"])
def test_tables_are_rebuilt_when_an_input_changed_and_only_then(tmp_path, changed):
    folder = tiny.client(tmp_path, {"a.csv": affiliate({})}, creators="handle\nmia\n")
    clients.open("acme", tmp_path)
    assert is_current(folder)
    built = (folder / "tables" / "orders.parquet").stat().st_mtime_ns
    clients.open("acme", tmp_path)
    assert (folder / "tables" / "orders.parquet").stat().st_mtime_ns == built
    os.utime(folder / changed, (APRIL + 99, APRIL + 99))
    assert not is_current(folder)
    clients.open("acme", tmp_path)
    assert is_current(folder)


def test_a_table_that_is_gone_is_built_again(tmp_path):
    folder = tiny.client(tmp_path, {"a.csv": affiliate({})})
    clients.open("acme", tmp_path)
    (folder / "tables" / "orders.parquet").unlink()
    assert len(clients.open("acme", tmp_path).orders) == 1


def test_the_salt_is_made_once_and_private(tmp_path):
    folder = tiny.client(tmp_path, {"a.csv": affiliate({})})
    ingest("acme", tmp_path)
    salt = folder / "salt"
    made = salt.read_bytes()
    assert len(made) >= 32
    assert stat.S_IMODE(salt.stat().st_mode) == 0o600
    ingest("acme", tmp_path)
    assert salt.read_bytes() == made


def test_a_told_window_is_remembered_for_its_file(tmp_path):
    folder = tiny.client(tmp_path, {"videos.csv": video({})})
    assert [name for name, _ in ingest("acme", tmp_path).refused] == ["videos.csv"]
    told = (date(2026, 5, 4), date(2026, 5, 10))
    assert ingest("acme", tmp_path, window=told).refused == []
    tiny.write(folder / "exports" / "a.csv", affiliate({}))
    client = clients.open("acme", tmp_path)
    assert client.post_stats["window_end"].dt.date.tolist() == [date(2026, 5, 10)]
    assert len(client.orders) == 1


def test_the_zone_of_a_file_time_is_the_clients():
    from kit.downloads import _local_day

    moment = datetime(2026, 5, 4, 3, tzinfo=ZoneInfo("UTC")).timestamp()
    assert _local_day(moment, "America/Los_Angeles") == date(2026, 5, 3)
