"""Ready messages to creators: short, polite, with what is due and why; read before sending.

They are in the language of whom they go to, `language.speaking` that.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kit import words
from kit.language import phrase


def sample_due(handle: str, product: str, delivered_on: Any, due_on: Any, late: bool) -> str:
    """To somebody whose sample arrived and whose post is due or late.

    >>> sample_due("mia", "Serum", "2026-04-20", "2026-05-04", late=False)
    'Hi @mia, your Serum arrived on 20 April 2026. A video or LIVE about it is due by 4 May 2026. Is anything missing – a brief, the product link, time?'
    """  # noqa: E501
    places = {
        "handle": handle,
        "product": product,
        "arrived": words.day(delivered_on),
        "due": words.day(due_on),
    }
    if late:
        return phrase(
            "Hi @{handle}, your {product} arrived on {arrived}. The post about it was due by "
            "{due}. If you had an extension, tell us until when; else, which day works for you?",
            **places,
        )
    return phrase(
        "Hi @{handle}, your {product} arrived on {arrived}. A video or LIVE about it is due by "
        "{due}. Is anything missing – a brief, the product link, time?",
        **places,
    )


def posts_due(handle: str, agreed: float, last_post_on: Any) -> str:
    """To somebody who has fallen off what was agreed."""
    if words.is_missing(last_post_on):
        return phrase(
            "Hi @{handle}, we agreed on {pace}. Is the pace still right for you? If something is "
            "in the way, tell us what would help.",
            handle=handle,
            pace=pace(agreed),
        )
    return phrase(
        "Hi @{handle}, we agreed on {pace}. Your last one was on {last}. Is the pace still right "
        "for you? If something is in the way, tell us what would help.",
        handle=handle,
        pace=pace(agreed),
        last=words.day(last_post_on),
    )


def pace(agreed: float) -> str:
    """Posts a week; under one, a post every so many weeks."""
    if 0 < agreed < 1:
        return words.counted("a post every {count} week", "a post every {count} weeks", 1 / agreed)
    return words.counted("{count} post a week", "{count} posts a week", agreed)


def new_code(handle: str, post_ids: Sequence[str], ends_on: Any) -> str:
    """To somebody whose ad authorisation for posts ends or is lacking."""
    posts = words.listed(post_ids)
    if words.is_missing(ends_on):
        return phrase(
            "Hi @{handle}, what you posted sells so well that we would like to run it as an ad: "
            "{posts}. Could you send us a code for it, if you can for 60 days or more?",
            handle=handle,
            posts=posts,
        )
    return phrase(
        "Hi @{handle}, what you posted sells so well that we would like to run it as an ad: "
        "{posts}. The one we have runs to {until}. Could you send us a code for it, if you can for "
        "60 days or more?",
        handle=handle,
        posts=posts,
        until=words.day(ends_on),
    )
