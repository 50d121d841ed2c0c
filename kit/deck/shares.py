"""Who and what brought the sales of a month or quarter: tiers, creators, hook angles."""

from __future__ import annotations

import pandas as pd
from pptx.util import Inches

from kit import sentences, words
from kit.deck.blocks import definitions, listing, money_format
from kit.deck.charts import Mark, bars
from kit.deck.page import Page
from kit.deck.span import Span, by_subject, rate_by_subject, total
from kit.deck.text import note, say
from kit.language import later, phrase, plural

AS_REPORTED = later(
    "Each week as its own report had it; later downloads may have moved it, and newer weeks still "
    "settle."
)
HEAD = 0.34


def tiers(span: Span, page: Page) -> None:
    """Each tier's share of posts, GMV and orders."""
    gmv = by_subject(span.weeks, "gmv", "tier").sort_index()
    page.head(_tiers_title(span, gmv))
    left, right = page.body.columns(0.36, 0.64, gap=Inches(0.5))
    say(page.slide, left._replace(height=Inches(HEAD)), phrase("GMV by tier"), 14, 10, bold=True)
    if len(gmv):
        bars(
            page.slide,
            left.below(Inches(0.42))._replace(height=int(left.height * 0.2 * (len(gmv) + 0.5))),
            [phrase("Tier {tier}", tier=tier) for tier in gmv.index],
            gmv.tolist(),
            "GMV",
            f"{phrase('GMV by tier')}. {_tiers_title(span, gmv)}.",
            mark=Mark((gmv == gmv.max()).tolist()),
            number_format=money_format(span.currency),
        )
    rows = _tier_rows(span, gmv)
    none = phrase("Nothing to show yet: no tier has figures.")
    listing(page, right, rows, none, numbers=rows.columns[1:])
    how = phrase(
        "Posts and GMV added over {weeks}, orders per click pooled; active creators and revenue "
        "per post of the last report.",
        weeks=span.over(),
    )
    page.footnote(f"{phrase(AS_REPORTED)} {how} {definitions('revenue_per_post')}")
    note(page.slide, "\n".join(" · ".join(map(str, r)) for r in rows.itertuples(index=False)))


def _tiers_title(span: Span, gmv: pd.Series) -> str:
    whole = total(span.weeks, "gmv").value
    if gmv.empty or not whole:
        return phrase("What each tier brought is not known")
    share = words.percent(gmv.max() / whole, 0)
    return phrase(
        "Tier {tier} brought {share} of the program's GMV", tier=gmv.idxmax(), share=share
    )


def _tier_rows(span: Span, gmv: pd.Series) -> pd.DataFrame:
    posts = by_subject(span.weeks, "velocity", "tier")
    rate = rate_by_subject(span.weeks, "conversion_rate", "tier")
    last = {
        metric: span.last.of(metric, "tier")
        .drop_duplicates("subject")
        .set_index("subject")["value"]
        for metric in ("active_creators", "revenue_per_post")
        for rows in [span.last.of(metric, "tier")]
    }
    tiers = sorted({*gmv.index, *posts.index, *rate.index})
    per_post = [words.money(last["revenue_per_post"].get(t), span.currency, 0) for t in tiers]
    return pd.DataFrame(
        {
            later("Tier"): [phrase("Tier {tier}", tier=tier) for tier in tiers],
            later("Active"): [words.number(last["active_creators"].get(tier)) for tier in tiers],
            "Posts": [words.number(posts.get(tier)) for tier in tiers],
            "GMV": [words.money(gmv.get(tier), span.currency, 0) for tier in tiers],
            "Clicks": [words.number(rate["n"].get(tier)) for tier in tiers],
            "Orders per click": [words.percent(rate["value"].get(tier)) for tier in tiers],
            later("Revenue per post"): per_post,
        }
    )


def hooks(span: Span, page: Page) -> None:
    """What each hook angle turned its clicks into, and whether one is better."""
    rate = rate_by_subject(span.weeks, "conversion_rate", "hook_angle").dropna(subset=["value"])
    rate = rate.sort_values("value", ascending=False, kind="stable")
    gmv = by_subject(span.weeks, "gmv", "hook_angle")
    title = _hooks_title(span)
    page.head(title)
    left, right = page.body.columns(0.48, 0.52, gap=Inches(0.5))
    head = phrase("Orders per click by hook angle, pooled over {weeks}", weeks=span.over())
    say(page.slide, left._replace(height=Inches(HEAD)), head, 14, 10, bold=True)
    names = [words.sentence(phrase(sentences.hook(angle))).rstrip(".") for angle in rate.index]
    if len(rate):
        bars(
            page.slide,
            left.below(Inches(0.42))._replace(height=int(left.height * 0.16 * (len(rate) + 0.5))),
            names,
            rate["value"].tolist(),
            phrase("Orders per click"),
            f"{head}: {_each(names, rate)}. {title}",
            mark=Mark([False] * len(rate)),
            number_format="0.0%",
        )
    rows = pd.DataFrame(
        {
            "Hook angle": names,
            "Clicks": [words.number(n) for n in rate["n"]],
            "Orders per click": [words.percent(value) for value in rate["value"]],
            "GMV": [words.money(gmv.get(angle), span.currency, 0) for angle in rate.index],
        }
    )
    none = phrase("Nothing to show yet: no post has both a brief with a hook angle and clicks.")
    listing(page, right, rows, none, numbers=("Clicks", "Orders per click", "GMV"))
    how = phrase(
        "The bars are what happened; whether an angle is better is judged at equal creators and "
        "products, in the last report of Spark candidates."
    )
    page.footnote(f"{how} {definitions('conversion_rate')}")
    note(page.slide, "\n".join([title, _each(names, rate)]).strip())


def _each(names: list[str], rate: pd.DataFrame) -> str:
    told = [
        words.counted(
            "{name} {rate} of {count} click",
            "{name} {rate} of {count} clicks",
            round(row.n),
            name=name,
            rate=words.percent(row.value),
        )
        for name, row in zip(names, rate.itertuples(), strict=True)
    ]
    return words.listed(told)


def _hooks_title(span: Span) -> str:
    effects = span.last.of("hook_effect", "hook_angle")
    if effects.empty:
        return phrase(
            "Hook angles are not compared like with like: the last week has no report of Spark "
            "candidates"
        )
    claims = ["beats the others" if low > 0 else "" for low in effects["ci_low"].fillna(0)]
    table = pd.DataFrame({"hook_angle": effects["subject"].tolist(), "claim": claims})
    return sentences.cells(table, pd.DataFrame())


def creators(span: Span, page: Page) -> None:
    """Who brought the GMV."""
    gmv = by_subject(span.weeks, "gmv", "creator").sort_values(ascending=False, kind="stable")
    gmv = gmv[gmv > 0]
    page.head(creators_title(span))
    shown = gmv.head(10)
    posts = by_subject(span.weeks, "velocity", "creator")
    rate = rate_by_subject(span.weeks, "conversion_rate", "creator")
    left, right = page.body.columns(0.48, 0.52, gap=Inches(0.5))
    head = phrase(
        "GMV of the {creators} creators with most, over {weeks}",
        creators=len(shown),
        weeks=span.over(),
    )
    say(page.slide, left._replace(height=Inches(HEAD)), head, 14, 10, bold=True)
    if len(shown):
        bars(
            page.slide,
            left.below(Inches(0.42)),
            [words.cut(name, 22) for name in shown.index],
            shown.tolist(),
            "GMV",
            f"{head}. {creators_title(span)}",
            mark=Mark([place == 0 for place in range(len(shown))]),
            number_format=money_format(span.currency),
        )
    rows = pd.DataFrame(
        {
            "Creator": list(shown.index),
            "GMV": [words.money(amount, span.currency, 0) for amount in shown],
            "Clicks": [words.number(rate["n"].get(name)) for name in shown.index],
            "Orders per click": [words.percent(rate["value"].get(name)) for name in shown.index],
        }
    )
    if len(posts):
        rows.insert(1, "Posts", [words.number(posts.get(name)) for name in shown.index])
    listing(
        page, right, rows, phrase("Nobody has sold in these weeks."), numbers=list(rows.columns[1:])
    )
    page.footnote(f"{phrase(AS_REPORTED)} {definitions('gmv', 'conversion_rate')}")
    note(page.slide, "\n".join(" · ".join(map(str, r)) for r in rows.itertuples(index=False)))


def creators_title(span: Span) -> str:
    """How few creators brought half of the GMV, as a sentence."""
    gmv = by_subject(span.weeks, "gmv", "creator").sort_values(ascending=False, kind="stable")
    whole = total(span.weeks, "gmv").value
    if gmv.empty or not whole:
        return phrase("Who brought the GMV is not known")
    half = int((gmv.cumsum() < whole / 2).sum()) + 1
    if half >= len(gmv):
        return words.counted(
            "{count} creator brought the GMV between them.",
            "{count} creators brought the GMV between them.",
            int((gmv > 0).sum()),
        )
    return plural(
        "{creators} creator brought {share} of the GMV; {all} sold something.",
        "{creators} creators brought {share} of the GMV; {all} sold something.",
        half,
        creators=words.in_words(half).capitalize(),
        share=words.percent(gmv.head(half).sum() / whole, 0),
        all=int((gmv > 0).sum()),
    )
