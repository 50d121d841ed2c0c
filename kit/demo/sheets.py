"""Writing the sample's files so that the same rows give the same bytes."""

from __future__ import annotations

import csv
import io
import os
import zipfile
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

Row = Sequence[str | None]


def write_csv(
    path: Path, rows: Iterable[Row], written_at: datetime, encoding: str = "utf-8-sig"
) -> None:
    """A csv as the platform writes it: byte-order mark, CRLF, quotes only where needed."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    _put(path, text.getvalue().encode(encoding), written_at)


def write_xlsx(
    path: Path, rows: Iterable[Row], written_at: datetime, sheet: str = "Sheet1"
) -> None:
    """A workbook of one sheet of text cells, as the platform's lists are.

    Written part by part, so that no zip time, document date or library version moves a byte.
    """
    table = [list(row) for row in rows]
    texts: dict[str, int] = {}
    body = "".join(_row_xml(number, row, texts) for number, row in enumerate(table, 1))
    last = f"{_letters(max(len(row) for row in table) - 1)}{len(table)}"
    shared = "".join(f"<si>{_text_xml(text)}</si>" for text in texts)
    parts = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _relations("officeDocument xl/workbook.xml"),
        "docProps/core.xml": _CORE.format(at=f"{written_at:%Y-%m-%dT%H:%M:%SZ}"),
        "xl/workbook.xml": _BOOK.format(sheet=escape(sheet)),
        "xl/_rels/workbook.xml.rels": _relations(
            "worksheet worksheets/sheet1.xml",
            "sharedStrings sharedStrings.xml",
            "styles styles.xml",
        ),
        "xl/styles.xml": _STYLES,
        "xl/sharedStrings.xml": f'<sst xmlns="{_MAIN}" uniqueCount="{len(texts)}">{shared}</sst>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_MAIN}"><dimension ref="A1:{last}"/>'
        f"<sheetData>{body}</sheetData></worksheet>",
    }
    _put(path, _zipped(parts), written_at)


_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_FORMAT = "application/vnd.openxmlformats-"
_TYPES = (
    f'<Types xmlns="{_PACKAGE}/content-types">'
    f'<Default Extension="rels" ContentType="{_FORMAT}package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    + "".join(
        f'<Override PartName="/{part}" ContentType="{_FORMAT}{kind}+xml"/>'
        for part, kind in (
            ("docProps/core.xml", "package.core-properties"),
            ("xl/workbook.xml", "officedocument.spreadsheetml.sheet.main"),
            ("xl/styles.xml", "officedocument.spreadsheetml.styles"),
            ("xl/sharedStrings.xml", "officedocument.spreadsheetml.sharedStrings"),
            ("xl/worksheets/sheet1.xml", "officedocument.spreadsheetml.worksheet"),
        )
    )
    + "</Types>"
)
_CORE = (
    f'<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
    'xmlns:dcterms="http://purl.org/dc/terms/" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
    '<dcterms:created xsi:type="dcterms:W3CDTF">{at}</dcterms:created></cp:coreProperties>'
)
_BOOK = (
    f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
    '<sheet name="{sheet}" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
_STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><fonts count="1"><font><sz val="11"/>'
    '<name val="Calibri"/></font></fonts><fills count="2">'
    '<fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="1"><xf xfId="0"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    "</styleSheet>"
)


def _row_xml(number: int, row: list[str | None], texts: dict[str, int]) -> str:
    cells = "".join(
        f'<c r="{_letters(place)}{number}" t="s"><v>{texts.setdefault(cell, len(texts))}</v></c>'
        for place, cell in enumerate(row)
        if cell
    )
    return f'<row r="{number}">{cells}</row>'


@cache
def _letters(place: int) -> str:
    """A column's letters, counted from 0: A, B, …, AA."""
    return (_letters(place // 26 - 1) if place >= 26 else "") + chr(65 + place % 26)


def _text_xml(text: str) -> str:
    space = ' xml:space="preserve"' if text != text.strip() else ""
    return f"<t{space}>{escape(text)}</t>"


def _relations(*targets: str) -> str:
    links = ""
    for number, target in enumerate(targets, 1):
        kind, place = target.split(" ")
        links += f'<Relationship Id="rId{number}" Type="{_OFFICE}/{kind}" Target="{place}"/>'
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>'


def _zipped(parts: dict[str, str]) -> bytes:
    result = io.BytesIO()
    with zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as target:
        for name, xml in parts.items():
            entry = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
            target.writestr(entry, (head + xml).encode("utf-8"))
    return result.getvalue()


def write_text(path: Path, text: str, written_at: datetime) -> None:
    """A text file with plain line ends on every system."""
    _put(path, text.encode("utf-8"), written_at)


def _put(path: Path, content: bytes, written_at: datetime) -> None:
    """Write, and set the file's time to the day of the story: later downloads must look later."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    seconds = written_at.replace(tzinfo=UTC).timestamp()
    os.utime(path, (seconds, seconds))


def dollars(cents: int) -> str:
    """Money as the lists print it.

    >>> dollars(123450), dollars(0)
    ('$1,234.50', '$0.00')
    """
    return f"${cents // 100:,}.{cents % 100:02d}"


def plain(cents: int) -> str:
    """Money as the order and paid files print it.

    >>> plain(123450)
    '1234.50'
    """
    return f"{cents // 100}.{cents % 100:02d}"


def short(cents: int) -> str:
    """Money as the shop orders print it, without trailing zeros.

    >>> short(3980), short(1850), short(4000), short(0)
    ('39.8', '18.5', '40', '0')
    """
    return plain(cents).rstrip("0").rstrip(".")


def percent(part: float, whole: float) -> str:
    """A rate as text percent with two decimals at most, `--` where there is no whole.

    >>> percent(412, 9870), percent(2, 1), percent(1, 0)
    ('4.17%', '200%', '--')
    """
    if not whole:
        return "--"
    return f"{100 * part / whole:.2f}".rstrip("0").rstrip(".") + "%"
