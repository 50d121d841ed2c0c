"""A new client's folder: complete, readable, and never over an existing one."""

import re
import tomllib
from pathlib import Path

import pytest

from kit.client import read_config
from kit.errors import ClientError, PolicyError
from kit.ledgers import COLUMNS, read_ledgers
from kit.policy import Policy, load_policy
from kit.start import TEMPLATES, new_client


def test_it_holds_settings_a_drop_zone_and_blank_ledgers(tmp_path):
    folder = new_client("acme", "eur", "de", "Europe/Berlin", tmp_path)
    assert folder == tmp_path / "data" / "acme"
    config, policy = read_config(folder)
    assert (config.name, config.currency, config.market) == ("acme", "EUR", "DE")
    assert config.time_zone == config.export_time_zone == "Europe/Berlin"
    assert not config.demo
    assert policy == Policy()
    assert list((folder / "exports").iterdir()) == []
    assert (folder / "ledgers" / "GUIDE.md").exists()
    ledgers = read_ledgers(folder / "ledgers")
    assert ledgers.refused == []
    assert all(table.empty for table in ledgers.tables.values())


def test_ledgers_may_be_filled_in_one_after_the_other(tmp_path):
    (tmp_path / "data").mkdir()
    ledgers = new_client("acme", home=tmp_path) / "ledgers"
    with (ledgers / "creators.csv").open("a") as file:
        file.write("mia,12000\n")
    books = read_ledgers(ledgers, "USD")
    assert books.refused == []
    assert books.tables["creators"]["creator_id"].tolist() == ["mia"]


def test_an_existing_client_is_left_alone(tmp_path):
    folder = new_client("acme", home=tmp_path)
    (folder / "client.toml").write_text("mine")
    with pytest.raises(ClientError, match="acme exists already, and nothing in it was changed"):
        new_client("acme", home=tmp_path)
    assert (folder / "client.toml").read_text() == "mine"


def test_a_name_that_differs_by_its_capitals_alone_is_taken(tmp_path):
    new_client("acme", home=tmp_path)
    with pytest.raises(ClientError, match="Windows and macOS take Acme for the same"):
        new_client("Acme", home=tmp_path)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"time_zone": "America/Los_Angles"}, "did you mean America/Los_Angeles"),
        ({"currency": "dollars"}, "currency is 'DOLLARS'. expected 3 letters"),
        ({"market": "USA"}, "market is 'USA'. expected 2 letters"),
        ({"time_zone": 'x"\\1\nevil = 1'}, "no such time zone"),
    ],
)
def test_impossible_settings_make_no_folder(tmp_path, settings, message):
    with pytest.raises(PolicyError, match=message):
        new_client("acme", home=tmp_path, **settings)
    assert list((tmp_path / "data").iterdir()) == []


@pytest.mark.parametrize("name", ["../evil", "a/b", "", ".hidden"])
def test_a_name_that_is_a_path_is_refused(tmp_path, name):
    with pytest.raises(ClientError, match="cannot name a client"):
        new_client(name, home=tmp_path)


def test_the_commented_thresholds_are_the_ones_that_hold_without_them():
    lines = (TEMPLATES / "client.toml").read_text().splitlines()
    group = lines[lines.index("# [policy]") :]
    told = tomllib.loads("\n".join(line.removeprefix("# ") for line in group))["policy"]
    assert told["spark"].pop("conversion_bar") == 0.03  # an example: by default there is none
    assert load_policy(told) == Policy()


def test_blank_ledgers_have_the_columns_the_kit_reads():
    blank = {path.stem: path.read_text() for path in (TEMPLATES / "ledgers").glob("*.csv")}
    assert blank == {name: ",".join(columns) + "\n" for name, columns in COLUMNS.items()}


@pytest.mark.parametrize("ledger", COLUMNS)
def test_the_guide_explains_every_column(ledger):
    guide = Path(TEMPLATES / "ledgers" / "GUIDE.md").read_text()
    part = guide[guide.index(f"## {ledger}.csv") :].split("\n## ")[0]
    cells = re.findall(r"^\| ([^|]+) \|", part, re.MULTILINE)
    told = {name.strip(" *") for cell in cells for name in cell.split(",")}
    assert set(COLUMNS[ledger]) <= told
