"""Ledgers typed in the test: what is read, and what each mistake says."""

import csv
import io
import re
from datetime import date
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from kit import contracts, ledger_rules, ledgers, people
from tests.conftest import SAMPLE

FLOORS = (0, 100_000, 500_000)


def books(folder: Path, **texts: str) -> ledgers.Ledgers:
    for name, text in texts.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return ledgers.read_ledgers(folder)


def message(folder: Path, **texts: str) -> str:
    found = books(folder, **texts)
    assert len(found.refused) == 1
    return found.refused[0][1]


def test_no_folder_means_nothing_of_any_kind(tmp_path):
    found = ledgers.read_ledgers(tmp_path / "ledgers")
    assert set(found.tables) == set(ledgers.COLUMNS)
    assert all(table.empty for table in found.tables.values())
    assert not found.refused


def test_missing_columns_are_empty_and_extra_ones_kept(tmp_path):
    found = books(tmp_path, creators="Handle,Followers,agent\n @Mia.Skin ,120000,Bo\n")
    row = found.tables["creators"].iloc[0]
    assert (row["creator_id"], row["followers"], row["agent"]) == ("mia.skin", 120_000, "Bo")
    assert pd.isna(row["joined_on"])
    assert pd.isna(row["tier_given"])


def test_types_of_an_agreement(tmp_path):
    found = books(
        tmp_path,
        agreements="handle,valid_from,posts_per_week,commission_rate,flat_fee,fee_per\n"
        "mia,2026-05-04,1.5,0.15,300.50,Month\n",
    )
    row = found.tables["agreements"].iloc[0]
    assert row["valid_from"] == pd.Timestamp("2026-05-04")
    assert (row["posts_per_week"], row["commission_rate"], row["flat_fee"]) == (1.5, 0.15, 300.50)
    assert row["fee_per"] == "month"
    assert pd.isna(row["valid_to"])


def test_semicolons_or_tabs_may_part_the_columns(tmp_path):
    found = books(tmp_path, costs="month;kind;spent\n2026-05;product;1200.5\n")
    row = found.tables["costs"].iloc[0]
    assert (row["month"], row["spent"]) == (pd.Timestamp("2026-05-01"), 1200.5)


def test_a_workbook_is_read_like_a_text_file(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["post_id", "window_s", "views", "held_views", "source", "seen_on"])
    sheet.append(["7599000000000000101", 3, 1000, 240, "creator", date(2026, 5, 6)])
    book.save(tmp_path / "hooks.xlsx")
    row = ledgers.read_ledgers(tmp_path).tables["hooks"].iloc[0]
    assert row["post_id"] == "7599000000000000101"
    assert (row["views"], row["held_views"], row["window_s"]) == (1000, 240, 3.0)
    assert row["seen_on"] == pd.Timestamp("2026-05-06")


def test_former_handles_are_mapped_in_every_ledger(tmp_path):
    found = books(
        tmp_path,
        creators="handle,former_handles\nmia.skin,@Mia_Old; mia2\n",
        compliance="handle,happened_on,severity\nMIA_OLD,2026-05-01,warning\n",
    )
    assert found.former == {"mia_old": "mia.skin", "mia2": "mia.skin"}
    assert found.tables["compliance"]["creator_id"].tolist() == ["mia.skin"]


def test_a_note_of_a_day_belongs_to_its_iso_week(tmp_path):
    found = books(tmp_path, notes="week,block,text\n2026-05-10,next,a\n2026-W20,ask,b\n")
    assert found.tables["notes"]["week"].tolist() == ["2026-W19", "2026-W20"]


def test_a_misspelt_column_or_file_is_said(tmp_path):
    found = books(
        tmp_path,
        agreements="handle,valid_from,post_per_week\nmia,2026-05-04,2\n",
        agreement="handle\n",
    )
    assert any("post_per_week is not known. Did you mean posts_per_week?" in n for n in found.notes)
    assert any("Did you mean agreements.csv?" in n for n in found.notes)


AGREED = "handle,valid_from,valid_to\n"


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("creators", "handle,status\nmia,activ\n", r"row 2, column status holds 'activ'.*active\?"),
        ("creators", "handle,tier\nmia,4\n", r"row 2, column tier holds '4'\. Expected 1 to 3"),
        ("creators", "handle\nmia\n@MIA\n", r"rows 2, 3 are all for mia"),
        ("creators", "followers\n10\n", r"creators\.csv lacks the column handle"),
        ("creators", "handle,followers\nmia,12.5k\n", r"'12\.5k'\. Write a whole number"),
        ("creators", "handle,former_handles\nmia,bo\nbo,\n", r"former_handles names bo"),
        ("briefs", "brief_id,hook_angle\nB1,curiosity\n", r"row 2, column hook_angle.*'curiosity'"),
        (
            "briefs",
            "brief_id,post_id\nB1,1;2\nB2,2\n",
            r"rows 2 and 3, column post_id: post 2 stands in briefs B1 and B2\. A post answers one",
        ),
        (
            "compliance",
            "handle,happened_on,severity\nmia,2026-05-01,severe\n",
            r"row 2, column severity.*note, warning, violation",
        ),
        (
            "compliance",
            "handle,happened_on,severity,resolved_on\nmia,2026-05-02,note,2026-05-01\n",
            r"resolved_on is 2026-05-01, before happened_on 2026-05-02",
        ),
        ("agreements", AGREED + "mia,2026-05-04,2026-05-03\n", r"row 2, column valid_to is"),
        (
            "agreements",
            AGREED + "mia,2026-05-04,2026-05-31\n@Mia,2026-05-31,\n",
            r"rows 2 and 3 are two agreements of mia on 2026-05-31",
        ),
        ("agreements", AGREED + "mia,2026-05-04,\nmia,2026-06-01,\n", r"two agreements of mia"),
        (
            "agreements",
            "handle,valid_from,commission_rate\nmia,2026-05-04,15\n",
            r"row 2, column commission_rate holds '15', a rate above 1\. Write it as 0\.15 or as",
        ),
        (
            "agreements",
            "handle,valid_from,commission_rate\nmia,2026-05-04,150%\n",
            r"row 2, column commission_rate holds '150%', a rate above 1",
        ),
        (
            "agreements",
            "handle,valid_from,flat_fee\nmia,2026-05-04,300\n",
            r"row 2, column fee_per is empty beside a flat_fee",
        ),
        (
            "agreements",
            "handle,valid_from\nmia,04/05/2026\n",
            r"row 2, column valid_from holds '04/05/2026', which is 2026-04-05 or 2026-05-04\. .*"
            r"date_order",
        ),
        (
            "agreements",
            "handle,valid_from\nmia,13/05/2026\nbo,5/14/2026\nzoe,5/4/2026\n",
            r"row 4, column valid_from holds '5/4/2026', which is 2026-05-04 or 2026-04-05",
        ),
        ("agreements", "handle,valid_from\nmia,4 May\n", r"'4 May'\. Write the date as 2026-05-04"),
        ("agreements", "handle,valid_from\nmia,31.4.2026\n", r"a day that does not exist"),
        ("agreements", "handle,valid_from\nmia,461\n", r"'461'\. Write the date as 2026-05-04"),
        ("notes", "week,block\n2026-W60,next\n", r"'2026-W60', a week that does not exist"),
        ("costs", "month,kind,spent\n2026-05,spark,€300\n", r"'€300', and the client's currency"),
        ("costs", "month,kind,spent\n2026-05,spark,-$3\n", r"'-\$3'\. Expected 0 or more"),
        ("costs", "month,kind,spent\n2026-05,spark,about 300\n", r"'about 300'\. Write a plain"),
        ("costs", "month,kind,kind\n2026-05,spark,spark\n", r"column kind stands twice"),
        ("costs", "month,kind,\n2026-05,spark,300\n", r"row 2 holds '300' in column 3, .*no name"),
        ("costs", "month,kind\n2026-05,spark,300\n", r"row 2 holds '300' in column 3, .*no name"),
        ("costs", "", r"is empty\. Its first row names the columns"),
        ("costs", "\0\1\2\3" * 9, r"holds binary data"),
        ("agreements", "handle,valid_from\nmia,2026-02-30\n", r"a day that does not exist"),
        ("agreements", "handle,valid_from\nmia,\n", r"row 2, column valid_from is empty"),
        ("products", 'product_id,price\n1,"1,20"\n', r"'1,20'\. Write a plain number"),
        ("products", "product_id,price\n1,-3\n", r"'-3'\. Expected 0 or more"),
        ("products", "product_id\n7.29E+18\n", r"an id a spreadsheet has rounded"),
        (
            "hooks",
            "post_id,window_s,views,held_views,source,seen_on\n1,3,100,120,creator,2026-05-01\n",
            r"held_views is 120, above views 100",
        ),
        (
            "spark_codes",
            "kind,post_id,handle\nvideo_code,,mia\n",
            r"column post_id is empty: a video_code belongs to one post",
        ),
        ("costs", "month,kind\n2026-05,product\n2026-05-01,product\n", r"rows 2, 3 are all for"),
        ("samples", "handle,unit_cost\nmia,free\n", r"row 2, column unit_cost holds 'free'"),
        ("samples", "handle\n,\nmia\n@\n", r"row 4, column handle holds '@'"),
        (
            "samples",
            "sample_id,handle\nS1,mia\nS1,zoe\n",
            r"rows 2, 3 are all for S1 \(column sample_id\)\. Keep one of them",
        ),
        (
            "samples",
            "handle,shipped_on,delivered_on\nmia,2026-05-04,2026-05-03\n",
            r"row 2, column delivered_on is 2026-05-03, before shipped_on 2026-05-04",
        ),
        (
            "samples",
            "handle,delivered_on\nmia,last Tuesday\n",
            r"row 2, column delivered_on holds 'last Tuesday'\. Write the date as",
        ),
        (
            "samples",
            "handle,post_id\nmia,7.6E+18\n",
            r"row 2, column post_id holds '7\.6E\+18', an id a spreadsheet has rounded",
        ),
        (
            "spark_codes",
            "kind,post_id,days\nvideo_code,1,sixty\n",
            r"row 2, column days holds 'sixty'\. Write a whole number",
        ),
        (
            "spark_codes",
            "kind,authorised_on,ends_on\nmass,2026-05-04,2026-05-01\n",
            r"row 2, column ends_on is 2026-05-01, before authorised_on 2026-05-04",
        ),
        (
            "spark_codes",
            "kind,flight_from,flight_to\nmass,2026-05-04,2026-05-01\n",
            r"row 2, column flight_to is 2026-05-01, before flight_from",
        ),
        ("spark_codes", "kind,handle\nspark,mia\n", r"row 2, column kind holds 'spark'"),
        (
            "agreements",
            "handle,valid_from,exclusivity\nmia,2026-05-04,total\n",
            r"row 2, column exclusivity holds 'total', which is none of none, category, full",
        ),
        (
            "agreements",
            "handle,valid_from,exclusivity_from,exclusivity_until\n"
            "mia,2026-05-04,2026-06-01,2026-05-31\n",
            r"row 2, column exclusivity_until is 2026-05-31, before exclusivity_from",
        ),
        (
            "agreements",
            "handle,valid_from,posts_per_week\nmia,2026-05-04,two\n",
            r"row 2, column posts_per_week holds 'two'",
        ),
        (
            "plans",
            "handle,planned_on,status\nmia,2026-05-04,done\n",
            r"row 2, column status holds 'done', which is none of idea, agreed, posted, dropped",
        ),
        ("plans", "handle,planned_on\nmia,soon\n", r"row 2, column planned_on holds 'soon'"),
        ("actions", "decision_id,done_on\n,2026-05-04\n", r"row 2, column decision_id is empty"),
        (
            "tiers",
            "handle,changed_on,to_tier\nmia,2026-05-04,0\n",
            r"row 2, column to_tier.*1 to 3",
        ),
        (
            "hooks",
            "post_id,window_s\n1,3\n",
            r"lacks the column views, held_views, source, seen_on",
        ),
        ("events", "date\n2026-13-01\n", r"row 2, column date holds '2026-13-01', a day that does"),
    ],
)
def test_a_mistake_names_file_row_column_and_the_remedy(tmp_path, name, text, said):
    rest = {"notes": "week,block\n2026-W19,next\n", "events": "date\n2026-05-04\n"}
    found = books(tmp_path, **{**rest, name: text})
    (told,) = (why for _, why in found.refused)
    assert told.startswith(f"{name}.csv")
    assert re.search(said, told), told
    assert all(len(found.tables[other]) == 1 for other in rest if other != name)


PEOPLE = "handle,former_handles\nmia,mia_old\nzoe.skin,\n"
WARES = "product_id\np1\n"


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        (
            "agreements",
            "handle,valid_from\nmia,2026-05-04\nzoe.skim,2026-05-04\n",
            "row 3, column handle holds 'zoe.skim', which creators.csv does not have. "
            "Did you mean zoe.skin?",
        ),
        (
            "samples",
            "handle\nmia_old\n@stranger\n",
            "row 3, column handle holds 'stranger', which creators.csv does not have.",
        ),
        (
            "briefs",
            "brief_id,handle,product_id\nB1,mia,p1\nB2,mia,p2\n",
            "row 3, column product_id holds 'p2', which products.csv does not have.",
        ),
        (
            "plans",
            "handle,planned_on\nnobody,2026-05-04\n",
            "row 2, column handle holds 'nobody', which creators.csv does not have.",
        ),
        (
            "compliance",
            "handle,happened_on,severity\nnobody,2026-05-04,note\n",
            "row 2, column handle holds 'nobody', which creators.csv does not have.",
        ),
        (
            "samples",
            "sample_id,handle,product_id,post_id\nS1,mia,p1,7\nS2,zoe.skin,p1,8\n"
            "S3,zoe.skin,p1,7\n",
            "rows 2, 4, column post_id: post 7 is counted for more than one sample of a product. "
            "A post answers one; take the others out.",
        ),
    ],
)
def test_what_ledgers_say_of_each_other_is_told_and_refuses_nothing(tmp_path, name, text, said):
    found = books(tmp_path, creators=PEOPLE, products=WARES, **{name: text})
    assert found.notes == [f"{name}.csv: {said}"]
    assert not found.refused
    assert len(found.tables[name]) == text.count("\n") - 1


def test_without_a_register_nobody_is_unknown_and_many_are_counted(tmp_path):
    deals = "handle,valid_from\n" + "".join(f"c{n},2026-05-04\n" for n in range(5))
    assert books(tmp_path, agreements=deals).notes == []
    told = books(tmp_path, creators="handle\nmia\n", agreements=deals).notes
    assert len(told) == 3
    assert told[2].endswith("And 2 more like these.")


# There and back through spreadsheets

HARD = {
    "handle": "señora.größe_東京",
    "post_id": "7636220386566685664",
    "product_id": "1729384756102938211",
    "sku_id": "1729384756102941313",
    "order_id": "0576462711111111111",
    "sample_id": "0007",
    "brief_id": "B0007",
    "decision_id": "production_line:post:7636220386566685664:check",
    "month": "2026-05",
    "week": "2026-W05",
    "kind": {"spark_codes": "mass", "costs": "spark", "events": "ads_off", "plans": "live"},
    "status": {"creators": "active", "plans": "agreed"},
    "commission_rate": "0.125",
    "shop_ads_commission_rate": "0.08",
    "flat_fee": "1234.50",
    "fee_per": "month",
    "exclusivity": "category",
    "severity": "warning",
    "hook_angle": "social_proof",
    "source": "creator",
    "block": "next",
    "former_handles": "",
    "language": "pt-BR",
    "in_stock": "yes",
}
DAYS = {"valid_from": "2026-01-04", "valid_to": "2026-12-11"}


def hard_rows(name: str) -> list[list[str]]:
    """A header and two rows of a ledger, with every column filled: long ids, days, accents."""
    rows = [list(ledgers.COLUMNS[name])]
    for number in (1, 2):
        rows.append([hard_cell(name, column, number) for column in rows[0]])
    return rows


def hard_cell(name: str, column: str, number: int) -> str:
    told = HARD.get(column, "")
    text = told[name] if isinstance(told, dict) else told
    once = column in ledger_rules.ONCE.get(name, ()) or column == "handle"
    if name == "costs":
        once = column == "month"
    if (name, column) == ("briefs", "post_id"):
        once = True  # a post answers one brief
    if text and once and number == 2:
        return "2026-06" if column == "month" else f"{text}9" if column != "source" else "ad"
    if text or column in HARD:
        return text
    kind = ledgers._type(name, column)
    plain = {contracts.DAY: DAYS.get(column, "2026-05-03"), contracts.MONEY: "0.10",
             contracts.COUNT: "3", contracts.NUMBER: "1.5"}  # fmt: skip
    if column in ledgers.TIERS:
        return "2"
    return plain.get(kind, "“Café – 5 €”, naïve; 50% Ω")


def as_excel(path: Path, rows: list[list[str]], typed: bool) -> None:
    """A workbook as a person fills it in: `typed` cells are dates and numbers, ids stay text."""
    book = openpyxl.Workbook()
    for line in rows:
        book.active.append([_typed_cell(rows[0][i], c) if typed else c for i, c in enumerate(line)])
    book.save(path)


def _typed_cell(column: str, text: str) -> object:
    if column.endswith("_id"):
        return text
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return date.fromisoformat(text)
    if re.fullmatch(r"\d+\.?\d*", text):
        return float(text) if "." in text else int(text)
    return text or None


@pytest.mark.parametrize("name", ledgers.COLUMNS)
def test_a_ledger_comes_back_from_excel_and_google_sheets_as_it_was(tmp_path, name):
    rows = hard_rows(name)
    made = {}
    for kind in ("plain", "excel", "typed", "sheets"):
        folder = tmp_path / kind
        folder.mkdir()
        if kind in ("excel", "typed"):
            as_excel(folder / f"{name}.xlsx", rows, typed=kind == "typed")
        else:  # Google Sheets downloads UTF-8 with CRLF and the sheet's name in the file's
            file = f"Programa – {name}.csv" if kind == "sheets" else f"{name}.csv"
            end = "\r\n" if kind == "sheets" else "\n"
            text = io.StringIO(newline="")
            csv.writer(text, lineterminator=end).writerows(rows)
            (folder / file).write_bytes(text.getvalue().encode())
        found = ledgers.read_ledgers(folder)
        assert not found.refused, found.refused
        made[kind] = found.tables[name]
    back = made["plain"]
    assert len(back) == 2
    first = back.iloc[0]
    for column in rows[0]:
        if column in ("post_id", "product_id", "sku_id", "order_id", "sample_id", "decision_id"):
            assert first[column] == HARD[column]
    if "handle" in rows[0]:
        assert first["creator_id"] == HARD["handle"]
    for kind in ("excel", "typed", "sheets"):
        pd.testing.assert_frame_equal(made[kind], back)


def test_what_a_ledger_says_is_written_back_by_pandas_and_read_again_the_same(tmp_path):
    """The sample's own ledgers, saved as XLSX by another library's writer."""
    before = ledgers.read_ledgers(SAMPLE / "ledgers").tables
    for path in sorted((SAMPLE / "ledgers").glob("*.csv")):
        held = pd.read_csv(path, dtype=str, keep_default_na=False)
        held.to_excel(tmp_path / f"{path.stem}.xlsx", index=False)
    after = ledgers.read_ledgers(tmp_path)
    assert not after.refused
    assert not after.notes
    for name, table in before.items():
        pd.testing.assert_frame_equal(after.tables[name], table)


# As Google Sheets and Excel write them


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("Creator program - agreements.csv", "agreements"),
        ("agreements - Sheet1.csv", "agreements"),
        ("Agreements (1).CSV", "agreements"),
        ("Q2 – Spark codes.tsv", "spark_codes"),
        ("spark-codes.csv", "spark_codes"),
    ],
)
def test_a_download_is_known_by_the_ledger_in_its_name(tmp_path, file, name):
    text = {"agreements": "handle,valid_from\nmia,2026-05-04\n", "spark_codes": "kind\nmass\n"}
    (tmp_path / file).write_text(text[name])
    found = ledgers.read_ledgers(tmp_path)
    assert {n: len(t) for n, t in found.tables.items() if len(t)} == {name: 1}
    assert not found.notes


def test_a_name_of_two_ledgers_and_other_files_are_said(tmp_path):
    (tmp_path / "creators - tiers.csv").write_text("handle\nmia\n")
    (tmp_path / "agreements.ods").write_bytes(b"PK")
    (tmp_path / "GUIDE.md").write_text("read me")
    found = ledgers.read_ledgers(tmp_path)
    assert [note.split(" is ")[0] for note in found.notes] == [
        "agreements.ods",
        "creators - tiers.csv",
    ]


def test_a_workbook_may_hold_a_sheet_for_each_ledger(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "Read me"
    book.active.append(["how to fill this in"])
    for title, rows in {
        "Agreements": [["handle", "valid_from", "commission_rate"], ["mia", 46146, 0.15]],
        "Spark codes": [["kind", "handle"], ["mass", "mia"], [None, None]],
        "costs": [["month", "kind", "spent"], [date(2026, 5, 1), "wages", 10]],
    }.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(tmp_path / "Creator program.xlsx")
    found = ledgers.read_ledgers(tmp_path)
    row = found.tables["agreements"].iloc[0]
    assert (row["valid_from"], row["commission_rate"]) == (pd.Timestamp("2026-05-04"), 0.15)
    assert found.tables["spark_codes"]["creator_id"].tolist() == ["mia"]
    told = [message for _, message in found.refused]
    assert len(told) == 1
    assert told[0].startswith(
        "Creator program.xlsx (sheet costs): row 2, column kind holds 'wages'"
    )
    assert [note.split(" is ")[0] for note in found.notes] == [
        "Creator program.xlsx (sheet Read me)"
    ]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_encodings_delimiters_and_line_ends(tmp_path, encoding, delimiter, newline):
    rows = [["date", "what"], ["2026-05-04", '"Café: 5 €\nopens"'], ["", ""], ["2026-05-05", "b"]]
    text = newline.join(delimiter.join(row) for row in rows) + newline
    (tmp_path / "events.csv").write_bytes(text.encode(encoding))
    found = ledgers.read_ledgers(tmp_path)
    assert not found.refused
    assert found.tables["events"]["what"].tolist() == ["Café: 5 €\nopens", "b"]


@pytest.mark.parametrize(
    ("cells", "told", "days"),
    [
        (["5/4/2026", "5/14/2026"], None, ["2026-05-04", "2026-05-14"]),
        (["4/5/2026", "14/5/2026"], None, ["2026-05-04", "2026-05-14"]),
        (["5/4/2026", "6/1/2026"], "mdy", ["2026-05-04", "2026-06-01"]),
        (["4/5/2026", "1/6/2026"], "dmy", ["2026-05-04", "2026-06-01"]),
        (["14/5/2026", "5/6/2026"], "mdy", ["2026-05-14", "2026-06-05"]),
        (["5/5/2026", "6/6/2026"], None, ["2026-05-05", "2026-06-06"]),
        (["4.5.2026", "14.05.2026"], "mdy", ["2026-05-04", "2026-05-14"]),
        (["46146", "46156"], None, ["2026-05-04", "2026-05-14"]),
        (["2026/5/4", "2026-05-14T00:00:00"], None, ["2026-05-04", "2026-05-14"]),
        (["5/4/2026 0:00:00", "5/14/2026 00:00"], None, ["2026-05-04", "2026-05-14"]),
    ],
)
def test_dates_as_spreadsheets_write_them(tmp_path, cells, told, days):
    rows = "".join(f"{cell},x\n" for cell in cells)
    (tmp_path / "events.csv").write_text(f"date,what\n{rows}")
    found = ledgers.read_ledgers(tmp_path, date_order=told)
    assert not found.refused
    assert found.tables["events"]["date"].tolist() == [pd.Timestamp(day) for day in days]


@pytest.mark.parametrize("cells", [["5/1/2026", "6/1/2026"], ["1/5/2026", "1/6/2026"], ["46143"]])
def test_a_month_that_a_spreadsheet_made_a_date_is_that_month(tmp_path, cells):
    rows = "".join(f"{cell},spark\n" for cell in cells)
    months = books(tmp_path, costs=f"month,kind\n{rows}").tables["costs"]["month"]
    expected = [pd.Timestamp("2026-05-01"), pd.Timestamp("2026-06-01")]
    assert months.tolist() == expected[: len(cells)]


@pytest.mark.parametrize(
    ("currency", "cell", "amount"),
    [
        ("USD", "$1,234.50", 1234.5),
        ("USD", "1,234.50", 1234.5),
        ("USD", "1234.5", 1234.5),
        ("USD", "1,200", 1200),
        ("USD", "$ 0.00", 0),
        ("EUR", "1.234,50 €", 1234.5),
        ("EUR", "€1,234.50", 1234.5),
        ("BRL", "R$ 1.234,50", 1234.5),
        ("BRL", "1.234", 1234),
        ("BRL", "12.50", 12.5),
        ("IDR", "Rp149.000", 149000),
        ("IDR", "149.000", 149000),
        ("GBP", "GBP 12", 12),
    ],
)
def test_amounts_as_spreadsheets_format_them(tmp_path, currency, cell, amount):
    (tmp_path / "costs.csv").write_text(f'month,kind,spent\n2026-05,spark,"{cell}"\n')
    found = ledgers.read_ledgers(tmp_path, currency)
    assert not found.refused
    assert found.tables["costs"]["spent"].tolist() == [amount]


@pytest.mark.parametrize(
    ("cell", "rate"), [("15%", 0.15), ("7.5 %", 0.075), ("7,5%", 0.075), ("0.15", 0.15), ("0%", 0)]
)
def test_rates_are_fractions_or_percentages(tmp_path, cell, rate):
    text = f'handle,valid_from,commission_rate\nmia,2026-05-04,"{cell}"\n'
    assert books(tmp_path, agreements=text).tables["agreements"]["commission_rate"].item() == rate


def test_blank_rows_unticked_boxes_and_blank_columns_are_nothing(tmp_path):
    text = "product_id,,in_stock,\n1,,TRUE,\n,,FALSE,\n,,,\n2,,FALSE,\n,,FALSE,\n"
    found = books(tmp_path, products=text)
    assert not found.refused
    assert found.tables["products"]["in_stock"].tolist() == ["TRUE", "FALSE"]


def test_rows_are_numbered_as_a_spreadsheet_shows_them(tmp_path):
    told = message(tmp_path, creators="handle,status\n\nmia,active\n,,\nbo,gone\n")
    assert "row 5, column status holds 'gone'" in told


def test_three_mistakes_are_told_and_the_rest_counted(tmp_path):
    rows = "".join(f"c{i},gone\n" for i in range(5))
    assert message(tmp_path, creators=f"handle,status\n{rows}").endswith("And 2 more like these.")


def test_agreements_that_follow_each_other_are_fine(tmp_path):
    found = books(tmp_path, agreements=AGREED + "mia,2026-05-31,\nmia,2026-05-01,2026-05-30\n")
    assert not found.refused
    assert len(found.tables["agreements"]) == 2


def test_one_refused_ledger_leaves_the_others(tmp_path):
    found = books(
        tmp_path, creators="handle,status\nmia,gone\n", events="date,kind\n2026-05-01,x\n"
    )
    assert [path.name for path, _ in found.refused] == ["creators.csv"]
    assert len(found.tables["events"]) == 1


def test_a_torn_workbook_is_refused_by_name(tmp_path):
    (tmp_path / "creators.xlsx").write_bytes(b"PK\x03\x04 torn")
    assert "creators.xlsx cannot be opened" in message(tmp_path)


def test_the_same_ledger_twice_is_refused(tmp_path):
    openpyxl.Workbook().save(tmp_path / "creators.xlsx")
    told = message(tmp_path, creators="handle\nmia\n")
    assert told == "creators.xlsx: creators.csv holds the same ledger. Keep one of them."


def people_of(tmp_path, **texts):
    tables = books(tmp_path, **texts).tables
    return tables, people.creators(
        tables, {"zoe"}, people.empty_followers(), date(2026, 5, 10), FLOORS
    )


def test_followers_make_the_tier_and_the_floor_belongs_to_it(tmp_path):
    text = "handle,followers,status\na,4999,active\nb,99999,left\nc,100000,\nd,500000,active\ne,,\n"
    _, found = people_of(tmp_path, creators=text)
    assert found["creator_id"].tolist() == ["a", "b", "c", "d", "e", "zoe"]
    assert found["tier"].tolist() == [1, 1, 2, 3, pd.NA, pd.NA]
    assert found["on_roster"].tolist() == [True, False, False, True, False, False]
    assert found["in_ledger"].tolist() == [True] * 5 + [False]


def test_the_last_move_on_or_before_the_day_is_the_tier(tmp_path):
    tables, found = people_of(
        tmp_path,
        creators="handle,followers,tier\nmia,10,3\n",
        tiers="handle,changed_on,from_tier,to_tier\n"
        "mia,2026-06-01,2,3\nmia,2026-04-01,1,2\nmia,2026-05-10,2,1\n",
    )
    mia = found[found["creator_id"] == "mia"].iloc[0]
    assert (mia["tier"], mia["entry_tier"]) == (1, 1)
    stand = {
        day: people.standing(found, tables["tiers"], tables["agreements"], day, FLOORS).iloc[0]
        for day in (date(2026, 3, 31), date(2026, 5, 9), date(2026, 6, 1))
    }
    assert [row["tier"] for row in stand.values()] == [3, 2, 3]
    assert [row["entry_tier"] for row in stand.values()] == [1, 1, 1]


def test_an_agreement_in_force_puts_on_the_roster(tmp_path):
    tables, found = people_of(
        tmp_path,
        creators="handle,status\nmia,paused\nbo,left\n",
        agreements="handle,valid_from,valid_to\nbo,2026-05-01,2026-05-10\nnew,2026-05-11,\n",
    )
    assert found.set_index("creator_id")["on_roster"].to_dict() == {
        "bo": True,
        "mia": False,
        "new": False,
        "zoe": False,
    }
    later = people.standing(found, tables["tiers"], tables["agreements"], date(2026, 5, 11), FLOORS)
    assert later.set_index("creator_id")["on_roster"].to_dict() == {
        "bo": False,
        "mia": False,
        "new": True,
        "zoe": False,
    }


def test_without_a_creators_ledger_everyone_is_on_the_roster(tmp_path):
    _, found = people_of(tmp_path, creators="handle,status\n")
    assert found["on_roster"].tolist() == [True]


def test_the_exports_followers_fill_in_where_the_ledger_is_silent(tmp_path):
    tables = books(tmp_path, creators="handle,followers\nmia,90000\nzoe,\n").tables
    printed = pd.DataFrame(
        {
            "creator_id": ["mia", "zoe", "zoe"],
            "followers": [200_000, 150_000, 90_000],
            "seen_on": pd.to_datetime(["2026-05-03", "2026-05-10", "2026-05-03"]),
        }
    )
    found = people.creators(tables, {"zoe"}, printed, date(2026, 5, 10), FLOORS)
    assert found["followers"].tolist() == [90_000, 150_000]
    assert found["tier"].tolist() == [1, 2]
