"""Hook angles: at equal creators and products, with nothing claimed that one creator explains."""

import numpy as np
import pandas as pd
import pytest

from kit import hooks


def posts(*rows):
    """creator, hook angle, product, clicks, orders."""
    names = ["creator_id", "hook_angle", "product_id", "clicks", "orders"]
    table = pd.DataFrame(rows, columns=names)
    return table.assign(post_id=[f"post{number:03d}" for number in range(len(table))])


def crossing(better=0.04, worse=0.02, creators=8, products=("serum", "balm")):
    """Each creator uses both angles for each product, 500 clicks a post."""
    return [
        (f"c{creator}", angle, product, 500, round(500 * rate))
        for creator in range(creators)
        for product in products
        for angle, rate in (("curiosity_gap", worse), ("social_proof", better))
    ]


def test_an_angle_that_works_for_everyone_beats_the_others():
    angles = hooks.effects(posts(*crossing())).angles.set_index("hook_angle")
    assert angles["claim"].to_dict() == {
        "curiosity_gap": "falls behind the others",
        "social_proof": "beats the others",
    }
    # Half the log of the odds ratio of 4% to 2%, a little shrunk.
    assert angles.loc["social_proof", "effect"] == pytest.approx(0.357, abs=0.06)
    assert angles["clicks_needed"].tolist() == [0, 0]


def test_equal_angles_claim_nothing():
    angles = hooks.effects(posts(*crossing(0.02, 0.02))).angles
    assert angles["claim"].tolist() == ["", ""]
    assert angles["probability_best"].sum() == pytest.approx(1)


def test_an_angle_of_one_creator_cannot_be_told_from_the_creator():
    star = [("star", "transformation_reveal", "serum", 500, 40)] * 6
    angles = hooks.effects(posts(*crossing(0.02, 0.02), *star)).angles.set_index("hook_angle")
    assert angles.loc["transformation_reveal", "claim"] == ""
    assert angles.loc["transformation_reveal", "note"] == "cannot be told from the creator"
    assert np.isnan(angles.loc["transformation_reveal", "clicks_needed"])


def test_thin_angles_say_how_many_more_clicks():
    thin = [row[:3] + (60, round(60 * row[4] / 500)) for row in crossing(0.03, 0.0167, 5)]
    angles = hooks.effects(posts(*thin)).angles
    assert (angles["claim"] == "").all()
    assert (angles["clicks_needed"] > 0).all()
    assert angles["note"].str.fullmatch(r"about [\d,]+ more clicks").all()


@pytest.mark.parametrize(
    ("clicks", "text"),
    [
        (283.0, "about 280 more clicks"),
        (1, "about 1 more click"),
        (np.nan, "too close to tell apart"),
    ],
)
def test_two_figures(clicks, text):
    assert hooks.about_more(clicks) == text


def test_an_angle_for_one_product_and_not_for_another():
    rows = crossing(0.05, 0.02, products=["serum"]) + crossing(0.02, 0.02, products=["balm"])
    cells = hooks.effects(posts(*rows)).cells.set_index(["hook_angle", "product_id"])
    assert cells.loc[("social_proof", "serum"), "firm"]
    assert not cells.loc[("social_proof", "balm"), "firm"]
    assert cells.loc[("social_proof", "serum"), "note"] == "works better than the others here"
    assert cells.loc[("social_proof", "serum"), "estimate"] == pytest.approx(0.05, abs=0.008)


def test_an_empty_cell_is_a_dash():
    rows = [row for row in crossing() if row[1:3] != ("social_proof", "balm")]
    cells = hooks.effects(posts(*rows)).cells.set_index(["hook_angle", "product_id"])
    empty = cells.loc[("social_proof", "balm")]
    assert np.isnan(empty["estimate"])
    assert empty["clicks"] == 0
    assert empty["note"] == "no clicks yet"


def test_no_hook_angle_at_all():
    bare = posts(("ana", None, "serum", 100, 2), ("bo", None, "serum", 100, 3))
    found = hooks.effects(bare)
    assert len(found.angles) == len(found.cells) == 0
    assert len(hooks.next_briefs(hooks.with_names(found.cells, ledger()), bare)) == 0


def ledger():
    return pd.DataFrame({"product_id": ["serum"], "name": ["Daily Serum"]})


def test_next_briefs_say_use_lean_to_and_try():
    rows = crossing(0.05, 0.02, products=["serum"]) + crossing(0.021, 0.02, products=["balm"])
    rows += [(f"c{creator}", "problem_agitation", "balm", 400, 8) for creator in range(3)]
    table = posts(*rows)
    cells = hooks.with_names(hooks.effects(table).cells, ledger())
    ranked = table.assign(verdict="spark", rank=range(len(table)))
    briefs = hooks.next_briefs(cells, ranked).set_index(["product", "hook_angle"])
    used = briefs.loc[("Daily Serum", "social_proof")]
    assert used["advice"] == "use"
    assert used["reason"].startswith("Social proof works better than the other angles with Daily")
    assert used["example_post"] == "post001"
    assert briefs.loc[("Daily Serum", "problem_agitation"), "advice"] == "try"
    assert (briefs.loc["balm", "advice"] == "lean to").sum() == 1
    proven = hooks.decisions(briefs.reset_index())
    assert proven["subject"].tolist()[0].endswith("/serum")
    assert (proven["confidence"] >= 0.95).all()


def test_one_angle_alone_is_compared_with_nothing():
    rows = pd.DataFrame(
        {"post_id": ["v1", "v2"], "creator_id": ["mia", "zoe"], "hook_angle": "social_proof",
         "product_id": "p1", "clicks": [200, 300], "orders": [6, 8]}
    )  # fmt: skip
    made = hooks.effects(rows)
    assert made.angles["note"].tolist() == ["the only angle used"]
    assert made.angles["clicks_needed"].isna().all()
    assert made.cells["firm"].tolist() == [False]
