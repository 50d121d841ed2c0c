"""Printed times to instants, and the periods in file names."""

from datetime import date

import pandas as pd
import pytest

from kit.exports import dates, periods


def instants(cells, zone, order="dmy"):
    local, bad = dates.local_times(dates.parts(pd.Series(cells, dtype="str")), order)
    return dates.to_utc(local, zone), bad.tolist()


@pytest.mark.parametrize(
    ("cell", "order", "local"),
    [
        ("27/06/2026 10:21:33", "dmy", "2026-06-27 10:21:33"),
        ("06/27/2026 10:21:33 AM", "mdy", "2026-06-27 10:21:33"),
        ("07/04/2026 10:03:10 PM", "mdy", "2026-07-04 22:03:10"),
        ("07/04/2026 12:03:10 AM", "mdy", "2026-07-04 00:03:10"),
        ("07/04/2026 12:03:10 PM", "mdy", "2026-07-04 12:03:10"),
        ("7/4/2026 9:00:12 AM", "mdy", "2026-07-04 09:00:12"),
        ("2026/06/27 10:21:33", "dmy", "2026-06-27 10:21:33"),
        ("2026-07-04 18:32", "mdy", "2026-07-04 18:32:00"),
        ("2026-07-04", "mdy", "2026-07-04 00:00:00"),
        ("04/07/2026", "dmy", "2026-07-04 00:00:00"),
        ("29/02/2028 00:00:00", "dmy", "2028-02-29 00:00:00"),
        ("31/02/2026 10:00:00", "dmy", None),
        ("04/13/2026 10:00:00", "dmy", None),
        ("04/07/2026 24:00:00", "dmy", None),
        ("07/04/2026 13:00:00 PM", "mdy", None),
        ("04/07/26", "dmy", None),
        ("-152032", "dmy", None),
    ],
)
def test_printed_times_are_read_in_one_order(cell, order, local):
    # a second cell of another shape keeps the fast path for uniform columns out of play
    for cells in ([cell], [cell, "2026-01-01"]):
        found, bad = dates.local_times(dates.parts(pd.Series(cells, dtype="str")), order)
        assert bad.tolist()[0] == (local is None)
        assert found.iloc[0] is pd.NaT if local is None else found.iloc[0] == pd.Timestamp(local)


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Europe/Dublin", "Europe/Berlin"])
def test_the_autumn_hour_that_happens_twice_is_the_earlier(zone):
    day = "02/11/2025" if zone.startswith("America") else "26/10/2025"
    hour = "02" if zone == "Europe/Berlin" else "01"
    found, bad = instants([f"{day} {hour}:30:00", f"{day} 00:30:00"], zone)
    # summer time still runs: Los Angeles UTC-7, Dublin UTC+1, Berlin UTC+2
    earlier = {"America/Los_Angeles": "2025-11-02T08:30Z", "Europe/Dublin": "2025-10-26T00:30Z"}
    assert found.iloc[0] == pd.Timestamp(earlier.get(zone, "2025-10-26T00:30Z"))
    assert bad == [False, False]


def test_a_time_in_the_hour_that_spring_skips_is_the_first_after_it():
    found, _ = instants(["08/03/2026 02:30:00"], "America/Los_Angeles")
    assert found.iloc[0] == pd.Timestamp("2026-03-08T10:00Z")


def test_a_day_above_twelve_decides_the_order_of_all():
    parts = [
        dates.parts(pd.Series(["04/07/2026"], dtype="str")),
        dates.parts(pd.Series(["27/06/2026"], dtype="str")),
    ]
    assert dates.possible_orders(parts[:1]) == {"dmy", "mdy"}
    assert dates.possible_orders(parts) == {"dmy"}
    parts.append(dates.parts(pd.Series(["06/27/2026"], dtype="str")))
    assert dates.possible_orders(parts) == set()


JULY = (date(2026, 7, 1), date(2026, 7, 31), False)
WEEK = (date(2026, 7, 1), date(2026, 7, 8))


@pytest.mark.parametrize(
    ("name", "period"),
    [
        ("Transaction_Analysis_Creator_List_20260701-20260731.xlsx", JULY),
        ("Video_List_20260701-20260731 (1).xlsx", JULY),
        ("creator_order_all_20260701_20260731_2.csv", JULY),
        ("creator data 2026-07-01 - 2026-07-31.csv", JULY),
        ("creator data 2026-07-01_2026-07-31.csv", JULY),
        ("Creative Data For Product Campaigns 20260701 - 20260731.xlsx", JULY),
        (
            "creative data for product campaigns 2026-07-01 00 ~ 2026-07-08 12.xlsx",
            (*WEEK, True),
        ),
        (
            "creative data for product campaigns 2026-07-01 00 ~ 2026-07-08 23.xlsx",
            (*WEEK, False),
        ),
        ("creative data 2026-07-01 00 ~ 2026-07-08 23 (2).xlsx", (*WEEK, False)),
        (
            "Creative data 2026-07-01 - 2026-07-08 - Product 1729000000000000201.xlsx",
            (*WEEK, False),
        ),
        ("affiliate_orders_7599000000020260701.csv", None),
        ("Video_List_20260701.xlsx", None),
        ("Video_List_20261301-20261331.xlsx", None),
        ("Video_List_20260731-20260231.xlsx", None),
    ],
)
def test_period_comes_from_the_name(name, period):
    assert periods.in_name(name) == (set() if period is None else {period})
