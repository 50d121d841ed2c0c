"""The front page: every client's weeks and reports, from their manifests, in a real browser too."""

import json
import re

import lxml.html
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright
from typer.testing import CliRunner

from kit import cli, front, week
from tests.conftest import program

# a folder's name may hold anything but a slash
HOSTILE = "=bravo <script>alert(1)<img src=x onerror=alert(1)>"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def report(home, client, week_name, name, status="published", **told):
    folder = home / "reports" / client / week_name / f"{name}{'.failed' * (status == 'failed')}"
    folder.mkdir(parents=True)
    about = {"status": status, "parameters": {"as_of": "2026-05-10"}, **told}
    (folder / "manifest.json").write_text(json.dumps(about))
    (folder / f"{name}.html").write_text("<title>there</title>")
    return folder


@pytest.fixture
def home(tmp_path):
    moved = {
        "why": ["new or changed exports or ledgers"],
        "figures_moved": 3,
        "decisions_moved": 1,
    }
    for number in range(10, 20):
        report(tmp_path, "acme", f"2026-W{number}", "weekly_review")
    new = report(
        tmp_path, "acme", "2026-W20", "weekly_review", supersedes=1, restatement=moved,
        readiness={"notes": ["<i>one</i>"], "cannot": []},
    )  # fmt: skip
    old = new / week.SUPERSEDED / "1"
    old.mkdir(parents=True)
    (old / "weekly_review.html").write_text("before")
    report(tmp_path, "acme", "2026-W20", "onboarding", "failed", error="cell 4: <b>no</b> orders")
    (new.parent / "acme-2026-W20-weekly.pptx").write_bytes(b"")
    report(
        tmp_path, HOSTILE, "2026-W20",
        "spark_candidates", "forced", readiness={"reasons": ["No <u>clicks</u>."]},
    )  # fmt: skip
    report(tmp_path, "example", "2026-W20", "weekly_review")
    return tmp_path


def read(home):
    path = front.rewrite(home)
    return lxml.html.fromstring(path.read_text(encoding="utf-8"))


def squeezed(node):
    return " ".join(node.text_content().split())


def test_clients_weeks_and_reports_stand_newest_first_with_links_that_lead_there(home):
    html = read(home)
    weeks = [th.text for th in html.xpath("//section[@aria-label='acme']//tbody/tr/th")]
    assert weeks == [f"2026-W{number}" for number in range(20, 9, -1)]
    assert "example" not in squeezed(html)
    links = html.xpath("//main//a/@href")
    assert len(links) == 11 + 1 + 1 + 1 + 1 + 2  # W10-20, old version, failed, slides, forced, look
    for link in links:
        assert (home / "reports" / front_path(link)).is_file(), link


def front_path(link):
    from urllib.parse import unquote

    assert not re.match(r"[a-z]+:", link)
    return unquote(link)


def test_what_changed_and_what_is_wrong_is_said(home):
    text = squeezed(read(home))
    assert (
        "3 figures and 1 decision moved since the version before: new or changed exports or "
        "ledgers." in text
    )
    assert "cell 4: <b>no</b> orders" in text
    assert "Published although its data are not ready." in text
    assert "1 remark on the data." in text
    assert "13 reports of 2 clients over 11 weeks; the newest week is 2026-W20." in text


def test_nobodys_name_or_words_become_markup(home):
    html = read(home)
    assert len(html.xpath("//script")) == 1
    assert not html.xpath("//main//*[self::b or self::i or self::u or self::iframe or self::img]")
    assert HOSTILE in [h2.text_content() for h2 in html.xpath("//h2")]


def test_a_torn_or_strange_manifest_stops_nothing(home):
    torn = report(home, "cara", "2026-W20", "weekly_review")
    (torn / "manifest.json").write_text("{")
    odd = report(home, "cara", "2026-W19", "weekly_review")
    (odd / "manifest.json").write_text(json.dumps(["no", "manifest"]))
    assert squeezed(read(home)).count("Its manifest cannot be read.") == 2


def test_the_page_is_replaced_whole_and_leaves_nothing_beside_it(home):
    first = front.rewrite(home).read_bytes()
    assert front.rewrite(home).read_bytes() == first
    left = {path.name for path in (home / "reports").glob("*") if path.is_file()}
    assert left == {"index.html", ".index.lock"}
    assert front.rewrite(home / "nowhere") is None


def test_prune_takes_cleared_weeks_off_the_page(home):
    (home / "data").mkdir()
    front.rewrite(home)
    said = CliRunner().invoke(cli.app, ["prune", "--keep-weeks", "2", "--yes", "--home", str(home)])
    assert said.exit_code == 0, said.output
    page = (home / "reports" / "index.html").read_text()
    assert "2026-W19" in page
    assert "2026-W18" not in page


@pytest.mark.needs("chromium")
@pytest.mark.parametrize(("size", "scheme"), [((360, 780), "light"), ((1280, 900), "dark")])
def test_the_page_is_searched_by_keyboard_and_breaks_no_rule(home, size, scheme):
    path = front.rewrite(home)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program("chromium"), args=["--no-sandbox"]
        )
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, color_scheme=scheme
        )
        page = context.new_page()
        heard = []
        page.on("request", lambda request: heard.append(request.url))
        page.on("dialog", lambda dialog: heard.append(dialog.message))
        page.on("console", lambda message: heard.append(message.text))
        page.goto(path.as_uri())
        rows = page.locator(".weeks tbody tr")
        assert rows.count() == 12
        assert page.locator(".weeks tbody tr:visible").count() == 5  # four newest weeks, and bravo
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.get_by_role("searchbox").focus()
        page.keyboard.type("ACME w12")
        assert page.locator(".weeks tbody tr:visible").count() == 1
        assert page.get_by_role("status").inner_text() == "1 of 12 weeks shown"
        page.get_by_role("searchbox").fill("clicks")
        assert page.locator(".weeks tbody tr:visible th").inner_text().startswith("2026-W20")
        page.get_by_role("searchbox").fill("")
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
        assert [url for url in heard if url.split("#")[0] != path.as_uri()] == []
        context.close()
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, color_scheme=scheme, bypass_csp=True
        )
        page = context.new_page()
        page.goto(path.as_uri())
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        found = Axe().run(page, options={"runOnly": RULES}).response
        assert [(v["id"], v["nodes"][0]["target"]) for v in found["violations"]] == []
        browser.close()
