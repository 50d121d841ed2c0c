"""The gallery: every chart of the reports with its message, and none that no notebook draws."""

import json
import re
from datetime import date
from pathlib import Path

import lxml.html
import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from kit import gallery, plots
from kit.errors import ReportError
from kit.week import MANIFEST
from tests.test_pages import PIXEL

ROOT = Path(__file__).resolve().parent.parent
AS_OF = date(2026, 5, 10)
NO_CHARTS = {"draw", "png", "seen", "show", "spread", "theme"}


def picture(alt):
    return new_output(
        "display_data", data={"image/png": PIXEL}, metadata={"image/png": {"alt": alt}}
    )


def figures(number):
    table = f"<details><summary>The figures</summary><table><tr><td>{number}</td></tr></table>"
    return new_output("display_data", data={"text/html": table + "</details>"})


def report():
    return new_notebook(
        cells=[
            new_markdown_cell("# Who sells?"),
            new_code_cell("secret = 1"),
            new_markdown_cell("## Was it enough?\n\nProse."),
            new_code_cell(
                "plots.draw(plots.velocity, weeks)",
                outputs=[picture("<b>mia</b> made 31 posts."), figures(31)],
            ),
            new_code_cell("tables.weeks(x)", outputs=[figures(77)]),
            new_markdown_cell("## Did a test run?"),
            new_code_cell("plots.draw(plots.holdout_weeks, none)", outputs=[picture("None.")]),
        ]
    )


@pytest.fixture
def home(tmp_path):
    folder = tmp_path / "data" / "glow"
    folder.mkdir(parents=True)
    (folder / "client.toml").write_text('name = "Glow"\ncurrency = "USD"\ntime_zone = "UTC"\n')
    of_report = tmp_path / "reports" / "glow" / "2026-W19" / "weekly_review"
    of_report.mkdir(parents=True)
    nbformat.write(report(), of_report / "weekly_review.ipynb")
    (of_report / MANIFEST).write_text(json.dumps({"status": "published"}))
    return tmp_path


def test_each_chart_stands_under_its_question_with_its_message_and_figures(home):
    path = gallery.write("glow", AS_OF, home)
    assert path == home / "reports/glow/2026-W19/gallery.html"
    page = lxml.html.fromstring(path.read_text())
    assert [node.text_content() for node in page.iter("h1", "h2", "h3")] == [
        *(gallery.TITLE, "Who sells?", "Was it enough?", "What had nothing to draw this week"),
    ]
    text = " ".join(page.text_content().split())
    assert "<b>mia</b> made 31 posts." in text  # as text, not as markup
    assert len(page.xpath("//img")) == 1
    assert "Did a test run?" in text
    assert "31" in page.xpath("string(//details/table)")
    assert "77" not in text
    assert "secret" not in text


def test_a_week_without_reports_says_what_to_run(home):
    with pytest.raises(ReportError, match="kit run --all --client glow --as-of 2026-05-03"):
        gallery.write("glow", date(2026, 5, 3), home)


def test_every_chart_is_drawn_by_a_notebook():
    sources = "".join(path.read_text() for path in (ROOT / "notebooks").glob("*.ipynb"))
    drawn = set(re.findall(r"plots\.(\w+),", sources))
    assert set(plots.__all__) - NO_CHARTS - drawn == set()
