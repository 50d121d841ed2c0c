"""Words to look at in captions and briefs: a brand's own list and a starter list with sources.

A hit means *check this*, never that a rule was broken: whoever reads it knows the product, the
proof and the law. Captions are the only words of a post that an export holds; what is said in the
video, and whether the content disclosure was on, stands in no file.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from kit import metrics, words

FILE = Path(__file__).with_name("claims.toml")
BRAND, RIVAL = "the brand's own list", "a competitor's name"
HITS = ["found", "place", "excerpt", "about", "source"]
EXCERPT = 40


class Entry(NamedTuple):
    """One word or phrase to look for: what it is about, who says so, and when that was read."""

    pattern: re.Pattern[str]
    about: str
    source: str


def entries(
    category: str, forbidden: Iterable[str] = (), competitors: Iterable[str] = ()
) -> list[Entry]:
    """What is looked for: the brand's words first, then competitors, then the starter list.

    `category` is the client's; entries for other categories are left out.
    """
    own = [Entry(_pattern(word), BRAND, "ledgers/products.csv") for word in forbidden]
    rivals = [Entry(_pattern(word), RIVAL, "client.toml") for word in competitors]
    return [*own, *rivals, *_starter(category)]


@functools.cache
def _starter(category: str) -> tuple[Entry, ...]:
    book = tomllib.loads(FILE.read_text(encoding="utf-8"))
    found = []
    for claim in book["claims"]:
        if category not in claim.get("categories", [category]):
            continue
        source = book["sources"][claim["source"]]
        told = f"{source['title']} (read {words.day(source['read_on'])})"
        found += [Entry(_pattern(word), claim["about"], told) for word in claim["words"]]
    return tuple(found)


def _pattern(word: str) -> re.Pattern[str]:
    """Whole words whatever the case and the spaces; `*` is any ending of a word."""
    parts = [re.escape(part).replace(r"\*", r"\w*") for part in word.split()]
    between = r"[\s\-]+"
    return re.compile(rf"(?<!\w){between.join(parts)}(?!\w)", re.IGNORECASE)


def check(text: str | None, looked_for: Iterable[Entry]) -> pd.DataFrame:
    """One row per hit in a text: found (as written), place (its first letter, from 1), excerpt,
    about, source. A word that two entries find stands once, with the first.
    """
    rows: list[tuple[Any, ...]] = []
    seen: list[tuple[int, int]] = []
    for entry in looked_for if isinstance(text, str) else ():
        for hit in entry.pattern.finditer(str(text)):
            if any(hit.start() < end and start < hit.end() for start, end in seen):
                continue
            seen.append(hit.span())
            rows.append(
                (hit.group(), hit.start() + 1, _around(str(text), hit), entry.about, entry.source)
            )
    return pd.DataFrame(rows, columns=HITS).sort_values("place", ignore_index=True)


def _around(text: str, hit: re.Match[str]) -> str:
    begin, end = max(hit.start() - EXCERPT, 0), min(hit.end() + EXCERPT, len(text))
    return ("…" if begin else "") + text[begin:end].strip() + ("…" if end < len(text) else "")


def in_captions(client: Any, as_of: date | str, days: int = 28) -> pd.DataFrame:
    """One row per hit in the captions of posts published in the last `days` days.

    Columns post_id, creator_id, published_on, `HITS`, and recorded: whether `compliance.csv`
    already has an incident of that post. Forbidden words are those of the products shown.
    """
    day = pd.Timestamp(metrics.as_day(as_of))
    posts = client.frame("posts")
    lately = posts["published_on"].between(day - pd.Timedelta(days=days - 1), day)
    posts = posts[lately & posts["caption"].notna()]
    forbidden = _forbidden(client)
    cases = set(client.frame("compliance")["post_id"].dropna())
    found = []
    for post in posts.itertuples():
        shown = [] if post.product_ids is None else list(post.product_ids)
        own = [word for product in shown for word in forbidden.get(product, [])]
        hits = check(post.caption, _looked_for(client, own))
        found.append(
            hits.assign(
                post_id=post.post_id,
                creator_id=post.creator_id,
                published_on=post.published_on,
                recorded=post.post_id in cases,
            )
        )
    columns = ["post_id", "creator_id", "published_on", *HITS, "recorded"]
    if not found:
        return pd.DataFrame(columns=columns)
    rows = pd.concat(found, ignore_index=True)[columns]
    return rows.sort_values(["published_on", "post_id", "place"], ignore_index=True)


_SAID = {"product_truth": "product truth", "proof": "proof", "call_to_action": "call to action"}


def in_briefs(client: Any, as_of: date | str, days: int = 28) -> pd.DataFrame:
    """One row per hit in the briefs sent in the last `days` days.

    Columns brief_id, creator_id, sent_on, part (of the brief; what not to say is not looked at)
    and `HITS`.
    """
    day = pd.Timestamp(metrics.as_day(as_of))
    sent = client.frame("briefs")
    sent = sent[sent["sent_on"].between(day - pd.Timedelta(days=days - 1), day)]
    forbidden = _forbidden(client)
    found = [
        check(
            getattr(brief, part), _looked_for(client, forbidden.get(brief.product_id, []))
        ).assign(
            brief_id=brief.brief_id, creator_id=brief.creator_id, sent_on=brief.sent_on, part=name
        )
        for brief in sent.itertuples()
        for part, name in _SAID.items()
    ]
    columns = ["brief_id", "creator_id", "sent_on", "part", *HITS]
    return pd.concat(found, ignore_index=True)[columns] if found else pd.DataFrame(columns=columns)


def _looked_for(client: Any, forbidden: list[str]) -> list[Entry]:
    return entries(client.config.category, forbidden, client.config.competitors)


def _forbidden(client: Any) -> dict[str, list[str]]:
    """The brand's words by product id, from every row of the product ledger."""
    products = client.frame("products").dropna(subset=["forbidden_words"])
    return {
        product: list(
            dict.fromkeys(
                word.strip()
                for text in own["forbidden_words"]
                for word in str(text).split(";")
                if word.strip()
            )
        )
        for product, own in products.groupby("product_id")
    }


def suggestions(captions: pd.DataFrame) -> pd.DataFrame:
    """Rows for `ledgers/compliance.csv` that a person may confirm: one per post not in it yet.

    Columns as the ledger's; severity is note, the mildest: whoever confirms it decides.
    """
    new = captions[~captions["recorded"].astype(bool)]
    rows = [
        {
            "handle": own["creator_id"].iloc[0],
            "happened_on": own["published_on"].iloc[0].date().isoformat(),
            "severity": "note",
            "post_id": post,
            "what": "check: caption has " + words.listed(f"“{text}”" for text in own["found"]),
            "resolved_on": "",
        }
        for post, own in new.groupby("post_id", sort=False)
    ]
    columns = ["handle", "happened_on", "severity", "post_id", "what", "resolved_on"]
    return pd.DataFrame(rows, columns=columns)
