import base64
import io

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from kit import plots
from kit.plots import drawing, look

matplotlib.use("Agg")


@pytest.fixture
def ax():
    plots.theme()
    fig, ax = plt.subplots(figsize=(9, 5), layout="constrained")
    yield ax
    plt.close(fig)


def texts(ax):
    return [text.get_text() for text in ax.texts]


def y_labels(ax):
    return [text.get_text() for text in ax.get_yticklabels()]


def overlaps(ax):
    """Pairs of texts of the axes that lie over each other."""
    ax.figure.draw_without_rendering()
    boxes = [(t.get_text(), t.get_window_extent()) for t in ax.texts if t.get_text().strip()]
    boxes += [(t.get_text(), t.get_window_extent()) for t in ax.get_yticklabels() if t.get_text()]
    return [
        (a, b)
        for i, (a, one) in enumerate(boxes)
        for b, two in boxes[i + 1 :]
        if one.shrunk(0.98, 0.9).overlaps(two.shrunk(0.98, 0.9))
    ]


def weeks(*posts):
    start = pd.date_range("2026-03-02", periods=len(posts), freq="7D")
    return pd.DataFrame({"week": start, "posts": posts, "gmv": [100.0 * p for p in posts]})


def candidates(count):
    places = range(1, count + 1)
    return pd.DataFrame(
        {
            "rank": list(places),
            "post_id": [f"73412345678901234{p:02d}" for p in places],
            "creator_id": [f"creator_with_a_long_name_{p}" for p in places],
            "caption": ["I did not expect this \U0001fae0 $20 or $30?"] * count,
            "estimate": [0.04 - p / 1000 for p in places],
            "ci_low": [0.02] * count,
            "ci_high": [0.06] * count,
            "clicks": [275] * count,
            "orders": [11] * count,
            "verdict": ["spark"] + ["not yet"] * (count - 1),
            "on_record": False,
        }
    )


TIERS = pd.DataFrame(
    [
        (1, 0, 100_000, "Commission only, product seeded", 47, 50, 200),
        (2, 100_000, 500_000, "Modest flat fee plus commission", 8, 5, 15),
        (3, 500_000, None, "Partnership: higher flat fee and commission", 4, 2, 3),
    ],
    columns="tier followers_from followers_below deal active target_low target_high".split(),
).astype({"followers_below": "Int64"})


def test_the_pyramid_shows_bands_deals_and_targets(ax):
    shown = " ".join(texts(plots.tier_pyramid(TIERS, ax)))
    for part in ("under 100K", "100K – 500K", "500K+", "47 active", "50–200 wanted", "2–3 wanted"):
        assert part in shown
    assert not overlaps(ax)


def test_velocity_labels_the_last_week_and_the_target(ax):
    plots.velocity(weeks(20, 31, 22), ax, target=30)
    assert {"20", "31", "22", "Target 30"} == set(texts(ax))
    assert len(ax.patches) == 3


def test_a_long_history_labels_only_the_last_and_the_highest(ax):
    plots.velocity(weeks(*range(1, 31)), ax)
    assert set(texts(ax)) == {"30", "Target 30"}


def test_gmv_is_written_in_the_currency(ax):
    plots.gmv_by_week(weeks(20, 31), ax, currency="GBP")
    assert "£3.1K" in texts(ax)


def test_candidates_stand_in_the_order_of_their_rank(ax):
    plots.spark_candidates(candidates(4).iloc[::-1], ax, bar=0.02)
    assert "11 of 275 clicks" in texts(ax)
    assert "Bar 2.00%" in texts(ax)
    assert len(y_labels(ax)) == 4
    assert all("\U0001fae0" not in label for label in y_labels(ax))
    assert not overlaps(ax)


def test_more_candidates_than_fit_are_counted(ax):
    plots.spark_candidates(candidates(20), ax, most=5)
    assert "15 more posts below" in ax.get_xlabel()


def test_flagged_creators_are_always_drawn(ax):
    rows = pd.DataFrame(
        {
            "creator_id": [f"c{i:02d}" for i in range(60)],
            "estimate": np.linspace(0.011, 0.05, 60),
            "ci_low": 0.001,
            "ci_high": 0.06,
            "flag": ["act" if i == 59 else "ok" for i in range(60)],
        }
    )
    plots.verdicts(rows, ax, threshold=0.01)
    assert "c59" in y_labels(ax)
    assert len(y_labels(ax)) == 28
    assert "32 more creators not drawn" in ax.get_xlabel()


def test_creators_who_sold_nothing_have_a_column_of_their_own(ax):
    rows = pd.DataFrame(
        {
            "creator_id": ["ana", "bo", "cy"],
            "tier": [1, 1, 2],
            "revenue_per_post": [0.0, 40.0, 120.0],
            "tier_median": [20.0, 20.0, None],
            "highlight": [False, True, False],
        }
    )
    plots.revenue_per_post(rows, ax)
    labels = [text.get_text() for text in ax.get_xticklabels()]
    assert labels[0] == "0"
    assert "bo" in texts(ax)
    assert "median $20.00" in texts(ax)


def test_the_articles_pair_is_named_even_in_a_crowd(ax):
    rng = np.random.default_rng(7)
    crowd = pd.DataFrame(
        {
            "post_id": [f"p{i}" for i in range(150)],
            "views": rng.lognormal(9, 1.3, 150),
            "rate": rng.beta(2, 80, 150),
            "clicks": rng.integers(5, 300, 150),
            "verdict": "not yet",
            "label": "",
        }
    )
    crowd.loc[0, ["views", "rate", "clicks", "verdict", "label"]] = [8e3, 0.04, 275, "spark", "A"]
    crowd.loc[1, ["views", "rate", "clicks", "label"]] = [2e5, 0.006, 3000, "B"]
    plots.views_and_conversion(crowd, ax, bar=0.02)
    assert {"A", "B"} <= set(texts(ax))
    assert not overlaps(ax)


def test_unknown_cells_are_dashes(ax):
    rows = pd.DataFrame(
        [("curiosity_gap", "Serum", 0.02, 300), ("social_proof", "Mask", None, 0)],
        columns=["hook_angle", "product", "estimate", "clicks"],
    )
    plots.hooks_by_product(rows, ax)
    assert texts(ax).count("–") == 3
    assert "2.00%" in texts(ax)


def audit(**changes):
    row = {
        "creator_id": "ana",
        "months": 4,
        "months_passed": True,
        "output_ratio": 0.96,
        "output_ratio_passed": True,
        "revenue_per_post_estimate": 88.0,
        "median_revenue_per_post": 31.0,
        "revenue_per_post_passed": True,
        "incidents": 0,
        "incidents_passed": True,
        "months_since_move": None,
        "rest_passed": True,
        "verdict": "promote",
        "flips": "median +10%: not yet; output ratio -10%: hold",
    }
    return {**row, **changes}


def test_criteria_say_met_and_not_met_without_colour(ax):
    late = audit(creator_id="bo", incidents=1, incidents_passed=False, verdict="not yet")
    plots.criteria(pd.DataFrame([late, audit()]), ax)
    assert y_labels(ax) == ["ana", "bo"]
    assert texts(ax).count("✗") == 1
    assert "96% of agreed" in texts(ax)
    assert "$88 vs. $31" in texts(ax)
    assert "never moved" in texts(ax)


def test_sensitivity_draws_each_flip(ax):
    plots.sensitivity(pd.DataFrame([audit()]), ax)
    assert texts(ax) == ["▼ not yet", "▼ hold"]


def test_the_waterfall_leaves_the_whole_out(ax):
    parts = pd.DataFrame(
        {"part": ["creators", "conversion", "all"], "effect": [300.0, 180.0, 480.0]}
    )
    plots.gmv_change(parts, ax, before=1440, after=1920)
    assert {"$1,440", "+$300", "+$180", "$1,920"} <= set(texts(ax))
    assert len(ax.patches) == 4


def test_build_plan_marks_where_the_program_is(ax):
    plan = pd.DataFrame(
        [("1", "Seeding", None, None, False), ("2", "Testing", None, None, True)],
        columns=["month", "work", "starts_on", "ends_on", "now"],
    )
    steps = pd.DataFrame(
        [("2", "Hook angles tested", 2, 3, False)],
        columns=["month", "milestone", "reached", "wanted", "met"],
    )
    plots.build_plan(plan, ax, milestones=steps)
    assert "Month 2  ·  now" in texts(ax)
    assert "2 of 3, open" in texts(ax)


def test_half_of_the_gmv_is_marked(ax):
    rows = pd.DataFrame(
        {
            "creator_id": ["ana", "bo", "cy"],
            "gmv": [60.0, 30.0, 10.0],
            "rank": [1, 2, 3],
            "running_share": [0.6, 0.9, 1.0],
        }
    )
    plots.gmv_by_creator(rows, ax)
    assert "1 creator of 3: 60% of GMV" in texts(ax)


@pytest.mark.parametrize(
    "plot",
    [
        plots.tier_pyramid,
        plots.velocity,
        plots.gmv_by_week,
        plots.build_plan,
        plots.budget,
        plots.revenue_per_post,
        plots.gmv_by_creator,
        plots.verdicts,
        plots.repeat_rates,
        plots.criteria,
        plots.sensitivity,
        plots.output_board,
        plots.spark_candidates,
        plots.views_and_conversion,
        plots.hooks_by_product,
    ],
)
def test_an_empty_table_says_there_is_nothing_yet(plot, ax):
    columns = ["creator_id", "gmv", "flips", "verdict", "estimate"]
    assert plot(pd.DataFrame(columns=columns), ax) is ax
    assert texts(ax)[0].startswith("Nothing to show yet: ")


def test_a_chart_without_an_earlier_week(ax):
    parts = pd.DataFrame({"part": ["creators", "all"], "effect": [None, 480.0]})
    plots.gmv_change(parts, ax, before=0, after=480)
    assert texts(ax)[0].startswith("Nothing to show yet: ")


def test_a_shown_figure_carries_its_alt_text_and_size(ax):
    plots.velocity(weeks(20, 22), ax)
    data, metadata = look.as_output(ax.figure, "22 posts")
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert data["text/plain"] == "22 posts"
    assert metadata["image/png"] == {"alt": "22 posts", "width": 900, "height": 500}


def test_draw_closes_its_figure(capsys):
    plots.draw(plots.velocity, weeks(20, 22), alt="22 posts", title="$20 and $30 is no formula")
    assert "22 posts" in capsys.readouterr().out
    assert not plt.get_fignums()


def test_a_chart_has_the_same_bytes_twice():
    def once():
        fig, ax = plt.subplots()
        plots.spark_candidates(candidates(3), ax)
        image = plots.png(fig, "three posts")
        plt.close(fig)
        return image

    plots.theme()
    assert once() == once()
    assert io.BytesIO(once()).read(4) == b"\x89PNG"


def test_a_long_title_breaks_where_its_picture_ends():
    title = "GMV was $7,724, up $851 (12%) on the week before; what moved it most: creators. " * 2
    fig = plt.figure(figsize=(8, 4))
    try:
        shown = fig.suptitle(title, x=0.01, ha="left", fontsize=12, fontweight="bold")
        assert shown.get_window_extent().x1 > fig.bbox.x1
        drawing._within(fig, shown)
        assert shown.get_window_extent().x1 <= 0.97 * fig.bbox.x1
        assert shown.get_text().split() == title.split()
    finally:
        plt.close(fig)


def test_creators_told_apart_by_their_buyers_stand_out(ax):
    rows = pd.DataFrame(
        {
            "creator_id": ["ana", "bo", "cy"],
            "event_rate": [0.6, 0.15, 0.14],
            "ci_low": [0.5, 0.1, 0.1],
            "ci_high": [0.7, 0.2, 0.2],
            "n": [100, 100, 100],
            "mature_n": [90, 90, 90],
            "apart": ["above", "", ""],
        }
    )
    plots.repeat_rates(rows, ax)
    bold = [t.get_text() for t in ax.get_yticklabels() if t.get_fontweight() == "bold"]
    assert bold == ["ana"]
