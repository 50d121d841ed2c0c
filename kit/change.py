"""What changed since last week, and how much of it luck alone could have done.

The parts are arithmetic and sum exactly (`kit.money.decompose`). Beside each stands `by_chance`:
how often a week in which nothing has changed would show a part at least this large. It comes from
the program's own past weeks, held against what counts of that size vary by anyway.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import optimize, stats

from kit import metrics, words
from kit.metrics.sales import holds_orders
from kit.money import FACTORS, UNATTRIBUTED, parts

# A change is called more likely real where luck alone would do as much in one week in ten or less.
REAL = 0.10
REAL_WORD, CHANCE_WORD, EARLY_WORD = "more likely real", "more likely chance", "too early to say"
RUNNING = "the week still runs"
# Pairs of weeks looked back on; older ones were of another size of program.
PAIRS = 12
# What is expected before any past week: twice the variance of independent counts, since clicks and
# orders come in clusters. It weighs as much as three past weeks (inverse χ²).
PRIOR_SCALE, PRIOR_WEIGHT = 2.0, 3.0
# Differences of neighbouring pairs share a week, so that n of them tell as much as n ÷ 1.5: the
# squares correlate by ¼ (Bartlett 1946, JRSS Supplement 8).
SHARED_WEEK = 1.5
# Fewer past changes of a kind of subject tell nothing of how large they usually are.
LEAST_CHANGES = 8
USUAL_WEEKS = 6
NONE = {
    "tier": "no tier known",
    "hook_angle": "no brief with an angle",
    "product": "no product named",
    "creator": "no creator named",
}
SUBJECT_COLUMNS = [
    *("subject_kind", "subject", "before", "after", "change", *FACTORS, UNATTRIBUTED),
    *("by_chance", "reading"),
]


class Change(NamedTuple):
    """`parts` of the program (`program_change`) and `subjects` (`subject_changes`, `label`)."""

    parts: pd.DataFrame
    subjects: pd.DataFrame


def weekly(client: Any, as_of: date | str) -> Change:
    """What changed from the week before to the week of `as_of`, for the program and within it.

    `subjects` has `label` beside its columns, the subject as a reader knows it. While the week
    still runs it is shorter than the one before, so that nothing can be said of chance. Without
    affiliate orders the effects are missing, and there are no subjects.
    """
    weeks = metrics.subject_weeks(client, as_of)
    told = program_change(weeks[weeks["subject_kind"] == "program"])
    subjects = subject_changes(weeks)
    if (metrics.as_day(as_of) + timedelta(1)).weekday() != 0:
        told, subjects = (
            table.assign(
                by_chance=np.nan, reading=table["reading"].where(table["reading"] == "", RUNNING)
            )
            for table in (told, subjects)
        )
    if not holds_orders(client):
        told, subjects = told.assign(effect=np.nan, reading=""), subjects.iloc[:0]
    products = client.frame("products").dropna(subset=["name"])
    names = products.drop_duplicates("product_id", keep="last").set_index("product_id")["name"]
    labels = [_label(row, names) for row in subjects.itertuples()]
    return Change(told, subjects.assign(label=labels))


def _label(row: Any, products: pd.Series) -> str:
    if words.is_missing(row.subject):
        return NONE[row.subject_kind]
    if row.subject_kind == "tier":
        return f"tier {row.subject}"
    if row.subject_kind == "product":
        return str(products.get(row.subject, row.subject))
    return row.subject if row.subject_kind == "creator" else row.subject.replace("_", " ")


def program_change(weeks: pd.DataFrame) -> pd.DataFrame:
    """One row per part of the program's change of GMV from the week before to the last one.

    `weeks` are the rows of kind program of `metrics.subject_weeks`, the last week whole. Columns
    part, effect (money, summing to the row `all` to the cent), by_chance and reading. Without two
    weeks of clicks the five parts are missing and the whole stands alone.
    """
    rows = weeks.sort_values("week", ignore_index=True)
    pairs = [_pair(rows.iloc[at - 1], rows.iloc[at]) for at in range(1, len(rows))]
    if not pairs:
        empty = pd.DataFrame({"part": [*FACTORS, UNATTRIBUTED, "all"], "effect": np.nan})
        return empty.assign(by_chance=np.nan, reading="")
    effects = pd.DataFrame([pair["effect"] for pair in pairs])
    expected = pd.DataFrame([pair["expected"] for pair in pairs])
    past = slice(max(len(pairs) - 1 - PAIRS, 0), len(pairs) - 1)
    chance = [_by_chance(effects[name], expected[name], past) for name in effects]
    table = pd.DataFrame({"part": effects.columns, "effect": effects.iloc[-1].to_numpy()})
    table["by_chance"] = chance
    return table.assign(reading=_readings(table["by_chance"], table["effect"]))


def _pair(before: pd.Series, after: pd.Series) -> dict[str, pd.Series]:
    """The parts of one change, and the variance each would have if only counts varied."""
    effect = parts(before, after)
    effect["all"] = round(float(after["whole_gmv"] - before["whole_gmv"]), 2)
    middle = float(before["whole_gmv"] + after["whole_gmv"]) / 2
    per = _one_over(before) + _one_over(after)
    value = float(before["line_squares"] + after["line_squares"])
    outside = 1 - float(before["gmv"] + after["gmv"]) / (2 * middle) if middle > 0 else 0.0
    share = pd.Series(
        {
            # most of a roster posts in most weeks, so fewer come and go than a Poisson has it
            "creators": 0.25 * per["creators"],
            "posts per creator": per["posts"],
            "clicks per post": per["posts"],
            "conversion": per["orders"],
            "order value": 0.5 * per["orders"],
        }
    )
    expected = share * middle**2
    expected[UNATTRIBUTED] = value * max(outside, 0.0)
    expected["all"] = value
    return {"effect": effect, "expected": expected}


def _one_over(week: pd.Series) -> pd.Series:
    return 1 / week[["creators", "posts", "orders"]].astype(float).clip(lower=1)


def _by_chance(effect: pd.Series, expected: pd.Series, past: slice) -> float:
    """P(a part at least this large | nothing changed): t, its scale from the past changes."""
    now, usual = effect.iloc[-1], expected.iloc[-1]
    if pd.isna(now) or not usual > 0:
        return np.nan
    known = (effect**2 / expected.where(expected > 0)).iloc[past].dropna()
    weight = PRIOR_WEIGHT + len(known)
    scale = (PRIOR_SCALE * PRIOR_WEIGHT + known.sum()) / weight
    df = PRIOR_WEIGHT + len(known) / SHARED_WEEK
    return float(2 * stats.t.sf(abs(now) / np.sqrt(scale * usual), df))


def subject_changes(weeks: pd.DataFrame) -> pd.DataFrame:
    """One row per tier, hook angle, product and creator: its change of GMV, in parts.

    `weeks` as `metrics.subject_weeks` gives them. The parts are those of `money.parts`; where it
    posted in only one of the weeks, older posts' clicks would have no post to be counted by, and
    the whole change of clicks stands under clicks per post. Within a kind all changes sum to the
    program's; a missing subject is what belongs to none. `reading` allows for how many subjects
    of the kind were looked at (Benjamini & Hochberg 1995); columns `SUBJECT_COLUMNS`.
    """
    found = [_kind_changes(rows) for kind, rows in weeks.groupby("subject_kind") if kind in NONE]
    found = [rows for rows in found if len(rows)]
    if not found:
        return pd.DataFrame(columns=SUBJECT_COLUMNS)
    order = {kind: place for place, kind in enumerate(NONE)}
    table = pd.concat(found, ignore_index=True)
    keys = pd.DataFrame({"kind": table["subject_kind"].map(order), "size": -table["change"].abs()})
    keys["subject"] = table["subject"]
    return table.loc[keys.sort_values(["kind", "size", "subject"]).index].reset_index(drop=True)


def _kind_changes(rows: pd.DataFrame) -> pd.DataFrame:
    weeks = sorted(rows["week"].unique())
    if len(weeks) < 2:
        return pd.DataFrame(columns=SUBJECT_COLUMNS)
    rows = rows.assign(subject=rows["subject"].fillna(""))
    old = rows[rows["week"] == weeks[-2]].set_index("subject")
    new = rows[rows["week"] == weeks[-1]].set_index("subject")
    new = new[(new["whole_gmv"] != 0) | (old["whole_gmv"].reindex(new.index) != 0)]
    table = pd.DataFrame(
        [_changed(old.loc[name], week) for name, week in new.iterrows()], index=new.index
    )
    if table.empty:
        return pd.DataFrame(columns=SUBJECT_COLUMNS)
    table["by_chance"] = _chances(rows).reindex(table.index)
    adjusted = table["by_chance"].copy()
    known = adjusted.notna()
    adjusted[known] = stats.false_discovery_control(adjusted[known].clip(0, 1)) if any(known) else 0
    table["reading"] = _readings(adjusted, table["change"])
    table = table.rename_axis("subject").reset_index()
    table["subject"] = table["subject"].where(table["subject"] != "", None)
    return table.assign(subject_kind=rows["subject_kind"].iloc[0])[SUBJECT_COLUMNS]


def _changed(before: pd.Series, after: pd.Series) -> pd.Series:
    clicked = before["clicks"], after["clicks"]
    alone = min(before["posts"], after["posts"]) == 0 and not any(map(pd.isna, clicked))
    fixed = {"creators": 1.0, "posts": 1.0}
    if alone:
        effect = parts(pd.Series({**before, **fixed}), pd.Series({**after, **fixed}))
    else:
        effect = parts(before, after)
    change = round(float(after["whole_gmv"] - before["whole_gmv"]), 2)
    return pd.concat(
        [
            pd.Series(
                {"before": before["whole_gmv"], "after": after["whole_gmv"], "change": change}
            ),
            effect,
        ]
    )


def _chances(rows: pd.DataFrame) -> pd.Series:
    """Per subject of one kind: P(a change at least this large | nothing changed).

    The variance of a change is a × the squared sales + b × the squared level of a usual week of
    the subject: luck of single orders, and what its weeks differ by however much it sells; a usual
    week is the mean of the weeks up to and with the later one. a and b come from the changes in
    the weeks before of all subjects of the kind. P is the share of those changes, so standardised,
    that were as large (Phipson & Smyth 2010, Stat Appl Genet Mol Biol 9(1)).
    """
    money, count = (
        rows.pivot_table(index="subject", columns="week", values=name).fillna(0.0)
        for name in ("whole_gmv", "lines")
    )
    span = min(USUAL_WEEKS, money.shape[1] // 2)
    if span < 2:
        return pd.Series(np.nan, money.index)
    square = rows["line_squares"].sum() / max(rows["lines"].sum(), 1.0)
    # The same number of weeks for each: with more, a jump would count for more of its own level.
    level = money.T.rolling(span).mean().T.iloc[:, span - 1 :].to_numpy()
    single = 2 * square * count.T.rolling(span).mean().T.iloc[:, span - 1 :].to_numpy()
    change = money.diff(axis=1).iloc[:, span - 1 :].to_numpy()
    moved = np.abs(change) > 0
    past = [part[:, :-1][moved[:, :-1]] for part in (change, single, 2 * level**2)]
    if len(past[0]) < LEAST_CHANGES:
        return pd.Series(np.nan, money.index)
    a, b = _variance_law(*past)
    size = np.abs(change) / np.sqrt(np.maximum(a * single + b * 2 * level**2, 1e-12))
    before = np.sort(size[:, :-1][moved[:, :-1]])
    as_large = len(before) - np.searchsorted(before, size[:, -1] - 1e-9)
    return pd.Series((1 + as_large) / (1 + len(before)), money.index)


def _variance_law(change: np.ndarray, single: np.ndarray, weekly: np.ndarray) -> tuple:
    """a and b of the variance a × single + b × weekly, none below zero; a at least ½."""
    weight = 1 / (single + 0.05 * weekly)
    design = np.column_stack([single, weekly]) * weight[:, None]
    found, _ = optimize.nnls(design, change**2 * weight)
    return max(float(found[0]), 0.5), float(found[1])


def _readings(by_chance: pd.Series, effect: pd.Series) -> list[str]:
    told = []
    for chance, size in zip(by_chance, effect, strict=True):
        if words.is_missing(size) or abs(size) < 0.005:
            told.append("")
        elif words.is_missing(chance):
            told.append(EARLY_WORD)
        else:
            told.append(REAL_WORD if chance <= REAL else CHANCE_WORD)
    return told


def figures(moved: Change, program: str, as_of: date | str) -> list[pd.DataFrame]:
    """Frames for `results.figures`: the change of each subject, the program's parts, by chance.

    The period is the two weeks compared, from the Monday of the earlier one.
    """
    last = metrics.as_day(as_of)
    start = metrics.week(last).start - timedelta(7)
    own = moved.subjects[moved.subjects["subject"].notna()]
    whole = moved.parts[moved.parts["part"] == "all"].assign(part=program)
    steps = moved.parts[moved.parts["part"] != "all"]

    def of(metric: str, kind: Any, subject: Any, value: Any) -> pd.DataFrame:
        table = pd.DataFrame({"subject": subject, "value": pd.to_numeric(value)})
        table = table.assign(metric=metric, subject_kind=kind)
        return table.assign(period_start=start, period_end=last)

    found = [
        of("gmv_change", "program", whole["part"], whole["effect"]),
        of("gmv_change", own["subject_kind"], own["subject"], own["change"]),
        of("gmv_effect", "part", steps["part"], steps["effect"]),
        of("gmv_change_by_chance", "program", whole["part"], whole["by_chance"]),
        of("gmv_change_by_chance", own["subject_kind"], own["subject"], own["by_chance"]),
        of("gmv_change_by_chance", "part", steps["part"], steps["by_chance"]),
    ]
    return [table[table["value"].notna()] for table in found if table["value"].notna().any()]
