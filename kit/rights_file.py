"""The rights calendar as an iCalendar file, which calendars import (RFC 5545).

Each end of a right is an event of one whole day without a time, so that it stands on the same day
in every time zone, with a reminder a week before. Ids repeat from run to run: importing a newer
file moves events instead of doubling them.
"""

from __future__ import annotations

import hashlib
import unicodedata
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from kit import words
from kit.metrics.periods import as_day
from kit.rights import WORDS

REMIND_DAYS = 7


def write(rights: pd.DataFrame, client: str, as_of: date | str, path: Path) -> Path:
    """Write the rights that still hold on `as_of` (`rights.calendar`'s rows) and return `path`."""
    from icalendar import Calendar

    book = Calendar()
    book.add("prodid", "-//Creator Program Kit//Rights calendar//EN")
    book.add("version", "2.0")
    book.add("calscale", "GREGORIAN")
    book.add("x-wr-calname", f"{_plain(client)}: rights")
    for row in rights[rights["days_left"] >= 0].itertuples():
        book.add_component(_event(row, client, as_day(as_of)))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(book.to_ical())
    return path


def _event(row: Any, client: str, day: date) -> Any:
    from icalendar import Alarm, Event

    ends, post = row.ends_on.date(), row.post_id
    creator, stops = str(row.creator_id), str(row.stops)
    right = WORDS[row.right]
    of = f"{creator}, post {post}" if isinstance(post, str) else creator
    told = f"Last day of the {right} of {of}."
    if stops:
        told += f" After it: {stops}."
    else:
        told += " Another right goes on for longer: nothing stops."
    event = Event()
    event.add("uid", _uid(client, row.right, creator, str(post), ends))
    event.add("dtstamp", datetime(day.year, day.month, day.day, tzinfo=UTC))
    event.add("dtstart", ends)
    event.add("dtend", ends + timedelta(days=1))
    event.add("summary", _plain(f"{words.sentence(right)} of {creator} ends").rstrip("."))
    event.add("description", _plain(told))
    event.add("transp", "TRANSPARENT")
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", _plain(told))
    alarm.add("trigger", timedelta(days=-REMIND_DAYS))
    event.add_component(alarm)
    return event


def _uid(*parts: object) -> str:
    text = "\x1f".join(map(str, parts))
    return f"{hashlib.sha256(text.encode()).hexdigest()[:24]}@creator-program-kit"


def _plain(text: str) -> str:
    """Text of strangers without the marks that no calendar can hold."""
    return "".join(mark for mark in text if unicodedata.category(mark)[0] != "C")
