"""The register of definitions: whole, and the way out of a typing mistake."""

import pytest

from kit import glossary
from kit.errors import ReportError

STABLE = [
    *("velocity", "output_rate", "conversion_rate", "revenue_per_post", "hook_retention"),
    *("repeat_purchase_rate", "commission_ratio", "all_in_cost_ratio", "gmv", "net_revenue"),
    *("orders", "clicks", "views", "contribution", "active_creators", "velocity_roster"),
    *("tier_median_revenue_per_post", "hook_retention_ad_2s", "hook_retention_ad_6s"),
    *("hook_retention_estimate", "commission_ratio_settled"),
]


@pytest.mark.parametrize("name", STABLE)
def test_every_metric_of_the_definitions_is_registered(name):
    assert glossary.metric(name).id == name


@pytest.mark.parametrize("entry", glossary.METRICS.values(), ids=lambda entry: entry.id)
def test_every_entry_says_what_it_is_and_what_it_does_not_say(entry):
    assert entry.name
    assert entry.formula
    assert entry.window
    assert entry.source
    assert entry.not_said.endswith((".", "?"))
    assert entry.unit in glossary.UNITS


def test_every_rate_of_the_six_says_what_it_divides_by():
    six = STABLE[1:6]
    assert all(glossary.metric(name).denominator for name in [*six, "commission_ratio"])


def test_an_unknown_metric_gets_the_nearest_name():
    with pytest.raises(ReportError, match="no metric conversionrate. Did you mean conversion_rate"):
        glossary.metric("conversionrate")


def test_explain_prints_numerator_and_denominator():
    text = glossary.explain("conversion_rate")
    assert "Denominator: product clicks in video data" in text
    assert "Unit: rate" in text


def test_the_glossary_says_why_there_is_no_utm_and_how_buyers_are_joined():
    text = glossary.explain("no_utm")
    assert "never leaves TikTok" in text
    assert "same order id" in text
    assert "hashed" in text


def test_definitions_are_one_line_with_their_window():
    for entry in glossary.METRICS.values():
        assert "\n" not in entry.definition
        assert entry.window in entry.definition
