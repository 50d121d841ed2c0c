"""The blocks that open the weekly review: figures against goals, and what people wrote."""

from datetime import date, timedelta

import nbformat
import pandas as pd
import pytest

import kit
from kit import blocks, client_copy, review, sentences, tables
from tests.conftest import SAMPLE
from tests.small_client import small_client

DAY = date(2026, 5, 10)
MONDAY = date(2026, 5, 4)


def figure(metric, value, start, end, unit="count", kind="program"):
    about = {"metric": metric, "subject_kind": kind, "subject": "acme", "unit": unit, "n": 50}
    return {**about, "value": value, "period_start": start, "period_end": end}


FIGURES = pd.DataFrame(
    [
        figure("velocity", 24.0, MONDAY, DAY),
        figure("velocity", 21.0, MONDAY - timedelta(7), MONDAY - timedelta(1)),
        figure("gmv", 900.0, MONDAY, DAY, "money"),
        figure("gmv", 4000.0, DAY - timedelta(27), DAY, "money"),
        figure("gmv", 7.0, DAY - timedelta(27), DAY, "money", kind="creator"),
        figure("revenue_per_post", 80.0, DAY - timedelta(83), DAY - timedelta(13), "money"),
        figure("commission_ratio", 0.16, DAY - timedelta(27), DAY, "rate"),
        figure("orders", None, DAY - timedelta(27), DAY),
    ]
)


def test_each_figure_stands_with_its_week_the_one_before_and_its_longest_period():
    rows = blocks.headlines(FIGURES, {"velocity": 30.0, "commission_ratio": 0.15}, DAY)
    rows = rows.astype(object).where(rows.notna(), None).set_index("metric")
    numbers = ["week", "before", "longer", "days", "goal", "against"]
    assert rows.loc["velocity", numbers].tolist() == [24.0, 21.0, None, None, 30.0, "missed"]
    assert rows.loc["gmv", numbers].tolist() == [900.0, None, 4000.0, 28.0, None, ""]
    assert rows.loc["commission_ratio", numbers].tolist() == [
        *(None, None, 0.16, 28.0, 0.15, "over"),
    ]
    assert rows.loc["revenue_per_post", ["longer", "days"]].tolist() == [80.0, 71.0]
    assert rows.index[:2].tolist() == ["velocity", "commission_ratio"]  # goals stand first


def test_a_goal_without_a_figure_is_not_known_and_ten_are_enough():
    wanted = {"hook_retention": 0.3, **dict.fromkeys(blocks.USUAL, 1.0), "clicks": 5.0}
    rows = blocks.headlines(FIGURES, wanted, DAY)
    assert len(rows) == blocks.MOST
    assert rows.set_index("metric").loc["hook_retention", "against"] == "not known"
    said = sentences.against_goals(rows, len(wanted))
    assert said.startswith("3 of 9 goals met; not known: hook retention")
    assert said.endswith("One more goal is set than ten figures have room for.")


def test_without_goals_the_velocity_target_alone_stands():
    rows = blocks.headlines(FIGURES, {"velocity": 30.0}, DAY)
    said = sentences.against_goals(rows, 0)
    assert said.startswith("The target of 30 posts a week is missed. ")
    assert "[goals] in client.toml" in said


@pytest.fixture
def written(tmp_path):
    notes = [
        {"week": "2026-W19", "block": "ask", "text": "Approve twelve samples", "owner": "Ann",
         "due": "2026-05-14"},
        {"week": "2026-W18", "block": "ask", "text": "Too old"},
        {"week": "2026-W19", "block": "happened", "text": "<b>Five</b> signed."},
    ]  # fmt: skip
    events = [
        {"date": "2026-04-13", "kind": "price", "subject": "program", "what": "price up"},
        {"date": "2026-04-12", "kind": "price", "subject": "program", "what": "too old"},
        {"date": "2026-05-01", "kind": "left", "subject": "mia", "what": "left us"},
        {"date": "2026-05-02", "kind": "ads_off", "subject": "program"},
    ]
    return blocks.written(small_client(tmp_path, notes=notes, events=events), DAY)


def test_what_people_wrote_stands_in_its_block(written):
    looks = pd.DataFrame([{"week": "week 18 of 2026", "decisions": 0}] * 2)
    did = sentences.did(written, looks)
    assert did[:3] == ["13 April: price up.", "1 May: mia: left us.", "2 May: ads off."]
    assert len(did) == 5  # and what became of the decisions of last week and of four weeks ago
    assert sentences.happened(written) == ["<b>Five</b> signed."]
    empty = pd.DataFrame({"posts": [30.0]})
    nothing = pd.DataFrame(columns=["subject", "decision", "confidence"])
    report = type("Report", (dict,), {"decisions": nothing})
    sparks = pd.DataFrame({"on_record": [True, False]})
    made = report(weeks=empty, sparks=sparks)
    assert sentences.asked(written, made) == [
        "Say which budget may stand behind 1 post that has earned paid spend: the Spark report "
        "has the plan.",
        "Approve twelve samples (by 14 May).",
    ]
    assert sentences.behind(written, "ask") == "Written down for Ann (Approve twelve samples)."
    assert sentences.coming(written, made, 30.0) == [
        "Nothing beside the usual round of briefs and samples."
    ]
    assert sentences.coming(written, made, 32.0) == [
        "Brief for 2 more posts a week to reach the target."
    ]


def test_an_empty_block_says_what_to_write_where(tmp_path):
    rows = blocks.written(small_client(tmp_path), DAY)
    assert sentences.changed(rows) == ["Nobody has written down a change of this week."]
    for block in ("changed", "next", "ask"):
        assert f"notes.csv (block {block})" in sentences.behind(rows, block)


def test_the_samples_week_before_is_that_weeks_own_report(sample_home):
    """The figures of the week before are those that its own report counts for its week."""
    client = kit.open("sample", home=sample_home)
    before = blocks.week_before(client, DAY).set_index("metric")["value"].astype(float)
    sunday = MONDAY - timedelta(1)
    own = pd.DataFrame(review.metrics.figures(client, sunday))
    own = own[(own["subject_kind"] == "program") & (own["period_end"] == sunday)]
    own = own[own["period_start"] == sunday - timedelta(6)].set_index("metric")["value"]
    assert before.to_dict() == pytest.approx(own.loc[before.index].astype(float).to_dict())
    wanted = {"velocity", "gmv", "conversion_rate", "output_rate", "net_revenue", "velocity_roster"}
    assert wanted <= set(before.index)
    assert (SAMPLE / "ledgers" / "notes.csv").is_file()


def test_the_table_writes_each_figure_by_its_unit():
    rows = blocks.headlines(FIGURES, {"velocity": 30.0, "commission_ratio": 0.15}, DAY)
    page = tables.headlines(rows).as_raw_html()
    for text in ("$4,000", "$80.00 (71 days)", "missed"):
        assert text in page
    # what the program costs and leaves stands apart, so that a copy for the client may lack it
    apart = tables.margin_headlines(rows).as_raw_html()
    for text in ("16.0%", ">50<", "15.0%", ">over<"):
        assert text in apart
        assert text not in page
    assert sentences.margins_against_goals(rows) == (
        "0 of 1 goal met; not met: commission-to-revenue ratio."
    )
    assert "commission" not in sentences.against_goals(rows, 2)
    shared, closed = (
        client_copy.allowed("weekly_review", True),
        client_copy.allowed("weekly_review"),
    )
    assert "tables.margin_headlines" in shared["Against goal"]
    assert closed["Against goal"] == ["sentences.against_goals", "tables.headlines"]


def test_a_copy_for_the_client_names_nobody_who_works_for_us():
    """The committed review, whose notes name an owner: neither that nor a hint is in the copy."""
    read = nbformat.read(SAMPLE.parents[1] / "notebooks" / "weekly_review.ipynb", as_version=4)
    copied = nbformat.writes(client_copy.copy(read, client_copy.allowed("weekly_review"), ""))
    assert "Dana" in nbformat.writes(read)
    assert "## In short" in copied
    assert "## Against goal" in copied
    assert "Approve twelve more serum samples (by 14 May)" in copied
    assert "Dana" not in copied
    assert "notes.csv" not in copied
