"""The reading of each market whose files the fixtures show."""

from datetime import date
from pathlib import Path

from kit.exports import Reading

TESTS = Path(__file__).parent.parent
FIXTURES = TESTS / "fixtures" / "exports"
JULY = (date(2026, 7, 1), date(2026, 7, 31))
ZONES = {
    ("USD", "US"): "America/Los_Angeles",
    ("MYR", "MY"): "Asia/Kuala_Lumpur",
    ("BRL", "BR"): "America/Sao_Paulo",
    ("VND", "VN"): "Asia/Ho_Chi_Minh",
    ("THB", "TH"): "Asia/Bangkok",
    ("PHP", "PH"): "Asia/Manila",
    ("IDR", "ID"): "Asia/Jakarta",
    ("MXN", "MX"): "America/Mexico_City",
    ("EUR", "DE"): "Europe/Berlin",
    ("GBP", "GB"): "Europe/London",
}


def reading(currency="USD", market="US", window=JULY, **more):
    """A Reading in the market's own zone, for files whose name holds no period."""
    zone = ZONES[currency, market]
    settings = {"export_time_zone": zone, "ads_time_zone": zone, "date_order": {}} | more
    return Reading(currency=currency, market=market, salt=b"a salt", window=window, **settings)
