"""How far each creator's contribution still moves: replayed from what the downloads had shown."""

from datetime import date, timedelta

import pandas as pd
import pytest

from kit import results, sentences, tables
from kit.money import weekly as money
from kit.money.ledger import summary
from kit.money.settling_creators import by_creator, cases
from tests.small_client import small_client

MONDAYS = [date(2026, 2, 23) + timedelta(weeks=week) for week in range(10)]
AS_OF = MONDAYS[-1] + timedelta(days=6)
NAMES = ["ana", "bo", "cy", "di", "el", "fay"]
BACK = {("bo", 4)}


def line_of(name, week, nth=0):
    key = {"order_id": f"{name}{week}{nth}", "sku_id": "s1", "post_id": None, "gmv": 100.0}
    return {**key, "standard_commission_estimated": 10.0}


def state(name, week, settled):
    if not settled:
        return {"status": "pending", "refunded_amount": 0.0}
    back = 100.0 if (name, week) in BACK else 0.0
    return {"status": "settled", "refunded_amount": back, "standard_commission_actual": 8.0}


def client_of(folder, weeks=range(10), newest=1, costs=0.0):
    """Six creators sell for 100.00 a week; a line settles at 8 of commission, 10 had been expected.

    Every Wednesday's download shows the week before as pending and all earlier ones as settled;
    bo's order of the fifth week comes back. `newest`: orders of ana in the last week, still open.
    """
    orders, versions, files = [], [], []
    for week in weeks:
        monday = MONDAYS[week]
        seen = monday + timedelta(days=9)
        day = {"last_day": str(seen - timedelta(days=3)), "seen_on": str(seen)}
        files.append({"file": f"{seen}.csv", "kind": "affiliate_orders", **day})
        for name in NAMES:
            last = week == 9
            for nth in range(newest if last and name == "ana" else 1):
                line = line_of(name, week, nth)
                sold = {"creator_id": name, "ordered_at": f"{monday + timedelta(days=2)}T20:00:00Z"}
                orders.append({**line, **state(name, week, not last), **sold})
                shown = {**line, "counts": True}
                versions.append({**shown, **state(name, week, False), "seen_on": str(seen)})
                if not last:
                    later = str(seen + timedelta(weeks=1))
                    versions.append({**shown, **state(name, week, True), "seen_on": later})
    product = {"product_id": "p1", "cost_of_goods": costs, "fulfilment_cost": costs}
    return small_client(
        folder,
        creators=[{"creator_id": name} for name in [*NAMES, "gil"]],
        orders=orders,
        order_versions=versions,
        files=files,
        products=[product],
        samples=[
            {"sample_id": "s", "creator_id": "gil", "product_id": "p1", "shipped_on": str(AS_OF)}
            | {"unit_cost": 4.0, "shipping_cost": 1.0}
        ],
    )


def ranges(client):
    left = summary(client, AS_OF)
    return by_creator(client, AS_OF, left[left["subject_kind"] == "creator"]).set_index("subject")


def test_cases_are_what_settled_less_what_had_been_shown(tmp_path):
    rows = cases(client_of(tmp_path), AS_OF, 7).set_index(["creator_id", "sunday"])
    # of four weeks only the newest order was open: 100 less 6 and 10, in the end less 6 and 8
    assert (rows["open"] == 100).all()
    assert (rows["open_orders"] == 1).all()
    came_back = pd.Timestamp(MONDAYS[4] + timedelta(days=6))
    # bo's order was to leave 84; it cost 8 and a fifth of the 6.00 given back
    assert rows.loc[("bo", came_back), "moved"] == pytest.approx((-9.2 - 84) / 100)
    assert rows["moved"].drop(("bo", came_back)).tolist() == pytest.approx([0.02] * (len(rows) - 1))
    assert len(rows) == 6 * 6


def test_a_creator_moves_as_those_with_as_many_open_orders_did_and_as_their_own_past(tmp_path):
    rows = ranges(client_of(tmp_path))
    left = 3 * (100 - 6 - 8) + (100 - 6 - 10)
    for name in ("ana", "cy", "fay"):
        assert rows.loc[name, ["low", "high"]].tolist() == pytest.approx([left, left + 2])
    assert rows.loc["bo", ["low", "high"]].tolist() == pytest.approx([left - 93.2, left + 2])
    assert rows.loc["ana", ["cases", "creators", "open_orders"]].tolist() == [36, 6, 1]
    # without open orders nothing settles any more
    assert rows.loc["gil", ["low", "high"]].tolist() == [-5.0, -5.0]


def test_who_has_more_open_orders_than_anybody_had_moves_as_those_with_fewer(tmp_path):
    rows = ranges(client_of(tmp_path, newest=7))
    left = 3 * 86 + 7 * 84
    assert rows.loc["ana", ["low", "high"]].tolist() == pytest.approx([left, left + 7 * 2])
    assert rows.loc["ana", "open_orders"] == 7


def test_a_short_past_gives_no_range_and_says_so(tmp_path):
    rows = ranges(client_of(tmp_path, weeks=range(5, 10)))
    assert rows.loc["ana", ["low", "high"]].isna().all()
    assert rows.loc["ana", "refused"] == (
        "6 earlier four weeks of 6 creators with as many open orders or fewer settled and "
        "downloaded in time; 20 of 5 creators over 4 Sundays needed"
    )
    assert rows.loc["gil", ["low", "high"]].tolist() == [-5.0, -5.0]


def test_a_contribution_that_is_not_known_has_no_range(tmp_path):
    rows = ranges(client_of(tmp_path, costs=None))
    assert rows.loc["ana", ["low", "high"]].isna().all()
    assert rows.loc["ana", "refused"] == "the contribution is not known"


def test_the_review_shows_the_range_beside_each_creator(tmp_path):
    client = client_of(tmp_path)
    found = money.weekly(client, AS_OF)
    shown = tables.creators_by_contribution(found["money_left"]).as_raw_html()
    assert "$342 to $344" in shown
    assert "$249 to $344" in shown  # bo's
    rows = results.figures("weekly_review", *money.figures(found, "small", AS_OF))
    own = rows[rows["metric"] == "contribution_provisional"].set_index("subject")
    assert own.loc["bo", ["value", "ci_low", "ci_high", "n"]].tolist() == pytest.approx(
        [342.0, 248.8, 344.0, 36]
    )
    assert own.loc["small", "status"] == "provisional"


def test_a_loser_is_named_with_the_range_that_may_turn_it():
    columns = "subject_kind subject net_revenue contribution low high sells_well loses unknown"
    row = ("creator", "bo", 500.0, -20.0, -31.0, 4.0, True, True, "")
    left = pd.DataFrame([row], columns=columns.split())
    assert sentences.sell_and_lose(left) == (
        "The creator who sells best loses money: bo ($500 sold, −$20.00 left, −$31.00 to $4.00 "
        "once settled)."
    )
