import html
import re

import numpy as np
import pandas as pd
import pytest

from kit import tables
from kit.policy import load_policy


def body(table):
    """The table's cells as rows of plain text."""
    page = table.as_raw_html()
    rows = re.findall(r"<tr>(.*?)</tr>", page.split("<tbody")[1].split("</tbody")[0], re.S)
    return [[strip(cell) for cell in re.findall(r"<td.*?>(.*?)</td>", r, re.S)] for r in rows]


def strip(markup):
    return html.unescape(re.sub("<.*?>", "", markup)).strip()


def text(table):
    # without the style sheet, whose numbers are no figures
    return strip(re.sub("<style>.*?</style>", "", table.as_raw_html(), flags=re.S))


SCORES = pd.DataFrame(
    [
        ("ana", "conversion_rate", 0.0421, "ok"),
        ("ana", "revenue_per_post", 1234.6, "act"),
        ("bo", "conversion_rate", 0.004, "watch"),
    ],
    columns=["creator_id", "metric", "value", "flag"],
)
VERDICTS = pd.DataFrame(
    {
        "creator_id": ["bo", "ana", "cy"],
        "tier": [1, 2, 1],
        "verdict": ["keep", "invest", "keep"],
        "reason": ["nothing at act", "revenue per post above the tier", "nothing at act"],
        "confidence": [None, 0.91, None],
        "fee": [False, True, False],
        "amplify": [False, False, True],
        "deprioritise": [False, False, False],
    }
)


def test_six_metrics_put_those_to_act_on_first_and_mark_flags():
    rows = body(tables.six_metrics(SCORES, VERDICTS))
    assert rows[0] == ["ana", "2", "4.2%", "▲ $1,235", "–", "–", "–", "–", "invest"]
    assert rows[1][:3] == ["bo", "1", "△ 0.4%"]
    assert rows[2][:3] == ["cy", "1", "–"]


def test_six_metrics_carry_their_definitions():
    assert "orders ÷ product clicks" in text(tables.six_metrics(SCORES, VERDICTS))


def test_verdicts_leave_out_who_just_goes_on():
    rows = body(tables.verdicts(VERDICTS))
    assert [row[1] for row in rows] == ["ana", "cy"]
    assert rows[0][4:] == ["production fee", "91%"]
    assert rows[1][4] == "amplify"


def test_nothing_is_ever_wholly_sure():
    table = VERDICTS.assign(confidence=[None, 0.9999, 0.004])
    assert [row[5] for row in body(tables.verdicts(table))] == ["over 99%", "under 1%"]


def test_calm_verdicts_say_so():
    calm = VERDICTS[VERDICTS["creator_id"] == "bo"]
    assert "Nobody stands out beyond chance" in text(tables.verdicts(calm))


def test_texts_are_escaped_once():
    rows = pd.DataFrame(
        [("a & b.csv", None, 7, "gmv_is_a_number", "GMV", "<script>alert(1)</script>", 12.5)],
        columns=["file", "sheet", "row", "rule", "column", "value", "money"],
    )
    page = tables.set_aside(rows).as_raw_html()
    assert "<script" not in page
    assert "a &amp; b.csv" in page
    assert "&amp;amp;" not in page
    assert "$12.50" in page


def test_a_tables_html_is_the_same_twice():
    assert tables.verdicts(VERDICTS).as_raw_html() == tables.verdicts(VERDICTS.copy()).as_raw_html()


def test_policy_says_what_the_client_changed():
    rows = body(tables.policy(load_policy({"velocity": {"target": 12}}), ["velocity", "roster"]))
    assert ["posts published per week", "12", "posts per week", "this client's own"] in rows
    assert any("50–200; 5–15; 2–3" in row for row in rows)


def test_glossary_takes_its_words_from_the_register():
    rows = body(tables.glossary(["conversion_rate"]))
    assert rows[0][0] == "Conversion rate on clicks"
    assert len(rows) == 1


def test_repeat_rates_of_few_buyers_are_hidden():
    rows = pd.DataFrame(
        [("ana", 0.42, 0.3, 0.55, 66, 50), ("bo", 0.5, 0.1, 0.9, 4, 3)],
        columns=["creator_id", "event_rate", "ci_low", "ci_high", "n", "mature_n"],
    )
    assert body(tables.repeat_rates(rows)) == [
        ["ana", "66", "50", "42.0%", "30.0–55.0%", "–"],
        ["bo", "4", "3", "–", "–", "7"],
    ]


def test_the_audit_shows_intervals_and_whether_a_verdict_holds():
    row = {
        **dict(creator_id="ana", tier=1, months=4, months_passed=True, output_ratio=1.0),
        **dict(output_ratio_passed=True, output_ratio_ci_low=0.65, output_ratio_ci_high=1.25),
        **dict(revenue_per_post_estimate=95.0, revenue_per_post_passed=True),
        **dict(revenue_per_post_ci_low=68.0, revenue_per_post_ci_high=133.0),
        **dict(median_revenue_per_post=70.0, incidents=0, incidents_passed=True),
        **dict(verdict="promote", reason="because", flips="median +10%: not yet"),
    }
    told = body(tables.audit(pd.DataFrame([row, {**row, "creator_id": "bo", "flips": ""}])))
    assert told[0][3:5] == ["✓ 100% (65%–125%)", "✓ $95 ($68–$133)"]
    assert [line[8] for line in told] == ["✗ no", "✓ yes"]


def test_repeat_rates_say_who_cannot_be_told_apart():
    rows = pd.DataFrame(
        [("ana", 0.42, 0.3, 0.55, 66, 50, "above"), ("bo", 0.2, 0.1, 0.9, 14, 13, "")],
        columns=["creator_id", "event_rate", "ci_low", "ci_high", "n", "mature_n", "apart"],
    )
    told = [row[5] for row in body(tables.repeat_rates(rows))]
    assert told == ["more come back", "cannot be told apart"]


def test_false_alarms_are_printed_by_metric_and_overall():
    rows = pd.DataFrame(
        [("output_rate", 8, 0.125, 3, 0), ("commission_ratio_settled", 0, None, 1, 2)],
        columns=["metric", "flags", "expected_false_share", "watches", "arithmetic"],
    )
    shown = body(tables.false_alarms(rows))
    assert [row[1:] for row in shown] == [
        ["8", "13%", "1.0", "0", "3"],
        ["0", "–", "0.0", "2", "1"],
        ["8", "13%", "1.0", "2", "4"],
    ]
    assert shown[-1][0] == "All"


def test_the_forecast_shows_each_week_with_its_chance():
    rows = pd.DataFrame(
        [("2026-05-11", 30.5, 35.2, 31.8, 38.1, 0.8, 30, 0.997, "")],
        columns="week agreed_posts forecast ci_low ci_high ci_level target probability_of_target "
        "note".split(),
    )
    assert body(tables.forecast(rows)) == [["11 May 2026", "30.5", "35", "32–38", "over 99%"]]
    bare = rows.assign(ci_low=None, ci_high=None, probability_of_target=np.nan, note="no range yet")
    assert body(tables.forecast(bare)) == [["11 May 2026", "30.5", "35", "–", "–"]]
    assert "No range yet." in text(tables.forecast(bare))


def test_spark_ranking_shows_what_would_tell():
    rows = pd.DataFrame(
        [
            (2, "bo", "123456789", None, 40, 2, 0.027, 0.01, 0.05, "not yet", False, 282.0, 5_000),
            (1, "ana", "987654321", "wow", 275, 11, 0.036, 0.02, 0.05, "spark", False, 0.0, 8_000),
        ],
        columns="rank creator_id post_id caption clicks orders estimate ci_low ci_high verdict "
        "on_record clicks_needed views".split(),
    )
    ranked = body(tables.spark_ranking(rows, bar=0.019))
    assert [row[0] for row in ranked] == ["1", "2"]
    lent = rows.assign(on_record=rows["verdict"].eq("spark"))
    assert [row[6] for row in body(tables.spark_ranking(lent))] == ["on record", "not yet"]
    assert ranked[0][2] == "wow (…654321)"
    assert ranked[0][3] == "11 of 275"
    assert [row[7] for row in ranked] == ["Nothing", "About 280 more clicks"]
    blocked = rows.assign(blocked_by="its product is out of stock", organic_order_share=0.25)
    assert body(tables.spark_ranking(blocked))[0][6:9] == [
        "25%",
        "spark",
        "Its product is out of stock",
    ]
    assert "Bar: 1.90%" in text(tables.spark_ranking(rows, bar=0.019))


def test_good_news_and_warnings_differ_in_colour():
    page = tables.verdicts(VERDICTS).as_raw_html()
    assert re.search(r"color: #0067A0;font-weight: bold[^>]*>invest<", page)
    assert not re.search(r"color: #B34700;font-weight: bold[^>]*>invest<", page)


def test_gmv_change_is_to_the_cent():
    parts = pd.DataFrame({"part": ["creators", "all"], "effect": [-308.82, 480.0]})
    assert body(tables.gmv_change(parts)) == [
        ["number of creators", "−$308.82"],
        ["whole change", "$480.00"],
    ]


_TIER = "tier followers_from followers_below deal roster active target_low target_high verdict"
_AUDIT = (
    "creator_id tier months months_passed output_ratio output_ratio_passed "
    "revenue_per_post_estimate revenue_per_post_passed median_revenue_per_post incidents "
    "incidents_passed verdict reason"
)
_SPARK = (
    "rank creator_id post_id clicks orders estimate ci_low ci_high verdict on_record clicks_needed"
)


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        (tables.verdicts, " ".join(VERDICTS)),
        (tables.flags, "flag creator_id metric reason probability"),
        (tables.decisions, "decision subject reason confidence"),
        (tables.roster, _TIER),
        (tables.milestones, "month milestone reached wanted met"),
        (tables.budget, "month days planned spent band_low band_high spent_verdict whole note"),
        (tables.category, "category fits"),
        (tables.deals, "creator_id tier commission_rate flat_fee fee_per why"),
        (tables.newcomers, "creator_id tier joined_on next_step"),
        (tables.weeks, "week posts gmv"),
        (tables.gmv_change, "part effect"),
        (tables.movers, "subject_kind subject label reading"),
        (tables.false_alarms, "metric flags expected_false_share watches arithmetic"),
        (tables.forecast, "week forecast ci_low ci_high ci_level target probability_of_target"),
        (tables.audit, _AUDIT),
        (tables.repeat_rates, "creator_id event_rate ci_low ci_high n mature_n"),
        (tables.creator_posts, "published_on caption hook_angle"),
        (tables.spark_ranking, _SPARK),
        (tables.spark_plan, "rank creator_id post_id spend"),
        (tables.compare_rules, "rule posts"),
        (tables.hooks, "hook_angle product ci_low ci_high"),
        (tables.angles, "hook_angle gmv"),
        (tables.tier_summary, "tier gmv"),
        (tables.set_aside, "file sheet row rule column value money"),
        (tables.files, "file kind rows"),
    ],
)
def test_an_empty_frame_becomes_a_sentence(table, columns):
    rows = body(table(pd.DataFrame(columns=columns.split())))
    assert len(rows) == 1
    assert rows[0][0].endswith(".")
