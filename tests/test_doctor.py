"""What the doctor says of a machine that lacks something; the real one is examined too."""

from pathlib import Path

from kit import doctor, printed


def by_name(findings):
    return {finding.what: finding for finding in findings}


def test_this_machine_can_make_reports(tmp_path, capsys):
    found = doctor.examine(tmp_path)
    assert {f.what for f in found if f.state == "missing"} == set()
    assert by_name(found)["notebook kernel"].found == "python3 starts"
    assert printed.examined(found)
    assert capsys.readouterr().out.endswith("Reports can be made here.\n")


def test_a_machine_without_programs_says_what_each_would_be_for(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    found = by_name(doctor._programs())
    assert {f.state for f in found.values()} == {"optional"}
    assert found["chromium"].advice == "Only for a PDF of a report: install chromium."


def test_no_kernel_no_reports(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr("sys.prefix", str(tmp_path))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    monkeypatch.setattr("jupyter_client.kernelspec.NATIVE_KERNEL_NAME", "none")
    monkeypatch.setattr("jupyter_core.paths.ENV_JUPYTER_PATH", [])
    monkeypatch.setattr("jupyter_core.paths.SYSTEM_JUPYTER_PATH", [])
    monkeypatch.setenv("HOME", str(tmp_path))
    finding = doctor._kernel()
    assert finding.state == "missing"
    assert "python3" in finding.found
    assert not printed.examined([finding])
    assert "1 thing to mend" in capsys.readouterr().out


def test_a_place_that_is_no_folder_cannot_be_written(tmp_path):
    Path(tmp_path / "data").write_text("a file")
    finding = doctor._writable(tmp_path)
    assert finding.state == "missing"
    assert "File exists" in finding.found


def test_a_full_disk_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(doctor, "FREE_BYTES", 10**18)
    finding = doctor._disk(tmp_path)
    assert finding.state == "missing"
    assert "kit prune" in finding.advice
