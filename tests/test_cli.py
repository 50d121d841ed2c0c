"""The command line: exit codes, one clean line per mistake, and a light start."""

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from kit import cli, events
from kit.running import REPORTS, Outcome
from tests.run_client import SETTINGS, write_client, write_notebook, write_orders

COMMANDS = [
    "new",
    "demo",
    "ingest",
    "check",
    "run",
    "deck",
    "pdf",
    "deliver",
    "creator",
    "share",
    "brief",
    "plan",
    "today",
    "backtest",
    "explain",
    "runs",
    "prune",
    "doctor",
    "lab",
]


@pytest.fixture
def kit(capsys, monkeypatch):
    """Call the command line; give exit code, stdout and stderr."""

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["kit", *map(str, arguments)])
        monkeypatch.setenv("KIT_HOME", os.environ.get("KIT_HOME", ""))
        with pytest.raises(SystemExit) as left:
            cli.main()
        said = capsys.readouterr()
        return left.value.code, said.out, said.err

    return call


@pytest.fixture
def home(tmp_path):
    write_client(tmp_path)
    return tmp_path


def test_help_lists_the_commands_of_this_version_and_no_other(kit):
    code, out, _ = kit("--help")
    listed = [line.split()[0] for line in out[out.index("Commands:") :].splitlines()[1:] if line]
    assert code == 0
    assert listed == COMMANDS
    assert out.startswith("Usage: kit [OPTIONS]")
    assert "..." not in out[out.index("Commands:") :]


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_explains_itself(kit, command):
    code, out, _ = kit(command, "--help")
    assert code == 0
    assert "Usage:" in out


def test_help_imports_nothing_heavy():
    heavy = "{'pandas', 'matplotlib', 'ibis', 'rich', 'papermill', 'pydantic'}"
    probe = f"import sys, kit.cli; print(sorted({heavy} & set(sys.modules)))"
    found = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, check=True, timeout=60
    )
    assert found.stdout.strip() == "[]"


def test_the_installed_command_runs():
    command = Path(sys.executable).with_name("kit")
    found = subprocess.run([command, "--help"], capture_output=True, text=True, timeout=60)
    assert found.returncode == 0
    assert "Make dated reports." in found.stdout


def test_new_then_an_empty_drop_zone(kit, tmp_path):
    code, out, _ = kit("new", "acme", "--home", tmp_path)
    assert code == 0
    assert "kit ingest --client acme" in out
    code, _, err = kit("ingest", "--client", "acme", "--home", tmp_path)
    assert code == 2
    assert err.startswith(f"{tmp_path / 'data' / 'acme' / 'exports'} is empty. Put the platform's")
    assert err.count("\n") == 1
    code, out, _ = kit("check", "--client", "acme", "--home", tmp_path)
    assert code == 1
    assert "is empty" in out


def test_an_unknown_client_is_named_with_the_nearest(kit, home):
    for command in ("ingest", "check", "deck"):
        code, _, err = kit(command, "--client", "tinny", "--home", home)
        assert code == 2
        assert "There is no client tinny" in err
        assert "Did you mean tiny?" in err
        assert err.count("\n") == 1


def test_ingest_says_what_it_read(kit, home):
    code, out, err = kit("--home", home, "ingest", "--client", "tiny")
    assert (code, err) == (0, "")
    assert "orders.csv" in out
    assert "Set aside no row." in out
    assert "orders 42" in out


def test_a_refused_file_is_named_whole_on_stderr(kit, home):
    name = f"{'a very long file name ' * 8}.csv"
    (home / "data" / "tiny" / "exports" / name).write_text("apples,pears\n1,2\n")
    code, out, err = kit("ingest", "--client", "tiny", "--home", home)
    assert code == 2
    assert name in err
    assert "Refused 1 file." in out
    assert (home / "data" / "tiny" / "tables" / "orders.parquet").exists()


def test_files_refused_for_one_reason_are_one_line(kit, home):
    for name in ("cats.csv", "dogs.csv"):
        (home / "data" / "tiny" / "exports" / name).write_text(f"apples,pears\n{name},2\n")
    _, out, err = kit("ingest", "--client", "tiny", "--home", home)
    assert err.startswith("Refused: cats.csv, dogs.csv: each has no header row of a known export")
    assert err.count("\n") == 1
    assert "Refused 2 files." in out
    assert "set_aside 2" not in out


def test_check_is_of_the_last_sunday_that_the_data_cover(kit, home):
    write_orders(home / "data" / "tiny", "later.csv", [(date(2026, 5, 12), "20.00")], start=99)
    _, out, _ = kit("check", "--client", "tiny", "--home", home)
    assert out.startswith("tiny is ready for 2026-05-10.\n")


def test_deliver_says_why_nothing_was_sent(kit, home):
    code, out, _ = kit("deliver", "--client", "tiny", "--as-of", "2026-05-10", "--home", home)
    assert code == 0
    assert out.startswith("Nothing is sent: there is no ")
    assert "templates/delivery.toml shows how it names receivers." in out


def test_check_as_json(kit, home):
    code, out, _ = kit("check", "--client", "tiny", "--home", home, "--json")
    told = json.loads(out)
    assert code == 0
    assert told["ready"] is True
    assert told["as_of"] == "2026-05-10"
    assert {gate["gate"] for gate in told["gates"]} >= {"files", "coverage", "reconciliation"}
    assert told["tables"][0]["rows"] == 42
    assert told["tables"][0]["newest"] == "2026-05-10"
    code, out, _ = kit(
        "check", "--client", "tiny", "--home", home, "--as-of", "2026-06-28", "--json"
    )
    told = json.loads(out)
    assert code == 1
    assert told["ready"] is False
    assert "No data for" in told["reasons"][0]


def test_a_wrong_window_is_refused(kit, home):
    code, _, err = kit("ingest", "--client", "tiny", "--home", home, "--window", "May")
    assert code == 2
    assert "Write 2026-05-04..2026-05-10." in err


def test_run_needs_a_notebook_and_a_client(kit, home):
    for arguments, message in [
        (["run", "--client", "tiny"], "Say which notebook to run"),
        (["run", "weekly_review"], "Say which client"),
        (["run", "weekly_review", "--all", "--client", "tiny"], "not both"),
        (["run", "--all", "--client", "tiny", "--all-clients"], "not both"),
        (["run", "--all", "--client", "tiny", "-p", "budget"], "-p budget is not name=value"),
        (["run", "weekly_rview", "--client", "tiny"], "There is no notebook weekly_rview."),
    ]:
        code, _, err = kit(*arguments, "--home", home)
        assert code == 2
        assert message in err


def test_usage_errors_exit_2(kit):
    assert kit("run", "--nonsense")[0] == 2
    assert kit("nonsense")[0] == 2
    assert kit("ingest")[0] == 2


def test_run_tells_machines_what_came_of_each_report_as_json(kit, tmp_path):
    folder = tmp_path / "data" / "broken"
    folder.mkdir(parents=True)
    (folder / "client.toml").write_text("name = ")
    code, out, _ = kit("run", "--all-clients", "--json", "--home", tmp_path)
    told = json.loads(out)
    assert code == 1
    assert [row["report"] for row in told] == list(REPORTS)
    assert {(row["client"], row["status"], row["good"]) for row in told} == {
        ("broken", "failed", False)
    }
    assert all("client.toml" in row["message"] for row in told)
    code, out, _ = kit("run", "--all-clients", "--log-json", "--home", tmp_path)
    lines = [json.loads(line) for line in out.splitlines()]
    assert code == 1
    assert [line["event"] for line in lines] == ["begin", *["report"] * 4, "end"]
    assert lines[0]["reports"] == lines[-1]["failed"] == 4
    assert all("client.toml" in line["message"] for line in lines[1:-1])


def test_json_says_which_week_is_reported_and_how_old_it_is():
    made = Outcome("weekly_review", "tiny", date(2026, 5, 10), "published", None)
    told = events.told(made, today=date(2026, 5, 18))
    assert (told["week"], told["age_days"], told["good"]) == ("2026-W19", 8, True)


def test_run_prints_a_table_and_exits_by_what_came_of_it(kit, home, tmp_path):
    notebook = write_notebook(tmp_path / "notebooks" / "weekly_review.ipynb")
    day = ["--client", "tiny", "--as-of", "2026-05-10", "--home", home]
    code, out, err = kit("run", notebook, *day, "-p", "times=2")
    assert (code, err) == (0, "")
    assert "published  2026-W19  2026-05-10" in out
    assert str(home / "reports" / "tiny" / "2026-W19" / "weekly_review") in out
    (home / "data" / "tiny" / "client.toml").write_text(
        SETTINGS + "[policy]\nexport_lag_days = 2\n"
    )
    write_orders(home / "data" / "tiny", "euro.csv", [])
    (home / "data" / "tiny" / "exports" / "odd.csv").write_text("apples\n1\n")
    code, out, err = kit("run", notebook, *day)
    assert code == 1
    assert "withheld" in out
    assert "tiny weekly_review withheld: Refused: odd.csv" in err


def test_explain_prints_the_register(kit):
    code, out, _ = kit("explain", "conversion_rate")
    assert code == 0
    assert "Denominator: product clicks in video data" in out
    code, out, _ = kit("explain")
    assert "repeat_purchase_rate" in out
    code, _, err = kit("explain", "conversion_rates")
    assert code == 2
    assert "Did you mean conversion_rate?" in err


def test_runs_lists_and_prune_asks_before_it_removes(kit, home):
    folder = home / "reports" / "tiny" / "2026-W10" / "weekly_review"
    newer = home / "reports" / "tiny" / "2026-W11" / "weekly_review"
    for each in (folder, newer):
        each.mkdir(parents=True)
        told = {
            "status": "published",
            "parameters": {"as_of": "2026-03-08"},
            "seconds": {"page": 1},
        }
        (each / "manifest.json").write_text(json.dumps(told))
    code, out, _ = kit("runs", "--home", home)
    assert code == 0
    assert out.splitlines()[-1] == "2 reports, 0.0 MB."
    code, out, _ = kit("prune", "--keep-weeks", "1", "--home", home)
    assert code == 0
    assert "Would remove 1 report" in out
    assert folder.exists()
    code, out, _ = kit("prune", "--keep-weeks", "1", "--yes", "--home", home)
    assert "Removed 1 report" in out
    assert (folder.exists(), newer.exists()) == (False, True)
    assert kit("runs", "--client", "tinny", "--home", home)[0] == 2


def test_a_backtest_says_what_it_lacks(kit, home):
    code, out, err = kit("backtest", "--client", "tiny", "--home", home)
    assert code == 2
    assert out == ""
    assert err.startswith("tiny cannot be replayed: it holds no video list. Export one each week")
    assert not (home / "reports").exists()


def test_a_backtest_from_no_day_is_refused(kit, home):
    code, _, err = kit("backtest", "--client", "tiny", "--from", "may", "--home", home)
    assert code == 2
    assert err.strip() == "--from may is no day. Write it as 2026-02-01."
