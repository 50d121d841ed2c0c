"""How many posts would tell whether a hook angle works for a product."""

import numpy as np
import pandas as pd
import pytest

from kit import brief_plan, hooks, sentences, tables

ANGLES = ["social_proof", "curiosity_gap"]


def posts(clicks=400, count=12, orders=0.03, products=("p1", "p2")):
    """`count` posts of each angle and product by six creators, all converting alike."""
    rows = [
        (
            f"{product}{angle[:2]}{n:02d}",
            f"c{n % 6}",
            angle,
            product,
            clicks,
            round(clicks * orders),
        )
        for product in products
        for angle in ANGLES
        for n in range(count)
    ]
    names = ["post_id", "creator_id", "hook_angle", "product_id", "clicks", "orders"]
    return pd.DataFrame(rows, columns=names)


def asked(rows, products=None):
    names = pd.DataFrame({"product_id": ["p1", "p2"], "name": ["Serum", "Mask"]})
    cells = hooks.with_names(hooks.effects(rows).cells, names)
    return brief_plan.open_questions(cells, rows), cells


def test_posts_needed_by_hand():
    found, _ = asked(posts(clicks=40, count=3))
    row = found.iloc[0]
    # rate 0.025 (1 order of 40 clicks): a post tells 1 / (spread + 1/1.0), 54.3 are wanted
    assert row["posts"] == 3
    assert row["clicks_per_post"] == 40
    wanted = (1.6449 / np.log(1.25)) ** 2
    assert wanted == pytest.approx(54.3, abs=0.1)
    assert np.isnan(row["posts_needed"])  # over 54 posts at best: past the 60 of a quarter


def test_more_clicks_a_post_need_fewer_posts():
    few, many = (asked(posts(clicks=clicks))[0]["posts_needed"].iloc[0] for clicks in (200, 800))
    assert many < few


def test_unequal_clicks_widen_the_range():
    rows = posts()
    even = asked(rows)[0].iloc[0]
    assert even["posts_low"] == even["posts_needed"] == even["posts_high"]
    rows.loc[::2, "clicks"] = 60
    rows.loc[::2, "orders"] = 2
    uneven = asked(rows)[0].iloc[0]
    assert uneven["posts_low"] < uneven["posts_needed"] < uneven["posts_high"]


def test_an_angle_nobody_tried_is_asked_for_and_a_new_product_borrows_clicks():
    rows = posts(products=("p1",))
    rows = pd.concat([rows, posts(products=("p2",), count=2)[:2]], ignore_index=True)
    found, cells = asked(rows)
    untried = found.set_index(["product", "hook_angle"]).loc[("Mask", "curiosity_gap")]
    assert untried["posts"] == 0
    assert untried["clicks_of"] == "all posts"
    assert untried["posts_needed"] > 0
    assert sentences.open_questions(found, cells).startswith(
        "Nothing is proven yet for 4 of 4 pairs of hook angle and product. Fewest posts would tell"
    )


def test_a_proven_pair_is_no_question_and_says_so_in_the_briefs():
    rows = posts(count=30)
    best = (rows["product_id"] == "p1") & (rows["hook_angle"] == "social_proof")
    rows.loc[best, "orders"] = 40
    found, cells = asked(rows)
    firm = cells[cells["firm"]]
    assert len(firm) > 0
    assert len(found) == len(cells) - len(firm)
    briefs = brief_plan.with_posts(
        hooks.next_briefs(cells, rows.assign(verdict="no", rank=1)), found
    )
    told = briefs.set_index("advice")["tells"]
    assert told["use"] == "nothing: proven"
    assert "nan" not in tables.briefs(briefs).as_raw_html()


def test_no_angle_asks_nothing():
    bare = posts().assign(hook_angle=None)
    found, cells = asked(bare)
    assert found.empty
    assert brief_plan.with_posts(hooks.next_briefs(cells, bare), found).empty
    assert sentences.open_questions(found, cells) == (
        "Not known: hook angles by product (no post has a hook angle and a single product)."
    )
    empty = posts().assign(clicks=np.nan)
    assert asked(empty)[0].empty


def test_row_order_does_not_matter():
    rows = posts(clicks=150)
    rows["orders"] = np.arange(len(rows)) % 7
    shuffled = rows.sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(asked(rows)[0], asked(shuffled)[0])
