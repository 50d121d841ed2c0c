"""A report as a PDF that chromium prints: read back by poppler, never by what wrote it."""

import re
import shutil
import subprocess
from datetime import date

import lxml.etree
import nbformat
import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from kit import pdf, week
from kit.cli import app
from kit.errors import ReportError
from kit.manifest import write
from kit.pages import write_html
from kit.plots.look import as_output
from kit.prose import bullets
from kit.tables.look import Column, finished
from tests import injections
from tests.run_client import AS_OF, write_client

LINE = "Açme & “Co” · week 2026-W19 · data to 10 May 2026"
POPPLER = pytest.mark.needs("chromium", "pdftoppm")


def output(data, metadata=None):
    shown = new_output("display_data", data=data, metadata=metadata or {})
    return new_code_cell("show()", outputs=[shown])


def chart():
    import matplotlib.pyplot as plt

    figure, _ = plt.subplots(figsize=(8, 4))
    data, metadata = as_output(figure, "A chart that says something")
    plt.close(figure)
    return output(data, metadata)


def page(folder, *cells, line=LINE):
    cells = [new_markdown_cell("# Who sells?"), *cells]
    metadata = {"title": "Who sells? · Açme", "kit": {"line": line}}
    nbformat.write(new_notebook(cells=cells, metadata=metadata), folder / "review.ipynb")
    write_html(folder / "review.ipynb", folder / "review.html")
    return folder / "review.html"


def poppler(*command):
    return subprocess.run(command, capture_output=True, check=True, timeout=60).stdout.decode()


def texts(path):
    """The text of each page."""
    return poppler("pdftotext", "-layout", str(path), "-").split("\f")[:-1]


def fill(lines):
    return new_markdown_cell("\n\n".join(f"Line {n} of the filling." for n in range(lines)))


@POPPLER
@pytest.mark.parametrize(("paper", "points"), [("a4", (595, 842)), ("letter", (612, 792))])
def test_a_pdf_is_tagged_has_bookmarks_and_says_on_each_page_what_it_is(tmp_path, paper, points):
    sections = [new_markdown_cell("## In short"), fill(60), new_markdown_cell("## What is next?")]
    made = pdf.write_pdf(page(tmp_path, *sections, fill(3)), paper)
    told = dict(re.findall(r"^(.+?): +(.*)$", poppler("pdfinfo", str(made)), re.MULTILINE))
    assert told["Title"] == "Who sells? · Açme"
    assert told["Tagged"] == "yes"
    assert told["JavaScript"] == "no"
    size = re.match(r"([\d.]+) x ([\d.]+)", told["Page size"]).groups()
    assert tuple(round(float(side)) for side in size) == points
    pages = texts(made)
    assert len(pages) == int(told["Pages"]) > 1
    for number, text in enumerate(pages, start=1):
        assert LINE in text
        assert f"Page {number} of {len(pages)}" in text
        assert "Contents" not in text
        assert "Code" not in text
    raw = poppler("pdftohtml", "-xml", "-i", "-stdout", str(made)).encode()
    marks = lxml.etree.fromstring(raw, lxml.etree.XMLParser(load_dtd=False, recover=True))
    titles = [item.text for item in marks.iterfind(".//outline/item")]
    assert titles == ["Who sells?", "In short", "What is next?"]
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        *("review.html", "review.ipynb", "review.pdf")
    ]


@POPPLER
@pytest.mark.parametrize("lines", [4, 12, 17, 20, 23])
def test_a_chart_stands_on_the_page_of_its_heading(tmp_path, lines):
    made = pdf.write_pdf(
        page(
            tmp_path,
            fill(lines),
            new_markdown_cell("## Who moved?\n\nOne bar each."),
            new_code_cell("rows = client.posts"),
            chart(),
        )
    )
    (place,) = [n for n, text in enumerate(texts(made), start=1) if "Who moved?" in text]
    listed = poppler("pdfimages", "-list", str(made)).splitlines()[2:]
    assert {int(row.split()[0]) for row in listed} == {place}


@POPPLER
def test_a_long_table_says_its_headings_on_every_page(tmp_path):
    frame = pd.DataFrame({"name": [f"creator{n}" for n in range(120)], "gmv": range(120)})
    columns = [Column("name", "Creator"), Column("gmv", "Sold", "money", "This week")]
    table = finished(frame, columns, id="who", title="Who sold").as_raw_html()
    pages = texts(pdf.write_pdf(page(tmp_path, output({"text/html": table}))))
    assert len(pages) > 2
    for text in pages:
        assert re.search(r"Creator +Sold", text)


@POPPLER
def test_what_strangers_write_is_dead_text_in_a_pdf(tmp_path):
    told = output({"text/markdown": bullets(injections.ALL)})
    linked = new_markdown_cell("Read [`spark_candidates`](spark_candidates.ipynb).")
    made = pdf.write_pdf(page(tmp_path, told, linked, line=injections.MARKUP[30]))
    raw = made.read_bytes()
    for live in (b"/JavaScript", b"/JS", b"/Launch", b"/URI", b"/EmbeddedFile", b"/SubmitForm"):
        assert live not in raw
    said = " ".join(" ".join(texts(made)).split())
    for text in (injections.MARKUP[0], injections.FORMULAS[0], "Read spark_candidates."):
        assert text in said
    assert str(tmp_path).encode() not in raw


def reported(home, report="weekly_review", status="published"):
    folder = week.week_folder(home, "tiny", AS_OF) / report
    folder.mkdir(parents=True)
    page(folder).rename(folder / f"{report}.html")
    (folder / "review.ipynb").unlink()
    told = {"status": status, "parameters": {"client": "tiny", "as_of": AS_OF.isoformat()}}
    write(told, folder / week.MANIFEST)
    return folder


@POPPLER
def test_each_report_of_the_week_is_printed_beside_its_page(tmp_path):
    write_client(tmp_path)
    folders = [reported(tmp_path, name) for name in ("onboarding", "weekly_review")]
    reported(tmp_path, "spark_candidates.failed", "failed")
    made = pdf.write_pdfs("tiny", AS_OF, tmp_path, "letter")
    assert made == [folder / f"{folder.name}.pdf" for folder in folders]
    assert all("Who sells?" in texts(path)[0] for path in made)


def test_what_cannot_be_printed_is_said(tmp_path):
    write_client(tmp_path)
    with pytest.raises(
        ReportError, match=r"no report up to 3 May 2026. Run kit run --all --client"
    ):
        pdf.write_pdfs("tiny", date(2026, 5, 3), tmp_path)
    with pytest.raises(ReportError, match="There is no paper a5. Choose a4 or letter."):
        pdf.write_pdfs("tiny", AS_OF, tmp_path, "a5")


def test_without_chromium_it_says_what_to_install_and_leaves_nothing(tmp_path, monkeypatch):
    from typer.testing import CliRunner

    write_client(tmp_path)
    folder = reported(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert shutil.which("chromium") is None
    asked = ["pdf", "--client", "tiny", "--as-of", AS_OF.isoformat(), "--home", str(tmp_path)]
    done = CliRunner().invoke(app, asked)
    assert isinstance(done.exception, ReportError)  # which `main` turns into exit 2
    assert "A PDF needs chromium, which is not on the path. Install it" in str(done.exception)
    assert sorted(path.name for path in folder.iterdir()) == [
        *("manifest.json", "weekly_review.html")
    ]


def test_a_chromium_that_fails_is_quoted_and_an_old_pdf_stays(tmp_path, monkeypatch):
    page(tmp_path)
    (tmp_path / "review.pdf").write_text("old")
    broken = tmp_path / "bin" / "chromium"
    broken.parent.mkdir()
    broken.write_text("#!/bin/sh\necho 'no room on the device' >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", f"{broken.parent}:/usr/bin:/bin")
    with pytest.raises(ReportError, match="could not print review.html: no room on the device"):
        pdf.write_pdf(tmp_path / "review.html")
    assert (tmp_path / "review.pdf").read_text() == "old"
