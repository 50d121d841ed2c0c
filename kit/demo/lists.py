"""The sample's windowed lists: creator data, video data and LIVE list, and when they come."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from pathlib import Path

from kit.demo import ads
from kit.demo.posts import Post
from kit.demo.sales import Line, Order
from kit.demo.samples import Sample
from kit.demo.sheets import dollars, percent, write_xlsx
from kit.demo.states import Download
from kit.demo.story import Creator, stream, week_start
from kit.demo.windows import (
    Sums,
    Window,
    listed_videos,
    paid_lines,
    printed_handle,
    sums,
    traffic,
    window_of,
)

RENAMED_ON = date(2026, 4, 8)


FULL_AGAIN_ON = date(2026, 5, 13)


MONTHLY = (21, 24)  # first and last week of the monthly video list


AGAIN = {27: 24}  # download week -> the week of lists downloaded once more


COPIED_WEEK = 22


CREATOR_COLUMNS = (
    "Creator name|{who}-attributed GMV|{who} LIVE-attributed GMV|{who} video-attributed GMV|"
    "Refunds|Attributed orders|{who}-attributed items sold|Items refunded|AOV|"
    "Affiliate product card-attributed GMV|CTOR|LIVE streams|Videos|Total sample content|"
    "Samples shipped|Products added to showcase|CTR|Product impressions|Video views|Customers|"
    "Products sold|Est. commission|Est. flat fee"
)


VIDEO_COLUMNS = (
    "Video title|Video ID|Post date|Video link|Creator name|Product ID|"
    "{who} video-attributed GMV|Video-attributed orders|AOV|Video-attributed items sold|Refunds|"
    "Items refunded|Likes|Comments|Shares|Video product impressions|Video product clicks|"
    "Completion rate|Video views|CTR|Video GPM|Engagement|Avg. GMV per customer|"
    "Est. commission|Est. flat fee"
)


LIVE_COLUMNS = (
    "LIVE title|LIVE ID|LIVE start time|LIVE end time|Creator name|Product name|Product ID|"
    "{who} LIVE-attributed GMV|LIVE-attributed items sold|Refunds|Items refunded|"
    "LIVE-attributed orders|AOV|Est. commission"
)


def write_lists(
    folder: Path,
    download: Download,
    seed: int,
    people: list[Creator],
    posts: list[Post],
    orders: list[Order],
    samples: list[Sample],
) -> None:
    """The lists of one Wednesday: the week's, and now and then a month or a week once more."""
    week = window_of(download.week, download.at)
    _three(folder, week, seed, people, posts, orders, samples)
    if download.week == MONTHLY[1]:
        month = Window(week_start(MONTHLY[0]), download.last_day, download.at)
        _write(folder, "Video", month, video_rows(seed, month, posts, orders))
    if download.week in AGAIN:
        again = window_of(AGAIN[download.week], download.at)
        _three(folder, again, seed, people, posts, orders, samples)
    if download.week >= ads.ADS_FROM_WEEK:
        name = f"creative data for product campaigns {week.first} 00 ~ {week.last} 23.xlsx"
        rows = ads.ads_rows(seed, week, posts, orders)
        table = [ads.ADS_COLUMNS.split("|"), *rows]
        write_xlsx(folder / name, table, download.at, "Data")


def _three(
    folder: Path,
    window: Window,
    seed: int,
    people: list[Creator],
    posts: list[Post],
    orders: list[Order],
    samples: list[Sample],
) -> None:
    rows = creator_rows(seed, window, people, posts, orders, samples)
    _write(folder, "Creator", window, rows)
    _write(folder, "Video", window, video_rows(seed, window, posts, orders))
    _write(folder, "Live", window, live_rows(window, posts, orders))
    if window.first == week_start(COPIED_WEEK):
        _write(folder, "Live", window, live_rows(window, posts, orders), " (1)")


def _write(folder: Path, kind: str, window: Window, rows: list[list[str]], mark: str = "") -> None:
    """Header row, the row of definitions, then the data."""
    columns = _columns(kind, window.at.date())
    words = [f"In words: what the platform counts under {column}." for column in columns]
    path = folder / f"Transaction_Analysis_{kind}_List_{window.name}{mark}.xlsx"
    write_xlsx(path, [columns, words, *rows], window.at)


def _columns(kind: str, day: date) -> list[str]:
    """Header names of the day: `Affiliate` until April 2026, `Creator` since."""
    text = {"Creator": CREATOR_COLUMNS, "Video": VIDEO_COLUMNS, "Live": LIVE_COLUMNS}[kind]
    columns = text.format(who="Affiliate" if day < RENAMED_ON else "Creator").split("|")
    if kind == "Live":
        columns = [c.replace("Affiliate LIVE", "Creator LIVE") for c in columns]
    if kind == "Video" and day < RENAMED_ON:
        columns.insert(5, "Product name")
    if kind == "Creator" and _spring(day):
        columns = [c for c in columns if c not in ("Customers", "Products sold")]
        place = columns.index("Products added to showcase")
        columns[place] = "Avg.daily products added to showcase"
    return columns


def _spring(day: date) -> bool:
    return RENAMED_ON <= day < FULL_AGAIN_ON


def video_rows(
    seed: int, window: Window, posts: list[Post], orders: list[Order]
) -> list[list[str]]:
    """One row per video of the window."""
    lines = paid_lines(orders, window)
    by_post: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        if line.post and line.content_type == "Video":
            by_post[line.post.post_id].append(line)
    rows = []
    for post in listed_videos(window, posts, lines):
        money = sums(by_post[post.post_id], window.at)
        rows.append(_video_row(seed, window, post, money))
    return rows


def _video_row(seed: int, window: Window, post: Post, money: Sums) -> list[str]:
    views, shown, clicks = traffic(post, window)
    chance = stream(seed, "likes", post.post_id, window.first)
    likes = int(views * chance.uniform(0.01, 0.05))
    comments, shares = likes // chance.randint(14, 40), likes // chance.randint(9, 30)
    day = window.at.date()
    gone = post.gone_from is not None and day >= post.gone_from
    handle = printed_handle(post.creator, day)
    fee = _post_fee(post, window)
    row = [
        "--" if gone else post.caption,
        post.post_id,
        "--" if gone else str(post.published_on),
        "--" if gone else f"https://www.tiktok.com/@{handle}/video/{post.post_id}",
        handle,
        "--" if gone else ",".join(product.product_id for product in post.products),
        dollars(money.gmv),
        f"{money.orders:,}",
        dollars(money.gmv // money.orders) if money.orders else "--",
        f"{money.items:,}",
        dollars(money.refunds),
        f"{money.items_refunded:,}",
        f"{likes:,}",
        f"{comments:,}",
        f"{shares:,}",
        f"{shown:,}",
        f"{clicks:,}",
        percent(chance.uniform(0.05, 0.16), 1) if views else "--",
        f"{views:,}",
        percent(clicks, shown),
        dollars(money.gmv * 1000 // views) if views else "$0.00",
        percent(likes + comments + shares, views),
        dollars(money.gmv // money.buyers) if money.buyers else "--",
        dollars(money.commission),
        dollars(fee) if fee else "--",
    ]
    if day < RENAMED_ON:
        row.insert(5, "--" if gone else ", ".join(product.name for product in post.products))
    return row


def _post_fee(post: Post, window: Window) -> int:
    agreement = post.creator.agreement(post.published_on)
    if agreement and agreement.fee_per == "post" and window.holds(post.published_on):
        return agreement.flat_fee
    return 0


def live_rows(window: Window, posts: list[Post], orders: list[Order]) -> list[list[str]]:
    """One row per LIVE that began in the window."""
    lines = paid_lines(orders, window)
    rows = []
    for live in posts:
        if live.kind != "live" or not window.holds(live.published_on):
            continue
        money = sums([line for line in lines if line.post is live], window.at)
        rows.append(
            [
                live.caption,
                live.post_id,
                f"{live.published_at:%Y-%m-%d %H:%M:%S}",
                f"{live.ended_at:%Y-%m-%d %H:%M:%S}",
                printed_handle(live.creator, window.at.date()),
                ", ".join(product.name for product in live.products),
                ",".join(product.product_id for product in live.products),
                dollars(money.gmv),
                f"{money.items}",
                dollars(money.refunds),
                f"{money.items_refunded}",
                f"{money.orders}",
                dollars(money.gmv // money.orders) if money.orders else "--",
                dollars(money.commission),
            ]
        )
    return rows


def creator_rows(
    seed: int,
    window: Window,
    people: list[Creator],
    posts: list[Post],
    orders: list[Order],
    samples: list[Sample],
) -> list[list[str]]:
    """One row per creator known to the shop by then, best sellers first; zeros kept."""
    lines: dict[str, list[Line]] = defaultdict(list)
    for line in paid_lines(orders, window):
        assert line.creator
        lines[line.creator.handle].append(line)
    videos: dict[str, list[Post]] = defaultdict(list)
    for post in posts:
        videos[post.creator.handle].append(post)
    known = [person for person in people if person.joined_on <= window.last]
    known.sort(key=lambda p: (-sum(line.gmv for line in lines[p.handle]), p.handle))
    shipped: dict[str, int] = defaultdict(int)
    for sample in samples:
        if sample.shipped_on and window.holds(sample.shipped_on):
            shipped[sample.creator.handle] += 1
    return [
        _creator_row(seed, window, p, videos[p.handle], lines[p.handle], shipped[p.handle])
        for p in known
    ]


def _creator_row(
    seed: int, window: Window, person: Creator, posts: list[Post], lines: list[Line], shipped: int
) -> list[str]:
    day = window.at.date()
    parts = {
        kind: sum(line.gmv for line in lines if line.content_type == kind)
        for kind in ("Livestream", "Video", "Showcase")
    }
    money = sums(lines, window.at)
    seen = [traffic(post, window) for post in posts if post.kind == "video"]
    views, shown, clicks = (
        (sum(column) for column in zip(*seen, strict=True)) if seen else (0, 0, 0)
    )
    fresh = [post for post in posts if window.holds(post.published_on)]
    fee = sum(_post_fee(post, window) for post in fresh)
    added = stream(seed, "showcase", person.handle, window.first).choice((0, 0, 0, 1, 2))
    row = [
        ("@" if day.month == 12 else "") + printed_handle(person, day),
        dollars(money.gmv),
        dollars(parts["Livestream"]),
        dollars(parts["Video"]),
        dollars(money.refunds),
        f"{money.orders:,}",
        f"{money.items:,}",
        f"{money.items_refunded:,}",
        dollars(money.gmv // money.orders) if money.orders else "--",
        dollars(parts["Showcase"]),
        percent(money.orders, clicks),
        str(sum(post.kind == "live" for post in fresh)),
        str(sum(post.kind == "video" for post in fresh)),
        str(len(fresh)),
        str(shipped),
        f"{added / 7:.2f}" if _spring(day) else str(added),
        percent(clicks, shown),
        f"{shown:,}",
        f"{views:,}",
        f"{money.buyers:,}",
        str(money.products),
        dollars(money.commission),
        dollars(fee) if fee else "--",
    ]
    return row[:19] + row[21:] if _spring(day) else row
