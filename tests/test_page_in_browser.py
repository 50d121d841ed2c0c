"""The reports in a real browser: for everybody, by keyboard, on a phone, from no other host."""

from pathlib import Path

import nbformat
import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from playwright.sync_api import sync_playwright

from kit.pages import write_html
from kit.tables.look import Column, finished
from tests.conftest import program

pytestmark = pytest.mark.needs("chromium")

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"
REPORTS = ("onboarding", "weekly_review", "spark_candidates", "tier_promotion_audit")
PHONE, DESK = (360, 780), (1280, 900)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=program("chromium"), args=["--no-sandbox"]
        )
        yield started
        started.close()


@pytest.fixture
def opened(browser):
    """Opens a page; what it asks of a host and what its policy refuses is in `page.heard`."""
    contexts = []

    def open_page(path, size=DESK, scheme="light", bypass_csp=False):
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme=scheme,
            bypass_csp=bypass_csp,
        )
        contexts.append(context)
        page = context.new_page()
        page.heard = []
        page.on("request", lambda request: page.heard.append(request.url))
        page.on("console", lambda message: page.heard.append(message.text))
        page.on("pageerror", lambda error: page.heard.append(str(error)))
        page.goto(path.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """The kit's notebooks as they are committed, executed on the sample client, as pages."""
    folder = tmp_path_factory.mktemp("pages")
    for name in REPORTS:
        write_html(NOTEBOOKS / f"{name}.ipynb", folder / f"{name}.html")
    return folder


@pytest.mark.parametrize(("size", "scheme"), [(PHONE, "light"), (DESK, "dark")])
@pytest.mark.parametrize("name", REPORTS)
def test_a_report_breaks_no_rule_of_accessibility(reports, opened, name, size, scheme):
    page = opened(reports / f"{name}.html", size, scheme, bypass_csp=True)
    found = Axe().run(page, options={"runOnly": RULES}).response
    assert [(v["id"], v["nodes"][0]["target"]) for v in found["violations"]] == []
    assert len(found["passes"]) > 20


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_fits_a_phone_and_asks_no_host(reports, opened, name):
    path = reports / f"{name}.html"
    assert path.stat().st_size < 3_000_000
    page = opened(path, PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    assert [url for url in page.heard if not url.startswith("data:")] == [path.as_uri()]
    # text can be read: nothing under 11 px, and charts keep their labels' size
    smallest = page.evaluate(
        "Math.min(...[...document.querySelectorAll('main *')].filter(e => e.innerText?.trim())"
        ".map(e => parseFloat(getComputedStyle(e).fontSize)))"
    )
    assert smallest >= 11
    widths = page.evaluate("[...document.querySelectorAll('main img')].map(e => e.clientWidth)")
    assert min(widths, default=640) >= 640


SALES = pd.DataFrame(
    {
        "name": ["mia", "bo", "an", "éva", "zoe"],
        "gmv": [1200.0, -90.0, None, 99.5, 880.0],
        "share": [0.5, 0.02, None, 0.994, 0.1],
        "seen": pd.to_datetime(["2026-05-10", "2026-04-11", "2025-12-31", None, "2026-05-09"]),
        "why": ["a long reason why this creator stands here and what is to do about it"] * 5,
    }
)
COLUMNS = [
    Column("name", "Creator"),
    Column("gmv", "GMV", "money", "Sales"),
    Column("share", "Share", "percent", "Sales"),
    Column("seen", "Last seen", "day"),
    Column("why", "Why"),
]


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    folder = tmp_path_factory.mktemp("small")
    table = finished(SALES, COLUMNS, id="sales", title="Who sold").as_raw_html()
    shown = new_output("display_data", data={"text/html": table})
    cells = [
        new_markdown_cell("# Who sells?"),
        new_markdown_cell("## In short"),
        new_markdown_cell("word " * 2000),
        new_markdown_cell("## Who sold?"),
        new_code_cell("sold()", outputs=[shown]),
    ]
    nbformat.write(new_notebook(cells=cells), folder / "small.ipynb")
    write_html(folder / "small.ipynb", folder / "small.html")
    return folder / "small.html"


def column(page, number):
    return page.locator(f"main tbody td:nth-child({number})").all_inner_texts()


@pytest.mark.parametrize(
    ("heading", "number", "ascending"),
    [
        ("Creator", 1, ["an", "bo", "éva", "mia", "zoe"]),
        ("GMV", 2, ["−$90", "$100", "$880", "$1,200", "–"]),
        ("Share", 3, ["2.0%", "10.0%", "50.0%", "99.4%", "–"]),
        ("Last seen", 4, ["31 December 2025", "11 April 2026", "9 May 2026", "10 May 2026", "–"]),
    ],
)
def test_a_heading_sorts_its_column_up_down_and_back_by_keyboard(
    opened, small, heading, number, ascending
):
    page = opened(small)
    before = column(page, number)
    button = page.get_by_role("button", name=heading)
    state = page.get_by_role("columnheader", name=heading)
    button.focus()
    page.keyboard.press("Enter")
    assert column(page, number) == ascending
    assert state.get_attribute("aria-sort") == "ascending"
    page.keyboard.press("Space")
    known = [text for text in ascending if text != "–"]
    missing = [text for text in ascending if text == "–"]
    assert column(page, number) == known[::-1] + missing
    assert state.get_attribute("aria-sort") == "descending"
    page.keyboard.press("Enter")
    assert column(page, number) == before
    assert state.get_attribute("aria-sort") == "none"


def soon(page, holds):
    """Whether something comes to hold within five seconds; the browser scrolls by and by."""
    for _ in range(50):
        if holds():
            return True
        page.wait_for_timeout(100)
    return False


def test_the_keyboard_reaches_the_report_its_parts_and_what_is_wide(opened, small):
    page = opened(small, PHONE)
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Skip to the report"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # opens the contents, folded on a phone
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Who sold?"
    page.keyboard.press("Enter")
    assert 0 <= page.locator("h2", has_text="Who sold?").bounding_box()["y"] < PHONE[1]
    wide = page.locator(".scroll")
    assert wide.get_attribute("aria-label") == "Who sold"
    wide.focus()
    page.keyboard.press("ArrowRight")
    assert soon(page, lambda: wide.evaluate("box => box.scrollLeft") > 0)
    # where everything fits, nothing stops the Tab key
    assert opened(small).locator(".scroll").get_attribute("tabindex") is None


def test_contents_stand_open_beside_the_report_where_there_is_room(opened, small):
    assert opened(small).get_by_role("link", name="In short").is_visible()
    assert not opened(small, PHONE).get_by_role("link", name="In short").is_visible()


def test_a_script_that_is_not_the_pages_own_does_not_run(opened, small):
    hostile = small.with_name("hostile.html")
    script = "<script>document.title = 'PWN'</script><img src=x onerror=\"document.title='PWN'\">"
    hostile.write_text(small.read_text().replace("</main>", f"{script}</main>"))
    page = opened(hostile)
    assert page.title() == "Who sells?"
    assert sum("Content Security Policy" in text for text in page.heard) >= 2
    assert page.get_by_role("button", name="GMV").is_visible()  # the page's own did
