"""The kit's figures on random clients equal a plain recount of what was written into the files."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest

import kit
from kit import ingest, metrics, readiness
from tests.independent.recount import recount
from tests.independent.world import make_world, write

CLIENTS = [(1, "US", "USD", "America/New_York"), (2, "ID", "IDR", "Asia/Jakarta")]


@pytest.fixture(scope="module", params=CLIENTS, ids=[client[1] for client in CLIENTS])
def opened(request, tmp_path_factory):
    seed, market, currency, zone = request.param
    home = tmp_path_factory.mktemp("home")
    world = make_world(seed, zone, market, currency)
    if currency == "IDR":
        _whole_rupiah(world)
    write(world, home / "data" / "other")
    report = ingest.ingest("other", home=home)
    assert not report.refused
    assert report.set_aside.empty
    return world, kit.open("other", home=home)


def _whole_rupiah(world) -> None:
    """Prices in thousands and no cents, as Indonesian exports print them."""
    for line in world.lines:
        line.gmv = round(line.gmv) * 1000.0
        line.base = tuple(None if x is None else round(x) * 1000.0 for x in line.base)
        line.standard = tuple(None if x is None else round(x) * 100.0 for x in line.standard)
        line.shop_ads = tuple(None if x is None else round(x) * 100.0 for x in line.shop_ads)
    for row in world.stats:
        row["gmv"] = round(row["gmv"]) * 1000.0
    for line in world.shop:
        line.subtotal = round(line.subtotal) * 1000.0


@pytest.mark.parametrize("weeks_back", [0, 2, 9])
def test_every_figure_equals_the_recount(opened, weeks_back):
    world, client = opened
    _compare(world, client, world.last - timedelta(days=7 * weeks_back))


def test_a_day_in_mid_week_counts_to_that_day(opened):
    world, client = opened
    _compare(world, client, world.last - timedelta(days=17))


def test_the_gates_let_these_clients_pass(opened):
    """Some affiliate orders stand in no shop file and list GMV is not that of the lines here."""
    world, client = opened
    state = readiness.check(client, world.last)
    assert state.ready, state.reasons


def _compare(world, client, as_of: date) -> None:
    expected = recount(world, as_of)
    ours = metrics.figures(client, as_of)
    found = {
        (
            row.metric,
            row.subject_kind,
            "" if row.subject_kind == "program" else row.subject,
            pd.Timestamp(row.period_start).date(),
        ): row
        for row in ours.itertuples()
    }
    wrong = []
    for key, (value, n) in expected.items():
        row = found.get(key)
        have = None if row is None or pd.isna(row.value) else float(row.value)
        if value is None and have is None:
            continue
        if value == 0 and row is None:
            continue
        if value is None or have is None or have != pytest.approx(value, rel=1e-9, abs=1e-6):
            wrong.append((*key, value, have))
        elif n is not None and int(row.n) != n:
            wrong.append((*key, f"n {n}", f"n {row.n}"))
    assert not wrong, f"{len(wrong)} of {len(expected)} differ: {wrong[:12]}"
    extra = [
        key
        for key, row in found.items()
        if key not in expected and key[0] in {k[0] for k in expected} and _counts(key, row)
    ]
    assert not extra, f"{len(extra)} figures the recount does not have: {extra[:12]}"


def _counts(key, row) -> bool:
    """A figure that says something: neither missing nor a zero, of a subject we recount."""
    kinds = {"program", "tier", "creator"} | (
        {"post", "product", "hook_angle"} if key[0] != "output_rate" else set()
    )
    tiers_only_program = {"velocity_roster", "active_creators"}
    return (
        key[1] in kinds
        and not (key[0] in tiers_only_program and key[1] != "program")
        and pd.notna(row.value)
        and row.value != 0
    )
