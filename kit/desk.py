"""The analyst's desk: one creator, post or product in full, tables to sort and copy, SQL in a cell.

Tables are interactive where `kit lab` set ``KIT_DESK``; elsewhere, as on a report's page, plain.
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import pandas as pd

from kit import contracts, words
from kit.client import Client

DESK = "KIT_DESK"
CELLS = ["table", "row", "column", "value"]
LINES = {
    *("orders", "order_versions", "shop_orders", "post_stats", "creator_stats", "ad_stats"),
    *("post_stats_replaced", "ad_stats_replaced"),
}
LONGEST_NUMBER = 15  # digits that a spreadsheet keeps; ids are longer


def chosen(
    posts: pd.DataFrame, creator: str = "", tier: int = 0, product: str = "", hook: str = ""
) -> pd.DataFrame:
    """The posts of one creator, tier, product and hook angle; what is left empty chooses nothing.

    Rows of `metrics.post_rates`.
    """
    wanted = {"creator_id": creator, "tier": tier, "product_id": product, "hook_angle": hook}
    for column, value in wanted.items():
        if value:
            posts = posts[posts[column] == value]
    return posts


def leading_post(posts: pd.DataFrame, creator: str) -> str:
    """The creator's post with the most clicks; '' for a creator without any."""
    own = chosen(posts, creator=creator).sort_values(["clicks", "post_id"], ascending=False)
    return "" if own.empty else str(own["post_id"].iloc[0])


def product_of(posts: pd.DataFrame, post: str) -> str:
    """The product that a post shows alone, else the one with the most clicks; '' for none."""
    own = posts.loc[posts["post_id"] == post, "product_id"].dropna()
    if len(own):
        return str(own.iloc[0])
    clicks = posts.groupby("product_id")["clicks"].sum()
    return "" if clicks.empty else str(clicks.idxmax())


def in_full(client: Any, key: str, value: str) -> pd.DataFrame:
    """What posts, ledgers and registers hold of one creator, post or product, cell by cell.

    `key` is creator_id, post_id or product_id. Columns table, row (its number among those found),
    column and value; empty cells are left out. Of sales and statistics, whose lines are many, the
    number of lines.
    """
    parts = [
        _cells(name, _about(client.frame(name), key, value))
        for name in contracts.TABLES
        if key in client.frame(name)
    ]
    return pd.concat(parts, ignore_index=True)


def _about(rows: pd.DataFrame, key: str, value: str) -> pd.DataFrame:
    """The rows whose key is the value, or lists it between semicolons."""
    listed = rows[key].astype("str").fillna("").str.split(";")
    return rows[[value in [part.strip() for part in parts] for parts in listed]]


def _cells(name: str, rows: pd.DataFrame) -> pd.DataFrame:
    if name in LINES:
        lines = [(name, "", "lines", f"{len(rows):,}")] if len(rows) else []
        return pd.DataFrame(lines, columns=CELLS)
    found = [
        (name, number, column, str(cell))
        for number, row in enumerate(rows.to_dict("records"), start=1)
        for column, cell in row.items()
        if isinstance(cell, list | np.ndarray) or not words.is_missing(cell)
    ]
    return pd.DataFrame(found, columns=CELLS)


def table(frame: pd.DataFrame, caption: str = "") -> Any:
    """A frame to sort, filter and take to Excel in one click; plain where nobody sits at the desk.

    Ids of more digits than a spreadsheet keeps go there as text.
    """
    if not os.environ.get(DESK):
        return frame
    import itables

    texts = [n for n, kind in enumerate(frame.dtypes) if not pd.api.types.is_numeric_dtype(kind)]
    made = itables.to_html_datatable(
        _blank_where_missing(frame),
        caption or None,
        buttons=[_copy(), _excel()],
        layout={"topStart": "buttons", "topEnd": "search", "top2Start": "pageLength"},
        column_filters="footer",
        maxBytes=0,
        showIndex=False,
        allow_html=False,
        columnDefs=[{"targets": texts, "className": "dt-left"}],
    )
    return _Html(made)


def _blank_where_missing(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with its days and times as text, and nothing where a value is missing."""
    shown = frame.reset_index(drop=True)
    for name in shown.select_dtypes(["datetime", "datetimetz"]):
        text = shown[name].dt.strftime("%Y-%m-%d %H:%M").str.removesuffix(" 00:00")
        shown[name] = text
    return shown.astype(object).where(shown.notna(), "")


class _Html:
    """Markup that a notebook shows."""

    def __init__(self, markup: str) -> None:
        self.markup = markup

    def _repr_html_(self) -> str:
        return self.markup


def _copy() -> dict[str, Any]:
    import itables

    # Pasted as it is, a spreadsheet would round a long id and run a caption that begins with "=".
    body = itables.JavascriptFunction(
        f"""function (data) {{
            if (/^\\d{{{LONGEST_NUMBER + 1},}}$/.test(data)) return '="' + data + '"';
            return /^[=+@-]/.test(data) && isNaN(data) ? "'" + data : data;
        }}"""
    )
    return {
        "extend": "copyHtml5",
        "text": "Copy for Excel",
        "title": None,
        "exportOptions": {"format": {"body": body}},
    }


def _excel() -> dict[str, Any]:
    import itables

    as_text = itables.JavascriptFunction(
        f"""function (xlsx) {{
            const sheet = xlsx.xl.worksheets['sheet1.xml'];
            const named = (name) =>
                sheet.createElementNS(sheet.documentElement.namespaceURI, name);
            for (const cell of sheet.getElementsByTagName('c')) {{
                const value = cell.getElementsByTagName('v')[0];
                if (value && /^\\d{{{LONGEST_NUMBER + 1},}}$/.test(value.textContent)) {{
                    const [inline, text] = [named('is'), named('t')];
                    text.textContent = value.textContent;
                    inline.appendChild(text);
                    cell.replaceChild(inline, value);
                    cell.setAttribute('t', 'inlineStr');
                }}
            }}
        }}"""
    )
    return {"extend": "excelHtml5", "text": "Excel", "title": None, "customize": as_text}


def sit_down(client: Client) -> None:
    """Make ``%%sql`` ask this client's tables, and tables interactive if this is the desk.

    The answer of a ``%%sql`` cell is a frame; ``%%sql name`` keeps it under that name.
    """
    from IPython.core.getipython import get_ipython

    shell: Any = get_ipython()
    if shell is None:
        return

    def sql(line: str, cell: str) -> Any:
        answer = client.sql(cell)
        if line.strip():
            shell.user_ns[line.strip()] = answer
        return table(answer)

    shell.register_magic_function(sql, magic_kind="cell", magic_name="sql")
    if os.environ.get(DESK):
        import itables

        itables.init_notebook_mode(all_interactive=False, connected=False)
