from datetime import date

import pytest

from kit import words


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (99.99, "$99.99"),
        (99.995, "$100"),
        (100, "$100"),
        (1234.5, "$1,235"),
        (0, "$0"),
        (-0.004, "$0.00"),
        (-12.5, "−$12.50"),
        (float("nan"), "–"),
    ],
)
def test_money_has_cents_below_a_hundred(value, shown):
    assert words.money(value) == shown


def test_money_follows_the_currency():
    assert words.money(12.5, "GBP") == "£12.50"
    assert words.money(1500, "CHF") == "CHF 1,500"
    assert words.money(12.5, "JPY") == "¥13"


@pytest.mark.parametrize(
    ("value", "shown"), [(999.4, "$999"), (999.6, "$1K"), (12_340, "$12.3K"), (2e6, "$2M")]
)
def test_short_money(value, shown):
    assert words.money_short(value) == shown


def test_halves_round_up_as_people_expect():
    assert words.percent(0.0005) == "0.1%"
    assert words.percent(0.00249) == "0.2%"
    assert words.number(2.5) == "3"


def test_singular_and_plural():
    assert words.count(1, "click") == "1 click"
    assert words.count(0, "click") == "0 clicks"
    assert words.count(1.5, "post") == "1.5 posts"


def test_periods_say_month_and_year_once():
    assert words.period(date(2026, 5, 4), date(2026, 5, 10)) == "4–10 May 2026"
    assert words.period(date(2026, 4, 13), date(2026, 5, 10)) == "13 April – 10 May 2026"
    assert words.period(date(2025, 12, 29), date(2026, 1, 4)) == "29 December 2025 – 4 January 2026"
    assert words.period(date(2026, 5, 4), date(2026, 5, 4)) == "4 May 2026"


def test_long_lists_count_their_rest():
    assert words.listed(["a", "b", "c", "d"], most=2) == "a, b and 2 more"
    assert words.listed(["a", "b", "c"], most=2) == "a, b and c"
    assert words.listed([]) == ""


def test_cut_ends_at_a_word():
    assert words.cut("my honest review of this serum", 20) == "my honest review of…"
    assert words.cut("short", 20) == "short"
    assert len(words.cut("x" * 50, 20)) == 20


def test_missing_is_a_dash_everywhere():
    empty = [words.number(None), words.percent(None), words.day(None), words.period(None, None)]
    assert set(empty) == {"–"}
