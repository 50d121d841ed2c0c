"""Tables of creators: the six metrics, verdicts, tiers, promotion criteria, repeat buyers."""

from __future__ import annotations

import pandas as pd
from great_tables import GT

from kit import glossary, words
from kit.creator_rates.shared import chance
from kit.tables.look import Column, finished, ranges

SIX = (
    ("conversion_rate", "Orders per click", "percent"),
    ("revenue_per_post", "Revenue per post", "money"),
    ("output_rate", "Output of agreed", "percent"),
    ("hook_retention", "Hook, 3 s", "percent"),
    ("repeat_purchase_rate", "Repeat, 60 days", "percent"),
    ("commission_ratio_settled", "Commission", "percent"),
)
_MARKS = {"act": "▲ ", "watch": "△ "}
_FIRST = {"invest": 0, "replace": 1, "follow up": 2, "fix the brief": 3, "keep": 4}


def six_metrics(
    scores: pd.DataFrame,
    verdicts: pd.DataFrame,
    *,
    currency: str = "USD",
    most: int = 40,
    subtitle: str = "",
) -> GT:
    """The article's six metrics of each creator beside the verdict; those to act on come first.

    `scores`: one row per creator and metric (creator_id, metric, value, flag); `verdicts`: one per
    creator (creator_id, tier, verdict), as the weekly review has them.
    """
    frame = _six(scores, verdicts)
    left = len(frame) - most
    frame = frame.head(most)
    marks = _six_marks(scores, frame)
    columns = [
        Column("creator_id", "Creator"),
        Column("tier", "Tier", "tier"),
        *(Column(metric, label, form, "The six metrics") for metric, label, form in SIX),
        Column("verdict", "Verdict"),
    ]
    note = _note(*(metric for metric, _, _ in SIX))
    if left > 0:
        note = f"{words.count(left, 'more creator')} in the report's results. {note}"
    strong = {name: mask == _MARKS["act"] for name, mask in marks.items()}
    if len(frame):
        strong["verdict"] = frame["verdict"].ne("keep")
    return finished(
        frame,
        columns,
        id="six-metrics",
        title="Six metrics per creator",
        subtitle=subtitle,
        note=f"▲ beyond chance, act; △ watch; – not known. {note}",
        none="No creator was active in the 28 days.",
        currency=currency,
        strong=strong,
        marks=marks,
    )


def _six(scores: pd.DataFrame, verdicts: pd.DataFrame) -> pd.DataFrame:
    wide = scores.drop_duplicates(["creator_id", "metric"]).pivot(
        index="creator_id", columns="metric", values="value"
    )
    wide = wide.reindex(columns=[metric for metric, _, _ in SIX])
    frame = verdicts[["creator_id", "tier", "verdict"]].join(wide, on="creator_id")
    keys = pd.DataFrame(
        {"place": frame["verdict"].map(_FIRST).astype(float), "name": frame["creator_id"]}
    )
    return frame.loc[keys.sort_values(["place", "name"]).index].reset_index(drop=True)


def _six_marks(scores: pd.DataFrame, frame: pd.DataFrame) -> dict[str, pd.Series]:
    flags = scores.drop_duplicates(["creator_id", "metric"])
    flag = flags.set_index(["metric", "creator_id"])["flag"]
    marks = {}
    for metric, _, _ in SIX:
        keys = pd.MultiIndex.from_arrays([[metric] * len(frame), frame["creator_id"]])
        found = flag.reindex(keys).astype(object).tolist()
        marks[metric] = pd.Series([_MARKS.get(f, "") for f in found], dtype=object)
    return marks


def _note(*metrics: str) -> str:
    """Source note: each metric's definition from the one register."""
    entries = [glossary.metric(metric) for metric in metrics]
    return " ".join(words.sentence(f"{entry.name}: {entry.definition}") for entry in entries)


def verdicts(table: pd.DataFrame, subtitle: str = "", most: int = 40) -> GT:
    """Whom to invest in, follow up, re-brief or replace, and why; `keep` is left out.

    One row per creator: creator_id, tier, verdict, reason, confidence; fee, amplify and
    deprioritise (true or false) become a column of what else to do.
    """
    calm = table["verdict"] == "keep"
    also = table.get("deprioritise", pd.Series(False, table.index)).astype(bool)
    also = also | table.get("amplify", pd.Series(False, table.index)).astype(bool)
    frame = table[~calm | also]
    keys = pd.DataFrame(
        {
            "place": frame["verdict"].map(_FIRST).astype(float),
            "unsure": -pd.to_numeric(frame["confidence"], errors="coerce"),
            "name": frame["creator_id"],
        }
    )
    frame = frame.loc[keys.sort_values(["place", "unsure", "name"]).index]
    left, frame = len(frame) - most, frame.head(most)
    shown = frame.assign(
        reason=[words.sentence(str(reason)) for reason in frame["reason"]],
        also=[_also(row) for row in frame.to_dict("records")],
        confidence=_sure(frame["confidence"]),
    )
    columns = [
        Column("verdict", "Verdict", width="12%"),
        Column("creator_id", "Creator", width="18%"),
        Column("tier", "Tier", "tier", width="6%"),
        Column("reason", "Why", width="40%"),
        Column("also", "And", width="15%"),
        Column("confidence", "How sure", "range", width="9%"),
    ]
    more = f"{words.count(left, 'more creator')} in the report's decisions. " if left > 0 else ""
    kept = int(len(table) - len(frame) - max(left, 0))
    others = f" {words.count(kept, 'other creator')}: keep going." if kept else ""
    return finished(
        shown,
        columns,
        id="verdicts",
        title="What to do, with whom, and why",
        subtitle=subtitle,
        note=f"{more}How sure: the probability, given the data, that the reason holds.{others}",
        none="Nobody stands out beyond chance: keep going with everyone.",
        strong={"verdict": shown["verdict"].ne("keep")} if len(shown) else None,
    )


def _sure(probabilities: pd.Series) -> list[str]:
    known = pd.to_numeric(probabilities, errors="coerce").astype(float)
    return [chance(probability) for probability in known]


def _also(row: dict) -> str:
    found = {"fee": "production fee", "amplify": "amplify", "deprioritise": "deprioritise"}
    said = [text for name, text in found.items() if row.get(name) is True or row.get(name) == 1]
    return words.listed(said) or words.MISSING


def decisions(
    table: pd.DataFrame, title: str = "What was decided", subtitle: str = "", most: int = 40
) -> GT:
    """Any report's decisions with their reasons, as `kit.results` has them, in its order."""
    shown = table.head(most)
    shown = shown.assign(
        reason=[words.sentence(str(reason)) for reason in shown["reason"]],
        confidence=_sure(shown["confidence"]),
    )
    columns = [
        Column("decision", "Decision", width="16%"),
        Column("subject", "Who or what", width="22%"),
        Column("reason", "Why", width="52%"),
        Column("confidence", "How sure", "range", width="10%"),
    ]
    left = len(table) - len(shown)
    note = f"{words.count(left, 'more decision')} in decisions.csv." if left else ""
    none = "Nothing was decided."
    return finished(
        shown, columns, id="decisions", title=title, subtitle=subtitle, note=note, none=none
    )


def flags(table: pd.DataFrame, subtitle: str = "", most: int = 40) -> GT:
    """Every flag with what it rests on, the surest first; the weekly review's flags."""
    shown = table.head(most)
    shown = shown.assign(
        metric=[_name(metric) for metric in shown["metric"]],
        reason=[words.sentence(str(reason)) for reason in shown["reason"]],
        probability=_sure(shown["probability"]),
    )
    columns = [
        Column("flag", "Flag", width="8%"),
        Column("creator_id", "Creator", width="20%"),
        Column("metric", "Metric", width="20%"),
        Column("reason", "What the data say", width="42%"),
        Column("probability", "How sure", "range", width="10%"),
    ]
    left = len(table) - len(shown)
    return finished(
        shown,
        columns,
        id="flags",
        title="What the six metrics flag",
        subtitle=subtitle,
        note=f"{words.count(left, 'more flag')} in the report's results." if left else "",
        none="No metric of any creator is flagged.",
        strong={"flag": shown["flag"].eq("act")} if len(shown) else None,
    )


def false_alarms(table: pd.DataFrame, subtitle: str = "") -> GT:
    """How many flags of each metric may be false, and of all; the weekly review's false_alarms."""
    shown = _with_total(table) if len(table) else table
    columns = [
        Column("metric", "Metric"),
        Column("flags", "Act", "count"),
        Column("share", "Expected to be false", "percent0", "Of these"),
        Column("alarms", "False alarms", "number", "Of these"),
        Column("arithmetic", "Act, by settled sums", "count"),
        Column("watches", "Watch", "count"),
    ]
    return finished(
        shown,
        columns,
        id="false-alarms",
        title="How many flags may be false alarms",
        subtitle=subtitle,
        note="Expected to be false: the mean of one less the probability that each flag states. "
        "Settled sums are arithmetic: nothing in them is by chance.",
        none="No metric of any creator is flagged.",
    )


def _with_total(table: pd.DataFrame) -> pd.DataFrame:
    rows = table.assign(
        metric=[_name(metric) for metric in table["metric"]],
        alarms=table["flags"] * table["expected_false_share"].fillna(0.0),
    )
    sums = rows[["flags", "alarms", "arithmetic", "watches"]].sum()
    rows = pd.concat([rows, pd.DataFrame([{"metric": "All", **sums}])], ignore_index=True)
    return rows.assign(share=rows["alarms"] / rows["flags"].where(rows["flags"] > 0))


def _name(metric: str) -> str:
    return glossary.metric(metric).name


_SUMMED = ("gmv", "revenue_per_post", "tier_median_revenue_per_post")


def tier_summary(tiers: pd.DataFrame, currency: str = "USD", subtitle: str = "") -> GT:
    """What each tier does and sells. One row per tier: tier, roster_creators, active_creators,
    posts, gmv, gmv_per_active_creator, revenue_per_post, tier_median_revenue_per_post, …
    """
    frame = tiers.assign(tier=[f"Tier {t}" for t in tiers["tier"]])
    columns = [
        Column("tier", "Tier"),
        Column("roster_creators", "Creators on the roster", "count"),
        Column("active_creators", "Active creators", "count"),
        Column("velocity", "Posts this week", "count"),
        Column("gmv", "GMV", "money", "Sales, 4 weeks"),
        Column("gmv_per_active_creator", "Per active creator", "money", "Sales, 4 weeks"),
        Column("conversion_rate", "Orders per click", "percent"),
        Column("revenue_per_post", "All posts pooled", "money", "Revenue per post"),
        Column("tier_median_revenue_per_post", "Median creator", "money", "Revenue per post"),
    ]
    return finished(
        frame,
        columns,
        id="tier-summary",
        title="The tiers side by side",
        subtitle=subtitle,
        note=_note(*(name for name in _SUMMED if name in tiers.columns)),
        none="No creator has a tier.",
        currency=currency,
    )


def repeat_rates(frame: pd.DataFrame, minimum: int = 10, subtitle: str = "", most: int = 25) -> GT:
    """Repeat purchase by acquiring creator, best estimate first; `scorecard.repeat_apart`'s rows.

    Rates of creators with fewer than `minimum` buyers followed for the whole window are hidden.
    """
    ready = frame["mature_n"] >= minimum
    rows = frame.assign(
        event_rate=frame["event_rate"].where(ready),
        interval=ranges(frame["ci_low"].where(ready), frame["ci_high"].where(ready)),
        missing=(minimum - frame["mature_n"]).clip(lower=0).where(~ready),
    ).sort_values(["event_rate", "n", "creator_id"], ascending=[False, False, True])
    left, rows = len(rows) - most, rows.head(most)
    if "apart" in rows:
        rows = rows.assign(told=[_APART.get(apart, words.MISSING) for apart in rows["apart"]])
    columns = [
        Column("creator_id", "Creator", width="20%"),
        Column("n", "Buyers acquired", "count", width="12%"),
        Column("mature_n", "Followed 60 days", "count", width="12%"),
        Column("event_rate", "Bought again", "percent", width="12%"),
        Column("interval", "95% interval", "range", width="13%"),
        Column("told", "Against the others", width="19%"),
        Column("missing", "More buyers needed", "count", width="12%"),
    ]
    more = f" {words.count(left, 'more creator')} in the report's results." if left > 0 else ""
    return finished(
        rows,
        columns,
        id="repeat-rates",
        title="Repeat purchase by acquiring creator",
        subtitle=subtitle,
        note=f"{_note('repeat_purchase_rate')} Against the others: told apart only where the rate, "
        f"with luck allowed for, leaves the program's out of its 90% interval.{more}",
        none="No buyer can be joined to a creator yet.",
        strong={"told": rows["apart"].isin(["above", "below"])} if "apart" in rows else None,
    )


_APART = {
    "above": "more come back",
    "below": "fewer come back",
    "": "cannot be told apart",
}


def creator_posts(posts: pd.DataFrame, currency: str = "USD", subtitle: str = "") -> GT:
    """One creator's posts, newest first: published_on, caption, hook_angle, views, clicks, …"""
    rows = posts.sort_values("published_on", ascending=False)
    if "caption" in rows:
        rows = rows.assign(caption=[words.cut(caption, 60) for caption in rows["caption"]])
    if "hook_angle" in rows:
        hooks = [words.MISSING if words.is_missing(h) else h for h in rows["hook_angle"]]
        rows = rows.assign(hook_angle=[str(hook).replace("_", " ") for hook in hooks])
    columns = [
        Column("published_on", "Published", "day"),
        Column("caption", "Caption"),
        Column("hook_angle", "Hook angle"),
        Column("views", "Views", "count"),
        Column("clicks", "Clicks", "count"),
        Column("orders", "Orders", "count"),
        Column("conversion_rate", "Orders per click", "percent"),
        Column("gmv", "GMV", "money"),
        Column("net_revenue_14d", "Net revenue, 14 days", "money"),
        Column("verdict", "Verdict"),
    ]
    return finished(
        rows,
        columns,
        id="creator-posts",
        title="Posts",
        subtitle=subtitle,
        none="This creator has no post with a known date.",
        currency=currency,
    )
