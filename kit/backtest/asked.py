"""The decision ledger beside the replay: what the reports of those weeks asked for, and its fate.

Where a report of a replayed week still stands, its decisions are held against the replay's of the
same week, against `actions.csv`, and against what came of them in the four weeks after. Who was
acted on was chosen, not drawn: the two shares beside each other do not say what acting changed.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pandas as pd

from kit import decided, earlier
from kit.backtest.sparks import HIT, MISS

COLUMNS = [
    *("decision", "weeks", "asked", "again", "done"),
    *("done_hits", "done_misses", "open_hits", "open_misses"),
]
# What the replay decides again: the report, its decision, the replay's column and its word for it.
SPARK = ("spark_candidates", ["spark"], "post_id", "verdict", "spark")
OUTPUT = ("weekly_review", ["replace", "follow up"], "creator_id", "flag", "act")


def asked(client: Any, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """One row per kind of decision that reports of the replayed weeks asked for.

    `tables` are the backtest's: posts and flagged. `weeks` have a report that asked for it; `again`
    of the `asked` are the replay's decisions too; `done` by `actions.csv` within 28 days. Of the
    done and of the others (`open_`): hits and misses as the replay counts them in the four weeks
    after, the rest cannot be told.
    """
    found = [_rows(client, tables["posts"], *SPARK), _rows(client, tables["flagged"], *OUTPUT)]
    rows = pd.concat(found, ignore_index=True)
    if rows.empty:
        return pd.DataFrame(columns=COLUMNS)
    told = [_counted(str(name), own) for name, own in rows.groupby("decision", sort=False)]
    return pd.DataFrame(told, columns=COLUMNS)


def _rows(
    client: Any,
    replayed: pd.DataFrame,
    report: str,
    words: list[str],
    key: str,
    word: str,
    yes: str,
) -> pd.DataFrame:
    """One row per decision of the reports that stand: as_of, decision, done, again, outcome."""
    days = sorted(replayed["as_of"].dt.date.unique())
    standing = [
        one
        for day in days
        for one in earlier.of_week(client.home, client.name, day)
        if one.report == report and one.as_of == day
    ]
    if not standing:
        return pd.DataFrame()
    last = days[-1] + timedelta(decided.DONE_DAYS)
    rows = decided.with_done(decided.decisions_of(standing), client.frame("actions"), last)
    rows = rows[rows["decision"].isin(words)].astype({"as_of": replayed["as_of"].dtype})
    own = replayed[["as_of", key, word, "outcome"]].rename(columns={key: "subject"})
    rows = rows.merge(own, on=["as_of", "subject"], how="left")
    return rows.assign(again=rows[word] == yes)


def _counted(name: str, own: pd.DataFrame) -> dict[str, Any]:
    done = own["done"] == "yes"
    counts = {
        f"{who}_{what}": int((own.loc[mask, "outcome"] == word).sum())
        for who, mask in (("done", done), ("open", ~done))
        for what, word in (("hits", HIT), ("misses", MISS))
    }
    return {
        "decision": name,
        "weeks": own["as_of"].nunique(),
        "asked": len(own),
        "again": int(own["again"].sum()),
        "done": int(done.sum()),
        **counts,
    }
