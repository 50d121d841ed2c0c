"""The gates, one client of a few rows per reason to withhold.

The report is of Sunday 2026-05-10; its four weeks begin on Monday 2026-04-13.
"""

from datetime import date, timedelta

import pytest

from kit import client as clients
from kit import readiness
from kit.errors import ClientError
from tests import tiny

SUNDAY = date(2026, 5, 10)
MONDAYS = [date(2026, 4, 13) + timedelta(7 * i) for i in range(4)]


def weekly(kind, name, weeks=MONDAYS, **row):
    """One file per week; `views` or `orders` differ, so that no two files are the same."""
    files = {}
    for i, monday in enumerate(weeks):
        sunday = monday + timedelta(6)
        differs = {"views": str(1000 + i)} if "views" in kind else {}
        table = tiny.export(kind, {**differs, **row})
        files[f"{name}_{monday:%Y%m%d}-{sunday:%Y%m%d}.csv"] = table
    return files


def daily_orders(first=MONDAYS[0], days=28, skip=(), **row):
    """One order of 20.00 a day."""
    rows = [
        {
            "order": f"57990000000000{i:05d}",
            "created": f"{first + timedelta(i):%d/%m/%Y} 12:00:00",
            "paid": f"{first + timedelta(i):%d/%m/%Y} 12:01:00",
            **row,
        }
        for i in range(days)
        if i not in skip
    ]
    return {"affiliate.csv": tiny.export(tiny.AFFILIATE, *rows)}


def checked(home, files, as_of=SUNDAY, toml=tiny.TOML, **ledgers):
    tiny.client(home, files, toml=toml, **ledgers)
    return readiness.check(clients.open("acme", home), as_of)


def failed(result):
    return result.gates.loc[~result.gates["passed"], "gate"].tolist()


def whole():
    return weekly(tiny.VIDEO, "Video") | daily_orders()


def test_a_whole_client_is_ready(tmp_path):
    result = checked(tmp_path, whole())
    assert result.ready, result.reasons
    assert result.reasons == []
    assert result.as_of == SUNDAY


def test_a_refused_file_withholds_and_is_named(tmp_path):
    result = checked(tmp_path, whole() | {"notes.csv": [["when", "what"], ["now", "this"]]})
    assert failed(result) == ["files"]
    assert "notes.csv" in result.reasons[0]


def test_an_order_file_without_a_row_is_read_and_graded(tmp_path):
    empty = {"affiliate.csv": tiny.export(tiny.AFFILIATE)}
    result = checked(tmp_path, weekly(tiny.VIDEO, "Video") | empty)
    row = result.tables.set_index("kind").loc["affiliate_orders"]
    assert result.ready
    assert row["rows"] == 0


def test_a_refused_ledger_withholds(tmp_path):
    result = checked(tmp_path, whole(), creators="handle,status\nmia,gone\n")
    assert failed(result) == ["files"]
    assert "creators.csv: row 2, column status" in result.reasons[0]


def test_a_missing_week_inside_the_four_withholds(tmp_path):
    files = weekly(tiny.VIDEO, "Video", [MONDAYS[0], MONDAYS[2], MONDAYS[3]]) | daily_orders()
    result = checked(tmp_path, files)
    assert failed(result) == ["coverage"]
    assert "video data 2026-04-20 to 2026-04-26" in result.reasons[0]


def test_an_older_gap_is_said_and_withholds_nothing(tmp_path):
    early = [MONDAYS[0] - timedelta(21), MONDAYS[0] - timedelta(7)]
    files = weekly(tiny.VIDEO, "Video", [*early, *MONDAYS]) | daily_orders()
    result = checked(tmp_path, files)
    assert result.ready
    gap = "No video data for 30 March – 5 April 2026, before the four weeks of this report."
    assert result.notes[0] == gap


def test_a_list_that_stops_short_of_the_day_withholds(tmp_path):
    result = checked(tmp_path, weekly(tiny.VIDEO, "Video", MONDAYS[:3]) | daily_orders())
    assert failed(result) == ["coverage"]
    assert "video data 2026-05-04 to 2026-05-10" in result.reasons[0]


def test_days_before_a_lists_first_file_are_no_gap(tmp_path):
    assert checked(tmp_path, weekly(tiny.VIDEO, "Video", MONDAYS[2:]) | daily_orders()).ready


def test_a_kind_downloaded_once_long_ago_is_no_regular_supply(tmp_path):
    once = weekly(tiny.CREATOR, "Creator", [MONDAYS[0] - timedelta(28)])
    assert checked(tmp_path, whole() | once).ready


def test_orders_that_stop_early_withhold(tmp_path):
    result = checked(tmp_path, weekly(tiny.VIDEO, "Video") | daily_orders(days=22))
    assert failed(result) == ["coverage"]
    assert "affiliate orders" in result.reasons[0]


def test_a_quiet_day_of_a_small_shop_is_no_gap(tmp_path):
    quiet = [i for i in range(28) if i % 3]
    assert checked(tmp_path, weekly(tiny.VIDEO, "Video") | daily_orders(skip=quiet)).ready


def test_a_run_of_days_without_orders_is_a_gap(tmp_path):
    result = checked(tmp_path, weekly(tiny.VIDEO, "Video") | daily_orders(skip=range(10, 17)))
    assert failed(result) == ["coverage"]


def creators(video, total="$140.00", **more):
    row = {"video": video, "gmv": total, **more}
    weeks = weekly(tiny.CREATOR, "Creator", **row)
    for i, table in enumerate(weeks.values()):
        table[1][table[0].index("Attributed orders")] = str(7 + i)
    return weeks


def test_creator_sums_that_match_the_lines_reconcile(tmp_path):
    # 7 orders of 20.00 a week.
    assert checked(tmp_path, whole() | creators("$140.00")).ready


def test_parts_that_do_not_make_the_whole_withhold(tmp_path):
    result = checked(tmp_path, whole() | creators("$100.00"))
    assert failed(result) == ["reconciliation"]
    assert "560.00, video, LIVE and product card add up to 400.00" in result.reasons[0]


def test_creator_sums_that_miss_the_lines_withhold(tmp_path):
    result = checked(tmp_path, whole() | creators("$120.00", "$120.00"))
    assert failed(result) == ["reconciliation"]
    assert (
        "480.00, the affiliate order lines of the same days add up to 560.00" in result.reasons[0]
    )


def test_later_cancellations_still_stand_in_the_lists(tmp_path):
    gone = daily_orders(status="Cancelled")
    files = weekly(tiny.VIDEO, "Video") | gone | creators("$140.00")
    assert "reconciliation" not in failed(checked(tmp_path, files))


def test_unpaid_lines_never_stood_in_the_lists(tmp_path):
    unpaid = tiny.export(
        tiny.AFFILIATE,
        {"order": "5799000000000099999", "status": "Unpaid", "paid": "", "gmv": "500.00"},
    )
    assert checked(tmp_path, whole() | creators("$140.00") | {"unpaid.csv": unpaid}).ready


def test_a_difference_within_the_tolerance_is_let_pass(tmp_path):
    # 0.7% of the larger sum.
    assert checked(tmp_path, whole() | creators("$141.00", "$141.00")).ready


def test_the_tolerance_is_the_clients(tmp_path):
    toml = tiny.TOML + "[policy]\nreconciliation_tolerance = 0.001\n"
    result = checked(tmp_path, whole() | creators("$141.00", "$141.00"), toml=toml)
    assert failed(result) == ["reconciliation"]


def test_money_set_aside_withholds_above_the_tolerance(tmp_path):
    damaged = tiny.export(tiny.AFFILIATE, {}, {"order": "5.799E+18", "gmv": "5.00"})
    result = checked(tmp_path, whole() | {"b.csv": damaged})
    # 5.00 of 560 + 20 + 5 is 0.9%.
    assert failed(result) == ["set aside"]
    assert "0.9% of the money in affiliate orders" in result.reasons[0]


def test_a_little_money_set_aside_is_let_pass(tmp_path):
    damaged = tiny.export(tiny.AFFILIATE, {}, {"order": "5.799E+18", "gmv": "2.50"})
    result = checked(tmp_path, whole() | {"b.csv": damaged})
    assert result.ready
    assert "1 rows set aside" in result.gates.set_index("gate").loc["set aside", "detail"]


@pytest.mark.parametrize(("gmv", "ready"), [("5.00", True), ("6.50", False)])
def test_unknown_status_words_withhold_above_one_percent(tmp_path, gmv, ready):
    # 5.00 of 565.00 is 0.9%, 6.50 of 566.50 is 1.1%.
    strange = tiny.export(
        tiny.AFFILIATE, {"order": "5799000000000099999", "status": "Reticulating", "gmv": gmv}
    )
    result = checked(tmp_path, whole() | {"b.csv": strange})
    assert result.ready is ready
    if not ready:
        assert failed(result) == ["status words"]
        assert "(Reticulating)" in result.reasons[0]


def test_orders_without_money_withhold(tmp_path):
    result = checked(tmp_path, weekly(tiny.VIDEO, "Video") | daily_orders(gmv="0.00"))
    assert not result.ready
    assert "Payment Amount 0 for 28 orders" in result.reasons[0]


def test_a_day_before_the_data_is_an_error_that_says_from_when(tmp_path):
    with pytest.raises(ClientError, match=r"as_of 2020-01-01 is before .* begin on 2026-04-13"):
        checked(tmp_path, whole(), as_of="2020-01-01")


def test_a_client_whose_every_file_was_refused_is_not_ready(tmp_path):
    result = checked(tmp_path, {"notes.csv": [["when", "what"], ["now", "this"]]})
    assert not result.ready
    assert failed(result) == ["data", "files"]
    assert "notes.csv" in result.reasons[1]


def test_the_default_day_is_the_newest_of_the_tables(tmp_path):
    assert checked(tmp_path, whole(), as_of=None).as_of == SUNDAY


def test_freshness_is_measured_against_the_day_asked_for(tmp_path):
    result = checked(tmp_path, whole(), as_of="2026-05-17")
    assert failed(result) == ["coverage"]
    ages = result.tables.set_index("kind")["age_days"]
    assert ages.dropna().to_dict() == {"affiliate_orders": 7, "video_data": 7}


def test_what_is_missing_says_what_it_costs_and_where_it_is(tmp_path):
    told = checked(tmp_path, whole(), hooks="post_id,window_s,views,held_views,source,seen_on\n")
    text = " ".join(told.cannot)
    assert "No shop orders: repeat purchase" in text
    assert "Orders > Manage orders > Export" in text
    assert (
        "No hooks ledger: 3-second hook retention, which no platform export holds, cannot be known"
        in text
    )
    assert "No video data" not in text


def test_content_ids_in_no_list_are_counted(tmp_path):
    lost = tiny.export(tiny.AFFILIATE, {"order": "5799000000000099999", "post": "7599000000000009"})
    result = checked(tmp_path, whole() | {"b.csv": lost})
    assert "1 content id stands only in order lines, in no list of videos or LIVEs." in result.notes


def test_refused_files_are_told_by_reason_and_not_all_of_them(tmp_path):
    lists = {f"{name}.csv": tiny.export(tiny.CREATOR, {"handle": name}) for name in "ab"}
    kinds = {"c.csv": tiny.VIDEO, "d.csv": tiny.LIVE, "e.csv": tiny.ADS}
    more = {name: tiny.export(kind, {"orders": "7"}) for name, kind in kinds.items()}
    result = checked(tmp_path, whole() | lists | more)
    (reason,) = result.reasons
    assert reason.startswith("Refused: a.csv, b.csv: each is a file of creator data and its name")
    assert "e.csv" not in reason
    assert reason.endswith(
        "And 1 more: kit ingest --client acme names each. Mend these files or take them out of "
        "exports."
    )
