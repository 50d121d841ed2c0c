"""A creator's own page: posts, figures beside the tier, hook angles, money earned, what is next.

It can be sent to the creator. Which figures it may hold, and how a decision is told, stands in
`audience.toml`; whatever is not listed there stays out, and so does every other creator.
"""

from __future__ import annotations

import difflib
import os
import tempfile
from datetime import date
from pathlib import Path
from urllib.parse import quote

import pandas as pd
from lxml.html import HtmlElement
from lxml.html.builder import E

from kit import audience, estimate, glossary, metrics, page_frame, sentences, week, words
from kit import client as clients
from kit.deck.week import Week, read_week
from kit.errors import ClientError
from kit.language import checked, later, of_reader, phrase, speaking

ALLOWED = audience.CREATOR
_LEVEL = 0.90


def write(
    client: str,
    handle: str,
    as_of: date,
    home: str | Path | None = None,
    language: str | None = None,
) -> Path:
    """Write a creator's page of a reported week, and return its path.

    In `language`; else in what the ledger says the creator speaks, else in the client's. Raises
    `ReportError` where the week was not reported, and `ClientError` for a handle that has no figure
    in it or a language there is not.
    """
    reported, _ = read_week(client, as_of, home)
    name = _known(reported, handle)
    opened = clients.open(client, home)
    posts = opened.posts[opened.posts["creator_id"] == name]
    people = metrics.people(opened, as_of).set_index("creator_id")["tier"]
    tier = people.get(name)
    with speaking(_language(opened, name, language)):
        html = page(reported, name, posts, "" if words.is_missing(tier) else f"{tier:.0f}")
    folder = clients.home(home) / "reports" / client / "creators" / week.week_name(as_of)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{quote(name, safe='')}.html"
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", dir=folder, prefix=".making-", delete=False
    ) as file:
        file.write(html)
    os.chmod(file.name, 0o644)
    os.replace(file.name, path)
    return path


def _language(opened: clients.Client, name: str, asked: str | None) -> str:
    if asked:
        try:
            return checked(asked)
        except ValueError as error:
            raise ClientError(f"--language: {error}.") from None
    told = opened.creators.set_index("creator_id")["language"].get(name)
    return of_reader(told, opened.config.language)


def _known(reported: Week, handle: str) -> str:
    """The handle as the tables have it."""
    name = handle.strip().removeprefix("@").lower()
    rows = reported.figures
    known = sorted(rows.loc[rows["subject_kind"] == "creator", "subject"].unique())
    if name in known:
        return name
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    hint = f" Did you mean {near[0]}?" if near else ""
    there = words.listed(known, most=5) or "no creator's"
    raise ClientError(
        f"The week to {words.day(reported.as_of)} has no figure of {handle}.{hint} It has {there}."
    )


def page(reported: Week, name: str, posts: pd.DataFrame, tier: str) -> str:
    """The page of one creator; `posts` are the creator's rows of the client's posts."""
    tier = _shown(reported, tier)
    own = _own_posts(reported, posts)
    title = phrase("Your posts for {client}", client=reported.title)
    days = words.period(reported.as_of - pd.Timedelta(days=27), reported.as_of)
    body = [
        E.h1(title),
        E.p({"class": "masthead"}, phrase("@{name} · the four weeks {days}", name=name, days=days)),
        E.h2(phrase("What is next")),
        E.ul(*(E.li(text) for text in next_steps(reported, name))),
        E.h2(phrase("Your figures")),
        _table(phrase("Your figures"), figures(reported, name, tier)),
        E.p({"class": "note"}, _tier_note(tier)),
        E.h2(phrase("What you earned")),
        E.p(earned(reported, name)),
        E.h2(phrase("Your hook angles")),
        _table(phrase("Your hook angles"), angles(own)),
        E.p(
            {"class": "note"},
            phrase("Few clicks leave a wide range: it narrows with every post."),
        ),
        E.h2(phrase("Your posts")),
        _table(phrase("Your posts"), _posts(own)),
        E.h2(phrase("How the figures are counted")),
        E.ul(*(E.li(text) for text in _definitions())),
    ]
    return page_frame.page(title, body, ("report/report.css",))


def next_steps(reported: Week, name: str) -> list[str]:
    """What the week decided of a creator, in words that can be sent; what has none is not told."""
    own = reported.decisions
    own = own[(own["subject_kind"] == "creator") & (own["subject"] == name)]
    told = [
        phrase(text) for word, text in ALLOWED["next"].items() if (own["decision"] == word).any()
    ]
    return told or [phrase("We will be in touch about the coming weeks.")]


def figures(reported: Week, name: str, tier: str) -> pd.DataFrame:
    """One row per allowed figure of the creator: value, range, the tier's, days."""
    rows = []
    for metric in ALLOWED["figures"]:
        row = _figure(reported, metric, "creator", name)
        if row is None or words.is_missing(row["value"]):
            continue
        span = _figure(reported, ALLOWED["intervals"].get(metric, ""), "creator", name)
        beside = ALLOWED["of_tier"].get(metric)
        other = _figure(reported, beside, "tier", tier) if tier and beside else None
        rows.append(
            {
                "Figure": glossary.metric(metric).title,
                "You": sentences.value(row, reported.currency),
                "Range it may truly have": _range(span, reported.currency),
                "Your tier": "" if other is None else sentences.value(other, reported.currency),
                "Days": words.period(row["period_start"], row["period_end"]),
            }
        )
    return pd.DataFrame(rows)


def _figure(reported: Week, metric: str, kind: str, subject: str) -> pd.Series | None:
    """The figure of the longest period, which the week's own is part of."""
    rows = reported.of(metric, kind)
    rows = rows[rows["subject"] == subject].sort_values("period_start", kind="stable")
    return rows.iloc[0] if len(rows) else None


def _range(row: pd.Series | None, currency: str) -> str:
    return "" if row is None else sentences.interval(row, currency)


def _shown(reported: Week, tier: str) -> str:
    """The tier, where enough are active in it to show its middle; '' elsewhere."""
    active = reported.of("active_creators", "tier").set_index("subject")["value"]
    return tier if active.get(tier, 0) >= ALLOWED["fewest_in_tier"] else ""


def _tier_note(tier: str) -> str:
    if not tier:
        return phrase("Your tier has too few creators to show a figure of it beside yours.")
    return phrase(
        "Your tier is tier {tier}. Beside your rates stand those of all its creators together, "
        "beside your revenue per post the middle one of theirs.",
        tier=tier,
    )


def earned(reported: Week, name: str) -> str:
    """The commission of the four weeks: the reported share of net revenue, as an amount."""
    share = _figure(reported, "commission_ratio", "creator", name)
    sales = _figure(reported, "net_revenue", "creator", name)
    if share is None or sales is None or words.is_missing(share["value"] * sales["value"]):
        return phrase("No commission is known for these four weeks.")
    amount = words.money(share["value"] * sales["value"], reported.currency, 2)
    places = {"amount": amount, "sales": words.money(sales["value"], reported.currency)}
    if share["status"] != "settled":
        return phrase(
            "{amount} of commission on {sales} of sales; part of it is an estimate until the "
            "orders settle. Fees that we agreed on come on top.",
            **places,
        )
    return phrase(
        "{amount} of commission on {sales} of sales. Fees that we agreed on come on top.", **places
    )


def _own_posts(reported: Week, posts: pd.DataFrame) -> pd.DataFrame:
    """The creator's posts with figures in the four weeks: what it is, views, clicks, orders."""
    table = posts.set_index(posts["post_id"].astype(str))
    for metric in ALLOWED["posts"]:
        rows = reported.of(metric, "post")
        rows = rows.sort_values("period_start", kind="stable").drop_duplicates("subject")
        table = table.assign(**{metric: rows.set_index("subject")["value"].reindex(table.index)})
    table = table[table["views"].notna() | table["clicks"].notna()]
    orders = (table["conversion_rate"] * table["clicks"]).astype(float).round()
    return table.assign(orders=orders).sort_values("published_on", ascending=False)


def angles(own: pd.DataFrame) -> pd.DataFrame:
    """One row per hook angle of the creator's posts: posts, clicks, orders per click, its range."""
    known = own.dropna(subset=["hook_angle", "clicks", "orders"])
    rows = []
    for angle, of_angle in known.groupby("hook_angle"):
        clicks, orders = of_angle["clicks"].sum(), of_angle["orders"].sum()
        low, high = estimate.wilson_interval(orders, clicks, _LEVEL) if clicks else (None, None)
        rows.append(
            {
                "Hook angle": words.sentence(phrase(sentences.hook(angle))).rstrip("."),
                "Posts": words.number(len(of_angle)),
                "Clicks": words.number(clicks),
                "Orders per click": words.percent(orders / clicks if clicks else None),
                "90% interval": words.percent_range(low, high),
                "_order": orders / clicks if clicks else -1.0,
            }
        )
    table = pd.DataFrame(rows)
    return table.sort_values("_order", ascending=False).drop(columns="_order") if rows else table


def _posts(own: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Published": [words.day(day) for day in own["published_on"]],
            "Post": [words.cut(text, 60) or words.MISSING for text in own["caption"]],
            "Views": [words.number(value) for value in own["views"]],
            "Clicks": [words.number(value) for value in own["clicks"]],
            "Orders": [words.number(value) for value in own["orders"]],
            "Orders per click": [words.percent(value) for value in own["conversion_rate"]],
        }
    )


def _definitions() -> list[str]:
    return [
        words.sentence(f"{glossary.metric(name).title}: {glossary.metric(name).definition}")
        for name in ALLOWED["figures"]
    ]


_HEADS = (
    later("Figure"),
    later("You"),
    later("Range it may truly have"),
    later("Your tier"),
    later("Days"),
    later("Hook angle"),
    later("Posts"),
    later("Clicks"),
    later("Orders"),
    later("Orders per click"),
    later("90% interval"),
    later("Published"),
    later("Post"),
    later("Views"),
)
_ANGLES = (
    later("problem agitation"),
    later("transformation reveal"),
    later("social proof"),
    later("curiosity gap"),
)
_LEFT = {"Figure", "Hook angle", "Post", "Published", "Days"}


def _table(label: str, rows: pd.DataFrame) -> HtmlElement:
    if rows.empty:
        return E.p(phrase("Nothing to show yet."))
    sides = [{} if name in _LEFT else {"class": "gt_right"} for name in rows.columns]
    heads = [
        E.th({"scope": "col", **side}, phrase(str(name)))
        for name, side in zip(rows.columns, sides, strict=True)
    ]
    lines = [
        E.tr(*(E.td(side, str(cell)) for cell, side in zip(row, sides, strict=True)))
        for row in rows.itertuples(index=False)
    ]
    table = E.table(E.thead(E.tr(*heads)), E.tbody(*lines))
    return E.div({"class": "scroll", "tabindex": "0", "role": "group", "aria-label": label}, table)
