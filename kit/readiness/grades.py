"""How good each table is."""

from __future__ import annotations

from datetime import date

import pandas as pd

from kit.client import Client
from kit.readiness.coverage import held_days
from kit.windows import gaps


def supply(client: Client, as_of: date) -> pd.DataFrame:
    """One row per kind of export: how much there is, how far it reaches, how old it is."""
    files = client.frame("files").dropna(subset=["kind"])
    held = held_days(client)
    rows = []
    for kind, own in files.groupby("kind", sort=True):
        label = str(kind).replace("_", " ")
        mine = next((spans for name, spans in held.items() if label in name.split(" or ")), [])
        newest = own["last_day"].max()
        rows.append(
            {
                "kind": kind,
                "files": len(own),
                "rows": int(own["rows"].sum()),
                "newest": newest,
                "age_days": (pd.Timestamp(as_of) - newest).days if pd.notna(newest) else pd.NA,
                "covered_from": own["first_day"].min(),
                "covered_until": newest,
                "gap_days": sum(gap.days for gap in gaps(mine, last=as_of)) if mine else 0,
            }
        )
    columns = ["kind", "files", "rows", "newest", "age_days", "covered_from", "covered_until"]
    return pd.DataFrame(rows, columns=[*columns, "gap_days"])
