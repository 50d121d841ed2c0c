"""What each canonical table promises: one row per what, which columns, of which type.

Money is ``decimal(18,2)`` in the client's currency, times are UTC, days are days of the client's
zone, ids are text, rates are fractions. `check` parts the rows that keep a table's promises from
those that break one; `kit.columns` turns frames into exactly such tables and back.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import pandas as pd

from kit.columns import COUNT, DAY, FLAG, MONEY, NUMBER, RATE, TEXT, TEXTS, TIME
from kit.columns import arrow as arrow
from kit.columns import empty as empty
from kit.columns import frame as frame
from kit.columns import look_up as look_up


def _columns(*groups: tuple[Any, str]) -> dict[str, Any]:
    """Column → type, in the order told: each group is a type and its columns."""
    return {name: kind for kind, names in groups for name in names.split()}


def _known(*names: str) -> Any:
    return lambda rows: rows[list(names)].notna().all(axis=1)


def _not_negative(*names: str) -> Any:
    return lambda rows: ~(rows[list(names)].fillna(0) < 0).any(axis=1)


COMMISSIONS = ("standard_commission", "shop_ads_commission")
STATES = ("estimated", "actual")


def _commissions(rows: pd.DataFrame) -> pd.DataFrame:
    names = [f"{name}_{state}" for name in COMMISSIONS for state in STATES]
    return rows.reindex(columns=names).astype("float64")


def _commission_within_base(rows: pd.DataFrame) -> pd.Series:
    """No commission is above 100% of its base; where none is printed, of the payment."""
    paid, holds = _commissions(rows), pd.Series(True, index=rows.index)
    for state in STATES:
        base = rows.reindex(columns=[f"commission_base_{state}"]).iloc[:, 0].astype("float64")
        most = base.where(base > 0, rows["gmv"].astype("float64"))
        for name in COMMISSIONS:
            holds &= ~(paid[f"{name}_{state}"] > most + 0.011)
    return holds


class Orders:
    """One row per affiliate order line, counting or not, in its newest state."""

    key = ["order_id", "sku_id", "post_id"]
    columns = _columns(
        (TEXT, "order_id sku_id product_id creator_id post_id content_type buyer_key"),
        (FLAG, "counts"),
        (TIME, "ordered_at paid_at delivered_at commission_paid_at"),
        (COUNT, "quantity"),
        (MONEY, "gmv refunded_amount"),
        (FLAG, "fully_refunded"),
        (TEXT, "currency commission_model"),
        (RATE, "standard_commission_rate shop_ads_commission_rate"),
        (
            MONEY,
            "commission_base_estimated commission_base_actual standard_commission_estimated "
            "standard_commission_actual shop_ads_commission_estimated "
            "shop_ads_commission_actual cofunded_bonus_estimated cofunded_bonus_actual",
        ),
        (TEXT, "status status_raw"),
        (FLAG, "status_known"),
        (TEXT, "platform"),
        (DAY, "seen_on"),
        (TEXT, "file"),
        (COUNT, "row"),
    )
    rules = {
        "order and day are known": _known("order_id", "ordered_at"),
        "payment amount is not negative": _not_negative("gmv"),
        "commission is not negative": lambda rows: ~(_commissions(rows) < 0).any(axis=1),
        "commission is not above its base": _commission_within_base,
    }
    main_money = "gmv"


class OrderVersions:
    """One row per state of an affiliate order line in one download: what was known when."""

    key = ["order_id", "sku_id", "post_id", "seen_on"]
    columns = _columns(
        (TEXT, "order_id sku_id post_id"),
        (DAY, "seen_on"),
        (TEXT, "status"),
        (FLAG, "counts"),
        (
            MONEY,
            "gmv refunded_amount standard_commission_estimated standard_commission_actual "
            "shop_ads_commission_estimated shop_ads_commission_actual",
        ),
        (TEXT, "file"),
    )


class ShopOrders:
    """One row per shop order line, by any route; whole-order money stands on its first line."""

    key = ["order_id", "sku_id"]
    columns = _columns(
        (TEXT, "order_id sku_id product_id buyer_key"),
        (TIME, "ordered_at paid_at delivered_at cancelled_at"),
        (COUNT, "quantity returned_quantity"),
        (
            MONEY,
            "gmv platform_discount seller_discount subtotal_after_discount tax order_amount "
            "refunded_amount",
        ),
        (TEXT, "status status_raw"),
        (FLAG, "status_known is_sample"),
        (DAY, "seen_on"),
        (TEXT, "file"),
        (COUNT, "row"),
    )
    rules = {"order and day are known": _known("order_id", "ordered_at")}
    main_money = "gmv"


class Posts:
    """One row per video or LIVE of any list, whichever windows were kept.

    `seen_on` is the day of the first download that lists it; `products_seen_on` has, for each of
    `product_ids`, that of the first that shows the product, as ISO text.
    """

    key = ["post_id"]
    columns = _columns(
        (TEXT, "post_id creator_id"),
        (TIME, "published_at"),
        (DAY, "published_on"),
        (TEXTS, "product_ids"),
        (TEXT, "kind brief_id hook_angle caption"),
        (DAY, "seen_on"),
        (TEXTS, "products_seen_on"),
    )


class PostStats:
    """One row per post and kept window; `source` names the kind of export it came from."""

    key = ["post_id", "window_start", "window_end"]
    columns = _columns(
        (TEXT, "post_id creator_id"),
        (DAY, "window_start window_end"),
        (COUNT, "views impressions clicks orders"),
        (MONEY, "gmv refunded_amount"),
        (TEXT, "source file"),
        (COUNT, "row"),
    )
    rules = {
        "post is known": _known("post_id"),
        "counts are not negative": _not_negative("views", "impressions", "clicks", "orders"),
    }
    main_money = "gmv"


class CreatorStats:
    """One row per creator and kept window; `source` names the kind of export it came from."""

    key = ["creator_id", "window_start", "window_end"]
    columns = _columns(
        (TEXT, "creator_id"),
        (DAY, "window_start window_end"),
        (MONEY, "gmv gmv_video gmv_live gmv_product_card"),
        (COUNT, "orders"),
        (MONEY, "refunded_amount"),
        (TEXT, "source file"),
        (COUNT, "row"),
    )
    rules = {
        "creator is known": _known("creator_id"),
        "counts are not negative": _not_negative("orders"),
    }
    main_money = "gmv"


class AdStats:
    """One row per row of a paid-delivery export, for the kept windows."""

    key = ["source", "window_start", "window_end", "campaign_id", "product_id", "post_id"]
    columns = _columns(
        (TEXT, "post_id campaign_id product_id"),
        (DAY, "window_start window_end"),
        (FLAG, "partial"),
        (MONEY, "spend revenue"),
        (COUNT, "orders impressions clicks"),
        (RATE, "hook_rate"),
        (NUMBER, "hook_window_s"),
        (RATE, "hook_rate_6s"),
        (TEXT, "status authorisation currency campaign_name ad_name source file"),
        (COUNT, "row"),
    )
    rules = {"spend is not negative": _not_negative("spend")}
    main_money = "spend"


class ReplacedPostStats:
    """One row per row of a list of posts that another download has replaced since.

    A later download of the same window, or a finer window: what was known before, for replays.
    """

    key = ["post_id", "window_start", "window_end", "source", "file", "row"]
    columns = PostStats.columns


class ReplacedAdStats:
    """One row per row of a paid-delivery export that another download has replaced since."""

    key = [*AdStats.key, "file", "row"]
    columns = AdStats.columns


class Creators:
    """One row per creator of a ledger or of any export, as they stand on the newest day."""

    key = ["creator_id"]
    columns = _columns(
        (TEXT, "creator_id handle"),
        (COUNT, "followers"),
        (DAY, "followers_seen_on joined_on"),
        (TEXT, "status"),
        (COUNT, "tier tier_given entry_tier"),
        (TEXT, "language"),
        (COUNT, "health_rating"),
        (DAY, "health_rating_on"),
        (TEXT, "former_handles"),
        (FLAG, "in_ledger in_exports on_roster"),
    )


class Tiers:
    """One row per move of a creator between tiers, in the order they happened."""

    key = ["creator_id", "changed_on", "row"]
    columns = _columns(
        (TEXT, "creator_id"),
        (DAY, "changed_on"),
        (COUNT, "from_tier to_tier"),
        (TEXT, "reason"),
        (COUNT, "row"),
    )


class Agreements:
    """One row per agreement with a creator; both ends included, no `valid_to` means open."""

    key = ["creator_id", "valid_from"]
    columns = _columns(
        (TEXT, "creator_id"),
        (DAY, "valid_from valid_to"),
        (NUMBER, "posts_per_week"),
        (RATE, "commission_rate shop_ads_commission_rate"),
        (MONEY, "flat_fee"),
        (TEXT, "fee_per exclusivity exclusivity_category"),
        (DAY, "exclusivity_from exclusivity_until usage_until"),
    )


class Products:
    """One row per product, SKU and start of a price or cost."""

    key = ["product_id", "sku_id", "valid_from"]
    columns = _columns(
        (TEXT, "product_id sku_id name category"),
        (DAY, "valid_from"),
        (MONEY, "price cost_of_goods fulfilment_cost"),
        (TEXT, "in_stock"),
        (NUMBER, "product_score"),
        (TEXT, "truths proofs forbidden_words"),
    )


class Briefs:
    """One row per brief sent; `post_id` may hold several ids with ``;`` between them."""

    key = ["brief_id"]
    columns = _columns(
        (
            TEXT,
            "brief_id creator_id product_id hook_angle product_truth proof call_to_action "
            "do_not_say",
        ),
        (DAY, "sent_on"),
        (TEXT, "post_id"),
    )


class Compliance:
    """One row per incident."""

    key = ["creator_id", "happened_on"]
    columns = _columns(
        (TEXT, "creator_id"),
        (DAY, "happened_on"),
        (TEXT, "severity post_id what"),
        (DAY, "resolved_on"),
    )


class Samples:
    """One row per sample asked for."""

    key = ["sample_id"]
    columns = _columns(
        (TEXT, "sample_id creator_id product_id"),
        (MONEY, "unit_cost shipping_cost"),
        (DAY, "requested_on approved_on shipped_on delivered_on"),
        (TEXT, "post_id order_id"),
    )


class SparkCodes:
    """One row per authorisation to run a creator's posts as ads."""

    key = ["creator_id", "post_id", "authorised_on"]
    columns = _columns(
        (TEXT, "post_id creator_id kind"),
        (DAY, "authorised_on"),
        (COUNT, "days"),
        (DAY, "ends_on flight_from flight_to"),
    )


class Hooks:
    """One row per reading of how many views of a post held for the first seconds."""

    key = ["post_id", "source", "window_s", "seen_on"]
    columns = _columns(
        (TEXT, "post_id"),
        (NUMBER, "window_s"),
        (COUNT, "views held_views"),
        (TEXT, "source"),
        (DAY, "seen_on"),
    )


class Costs:
    """One row per month (its first day) and kind of cost."""

    key = ["month", "kind"]
    columns = _columns(
        (DAY, "month"),
        (TEXT, "kind"),
        (MONEY, "planned spent"),
    )


class Events:
    """One row per event worth knowing when a figure moves."""

    key = ["date", "kind", "subject"]
    columns = _columns(
        (DAY, "date"),
        (TEXT, "kind subject what"),
    )


class Plans:
    """One row per post planned together with a partner."""

    key = ["creator_id", "planned_on", "product_id"]
    columns = _columns(
        (TEXT, "creator_id"),
        (DAY, "planned_on"),
        (TEXT, "kind product_id hook_angle idea who_does_what status post_id"),
    )


class Notes:
    """One row per text for one block of one week's report."""

    key = ["week", "block"]
    columns = _columns(
        (TEXT, "week block text owner"),
        (DAY, "due"),
    )


class Actions:
    """One row per decision acted on."""

    key = ["decision_id", "done_on"]
    columns = _columns(
        (TEXT, "decision_id"),
        (DAY, "done_on"),
        (TEXT, "by note"),
    )


class SetAside:
    """One row per row refused; a file refused whole has one row whose `row` is null."""

    key = ["file", "sheet", "row", "rule", "column"]
    columns = _columns(
        (TEXT, "file sheet"),
        (COUNT, "row"),
        (TEXT, "rule column value"),
        (MONEY, "money"),
        (TEXT, "kind"),
    )


class Files:
    """One row per recognised sheet of an export, per refused file and per second copy of one.

    `vanished` are the order lines it lacks of days for which it is the newest, `torn` those of its
    first day, `torn_day`, where it begins in the middle of that (`kit.vanished`). `retold` are the
    lines or posts of which it says what `retold_by` did not (`kit.retold`).
    """

    key = ["file", "sheet", "kind"]
    columns = _columns(
        (TEXT, "file sheet kind sha256"),
        (DAY, "seen_on window_start window_end"),
        (FLAG, "partial"),
        (DAY, "first_day last_day"),
        (COUNT, "rows set_aside"),
        (MONEY, "money gmv"),
        (COUNT, "orders"),
        (MONEY, "printed_total"),
        (COUNT, "vanished"),
        (MONEY, "vanished_money"),
        (RATE, "vanished_share"),
        (COUNT, "torn"),
        (DAY, "torn_day"),
        (COUNT, "retold"),
        (TEXT, "retold_by"),
        (FLAG, "retold_mostly"),
        (TEXT, "same_bytes_as refused"),
        (TEXTS, "retold_facts unmatched missing notes"),
    )


class Headers:
    """One row per header that a sheet of an export prints.

    `column` is what it was taken for; `state` matched, guessed, left unread or unknown; `shape` and
    `typical` what its cells look like (`exports.looks`).
    """

    key = ["file", "sheet", "place"]
    columns = _columns(
        (TEXT, "kind file sheet"),
        (DAY, "seen_on"),
        (COUNT, "place"),
        (TEXT, "header column state shape"),
        (NUMBER, "typical"),
    )


class Restated:
    """One row per figure of an old window that a later download moved (`kit.restated`).

    The lists' windows; of order lines the week, Monday to Sunday, in which they were ordered.
    Money in the client's currency (of ads, the account's), counts as numbers.
    """

    key = ["kind", "window_start", "window_end", "file_before", "file_after", "figure"]
    columns = _columns(
        (TEXT, "kind"),
        (DAY, "window_start window_end"),
        (TEXT, "file_before file_after"),
        (DAY, "seen_on_before seen_on_after"),
        (TEXT, "figure"),
        (NUMBER, "before after"),
    )


class Windows:
    """One row per window of a kind of export that some file offers, kept or not."""

    key = ["kind", "window_start", "window_end", "partial"]
    columns = _columns(
        (TEXT, "kind"),
        (DAY, "window_start window_end"),
        (FLAG, "partial kept"),
        (TEXT, "why"),
        (TEXTS, "files"),
    )


TABLES: dict[str, type] = {
    "orders": Orders,
    "order_versions": OrderVersions,
    "shop_orders": ShopOrders,
    "posts": Posts,
    "post_stats": PostStats,
    "creator_stats": CreatorStats,
    "ad_stats": AdStats,
    "post_stats_replaced": ReplacedPostStats,
    "ad_stats_replaced": ReplacedAdStats,
    "creators": Creators,
    "tiers": Tiers,
    "agreements": Agreements,
    "products": Products,
    "briefs": Briefs,
    "compliance": Compliance,
    "samples": Samples,
    "spark_codes": SparkCodes,
    "hooks": Hooks,
    "costs": Costs,
    "events": Events,
    "plans": Plans,
    "notes": Notes,
    "actions": Actions,
    "set_aside": SetAside,
    "files": Files,
    "headers": Headers,
    "windows": Windows,
    "restated": Restated,
}


class Checked(NamedTuple):
    """Rows that keep their table's promises, and the broken ones with the rule each broke."""

    rows: pd.DataFrame
    failures: pd.DataFrame


def check(rows: pd.DataFrame, table: Any) -> Checked:
    """Part the good rows from the broken ones; a row that breaks two rules is listed once.

    `failures` has the columns of `rows` and `rule`, the first rule broken.
    """
    broken = pd.Series("", index=rows.index, dtype="str")
    for rule, holds in getattr(table, "rules", {}).items():
        fails = ~holds(rows).astype(bool)
        broken = broken.mask(fails & (broken == ""), rule)
    good = broken == ""
    return Checked(rows[good], rows[~good].assign(rule=broken[~good]))
