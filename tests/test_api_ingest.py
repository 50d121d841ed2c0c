"""Saved API responses beside files of the same client: one line stays one line."""

import json
import os

import pandas as pd

from kit import client as clients
from kit.ingest import ingest
from tests import tiny
from tests.exports.readings import FIXTURES

APRIL = pd.Timestamp("2026-04-27 09:00").timestamp()
ORDERS = json.loads((FIXTURES / "api_affiliate_orders.json").read_text(encoding="utf-8"))
SETTLED = "5799000000000000401"


def lay(home, files=None, **ledgers):
    """A client whose exports are these JSON files, as {name: (content, time)}."""
    folder = tiny.client(home, {}, **ledgers)
    for name, (content, at) in (files or {}).items():
        path = folder / "exports" / name
        path.write_text(json.dumps(content), encoding="utf-8")
        os.utime(path, (at, at))
    return folder


def line(status):
    """The first order of the fixture as the csv export prints it."""
    return tiny.export(
        tiny.AFFILIATE,
        {"order": SETTLED, "handle": "sample.creator.01", "status": status, "gmv": "39.80"},
    )


def test_the_same_order_in_csv_and_json_is_one_line_in_its_further_state(tmp_path):
    folder = lay(tmp_path, {"api.json": (ORDERS, APRIL)})
    tiny.write(folder / "exports" / "later.csv", line("Pending"), at=APRIL + 9e5)
    orders = clients.open("acme", tmp_path).orders.set_index("order_id")
    assert orders["gmv"].to_dict() == {SETTLED: 39.8, "5799000000000000402": 79.6}
    assert orders.loc[SETTLED, ["status", "file"]].tolist() == ["settled", "api.json"]
    assert orders["counts"].all()


def test_a_settled_csv_line_wins_over_a_later_response_that_still_waits(tmp_path):
    waiting = json.loads(json.dumps(ORDERS))
    own = waiting["data"]["orders"][0]["skus"][0]
    own |= {"settlement_status": "To-SETTLE", "actual_paid_commission": {}}
    own |= {"actual_commission_base": {}}
    folder = lay(tmp_path, {"api.json": (waiting, APRIL + 9e5)})
    tiny.write(folder / "exports" / "a.csv", line("Settled"), at=APRIL)
    orders = clients.open("acme", tmp_path).orders.set_index("order_id")
    assert orders.loc[SETTLED, ["status", "file"]].tolist() == ["settled", "a.csv"]
    assert len(orders) == 2


def test_report_days_and_a_weekly_file_are_never_added(tmp_path):
    report = json.loads((FIXTURES / "api_gmv_max_report.json").read_text(encoding="utf-8"))
    folder = lay(tmp_path, {"report.json": (report, APRIL)})
    week = tiny.export(tiny.ADS, {"spend": "99.00"})
    tiny.write(folder / "exports" / "ads_20260706-20260712.csv", week, at=APRIL)
    client = clients.open("acme", tmp_path)
    assert client.frame("ad_stats")["spend"].tolist() == [99.0]
    windows = client.frame("windows").set_index("window_start")["kept"]
    assert windows.to_dict() == {
        pd.Timestamp("2026-07-06"): True,
        pd.Timestamp("2026-07-08"): False,
    }


def test_report_days_alone_are_windows_of_a_day(tmp_path):
    report = json.loads((FIXTURES / "api_gmv_max_report.json").read_text(encoding="utf-8"))
    lay(tmp_path, {"report.json": (report, APRIL)})
    ads = clients.open("acme", tmp_path).frame("ad_stats")
    assert sorted(ads["spend"]) == [6.1, 41.2]
    assert set(ads["window_start"]) == set(ads["window_end"]) == {pd.Timestamp("2026-07-08")}


def application(number, handle, status, order=""):
    return {
        "id": f"759900000000000090{number}",
        "status": status,
        "fulfillment_status": "",
        "order_id": order,
        "creator": {"username": handle},
        "product": {"id": "1729000000000000202", "sku_id": "1729000000000000302"},
    }


def test_sample_applications_stand_beside_the_ledger(tmp_path):
    asked = [
        application(1, "mia", "SHIPPED", order="5799000000000000404"),
        application(2, "bo", "CONTENT_PENDING"),
        application(3, "zoe", "REJECT_CANCELLED"),
    ]
    ledger = "handle,sample_id,unit_cost,shipping_cost,order_id\nmia,S-1,8,2,5799000000000000404\n"
    folder = lay(tmp_path, {"samples.json": ({"sample_applications": asked}, APRIL)})
    (folder / "ledgers").mkdir(exist_ok=True)
    (folder / "ledgers" / "samples.csv").write_text(ledger, encoding="utf-8")
    report = ingest("acme", tmp_path)
    assert report.refused == []
    client = clients.open("acme", tmp_path)
    found = client.frame("samples").set_index("creator_id")
    assert found["sample_id"].to_dict() == {
        "mia": "S-1",
        "bo": "7599000000000000902",
        "zoe": "7599000000000000903",
    }
    assert found["unit_cost"].fillna(-1).to_dict() == {"mia": 8.0, "bo": -1, "zoe": -1}
    assert found["status"].to_dict() == {
        "mia": "shipped",
        "bo": "content_pending",
        "zoe": "cancelled",
    }
    # who was refused a sample is no creator of the program
    creators = client.frame("creators").set_index("creator_id")
    assert creators["in_exports"].to_dict() == {"mia": True, "bo": True}
