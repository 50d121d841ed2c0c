"""Two weeks of the sample replayed, counted again from the raw files; and a poisoned future."""

import json
import shutil
import sys
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from kit import backtest, boost, cli, sentences, spark, tables
from kit import client as clients
from kit.backtest.past import History
from kit.backtest.sparks import decided, sold_in

# In one of the weeks a list was downloaded again three weeks later.
WEEKS = [date(2026, 1, 18), date(2026, 3, 29)]
LISTS = "Transaction_Analysis_Video_List_{:%Y%m%d}-{:%Y%m%d}.xlsx"
COUNTS = {
    "Video product clicks": "clicks",
    "Video-attributed orders": "orders",
    "Video views": "views",
    "Affiliate video-attributed GMV": "gmv",
}


@pytest.fixture(scope="module")
def exports(sample_home):
    return sample_home / "data" / "sample" / "exports"


@pytest.fixture(scope="module")
def found(sample_home):
    """The replay of each of the two weeks alone, all rules of Spark."""
    client = clients.open("sample", sample_home)
    return {day: backtest.report(client, day, day, parts=("spark",)) for day in WEEKS}


def listed(exports, first, last, by):
    """Sums per video of the weekly lists `first` to `last`, each as last downloaded up to `by`."""
    parts = []
    while first <= last:
        name = LISTS.format(first, first + timedelta(6))
        paths = [path for path in exports.glob(f"*/{name}") if path.parent.name <= f"{by}"]
        if paths:
            parts.append(_read(max(paths, key=lambda path: path.parent.name)))
        first += timedelta(7)
    return pd.concat(parts).groupby("Video ID").sum()


def _read(path):
    book = openpyxl.load_workbook(path, read_only=True)
    head, _, *rows = book.active.iter_rows(values_only=True)
    book.close()
    head = [name.replace("Creator video-", "Affiliate video-") for name in head]  # since April
    table = pd.DataFrame(rows, columns=head).set_index("Video ID")[list(COUNTS)]
    plain = table.rename(columns=COUNTS).apply(lambda c: c.astype(str).str.strip("$"))
    return plain.apply(lambda c: pd.to_numeric(c.str.replace(",", "").replace("--", None))).fillna(
        0
    )


@pytest.mark.parametrize("week", WEEKS)
def test_each_rules_picks_and_their_fate_are_the_raw_files(found, exports, week):
    report, known_on = found[week], week + timedelta(3)
    then = listed(exports, week - timedelta(27), week, known_on)
    later = listed(exports, week + timedelta(1), week + timedelta(28), date(2026, 5, 13))
    picks = report["picks"]
    bar = picks["bar"].iloc[0]
    k = int((picks["rule"] == "estimated conversion").sum())
    ids = then.reset_index()
    by_hand = {
        "views": ids.sort_values(["views", "Video ID"], ascending=[False, True]),
        "GMV": ids.sort_values(["gmv", "Video ID"], ascending=[False, True]),
        "raw conversion": ids.assign(rate=ids["orders"] / ids["clicks"].where(ids["clicks"] > 0))
        .fillna({"rate": -1})
        .sort_values(["rate", "Video ID"], ascending=[False, True]),
    }
    scores = report["spark"].set_index("rule")
    for rule, order in by_hand.items():
        chosen = order["Video ID"].head(k).tolist()
        assert picks.loc[picks["rule"] == rule, "post_id"].tolist() == chosen
    for rule, own in picks.groupby("rule"):
        after = later.reindex(own["post_id"]).fillna(0)
        judged = after[after["clicks"] >= 20]
        hits = int((judged["orders"] / judged["clicks"] >= bar).sum())
        row = scores.loc[rule]
        assert (row["hits"], row["misses"]) == (hits, len(judged) - hits)
        assert row["cannot_tell"] == k - len(judged)
        assert row["later_rate"] == pytest.approx(after["orders"].sum() / after["clicks"].sum())


@pytest.mark.parametrize("week", WEEKS)
def test_money_is_the_orders_of_an_equal_spend_by_what_one_contributes(found, exports, week):
    report = found[week]
    picks = report["picks"]
    later = listed(exports, week + timedelta(1), week + timedelta(28), date(2026, 5, 13))
    rate = {}
    for rule, own in picks.groupby("rule"):
        after = later.reindex(own["post_id"]).fillna(0)
        rate[rule] = after["orders"].sum() / after["clicks"].sum()
    rate["hindsight"] = picks.loc[picks["rule"] == "hindsight", "hindsight_estimate"].mean()
    each = picks["order_contribution"].iloc[0]
    for row in report["spark"].itertuples():
        assert row.orders == pytest.approx(1000 * rate[row.rule])
        lost = 1000 * (rate["estimated conversion"] - rate[row.rule]) * each
        assert row.money_lost == pytest.approx(lost, abs=1e-6)
        assert row.captured == pytest.approx(rate[row.rule] / rate["hindsight"])


@pytest.mark.parametrize("week", WEEKS)
def test_a_week_replayed_beside_others_is_judged_as_a_report_of_that_day_does(sample_home, week):
    client = clients.open("sample", sample_home)
    history = History(client)
    weeks = pd.DataFrame({"as_of": WEEKS, "known_on": [day + timedelta(3) for day in WEEKS]})
    sold = sold_in(history, weeks).loc[pd.Timestamp(week)]
    past = history.on(week + timedelta(3))
    replayed = decided(past, client, week, sold)
    judged, bar, _ = spark.judged(past, week, client.policy)
    judged = judged[judged["clicks"].notna()].reset_index(drop=True)
    names = [name for name in replayed.columns if name in judged.columns]
    assert {"views", "gmv", "clicks", "orders", "hook_angle", "product_id", "rank"} < set(names)
    pd.testing.assert_frame_equal(replayed[names], judged[names], check_exact=True)
    assert replayed["order_contribution"].unique().tolist() == [bar.order_contribution]
    assert replayed["order_value"].unique().tolist() == [boost.order_value(past, week)]
    paid = replayed["cost_per_click"].unique()
    assert paid.tolist() == pytest.approx([bar.cost_per_click], rel=0, nan_ok=True)


def test_what_becomes_known_later_changes_no_past_decision(sample_home, found, tmp_path):
    """The future is poisoned: old weeks are listed anew with other figures, orders cancelled."""
    folder = tmp_path / "data" / "sample"
    shutil.copytree(sample_home / "data" / "sample", folder)
    exports, day = folder / "exports", WEEKS[1]
    later = exports / "2026-05-20"
    later.mkdir()
    for back in range(4):
        first = day - timedelta(6 + 7 * back)
        name = LISTS.format(first, first + timedelta(6))
        _altered(next(exports.glob(f"2026-0[1-4]*/{name}")), later / name, 2 + back)
    orders = next((exports / "2026-04-22").glob("affiliate_orders_*.csv"))
    text = orders.read_text(encoding="utf-8-sig")
    assert "Settled" in text
    (later / orders.name).write_text(text.replace("Settled", "Ineligible"), encoding="utf-8")
    with (folder / "ledgers" / "compliance.csv").open("a", encoding="utf-8") as ledger:
        creator = found[day]["picks"]["creator_id"].iloc[0]
        ledger.write(f"{creator},2026-05-18,violation,,posted without the label,\n")
    poisoned = clients.open("sample", tmp_path)
    clean = clients.open("sample", sample_home)
    known_on = day + timedelta(3)
    names = ["post_id", "clicks", "orders", "views", "gmv", "estimate", "bar", "verdict", "rank"]
    names += ["order_contribution", "cost_per_click", "hook_angle", "product_id"]
    was, now = (
        decided(History(client).on(known_on), client, day)[names] for client in (clean, poisoned)
    )
    pd.testing.assert_frame_equal(was, now)
    was, now = (
        backtest.report(client, day, day, until=date(2026, 5, 10), parts=("output", "promotion"))
        for client in (clean, poisoned)
    )
    for part in ("flagged", "promoted"):
        told = [name for name in was[part] if not name.startswith(("later", "above", "outcome"))]
        assert len(was[part]) > 50
        pd.testing.assert_frame_equal(was[part][told], now[part][told])
    # The poison is there for whoever looks today.
    stats = [client.post_stats.set_index("window_end") for client in (clean, poisoned)]
    clicks = [rows.loc[pd.Timestamp(day), "clicks"].sum() for rows in stats]
    assert clicks[0] != clicks[1]


def _altered(path: Path, target: Path, times: int) -> None:
    """A copy with more clicks and product impressions, and so with the same click-through rate."""
    book = openpyxl.load_workbook(path)
    sheet = book.active
    head = [cell.value for cell in sheet[1]]
    for row in sheet.iter_rows(min_row=3):
        for name in ("Video product clicks", "Video product impressions"):
            cell = row[head.index(name)]
            cell.value = str(int(str(cell.value).replace(",", "")) * times)
    book.save(target)


def test_the_command_prints_and_files_what_it_found(sample_home, monkeypatch, capsys):
    argv = ["kit", "backtest", "--client", "sample", "--from", "2026-03-29", "--to", "2026-03-29"]
    monkeypatch.setenv("KIT_HOME", str(sample_home))
    monkeypatch.setattr(sys, "argv", [*argv, "--json"])
    with pytest.raises(SystemExit) as left:
        cli.main()
    told = json.loads(capsys.readouterr().out)
    assert left.value.code == 0
    assert told["weeks"] == [{"as_of": "2026-03-29", "known_on": "2026-04-01", "why_not": ""}]
    assert {row["rule"] for row in told["spark"]} > {"views", "GMV", "raw conversion", "hindsight"}
    assert {row["key"] for row in told["thresholds"]} == set(sentences.THRESHOLDS)
    folder = Path(told["folder"])
    assert folder == sample_home / "reports" / "sample" / "backtest" / "2026-W19"
    figures = pd.read_parquet(folder / "results.parquet")
    lost = figures[figures["metric"] == "backtest_money_lost"].set_index("subject")["value"]
    views = next(row for row in told["spark"] if row["rule"] == "views")
    assert lost["spark/views"] == pytest.approx(views["money_lost"])
    decisions = pd.read_csv(folder / "decisions.csv")
    assert decisions["decision"].unique().tolist() == ["keep"]
    assert len(pd.read_csv(folder / "picks.csv")) == 5 * views["picks"]


def test_only_what_was_replayed_has_figures(found):
    figures = found[WEEKS[0]].figures
    subjects = figures.loc[figures["subject_kind"] == "part", "subject"]
    assert subjects.str.startswith("spark/").all()
    assert figures["metric"].str.match("backtest_|threshold_own").all()


def test_the_same_past_gives_the_same_findings(found, sample_home):
    again = backtest.report(
        clients.open("sample", sample_home), WEEKS[0], WEEKS[0], parts=("spark",)
    )
    pd.testing.assert_frame_equal(again.figures, found[WEEKS[0]].figures)


def test_sentences_and_table_say_what_was_found(found):
    report = found[WEEKS[1]]
    rows = report["spark"]
    texts = sentences.replayed_sparks(rows, "USD")
    ours = rows.iloc[0]
    assert texts[0].startswith(f"In 1 week the rule picked {ours['picks']} times; ")
    assert f"the rule got {ours['captured'] * 100:.0f}% of their orders" in texts[-2]
    assert "cannot show what the spend itself did" in texts[-1]
    page = tables.replayed_sparks(rows).as_raw_html()
    assert "hindsight" in page
    own = tables.own_thresholds(report["thresholds"]).as_raw_html()
    assert "Spark bar" in own
    assert "In force, kept" in own
