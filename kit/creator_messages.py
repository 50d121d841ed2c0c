"""Ready messages to creators: short, polite, with what is due and why; read before sending."""

from __future__ import annotations

from typing import Any

from kit import words


def sample_due(handle: str, product: str, delivered_on: Any, due_on: Any, late: bool) -> str:
    """To somebody whose sample arrived and whose post is due or late.

    >>> sample_due("mia", "Serum", "2026-04-20", "2026-05-04", late=False)
    'Hi @mia, your Serum arrived on 20 April 2026. A video or LIVE about it is due by 4 May 2026. Is anything missing – a brief, the product link, time?'
    """  # noqa: E501
    arrived = f"Hi @{handle}, your {product} arrived on {words.day(delivered_on)}."
    day = words.day(due_on)
    if late:
        return (
            f"{arrived} The post about it was due by {day}. If you had an extension, tell us until "
            "when; else, which day works for you?"
        )
    return (
        f"{arrived} A video or LIVE about it is due by {day}. Is anything missing – a brief, the "
        "product link, time?"
    )


def posts_due(handle: str, agreed: float, last_post_on: Any) -> str:
    """To somebody who has fallen off what was agreed."""
    since = (
        ""
        if words.is_missing(last_post_on)
        else f" Your last one was on {words.day(last_post_on)}."
    )
    return (
        f"Hi @{handle}, we agreed on {pace(agreed)}.{since} Is the pace still "
        "right for you? If something is in the way, tell us what would help."
    )


def pace(agreed: float) -> str:
    """Posts a week; under one, a post every so many weeks."""
    if 0 < agreed < 1:
        return f"a post every {words.count(1 / agreed, 'week')}"
    return f"{words.plain_number(agreed)} {'post' if agreed == 1 else 'posts'} a week"


def new_code(handle: str, post_id: str, ends_on: Any) -> str:
    """To somebody whose ad authorisation for a post ends or is lacking."""
    until = "" if words.is_missing(ends_on) else f" The one we have runs to {words.day(ends_on)}."
    return (
        f"Hi @{handle}, what you posted sells so well that we would like to run it as an ad: "
        f"{post_id}."
        f"{until} Could you send us a code for it, if you can for 60 days or more?"
    )
