"""One file per way in which an export goes wrong; each is refused, by name, with the next step."""

import re

import pytest

from kit.errors import ExportError
from kit.exports import read_file
from tests.exports.readings import TESTS, reading

BROKEN = TESTS / "broken_exports"
WEEK = "_20260701-20260731"
MESSAGES = {
    "empty.csv": "is empty. Download the export again.",
    "web_page.csv": "holds a web page, not a table",
    "binary.csv": "holds binary data, not a table",
    "old_workbook.xls": "is an old .xls workbook or protected by a password. Save it as .xlsx",
    "truncated.xlsx": "is a damaged or incomplete workbook",
    "no_known_header.csv": "has no header row of a known export in its first 15 rows",
    "no_known_sheet.xlsx": "has no header row of a known export in its first 15 rows (sheet Notes)",
    f"header_in_row_16{WEEK}.csv": "has no header row of a known export in its first 15 rows",
    f"renamed_gmv{WEEK}.csv": "Nearest is creator data; it lacks Creator-attributed GMV",
    "lacks_payment_amount.csv": "lacks Payment Amount; it is a file of affiliate orders",
    "shop_orders_without_buyers.csv": "lacks Buyer Username; it is a file of shop orders",
    "mixed_currencies.csv": "mixes currencies (EUR, USD)",
    f"mixed_marks{WEEK}.csv": "mixes currencies ($, RM)",
    f"another_currency{WEEK}.csv": "prints RM, and the client's currency is USD",
    "another_currency_code.csv": "prints GBP, and the client's currency is USD",
    f"gmv_zero{WEEK}.csv": "says Creator-attributed GMV 0 for 33 orders",
    "payment_amount_empty.csv": "says Payment Amount 0 for 3 orders",
    "month_first.csv": "has dates that cannot be day/month/year (06/27/2026 in row 2), which is",
    "both_day_orders.csv": "prints some dates as day/month/year and others as month/day/year",
    "outside_its_period_20260701_20260705_1.csv": "has dates that cannot be day/month/year",
    f"two_tables{WEEK}.csv": "holds two tables below each other (another header in row 6)",
    f"one_table_twice{WEEK}.csv": "holds two tables below each other (another header in row 5)",
    "no_period.csv": "is a file of creator data and its name holds no period",
    "two_periods_20260701-20260707_20260708-20260714.csv": "names more than one period",
    "ends_before_it_begins_20260731-20260701.csv": "names a period that ends before it begins",
    f"one_video_two_figures{WEEK}.csv": "the same Video ID and Product ID and different figures "
    "(rows 2, 5)",
    f"one_creator_two_figures{WEEK}.csv": "the same Creator name and different figures (rows 2, 5)",
    "one_line_two_figures.csv": "the same Order ID and SKU ID and Content ID and different figures "
    "(rows 2, 5)",
    "quote_never_ends.csv": "has a quoted cell in row 4 that never ends",
    f"two_gmv_columns{WEEK}.csv": "has Creator-attributed GMV and Affiliate-attributed GMV, which "
    "both mean gmv and differ",
    "swapped_by_a_spreadsheet.xlsx": "mixes real dates and text in Time Created",
    f"one_sheet_broken{WEEK}.xlsx": "(sheet Videos) lacks Video product clicks",
}


@pytest.mark.parametrize("name", MESSAGES)
def test_broken_file_is_refused_by_name_with_its_reason(name):
    with pytest.raises(ExportError, match="^" + re.escape(name)) as refused:
        read_file(BROKEN / name, reading(window=None))
    assert MESSAGES[name] in str(refused.value)
    assert str(refused.value).endswith(".")


def test_euro_amounts_written_both_ways_are_refused():
    name = f"euro_both_ways{WEEK}.csv"
    with pytest.raises(ExportError, match=f"^{name} writes EUR amounts with dots and with commas"):
        read_file(BROKEN / name, reading("EUR", "DE"))


def test_every_broken_file_is_tested():
    there = {path.name for path in BROKEN.iterdir() if not path.name.endswith((".py", "__"))}
    assert there == {*MESSAGES, f"euro_both_ways{WEEK}.csv"}
