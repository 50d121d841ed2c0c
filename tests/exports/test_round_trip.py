"""Any table, written as an export in any variant that is known, is read back as it was.

The tables are random but true to the platform's arithmetic (parts make the whole, commission is
rate × base). The writers are the test's own: nothing of the kit decides how a cell is printed.
"""

import csv
import io
import math
import random
import tomllib
import zipfile
from datetime import datetime, timedelta
from importlib import resources
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from kit.exports import archives, read_file
from kit.exports.kinds import KINDS, type_of
from tests.exports.readings import ZONES, reading

REGISTER = tomllib.loads(resources.files("kit.exports").joinpath("headers.toml").read_text("utf-8"))
WORDS = tomllib.loads(resources.files("kit.exports").joinpath("words.toml").read_text("utf-8"))
WINDOW = "_20260701-20260731"
# Market → how its files print amounts: thousands sign, decimal sign, decimals, marks.
MARKETS = {
    ("USD", "US"): (",", ".", 2, ("", "$", "USD ")),
    ("MYR", "MY"): (",", ".", 2, ("", "RM", "MYR ")),
    ("BRL", "BR"): (".", ",", 2, ("", "R$ ", "BRL ")),
    ("IDR", "ID"): (".", ",", 0, ("", "Rp", "IDR ")),
    ("VND", "VN"): (".", ",", 0, ("", "₫", "VND ")),
    ("THB", "TH"): (",", ".", 2, ("", "฿", "THB ")),
}
VARIANTS = sorted(
    {
        (kind, entry["language"])
        for kind, columns in REGISTER.items()
        for name, entries in columns.items()
        if name != "ignored"
        for entry in entries
        if entry["language"] != "api"
        and kind != "ads_manager"  # whose columns are the user's choice
    }
)


def table(kind, rng, length, places):
    """Rows by canonical column, consistent with one another."""
    makers = {"affiliate_orders": _affiliate, "shop_orders": _shop, "gmv_max_creative": _ads}
    make = makers.get(kind, _listed)
    return [make(kind, rng, number, places) for number in range(length)]


def _money(rng, most, places):
    return round(rng.uniform(0, most), places)


def _id(rng, number):
    return str(rng.randrange(10**17, 9 * 10**17)) + str(number % 9 + 1)


def _listed(kind, rng, number, places):
    orders = rng.choice([0, 0, 1, 7, 1204])
    items = orders + rng.choice([0, 0, 2])
    scale = 1 if places else 1000
    parts = [_money(rng, 2000 * scale, places) for _ in range(3)]
    views = rng.randrange(1, 2_000_000)
    shown = rng.randrange(1, 90_000)
    clicks = rng.randrange(0, shown)
    gmv = round(sum(parts), places)
    handle, post = f"maker.{number}_{rng.randrange(99)}", _id(rng, number)
    return {
        "handle": handle,
        "caption": rng.choice(["Three mistakes, one serum", 'Say "yes"', "Ünder; 1,5 ¤ Preis"]),
        "product_name": "Serum 30 ml",
        "post_id": post,
        "link": f"https://www.tiktok.com/@{handle}/video/{post}",
        "published_at": datetime(2026, 7, 1) + timedelta(days=rng.randrange(30)),
        "product_id": _id(rng, number),
        "gmv": gmv,
        "gmv_live": parts[0],
        "gmv_video": parts[1],
        "gmv_product_card": parts[2],
        "orders": orders,
        "items_sold": items,
        "refunded_amount": _money(rng, gmv, places),
        "items_refunded": 1,
        "commission_estimated": _money(rng, 90 * scale, places),
        "views": views,
        "impressions": shown,
        "clicks": clicks,
        "click_through_rate_reported": round(clicks / shown, 4),
        "followers": rng.randrange(10_000_000),
        "videos_posted": 2,
        "lives_posted": 1,
    }


def _affiliate(kind, rng, number, places):
    scale = 1 if places else 1000
    price = round(rng.randrange(5, 300) * scale, places)
    created = datetime(2026, 7, 13) + timedelta(seconds=rng.randrange(15 * 86_400))
    ads, settled = rng.random() < 0.3, rng.random() < 0.5
    rate = rng.choice([0.08, 0.15, 0.125])
    due = round(price * rate, places)
    own = {True: (None, None, None), False: (rate, due, due if settled else None)}
    return {
        "order_id": _id(rng, number),
        "product_id": f"17290000000000{number + 10_101:05d}",
        "sku_id": f"17290000000001{number + 10_101:05d}",
        "product_name": "Serum 30 ml",
        "gmv": price,
        "currency": None,
        "quantity": 1,
        "fully_refunded": False,
        "status": "settled" if settled else "pending",
        "handle": f"maker.{number}",
        "content_type": rng.choice(["video", "live", "showcase"]),
        "post_id": _id(rng, number),
        "standard_commission_rate": own[ads][0],
        "commission_base_estimated": price,
        "standard_commission_estimated": own[ads][1],
        "commission_base_actual": price if settled else None,
        "standard_commission_actual": own[ads][2],
        "shop_ads_commission_rate": own[not ads][0],
        "shop_ads_commission_estimated": own[not ads][1],
        "shop_ads_commission_actual": own[not ads][2],
        "ordered_at": created,
        "paid_at": created + timedelta(seconds=90),
        "delivered_at": created + timedelta(days=4) if settled else None,
        "commission_paid_at": created + timedelta(days=20) if settled else None,
    }


def _shop(kind, rng, number, places):
    scale = 1 if places else 1000
    before = float(rng.randrange(10, 300) * scale)
    less = [_money(rng, before / 4, places) for _ in range(2)]
    after = round(before - sum(less), places)
    created = datetime(2026, 7, 13) + timedelta(seconds=rng.randrange(15 * 86_400))
    done = rng.random() < 0.6
    return {
        "order_id": _id(rng, number),
        "status": "completed" if done else "to_ship",
        "substatus": "",
        "sku_id": f"17290000000001{number + 10_101:05d}",
        "product_id": f"17290000000000{number + 10_101:05d}",
        "quantity": 2,
        "returned_quantity": rng.choice([0, 0, 1]),
        "gmv": before,
        "platform_discount": less[0],
        "seller_discount": less[1],
        "line_revenue": after,
        "order_amount": round(after + 5 * scale, places),
        "order_refunded_amount": None,
        "ordered_at": created,
        "paid_at": created + timedelta(seconds=45),
        "delivered_at": created + timedelta(days=3) if done else None,
        "cancelled_at": None,
        "buyer_key": f"buyer_{number}",
    }


def _ads(kind, rng, number, places):
    shown = rng.randrange(100, 90_000)
    clicks = rng.randrange(1, shown // 10 + 2)
    hold = round(rng.uniform(0.2, 0.6), 4)
    return {
        "campaign_id": "1838000000000601",
        "product_id": f"17290000000000{number + 10_101:05d}",
        "post_id": _id(rng, number),
        "delivery_status": "Delivering",
        "spend": _money(rng, 900, 2),
        "revenue": _money(rng, 9000, 2),
        "orders": rng.randrange(1, 90),
        "impressions": shown,
        "clicks": clicks,
        "click_through_rate_reported": round(clicks / shown, 4),
        "view_rate_2s": hold,
        "view_rate_6s": round(hold / 2, 4),
    }


class Style:
    """One way to print: the market's amounts, one mark, one date form, percents, ids."""

    def __init__(self, kind, market, draw):
        self.kind, self.market = kind, market
        thousands, decimal, places, marks = MARKETS[market]
        ads = KINDS[kind].ads
        self.places = 2 if ads else places
        self.decimal = "." if ads else decimal
        plain = ads or kind in ("affiliate_orders", "shop_orders")
        self.thousands = draw(st.sampled_from(["", thousands])) if not ads else ""
        self.mark = "" if plain else draw(st.sampled_from(marks))
        self.percent = draw(st.booleans()) or kind == "affiliate_orders"
        self.tabs = draw(st.booleans())
        self.day_first = market[1] != "US" or kind == "affiliate_orders"
        self.clock = draw(st.booleans())  # with AM and PM
        self.iso = draw(st.booleans())
        self.numbers = False  # a workbook's cells may be numbers and not texts

    def cell(self, column, value):
        if value is None:
            return "" if self.kind in ("affiliate_orders", "shop_orders") else "--"
        kind = type_of(column)
        if self.numbers and kind in ("money", "count", "id"):
            return int(value) if kind == "id" else value
        if kind == "money":
            return self.mark + self._number(value, self.places)
        if kind == "count":
            return self._number(value, 0)
        if kind == "rate":
            text = f"{100 * value:.2f}%" if self.percent else f"{value:.4f}"
            return text.replace(".", self.decimal) if self.decimal == "," else text
        if kind == "time":
            return self._time(column, value)
        if kind == "id" and self.tabs:
            return f"{value}\t"
        if kind == "flag":
            return "Yes" if value else "No"
        return str(value)

    def _number(self, value, places):
        whole, _, rest = f"{value:,.{places}f}".partition(".")
        text = whole.replace(",", self.thousands)
        return text + (self.decimal + rest if rest else "")

    def _time(self, column, value):
        if column == "published_at":
            return value.strftime("%Y-%m-%d")
        if self.iso:
            return value.strftime("%Y-%m-%d %H:%M:%S")
        if self.kind == "shop_orders" and not self.day_first and self.clock:
            return value.strftime("%m/%d/%Y %I:%M:%S %p")
        return value.strftime("%d/%m/%Y %H:%M:%S" if self.day_first else "%m/%d/%Y %H:%M:%S")


def headers(kind, language, columns, draw):
    """The printed header of each column: one of the language, failing that an English one."""
    names = []
    for column in columns:
        entries = [e for e in REGISTER[kind][column] if e["language"] != "api"]
        own = [e for e in entries if e["language"] == language] or entries
        names.append(draw(st.sampled_from([entry["header"] for entry in own])))
    return names


def save(folder, name, rows, form, draw):
    """The file, and its member's name if it went into an archive."""
    path = Path(folder) / name
    if form == "xlsx":
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        book.save(path.with_suffix(".xlsx"))
        path = path.with_suffix(".xlsx")
    else:
        delimiter = "\t" if form == "tsv" else draw(st.sampled_from([",", ";"]))
        text = io.StringIO()
        csv.writer(text, delimiter=delimiter).writerows(rows)
        encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]))
        try:
            content = text.getvalue().encode(encoding)
        except UnicodeEncodeError:
            content = text.getvalue().encode("utf-8")
        path = path.with_suffix(".csv")
        path.write_bytes(content)
    if not draw(st.booleans()):
        return path, None
    archive = path.with_suffix(".zip")
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        target.write(path, path.name)
    (member,) = archives.members(archive)
    return archive, member.name


@pytest.mark.parametrize(("kind", "language"), VARIANTS)
@settings(
    max_examples=12,
    phases=[Phase.generate],  # a failing table is told as it was drawn
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_a_table_written_in_any_variant_is_read_back_as_it_was(tmp_path, kind, language, data):
    draw = data.draw
    market = draw(st.sampled_from(sorted(MARKETS)))
    style = Style(kind, market, draw)
    rng = random.Random(draw(st.integers(0, 10**6)))
    rows = table(kind, rng, draw(st.integers(1, 30)), style.places)
    known = [c for c in rows[0] if any(e["language"] != "api" for e in REGISTER[kind].get(c, ()))]
    if kind == "affiliate_orders":
        for row in rows:
            row["currency"] = market[0]
    form = draw(st.sampled_from(["csv", "tsv", "xlsx"]))
    style.numbers = form == "xlsx" and draw(st.booleans())
    if style.numbers:
        _shorten(rows)
    rng.shuffle(known)
    printed = headers(kind, language, known, draw)
    cells = [[style.cell(c, _word(kind, c, row[c], rng)) for c in known] for row in rows]
    path, member = save(tmp_path, f"list{WINDOW}", [printed, *cells], form, draw)
    read = reading(*market, window=None)
    (export,) = read_file(path, read, member)
    assert export.kind == kind
    assert export.set_aside.empty
    assert len(export.rows) == len(rows)
    for column in known:
        _same(export.rows, rows, kind, column, ZONES[market])


def _shorten(rows):
    """Ids of 15 digits: as many as a spreadsheet keeps of a number."""
    for row in rows:
        for column in [name for name in row if type_of(name) == "id"]:
            long = row[column]
            row[column] = long[:9] + long[-6:]
            if column == "post_id" and "link" in row:
                row["link"] = row["link"].replace(long, row[column])


def _word(kind, column, value, rng):
    """A code as a file prints it, in any language."""
    register = {
        ("affiliate_orders", "status"): "affiliate_status",
        ("affiliate_orders", "content_type"): "content_type",
        ("shop_orders", "status"): "shop_status",
    }.get((kind, column))
    return rng.choice(WORDS[register][value]) if register else value


def _same(found, rows, kind, column, zone):
    """One column of the export against the table."""
    due = [row[column] for row in rows]
    if column == "product_id" and KINDS[kind].product_lists:
        assert found["product_ids"].tolist() == [[value] for value in due]
    elif column == "published_at":
        assert found["published_on"].tolist() == [pd.Timestamp(value) for value in due]
    elif type_of(column) == "time":
        moments = [v and pd.Timestamp(v, tz=ZoneInfo(zone)).tz_convert("UTC") for v in due]
        assert [None if pd.isna(v) else v for v in found[column]] == moments
    elif type_of(column) == "buyer":
        assert found[column].nunique() == len(set(due))
    elif type_of(column) in ("money", "rate", "count"):
        for value, real in zip(found[column].tolist(), due, strict=True):
            if real is None:
                assert pd.isna(value)
            else:
                assert math.isclose(value, real, abs_tol=1e-9), column
    elif column != "substatus":
        assert found[column].tolist() == due
