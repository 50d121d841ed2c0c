"""The analyst's desk: other thresholds held against the rules run by hand, tables, SQL."""

import openpyxl
import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from playwright.sync_api import sync_playwright

from kit import creator_rates, desk, review, sentences, spark, tables, tiers
from kit import metrics as counted
from kit.errors import PolicyError
from kit.policy import load_policy
from kit.what_if import what_if
from tests.conftest import program as binary
from tests.creator_program import AS_OF, HANDLES, program
from tests.small_client import order_line, small_client

LONG = "1729384756102938211"


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    return program(tmp_path_factory.mktemp("desk"), quiet="bo", weak="cy", star="ed")


def told(flips, rule):
    own = flips[flips["rule"] == rule]
    return dict(zip(own["subject"], zip(own["now"], own["then"], strict=True), strict=True))


@pytest.fixture(scope="module")
def flips(client):
    changes = {"spark.probability": 0.55, "conversion.floor": 0.05, "promotion.min_months": 99}
    return what_if(client, AS_OF, changes)


def test_a_lower_bar_of_certainty_flips_what_lies_between(client, flips):
    posts = spark.candidates(client, AS_OF)
    between = posts["probability_above_bar"].between(0.55, 0.8, inclusive="left")
    expected = posts.loc[between & (posts["verdict"] != "no"), "post_id"]
    assert len(expected) > 0
    assert told(flips, "Spark") == dict.fromkeys(expected, ("not yet", "spark"))


def test_flags_flip_as_the_rule_does_with_the_changed_policy(client, flips):
    posts = counted.post_rates(client, AS_OF)
    policy = load_policy({"conversion": {"floor": 0.05}})
    now = creator_rates.conversion(posts).set_index("creator_id")["flag"]
    then = creator_rates.conversion(posts, policy).set_index("creator_id")["flag"]
    moved = now[now != then].index
    assert len(moved) > 0
    assert told(flips, "flag on conversion rate on clicks") == {
        who: (now[who], then[who]) for who in moved
    }


def test_who_acts_on_conversion_then_needs_another_brief(client, flips):
    acting = {
        who
        for who, (_, then) in told(flips, "flag on conversion rate on clicks").items()
        if then == "act"
    }
    verdicts = told(flips, "weekly verdict")
    now = review.report(client, AS_OF)["verdicts"].set_index("creator_id")["verdict"]
    expected = {who for who in acting if now.get(who) in ("keep", "invest")}
    assert expected
    assert {who for who, (_, then) in verdicts.items() if then == "fix the brief"} == expected
    assert all(now[who] == was for who, (was, _) in verdicts.items())


def test_nobody_moves_up_who_has_not_the_months(client, flips):
    audit, _ = tiers.audited(client, AS_OF)
    up = set(audit.loc[audit["verdict"] == "promote", "creator_id"])
    assert up
    moved = told(flips, "tier move")
    assert {who for who, (now, _) in moved.items() if now == "promote"} == up
    assert set(then for _, then in moved.values()) == {"not yet"}


def test_tiers_flip_with_their_floors(client):
    """Everybody has 20,000 followers: above a floor of 15,000 they are tier 2."""
    found = what_if(client, AS_OF, {"tiers.floors": (0, 15_000, 500_000)})
    assert told(found, "tier") == dict.fromkeys(HANDLES, ("tier 1", "tier 2"))


def test_the_client_keeps_its_policy_and_nothing_else_flips(client, flips):
    assert client.policy == load_policy()
    rules = {"Spark", "tier move", "flag on conversion rate on clicks", "weekly verdict"}
    assert set(flips["rule"]) == rules
    said = sentences.what_if(flips[:0], {"spark.probability": 0.8})
    assert said == "With spark.probability at 0.8, every decision stays as it is."
    assert "Nobody: every decision" in tables.what_if(flips[:0]).as_raw_html()


def test_a_threshold_there_is_not_is_named_with_the_nearest(client):
    with pytest.raises(PolicyError, match=r"no setting probabilty. Did you mean probability\?"):
        what_if(client, AS_OF, {"spark.probabilty": 0.7})
    with pytest.raises(PolicyError, match="no setting sparks. Did you mean spark"):
        what_if(client, AS_OF, {"sparks.probability": 0.7})
    with pytest.raises(PolicyError, match="policy.spark.probability"):
        what_if(client, AS_OF, {"spark.probability": 7})


def test_the_sentence_counts_what_flips():
    flips = pd.DataFrame({"rule": ["Spark"] * 2, "now": ["not yet"] * 2, "then": ["spark"] * 2})
    said = sentences.what_if(flips, {"spark.probability": 0.7, "verdict.act": 0.6})
    assert said == (
        "With spark.probability at 0.7 and verdict.act at 0.6, 2 decisions fall otherwise "
        "(Spark not yet → spark: 2)."
    )


@pytest.fixture
def small(tmp_path):
    return small_client(
        tmp_path,
        posts=[{"post_id": "1", "creator_id": "ana", "caption": "one"}],
        briefs=[{"brief_id": "b", "creator_id": "ana", "post_id": "9; 1"}],
        orders=[order_line("1"), order_line("2", gmv=10.0)],
        hooks=[{"post_id": "11", "views": 5, "held_views": 2}],
    )


def test_a_post_in_full_is_every_filled_cell_of_its_own(small):
    found = desk.in_full(small, "post_id", "1")
    assert set(found["table"]) == {"posts", "briefs", "orders"}  # not the reading of post 11
    cells = found.set_index(["table", "column"])["value"]
    assert cells["posts", "caption"] == "one"
    assert cells["briefs", "brief_id"] == "b"
    assert cells["orders", "lines"] == "2"


def test_posts_are_chosen_by_creator_tier_product_and_hook():
    posts = pd.DataFrame(
        {
            "post_id": ["1", "2", "3"],
            "creator_id": ["ana", "ana", "bo"],
            "tier": [1, 1, 2],
            "product_id": ["p", None, "q"],
            "hook_angle": ["social_proof", "curiosity_gap", "social_proof"],
            "clicks": [5, 9, 7],
        }
    )
    assert list(desk.chosen(posts, tier=1, hook="social_proof")["post_id"]) == ["1"]
    assert len(desk.chosen(posts)) == 3
    assert desk.leading_post(posts, "ana") == "2"
    assert desk.leading_post(posts, "nobody") == ""
    assert desk.product_of(posts, "1") == "p"
    assert desk.product_of(posts, "2") == "q"  # shows none alone: that with the most clicks


def test_sql_cells_answer_as_frames_and_keep_them(small, monkeypatch):
    monkeypatch.delenv(desk.DESK, raising=False)
    shell = InteractiveShell.instance()
    desk.sit_down(small)
    answer = shell.run_cell_magic("sql", "sold", "select sum(gmv) as gmv from orders where counts")
    assert answer["gmv"].tolist() == [50.0]
    assert shell.user_ns["sold"]["gmv"].tolist() == [50.0]


def frame():
    return pd.DataFrame(
        {
            "post_id": [LONG, LONG[:-1] + "2"],
            "caption": ["=1+1", "<b>two</b>"],
            "rate": [0.024695, None],
            "on": pd.to_datetime(["2026-05-01", None]),
        }
    )


def test_a_table_is_the_frame_where_nobody_sits_at_the_desk(monkeypatch):
    monkeypatch.delenv(desk.DESK, raising=False)
    given = frame()
    assert desk.table(given) is given


@pytest.mark.needs("chromium")
def test_one_click_takes_a_table_to_excel_with_no_network(tmp_path, monkeypatch, small):
    monkeypatch.setenv(desk.DESK, "1")
    InteractiveShell.instance()
    with capture_output() as captured:
        desk.sit_down(small)
    head = "".join(output.data["text/html"] for output in captured.outputs)
    page = tmp_path / "desk.html"
    page.write_text(f"<!doctype html><body>{head}{desk.table(frame(), 'Posts')._repr_html_()}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=binary("chromium"), args=["--no-sandbox"]
        )
        context = browser.new_context(offline=True, accept_downloads=True)
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        shown = context.new_page()
        shown.goto(page.as_uri())
        with shown.expect_download() as download:
            shown.get_by_role("button", name="Excel", exact=True).click()
        download.value.save_as(tmp_path / "table.xlsx")
        shown.get_by_role("button", name="Copy for Excel").click()
        shown.wait_for_timeout(300)
        copied = shown.evaluate("navigator.clipboard.readText()")
        browser.close()
    rows = list(openpyxl.load_workbook(tmp_path / "table.xlsx").active.values)
    assert rows[0] == ("post_id", "caption", "rate", "on")
    assert rows[1][:3] == (LONG, "=1+1", 0.024695)
    assert rows[2][:2] == (LONG[:-1] + "2", "<b>two</b>")
    assert rows[2][2] is None
    assert copied.splitlines()[1].split("\t")[:2] == [f'="{LONG}"', "'=1+1"]
