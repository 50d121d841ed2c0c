"""The return on ad spend at which an order neither earns nor loses."""

import math


def break_even_roas(
    price: float,
    cost_of_goods: float,
    fulfilment: float,
    referral_rate: float,
    refund_rate: float,
    commission_rate: float,
    refund_fee_share: float = 0.2,
) -> float:
    """The ROAS at which paid spend on one order earns nothing and loses nothing.

    1 ÷ (contribution before ads ÷ price), with price, goods and fulfilment in money per order and
    the rates as fractions. Goods and fulfilment of refunded orders are lost; referral fee and
    commission fall on what is kept; the refund administration fee is `refund_fee_share` of the
    referral fee given back. Infinite where an order leaves nothing even without ads.

    >>> round(break_even_roas(40, 10, 4, 0.06, 0.08, 0.15), 2)  # standard commission
    2.66
    >>> round(break_even_roas(40, 10, 4, 0.06, 0.08, 0.08), 2)  # Shop Ads commission
    2.27
    """
    kept = price * (1 - refund_rate)
    fees = kept * referral_rate + price * refund_rate * referral_rate * refund_fee_share
    left = kept - cost_of_goods - fulfilment - fees - kept * commission_rate
    return price / left if left > 0 else math.inf
