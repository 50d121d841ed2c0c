"""A page that holds everything itself, runs nothing of others, and shows a client no code."""

import base64
import hashlib
import re
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import lxml.html
import nbformat
import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from kit.pages import TEMPLATES, write_html
from kit.tables.look import Column, finished

PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJg"
    "gg=="
)


def shown(data, metadata=None, source="show()", tags=()):
    output = new_output("display_data", data=data, metadata=metadata or {})
    return new_code_cell(source, outputs=[output], metadata={"tags": list(tags)})


def page(folder, *cells, **metadata):
    notebook = new_notebook(cells=[new_markdown_cell("# Who sells?"), *cells], metadata=metadata)
    nbformat.write(notebook, folder / "review.ipynb")
    write_html(folder / "review.ipynb", folder / "review.html")
    return (folder / "review.html").read_text()


def test_title_is_the_notebooks_or_its_first_heading(tmp_path):
    assert "<title>Who sells?</title>" in page(tmp_path)
    assert "<title>Sales &lt;b&gt; W19</title>" in page(tmp_path, title="Sales <b> W19")


def scripts(html):
    return re.findall(r"<script>(.*?)</script>", html, re.DOTALL)


def test_nothing_is_fetched_and_nothing_but_the_pages_own_script_runs(tmp_path):
    html = page(
        tmp_path,
        new_markdown_cell("![chart](https://example.com/a.png) <script>alert(1)</script>"),
        shown(
            {"text/markdown": "caption <img src=x onerror=alert(1)> <iframe src=//evil></iframe>"}
        ),
        shown({"text/html": "<b onclick='alert(1)'>ok</b><link rel=stylesheet href=//evil>"}),
        shown({"application/javascript": "alert(1)", "text/plain": "script"}),
        shown({"text/latex": "$x$"}),
    )
    (own,) = scripts(html)
    assert own == (TEMPLATES / "report" / "report.js").read_text()
    assert html.count("<script") == 1
    digest = base64.b64encode(hashlib.sha256(own.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}';" in html
    assert "<iframe" not in html
    assert "<link" not in html
    assert not re.search(r"<[^>]+\son\w+=", html)
    assert not re.search(r"""<[^>]+(src|href)=["']?(https?:)?//""", html)
    assert "default-src 'none'" in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


def test_a_caption_cannot_restyle_the_page_but_a_table_brings_its_styles(tmp_path):
    html = page(
        tmp_path,
        shown({"text/markdown": "<style>main{display:none}</style> caption"}),
        shown(
            {"text/html": "<style>#t td {color: red}</style><table id='t'><tr><td>1</td></table>"}
        ),
    )
    assert "&lt;style&gt;main" in html
    assert "<style>#t td {color: red}</style>" in html
    assert '<table id="t">' in html


def test_headings_tables_and_links_of_prose_survive(tmp_path):
    text = "## Next\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n\n[where](https://example.com/where)"
    html = page(tmp_path, new_markdown_cell(text))
    assert ">Next</h2>" in html
    assert "<th>a</th>" in html
    assert '<a href="https://example.com/where">where</a>' in html


def test_figures_keep_their_words_and_their_size(tmp_path):
    about = {"image/png": {"alt": 'Posts "per" week', "width": 800, "height": 380}}
    html = page(tmp_path, shown({"image/png": PIXEL, "text/plain": "figure"}, about))
    assert 'alt="Posts &#34;per&#34; week"' in html or "alt='Posts \"per\" week'" in html
    assert 'width="800"' in html
    assert "data:image/png;base64," + PIXEL in html


def test_code_is_folded_setup_is_hidden_and_parameters_stand_once(tmp_path):
    html = page(
        tmp_path,
        new_code_cell("top = 5", metadata={"tags": ["parameters"]}),
        new_code_cell("top = 9", metadata={"tags": ["injected-parameters"]}),
        shown({"text/plain": "read"}, source="secret_setup()", tags=["setup"]),
        shown({"text/plain": "seen"}, source="visible()"),
    )
    assert "secret_setup" not in html
    assert "read" in html
    assert html.count("<summary>Parameters</summary>") == 1
    assert "visible" in html[html.index("<summary>Code</summary>") :]


def test_a_warning_stands_above_everything(tmp_path):
    about = {
        "warning_title": "Published by force.",
        "warning": "No data for <May>.",
        "line": "Acme",
    }
    html = page(tmp_path, kit=about)
    assert html.index("Published by force.") < html.index("Who sells?</h1>")
    assert "No data for &lt;May&gt;." in html
    assert '<header class="masthead">Acme</header>' in html


def test_the_warning_cell_of_a_notebook_does_not_stand_twice_on_its_page(tmp_path):
    cell = new_markdown_cell("> **Published by force.** No data.", metadata={"tags": ["warning"]})
    about = {"warning_title": "Published by force.", "warning": "No data."}
    html = page(tmp_path, cell, kit=about)
    assert html.count("Published by force.") == 1


def test_a_warning_names_days_as_people_do(tmp_path):
    told = "No sales from 2026-05-04 to 2026-05-10 in orders-2026-05-10.csv."
    html = page(tmp_path, kit={"warning_title": "Published by force.", "warning": told})
    assert "No sales from 4 May 2026 to 10 May 2026 in orders-2026-05-10.csv." in html


def test_contents_lead_to_every_heading_and_to_nothing_else(tmp_path):
    html = page(
        tmp_path,
        new_markdown_cell("## In short & first"),
        shown({"text/markdown": "said &lt;h2&gt;mine&lt;/h2&gt;"}),
        new_markdown_cell("## Who *sells*?"),
    )
    nav = html[html.index("<nav") : html.index("</nav>")]
    assert re.findall(r'<a href="#(.+?)">(.+?)</a>', nav) == [
        ("part-1", "In short &amp; first"),
        ("part-2", "Who sells?"),
    ]
    assert re.findall(r'<h2 id="(.+?)">', html) == ["part-1", "part-2"]
    assert "<nav" not in page(tmp_path)


def test_a_table_is_a_figure_with_its_title_above_and_its_notes_below_what_scrolls(tmp_path):
    frame = pd.DataFrame({"name": ["<b>mia</b>", "bo"], "gmv": [1234.5, None]})
    columns = [Column("name", ""), Column("gmv", "GMV", "money", "Sales")]
    table = finished(frame, columns, id="who", title="Who & what", subtitle="Now", note="As paid.")
    html = page(tmp_path, shown({"text/html": table.as_raw_html()}))
    (figure,) = lxml.html.fromstring(html).xpath("//figure")
    assert [node.tag for node in figure] == ["figcaption", "div", "p"]
    assert [squeezed(node) for node in figure[0::2]] == ["Who & whatNow", "As paid."]
    inner = figure.find("div/table")
    assert squeezed(figure.get_element_by_id(inner.get("aria-labelledby"))) == "Who & what"
    assert "As paid." not in squeezed(inner)
    assert [squeezed(cell) for cell in inner.iter("th")] == ["Sales", "GMV"]
    assert [squeezed(cell) for cell in inner.find("tbody").iter("td")] == [
        *("<b>mia</b>", "$1,235"),
        *("bo", "–"),
    ]
    assert "#who" not in html  # no stylesheet of its own


def squeezed(node):
    return " ".join(node.text_content().split())


def test_no_client_name_can_end_the_stylesheet_of_its_page(tmp_path):
    html = page(tmp_path, kit={"line": 'A"</style><script>alert(1)</script>'})
    assert len(scripts(html)) == 1
    (rule,) = re.findall(r'@top-left { content: "([^"]*)" }', html)
    letters = re.sub(r"\\([0-9a-f]{6})", lambda code: chr(int(code[1], 16)), rule)
    assert letters == 'A"</style><script>alert(1)</script>'
    assert not re.search(r"[^0-9A-Za-z\\]", rule)


def test_messages_are_folded(tmp_path):
    noisy = new_code_cell("1", outputs=[new_output("stream", name="stderr", text="a warning")])
    html = page(tmp_path, noisy)
    assert html.index("<summary>Messages</summary>") < html.index("a warning")


@pytest.fixture
def other_host():
    """A server that is not the page's, and the paths it was asked for."""
    asked = []

    class Listener(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(404)
            self.end_headers()

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Listener)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.needs("chromium")
def test_a_browser_asks_no_other_host_for_anything(tmp_path, other_host):
    address, asked = other_host
    page(
        tmp_path,
        new_markdown_cell(f"![x]({address}/markdown.png)"),
        shown(
            {"text/html": f"<style>@import '{address}/a.css'; b {{background: url({address}/b)}}"}
        ),
        shown({"text/html": f"<b style='background-image: url({address}/c.png)'>bold</b>"}),
    )
    look = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--window-size=390,800"]
    look += [f"--user-data-dir={tmp_path / 'profile'}", f"--screenshot={tmp_path / 'page.png'}"]
    subprocess.run(
        [*look, (tmp_path / "review.html").as_uri()], capture_output=True, timeout=120, check=True
    )
    assert (tmp_path / "page.png").stat().st_size > 1000
    assert asked == []
