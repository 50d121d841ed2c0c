"""The Spark rule: by click-to-purchase rate, shrunk, with its edges, and on a whole client."""

import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from kit import crossed, spark
from kit.errors import ReportError
from kit.policy import load_policy
from tests.benchmarks import simulate_posts
from tests.creator_program import AS_OF, program

ADDED = ["estimate", "ci_low", "ci_high", "probability_above_bar", "verdict", "clicks_needed"]


def posts(*rows):
    """creator, views, clicks, orders; hook angle and product are the same for all."""
    table = pd.DataFrame(rows, columns=["creator_id", "views", "clicks", "orders"])
    return table.assign(
        post_id=[f"post{number:02d}" for number in range(len(table))],
        hook_angle="social_proof",
        product_id="serum",
    )


def ordinary(count=30):
    """Posts of as many creators, 200 clicks and 2% each: a program to stand out from."""
    return [(f"creator{number}", 10_000, 200, 4) for number in range(count)]


def bar(rate):
    return load_policy({"spark": {"conversion_bar": rate}})


def test_the_articles_pair():
    table = spark.rank(posts(*ordinary(), ("ana", 8_000, 120, 5), ("bo", 200_000, 3_000, 18)))
    small, viral = table.iloc[-2], table.iloc[-1]
    assert small["rank"] == 1
    assert viral["rank"] == len(table)
    assert viral["verdict"] == "no"
    assert small["ci_low"] > viral["ci_high"]


def test_a_firm_record_is_a_spark_and_a_firm_failure_a_no():
    table = spark.rank(posts(*ordinary(), ("ana", 900, 600, 36), ("bo", 900, 600, 1)))
    assert table["verdict"].iloc[-2:].tolist() == ["spark", "no"]
    assert table["clicks_needed"].iloc[-2:].tolist() == [0, 0]


def test_views_never_enter():
    rows = ordinary(6) + [("ana", 100, 120, 6), ("bo", 100, 300, 2)]
    first = spark.rank(posts(*rows))
    second = spark.rank(posts(*rows).assign(views=[9_999_999, *[pd.NA] * 7]))
    pd.testing.assert_frame_equal(first[ADDED], second[ADDED])


def test_clicks_needed_worked():
    # μ = logit 0.024, sd 0.35, bar 0.02: P 0.7028 and N 522, worked number 4 of the rules.
    model = pd.DataFrame({"mean": [special.logit(0.024)], "sd": [0.35]})
    counts = pd.DataFrame(
        {"clicks": [100.0], "orders": [3.0], "known": True, "capped": False, "post_id": "a"}
    )
    decided = spark._decided(counts, model, 0.02, load_policy().spark)
    assert decided["probability_above_bar"].iloc[0] == pytest.approx(0.7028, abs=5e-5)
    assert decided["clicks_needed"].iloc[0] == 522
    assert decided["verdict"].iloc[0] == "not yet"


def test_too_close_to_the_bar_is_missing():
    table = spark.rank(posts(*ordinary(20)), bar(0.0201))
    assert (table["verdict"] == "not yet").all()
    assert table["clicks_needed"].isna().all()


def test_under_twenty_clicks_nothing_is_a_no():
    weak = [("ana", 100, 400, 0)] * 3
    table = spark.rank(posts(*ordinary(), *weak, ("ana", 100, 15, 0)))
    assert table["probability_above_bar"].iloc[-1] <= 0.2
    assert table["verdict"].iloc[-1] == "not yet"
    assert table["clicks_needed"].iloc[-1] == 5
    assert table["verdict"].iloc[-2] == "no"


def test_a_spark_on_the_creators_record():
    strong = [("ana", 100, 400, 30)] * 4
    table = spark.rank(posts(*ordinary(), *strong, ("ana", 100, 4, 0)))
    assert table["verdict"].iloc[-1] == "spark"


def test_more_orders_than_clicks_are_capped_and_marked():
    table = spark.rank(posts(*ordinary(4), ("ana", 10, 3, 5), ("bo", 10, 3, 3)))
    assert table["capped"].tolist() == [False] * 4 + [True, False]
    assert table["estimate"].iloc[-2] == table["estimate"].iloc[-1]
    assert table["orders"].iloc[-2] == 5


def test_missing_clicks_come_last_and_not_yet():
    strong = [("ana", 100, 400, 30)] * 4
    table = spark.rank(posts(*ordinary(5), *strong, ("ana", 100, pd.NA, pd.NA), ("bo", 9, 9, 0)))
    assert table["rank"].iloc[-2] == len(table)
    assert table["verdict"].iloc[-2] == "not yet"


def test_no_order_at_all_sparks_nothing():
    for policy in (None, bar(0.0), bar(0.02)):
        table = spark.rank(posts(*[(f"c{i}", 100, 10 * i, 0) for i in range(12)]), policy)
        assert "spark" not in set(table["verdict"])
        assert table["estimate"].between(0, 0.05).all()


def test_nobody_clicked():
    table = spark.rank(posts(("a", 10, 0, 0), ("b", 10, 0, 0)))
    assert table["verdict"].tolist() == ["not yet"] * 2
    assert table["rank"].tolist() == [1, 2]


def test_one_post_and_no_post():
    one = spark.rank(posts(("ana", 100, 50, 2)))
    assert one["rank"].tolist() == [1]
    assert one["estimate"].between(0.01, 0.06).all()
    empty = spark.rank(posts().astype({"clicks": float, "orders": float}))
    assert len(empty) == 0
    assert set(ADDED) <= set(empty.columns)


def test_ties_go_to_more_clicks_then_post_id():
    # Nobody sold and nobody clicked: all alike, whatever the order of the file.
    table = spark.rank(posts(*[(f"c{i}", 10, 0, 0) for i in range(4)])[::-1])
    assert table.sort_values("rank")["post_id"].tolist() == ["post00", "post01", "post02", "post03"]


def test_missing_hook_and_product_columns_and_values():
    rows = posts(*ordinary(4), ("ana", 10, 100, 6))
    bare = spark.rank(rows.drop(columns=["hook_angle", "product_id", "views"]))
    empty = spark.rank(rows.assign(hook_angle=None, product_id=pd.NA))
    assert bare["estimate"].tolist() == empty["estimate"].tolist()


def test_unknown_creators_are_not_one_creator():
    strong = posts(*ordinary(10), *[(None, 10, 300, 24)] * 3, (None, 10, 0, 0))
    table = spark.rank(strong)
    typical = table["estimate"].iloc[0]
    assert table["estimate"].iloc[-1] < 1.7 * typical


def test_extra_columns_index_and_input_are_kept():
    rows = posts(*ordinary(3), ("ana", 10, 100, 6)).assign(caption="c")
    rows.index = [7, 3, 3, 9]
    before = rows.copy()
    table = spark.rank(rows)
    assert table.index.tolist() == [7, 3, 3, 9]
    pd.testing.assert_frame_equal(table[rows.columns.tolist()], before)
    pd.testing.assert_frame_equal(rows, before)


def test_row_order_does_not_matter():
    rows = simulate_posts.posts(3).rows
    straight = spark.rank(rows)
    mixed = spark.rank(rows.sample(frac=1, random_state=1)).loc[rows.index]
    pd.testing.assert_frame_equal(straight, mixed, check_exact=True)


def test_the_bar_is_the_pooled_rate_unless_the_policy_sets_it():
    rows = posts(("a", 1, 100, 1), ("b", 1, 300, 11))
    assert spark.rank(rows)["bar"].tolist() == [0.03, 0.03]
    assert spark.rank(rows, bar(0.05))["bar"].tolist() == [0.05, 0.05]


def test_lacking_column_is_named():
    with pytest.raises(ReportError, match="posts lack clicks. They have creator_id, views"):
        spark.rank(posts(("a", 1, 1, 0)).drop(columns="clicks"))


rows = st.lists(
    st.tuples(
        st.sampled_from("abc"),
        st.integers(0, 10**6),
        st.integers(0, 3000),
        st.integers(0, 40),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=40)
@given(rows)
def test_every_frame_gets_a_sane_answer(given_rows):
    table = spark.rank(posts(*given_rows))
    assert sorted(table["rank"]) == list(range(1, len(table) + 1))
    assert ((0 <= table["ci_low"]) & (table["ci_low"] <= table["estimate"])).all()
    assert ((table["estimate"] <= table["ci_high"]) & (table["ci_high"] <= 1)).all()
    assert table["probability_above_bar"].between(0, 1).all()
    assert table.sort_values("rank")["estimate"].is_monotonic_decreasing
    decided = table["verdict"] != "not yet"
    assert (table.loc[decided, "clicks_needed"] == 0).all()
    assert (table.loc[~decided, "clicks_needed"].dropna() >= 1).all()


def test_two_thousand_posts_take_under_two_seconds():
    many = pd.concat([simulate_posts.posts(seed).rows for seed in range(13)])
    start = time.process_time()
    spark.rank(many)
    spark.rank(many.assign(creator_id=[f"c{i}" for i in range(len(many))]))
    assert time.process_time() - start < 4


def test_it_beats_simple_rules_on_known_truth():
    # The bench measures fully (tests/benchmarks/bench_spark.py); this holds the order of rules.
    ours, raw, views = [], [], []
    for seed in range(8):
        program_ = simulate_posts.posts(seed)
        table = spark.rank(program_.rows)
        rate = pd.Series(program_.rate, table.index)
        best = rate.nlargest(10).sum()
        ours.append(rate[table["rank"] <= 10].sum() / best)
        raw_rate = (table["orders"] / table["clicks"].where(table["clicks"] > 0)).fillna(0)
        raw.append(rate[raw_rate.nlargest(10).index].sum() / best)
        views.append(rate[table["views"].nlargest(10).index].sum() / best)
    assert np.mean(ours) > 0.80
    assert np.mean(ours) > np.mean(raw) + 0.08 > np.mean(views)


def test_candidates_of_a_client_give_every_post_a_verdict_and_a_reason(tmp_path):
    client = program(tmp_path, weak="ana")
    table = spark.candidates(client, AS_OF)
    weak = table[table["creator_id"] == "ana"]
    assert (weak["verdict"] == "no").all()
    assert weak["reason"].str.startswith("No: 0 orders from").all()
    assert table["rank"].tolist() == list(range(1, len(table) + 1))
    assert len(table) == 12 * 2 * 4
    healthy = spark.candidates(program(tmp_path / "healthy"), AS_OF)
    assert "no" not in set(healthy["verdict"])


def test_candidates_of_an_uncovered_week_say_why(tmp_path):
    client = program(tmp_path)
    stats = client.frame("post_stats")
    assert stats["window_end"].max() == pd.Timestamp(AS_OF)
    table = spark.candidates(client, AS_OF + pd.Timedelta(days=7))
    assert (table["verdict"] == "not yet").all()
    assert table["reason"].iloc[0].startswith("Not yet: clicks are not known (no window covers")


def test_report_holds_figures_decisions_and_tables(tmp_path):
    found = spark.report(program(tmp_path, weak="ana"), AS_OF, budget=300.0)
    assert found.report == "spark_candidates"
    assert set(found.decisions["decision"]) <= {"spark", "not yet", "no", "use", "avoid"}
    figures = found.figures[found.figures["metric"] == "conversion_rate_estimate"]
    assert len(figures) == len(found["candidates"])
    assert (figures["ci_level"] == 0.9).all()
    assert set(found["rules"]["rule"]) == {"estimated conversion", "raw conversion", "GMV", "views"}
    assert found["bar"]["basis"].iloc[0].startswith("the program's own rate over all clicks")


def test_widening_is_part_of_the_posterior():
    rows = posts(*ordinary(5))
    fitted = spark._model(rows, spark._counts(rows))
    plain = crossed.fit(rows["orders"], rows["clicks"], rows[spark.FACTORS], "creator_id")
    assert fitted["sd"].to_numpy() == pytest.approx(plain.sd * crossed.WIDEN)
