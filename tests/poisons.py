"""Twelve ways in which one client's Monday goes wrong, each with what its report must then say."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from kit import reports
from tests.run_client import AS_OF, FIRST, SETTINGS, write_client, write_notebook, write_orders


class Poison(NamedTuple):
    """`spoil` damages a good client's folder; its report is then `status` with this `sentence`."""

    spoil: Callable[[Path], object]
    status: str
    sentence: re.Pattern


def _said(text: str) -> re.Pattern:
    return re.compile(text, re.DOTALL)


def _toml(text: str) -> Callable[[Path], object]:
    return lambda client: (client / "client.toml").write_text(text)


def _orders(client: Path) -> Path:
    return client / "exports" / "orders.csv"


def _edited(old: str, new: str) -> Callable[[Path], object]:
    return lambda client: _orders(client).write_text(_orders(client).read_text().replace(old, new))


def _late(client: Path) -> None:
    _orders(client).unlink()
    days = [AS_OF + timedelta(days=number) for number in range(7, 14)]
    write_orders(client, "orders.csv", [(day, "10.00") for day in days])


def _stale(client: Path) -> None:
    _orders(client).unlink()
    days = [FIRST + timedelta(days=number) for number in range(20)]
    write_orders(client, "orders.csv", [(day, "10.00") for day in days])


def _blocked(client: Path) -> None:
    folder = client.parents[1] / "reports" / client.name
    folder.parent.mkdir(exist_ok=True)
    folder.write_text("a file where the reports belong")


POISONS = {
    "unknown_setting": Poison(
        _toml(SETTINGS + 'curency = "USD"\n'), "failed", _said("unknown key curency.*currency")
    ),
    "torn_settings": Poison(_toml('currency = "USD'), "failed", _said("client.toml is not TOML")),
    "impossible_policy": Poison(
        _toml(SETTINGS + "[policy.velocity]\ntarget = -3\n"), "failed", _said("velocity.target")
    ),
    "another_source": Poison(
        _toml(SETTINGS + 'source = "snowflake://x"\n'),
        "failed",
        _said("snowflake://x needs a package that is not installed here"),
    ),
    "empty_drop_zone": Poison(
        lambda client: _orders(client).unlink(), "failed", _said("exports is empty. Put the")
    ),
    "unknown_file": Poison(
        lambda client: (client / "exports" / "odd.csv").write_text("apples,pears\n1,2\n"),
        "withheld",
        _said("odd.csv"),
    ),
    "torn_workbook": Poison(
        lambda client: (client / "exports" / "list.xlsx").write_bytes(b"PK\x03\x04" + b"\0" * 50),
        "withheld",
        _said("list.xlsx"),
    ),
    "another_currency": Poison(_edited("USD", "EUR"), "withheld", _said("orders.csv.*EUR")),
    "lost_column": Poison(
        _edited("Order ID", "Ordr Nmbr"), "withheld", _said("orders.csv.*Order ID")
    ),
    "before_the_data": Poison(_late, "failed", _said("2026-05-10 is before the data")),
    "no_new_download": Poison(
        _stale, "withheld", _said("No data for affiliate orders 2026-04-21 to 2026-05-10")
    ),
    "blocked_folder": Poison(_blocked, "failed", _said("reports.*(Not a directory|File exists)")),
}


def poisoned_fleet(home: Path, good: int, poisons: list[str]) -> None:
    """Clients good0, good1, … and one named for each poison, all alike but for it."""
    write_notebook(home / "notebooks" / "weekly_review.ipynb")
    for number in range(good):
        write_client(home, f"good{number}")
    for name in poisons:
        POISONS[name].spoil(write_client(home, name.replace("_", "-")))


def outcomes(home: Path) -> dict[str, reports.Outcome]:
    """What becomes of each client's report, all asked for at once."""
    notebook = home / "notebooks" / "weekly_review.ipynb"
    names = reports.real_clients(home)
    made = reports.run_clients(names, AS_OF, [str(notebook)], home=home)
    return {outcome.client: outcome for outcome in made}
