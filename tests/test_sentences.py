import pandas as pd
import pytest

from kit import sentences


def decisions(*rows):
    return pd.DataFrame(rows, columns=["subject", "decision", "confidence"])


def creators(*rows):
    return pd.DataFrame(rows, columns=["creator_id", "rate", "ci_low", "ci_high"])


def test_conversion_carries_its_denominator_and_interval():
    row = {"clicks": 275, "orders": 11, "ci_low": 0.024, "ci_high": 0.065, "ci_level": 0.9}
    assert sentences.conversion(row) == (
        "4.0% of 275 clicks became orders (90% interval 2.4–6.5%)."
    )


def test_no_clicks_is_not_known_rather_than_zero():
    assert sentences.conversion({"clicks": 0, "orders": 0}) == "Not known: conversion (no clicks)."


def test_a_missing_figure_says_so():
    row = {"metric": "hook_retention", "value": None, "unit": "rate", "n": None}
    assert sentences.figure(row).startswith("Not known: hook retention")


def test_an_estimated_figure_says_so():
    row = {"metric": "commission_ratio", "value": 0.17, "unit": "rate", "n": 1}
    said = sentences.figure({**row, "status": "estimated"})
    assert said == (
        "Commission took 17.0% of net revenue over 1 order; part of it is not settled yet."
    )


@pytest.mark.parametrize(
    ("posts", "said"),
    [
        (22, "22 posts went out this week, 8 short of the 30 wanted."),
        (30, "30 posts went out this week, at the target of 30."),
        (1, "1 post went out this week, 29 short of the 30 wanted."),
        (31, "31 posts went out this week, 1 above the target of 30."),
    ],
)
def test_velocity_against_the_target(posts, said):
    assert sentences.velocity(posts, 30) == said


def test_change_of_money():
    assert sentences.change("GMV", 1920, 1440) == (
        "GMV was $1,920, up $480 (33%) on the week before."
    )
    assert sentences.change("GMV", 50, 0) == "GMV was $50.00, up $50.00 on the week before."
    assert "nothing to compare" in sentences.change("GMV", 50, None)


def test_best_is_named_only_when_the_interval_supports_it():
    clear = creators(("ana", 0.05, 0.04, 0.06), ("bo", 0.02, 0.01, 0.03))
    assert sentences.best(clear, "rate", "conversion").startswith("Best in conversion: ana")
    near = creators(("ana", 0.05, 0.02, 0.08), ("bo", 0.04, 0.01, 0.06))
    assert "no best is named" in sentences.best(near, "rate", "conversion")


def test_a_third_with_a_wide_interval_also_withholds_best():
    table = creators(("ana", 0.05, 0.04, 0.06), ("bo", 0.02, 0.01, 0.03), ("cy", 0.01, 0.0, 0.2))
    assert "no best is named" in sentences.best(table, "rate", "conversion")


def test_best_names_the_rival_whose_interval_reaches_the_leader():
    table = creators(("ana", 0.05, 0.04, 0.06), ("bo", 0.02, 0.01, 0.03), ("cy", 0.01, 0.0, 0.2))
    assert "but cy at 1.0% may be as good" in sentences.best(table, "rate", "conversion")


@pytest.mark.parametrize(
    ("flags", "share", "said"),
    [
        (
            19,
            0.11,
            "19 flags call for action; going by how sure each is, about two of them (11%) are",
        ),
        (10, 0.1, "about one of them (10%) is a false alarm."),
        (
            4,
            0.02,
            "4 flags call for action; most likely none of them is a false alarm (2% expected).",
        ),
        (1, 0.15, "1 flag calls for action; the chance that it is a false alarm is 15%."),
    ],
)
def test_false_alarms_are_counted_in_whole_flags(flags, share, said):
    table = pd.DataFrame({"flags": [flags], "expected_false_share": [share]})
    assert said in sentences.false_alarms(table)


def test_review_names_the_firmest_first_and_counts_the_rest():
    rows = [(f"c{i}", "follow up", 0.8 + i / 100) for i in range(5)]
    assert sentences.review(decisions(*rows)) == ["Follow up with c4, c3, c2 and 2 more."]


def test_review_of_a_calm_week():
    assert sentences.review(decisions(("ana", "keep", None))) == [
        "Nobody stands out beyond chance this week: keep going with everyone."
    ]


def test_promotions():
    audit = decisions(("ana", "promote", 0.9), ("bo", "not yet", 0.4))
    assert sentences.promotions(audit) == "Promote ana. 1 creator stays."
    assert sentences.promotions(audit.iloc[1:]) == "Nobody moves between tiers. 1 creator stays."


def spark_posts(**columns):
    return pd.DataFrame(
        {
            "verdict": ["spark", "not yet", "no"],
            "on_record": False,
            "estimate": [0.036, 0.02, 0.006],
            "ci_low": [0.022, 0.01, 0.004],
            "ci_high": [0.05, 0.04, 0.009],
            "rank": [1, 2, 3],
        }
        | columns
    )


def test_spark_says_how_many_and_how_sure():
    assert sentences.spark(spark_posts()) == (
        "One post has earned paid spend: it converts an estimated 3.6% of clicks (2.2–5.0%); one "
        "more needs clicks before anyone can say."
    )


def test_a_spark_on_the_creators_record_has_earned_nothing_itself():
    lent = spark_posts(verdict=["spark"] * 3, on_record=[True, False, True])
    assert sentences.spark(lent) == (
        "One post has earned paid spend: it converts an estimated 2.0% of clicks (1.0–4.0%); two "
        "more stand on the creator's record alone."
    )
    none = spark_posts(verdict=["spark", "no", "no"], on_record=[True, False, False])
    assert sentences.spark(none) == (
        "No post has earned paid spend; one stands on its creator's record alone."
    )


def test_a_pair_of_angle_and_product_is_named_where_no_angle_stands_out():
    angles = pd.DataFrame({"hook_angle": ["curiosity_gap", "social_proof"], "claim": ""})
    pairs = pd.DataFrame(
        {
            "hook_angle": ["curiosity_gap", "social_proof", "social_proof"],
            "product": ["Serum", "Serum", "Mask"],
            "effect": [0.4, -0.5, 0.1],
            "firm": [True, True, False],
        }
    )
    alone = "No hook angle stands out yet when creators and products are compared like with like."
    assert sentences.cells(angles, pairs) == (
        f"{alone} Of the pairs, curiosity gap with Serum beats the other angles."
    )
    assert sentences.cells(angles, pairs.iloc[1:]) == alone
    angles.loc[1, "claim"] = "beats the others"
    assert sentences.cells(angles, pairs.head(0)) == (
        "Social proof beats the other angles when creators and products are compared like with "
        "like."
    )


def test_the_articles_pair():
    said = sentences.pair(
        {"views": 200_000, "clicks": 3_000, "orders": 18},
        {"views": 8_000, "clicks": 275, "orders": 11},
    )
    assert "200,000 views was interesting: 0.6% of 3,000 clicks" in said
    assert "8,000 views was persuasive: 4.0% of 275 clicks" in said


def test_two_posts_whose_intervals_overlap_are_not_told_apart():
    viewed = {"views": 132_001, "clicks": 8, "orders": 2, "ci_low": 0.055, "ci_high": 0.267}
    best = {"views": 114_000, "clicks": 9, "orders": 4, "ci_low": 0.129, "ci_high": 0.438}
    said = sentences.pair(viewed, best)
    assert "cannot be told apart by their clicks yet: 25.0% of 8 clicks" in said
    assert "interesting" not in said
    assert "was persuasive" in sentences.pair({**viewed, "ci_high": 0.12}, best)


@pytest.mark.parametrize(
    ("needed", "said"),
    [
        (282, "about 280 more clicks"),
        (1814, "about 1,800 more clicks"),
        (34, "about 34 more clicks"),
        (1, "about 1 more click"),
        (None, "too close to the bar to tell apart"),
    ],
)
def test_clicks_needed_keep_two_figures(needed, said):
    assert sentences.more_clicks(needed) == said


def test_gmv_change_names_the_part_that_moved_most():
    # decision rules, worked number 10
    parts = pd.DataFrame(
        {
            "part": ["creators", "posts per creator", "conversion", "all"],
            "effect": [306.15, -308.82, 374.34, 480.0],
        }
    )
    assert sentences.gmv_change(parts, 1440, 1920) == (
        "GMV was $1,920, up $480 (33%) on the week before; what moved it most: conversion (+$374)."
    )


def test_counts_cover_everybody():
    verdicts = pd.Series(["keep"] * 3 + ["invest"])
    assert sentences.counts(verdicts, sentences.ORDER_OF_ACTIONS) == (
        "Of 4 creators: 1 invest and 3 keep."
    )
    assert sentences.counts(verdicts[:3], ["keep"]) == "All 3 creators: keep."


def test_concentration_counts_who_brings_the_first_half():
    table = pd.DataFrame(
        {
            "rank": [1, 2, 3, 4],
            "gmv": [60.0, 30.0, 10.0, 0.0],
            "running_share": [0.6, 0.9, 1.0, 1.0],
        }
    )
    assert sentences.concentration(table) == (
        "One of 4 creators brings 60% of the GMV; one sold nothing."
    )


def test_set_aside_names_files_and_money():
    columns = ["file", "row", "money"]
    rows = pd.DataFrame([("a.csv", 7, 12.5), ("a.csv", 9, None), ("b.xlsx", None, None)])
    rows.columns = columns
    assert sentences.set_aside(rows) == (
        "2 rows set aside from 1 file, $12.50 in them and 1 row whose money is not known; "
        "refused whole: b.xlsx."
    )
    assert sentences.set_aside(rows.iloc[:0]) == "No row was set aside."


def test_expectations_follow_the_month():
    assert "This is month 7" in sentences.expectations(7)
    assert "month four" in sentences.expectations(7)
    assert "not sales yet" in sentences.expectations(1)
    assert sentences.expectations(None).startswith("Not known")


@pytest.mark.parametrize(
    "sentence",
    [
        sentences.roster,
        sentences.milestones,
        sentences.budget,
        sentences.deals,
        sentences.newcomers,
        sentences.distribution,
        lambda nothing: sentences.cells(nothing, nothing),
        sentences.flips,
        sentences.repeat,
        sentences.set_aside,
        sentences.spark,
        sentences.promotions,
        sentences.concentration,
        sentences.false_alarms,
    ],
)
def test_an_empty_table_still_makes_a_sentence(sentence):
    said = sentence(pd.DataFrame())
    assert said.endswith(".")
    assert len(said) > 20
