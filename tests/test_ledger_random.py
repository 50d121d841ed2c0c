"""Random ledgers against a recount in plain loops: sums, refunds and costs that are not entered."""

import copy
import tempfile
from pathlib import Path

import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kit.money import UNASSIGNED, ledger, summary
from kit.money.ledger import SALES, week_name
from tests.benchmarks import simulate_ledgers as simulate

KINDS = ["program", "creator", "product", "post", "week"]
CENT = 0.005


def differences(client, drawn):
    """What of the ledger is not as recounted: sums of the kinds, subjects, lines of money."""
    rows = ledger(client, simulate.AS_OF)
    line = rows["line"].where(~rows["line"].isin(SALES), "net_revenue")
    each = rows.assign(line=line).groupby(["subject_kind", "subject", "line"])["amount"]
    sums = each.agg(lambda amounts: amounts.sum(skipna=False))
    known = rows.groupby(["subject_kind", "line"])["amount"].sum().unstack("line")
    apart = (known - known.loc["program"]).abs().max().max()
    found = [("the kinds do not sum to the program", apart)] if apart >= CENT else []
    for kind in KINDS:
        have = sums.loc[kind]
        for subject, lines in simulate.recount(drawn, kind).items():
            name = UNASSIGNED[kind] if subject is None else subject
            name = week_name(name) if kind == "week" and subject else name
            for line, value in lines.items():
                got = have.get((name, line), 0.0)
                if (value is None) != pd.isna(got) or (
                    value is not None and abs(got - value) >= CENT
                ):
                    found.append((kind, name, line, value, got))
    return found


def left(client):
    rows = summary(client, simulate.AS_OF).set_index(["subject_kind", "subject"])
    return rows["contribution"]


@settings(max_examples=3, suppress_health_check=list(HealthCheck))
@given(st.lists(st.integers(0, 10**9), min_size=60, max_size=60, unique=True))
def test_every_subject_and_line_is_as_recounted(seeds):
    drawn = [simulate.Drawn(seed) for seed in seeds]
    with tempfile.TemporaryDirectory() as folder:
        assert differences(simulate.client(Path(folder), drawn), drawn) == []


def changed(tmp_path, name, change):
    drawn = [simulate.Drawn(seed) for seed in range(80)]
    before = simulate.client(tmp_path / "before", drawn, returns={"resold_share": 0.0})
    other = copy.deepcopy(drawn)
    for one in other:
        change(one.rows)
    return left(before), left(
        simulate.client(tmp_path / name, other, returns={"resold_share": 0.0})
    )


def test_a_refund_never_becomes_income(tmp_path):
    def keep_all(rows):
        for order in rows["orders"]:
            order["refunded_amount"] = 0.0

    with_refunds, without = changed(tmp_path, "kept", keep_all)
    both = pd.concat([with_refunds, without], axis=1, keys=["with", "without"]).dropna()
    assert len(both) > 100
    assert (both["with"] <= both["without"] + 1e-6).all()
    assert (both["with"] < both["without"] - CENT).sum() > 40


def test_a_cost_that_is_missing_never_makes_a_figure_look_better(tmp_path):
    def forget(rows):
        for sample in rows["samples"]:
            sample["unit_cost"] = None
        for product in rows["products"]:
            if product["product_id"].endswith("p0"):
                product["cost_of_goods"] = None

    entered, forgotten = changed(tmp_path, "forgotten", forget)
    both = pd.concat([entered, forgotten], axis=1, keys=["entered", "forgotten"])
    still = both["forgotten"].notna()
    assert (both.loc[still, "forgotten"] - both.loc[still, "entered"]).abs().max() < 1e-6
    assert (both["entered"].notna() & ~still).sum() > 100  # these are no figure any more
