"""Downloads that repeat, overlap and come late: every line and every day counts once.

What each line and each day truly sold is drawn first; the downloads are looks at it. The expected
sums are added up from the truth, never by the rules under test.
"""

import tempfile
from datetime import date, datetime, timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from kit import client as clients
from kit.ingest import ingest
from tests import tiny

START = datetime(2026, 6, 1, 9).timestamp()
DAY = 86_400
LIFE = ["Unpaid", "Pending", "Completed", "Settled"]  # what a line goes through, in this order
CODES = {word: word.lower() for word in LIFE}
MONDAY = date(2026, 5, 4)


def order(number):
    return f"57990000000000{number:05d}"


lines = st.integers(0, 7)
looks = st.lists(st.sets(lines, min_size=1), min_size=1, max_size=5)
ages = st.lists(st.integers(0, 3), min_size=8, max_size=8)


@settings(max_examples=10)
@given(looks, ages, st.randoms(use_true_random=False))
def test_a_line_of_many_downloads_counts_once_in_its_last_state(looks, ages, random):
    """Download k shows each of its lines k states further than the line began."""
    with tempfile.TemporaryDirectory() as place:
        folder = tiny.client(Path(place), {})
        newest = {}
        files = []
        for k, shown in enumerate(looks):
            for line in shown:
                newest[line] = LIFE[min(ages[line] + k, 3)]
            rows = [
                {
                    "order": order(line),
                    "gmv": f"{10 + line}.25",
                    "base_est": f"{10 + line}.25",
                    "std_est": f"{0.15 * (10.25 + line):.2f}",
                    "status": LIFE[min(ages[line] + k, 3)],
                    "paid": "" if ages[line] + k == 0 else "20/04/2026 12:01:00",
                }
                for line in sorted(shown)
            ]
            files.append((f"{random.randrange(10**6)}.csv", rows, START + k * DAY))
        random.shuffle(files)
        for name, rows, at in files:
            path = folder / "exports" / name
            tiny.write(path, tiny.export(tiny.AFFILIATE, *rows), at=at)
            if random.random() < 0.3:  # the same download under a second name
                tiny.write(
                    path.with_name("copy " + name), tiny.export(tiny.AFFILIATE, *rows), at=at
                )
            if random.random() < 0.3:
                ingest("acme", place)
        orders = clients.open("acme", place).orders.set_index("order_id")
    expected = {order(line): CODES[status] for line, status in newest.items()}
    assert orders["status"].to_dict() == expected
    counting = sum(10.25 + line for line, status in newest.items() if status != "Unpaid")
    assert round(orders.loc[orders["counts"].astype(bool), "gmv"].sum(), 2) == round(counting, 2)


spans = st.sampled_from([(week, 7) for week in range(4)] + [(0, 28), (0, 14), (2, 14)])


@settings(max_examples=15)
@given(
    st.lists(spans, min_size=1, max_size=7),
    st.lists(st.integers(0, 90), min_size=28, max_size=28),
    st.randoms(use_true_random=False),
)
def test_windows_of_any_length_add_up_to_the_days_they_cover(spans, sold, random):
    """A post sold `sold[d]` on day d; each window shows the sum of its days, some twice, late."""
    with tempfile.TemporaryDirectory() as place:
        folder = tiny.client(Path(place), {})
        covered, weekly = set(), set()
        for k, (week, days) in enumerate(spans):
            first = week * 7
            covered |= set(range(first, first + days))
            weekly |= {week} if days == 7 else set()
            gmv = sum(sold[first : first + days])
            begin, end = MONDAY + timedelta(first), MONDAY + timedelta(first + days - 1)
            name = f"Video_{begin:%Y%m%d}-{end:%Y%m%d} ({k}).csv"
            row = {"gmv": f"${gmv}.00", "orders": str(gmv), "clicks": str(gmv * 9 + 1)}
            at = START + random.randrange(20) * DAY
            tiny.write(folder / "exports" / name, tiny.export(tiny.VIDEO, row), at=at)
        client = clients.open("acme", place)
        rows, offered = client.post_stats, client.frame("windows")
    days = [
        (day - MONDAY).days
        for row in rows.itertuples()
        for day in (
            row.window_start.date() + timedelta(n)
            for n in range((row.window_end - row.window_start).days + 1)
        )
    ]
    assert len(days) == len(set(days))  # no day stands in two kept windows
    assert set(days) <= covered
    assert rows["gmv"].sum() == sum(sold[day] for day in days)
    kept_weeks = {
        (r.window_start.date() - MONDAY).days // 7
        for r in rows.itertuples()
        if (r.window_end - r.window_start).days == 6
    }
    assert weekly <= kept_weeks  # the finest that tile
    out = offered[~offered["kept"]]
    assert out["why"].notna().all()
    assert len(offered) == len(set(spans))
