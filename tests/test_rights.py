"""The rights calendar: what ends when, what stops with it, and the file that calendars import."""

from datetime import date, timedelta

import icalendar
import pytest

import kit
from kit import review, rights, rights_file

from .small_client import small_client

DAY = "2026-05-10"


def told(tmp_path, **tables):
    rows = rights.calendar(small_client(tmp_path, **tables), DAY)
    return {(r.right, r.creator_id, r.post_id if isinstance(r.post_id, str) else ""): r
            for r in rows.itertuples()}  # fmt: skip


def code(post="v1", **more):
    kind = "video_code" if post else "mass"
    return {"post_id": post, "creator_id": "mia", "kind": kind, "authorised_on": "2026-04-01",
            **more}  # fmt: skip


@pytest.mark.parametrize(
    ("days", "state", "left"),
    [(30, "ended", -9), (39, "ends soon", 0), (53, "ends soon", 14), (60, "in force", 21)],
)
def test_a_code_ends_after_its_term(tmp_path, days, state, left):
    row = told(tmp_path, spark_codes=[code(days=days)])["video_code", "mia", "v1"]
    assert (row.state, row.days_left) == (state, left)
    assert row.ends_on.date() == date(2026, 4, 1) + timedelta(days)


def test_a_code_that_ended_long_ago_is_not_shown(tmp_path):
    assert told(tmp_path, spark_codes=[code(days=7)]) == {}


def test_a_newer_code_of_the_same_post_takes_the_place_of_the_old(tmp_path):
    codes = [code(days=30), code(authorised_on="2026-05-01", days=60)]
    (row,) = told(tmp_path, spark_codes=codes).values()
    assert row.ends_on.date() == date(2026, 6, 30)


def test_nothing_stops_with_a_code_that_the_creators_whole_authorisation_outlives(tmp_path):
    rows = told(tmp_path, spark_codes=[code(days=41), code(post=None, days=365)])
    assert rows["video_code", "mia", "v1"].stops == ""
    assert rows["mass", "mia", ""].stops == "ads with any of their posts"
    danger = rights.in_danger(
        rights.calendar(
            small_client(tmp_path / "b", spark_codes=[code(days=41), code(post=None, days=365)]),
            DAY,
        )
    )
    assert danger.empty


def test_a_flight_planned_past_the_end_is_told(tmp_path):
    late = code(days=60, flight_from="2026-05-04", flight_to="2026-06-05")
    assert told(tmp_path, spark_codes=[late])["video_code", "mia", "v1"].state == (
        "ends in the flight"
    )


def test_usage_exclusivity_and_the_deal_end_with_the_newest_agreement(tmp_path):
    old = {"creator_id": "mia", "valid_from": "2025-10-01", "valid_to": "2026-01-31",
           "usage_until": "2026-05-12"}  # fmt: skip
    new = {"creator_id": "mia", "valid_from": "2026-02-01", "valid_to": "2026-05-20",
           "usage_until": "2026-12-01", "exclusivity": "category",
           "exclusivity_until": "2026-05-20", "exclusivity_category": "skincare"}  # fmt: skip
    rows = told(tmp_path, agreements=[old, new])
    assert {key[0]: row.state for key, row in rows.items()} == {
        "agreement": "ends soon",
        "exclusivity": "ends soon",
        "usage": "in force",
    }
    assert "skincare" in rows["exclusivity", "mia", ""].stops


@pytest.mark.parametrize(("cut_on", "shown"), [("2026-04-11", True), ("2026-03-20", False)])
def test_a_commission_cut_reaches_nobody_before_thirty_days(tmp_path, cut_on, shown):
    day_before = (date.fromisoformat(cut_on) - timedelta(1)).isoformat()
    deals = [
        {"creator_id": "mia", "valid_from": "2026-01-01", "valid_to": day_before,
         "commission_rate": 0.2},
        {"creator_id": "mia", "valid_from": cut_on, "commission_rate": 0.15},
    ]  # fmt: skip
    rows = told(tmp_path, agreements=deals)
    assert (("protection", "mia", "") in rows) == shown
    if shown:
        row = rows["protection", "mia", ""]
        assert row.days_left == 0  # 30 days, the first of them 11 April
        assert row.stops == "commission falls from 20% to 15%"


def test_the_spend_at_risk_is_that_of_the_posts_a_right_covers(tmp_path):
    week = {"window_start": "2026-05-04", "window_end": "2026-05-10", "currency": "USD"}
    tables = {
        "posts": [{"post_id": v, "creator_id": "mia", "published_on": "2026-04-01"}
                  for v in ("v1", "v2")],
        "ad_stats": [{"post_id": "v1", "spend": 12.5, **week},
                     {"post_id": "v2", "spend": 7.25, **week},
                     {"post_id": "v2", "spend": 90.0, **week, "currency": "CAD"}],
        "spark_codes": [code(days=41), code(post=None, days=41)],
        "agreements": [{"creator_id": "mia", "valid_from": "2026-01-01",
                        "usage_until": "2026-05-12"}],
    }  # fmt: skip
    rows = told(tmp_path, **tables)
    assert {key[0]: row.spend for key, row in rows.items()} == {
        "video_code": 12.5,
        "mass": 19.75,
        "usage": 19.75,
    }


def test_the_sample_has_the_codes_its_ledger_lets_end():
    danger = rights.in_danger(rights.calendar(kit.open("sample"), DAY))
    assert list(zip(danger["creator_id"], danger["state"], strict=True)) == [
        ("mirciane_routine", "ended"),
        ("belbella.shelfie", "ended"),
        ("liorra.mirrortalk", "ends soon"),
    ]


def test_the_weekly_review_has_the_rights_that_need_somebody():
    rows = review.report(kit.open("sample"), DAY)["rights"]
    assert rows["creator_id"].tolist() == [
        "mirciane_routine", "belbella.shelfie", "liorra.mirrortalk",
    ]  # fmt: skip


def test_calendars_can_import_it(tmp_path):
    hostile = "Mia\r\nX-EVIL:1"
    codes = [code(days=41), {**code(post="v2", days=60), "creator_id": hostile}]
    rows = rights.calendar(small_client(tmp_path, spark_codes=codes), DAY)
    path = rights_file.write(rows, "Größe; & Co, Ltd", DAY, tmp_path / "out" / "rights.ics")
    raw = path.read_bytes()
    assert b"\r\nX-EVIL" not in raw
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    book = icalendar.Calendar.from_ical(raw)
    events = list(book.walk("VEVENT"))
    assert len(events) == 2
    assert {event["dtstart"].dt for event in events} == {date(2026, 5, 12), date(2026, 5, 31)}
    assert all(type(event["dtstart"].dt) is date for event in events)  # no time, so no zone
    assert all(event["dtend"].dt - event["dtstart"].dt == timedelta(1) for event in events)
    assert all(event.walk("VALARM")[0]["trigger"].dt == timedelta(-7) for event in events)
    assert not [event.errors for event in events if event.errors]
    again = rights_file.write(rows, "Größe; & Co, Ltd", DAY, tmp_path / "again.ics")
    assert again.read_bytes() == raw
