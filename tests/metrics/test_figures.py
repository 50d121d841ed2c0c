"""All figures of a day together: the promised list, and a client that holds nothing yet."""

import pandas as pd
import pytest

from kit import metrics, results
from kit.metrics.shared import Shared, once
from tests.metrics.test_recount import AS_OF, FOUR, MONDAY, random_client
from tests.small_client import small_client

WHO = ["program", "tier", "creator"]
PROMISED = {
    ("velocity", "week"): ["program", "tier"],
    ("velocity_roster", "week"): ["program", "tier"],
    ("active_creators", "four"): ["program", "tier"],
    ("output_rate", "both"): WHO,
    ("conversion_rate", "both"): [*WHO, "post", "hook_angle", "product"],
    ("hook_retention", "four"): [*WHO, "post", "hook_angle"],
    ("commission_ratio", "four"): WHO,
    ("all_in_cost_ratio", "four"): WHO,
    ("contribution", "four"): WHO,
    ("gmv", "both"): [*WHO, "product", "hook_angle"],
    ("net_revenue", "both"): [*WHO, "product", "hook_angle"],
    ("orders", "both"): [*WHO, "product", "hook_angle"],
    ("clicks", "both"): [*WHO, "post"],
    ("views", "both"): [*WHO, "post"],
    ("revenue_per_post", "publishing"): WHO,
    ("tier_median_revenue_per_post", "publishing"): ["tier"],
    ("repeat_purchase_rate", "cohort"): ["program", "creator"],
}
STARTS = {
    "week": [MONDAY.date()],
    "four": [FOUR.date()],
    "both": [MONDAY.date(), FOUR.date()],
    "publishing": [(AS_OF - pd.Timedelta(days=83)).date()],
    "cohort": [(AS_OF - pd.Timedelta(days=179)).date()],
}


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    client = random_client(tmp_path_factory.mktemp("figures"), 3)
    return results.figures("weekly_review", metrics.figures(client, AS_OF.date()))


@pytest.mark.parametrize(("metric", "periods"), PROMISED)
def test_every_promised_figure_is_there(rows, metric, periods):
    for start in STARTS[periods]:
        for kind in PROMISED[metric, periods]:
            own = rows[(rows["metric"] == metric) & (rows["subject_kind"] == kind)]
            assert (own["period_start"] == start).any(), (metric, kind, start)
            assert own["unit"].notna().all()


def test_missing_is_null_with_a_reason_and_only_missing_is(rows):
    missing = rows["status"] == "missing"
    assert rows.loc[missing, "value"].isna().all()
    assert rows.loc[~missing, "value"].notna().all()
    assert rows.loc[missing, "note"].notna().all()


def test_the_program_is_called_by_the_clients_name(rows):
    assert set(rows.loc[rows["subject_kind"] == "program", "subject"]) == {"small"}
    assert set(rows.loc[rows["subject_kind"] == "tier", "subject"]) <= {"1", "2", "3"}


def test_a_client_without_data_has_figures_that_are_zero_or_missing(tmp_path):
    client = small_client(tmp_path)
    rows = results.figures("weekly_review", metrics.figures(client, "2026-05-10"))
    assert (rows["value"].isna() | (rows["value"] == 0)).all()
    assert {"velocity", "gmv", "conversion_rate", "output_rate"} <= set(rows["metric"])


@pytest.mark.parametrize(
    "frame",
    [
        metrics.creator_weeks,
        metrics.creator_months,
        metrics.post_rates,
        metrics.post_revenue,
        metrics.hook_readings,
        metrics.people,
        metrics.creator_money,
        metrics.followed_buyers,
    ],
)
def test_every_frame_of_a_client_without_data_is_empty(tmp_path, frame):
    rows = frame(small_client(tmp_path), "2026-05-10")
    assert rows.empty
    assert len(rows.columns) > 5


def test_what_is_shared_is_worked_out_once_and_only_for_one_call():
    calls = []

    @once
    def counted(client, day):
        calls.append(day)
        return day

    shared = Shared(object())
    assert [counted(shared, 1), counted(shared, 1), counted(shared, 2)] == [1, 1, 2]
    assert calls == [1, 2]
    assert [counted(object(), 1), counted(object(), 1)] == [1, 1]
    assert calls == [1, 2, 1, 1]
