"""A chart for who cannot see it: its finding in words, its figures as a table under it."""

import inspect

import lxml.html
import matplotlib
import nbformat
import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from playwright.sync_api import sync_playwright

from kit import plots
from kit.pages import write_html
from kit.plots import told
from tests.conftest import program

matplotlib.use("Agg")


def shown(plot, table, **options):
    """The outputs a notebook would hold: the chart, then its figures."""
    InteractiveShell.instance()
    with capture_output() as captured:
        plots.draw(plot, table, **options)
    return captured.outputs


def weeks():
    start = pd.date_range("2026-03-02", periods=6, freq="7D")
    return pd.DataFrame(
        {"week": start, "posts": [20, 21, 22, 23, 24, 18], "gmv": [100.0, 900, 300, 400, 500, 400]}
    )


def creators():
    return pd.DataFrame(
        {
            "creator_id": ["ana", "bo", "cy<b>", "di"],
            "estimate": [0.02, 0.005, 0.04, None],
            "ci_low": [0.01, 0.002, 0.03, None],
            "ci_high": [0.03, 0.009, 0.05, None],
            "flag": ["ok", "act", "ok", "ok"],
        }
    )


def parts():
    return pd.DataFrame(
        {"part": ["creators", "conversion", "all"], "effect": [80.0, -20.0, 60.0]},
    ).assign(by_chance=[0.04, 0.6, 0.1], reading=["more likely real", "more likely chance", ""])


def posts():
    return pd.DataFrame(
        {
            "post_id": ["1", "2", "3"],
            "creator_id": ["ana", "bo", "cy"],
            "views": [200_000, 8_000, 900],
            "clicks": [1_000, 500, 100],
            "rate": [0.006, 0.04, 0.03],
            "verdict": ["no", "spark", "not yet"],
        }
    )


@pytest.mark.parametrize(
    ("plot", "table", "options", "says"),
    [
        (
            plots.velocity,
            weeks(),
            {"target": 30},
            "18 posts went out this week, 12 short of the 30 wanted; the four weeks before "
            "averaged 22.5.",
        ),
        (
            plots.gmv_by_week,
            weeks(),
            {},
            "GMV was $400, down $100 (20%) on the week before. The highest of 6 weeks is the week "
            "from 9 March 2026, with $900.",
        ),
        (
            plots.verdicts,
            creators(),
            {"threshold": 0.01},
            "Orders per click of 3 creators, from 0.5% to 4.0%, the middle one at 2.0%. Flagged "
            "beyond chance: bo.",
        ),
        (
            plots.gmv_change,
            parts(),
            {"before": 400.0, "after": 460.0},
            "GMV was $460, up $60.00 (15%) on the week before; what moved it most: number of "
            "creators (+$80.00).",
        ),
        (
            plots.views_and_conversion,
            posts(),
            {},
            "The most viewed post, with 200,000 views, turned 0.6% of its 1,000 clicks into "
            "orders; of 3 posts with 20 clicks or more, two do better.",
        ),
    ],
)
def test_the_alternative_text_states_what_the_chart_found(plot, table, options, says):
    chart, _ = shown(plot, table, alt="What this is", **options)
    assert says in chart.metadata["image/png"]["alt"]
    assert chart.metadata["image/png"]["alt"].startswith("What this is. ")


def test_a_finding_that_is_already_told_is_not_told_twice():
    sentence = told.finding(plots.velocity, weeks(), {"target": 30})
    chart, _ = shown(plots.velocity, weeks(), alt=sentence, target=30)
    assert chart.metadata["image/png"]["alt"] == sentence


def table_of(output):
    found = lxml.html.fromstring(output.data["text/html"])
    assert found.tag == "details"
    assert found.get("open") is None
    return [[cell.text_content() for cell in row] for row in found.iter("tr")]


def test_the_figures_drawn_stand_under_the_chart_the_highest_first():
    _, table = shown(plots.verdicts, creators(), alt="Conversion")
    assert table_of(table) == [
        ["Creator", "Estimate", "From", "To", "Flag"],
        ["cy<b>", "4.0%", "3.0%", "5.0%", "ok"],
        ["ana", "2.0%", "1.0%", "3.0%", "ok"],
        ["bo", "0.5%", "0.2%", "0.9%", "act"],
    ]


def test_a_chart_of_money_and_one_of_counts_are_written_so():
    money = creators().assign(estimate=[12.5, 3.0, 1_234.5, None])
    _, table = shown(plots.verdicts, money, alt="Net revenue", unit="money", currency="EUR")
    assert table_of(table)[1][:2] == ["cy<b>", "€1,235"]
    _, table = shown(plots.gmv_by_week, weeks(), alt="GMV", currency="GBP")
    assert table_of(table)[1] == ["2 March 2026", "£100"]


def test_an_empty_chart_has_neither_figures_nor_a_finding():
    (chart,) = shown(plots.verdicts, creators().iloc[:0], alt="Conversion rate")
    assert chart.metadata["image/png"]["alt"] == "Conversion rate"


def test_every_chart_has_its_figures():
    drawn = {
        name for name in plots.__all__ if "ax" in inspect.signature(getattr(plots, name)).parameters
    }
    assert drawn == set(told.CHARTS)


def test_the_most_viewed_chart_has_the_size_it_asks_for():
    chart, _ = shown(plots.views_and_conversion, posts(), alt="Views")
    assert chart.metadata["image/png"]["width"] == 840
    assert chart.metadata["image/png"]["height"] == 440


@pytest.mark.needs("chromium")
@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1280, "dark")])
def test_a_page_of_charts_opens_its_figures_by_keyboard_and_breaks_no_rule(tmp_path, width, scheme):
    calls = [
        (plots.velocity, weeks(), {"alt": "Posts"}),
        (plots.verdicts, creators(), {"alt": "Conversion"}),
        (plots.gmv_change, parts(), {"alt": "Parts", "before": 400.0, "after": 460.0}),
    ]
    cells = [new_markdown_cell("# Charts")]
    for plot, table, options in calls:
        made = [
            new_output("display_data", data=one.data, metadata=one.metadata)
            for one in shown(plot, table, **options)
        ]
        cells += [new_markdown_cell(f"## {plot.__name__}"), new_code_cell("1", outputs=made)]
    nbformat.write(new_notebook(cells=cells), tmp_path / "charts.ipynb")
    write_html(tmp_path / "charts.ipynb", tmp_path / "charts.html")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program("chromium"), args=["--no-sandbox"]
        )
        context = browser.new_context(
            viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True
        )
        page = context.new_page()
        page.goto((tmp_path / "charts.html").as_uri())
        summary = page.get_by_text("The figures of this chart").nth(1)
        assert page.locator("details.data table").nth(1).is_hidden()
        summary.focus()
        page.keyboard.press("Enter")
        assert page.locator("details.data table").nth(1).is_visible()
        assert "cy<b>" in page.locator("details.data").nth(1).inner_text()
        page.evaluate("document.querySelectorAll('details.data').forEach(d => d.open = true)")
        found = (
            Axe()
            .run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})
            .response
        )
        assert [(v["id"], v["nodes"][0]["target"]) for v in found["violations"]] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        browser.close()
