"""The loop closed: a month's briefs followed to orders, and what was believed then and now."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

import kit
from kit import briefs, loop, sentences
from kit.backtest import past
from tests.small_client import small_client

DAY = date(2026, 5, 10)
NEXT = pd.DataFrame([("social_proof", "p1")] * 2, columns=loop.KEYS)


@pytest.mark.parametrize(
    ("day", "start", "end"),
    [
        ("2026-05-10", "2026-04-01", "2026-04-30"),
        ("2026-05-31", "2026-05-01", "2026-05-31"),
        ("2026-03-30", "2026-02-01", "2026-02-28"),
        ("2026-01-01", "2025-12-01", "2025-12-31"),
    ],
)
def test_the_month_is_the_last_that_has_ended(day, start, end):
    month = loop.last_month(day)
    assert (month.start, month.end) == (date.fromisoformat(start), date.fromisoformat(end))


def brief(number, sent_on, angle="social_proof"):
    return {"brief_id": f"B{number}", "creator_id": "mia", "product_id": "p1", "hook_angle": angle,
            "sent_on": sent_on}  # fmt: skip


def a_client(folder):
    """Four briefs of April, one of March; three posts, one of them an ad, in six whole weeks."""
    mondays = [pd.Timestamp("2026-03-30") + pd.Timedelta(weeks=n) for n in range(6)]
    post = {"hook_angle": "social_proof", "published_on": "2026-04-08"}
    posts = [
        {"post_id": "v1", "creator_id": "mia", "brief_id": "B1", **post},
        {"post_id": "v2", "creator_id": "mia", "brief_id": "B1", **post},
        {"post_id": "v3", "creator_id": "zoe", "brief_id": "B2", **post},
        {"post_id": "v4", "creator_id": "zoe", "brief_id": "B0", **post},
        {"post_id": "v5", "creator_id": "zoe", "brief_id": "B3", **post,
         "published_on": "2026-05-11"},
    ]  # fmt: skip
    stats = [
        {"post_id": name, "creator_id": who, "window_start": monday,
         "window_end": monday + pd.Timedelta(days=6), "clicks": clicks, "orders": orders}
        for name, who, clicks, orders in (
            ("v1", "mia", 100, 3), ("v2", "mia", 50, 1), ("v3", "zoe", 10, 0), ("v4", "zoe", 99, 9)
        )
        for monday in mondays[1:3]
    ] + [
        {"post_id": "v4", "creator_id": "zoe", "window_start": monday,
         "window_end": monday + pd.Timedelta(days=6), "clicks": 1, "orders": 0}
        for monday in (mondays[0], *mondays[3:])
    ]  # fmt: skip
    week = {"window_start": "2026-04-20", "window_end": "2026-04-26", "currency": "USD"}
    ads = [{"post_id": "v2", "spend": 30.0, **week}, {"post_id": "v4", "spend": 9.0, **week}]
    sent = [brief(0, "2026-03-31"), brief(1, "2026-04-01"), brief(2, "2026-04-30"),
            brief(3, "2026-04-30"), brief(4, "2026-04-10", "curiosity_gap")]  # fmt: skip
    return small_client(folder, briefs=sent, posts=posts, post_stats=stats, ad_stats=ads)


@pytest.fixture(scope="module")
def closed(tmp_path_factory):
    client = a_client(tmp_path_factory.mktemp("loop"))
    return loop.loop(client, DAY, briefs.evidence(client, DAY), NEXT)


def test_the_steps_of_a_month_by_hand(closed):
    value = closed.steps.set_index("step")["value"].to_dict()
    assert value == {
        "briefs": 4, "answered": 2, "posts": 3, "clicks": 2 * 160, "orders": 2 * 4, "boosted": 1,
        "proven": 0, "next_briefs": 2,
    }  # fmt: skip
    rate = closed.steps.set_index("step")["rate"]
    assert rate["answered"] == pytest.approx(2 / 4)
    assert rate["orders"] == pytest.approx(8 / 320)
    # two creators are too few to tell how far creators differ
    assert closed.steps.set_index("step").loc["orders", ["ci_low", "ci_high"]].isna().all()


def test_a_pair_that_was_not_tried_or_briefed_stands_all_the_same(closed):
    pairs = closed.pairs.set_index("hook_angle")
    proof, gap = pairs.loc["social_proof"], pairs.loc["curiosity_gap"]
    assert (proof["briefs"], proof["answered"], proof["posts"], proof["spend"]) == (3, 2, 3, 30)
    assert (gap["briefs"], gap["answered"], gap["posts"]) == (1, 0, 0)
    assert np.isnan(gap["clicks"])
    assert (proof["next_briefs"], gap["next_briefs"]) == (2, 0)


def test_without_downloads_of_then_what_was_believed_is_not_made_up(closed):
    assert closed.month.iloc[0]["why"] == loop.NOT_KEPT
    assert closed.pairs["rate_then"].isna().all()
    assert set(closed.pairs["learnt"]) == {"what was believed then is not known"}
    said = sentences.closed_loop(closed.steps, closed.pairs, closed.month.iloc[0])
    assert said[0] == (
        "Of 4 briefs sent in April 2026, 2 led to 3 posts, whose 320 clicks brought 8 orders "
        "(2.50%); one of them ran as an ad."
    )
    assert said[1].startswith("No download of before the month is kept")


def test_the_interval_of_a_ratio_lets_creators_differ():
    """By hand: 5 creators, 100 clicks each, 1 2 3 4 5 orders; rate 0.03, residuals -2 … 2.

    Variance 5/4 × 10 ÷ 500² = 5e-5, error 0.00707; t(0.95, 4) = 2.1318; on the log scale
    ± 2.1318 × 0.00707 ÷ 0.03 = ± 0.50247, so 0.03 × exp(∓0.50247).
    """
    posts = pd.DataFrame(
        {"creator_id": list("abcde"), "clicks": [100.0] * 5, "orders": [1.0, 2, 3, 4, 5]}
    )
    assert loop.pooled(posts) == pytest.approx((0.03, 0.018151, 0.049585), abs=2e-6)
    assert loop.pooled(posts.sample(frac=1, random_state=1)) == pytest.approx(loop.pooled(posts))
    assert np.isnan(loop.pooled(posts.assign(clicks=0.0))[0])


def row(believed, now, **more):
    """A pair of the month as `_learnt` reads it."""
    rest = {"briefs": 1, "posts": 1, "low_then": 0.01, "high_then": 0.04, "low_now": 0.01,
            "high_now": 0.03}  # fmt: skip
    return pd.DataFrame([{"believed": believed, "believed_now": now, **rest, **more}]).iloc[0]


BETTER = loop.SETTLED["use"]


@pytest.mark.parametrize(
    ("before", "now", "more", "said"),
    [
        ("open", BETTER, {}, "now proven: works better here"),
        (BETTER, BETTER, {}, "it held"),
        (BETTER, "open", {}, "no longer proven by the last four weeks"),
        ("open", "open", {}, "still open, better known"),
        ("open", "open", {"high_now": 0.05}, "still open"),
        ("open", "open", {"posts": 0}, "still open, and not tried"),
        ("nothing", "nothing", {"briefs": 0}, "not tried yet"),
        ("nothing", "nothing", {}, "no clicks yet"),
        ("nothing", "open", {}, "first clicks"),
        ("open", "nothing", {}, "nobody clicked in the last four weeks"),
    ],
)
def test_what_a_month_taught_of_a_pair(before, now, more, said):
    assert loop._learnt(row(before, now, **more)) == said


def test_what_the_sample_believed_is_what_its_downloads_of_then_say():
    """Independently: the pooled counts of the video lists downloaded by 1 April, added by hand."""
    client = kit.open("sample")
    known = briefs.evidence(client, DAY)
    made = loop.loop(client, DAY, known, NEXT.iloc[:0])
    month = made.month.iloc[0]
    assert (month["then_on"], month["why"]) == (date(2026, 3, 29), "")
    before = past.History(client).on(date(2026, 4, 1))
    stats = before.frame("post_stats")
    held = stats[stats["window_start"].between("2026-03-02", "2026-03-23")]
    posts = before.frame("posts").set_index("post_id")
    one = posts[posts["product_ids"].map(len).eq(1) & posts["hook_angle"].notna()]
    own = held[held["post_id"].isin(one.index)]
    clicks = own.groupby(
        [own["post_id"].map(one["hook_angle"]), own["post_id"].map(one["product_ids"].str[0])]
    )["clicks"].sum()
    then = made.pairs.set_index(loop.KEYS)["clicks_then"]
    assert then.dropna().to_dict() == clicks[clicks > 0].astype(float).to_dict()
    now = made.pairs.set_index(loop.KEYS)["clicks_now"]
    assert now.to_dict() == known.cells.set_index(loop.KEYS)["clicks"].to_dict()
    sent = client.briefs[client.briefs["sent_on"].between("2026-04-01", "2026-04-30")]
    assert made.pairs["briefs"].sum() == len(sent)
