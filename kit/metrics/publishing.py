"""What was published: velocity, output against what was agreed, and the weeks of each creator."""

from datetime import date, timedelta
from typing import Any

import ibis
import pandas as pd

from kit.metrics.fetch import fetch, value
from kit.metrics.people import people
from kit.metrics.periods import Period, as_day, four_weeks, untiled, week
from kit.metrics.sales import counting_lines, holds_orders, spread, with_tier, within
from kit.metrics.shared import once
from kit.metrics.subjects import by_subject, figure_rows
from kit.metrics.traffic import video_stats
from kit.metrics.windowed import VIDEO_DATA, kept_windows

TIERS = pd.DataFrame({"subject_kind": "tier", "subject": ["1", "2", "3"]})


def publishing_figures(client: Any, as_of: date | str) -> pd.DataFrame:
    """`velocity` and `velocity_roster` of the week, `active_creators` of the 4 weeks.

    Of the program and of each tier, a tier without posts being 0; `n` is the posts.
    """
    who = people(client, as_of)
    roster = set(who.loc[who["on_roster"], "creator_id"])
    posts = with_tier(client.table("posts"), client, as_of)
    this_week, month = within(posts, week(as_of), "published_on"), four_weeks(as_of)
    by_roster = this_week.filter(this_week.creator_id.isin(sorted(roster)))
    return pd.concat(
        [
            _counted(client, "velocity", this_week, "posts", week(as_of)),
            _counted(client, "velocity_roster", by_roster, "posts", week(as_of)),
            _counted(
                client,
                "active_creators",
                within(posts, month, "published_on"),
                "creators",
                month,
            ),
        ]
    )


def _counted(client: Any, metric: str, posts: Any, column: str, period: Period) -> pd.DataFrame:
    found = by_subject(posts, ["program", "tier"], client.name, _post_measures)
    every = pd.concat([found[["subject_kind", "subject"]], TIERS]).drop_duplicates()
    rows = every.merge(found, on=["subject_kind", "subject"], how="left")
    counts = rows[["posts", "creators"]].astype("float64").fillna(0.0)
    return figure_rows(metric, rows, counts[column], period, n=counts["posts"])


def _post_measures(posts: Any) -> dict[str, Any]:
    return {"posts": posts.post_id.nunique(), "creators": posts.creator_id.nunique()}


def output(client: Any, as_of: date | str, period: Period) -> pd.DataFrame:
    """One row per creator with an agreement in the period: posts on its days, and posts agreed.

    Columns creator_id, tier, on_roster, posts, agreed_posts. A post counts on a day with an
    agreement in force; agreed is Σ posts_per_week × days of the agreement in the period ÷ 7.
    """
    spans = pd.DataFrame({"start": [period.start], "end": [period.end]})
    agreed = agreed_posts(client.frame("agreements"), spans).drop(columns="start")
    made = (
        posts_under_agreement(client, period).groupby("creator_id", as_index=False)["posts"].sum()
    )
    who = people(client, as_of)[["creator_id", "tier", "on_roster"]]
    rows = agreed.merge(made, on="creator_id", how="left").merge(who, on="creator_id", how="left")
    rows = rows.assign(posts=rows["posts"].fillna(0).astype("int64"))
    return rows[["creator_id", "tier", "on_roster", "posts", "agreed_posts"]]


def agreed_posts(agreements: pd.DataFrame, spans: pd.DataFrame) -> pd.DataFrame:
    """One row per creator and span that an agreement touches: the posts agreed for those days.

    `spans` has `start` and `end`, both ends included; an empty `valid_to` is open. Columns
    creator_id, start, agreed_posts.
    """
    rows = agreements[["creator_id", "valid_from", "valid_to", "posts_per_week"]].merge(
        spans.assign(start=pd.to_datetime(spans["start"]), end=pd.to_datetime(spans["end"])),
        how="cross",
    )
    first = rows[["valid_from", "start"]].max(axis=1)
    last = rows[["valid_to", "end"]].min(axis=1)
    days = (last - first).dt.days + 1
    rows = rows.assign(agreed_posts=rows["posts_per_week"].fillna(0) * days / 7)[days > 0]
    return rows.groupby(["creator_id", "start"], as_index=False)["agreed_posts"].sum()


@once
def posts_under_agreement(client: Any, period: Period) -> pd.DataFrame:
    """One row per creator and day of publishing: posts on days with an agreement in force.

    Columns creator_id, published_on, valid_from (of that agreement), posts.
    """
    posts = within(client.table("posts"), period, "published_on")
    deals = client.table("agreements").select("valid_from", "valid_to", party="creator_id")
    under = posts.inner_join(
        deals,
        [
            posts.creator_id == deals.party,
            posts.published_on >= deals.valid_from,
            deals.valid_to.isnull() | (posts.published_on <= deals.valid_to),
        ],
    )
    rows = under.group_by("creator_id", "published_on", "valid_from").agg(
        posts=under.post_id.nunique()
    )
    return fetch(rows.order_by("creator_id", "published_on"))


def output_figures(client: Any, as_of: date | str) -> pd.DataFrame:
    """`output_rate` of program, tiers and creators, for the week and the 4 weeks.

    Sum over sum; `n` is the agreed posts. Missing where nothing was agreed.
    """
    return pd.concat(
        _output_rate(client, as_of, period) for period in (week(as_of), four_weeks(as_of))
    )


def _output_rate(client: Any, as_of: date | str, period: Period) -> pd.DataFrame:
    rows = spread(output(client, as_of, period), client.name)
    sums = rows.groupby(["subject_kind", "subject"], as_index=False)[
        ["posts", "agreed_posts"]
    ].sum()
    if sums.empty:
        sums = pd.DataFrame(
            {"subject_kind": ["program"], "subject": [client.name], "posts": 0, "agreed_posts": 0.0}
        )
    agreed = sums["agreed_posts"].where(sums["agreed_posts"] > 0)
    note = agreed.isna().map({True: "nothing agreed", False: None})
    return figure_rows(
        "output_rate", sums, sums["posts"] / agreed, period, n=sums["agreed_posts"], note=note
    )


def creator_weeks(client: Any, as_of: date | str) -> pd.DataFrame:
    """One row per roster creator and ISO week, from joining to the week of `as_of`.

    `week` is its Monday; joining is `joined_on`, else the first post. Silent weeks are rows of 0.
    posts, agreed_posts (by days; of the running week up to `as_of`), gmv, net_revenue, orders
    (counting lines), views and clicks (video data; missing where no kept windows tile the week),
    complete (the week's Sunday is not after `as_of`). Sorted by creator and week.
    """
    weeks = _week_spans(client, as_of)
    who = people(client, as_of)
    roster = who[who["on_roster"] & who["joined"].notna()]
    grid = roster[["creator_id", "tier", "joined"]].merge(weeks, how="cross")
    grid = grid[grid["end"] >= grid["joined"]].drop(columns="joined")
    agreed = agreed_posts(client.frame("agreements"), weeks).rename(columns={"start": "week"})
    keys = ["creator_id", "week"]
    for facts in (_weekly_posts(client, as_of), agreed, _weekly_sales(client, as_of)):
        grid = grid.merge(facts, on=keys, how="left")
    filled = {name: grid[name].fillna(0) for name in _ZERO_WHERE_SILENT}
    grid = grid.assign(**filled).astype(dict.fromkeys(["posts", "orders"], "int64"))
    grid = _with_traffic(grid, _weekly_traffic(client, weeks), keys)
    return grid.sort_values(keys, ignore_index=True)[[*keys[:1], "tier", "week", *_WEEK_FACTS]]


_ZERO_WHERE_SILENT = ["posts", "agreed_posts", "gmv", "net_revenue", "orders"]
_WEEK_FACTS = [*_ZERO_WHERE_SILENT, "views", "clicks", "complete"]


def _week_spans(client: Any, as_of: date | str) -> pd.DataFrame:
    """One row per ISO week since the first post, line or joining: week, start, end, complete."""
    last = as_day(as_of)
    first = min([*_first_days(client, last), last])
    mondays = pd.date_range(first - timedelta(first.weekday()), last, freq="7D")
    ends = mondays + pd.Timedelta(days=6)
    return pd.DataFrame(
        {
            "week": mondays,
            "start": mondays,
            "end": ends.where(ends <= pd.Timestamp(last), pd.Timestamp(last)),
            "complete": ends <= pd.Timestamp(last),
        }
    ).astype({"week": "datetime64[us]", "start": "datetime64[us]", "end": "datetime64[us]"})


def _first_days(client: Any, last: date) -> list[date]:
    columns = [
        client.table("posts").published_on,
        counting_lines(client).day,
        client.table("creators").joined_on,
    ]
    firsts = [value(column.min()) for column in columns]
    return [as_day(first) for first in firsts if first is not None and as_day(first) <= last]


def _weekly_posts(client: Any, as_of: date | str) -> pd.DataFrame:
    posts = client.table("posts")
    posts = posts.filter(posts.published_on <= ibis.date(as_day(as_of)))
    rows = posts.group_by("creator_id", week=posts.published_on.truncate("W")).agg(
        posts=posts.post_id.nunique()
    )
    return _dated(fetch(rows))


def _weekly_sales(client: Any, as_of: date | str) -> pd.DataFrame:
    lines = counting_lines(client)
    lines = lines.filter(lines.day <= ibis.date(as_day(as_of)))
    rows = lines.group_by("creator_id", week=lines.day.truncate("W")).agg(
        gmv=lines.gmv.sum().cast("float64"),
        net_revenue=lines.net.sum().cast("float64"),
        orders=lines.order_id.nunique(),
    )
    return _dated(fetch(rows))


def _dated(rows: pd.DataFrame, column: str = "week") -> pd.DataFrame:
    return rows.assign(**{column: pd.to_datetime(rows[column]).astype("datetime64[us]")})


def _weekly_traffic(client: Any, weeks: pd.DataFrame) -> pd.DataFrame:
    """One row per creator and week that kept windows tile: views and clicks; `attrs["weeks"]`."""
    windows = kept_windows(client, VIDEO_DATA)
    spans = [Period(row.start.date(), row.end.date()) for row in weeks.itertuples(index=False)]
    tiled = [pd.Timestamp(span.start) for span in spans if untiled(windows, span) is None]
    stats = video_stats(client)
    rows = stats.group_by("creator_id", week=stats.window_start.truncate("W")).agg(
        views=stats.views.sum(), clicks=stats.clicks.sum()
    )
    found = _dated(fetch(rows))
    found = found[found["week"].isin(tiled)]
    found.attrs["weeks"] = tiled
    return found


def _with_traffic(grid: pd.DataFrame, traffic: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    joined = grid.merge(traffic, on=keys, how="left")
    tiled = joined["week"].isin(traffic.attrs["weeks"])
    absent = ~joined.set_index(keys).index.isin(traffic.set_index(keys).index)
    for name in ("views", "clicks"):
        counts = joined[name].astype("Int64")
        joined[name] = counts.mask(tiled.to_numpy() & absent, 0)
    return joined


_SOLD = ["gmv", "net_revenue", "orders", "post_gmv", "post_orders"]


def program_weeks(client: Any, as_of: date | str) -> pd.DataFrame:
    """One row per ISO week of the whole program, up to the week of `as_of`.

    week (its Monday), creators (who posted), posts, gmv, net_revenue, orders (counting lines),
    post_gmv and post_orders (those of lines with a post), views and clicks (missing where no kept
    windows tile the week), complete. The input of `kit.money.decompose`. Without affiliate orders
    what was sold is missing.
    """
    weeks = _week_spans(client, as_of)
    day = ibis.date(as_day(as_of))
    posts = client.table("posts")
    posts = posts.filter(posts.published_on <= day)
    made = posts.group_by(week=posts.published_on.truncate("W")).agg(
        creators=posts.creator_id.nunique(), posts=posts.post_id.nunique()
    )
    lines = counting_lines(client)
    lines = lines.filter(lines.day <= day)
    of_post = lines.post_id.isin(client.table("posts").post_id)
    sold = lines.group_by(week=lines.day.truncate("W")).agg(
        gmv=lines.gmv.sum().cast("float64"),
        net_revenue=lines.net.sum().cast("float64"),
        orders=lines.order_id.nunique(),
        post_gmv=lines.gmv.sum(where=of_post).cast("float64"),
        post_orders=lines.order_id.nunique(where=of_post),
    )
    rows = weeks
    for facts in (made, sold):
        rows = rows.merge(_dated(fetch(facts)), on="week", how="left")
    names = [name for name in rows if name not in ("week", "start", "end", "complete")]
    rows = rows.assign(**{name: rows[name].fillna(0) for name in names})
    if not holds_orders(client):
        rows = rows.assign(**dict.fromkeys(_SOLD, float("nan")))
    traffic = _weekly_traffic(client, weeks)
    sums = traffic.groupby("week", as_index=False)[["views", "clicks"]].sum()
    sums.attrs["weeks"] = traffic.attrs["weeks"]
    return _with_traffic(rows, sums, ["week"]).drop(columns=["start", "end"])
