"""What the sample program, its tiers and its creators left over, added up line by line."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction

from kit.demo.known import (
    CLIENT,
    FOUR_WEEKS,
    Figures,
    KnownLine,
    Subject,
    commission_of,
    figure,
    subjects_of,
    within,
)

# US 2026: 6% of what is kept; a fifth of the fee given back, at most 5.00 a line.
REFERRAL = Fraction(6, 100)
REFUND_FEE = Fraction(20, 100)
REFUND_FEE_MOST = 500


def contributions(lines: list[KnownLine], spent: dict[Subject, Fraction]) -> Figures:
    """`contribution`: net revenue less goods, fulfilment, fees, commission and what was `spent`.

    `spent` has the cents of flat fees, samples and ads of each subject.
    """
    left: dict[Subject, Fraction] = defaultdict(Fraction)
    number: dict[Subject, int] = defaultdict(int)
    for known in lines:
        if known.counts and within(known.day, FOUR_WEEKS):
            assert known.line.creator
            for subject in subjects_of(known.line.creator):
                left[subject] += _of_line(known)
                number[subject] += 1
    for subject, cost in spent.items():
        left[subject] -= cost
    return [
        figure("contribution", subject, FOUR_WEEKS, left[subject], n=number[subject], cents=True)
        for subject in left
        if number[subject] or spent.get(subject) or subject == ("program", CLIENT)
    ]


def _of_line(known: KnownLine) -> Fraction:
    line = known.line
    back = REFUND_FEE * REFERRAL * known.refunded
    return (
        known.net
        - line.quantity * (line.sku.cost + line.product.fulfilment)
        - REFERRAL * known.net
        - min(back, Fraction(REFUND_FEE_MOST))
        - commission_of(known.state)
    )
