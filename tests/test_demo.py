"""The sample client: the same bytes each time, genuine files, and the plants that it promises."""

import csv
import hashlib
import io
import json
import re
import zipfile
from collections import defaultdict
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from kit import demo
from kit.demo import states, story
from kit.demo import truth as count
from kit.demo.known import on_roster, tier_of
from kit.errors import ClientError

COMMITTED = Path(__file__).parents[1] / "data" / "sample"
WEEK_OF_GAP = ("20260223-20260301", "2026-02-23")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("demo") / "sample"
    demo.make_demo(place)
    return place


@pytest.fixture(scope="module")
def world():
    return demo.make_world()


def files(place):
    return {
        path.relative_to(place).as_posix(): path
        for top in ("exports", "ledgers", "client.toml", "truth.json")
        for path in ([place / top] if (place / top).is_file() else (place / top).rglob("*"))
        if path.is_file()
    }


def meaning(path):
    """A workbook's parts, whatever packed them; any other file's bytes."""
    content = path.read_bytes()
    if path.suffix != ".xlsx":
        return hashlib.sha256(content).hexdigest()
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        parts = [(name, book.read(name)) for name in book.namelist()]
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def sheet(path):
    book = openpyxl.load_workbook(path, read_only=True)
    rows = [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]
    book.close()
    return rows


def lists(place, kind):
    return sorted((place / "exports").rglob(f"Transaction_Analysis_{kind}_List_*.xlsx"))


def table(place, name):
    with (place / "ledgers" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def orders_csv(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def cents(text):
    return round(float(text.replace("$", "").replace(",", "")) * 100)


def planted(truth, name):
    return next(entry for entry in truth["plants"] if entry["plant"] == name)


def figures(truth, metric, kind):
    place = {column: number for number, column in enumerate(truth["columns"])}
    return {
        (row[place["subject"]], row[place["period_start"]]): row[place["value"]]
        for row in truth["figures"]
        if row[place["metric"]] == metric and row[place["subject_kind"]] == kind
    }


@pytest.fixture(scope="module")
def truth(folder):
    return json.loads((folder / "truth.json").read_text(encoding="utf-8"))


def test_two_runs_give_the_same_bytes(folder, tmp_path):
    demo.make_demo(tmp_path / "sample")
    again = files(tmp_path / "sample")
    assert {name: path.read_bytes() for name, path in again.items()} == {
        name: path.read_bytes() for name, path in files(folder).items()
    }


def test_the_committed_sample_is_what_the_command_writes(folder):
    committed = {name: meaning(path) for name, path in files(COMMITTED).items()}
    assert committed == {name: meaning(path) for name, path in files(folder).items()}


def test_another_seed_gives_another_program(tmp_path, world):
    other = demo.make_world(seed=7)
    assert {order.order_id for order in other.orders}.isdisjoint(o.order_id for o in world.orders)


def test_the_sample_stays_small(folder):
    assert sum(path.stat().st_size for path in files(folder).values()) < 12_000_000


def test_thirty_weeks_end_on_a_sunday_and_one_wednesday_is_missing(folder):
    assert story.END == date(2026, 5, 10)
    days = sorted(path.name for path in (folder / "exports").iterdir())
    assert (len(days), days[0], days[-1]) == (29, "2025-10-22", "2026-05-13")
    assert "2026-03-04" not in days
    names = [path.name for path in (folder / "exports").rglob("*.xlsx")]
    assert not [name for name in names for gap in WEEK_OF_GAP if gap in name]


def test_orders_of_the_missing_week_are_in_later_files(folder):
    (path,) = (folder / "exports" / "2026-03-11").glob("All order-*.csv")
    days = {row["Created Time"][:5] for row in orders_csv(path)}
    assert {"02/23", "02/26", "03/01"} <= days
    later = sheet_or_csv(next((folder / "exports" / "2026-03-11").glob("affiliate_orders_*")))
    assert {"23/02/2026", "01/03/2026"} <= {row["Time Created"][:10] for row in later}


def sheet_or_csv(path):
    if path.suffix == ".csv":
        return orders_csv(path)
    header, *rows = sheet(path)
    return [dict(zip(header, ["" if c is None else c for c in row], strict=True)) for row in rows]


def test_headers_are_renamed_in_april_and_definitions_stand_in_row_two(folder):
    old = sheet(lists(folder, "Creator")[0])
    new = sheet(lists(folder, "Creator")[-1])
    assert old[0][:2] == ["Creator name", "Affiliate-attributed GMV"]
    assert new[0][:2] == ["Creator name", "Creator-attributed GMV"]
    assert len(new[0]) == 23
    assert old[1][0].startswith("In words")
    spring = sheet(next((folder / "exports" / "2026-04-29").glob("*Creator_List*")))[0]
    assert "Avg.daily products added to showcase" in spring
    assert "Customers" not in spring


def test_parts_of_creator_data_add_up_to_the_cent(folder):
    for path in lists(folder, "Creator")[::6]:
        header, _, *rows = sheet(path)
        assert len(rows) > 20
        for row in rows:
            gmv = {
                name: cents(cell) for name, cell in zip(header, row, strict=True) if "GMV" in name
            }
            total, *parts = gmv.values()
            assert total == sum(parts), (path.name, row[0])


def test_lists_agree_with_the_order_lines_of_the_week(folder):
    """Creator data = paid affiliate lines by day created; LIVE list and video data their parts."""
    newest = folder / "exports" / "2026-05-13"
    lines = sheet_or_csv(next(newest.glob("affiliate_orders_*")))
    week = [f"{day:02d}/05/2026" for day in range(4, 11)]
    paid = [row for row in lines if row["Payment time"] and row["Time Created"][:10] in week]
    by_handle, by_post = defaultdict(int), defaultdict(int)
    for row in paid:
        by_handle[row["Creator Username"]] += cents(row["Payment Amount"])
        by_post[row["Content ID"]] += cents(row["Payment Amount"])
    header, _, *rows = sheet(next(newest.glob("*Creator_List*")))
    listed = {row[0]: cents(row[1]) for row in rows if cents(row[1])}
    assert listed == dict(by_handle)
    money = header.index("Creator video-attributed GMV")
    header, _, *rows = sheet(next(newest.glob("*Video_List*")))
    place = header.index("Creator video-attributed GMV")
    videos = {row[1]: cents(row[place]) for row in rows if cents(row[place])}
    _, _, *lives = sheet(next(newest.glob("*Live_List*")))
    sold = {row[1]: cents(row[7]) for row in lives if cents(row[7])}
    assert videos | sold == {post: amount for post, amount in by_post.items() if post}
    assert money == 3


def test_later_files_restate_lines_from_estimated_to_settled(folder):
    seen = defaultdict(list)
    for path in sorted((folder / "exports").rglob("affiliate_orders_*")):
        for row in sheet_or_csv(path):
            key = (row["Order ID"], row["SKU ID"], row["Content ID"])
            seen[key].append((row["Order Status"], row["Actual Commission Payment"]))
    assert sum(len(versions) for versions in seen.values()) / len(seen) > 3
    settled = [v for v in seen.values() if v[-1][0] == "Settled" and v[0][0] == "Pending"]
    assert len(settled) > 2_000
    assert {status for versions in seen.values() for status, _ in versions} == {
        "Unpaid",
        "Pending",
        "Settled",
        "Ineligible",
        "Frozen",
    }


def test_every_line_is_final_in_the_last_file_that_shows_it(world):
    """A return or a settlement after the last look would be known to nobody."""
    for order in world.orders:
        for line in order.lines:
            if not line.creator or not order.paid_at:
                continue
            seen = states.last_affiliate_view(line)
            final = states.downloads()[-1].at
            assert states.affiliate_state(line, seen) == states.affiliate_state(line, final) or (
                seen == final
            )
            shop = states.last_shop_view(order)
            assert states.returned_by(line, shop) == states.returned_by(line, final)


def test_ids_are_nineteen_digits_of_text_that_no_spreadsheet_rounded(folder):
    rows = [row for path in lists(folder, "Video")[-3:] for row in sheet(path)[2:]]
    assert rows
    for row in rows:
        assert re.fullmatch(r"7\d{18}", row[1])
        assert not row[1].endswith("000")


def test_personal_fields_are_plainly_invented(folder):
    path = next((folder / "exports" / "2026-05-13").glob("All order-*.csv"))
    rows = orders_csv(path)
    buyers = {row["Buyer Username"] for row in rows if float(row["SKU Subtotal Before Discount"])}
    assert all(re.fullmatch(r"demo_buyer_\d{5}", buyer) for buyer in buyers)
    assert {row["Recipient"] for row in rows} == {"D*** B***"}
    assert {row["Phone #"] for row in rows} == {"(+1)***-***-0100"}
    assert len(rows[0]) == 63


def test_samples_are_zero_value_shop_orders_named_in_the_ledger(folder):
    ledger = {row["order_id"] for row in table(folder, "samples") if row["order_id"]}
    zero = set()
    for path in (folder / "exports").rglob("All order-*"):
        rows = [row for row in sheet_or_csv(path) if not row["Order ID"].startswith("Platform")]
        for row in rows:
            if not float(row["SKU Subtotal Before Discount"]):
                zero.add(row["Order ID"].strip())
    assert zero == ledger
    assert len(ledger) > 200


def test_two_downloads_overlap_and_one_is_a_copy(folder):
    names = [path.name for path in lists(folder, "Video")]
    assert "Transaction_Analysis_Video_List_20260302-20260329.xlsx" in names
    assert names.count("Transaction_Analysis_Video_List_20260323-20260329.xlsx") == 2
    copies = [path for path in lists(folder, "Live") if "(1)" in path.name]
    assert copies[0].read_bytes() == Path(str(copies[0]).replace(" (1)", "")).read_bytes()


def test_the_roster_is_as_large_as_the_article_asks(world):
    roster = [person for person in world.people if on_roster(person)]
    tiers = [tier_of(person) for person in roster]
    assert (tiers.count(2), tiers.count(3)) == (9, 2)
    assert 115 <= tiers.count(1) <= 125


def test_posts_grow_from_eight_to_about_thirty_five_a_week(world):
    weeks = defaultdict(int)
    for post in world.posts:
        weeks[(post.published_on - story.START).days // 7] += 1
    assert weeks[0] == 8
    assert all(33 <= weeks[week] <= 38 for week in range(25, 30))


def test_the_pair_is_the_articles_to_the_view(folder, truth):
    totals = defaultdict(lambda: [0, 0, 0])
    for path in lists(folder, "Video"):
        if path.parent.name < "2026-04-22" or "20260323" in path.name:
            continue
        header, _, *rows = sheet(path)
        columns = ("Video views", "Video product clicks", "Video-attributed orders")
        places = [header.index(name) for name in columns]
        for row in rows:
            for number, place in enumerate(places):
                totals[row[1]][number] += int(row[place].replace(",", ""))
    better, worse = planted(truth, "persuasive_post"), planted(truth, "interesting_post")
    assert totals[better["subject"]] == [8_000, 325, 13]  # 4.0% of clicks
    assert totals[worse["subject"]] == [200_000, 3_000, 18]  # 0.6%
    assert better["creator"] != worse["creator"]


def test_ledgers_name_only_creators_of_the_exports(folder):
    handles = {row[0].lstrip("@") for path in lists(folder, "Creator") for row in sheet(path)[2:]}
    for name in ("creators", "agreements", "samples", "briefs", "tiers", "compliance"):
        rows = table(folder, name)
        assert rows, name
        assert {row["handle"] for row in rows} <= handles, name


def test_truth_holds_the_six_metrics_and_velocity(truth):
    wanted = {
        *("velocity", "output_rate", "conversion_rate", "revenue_per_post", "hook_retention"),
        *("repeat_purchase_rate", "commission_ratio", "all_in_cost_ratio", "gmv", "net_revenue"),
        *("orders", "clicks", "views", "tier_median_revenue_per_post", "active_creators"),
    }
    assert wanted <= {row[0] for row in truth["figures"]}
    keys = [tuple(row[:5]) for row in truth["figures"]]
    assert len(keys) == len(set(keys))


def test_truth_is_in_neither_of_the_folders_that_are_read(folder):
    inside = [name for name in files(folder) if name != "truth.json"]
    assert not [name for name in inside if "truth" in name or name.endswith(".json")]


def value(truth, metric, plant, period=""):
    found = figures(truth, metric, "creator")
    handle = next(p["subject"] for p in truth["plants"] if p["plant"] == plant)
    return next(v for (who, start), v in sorted(found.items()) if who == handle and start >= period)


def test_planted_creators_stand_out_in_the_truth(truth):
    month = "2026-04-13"
    assert value(truth, "conversion_rate", "low_conversion", month) < 0.006
    assert value(truth, "hook_retention", "weak_hook") < 0.20
    assert value(truth, "output_rate", "stopped_posting", month) == 0
    assert value(truth, "output_rate", "half_delivered", month) < 0.4
    assert value(truth, "commission_ratio_settled", "commission_outlier") > 0.29
    assert value(truth, "repeat_purchase_rate", "loyal_buyers") > 0.45
    assert value(truth, "repeat_purchase_rate", "one_time_buyers") == 0
    medians = figures(truth, "tier_median_revenue_per_post", "tier")
    median = medians["1", "2026-02-16"]
    assert value(truth, "revenue_per_post", "steady_star") > 1.5 * median
    assert value(truth, "revenue_per_post", "star_with_incident") > 1.5 * median
    assert value(truth, "revenue_per_post", "follower_rich") < 0.5 * median


def test_follower_rich_has_more_followers_than_the_star(folder, truth):
    followers = {row["handle"]: int(row["followers"]) for row in table(folder, "creators")}
    rich = planted(truth, "follower_rich")["subject"]
    assert followers[rich] > 2 * followers[planted(truth, "steady_star")["subject"]]
    assert followers[rich] < 100_000


def test_the_planted_cell_sells_for_one_product_and_not_the_other(world):
    def rate(product):
        cell = [
            post
            for post in world.posts
            if post.brief and post.angle == "transformation_reveal" and post.products[0] is product
        ]
        sold = defaultdict(int)
        for order in world.orders:
            for line in order.lines:
                if line.post and not line.through_ads:
                    sold[line.post.post_id] += 1
        clicks = sum(day[2] for post in cell for day in post.traffic.values())
        return sum(sold[post.post_id] for post in cell) / clicks

    assert rate(story.SERUM) > 3 * rate(story.CLEANSER)


@pytest.mark.parametrize(
    ("plant", "metric", "least", "period"),
    [
        ("low_conversion", "conversion_rate", 0.012, "2026-04-13"),
        ("weak_hook", "hook_retention", 0.28, ""),
        ("stopped_posting", "output_rate", 0.7, "2026-04-13"),
        ("half_delivered", "output_rate", 0.7, "2026-04-13"),
        ("one_time_buyers", "repeat_purchase_rate", 0.05, ""),
    ],
)
def test_without_its_cause_a_plant_is_gone(truth, plant, metric, least, period):
    handle = planted(truth, plant)["subject"]
    told = count.told(demo.make_world(without=plant))
    assert plant not in [entry["plant"] for entry in told["plants"]]
    found = figures(told, metric, "creator")
    now = next(v for (who, start), v in sorted(found.items()) if who == handle and start >= period)
    assert now > least


def test_an_unknown_plant_is_refused_by_name():
    with pytest.raises(ClientError, match="has no plant weak_hok. Did you mean weak_hook"):
        demo.make_world(without="weak_hok")


def test_a_real_client_is_never_overwritten(tmp_path):
    (tmp_path / "client.toml").write_text('name = "Acme"\n', encoding="utf-8")
    with pytest.raises(ClientError, match="does not say demo = true"):
        demo.make_demo(tmp_path)
    assert (tmp_path / "client.toml").read_text(encoding="utf-8") == 'name = "Acme"\n'


def test_exports_without_a_client_are_never_overwritten(tmp_path):
    (tmp_path / "exports").mkdir()
    with pytest.raises(ClientError, match="exports or ledgers but no client.toml"):
        demo.make_demo(tmp_path)
