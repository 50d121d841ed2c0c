"""What the reports of replayed weeks asked for, with reports and a replay written by hand."""

from datetime import date

import pandas as pd
import pytest

from kit import sentences
from kit.backtest import asked
from tests.small_client import small_client
from tests.test_decided import act, write_report

ONE, TWO = date(2026, 3, 29), date(2026, 4, 5)
SPARK = "spark_candidates:post:{}:spark"
REPLACE = "weekly_review:creator:bo:replace"


def replayed(key, word, *rows):
    columns = ["as_of", key, word, "outcome"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.assign(as_of=pd.to_datetime(frame["as_of"]))


POSTS = replayed(
    "post_id",
    "verdict",
    (ONE, "=p1", "spark", "hit"),
    (ONE, "p2", "no", "miss"),
    (ONE, "p3", "spark", "cannot tell"),
    (ONE, "p4", "spark", "hit"),  # no report asked for it
    (TWO, "p2", "spark", "hit"),
)
FLAGGED = replayed("creator_id", "flag", (ONE, "bo", "act", "hit"), (TWO, "bo", "watch", "miss"))


@pytest.fixture
def client(tmp_path):
    acts = [
        act(SPARK.format("=p1"), "2026-04-01"),
        act(SPARK.format("p2"), "2026-04-20"),  # the nearest report before it asked on 5 April
        act(REPLACE, "2026-05-30"),  # too late for either
    ]
    ids = [SPARK.format(post) for post in ("=p1", "p2", "p3")]
    write_report(tmp_path, ONE, [*ids, REPLACE, "weekly_review:creator:ana:keep"])
    write_report(tmp_path, TWO, [SPARK.format("p2")])
    return small_client(tmp_path, actions=acts)


def test_each_decision_is_counted_with_its_fate(client):
    rows = asked.asked(client, {"posts": POSTS, "flagged": FLAGGED}).set_index("decision")
    spark = dict(weeks=2, asked=4, again=3, done=2, done_hits=2, done_misses=0)
    assert rows.loc["spark"].to_dict() == {**spark, "open_hits": 0, "open_misses": 1}
    replace = dict(weeks=1, asked=1, again=1, done=0, done_hits=0, done_misses=0)
    assert rows.loc["replace"].to_dict() == {**replace, "open_hits": 1, "open_misses": 0}
    said = sentences.asked_then(rows.reset_index())
    assert said[0] == (
        "Spark: 4 times in 2 weeks (3 of them by the replay too); done 2: 2 of 2 that can be "
        "judged held; not done 2: 0 of 1 that can be judged held."
    )
    assert "was chosen" in said[-1]


def test_without_reports_there_is_nothing_to_look_back_on(tmp_path):
    client = small_client(tmp_path)
    rows = asked.asked(client, {"posts": POSTS, "flagged": FLAGGED})
    assert rows.empty
    assert "No report of these weeks stands" in sentences.asked_then(rows)[0]
