"""What strangers write stays text: in notebooks, pages, CSV files and decks.

All injections stand in one client, as its captions, handles, products, briefs, notes, events and
file names; it is ingested and reported once, and a real browser loads the pages.
"""

import io
import re
import subprocess
import zipfile
from datetime import date, timedelta

import lxml.html
import nbformat
import openpyxl
import pytest
from pptx import Presentation

from kit import deck, reports, week
from kit.ingest import ingest
from kit.pages import TEMPLATES
from tests import injections, tiny
from tests.run_client import write_notebook

AS_OF = date(2026, 5, 10)
FIRST = date(2026, 4, 13)
HOOKS = ("problem_agitation", "transformation_reveal", "social_proof", "curiosity_gap")


def handle(number):
    return injections.ALL[number].lower().lstrip("@").strip()


def post_id(number):
    return f"7599000000000{number:06d}"


def product_id(number):
    return f"1729000000000{number:06d}"


def write_client(home):
    """A client of one creator, post and product for each injection, of which all names are made."""
    numbers = range(len(injections.ALL))
    weeks = [FIRST + timedelta(7 * week) for week in range(4)]
    files = {}
    for monday in weeks:
        rows = [
            {
                "caption": injections.ALL[n],
                "post": post_id(n),
                "published": FIRST.isoformat(),
                "handle": injections.ALL[n],
                "product": product_id(n),
                "orders": "4",
                "gmv": "$80.00",
                "clicks": str(90 + n),
            }
            for n in numbers
        ]
        name = f"<b>=video {monday:%Y%m%d}-{monday + timedelta(6):%Y%m%d}.csv"
        files[name] = tiny.export(tiny.VIDEO, *rows)
    orders = [
        {
            "order": f"5799000000{place:03d}{n:06d}",
            "product": product_id(n),
            "handle": injections.ALL[n],
            "post": post_id(n),
            "created": f"{FIRST + timedelta(7 * place):%d/%m/%Y} 12:00:00",
            "paid": f"{FIRST + timedelta(7 * place):%d/%m/%Y} 12:01:00",
            "delivered": f"{FIRST + timedelta(7 * place + 2):%d/%m/%Y} 12:00:00",
        }
        for place in range(4)
        for n in numbers
    ]
    broken = [
        {"handle": text, "created": text, "order": f"57990{n:014d}"}
        for n, text in enumerate(injections.ALL[:3], start=1)
    ]
    files["=orders <i>.csv"] = tiny.export(tiny.AFFILIATE, *orders, *broken)
    files["<img src=x onerror=alert(1)>.csv"] = [[injections.ALL[0], injections.ALL[1]]]
    named = f"name = '''{injections.ALL[1]}'''\n"
    folder = tiny.client(home, files, toml=tiny.TOML + named)
    start = FIRST.isoformat()
    ledger(
        folder, "products", lambda n, x: [product_id(n), x, x, x], "product_id name category truths"
    )
    ledger(
        folder,
        "creators",
        lambda n, x: [x if n else "mia", "20000", start, "active", x],
        "handle followers joined_on status language",
    )
    ledger(
        folder,
        "briefs",
        lambda n, x: [f"b{n}<b>", x, product_id(n), HOOKS[n % 4], x, x, x, x, start, post_id(n)],
        "brief_id handle product_id hook_angle product_truth proof call_to_action do_not_say "
        "sent_on post_id",
    )
    ledger(
        folder,
        "compliance",
        lambda n, x: [x, "2026-05-05", "note", x],
        "handle happened_on severity what",
    )
    ledger(folder, "events", lambda n, x: ["2026-05-05", x, x, x], "date kind subject what")
    ledger(folder, "notes", lambda n, x: ["2026-W19", "happened", x, x], "week block text owner")
    return folder


def ledger(folder, name, row, columns):
    rows = [row(n, text) for n, text in enumerate(injections.ALL)]
    tiny.write(folder / "ledgers" / f"{name}.csv", [columns.split(), *rows])


# What the reports show of a few creators, shown of all, by the same functions.
SHOWN = (
    "from kit import plots, prose, sentences, tables\n"
    "client_ = kit.open(client)\n"
    "posts = client_.posts.assign(gmv=1.0, rank=range(len(client_.posts)), running_share=0.1)",
    "prose.Markdown(sentences.bullets(posts['caption']))",
    "from IPython.display import display\n"
    "for text in posts['caption']: display(prose.Markdown(text))",
    "tables.creator_posts(posts)",
    "tables.set_aside(client_.set_aside)",
    "tables.files(client_.files)",
    "client_.products",
    "client_.briefs",
    "client_.notes",
    "client_.events",
    "plots.draw(plots.gmv_by_creator, posts, title=posts['caption'][0], alt=posts['caption'][1])",
    "decision = {'subject_kind': 'creator', 'subject': posts['creator_id'].tolist(),"
    " 'decision': ['invest', 'replace'] * (len(posts) // 2), 'reason': posts['caption'].tolist()}",
)


@pytest.fixture(scope="module")
def reported(tmp_path_factory):
    """The week's folder, reported by one of the kit's notebooks and by one that shows all."""
    home = tmp_path_factory.mktemp("home")
    write_client(home)
    said = ingest("acme", home)
    assert [name for name, _ in said.refused] == ["<img src=x onerror=alert(1)>.csv"]
    own = write_notebook(home / "weekly_review.ipynb", *SHOWN)
    text = own.read_text().replace("pd.DataFrame([decision])", "pd.DataFrame(decision)")
    own.write_text(text)
    for notebook in (own, "onboarding"):
        outcome = reports.run_report(notebook, "acme", AS_OF, home=home, force=True)
        assert outcome.status == "forced", outcome.message
    deck.build_deck("acme", AS_OF, home)
    return week.week_folder(home, "acme", AS_OF)


def dumped(page, profile):
    """The page's document after a browser has loaded it and run what it would run."""
    look = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"]
    look += [f"--user-data-dir={profile}", "--virtual-time-budget=2000", page.as_uri()]
    done = subprocess.run(look, capture_output=True, timeout=120, check=True)
    return lxml.html.fromstring(done.stdout.decode())


@pytest.fixture(scope="module")
def pages(reported, tmp_path_factory):
    found = sorted(reported.glob("*/*.html"))
    assert len(found) == 2
    return {page.stem: dumped(page, tmp_path_factory.mktemp("profile")) for page in found}


def squeezed(text):
    return " ".join(text.split()).lower()


@pytest.mark.needs("chromium")
def test_a_browser_finds_no_element_but_the_pages_own(pages):
    for page in pages.values():
        tags = {node.tag for node in page.iter() if isinstance(node.tag, str)}
        live = "iframe svg math form input object embed link base audio video template"
        assert not tags & set(live.split())
        (script,) = page.iter("script")
        assert script.text == (TEMPLATES / "report" / "report.js").read_text()
        assert not [node for node in page.iter() if isinstance(node, lxml.html.HtmlComment)]
        names = {name for node in page.iter() if isinstance(node.tag, str) for name in node.attrib}
        assert not [name for name in names if name.startswith("on")]
        for node in page.iter("img"):
            assert node.get("src").startswith("data:image/png;base64,")
        assert [node for node in page.iter("a") if node.get("href")[0] != "#"] == []
        assert "PWN" not in page.findtext(".//title").replace(injections.ALL[1], "")
        assert page.xpath("count(.//h1)") == 1
        made = {squeezed(node.text_content()) for node in page.iter("b", "em", "del", "strong")}
        assert not made & {"bold", "strong", "gone", "em", "after"}


@pytest.mark.needs("chromium")
@pytest.mark.parametrize("text", injections.ALL)
def test_every_injection_is_read_as_it_was_written(pages, text):
    page = pages["weekly_review"]
    assert squeezed(text) in squeezed(page.find(".//main").text_content())
    listed = [squeezed(node.text_content()) for node in page.iter("li", "p")]
    assert listed.count(squeezed(text)) == 2  # in a list, and as a paragraph


def test_no_cell_of_a_csv_is_a_formula(reported):
    found = sorted(reported.rglob("*.csv"))
    assert found
    for path in found:
        rows = [value for row in week.read_csv(path) for value in row.values()]
        assert len(rows) > len(injections.FORMULAS)
        assert not [v for v in rows if v and v[0] in "=+-@\t\r" and not week.NUMBER.fullmatch(v)]


def test_the_deck_holds_neither_formula_nor_link(reported):
    (path,) = reported.glob("*.pptx")
    slides = Presentation(path).slides
    text = squeezed(
        " ".join(s.text_frame.text for p in slides for s in p.shapes if s.has_text_frame)
    )
    assert "invest in" in text
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            data = archive.read(name)
            if name.endswith(".rels"):
                assert b"External" not in data
            if name.endswith(".xlsx"):
                assert formulas(data) == []


def formulas(data):
    sheets = openpyxl.load_workbook(io.BytesIO(data)).worksheets
    cells = [cell for sheet in sheets for row in sheet.iter_rows() for cell in row]
    return [cell.value for cell in cells if cell.data_type == "f" or cell.hyperlink]


def test_an_output_of_the_notebook_has_no_markup_of_theirs(reported):
    cells = nbformat.read(reported / "weekly_review" / "weekly_review.ipynb", 4).cells
    texts = [
        output.data["text/markdown"]
        for cell in cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if "text/markdown" in output.get("data", {})
    ]
    assert len(texts) == 1 + len(injections.ALL)
    for text in texts:
        assert not re.search(r"[<>\[\]*_`~|\\]|https?:|www\.", text)
