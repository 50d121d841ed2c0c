"""A client's copy: what is listed for clients, and no margins, code, files or anybody else."""

import json
from datetime import date

import nbformat
import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from kit import client_copy
from kit.errors import ReportError
from kit.tables.look import Column, finished
from kit.week import MANIFEST
from tests.test_pages import PIXEL

AS_OF = date(2026, 5, 10)
SETTINGS = (
    'name = "Glow"\ncurrency = "USD"\nmarket = "US"\ntime_zone = "UTC"\ncategory = "beauty"\n'
)
SECRETS = (
    "4,321",
    "38.7%",
    "contribution",
    "cost of goods",
    "Break-even",
    "/home/ada",
    "laptop-7",
    "Rival Brand",
    "Tomorrow",
    "kernelspec",
    "papermill",
    "secret_rate",
    "import kit",
    "manifest",
    "orders.csv",
)


def cell(source, data, **metadata):
    outputs = [new_output("display_data", data=data, metadata=metadata.pop("of", {}))]
    outputs.append(new_output("stream", name="stderr", text="/home/ada/kit.py: warned"))
    return new_code_cell(source, outputs=outputs, metadata=metadata)


def said(source, text):
    return cell(source, {"text/markdown": text, "text/plain": "/home/ada"}, secret_rate=0.387)


def table(columns):
    frame = pd.DataFrame({name: ["4,321"] for name in columns})
    shown = [Column(name, name) for name in columns]
    return {"text/html": finished(frame, shown, id="movers", title="Moved").as_raw_html()}


def review():
    picture = {"image/png": {"alt": "Posts a week", "width": 8, "file": "/home/ada/a.png"}}
    cells = [
        new_markdown_cell("# Weekly review\n\nWritten on laptop-7 in /home/ada."),
        new_code_cell("import kit\nsecret_rate = 0.387"),
        new_markdown_cell("## In short"),
        said("Markdown(sentences.bullets(sentences.weekly(report)))", "- 31 posts this week."),
        said("Markdown(sentences.money_left(report))", "The contribution was $4,321."),
        said("Markdown(secret)", "Rival Brand: cost of goods 38.7%"),
        said("sentences.weekly(report); sentences.money_left(report)", "38.7% after cost of goods"),
        new_markdown_cell("## Did the production line deliver?"),
        cell("plots.draw(plots.velocity, weeks)", {"image/png": PIXEL}, of=picture),
        new_markdown_cell("## What moved GMV since last week?"),
        cell("tables.movers(x)", table(["Where", "Break-even"])),
        new_markdown_cell("## Did it make money?\n\nBreak-even and cost of goods."),
        said("Markdown(sentences.money_left(report))", "The contribution was $4,321, or 38.7%."),
        cell("tables.files(client.files)", {"text/html": "orders.csv"}),
        new_markdown_cell("## Tomorrow's new section"),
        said("Markdown(sentences.weekly(report))", "Tomorrow"),
    ]
    metadata = {
        "kernelspec": {"name": "python3", "display_name": "laptop-7"},
        "papermill": {"input_path": "/home/ada/weekly_review.ipynb"},
        "kit": {"warning": "/home/ada", "warning_title": "manifest"},
    }
    return new_notebook(cells=cells, metadata=metadata)


@pytest.fixture
def home(tmp_path):
    """A home with a client whose weekly review of one week is published."""
    folder = tmp_path / "data" / "glow"
    folder.mkdir(parents=True)
    (folder / "client.toml").write_text(SETTINGS)
    report = tmp_path / "reports" / "glow" / "2026-W19" / "weekly_review"
    report.mkdir(parents=True)
    nbformat.write(review(), report / "weekly_review.ipynb")
    (report / MANIFEST).write_text(json.dumps({"status": "published", "host": "laptop-7"}))
    return tmp_path


def test_the_copy_holds_what_is_listed_and_nothing_else(home):
    (path,) = client_copy.write("glow", AS_OF, home)
    html = path.read_text()
    assert path == home / "reports/glow/for-client/2026-W19/weekly_review.html"
    for shown in ("31 posts this week", PIXEL, 'alt="Posts a week"', "Glow · ", "Weekly review"):
        assert shown in html
    assert [secret for secret in SECRETS if secret.lower() in html.lower()] == []
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_margins_are_in_it_where_the_client_allows_them(home):
    (home / "data" / "glow" / "client.toml").write_text(SETTINGS + "share_margins = true\n")
    (path,) = client_copy.write("glow", AS_OF, home)
    html = path.read_text()
    assert "The contribution was $4,321, or 38.7%." in html
    for secret in ("Rival Brand", "/home/ada", "laptop-7", "Tomorrow", "orders.csv", "import kit"):
        assert secret not in html


def test_a_table_with_all_columns_listed_is_shown(home):
    made = client_copy.copy(
        new_notebook(
            cells=[
                new_markdown_cell("## What moved GMV since last week?"),
                cell("tables.movers(x)", table(["Where", "This week"])),
            ]
        ),
        client_copy.allowed("weekly_review"),
        "",
    )
    assert "4,321" in made.cells[-1].outputs[0].data["text/html"]


def test_a_week_without_reports_and_one_whose_check_failed_are_refused(home):
    with pytest.raises(ReportError, match="kit run --all --client glow"):
        client_copy.write("glow", date(2026, 5, 3), home)
    report = home / "reports/glow/2026-W19/weekly_review"
    (report / MANIFEST).write_text(json.dumps({"status": "forced"}))
    with pytest.raises(ReportError, match="check of its data failed"):
        client_copy.write("glow", AS_OF, home)
    assert not (home / "reports/glow/for-client").exists()
