"""Tables to check a report with: definitions, policy, figures, set-aside rows, provenance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
from great_tables import GT

from kit import aside, sentences, words
from kit import glossary as register
from kit import restated as later
from kit.policy import Policy
from kit.tables.look import Column, finished, more_rows

MOST_FILES = 5  # named one by one under a table


def glossary(metrics: Iterable[str] | None = None) -> GT:
    """What each metric counts, divides by and does not say; all of them, or those named."""
    chosen = [register.metric(m) for m in metrics] if metrics else list(register.METRICS.values())
    frame = pd.DataFrame(
        [
            (
                *(m.name, m.formula, m.denominator or words.MISSING, m.window),
                *(m.source.replace("_", " "), m.not_said),
            )
            for m in chosen
        ],
        columns=["name", "formula", "denominator", "window", "source", "not_said"],
    )
    columns = [
        Column("name", "Metric", width="16%"),
        Column("formula", "How it is counted", width="28%"),
        Column("denominator", "Divided by", width="13%"),
        Column("window", "Days", width="13%"),
        Column("source", "From", width="11%"),
        Column("not_said", "What it does not say", width="19%"),
    ]
    return finished(frame, columns, id="glossary", title="How the numbers are made")


def policy(in_force: Policy, only: Iterable[str] | None = None) -> GT:
    """Every threshold in force with its unit and source; `only` names sections, such as "spark"."""
    rows = pd.DataFrame(in_force.rows())
    if only:
        rows = rows[rows["key"].str.split(".").str[0].isin(list(only))]
    frame = rows.assign(
        value=[_setting(value) for value in rows["value"]],
        own=rows["value"].map(repr) != rows["default"].map(repr),
    )
    frame["source"] = [
        "this client's own" if o else s for o, s in zip(frame.own, frame.source, strict=True)
    ]
    columns = [
        Column("meaning", "Threshold", width="46%"),
        Column("value", "In force", "range", width="18%"),
        Column("unit", "Unit", width="20%"),
        Column("source", "Source", width="16%"),
    ]
    return finished(
        frame,
        columns,
        id="policy",
        title="Thresholds in force",
        note="Article: the program model this kit follows. Platform: TikTok's help pages. Kit: "
        "statistical defaults. All of them can be changed in client.toml.",
        strong={"source": frame["own"]},
    )


def _setting(value: Any) -> str:
    if value is None:
        return "worked out"
    if isinstance(value, tuple | list):
        pairs = [_setting(part) for part in value]
        return ("; " if isinstance(value[0], tuple | list) else "–").join(pairs)
    return f"{value:,.10g}" if isinstance(value, int | float) else str(value)


def figures(rows: pd.DataFrame, currency: str = "USD", title: str = "Figures") -> GT:
    """Rows of results as a reader's table: value by its unit, interval, count and period."""
    frame = rows.assign(
        metric=[_capital(sentences.name(metric)) for metric in rows["metric"]],
        shown=[sentences.value(row, currency) for row in rows.to_dict("records")],
        interval=[sentences.interval(row, currency) for row in rows.to_dict("records")],
        period=[
            words.period(a, b)
            for a, b in zip(rows["period_start"], rows["period_end"], strict=True)
        ],
    )
    columns = [
        Column("metric", "Figure"),
        Column("subject", "Of"),
        Column("shown", "Value", "range"),
        Column("interval", "Interval"),
        Column("n", "n", "count"),
        Column("period", "Period"),
        Column("status", "Status"),
    ]
    return finished(frame, columns, id="figures", title=title, none="No figure was reported.")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def readiness(graded: pd.DataFrame, currency: str = "USD") -> GT:
    """How good each export is, and the ledgers that leave something to be wished for.

    Rows of `readiness.grades.supply`.
    """
    ledgers = graded["kind"].str.endswith(" ledger")
    rows = graded[~ledgers | graded["grade"].ne("good")]
    frame = rows.assign(
        kind=[_cased(kind) for kind in rows["kind"]],
        settled_share=pd.to_numeric(rows["settled_share"]),
    )
    columns = [
        Column("kind", "Data", width="15%"),
        Column("newest", "Newest day", "day", width="11%"),
        Column("set_aside", "Rows", "count", "Set aside", width="7%"),
        Column("set_aside_money", "Money", "money", "Set aside", width="8%"),
        Column("difference", "Differs by", "cents", width="9%"),
        Column("settled_share", "Settled", "percent0", width="8%"),
        Column("grade", "Grade", width="10%"),
        Column("why", "What to mind", width="32%"),
    ]
    return finished(
        frame,
        columns,
        id="readiness",
        title="How good the data are",
        note="Differs by: the largest difference to another export's telling of the same sales, "
        "four weeks. Settled: share of the four weeks' GMV that can no longer change. Not usable: "
        "a check fails, and the report is withheld unless forced.",
        none="No export has been read.",
        currency=currency,
        strong={"grade": frame["grade"].eq("not usable")} if len(frame) else None,
    )


def _cased(kind: str) -> str:
    text = kind.replace("_", " ").replace("gmv max", "GMV Max").replace("live", "LIVE")
    return text[0].upper() + text[1:]


def set_aside(rows: pd.DataFrame, currency: str = "USD", most: int = 40, subtitle: str = "") -> GT:
    """Rows of exports that were not used, with file, row, rule and the money in them."""
    frame = rows.head(most).assign(
        rule=[str(rule).replace("_", " ") for rule in rows["rule"].head(most)],
        value=[words.cut(value, 40) for value in rows["value"].head(most)],
    )
    columns = [
        Column("file", "File"),
        Column("sheet", "Sheet"),
        Column("row", "Row", "count"),
        Column("rule", "Rule it breaks"),
        Column("column", "Column"),
        Column("value", "Found"),
        Column("money", "Money in it", "cents"),
    ]
    rest = more_rows(rows, len(frame), "tables/set_aside.parquet")
    return finished(
        frame,
        columns,
        id="set-aside",
        title="What was set aside",
        subtitle=subtitle,
        note=f"Row numbers are those a spreadsheet shows; no row number: the whole file."
        f"{_held(rows, currency)}{rest}",
        none="Nothing was set aside: every row of every export was used.",
        currency=currency,
    )


def _held(rows: pd.DataFrame, currency: str) -> str:
    """The money in rows set aside, in all and, of several files, in each; '' if there is none."""
    held = aside.by_file(rows)
    if not held["money"].sum():
        return ""
    told = f" Together they hold {words.money(held['money'].sum(), currency, 2)}"
    parts = [
        f"{row.file} {words.money(row.money, currency, 2)} in {words.count(row.rows, 'row')}"
        for row in held.itertuples()
    ]
    return f"{told}: {words.listed(parts, most=MOST_FILES)}." if len(parts) > 1 else f"{told}."


def restated(moved: pd.DataFrame, most: int = 20) -> GT:
    """What the newest downloads changed of past weeks. Rows of `contracts.Restated`."""
    rows = later.newest(moved)
    one = later.one_exchange(rows)
    columns = [
        Column("data", "Data", width="14%"),
        Column("days", "Days", width="16%" if not one else "26%"),
        Column("figure", "Figure", width="16%" if not one else "36%"),
        Column("from", "From", "range", width="9%"),
        Column("to", "To", "range", width="9%"),
    ]
    if not one:
        columns.append(Column("old file", "Old file", width="18%"))
        columns.append(Column("new file", "New file", width="18%"))
    source = f" All by {one}." if one else ""
    rest = more_rows(moved, min(len(rows), most), "tables/restated.parquet")
    return finished(
        later.table(rows.head(most)),
        columns,
        id="restated",
        title="What later downloads moved",
        note=f"Lists by their days; order lines by the week ordered, summed over the lines that "
        f"both files hold.{source}{rest}",
        none="No later download changed a week that an earlier one held.",
    )


def files(manifest_inputs: pd.DataFrame) -> GT:
    """The export files a report rests on. One row per file: file, kind, rows, set_aside, sha256."""
    frame = manifest_inputs.copy()
    if "sha256" in frame:
        frame["sha256"] = frame["sha256"].astype(str).str[:12]
    if "kind" in frame:
        frame["kind"] = frame["kind"].astype("str").str.replace("_", " ")
    columns = [
        Column("file", "File"),
        Column("kind", "Kind"),
        Column("window", "Days"),
        Column("rows", "Rows used", "count"),
        Column("set_aside", "Set aside", "count"),
        Column("sha256", "SHA-256 begins"),
    ]
    return finished(frame, columns, id="files", title="Files read", none="No file was read.")


def provenance(facts: Mapping[str, Any]) -> GT:
    """Where a report comes from, as name and value: client, day, kit version, policy hash, …"""
    frame = pd.DataFrame({"name": list(facts), "value": [str(value) for value in facts.values()]})
    columns = [Column("name", "What", width="30%"), Column("value", "Value", width="70%")]
    return finished(frame, columns, id="provenance", title="Where this report comes from")
