"""The table of what would be decided otherwise."""

from __future__ import annotations

import pandas as pd
from great_tables import GT

from kit.tables.look import Column, finished, more_rows

MOST = 40


def what_if(flips: pd.DataFrame) -> GT:
    """Each decision that falls otherwise: of whom, now and then, and what it would say then."""
    columns = [
        Column("rule", "Decision", width="18%"),
        Column("subject", "Of", width="20%"),
        Column("now", "Now", width="10%"),
        Column("then", "Then", width="10%"),
        Column("reason", "What it would say", width="42%"),
    ]
    return finished(
        flips.head(MOST), columns, id="what-if", title="Who would be judged otherwise",
        note="By the kit's own rules, with the changed thresholds; nothing is written anywhere."
        + more_rows(flips, MOST, "the frame"),
        none="Nobody: every decision stays as it is.",
    )  # fmt: skip
