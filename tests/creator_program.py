"""A steady program of a dozen creators, and ways to plant one cause of one verdict in it."""

from datetime import date, timedelta

from tests.small_client import small_client

AS_OF = date(2026, 5, 10)
FIRST = date(2025, 10, 13)
WEEKS = 30
HANDLES = ["ana", "bo", "cy", "di", "ed", "fay", "gus", "hal", "ida", "jo", "kim", "lou"]


def program(
    tmp_path,
    quiet=None,
    silent_weeks=6,
    weak=None,
    dull=None,
    star=None,
    flop=None,
    dear=None,
    **more,
):
    """A client of twelve tier-1 creators: two posts a week, 3% conversion, 40% hook, $20 orders.

    `quiet` stops posting, `weak` converts no click, `dull` holds 12% of views, `star` sells six
    orders a post and `flop` one in five (others two or three), `dear` is paid 25% for 15% agreed.
    `more` adds rows to tables by name.
    """
    tables = {"posts": [], "post_stats": [], "orders": [], "hooks": []}
    for place, handle in enumerate(HANDLES):
        for week in range(WEEKS):
            if handle == quiet and week >= WEEKS - silent_weeks:
                continue
            for day in (1, 3):
                _add_post(tables, handle, place, week, day, weak, dull, star, flop, dear)
    tables["creators"] = [
        {"creator_id": handle, "joined_on": FIRST, "followers": 20_000} for handle in HANDLES
    ]
    tables["agreements"] = [
        {"creator_id": handle, "valid_from": FIRST, "posts_per_week": 2, "commission_rate": 0.15}
        for handle in HANDLES
    ]
    for name, rows in more.items():
        tables[name] = tables.get(name, []) + rows
    return small_client(tmp_path, **tables)


def _add_post(tables, handle, place, week, day, weak, dull, star, flop, dear):
    monday = FIRST + timedelta(7 * week)
    on = monday + timedelta(day)
    post = f"{handle}{week:02d}{day}"
    tables["posts"].append({"post_id": post, "creator_id": handle, "published_on": on})
    clicks, views = 150 + 10 * ((place + week) % 5), 2000 + 100 * place
    orders = round(clicks * (0.002 if handle == weak else 0.03))
    tables["post_stats"].append(
        {
            "post_id": post,
            "creator_id": handle,
            "window_start": monday,
            "window_end": monday + timedelta(6),
            "views": views,
            "impressions": views,
            "clicks": clicks,
            "orders": orders,
            "gmv": 20.0 * orders,
        }
    )
    if week >= WEEKS - 4:
        held = 0.12 if handle == dull else 0.40 + 0.02 * ((week + day) % 3)
        tables["hooks"].append(
            {"post_id": post, "views": 1000, "held_views": int(1000 * held), "seen_on": AS_OF}
        )
    sold = 2 + (place + week + day) % 2
    if handle == star:
        sold = 6
    if handle == flop:
        sold = 1 if (week + day) % 5 == 0 else 0
    rate = 0.25 if handle == dear else 0.15
    for number in range(sold):
        tables["orders"].append(
            {
                "order_id": f"{post}-{number}",
                "post_id": post,
                "creator_id": handle,
                "ordered_at": f"{on}T20:0{number}:00Z",
                "gmv": 20.0,
                "standard_commission_rate": rate,
                "commission_base_actual": 20.0,
                "standard_commission_actual": round(20.0 * rate, 2),
            }
        )
