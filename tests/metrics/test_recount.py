"""Every figure of a random client counted again in plain pandas, from its tables alone."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from kit import metrics, results
from tests.small_client import small_client

AS_OF = pd.Timestamp("2026-05-07")  # a Thursday: the running week is short
ZONE = "America/Los_Angeles"
MONDAY, FOUR = pd.Timestamp("2026-05-04"), pd.Timestamp("2026-04-10")
FIRST, LAST = AS_OF - pd.Timedelta(days=83), AS_OF - pd.Timedelta(days=13)


def random_client(folder, seed):
    """40 creators, 300 posts, 900 order lines, daily video data: everything drawn at random."""
    draw = np.random.default_rng(seed)
    days = pd.date_range("2025-10-01", "2026-05-12")

    def some(values, size, p=None):
        return [values[i] for i in draw.choice(len(values), size=size, p=p)]

    names = [f"c{i}" for i in range(40)]
    creators = [
        {
            "creator_id": name,
            "followers": None if i % 13 == 0 else int(10 ** draw.uniform(3, 6)),
            "tier_given": 3 if i % 11 == 0 else None,
            "status": "left" if i % 7 == 0 else "active",
        }
        for i, name in enumerate(names)
    ]
    posts = [
        {
            "post_id": f"v{i}",
            "creator_id": some(names, 1)[0],
            "published_on": None if i % 29 == 0 else some(days, 1)[0],
            "product_ids": some(["p1", "p2", "p3"], 1) + (["p4"] if i % 3 == 0 else []),
            "hook_angle": some(["social_proof", "curiosity_gap", None], 1)[0],
            "kind": "live" if i % 17 == 0 else "video",
        }
        for i in range(300)
    ]
    orders = []
    for i in range(900):
        gmv = round(float(draw.gamma(2, 15)), 2)
        refund = gmv if i % 19 == 0 else round(gmv / 3, 2) if i % 23 == 0 else 0.0
        post = some(posts, 1)[0]
        orders.append(
            {
                "order_id": f"o{i // 2 if i % 5 == 0 else i}",
                "sku_id": f"s{i}",
                "product_id": some(["p1", "p2", "p3", "p4"], 1)[0],
                "creator_id": post["creator_id"],
                "post_id": post["post_id"] if i % 4 else None,
                "ordered_at": some(days, 1)[0].tz_localize("UTC")
                + pd.Timedelta(minutes=int(draw.integers(1440))),
                "counts": bool(i % 10),
                "gmv": gmv,
                "refunded_amount": refund,
                "standard_commission_estimated": round(gmv * 0.15, 2),
                "standard_commission_actual": round(gmv * 0.14, 2) if i % 2 else None,
                "shop_ads_commission_actual": 0.5 if i % 31 == 0 else None,
            }
        )
    stats = [
        {
            "post_id": post["post_id"],
            "creator_id": post["creator_id"],
            "window_start": day,
            "window_end": day,
            "views": int(draw.integers(0, 500)),
            "clicks": None if draw.random() < 0.1 else int(draw.integers(0, 20)),
            "orders": int(draw.integers(0, 3)),
        }
        for day in pd.date_range("2026-04-01", "2026-05-12")
        for post in some(posts, 25)
    ]
    stats = pd.DataFrame(stats).drop_duplicates(["post_id", "window_start"]).to_dict("records")
    hooks = [
        {
            "post_id": f"v{i}",
            "views": 100 + i,
            "held_views": 20 + i % 60,
            "seen_on": some(days[-60:], 1)[0],
            "source": "ad" if i % 9 == 0 else "creator",
            "window_s": 2 if i % 10 == 0 else 3,
        }
        for i in range(80)
    ]
    shop = [
        {
            "order_id": f"o{i}",
            "buyer_key": f"b{int(draw.integers(150))}",
            "ordered_at": next(
                (o["ordered_at"] for o in orders if o["order_id"] == f"o{i}"),
                some(days, 1)[0].tz_localize("UTC"),
            ),
            "status": "cancelled" if i % 12 == 0 else "completed",
            "is_sample": i % 25 == 0,
        }
        for i in range(1000)
    ]
    agreements = [
        {
            "creator_id": name,
            "valid_from": days[int(draw.integers(150, 215))],
            "valid_to": None if i % 2 else days[int(draw.integers(216, 223))],
            "posts_per_week": float(draw.integers(1, 5)),
            "flat_fee": 50.0 if i % 3 == 0 else None,
            "fee_per": "month" if i % 3 == 0 else None,
        }
        for i, name in enumerate(names[:30])
    ]
    samples = [
        {
            "sample_id": f"x{i}",
            "creator_id": names[i],
            "unit_cost": 4.25,
            "shipping_cost": 1.1,
            "shipped_on": some(days, 1)[0],
        }
        for i in range(35)
    ]
    return small_client(
        folder,
        creators=creators,
        posts=posts,
        orders=orders,
        post_stats=stats,
        hooks=hooks,
        shop_orders=shop,
        agreements=agreements,
        samples=samples,
    )


def tiers(client):
    rows = client.creators
    band = pd.cut(rows["followers"].astype(float), [0, 1e5, 5e5, np.inf], right=False, labels=False)
    tier = rows["tier_given"].astype(float).fillna(band + 1)
    return dict(zip(rows["creator_id"], tier, strict=True))


def spread(rows, client, kinds):
    """The rows once for each subject they belong to."""
    tier = rows["creator_id"].map(tiers(client))
    keys = {
        "program": pd.Series("small", index=rows.index),
        "tier": tier.map(lambda t: f"{t:.0f}", na_action="ignore"),
        "creator": rows["creator_id"],
        "post": rows.get("post_id"),
        "product": rows.get("product_id"),
        "hook_angle": rows.get("hook_angle"),
    }
    parts = [rows.assign(kind=kind, subject=keys[kind])[keys[kind].notna()] for kind in kinds]
    return pd.concat(parts).groupby(["kind", "subject"])


@pytest.fixture(scope="module", params=[1, 2])
def counted(request, tmp_path_factory):
    client = random_client(tmp_path_factory.mktemp("random"), request.param)
    rows = results.figures("weekly_review", metrics.figures(client, AS_OF.date()))
    return client, rows


def held(rows, metric, start, column="value", kinds=None):
    own = rows[(rows["metric"] == metric) & (rows["period_start"] == start.date())]
    if kinds:
        own = own[own["subject_kind"].isin(kinds)]
    series = own.set_index(["subject_kind", "subject"])[column].dropna().sort_index()
    return series.rename_axis(["kind", "subject"]).astype(float)


def same(found, expected, places=9):
    expected = expected.astype(float).dropna().sort_index()
    expected = expected[expected.index.isin(found.index) | (expected != 0)]
    found = found[found.index.isin(expected.index) | (found != 0)]
    pd.testing.assert_series_equal(
        found, expected, check_names=False, rtol=10**-places, check_index_type=False
    )
    assert len(found) > 2


def lines(client, start, end):
    rows = client.orders
    day = rows["ordered_at"].dt.tz_convert(ZONE).dt.tz_localize(None).dt.normalize()
    angle = rows["post_id"].map(client.posts.set_index("post_id")["hook_angle"])
    rows = rows.assign(day=day, hook_angle=angle, net=rows["gmv"] - rows["refunded_amount"])
    return rows[rows["counts"].astype(bool) & day.between(start, end)]


@pytest.mark.parametrize("start", [MONDAY, FOUR])
def test_sales(counted, start):
    client, rows = counted
    kinds = ["program", "tier", "creator", "product", "hook_angle"]
    groups = spread(lines(client, start, AS_OF), client, kinds)
    same(held(rows, "gmv", start), groups["gmv"].sum().round(2))
    same(held(rows, "net_revenue", start), groups["net"].sum().round(2))
    same(held(rows, "orders", start), groups["order_id"].nunique())
    same(held(rows, "gmv", start, "n"), groups.size())


@pytest.mark.parametrize("start", [MONDAY, FOUR])
def test_traffic(counted, start):
    client, rows = counted
    stats, posts = client.post_stats, client.posts.set_index("post_id")
    stats = stats[stats["window_start"].between(start, AS_OF)]
    single = posts["product_ids"].map(lambda ids: ids[0] if len(ids) == 1 else None)
    stats = stats.assign(
        hook_angle=stats["post_id"].map(posts["hook_angle"]),
        product_id=stats["post_id"].map(single),
    )
    kinds = ["program", "tier", "creator", "post"]
    same(held(rows, "views", start), spread(stats, client, kinds)["views"].sum())
    clicked = stats[stats["clicks"].notna()]
    same(held(rows, "clicks", start), spread(clicked, client, kinds)["clicks"].sum())
    sums = spread(clicked, client, [*kinds, "product", "hook_angle"])[["orders", "clicks"]].sum()
    rate = sums["orders"].astype(float) / sums["clicks"].astype(float).replace(0, np.nan)
    same(held(rows, "conversion_rate", start), rate)


@pytest.mark.parametrize("start", [MONDAY, FOUR])
def test_output_and_velocity(counted, start):
    client, rows = counted
    made, due = {}, {}
    span = pd.date_range(start, AS_OF)
    for deal in client.agreements.itertuples():
        days = [
            day
            for day in span
            if deal.valid_from <= day and (pd.isna(deal.valid_to) or day <= deal.valid_to)
        ]
        own = client.posts[client.posts["creator_id"] == deal.creator_id]
        made[deal.creator_id] = int(own["published_on"].isin(days).sum())
        due[deal.creator_id] = deal.posts_per_week * len(days) / 7
    table = pd.DataFrame({"made": made, "due": due}).rename_axis("creator_id").reset_index()
    sums = spread(table, client, ["program", "tier", "creator"])[["made", "due"]].sum()
    same(held(rows, "output_rate", start), sums["made"] / sums["due"].replace(0, np.nan))
    posts = client.posts[client.posts["published_on"].between(start, AS_OF)]
    kinds = ["program", "tier"]
    if start == MONDAY:
        same(held(rows, "velocity", start), spread(posts, client, kinds).size())
    else:
        active = spread(posts, client, kinds)["creator_id"].nunique()
        same(held(rows, "active_creators", start), active)


def test_revenue_per_post_and_medians(counted):
    client, rows = counted
    posts = client.posts[client.posts["published_on"].between(FIRST, LAST)]
    sold = lines(client, FIRST, AS_OF).merge(
        posts[["post_id", "published_on"]], on="post_id", how="inner"
    )
    age = (sold["day"] - sold["published_on"]).dt.days
    net = sold[age.between(0, 13)].groupby("post_id")["net"].sum()
    posts = posts.assign(net=posts["post_id"].map(net).fillna(0.0))
    kinds = ["program", "tier", "creator"]
    same(held(rows, "revenue_per_post", FIRST), spread(posts, client, kinds)["net"].mean())
    roster = client.creators.set_index("creator_id")["status"] == "active"
    force = client.agreements
    force = force[(force["valid_to"].isna()) | (force["valid_to"] >= AS_OF)]
    force = set(force.loc[force["valid_from"] <= AS_OF, "creator_id"])
    each = posts.groupby("creator_id")["net"].agg(["mean", "size"])
    listed = each.index.map(lambda creator: bool(roster[creator]) or creator in force)
    each = each[(each["size"] >= 3) & listed.astype(bool)]
    tier = each.index.map(tiers(client))
    expected = each.groupby(tier)["mean"].agg(["median", "size"])
    found = held(rows, "tier_median_revenue_per_post", FIRST)
    for number, row in expected.iterrows():
        key = ("tier", f"{number:.0f}")
        if row["size"] >= 5 and row["median"] != 0:
            assert found[key] == pytest.approx(row["median"])
        else:
            assert key not in found.index


def test_hooks(counted):
    client, rows = counted
    seen = client.hooks
    seen = seen[(seen["source"] == "creator") & (seen["window_s"] == 3)]
    seen = seen[seen["seen_on"].between(FOUR, AS_OF)]
    posts = client.posts.set_index("post_id")
    seen = seen.assign(
        creator_id=seen["post_id"].map(posts["creator_id"]),
        hook_angle=seen["post_id"].map(posts["hook_angle"]),
    )
    kinds = ["program", "tier", "creator", "post", "hook_angle"]
    sums = spread(seen, client, kinds)[["held_views", "views"]].sum()
    same(held(rows, "hook_retention", FOUR), sums["held_views"] / sums["views"])


def test_commission_and_all_in(counted):
    client, rows = counted
    sold = lines(client, FOUR, AS_OF)
    sold = sold.assign(
        cost=sold["standard_commission_actual"].fillna(sold["standard_commission_estimated"])
        + sold["shop_ads_commission_actual"].fillna(0)
    )
    kinds = ["program", "tier", "creator"]
    sums = spread(sold, client, kinds)[["cost", "net"]].sum().round(2)
    revenue = sums["net"].where(sums["net"] > 0)
    same(held(rows, "commission_ratio", FOUR), sums["cost"] / revenue)
    fees = {}
    for deal in client.agreements.dropna(subset=["flat_fee"]).itertuples():
        for day in pd.date_range(FOUR, AS_OF):
            if deal.valid_from <= day and (pd.isna(deal.valid_to) or day <= deal.valid_to):
                fees.setdefault(deal.creator_id, []).append(deal.flat_fee / day.days_in_month)
    other = pd.DataFrame({"creator_id": list(fees), "cost": [sum(f) for f in fees.values()]})
    sent = client.samples[client.samples["shipped_on"].between(FOUR, AS_OF)]
    other = pd.concat([other, sent[["creator_id"]].assign(cost=5.35)])
    extra = spread(other, client, kinds)["cost"].sum()
    whole = sums["cost"].add(extra, fill_value=0).reindex(sums.index)
    same(held(rows, "all_in_cost_ratio", FOUR), whole / revenue)


def test_repeat_purchase(counted):
    client, rows = counted
    shop = client.shop_orders
    shop = shop[(shop["status"] != "cancelled") & ~shop["is_sample"].astype(bool)]
    day = shop["ordered_at"].dt.tz_convert(ZONE).dt.tz_localize(None).dt.normalize()
    shop = shop.assign(day=day)[day <= AS_OF]
    brought = client.orders[client.orders["counts"].astype(bool)]
    brought = brought.sort_values(["gmv", "sku_id"], ascending=[False, True])
    brought = brought.drop_duplicates("order_id").set_index("order_id")["creator_id"]
    start, facts = AS_OF - pd.Timedelta(days=179), []
    for _, own in shop.sort_values(["ordered_at", "order_id"]).groupby("buyer_key"):
        first = own.iloc[0]
        later = own.loc[own["day"] > first["day"], "day"]
        if first["day"] >= start:
            end = later.min() if len(later) else AS_OF
            facts.append(
                {
                    "creator_id": brought.get(first["order_id"]),
                    "days": (end - first["day"]).days,
                    "again": len(later) > 0,
                    "followed": (AS_OF - first["day"]).days,
                }
            )
    buyers = pd.DataFrame(facts)
    found = held(rows, "repeat_purchase_rate", start, kinds=["program"])
    assert found[("program", "small")] == pytest.approx(1 - survival(buyers))
    size = held(rows, "repeat_purchase_rate", start, "n")
    same(size, spread(buyers, client, ["program", "creator"]).size())


def survival(buyers, at=60):
    left = 1.0
    for day in sorted(buyers.loc[buyers["again"] & (buyers["days"] <= at), "days"].unique()):
        risk = (buyers["days"] >= day).sum()
        left *= 1 - (buyers["again"] & (buyers["days"] == day)).sum() / risk
    return left


def test_one_call_and_the_next_give_the_same_bytes(counted):
    client, rows = counted
    again = results.figures("weekly_review", metrics.figures(client, date(2026, 5, 7)))
    pd.testing.assert_frame_equal(rows, again, check_exact=True)
