"""Sentences of figures: a value with its denominator and interval, and what moved since."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from kit import glossary, words
from kit.change import REAL_WORD
from kit.creator_rates.shared import chance
from kit.language import forms, later, phrase, plural
from kit.words import count, in_words, is_missing, money, percent, percent_range


def name(metric: str) -> str:
    """A metric's name as a reader says it in mid-sentence, from the register of definitions."""
    entry = glossary.METRICS.get(metric)
    if entry is None:
        return str(metric).replace("_", " ")
    title = entry.title
    upright = title.split(" ")[0].isupper()
    return title if upright else title[0].lower() + title[1:]


def value(row: Any, currency: str = "USD") -> str:
    """A figure's value by its `unit` (count, rate, money, days, probability), or an en dash."""
    figure, unit = get(row, "value"), get(row, "unit")
    if is_missing(figure):
        return words.MISSING
    if unit == "money":
        return money(figure, currency)
    if unit in ("rate", "probability"):
        return percent(figure, 0 if unit == "probability" else 1)
    if unit == "days":
        return words.counted("{count} day", "{count} days", figure)
    return words.plain_number(figure)


def interval(row: Any, currency: str = "USD") -> str:
    """ "90% interval 2.4–6.5%", or nothing where a row has no interval."""
    low, high, level = get(row, "ci_low"), get(row, "ci_high"), get(row, "ci_level")
    if is_missing(low) or is_missing(high):
        return ""
    label = percent(0.9 if is_missing(level) else level, 0)
    unit = get(row, "unit")
    if unit == "money":
        ends = words.money_range(low, high, currency)
    elif unit == "count":
        ends = f"{words.plain_number(low)}–{words.plain_number(high)}"
    else:
        ends = percent_range(low, high)
    return phrase("{level} interval {ends}", level=label, ends=ends)


def get(row: Any, key: str, default: Any = None) -> Any:
    """A field of a row that may be a mapping, a Series or a named tuple; `default` if not there."""
    if isinstance(row, Mapping | pd.Series):
        return row.get(key, default)
    return getattr(row, key, default)


def unknown(what: str, why: str = "") -> str:
    """A figure that cannot be given, and why: "Not known: hook retention (no readings)."."""
    if why:
        return phrase("Not known: {what} ({why}).", what=what, why=why)
    return phrase("Not known: {what}.", what=what)


def figure(row: Any, currency: str = "USD") -> str:
    """One row of results as a sentence, with its denominator and interval.

    >>> figure({"metric": "conversion_rate", "value": 11 / 275, "unit": "rate", "n": 275,
    ...         "ci_low": 0.024, "ci_high": 0.065, "ci_level": 0.9})
    '4.0% of 275 clicks became orders (90% interval 2.4–6.5%).'
    """
    metric, n = get(row, "metric"), get(row, "n")
    if metric == "conversion_rate" and not is_missing(get(row, "value")) and get(row, "value") > 1:
        return _more_than_all(float(get(row, "value")), float(get(row, "n")))
    if is_missing(get(row, "value")):
        return unknown(name(str(metric)), "" if is_missing(n) else _nothing_to_divide(metric))
    one, many = _PHRASES.get(str(metric), _ANY)
    places = {"name": name(str(metric)), "value": value(row, currency), "n": words.number(n)}
    text = plural(one, many, 2 if is_missing(n) else n, **places)
    within = interval(row, currency)
    text = f"{text} ({within})" if within else text
    if get(row, "status") == "estimated":
        text = phrase("{figure}; part of it is not settled yet", figure=text)
    return words.sentence(text)


def _more_than_all(rate: float, clicks: float) -> str:
    """A conversion above 100%, which no share can be: sales credited to a view have no click."""
    orders = words.counted("{count} order", "{count} orders", round(rate * clicks))
    return words.counted(
        "{orders} came from {count} click: some buyers only watched.",
        "{orders} came from {count} clicks: some buyers only watched.",
        clicks,
        orders=orders,
    )


_ANY = forms("{name}: {value}", "{name}: {value}")
_PHRASES = {
    "conversion_rate": forms(
        "{value} of {n} click became orders", "{value} of {n} clicks became orders"
    ),
    "revenue_per_post": forms(
        "{value} of net revenue per post over {n} post",
        "{value} of net revenue per post over {n} posts",
    ),
    "hook_retention": forms(
        "{value} of {n} view held for three seconds", "{value} of {n} views held for three seconds"
    ),
    "repeat_purchase_rate": forms(
        "{value} of {n} buyer bought again within 60 days",
        "{value} of {n} buyers bought again within 60 days",
    ),
    "output_rate": forms(
        "{value} of the {n} post agreed was published",
        "{value} of the {n} posts agreed were published",
    ),
    "commission_ratio": forms(
        "Commission took {value} of net revenue over {n} order",
        "Commission took {value} of net revenue over {n} orders",
    ),
    "all_in_cost_ratio": forms(
        "Commission, fees, samples and ads took {value} of net revenue",
        "Commission, fees, samples and ads took {value} of net revenue",
    ),
    "velocity": forms("{value} posts were published", "{value} posts were published"),
    "gmv": forms("GMV was {value}", "GMV was {value}"),
    "net_revenue": forms("Net revenue was {value}", "Net revenue was {value}"),
    "contribution": forms("The program contributed {value}", "The program contributed {value}"),
    "active_creators": forms("{value} creators posted", "{value} creators posted"),
}


def _nothing_to_divide(metric: Any) -> str:
    nouns = {"conversion_rate": later("no clicks"), "output_rate": later("nothing agreed")}
    return phrase(nouns.get(str(metric), _TOO_LITTLE))


_TOO_LITTLE = later("too little data")


def conversion(row: Any) -> str:
    """Orders out of clicks with the interval, for a row with `clicks` and `orders`."""
    clicks, orders = get(row, "clicks"), get(row, "orders")
    if is_missing(clicks) or not clicks:
        return unknown("conversion", "no clicks")
    return figure(
        {
            "metric": "conversion_rate",
            "value": orders / clicks,
            "unit": "rate",
            "n": clicks,
            **{key: get(row, key) for key in ("ci_low", "ci_high", "ci_level")},
        }
    )


def velocity(posts: float | None, target: float, before: float | None = None) -> str:
    """Posts of the week against the target, and against the weeks before.

    >>> velocity(22, 30, 24.5)
    '22 posts went out this week, 8 short of the 30 wanted; the four weeks before averaged 24.5.'
    """
    if is_missing(posts):
        return unknown(phrase("posts of the week"))
    assert posts is not None
    gap = posts - target
    places = {"target": words.plain_number(target), "gap": words.plain_number(abs(gap))}
    text = words.counted(*_AGAINST_TARGET[int(gap > 0) - int(gap < 0)], posts, **places)
    if not is_missing(before):
        pace = words.plain_number(before)
        text = phrase("{posts}; the four weeks before averaged {pace}", posts=text, pace=pace)
    return text + "."


_AGAINST_TARGET = {
    -1: forms(
        "{count} post went out this week, {gap} short of the {target} wanted",
        "{count} posts went out this week, {gap} short of the {target} wanted",
    ),
    0: forms(
        "{count} post went out this week, at the target of {target}",
        "{count} posts went out this week, at the target of {target}",
    ),
    1: forms(
        "{count} post went out this week, {gap} above the target of {target}",
        "{count} posts went out this week, {gap} above the target of {target}",
    ),
}


def change(
    what: str, now: float | None, before: float | None, currency: str = "USD", than: str = ""
) -> str:
    """Money now against before: "GMV was $1,920, up $480 (33.3%) on the week before."."""
    if is_missing(now):
        return unknown(what)
    if is_missing(before):
        return phrase(
            "{what} was {amount}; there is nothing to compare it with.",
            what=what,
            amount=money(now, currency),
        )
    assert now is not None
    assert before is not None
    difference = now - before
    places = {
        "what": what,
        "amount": money(now, currency),
        "than": than or phrase("the week before"),
    }
    if abs(difference) < 0.005:
        return phrase("{what} was {amount}, the same as {than}.", **places)
    places["gap"] = money(abs(difference), currency)
    if before > 0:
        places["gap"] += f" ({percent(abs(difference) / before, 0)})"
    if difference > 0:
        return phrase("{what} was {amount}, up {gap} on {than}.", **places)
    return phrase("{what} was {amount}, down {gap} on {than}.", **places)


def best(table: pd.DataFrame, column: str, what: str, label: str = "creator_id") -> str:
    """Who leads in `column`, named only if their whole interval lies above everyone else's.

    Needs `label`, `column`, `ci_low`, `ci_high`; rates as fractions.
    """
    known = table.dropna(subset=[column]).sort_values([column, label], ascending=[False, True])
    if known.empty:
        return unknown(what)
    leader, others = known.iloc[0], known.iloc[1:]
    said = f"{leader[label]} at {percent(leader[column])}"
    span = percent_range(leader["ci_low"], leader["ci_high"])
    if others.empty:
        return f"Only {leader[label]} has a figure for {what}: {percent(leader[column])} ({span})."
    if not is_missing(leader["ci_low"]) and leader["ci_low"] > others["ci_high"].max():
        return f"Best in {what}: {said} ({span}), clear of everybody else."
    rivals = others[~(others["ci_high"] < leader["ci_low"])]
    rival = (rivals if len(rivals) else others).iloc[0]
    return (
        f"Highest in {what} is {said} ({span}), but {rival[label]} at "
        f"{percent(rival[column])} may be as good: no best is named."
    )


_PARTS = {
    "creators": later("number of creators"),
    "posts per creator": later("posts per creator"),
    "clicks per post": later("clicks per post"),
    "conversion": later("conversion"),
    "order value": later("order value"),
    "without a post": later("sales without a known post"),
    "all": later("whole change"),
}


def part(name: str) -> str:
    """A part of a change of GMV as a reader says it."""
    return phrase(_PARTS.get(str(name), str(name)))


def gmv_change(parts: pd.DataFrame, before: float, after: float, currency: str = "USD") -> str:
    """What moved GMV most. `parts` as `money.gmv_change` has them: part, effect (money)."""
    text = change("GMV", after, before, currency).rstrip(".")
    moved = parts[(parts["part"] != "all") & (parts["effect"].abs() >= 0.005)]
    if moved.empty:
        return text + "."
    moved = moved.sort_values("part")  # of equal parts always the same one is named
    biggest = moved.iloc[int(moved["effect"].abs().argmax())]
    size = words.signed_money(biggest["effect"], currency)
    return f"{text}; what moved it most: {part(biggest['part'])} ({size})."


def change_by_chance(parts: pd.DataFrame, currency: str = "USD") -> str:
    """Which parts of the change of GMV are more than luck. `parts` as `change.program_change`'s."""
    own = parts[(parts["part"] != "all") & (parts["reading"] != "")]
    if own.empty:
        return unknown("what of the change is luck", "no two whole weeks of clicks and sales")
    told = own["by_chance"].notna()
    if not told.any():
        return f"What of it is luck cannot be said: {own['reading'].iloc[0]}."
    real = own[own["reading"] == REAL_WORD].sort_values("by_chance")
    if real.empty:
        return (
            "Every part of the change is more likely chance: weeks in which nothing changed often "
            "differ by as much, so there is nothing to explain or to act on here."
        )
    said = [
        f"{part(row.part)} ({words.signed_money(row.effect, currency)}; luck alone does as much in "
        f"{weeks_of_luck(row.by_chance)})"
        for row in real.itertuples()
    ]
    rest = " The other parts are more likely chance." if len(real) < told.sum() else ""
    return f"More likely real than chance: {words.listed(said)}.{rest}"


def weeks_of_luck(chance_of: float) -> str:
    """How often luck alone does as much, as a reader says it: "one week in 12".

    >>> weeks_of_luck(0.08), weeks_of_luck(0.4), weeks_of_luck(0.001), weeks_of_luck(0.97)
    ('one week in 12', 'four weeks in ten', 'fewer than one week in 100', 'nearly every week')
    """
    if chance_of < 0.01:
        return phrase("fewer than one week in 100")
    if chance_of < 0.15:
        return phrase("one week in {weeks}", weeks=round(1 / chance_of))
    tenths = round(chance_of * 10)
    if tenths > 9:
        return phrase("nearly every week")
    return phrase("{weeks} weeks in ten", weeks=in_words(tenths))


def distribution(creators: pd.DataFrame, currency: str = "USD") -> str:
    """How unequal revenue per post is. Needs `creator_id`, `revenue_per_post`."""
    known = creators["revenue_per_post"].dropna() if not creators.empty else pd.Series(dtype=float)
    if len(known) < 2:
        return unknown("the spread of revenue per post", "fewer than two creators with posts")
    nothing = int((known <= 0).sum())
    text = (
        f"The middle creator brings {money(known.median(), currency)} per post, "
        f"the strongest {money(known.max(), currency)}"
    )
    return f"{text}; {count(nothing, 'creator')} sold nothing." if nothing else f"{text}."


def forecast(row: Any) -> str:
    """Posts expected next week with their interval, for a row of `velocity.forecast`."""
    expected = get(row, "forecast")
    if is_missing(expected):
        return unknown("posts of next week", "too few weeks")
    low, high, level = get(row, "ci_low"), get(row, "ci_high"), get(row, "ci_level")
    text = f"About {count(round(float(expected)), 'post')} can be expected next week"
    if not is_missing(low):
        text += f" ({percent(level, 0)} interval {words.number(low)}–{words.number(high)})"
    of_target, target = get(row, "probability_of_target"), get(row, "target")
    if not is_missing(of_target) and not is_missing(target):
        wanted = words.plain_number(target)
        text += f"; the chance of reaching {wanted} is {chance(of_target)}"
    return text + "."


def coming_week(table: pd.DataFrame) -> str:
    """The first row of `velocity.forecast` as a sentence; there is none before a whole week."""
    if table.empty:
        return unknown("posts of next week", "no week is complete yet")
    return forecast(table.iloc[0])


def concentration(table: pd.DataFrame) -> str:
    """How few creators bring half of the GMV. Needs `rank`, `gmv`, `running_share`."""
    rows = table.sort_values("rank") if len(table) else table
    if rows.empty or not (rows["gmv"] > 0).any():
        return unknown("how GMV spreads over creators", "no sales in the 28 days")
    top = int((rows["running_share"].shift(fill_value=0.0) < 0.5).sum())
    share = float(rows["running_share"].iloc[top - 1])
    idle = int((rows["gmv"] <= 0).sum())
    if len(rows) == 1:
        return "The one creator brings all of the GMV."
    text = (
        f"{in_words(top).capitalize()} of {count(len(rows), 'creator')} "
        f"{'brings' if top == 1 else 'bring'} {percent(share, 0)} of the GMV"
    )
    return f"{text}; {in_words(idle)} sold nothing." if idle else f"{text}."


def repeat(table: pd.DataFrame, minimum: int = 10) -> str:
    """Whose buyers come back, in what can be said; who cannot be told apart is said to be so.

    Needs `mature_n` and `apart` (`scorecard.repeat_apart`).
    """
    ready = table[table["mature_n"] >= minimum] if not table.empty else table
    if ready.empty:
        return unknown(
            "repeat purchase by creator",
            f"nobody has {minimum} buyers followed for the whole window yet",
        )
    if len(ready) == 1:
        only = ready.iloc[0]
        span = percent_range(only["ci_low"], only["ci_high"])
        return (
            f"Only {only['creator_id']} has enough buyers to tell: {percent(only['event_rate'])} "
            f"bought again (95% interval {span})."
        )
    told = [
        f"{words.listed(_with_rate(ready[ready['apart'] == way]), 3)} {verb} than the program's"
        for way, verb in (("above", "come back more often"), ("below", "come back less often"))
        if (ready["apart"] == way).any()
    ]
    same = int((ready["apart"] == "").sum())
    if not told:
        return (
            f"The buyers of all {count(len(ready), 'creator')} with enough to judge by come back "
            "about as often: the creators cannot be told apart."
        )
    text = f"The buyers of {'; those of '.join(told)}"
    rest = f"the other {count(same, 'creator')} cannot be told apart"
    rest = rest if same != 1 else "the one other creator cannot be told from the program"
    return f"{text}; {rest}." if same else f"{text}."


def _with_rate(rows: pd.DataFrame) -> list[str]:
    rows = rows.sort_values(["event_rate", "creator_id"], ascending=[False, True])
    return [f"{row.creator_id} ({percent(row.event_rate)})" for row in rows.itertuples()]
