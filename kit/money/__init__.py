"""Whether it pays: the ledger of money, what was left over, break-even, what changed GMV.

Reading order: `entries` (each piece of money and whose it is), `ledger` (summed by subject, and
what is left), `settling` and `settling_creators` (how far it still moves), `pay` (what creators are
paid, and why), `weekly` (the review's frames), `roas` (break-even), `change` (what moved GMV).
"""

from kit.metrics.contribution import contribution
from kit.money.change import FACTORS, TOTALS, UNATTRIBUTED, decompose, gmv_change, parts
from kit.money.ledger import KINDS, UNASSIGNED, ledger, summary
from kit.money.roas import break_even_roas

__all__ = [
    "FACTORS",
    "KINDS",
    "TOTALS",
    "UNASSIGNED",
    "UNATTRIBUTED",
    "break_even_roas",
    "contribution",
    "decompose",
    "gmv_change",
    "ledger",
    "parts",
    "summary",
]
