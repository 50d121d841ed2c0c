"""A month of affiliate order lines of any size, as the platform's CSV prints them."""

from __future__ import annotations

from pathlib import Path

import duckdb

# The 30 columns of the 2026 file. `i` numbers the line; h(i, k) is its k-th random number.
QUERY = """
create macro h(i, k) as (hash(i * 64 + k) >> 2)::bigint;
create table lines as
with drawn as (
    select i,
        i - (i % 11) // 10 as o,  -- the order: one in ten has a second line
        5790000000000000000 + o * 300000000000 + h(o, 1) % 300000000000 as order_number,
        h(o, 2) % 60 as product,
        (h(o, 3) + i - o) % 3 as variant,
        case when h(i, 4) % 100 < 86 then 1 else 2 + h(i, 5) % 3 end as quantity,
        floor(60000 * pow((h(i, 6) % 1000000) / 1000000, 3))::bigint as post,
        h(i, 7) % 100 as state,
        h(i, 8) % 100 as route,
        h(i, 9) % 10 < 3 as by_ads,
        timestamp '2026-06-01' + to_seconds(o * 2592000 // $lines) as created
    from range($lines) rows(i)
), priced as (
    select *,
        (999 + (product * 3 + variant) * 137 % 6000) / 100 as price,
        state < 88 as alive,
        state < 60 as settled,
        10 + post % 11 as percent
    from drawn
), paid as (
    select *, round(price * quantity - h(i, 11) % 300 / 100, 2) as amount from priced
)
select
    order_number || e'\\t' as "Order ID",
    (1729000000000000207 + product * 7919 * 1000003)::varchar as "Product ID",
    'Radiance Serum with Niacinamide and Zinc, 30 ml, edition ' || product as "Product Name",
    (1729400000000000311 + (product * 3 + variant) * 7919 * 1000003)::varchar as "SKU ID",
    printf('%.2f', price) as "Price",
    printf('%.2f', amount) as "Payment Amount",
    'USD' as "Currency",
    quantity::varchar as "Quantity",
    if(state between 50 and 55, 'Yes', 'No') as "Fully returned or refunded",
    ['Credit card', 'PayPal', 'Apple Pay', 'Klarna'][1 + h(i, 12) % 4] as "Payment method",
    case when settled then 'Settled' when alive then ['Pending', 'Completed', 'Shipped'][1 + i % 3]
        else ['Cancelled', 'Ineligible', 'Unpaid'][1 + i % 3] end as "Order Status",
    'sample.creator.' || post % 5000 as "Creator Username",
    case when route < 70 then 'Video' when route < 88 then 'Livestream'
        when route < 98 then 'Showcase' else 'External Traffic Program' end as "Content Type",
    if(route < 88, (7590000000000000457 + post * 7919 * 100003)::varchar, '') as "Content ID",
    'fixed commission' as "commission model",
    if(by_ads, '', percent || '%') as "Standard commission rate",
    printf('%.2f', amount) as "Est. Commission Base",
    if(by_ads, '', printf('%.2f', amount * percent / 100)) as "Est. standard commission payment",
    if(settled, printf('%.2f', amount), '') as "Actual Commission Base",
    if(settled and not by_ads, printf('%.2f', amount * percent / 100), '')
        as "Actual Commission Payment",
    if(by_ads, '8%', '') as "Shop Ads commission rate",
    if(by_ads, printf('%.2f', amount * 0.08), '') as "Est. Shop Ads commission payment",
    if(by_ads and settled, printf('%.2f', amount * 0.08), '')
        as "Actual Shop Ads commission payment",
    '' as "Est. co-funded creator bonus",
    '' as "Actual co-funded creator bonus",
    strftime(created, '%d/%m/%Y %H:%M:%S') as "Time Created",
    if(not alive and i % 3 = 2, '', strftime(created + interval 7 second, '%d/%m/%Y %H:%M:%S'))
        as "Payment time",
    if(alive, strftime(created + interval 4 day, '%d/%m/%Y %H:%M:%S'), '')
        as "Order Delivery Time",
    if(settled, strftime(created + interval 19 day, '%d/%m/%Y %H:%M:%S'), '')
        as "Time Commission Paid",
    'TTS' as "Platform"
from paid order by i desc;
"""


def write(path: str | Path, lines: int) -> float:
    """Write a CSV of so many order lines; the sum of its Payment Amounts, for comparison."""
    with duckdb.connect() as database:
        database.execute(QUERY.replace("$lines", str(lines)))
        database.execute(f"copy lines to '{path}' (header, delimiter ',')")
        (found,) = database.sql(
            'select sum("Payment Amount"::decimal(18, 2)) from lines'
        ).fetchall()
    return float(found[0])
