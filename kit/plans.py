"""What is planned together with partners: where each planned post stands, and the page both share.

A partner is not briefed one way; what both agreed to post is kept in `plans.csv`. The page can be
sent: it holds the partner's own plan and deal, no figure and nobody else.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pandas as pd
from lxml.html import HtmlElement
from lxml.html.builder import E

from kit import client as clients
from kit import creator_messages, metrics, page_frame, sample_clock, sentences, week, words
from kit.errors import ClientError
from kit.ledgers import handle as plain_handle

BACK_DAYS = 28
COLUMNS = [
    *("creator_id", "planned_on", "kind", "product_id", "product", "hook_angle", "idea"),
    *("who_does_what", "status", "post_id", "state"),
]


def planned(client: Any, as_of: date | str) -> pd.DataFrame:
    """One row per planned post of the last 28 days or to come, the first day first.

    state: posted (the ledger says so or names a post that a list has), dropped, late (its day is
    over and it is neither), to agree (still an idea) or agreed.
    """
    day = pd.Timestamp(metrics.as_day(as_of))
    rows = client.frame("plans")
    rows = rows[rows["planned_on"] > day - pd.Timedelta(days=BACK_DAYS)].copy()
    known = set(client.frame("posts")["post_id"])
    called = sample_clock.names(client)
    rows["product"] = [called.get(product, product) for product in rows["product_id"]]
    rows["state"] = [_state(row, day, known) for row in rows.itertuples()]
    rows = rows.sort_values(["planned_on", "creator_id", "product_id"], ignore_index=True)
    return rows[COLUMNS]


def _state(row: Any, day: pd.Timestamp, known: set[str]) -> str:
    if row.status == "posted" or row.post_id in known:
        return "posted"
    if row.status == "dropped":
        return "dropped"
    if row.planned_on < day:
        return "late"
    return "agreed" if row.status == "agreed" else "to agree"


def write(client: str, handle: str, as_of: date, home: str | Path | None = None) -> Path:
    """Write a partner's plan as a page and as a table for a spreadsheet; the page's path.

    Raises `ClientError` where `plans.csv` has nothing of this creator in these days.
    """
    opened = clients.open(client, home)
    name = plain_handle(handle)
    rows = planned(opened, as_of)
    own = rows[rows["creator_id"] == name]
    if own.empty:
        known = words.listed(sorted(rows["creator_id"].unique()))
        others = f"It has {known}. " if known else ""
        raise ClientError(
            f"ledgers/plans.csv plans nothing with {name} from "
            f"{words.day(pd.Timestamp(as_of) - pd.Timedelta(days=BACK_DAYS - 1))} on. {others}"
            "Fill in handle, planned_on and idea of what you agreed on."
        )
    folder = clients.home(home) / "reports" / client / "plans" / as_of.isoformat()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{quote(name, safe='')}.html"
    path.write_text(page(opened, name, own, as_of), encoding="utf-8")
    text = own.assign(planned_on=own["planned_on"].dt.strftime("%Y-%m-%d")).astype(object)
    text = text.where(text.notna(), "").astype(str)
    week.write_csv(text.to_dict("records"), COLUMNS, path.with_suffix(".csv"))
    return path


def page(client: Any, name: str, own: pd.DataFrame, as_of: date) -> str:
    """The page of one partner; `own` are the partner's rows of `planned`."""
    coming = own[own["state"].isin(["agreed", "to agree", "late"])]
    over = own[own["state"].isin(["posted", "dropped"])]
    title = f"What we plan together for {client.config.name or client.name}"
    body = [
        E.h1(title),
        E.p({"class": "masthead"}, f"@{name} · as of {words.day(as_of)}"),
        E.h2("What comes next"),
        _table("What comes next", coming),
        E.h2("What is behind us"),
        _table("What is behind us", over),
        E.h2("What we agreed on"),
        E.ul(*(E.li(text) for text in agreed(client, name, as_of))),
        E.p(
            {"class": "note"},
            "This is a plan of both of us, not a brief: change it where you know better, and tell "
            "us.",
        ),
    ]
    return page_frame.page(title, body, ("report/report.css",))


def agreed(client: Any, name: str, as_of: date) -> list[str]:
    """The partner's deal in force, in sentences that can be sent."""
    day = pd.Timestamp(as_of)
    deals = client.frame("agreements")
    ends = deals["valid_to"].fillna(pd.Timestamp("2200-01-01"))
    deals = deals[(deals["creator_id"] == name) & (deals["valid_from"] <= day) & (ends >= day)]
    if deals.empty:
        return ["No agreement is in force today."]
    deal = deals.iloc[-1]
    said = []
    if pd.notna(deal["posts_per_week"]):
        said.append(creator_messages.pace(deal["posts_per_week"]))
    if deal["exclusivity"] in ("category", "full"):
        of = deal["exclusivity_category"] if deal["exclusivity"] == "category" else "everything"
        until = deal["exclusivity_until"]
        until = deal["valid_to"] if pd.isna(until) else until
        held = "while the agreement runs" if pd.isna(until) else f"to {words.day(until)}"
        said.append(f"exclusive in {'one category' if pd.isna(of) else of} {held}")
    if pd.notna(deal["usage_until"]):
        said.append(f"your posts may run as ads to {words.day(deal['usage_until'])}")
    if pd.notna(deal["valid_to"]):
        said.append(f"the agreement runs to {words.day(deal['valid_to'])}")
    return [words.sentence(text) for text in said] or ["An agreement is in force."]


def _table(label: str, rows: pd.DataFrame) -> HtmlElement:
    if rows.empty:
        return E.p("Nothing yet.")
    heads = ["Day", "What", "Product", "Hook angle", "Idea", "Who does what", "Where it stands"]
    lines = [
        E.tr(
            *(
                E.td("" if words.is_missing(cell) else str(cell))
                for cell in (
                    words.day(row.planned_on),
                    {"video": "Video", "live": "LIVE"}.get(row.kind, ""),
                    row.product,
                    "" if words.is_missing(row.hook_angle) else sentences.hook(row.hook_angle),
                    row.idea,
                    row.who_does_what,
                    row.state,
                )
            )
        )
        for row in rows.itertuples()
    ]
    head = E.thead(E.tr(*(E.th({"scope": "col"}, text) for text in heads)))
    table = E.table(head, E.tbody(*lines))
    return E.div({"class": "scroll", "tabindex": "0", "role": "group", "aria-label": label}, table)
