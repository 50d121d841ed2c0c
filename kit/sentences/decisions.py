"""Sentences of decisions: who is to be invested in, what is amplified, who moves a tier."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from kit import spark_plan, words
from kit.language import forms, later, phrase, plural
from kit.sentences.figures import conversion, get, unknown
from kit.words import count, in_words, is_missing, listed, percent, percent_range

ORDER_OF_ACTIONS = ("invest", "follow up", "fix the brief", "replace", "keep")


def counts(decisions: pd.Series, words_in_order: Iterable[str], noun: str = "creator") -> str:
    """How the verdicts fell: "Of 61 creators: 3 invest, 4 follow up and 54 keep."."""
    tally = decisions.value_counts()
    if tally.empty:
        return f"No {noun}s to judge."
    order = [*words_in_order, *sorted(set(tally.index) - set(words_in_order))]
    order = [word for word in order if tally.get(word, 0)]
    parts = [
        phrase("{count} {decision}", count=tally[word], decision=verdict(word)) for word in order
    ]
    total = int(tally.sum())
    if noun == "creator":
        return _of_creators(total, order[0], parts)
    if len(parts) == 1:
        only = order[0]
        return f"All {count(total, noun)}: {only}." if total > 1 else f"The one {noun}: {only}."
    return f"Of {count(total, noun)}: {listed(parts)}."


def _of_creators(total: int, only: str, parts: list[str]) -> str:
    if len(parts) > 1:
        return phrase("Of {count} creators: {parts}.", count=total, parts=listed(parts))
    return words.counted(
        "The one creator: {decision}.",
        "All {count} creators: {decision}.",
        total,
        decision=verdict(only),
    )


def verdict(word: Any) -> str:
    """A decision in the language of the document."""
    return phrase(str(word))


# The decisions that are shown as they are.
VERDICTS = (
    later("invest"),
    later("follow up"),
    later("fix the brief"),
    later("replace"),
    later("keep"),
    later("fee"),
    later("spark"),
    later("not yet"),
    later("no"),
    later("promote"),
    later("demote"),
    later("hold"),
)


def named(decisions: pd.DataFrame, decision: str, message: str, most: int = 3) -> str:
    """Who got one decision, firmest first: "Invest in ana, bo and 2 more."; nobody gives ''.

    They stand in the place ``{names}`` of the message.
    """
    firm = firmest_first(decisions[decisions["decision"] == decision])
    subjects = [words.cut(subject, 26) for subject in firm["subject"]]
    return phrase(message, names=listed(subjects, most)) if subjects else ""


def firmest_first(decisions: pd.DataFrame) -> pd.DataFrame:
    """Decisions by falling `confidence`, of equal ones by subject; unknown confidence last."""
    number = pd.to_numeric(decisions["confidence"], errors="coerce")
    keys = pd.DataFrame({"unsure": -number, "subject": decisions["subject"].astype(str)})
    return decisions.loc[keys.sort_values(["unsure", "subject"], na_position="last").index]


def review(decisions: pd.DataFrame) -> list[str]:
    """What the weekly verdicts ask for, one sentence each, firmest first; never empty."""
    verbs = {
        "invest": later("Invest in {names}."),
        "follow up": later("Follow up with {names}."),
        "fix the brief": later("Fix the brief of {names}."),
        "replace": later("Replace {names}."),
    }
    found = [text for word, verb in verbs.items() if (text := named(decisions, word, verb))]
    return found or [phrase("Nobody stands out beyond chance this week: keep going with everyone.")]


def spark(candidates: pd.DataFrame) -> str:
    """How many posts have earned paid spend and how sure that is.

    Needs `verdict`, `on_record`, `estimate`, `ci_low`, `ci_high`, `rank`. A spark that stands on
    its creator's record is counted apart: it has not earned anything itself yet.
    """
    if candidates.empty:
        return phrase(
            "No post has a click in the last four weeks, so there is nothing to amplify yet."
        )
    tally = candidates["verdict"].value_counts()
    on_record = candidates["on_record"].astype(bool)
    earned = candidates[(candidates["verdict"] == "spark") & ~on_record].sort_values("rank")
    parts = [_earned(earned)]
    lent = int(on_record.sum())
    if lent:
        more = _LENT_MORE if len(earned) else _LENT
        parts.append(plural(*more, lent, posts=in_words(lent)))
    waiting = int(tally.get("not yet", 0))
    if waiting:
        parts.append(
            plural(
                "{posts} more needs clicks before anyone can say",
                "{posts} more need clicks before anyone can say",
                waiting,
                posts=in_words(waiting),
            )
        )
    return words.sentence("; ".join(parts))


_LENT_MORE = forms(
    "{posts} more stands on its creator's record alone",
    "{posts} more stand on the creator's record alone",
)
_LENT = forms(
    "{posts} stands on its creator's record alone",
    "{posts} stand on the creator's record alone",
)


def _earned(earned: pd.DataFrame) -> str:
    if earned.empty:
        return phrase("No post has earned paid spend")
    first = earned.iloc[0]
    return plural(
        "{posts} post has earned paid spend: it converts an estimated {rate} of clicks ({range})",
        "{posts} posts have earned paid spend, led by one that converts an estimated {rate} of "
        "clicks ({range})",
        len(earned),
        posts=in_words(len(earned)),
        rate=percent(first["estimate"]),
        range=percent_range(first["ci_low"], first["ci_high"]),
    )


def pair(viewed: Any, persuasive: Any) -> str:
    """The most viewed post beside the most persuasive one, both with clicks and intervals.

    Neither gets its word where their intervals overlap: then their clicks do not tell them apart.
    """
    first, second = conversion(viewed).rstrip("."), conversion(persuasive).rstrip(".")
    if get(viewed, "post_id", 0) == get(persuasive, "post_id", 1):
        return (
            f"The most viewed post is the most persuasive one too: {first[0].lower()}{first[1:]}."
        )
    if is_missing(get(viewed, "views")):
        return f"Views are not known. The most persuasive post: {second[0].lower()}{second[1:]}."
    seen, other = (words.number(get(post, "views")) for post in (viewed, persuasive))
    high, low = get(viewed, "ci_high"), get(persuasive, "ci_low")
    if not is_missing(high) and not is_missing(low) and high >= low:
        return (
            f"The most viewed post ({seen} views) and the one that converts best ({other} views) "
            f"cannot be told apart by their clicks yet: {first}, against {second}."
        )
    return (
        f"The post with {seen} views was interesting: {first}. "
        f"The post with {other} views was persuasive: {second}."
    )


def more_clicks(needed: float | None) -> str:
    """ "about 280 more clicks", two figures kept; missing means too close to the bar."""
    if is_missing(needed):
        return "too close to the bar to tell apart"
    assert needed is not None
    return f"about {count(_two_figures(needed), 'more click')}"


def _two_figures(amount: float) -> int:
    whole = int(round(amount))
    step = 10 ** max(len(str(whole)) - 2, 0)
    return max(int(round(whole / step)) * step, 1 if amount > 0 else 0)


def promotions(decisions: pd.DataFrame) -> str:
    """The tier moves of an audit, by name, with how many stay. Needs `subject`, `decision`."""
    if decisions.empty:
        return phrase("No creator has enough months to be audited yet.")
    moved = [
        named(decisions, "promote", later("Promote {names}.")),
        named(decisions, "demote", later("Demote {names}.")),
    ]
    rest = int(decisions["decision"].isin(["not yet", "hold"]).sum())
    staying = words.counted("{count} creator stays.", "{count} creators stay.", rest)
    text = " ".join(part for part in moved if part) or phrase("Nobody moves between tiers.")
    return f"{text} {staying}" if rest else text


def cells(table: pd.DataFrame, pairs: pd.DataFrame) -> str:
    """Which hook angle beats the others, overall and with which product.

    Needs `hook_angle` and `claim` ('' for none) of each angle, and of each pair `hook_angle`,
    `product`, `effect` and `firm`.
    """
    if table.empty:
        return phrase("No hook angle has a reading yet.")
    sure = table[table["claim"] == "beats the others"].sort_values("hook_angle")
    told = phrase(
        "No hook angle stands out yet when creators and products are compared like with like."
    )
    if len(sure):
        angles = listed(phrase(hook(angle)) for angle in sure["hook_angle"])
        told = plural(
            "{angles} beats the other angles when creators and products are compared like with "
            "like.",
            "{angles} beat the other angles when creators and products are compared like with "
            "like.",
            len(sure),
            angles=f"{angles[0].upper()}{angles[1:]}",
        )
    proven = pairs[pairs["firm"].astype(bool) & pairs["effect"].gt(0)] if len(pairs) else pairs
    if proven.empty:
        return told
    named = [f"{hook(row.hook_angle)} with {row.product}" for row in proven.itertuples()]
    return f"{told} Of the pairs, {listed(named)} {_beat(len(named))} the other angles."


def _beat(number: int) -> str:
    return "beats" if number == 1 else "beat"


def open_questions(questions: pd.DataFrame, cells: pd.DataFrame) -> str:
    """Of how many pairs of angle and product nothing is proven, and where fewest posts would tell.

    Rows of `brief_plan.open_questions`, beside all the pairs.
    """
    if cells.empty:
        return unknown("hook angles by product", "no post has a hook angle and a single product")
    if questions.empty:
        return "Every pair of hook angle and product is proven, for better or for worse."
    text = (
        f"Nothing is proven yet for {len(questions)} of {count(len(cells), 'pair')} of hook angle "
        "and product"
    )
    known = questions.dropna(subset=["posts_needed"]).sort_values(
        ["posts_needed", "product", "hook_angle"]
    )
    if known.empty:
        return f"{text}; more posts than a quarter holds would be needed to tell of any."
    first = known.iloc[0]
    low, high = words.number(first["posts_low"]), words.number(first["posts_high"])
    return (
        f"{text}. Fewest posts would tell of {hook(first['hook_angle'])} with {first['product']}: "
        f"about {count(first['posts_needed'], 'more post')} ({low}–{high}), at some "
        f"{count(round(first['clicks_per_post']), 'click')} each."
    )


def hook(angle: Any) -> str:
    """A hook angle as people write it: "problem agitation"."""
    return words.MISSING if is_missing(angle) else str(angle).replace("_", " ")


def false_alarms(table: pd.DataFrame) -> str:
    """How many act flags may be false. Needs `flags`, `expected_false_share`, a row per metric."""
    total = int(table["flags"].sum()) if len(table) else 0
    if not total:
        return "No flag calls for action, so there is no false alarm to expect."
    expected = float((table["flags"] * table["expected_false_share"].fillna(0)).sum())
    false, share = round(expected), percent(expected / total, 0)
    text = f"{count(total, 'flag')} {'calls' if total == 1 else 'call'} for action"
    if total == 1:
        return f"{text}; the chance that it is a false alarm is {share}."
    if not false:
        return f"{text}; most likely none of them is a false alarm ({share} expected)."
    alarm = "is a false alarm" if false == 1 else "are false alarms"
    return f"{text}; going by how sure each is, about {in_words(false)} of them ({share}) {alarm}."


def flips(table: pd.DataFrame) -> str:
    """How many verdicts hang on a threshold. One row per creator who flips."""
    if table.empty:
        return "No verdict changes when each threshold moves by a tenth."
    people = table["creator_id"].nunique()
    verbs = "verdict changes" if people == 1 else "verdicts change"
    return f"{people} {verbs} when a threshold moves by a tenth; the others stand."


def moves(table: pd.DataFrame, currency: str = "USD") -> str:
    """What the tier moves cost together, and how many should pay. Rows of `tier_move.moves`."""
    if table.empty:
        return "Nobody moves, so nothing is to be paid or saved."
    priced = table[table["cost"].notna()]
    if priced.empty:
        notes = " ".join(sorted(set(table["note"])))
        return f"What the moves cost is not known. {notes}"
    total = float(priced["cost"].sum())
    size = words.money(abs(total), currency, 0)
    one = len(priced) == 1
    verb = ("costs" if one else "cost") if total >= 0 else ("saves" if one else "save")
    what = "the move" if one else f"the {len(priced)} moves"
    text = f"Priced at deals in force, {what} {verb} about {size} a month"
    told = priced[priced["gain"].notna()]
    if told.empty:
        return f"{text}; what {'it' if one else 'they'} should bring is not known."
    better = int((told["gain"] > told["cost"]).sum())
    if one:
        return f"{text}; by itself it should leave {'more' if better else 'less'} money than now."
    few = "none of them" if not better else "all of them" if better == len(told) else ""
    few = few or f"{in_words(better)} of them"
    return f"{text}; by itself, {few} should leave more money than now."


def plan_return(row: Any, currency: str = "USD") -> str:
    """What a Spark plan should bring back, with its interval. A row of `spark_plan.Return`."""
    spend = words.money(get(row, "spend"), currency)
    if not get(row, "spend"):
        return "No budget is planned, or no post that earned it may run yet."
    if is_missing(get(row, "orders")):
        return f"What {spend} should bring is not known: the price of a click is not known."
    low, high = words.number(get(row, "orders_low")), words.number(get(row, "orders_high"))
    text = (
        f"{spend} should bring about {count(round(get(row, 'orders')), 'order')} (90% interval "
        f"{low}–{high})"
    )
    if not is_missing(get(row, "gmv")):
        text += f", some {words.money(get(row, 'gmv'), currency)} of GMV"
    left = get(row, "left")
    if is_missing(left):
        return f"{text}; what of it is left is not known, for want of costs."
    ends = [words.signed_money(get(row, f"left_{end}"), currency, 0) for end in ("low", "high")]
    what = "earns" if left >= 0 else "loses"
    size = words.money(abs(left), currency, 0)
    return f"{text}; after the spend it {what} about {size} ({ends[0]} to {ends[1]})."


def left_out(table: pd.DataFrame, per_creator: int, per_product: int) -> str:
    """Why spark posts are not in the plan. Rows of `spark_plan.left_out`: post_id, why."""
    most = (
        f"At most {count(per_creator, 'post')} of a creator and {per_product} of a product are "
        "planned."
    )
    if table.empty:
        return most
    tally = table["why"].value_counts().sort_index()
    parts = [f"{number} {_of(why, number)}" for why, number in tally.items()]
    waits = "waits" if len(table) == 1 else "wait"
    return f"{most} Of the sparks, {len(table)} {waits}: {words.listed(parts)}."


def _of(why: Any, number: int) -> str:
    if why == spark_plan.CANNOT_RUN:
        return "may not run"
    if why == spark_plan.FEW_CLICKS:
        return (
            "has too few clicks of its own" if number == 1 else "have too few clicks of their own"
        )
    if why == spark_plan.MOST_REACHED:
        return "of a creator or product that has its full number"
    return f"{'is' if number == 1 else 'are'} more than the budget can test"
