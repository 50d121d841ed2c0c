"""Documents in Spanish: whole, with the numbers of the English ones, from a complete catalogue."""

import io
import re
import string
from dataclasses import replace
from datetime import date
from itertools import product
from pathlib import Path
from types import SimpleNamespace

import lxml.html
import pandas as pd
import pytest
from babel.messages import extract, pofile
from playwright.sync_api import sync_playwright
from pptx import Presentation

from kit import (
    audience,
    creator_messages,
    creator_page,
    deck,
    glossary,
    language,
    results,
    words,
)
from kit import client as clients
from kit.errors import PolicyError, ReportError
from tests import test_deck_kinds as of_months
from tests.conftest import program
from tests.test_creator_page import posts as own_posts
from tests.test_creator_page import reported
from tests.test_deck import (
    AS_OF,
    assert_texts_fit,
    assert_tidy,
    decision,
    decisions,
    weekly_figures,
)

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "reports" / "example"
KEYWORDS = {name: (1, 2) for name in ("counted", "plural", "forms")}
KEYWORDS |= {"phrase": None, "later": None}
ENGLISH = (
    "the of and was were is are has have to from for with than by in on at a an it its not this "
    "that week weeks day days post posts creator creators order orders click clicks view views "
    "month months net revenue commission range wanted interval known more most keep invest "
    "promote demote hold next your you we table rows decision"
).split()
SPANISH_TOO = {"a", "no", "has"}
SETTINGS = 'name = "Glow"\ncurrency = "USD"\ntime_zone = "America/Los_Angeles"\n'


@pytest.fixture
def home(tmp_path):
    """The example's week without the creators' own captions, and two that are thin."""
    made = pd.read_csv(EXAMPLE / "decisions.csv", dtype={"subject": "str"}).assign(label=None)
    figures = pd.read_parquet(EXAMPLE / "results.parquet")
    one = results.figures("weekly_review", weekly_figures(1))
    for name, rows, decided in (
        ("full", figures, made),
        ("one", one, decisions(1)),
        ("empty", one.head(1), decisions(1).iloc[:0]),
    ):
        (tmp_path / "data" / name).mkdir(parents=True)
        settings = f"{SETTINGS}share_margins = true\n"
        (tmp_path / "data" / name / "client.toml").write_text(settings)
        week = tmp_path / "reports" / name / "2026-W19"
        week.mkdir(parents=True)
        rows.to_parquet(week / "results.parquet")
        decided.to_csv(week / "decisions.csv", index=False)
    write_month(tmp_path)
    return tmp_path


def write_month(home):
    """A client with goals and four weeks, one of which was not reported."""
    (home / "data" / "month").mkdir()
    goals = "[goals]\nvelocity = 32\nconversion_rate = 0.05\ngmv = 25000\n"
    (home / "data" / "month" / "client.toml").write_text(f"{SETTINGS}{goals}")
    for end in of_months.SUNDAYS:
        if end == of_months.LACKING:
            continue
        week = home / "reports" / "month" / f"2026-W{end.isocalendar().week:02d}"
        week.mkdir(parents=True)
        of_months.of_week(end).to_parquet(week / "results.parquet")
        decided = [decision("quiet.quinn", "follow up"), decision("mo.ves", "replace")]
        rows = results.decisions("weekly_review", pd.DataFrame(decided))
        audit = results.decisions(
            "tier_promotion_audit", pd.DataFrame([decision("up.una", "promote")])
        )
        pd.concat([rows, audit]).to_csv(week / "decisions.csv", index=False)


def messages(path):
    """Every text of a deck by where it stands, what is read aloud and what a chart holds too."""
    presentation = Presentation(str(path))
    yield "title", presentation.core_properties.title
    for number, slide in enumerate(presentation.slides):
        for place, shape in enumerate(slide.shapes):
            where = f"{number} {shape.name} {place if shape.name != 'Rest' else ''}"
            yield f"{where} alt", shape._element.xpath(".//p:cNvPr")[0].get("descr") or ""
            if shape.has_text_frame:
                yield where, shape.text_frame.text
            if shape.has_table:
                for line, row in enumerate(shape.table.rows):
                    for column, cell in enumerate(row.cells):
                        yield f"{where} cell {line} {column}", cell.text
            if shape.has_chart:
                for series in shape.chart.plots[0].series:
                    yield f"{where} series", series.name
                yield f"{where} names", "\n".join(map(str, shape.chart.plots[0].categories))
        yield f"{number} notes", slide.notes_slide.notes_text_frame.text


def english_words(text):
    # handles and the report's own files are nobody's language
    plain = re.sub(r"\S*[._@…]\S+|…\S*|\(Payment Amount\)", " ", text)
    return sorted({*re.findall(r"[^\W\d_]+", plain.lower())} & {*ENGLISH} - SPANISH_TOO)


def numbers(text, code="en"):
    """The figures of a text in order of size; a numeral in letters before what it counts too."""
    letters = {word: str(number) for number, word in enumerate(words._SMALL) if number}
    what = " posts? ha| more | stands? on| in more| weeks in ten| creat"
    counts = rf"(?<!The )\b({'|'.join(letters)})(?={what})"
    text = re.sub(counts, lambda word: letters[word[1].lower()], text, flags=re.IGNORECASE)
    found = re.findall(r"\d(?:[\d.,]*\d)?", text)
    if code == "es":
        found = [number.translate(str.maketrans(".,", ",.")) for number in found]
    return sorted(float(number.replace(",", "")) for number in found)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("empty", "weekly"),
        *product(["full", "one", "month"], [kind for kind, _ in deck.TRANSLATED]),
    ],
)
def test_a_clients_deck_is_wholly_in_spanish_with_the_same_numbers(home, name, kind):
    code, as_of = ("es", AS_OF) if name != "month" else ("es-MX", of_months.AS_OF)
    told, before = made(home, name, as_of, kind)
    language.missed(code).clear()
    path = deck.build_deck(name, as_of, home, kind, audience="client", language=code)
    spoken = dict(messages(path))
    assert language.missed(code) == set()
    left = {where: english_words(text) for where, text in spoken.items()}
    assert {where: found for where, found in left.items() if found} == {}
    # a table may have room for a row more or less; its alternative text counts them all
    assert {w for w in spoken.keys() ^ told.keys() if "cell" not in w and "Rest" not in w} == set()
    for where in sorted(spoken.keys() & told.keys()):
        if "Rest" not in where:
            assert numbers(spoken[where], code) == numbers(told[where]), where
    assert_tidy(path)
    assert_texts_fit(path)
    assert made(home, name, as_of, kind)[1] == before


def made(home, name, as_of, kind):
    """The English deck, its texts and its bytes."""
    path = deck.build_deck(name, as_of, home, kind, audience="client", language="en")
    return dict(messages(path)), path.read_bytes()


def test_the_search_for_english_words_finds_them_in_the_english_deck(home):
    found = [english_words(text) for _, text in messages(english(home)) if len(text) > 9]
    assert sum(map(bool, found)) > 0.6 * len(found)


def english(home):
    return deck.build_deck("full", AS_OF, home, audience="client")


def test_what_is_missing_stays_english_and_is_counted():
    language.missed("es").clear()
    with language.speaking("es"):
        assert language.phrase("No such message of {whom}", whom="ana") == "No such message of ana"
        assert words.counted("{count} oddity", "{count} oddities", 2) == "2 oddities"
    assert language.missed("es") == {"No such message of {whom}", "{count} oddity"}
    language.missed("es").clear()


def test_the_language_is_the_clients_unless_another_is_asked_for(home):
    toml = home / "data" / "full" / "client.toml"
    toml.write_text(f'{toml.read_text()}language = "es_mx"\n')
    slides = dict(messages(english(home)))
    assert slides["title"] == "Glow: programa de creadores, semana 19 de 2026"
    path = deck.build_deck("full", AS_OF, home, audience="client", language="en")
    assert dict(messages(path))["title"] == "Glow: creator program, week 19 of 2026"
    internal = dict(messages(deck.build_deck("full", AS_OF, home)))
    assert internal["title"] == "Glow: creator program, week 19 of 2026"
    run = Presentation(str(english(home))).slides[0].shapes.title.text_frame
    assert "publicaciones" in run.text


def test_a_deck_that_is_not_translated_is_refused_in_another_language(home):
    with pytest.raises(ReportError, match=r"weekly deck for internal is in English only.*client"):
        deck.build_deck("full", AS_OF, home, language="es")
    with pytest.raises(ReportError, match="no catalogue of 'fr'; languages are en, es"):
        deck.build_deck("full", AS_OF, home, audience="client", language="fr")


@pytest.mark.parametrize(
    ("told", "code"), [("es", "es"), ("ES-mx", "es-MX"), ("en_GB", "en"), ("", None), ("tlh", None)]
)
def test_a_language_in_client_toml_is_one_that_there_is(tmp_path, told, code):
    (tmp_path / "client.toml").write_text(f'{SETTINGS}language = "{told}"\n')
    if code:
        assert clients.read_config(tmp_path)[0].language == code
    else:
        with pytest.raises(PolicyError, match="language is .* in es-MX"):
            clients.read_config(tmp_path)


@pytest.mark.parametrize(
    ("code", "written"),
    [
        ("en", ["1,234.50", "4.0%", "2.4–6.5%", "$1,235", "−$8.00", "MX$20", "30", "7.5"]),
        ("es", ["1.234,50", "4,0 %", "2,4–6,5 %", "US$1.235", "−US$8,00", "MXN 20", "30", "7,5"]),
        ("es-MX", ["1,234.50", "4.0%", "2.4–6.5%", "USD 1,235", "−USD 8.00", "$20", "30", "7.5"]),
    ],
)
def test_numbers_and_money_are_written_as_the_language_has_them(code, written):
    with language.speaking(code):
        made = [
            *(words.number(1234.5, 2), words.percent(0.04), words.percent_range(0.024, 0.065)),
            *(words.money(1234.5), words.money(-8), words.money(20, "MXN", 0)),
            *(words.plain_number(30.0), words.plain_number(7.5)),
        ]
    assert [text.replace("\N{NO-BREAK SPACE}", " ") for text in made] == written
    assert words.number(1234.5, 2) == "1,234.50"  # nothing of it lasts


def test_days_and_lists_are_written_in_spanish():
    with language.speaking("es-MX"):
        assert words.day(date(2026, 5, 10)) == "10 de mayo de 2026"
        assert words.period(date(2026, 5, 4), date(2026, 5, 10)) == "4–10 de mayo de 2026"
        across = words.period(date(2026, 4, 13), date(2026, 5, 10))
        assert across == "13 de abril – 10 de mayo de 2026"
        assert words.short_day(date(2026, 9, 1)) == "1 sep"
        assert words.listed(["a", "b", "c"], most=1) == "a y 2 más"
        assert words.week_name(date(2026, 5, 10)) == "semana 19 de 2026"


def used():
    """The messages of the documents that are translated: in the code, and what it looks up."""
    found = set()
    for path in (ROOT / "kit").rglob("*.py"):
        text = path.read_text()
        if path.name != "language.py" and ("kit.language import" in text or "words.coun" in text):
            made = extract.extract("python", io.BytesIO(text.encode()), keywords=KEYWORDS)
            found |= {message for _, message, _, _ in made}
    slides, own = audience.CLIENT["deck"], audience.CREATOR
    metrics = {*slides["figures"], *slides["margins"]["figures"], *own["figures"]}
    metrics |= {*own["intervals"].values(), *own["of_tier"].values()}
    for entry in map(glossary.metric, metrics):
        found |= {entry.name, entry.formula, entry.window} - {""}
    return found | {*results.STATUSES, *own["next"].values()}


def catalogue(path):
    with path.open("rb") as file:
        return pofile.read_po(file, abort_invalid=True)


@pytest.mark.parametrize("path", sorted(language.FOLDER.glob("*/LC_MESSAGES/kit.po")))
def test_a_catalogue_holds_every_message_and_no_other(path):
    own = catalogue(path)
    held = {message.id for message in own if message.id}
    assert sorted(map(str, used() - held)) == []
    assert sorted(map(str, held - used())) == []
    assert not own.obsolete


@pytest.mark.parametrize("path", sorted(language.FOLDER.glob("*/LC_MESSAGES/kit.po")))
def test_each_translation_has_its_forms_and_the_places_of_its_message(path):
    own = catalogue(path)
    for message in own:
        if not message.id:
            continue
        several = isinstance(message.id, tuple)
        ids = message.id if several else (message.id,)
        texts = message.string if several else (message.string,)
        assert not message.fuzzy, ids
        assert len(texts) == (own.num_plurals if several else 1), ids
        assert all(texts), ids
        assert places(*texts) == places(*ids), ids
        assert places(texts[-1]) == places(ids[-1]), ids
        assert [text[-1] in ".:" for text in texts] == [ids[0][-1] in ".:"] * len(texts), ids


def places(*texts):
    return {name for text in texts for _, name, _, _ in string.Formatter().parse(text) if name}


DECIDED = [[*audience.CREATOR["next"]], ["replace"]]


@pytest.mark.parametrize("code", ["es", "es-MX"])
@pytest.mark.parametrize("decided", DECIDED)
@pytest.mark.parametrize("active", [12.0, 2.0])
def test_a_creators_page_is_wholly_in_spanish_with_the_same_numbers(code, decided, active):
    week = reported(decided=decided, active=active)
    week = replace(week, title="Glow")
    posts = own_posts().assign(caption="")
    before = creator_page.page(week, "ana", posts, "1")
    language.missed(code).clear()
    with language.speaking(code):
        page = lxml.html.fromstring(creator_page.page(week, "ana", posts, "1"))
    assert language.missed(code) == set()
    assert page.get("lang") == code
    told = lxml.html.fromstring(before)
    assert told.get("lang") == "en"
    own, text = (html.body.text_content() for html in (page, told))
    assert english_words(own) == []
    assert numbers(own, code) == numbers(text)
    assert creator_page.page(week, "ana", posts, "1") == before


@pytest.mark.parametrize(
    "message",
    [
        lambda: creator_messages.sample_due("m", "Serum", "2026-04-20", "2026-05-04", late=True),
        lambda: creator_messages.sample_due("m", "Serum", "2026-04-20", "2026-05-04", late=False),
        lambda: creator_messages.posts_due("m", 2, "2026-05-01"),
        lambda: creator_messages.posts_due("m", 1, None),
        lambda: creator_messages.posts_due("m", 0.5, None),
        lambda: creator_messages.new_code("m", ["7311", "7312"], "2026-05-09"),
        lambda: creator_messages.new_code("m", ["7311"], None),
    ],
)
def test_a_message_to_a_creator_is_in_spanish_with_the_same_numbers(message):
    language.missed("es-MX").clear()
    with language.speaking("es-MX"):
        told = message()
    assert language.missed("es-MX") == set()
    assert english_words(told) == []
    assert told.startswith("Hola, @m: ")
    assert numbers(told) == numbers(message())


@pytest.mark.parametrize(
    ("of_creator", "of_client", "asked", "title"),
    [
        ("es", "en", None, "Sus publicaciones para Tiny"),
        (None, "es-MX", None, "Sus publicaciones para Tiny"),
        ("en", "es-MX", None, "Your posts for Tiny"),
        ("tagalog", "en", None, "Your posts for Tiny"),
        ("es", "es", "en", "Your posts for Tiny"),
    ],
)
def test_a_page_is_in_the_creators_language_else_in_the_clients(
    tmp_path, of_creator, of_client, asked, title
):
    opened = SimpleNamespace(
        config=SimpleNamespace(language=of_client),
        creators=pd.DataFrame({"creator_id": ["ana"], "language": [of_creator]}),
    )
    with language.speaking(creator_page._language(opened, "ana", asked)):
        page = creator_page.page(replace(reported(), title="Tiny"), "ana", own_posts(), "1")
    assert lxml.html.fromstring(page).find(".//h1").text == title


@pytest.mark.needs("chromium")
def test_a_spanish_page_is_no_wider_than_a_phone(tmp_path):
    path = tmp_path / "ana.html"
    with language.speaking("es-MX"):
        path.write_text(creator_page.page(reported(), "ana", own_posts(), "1"), encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program("chromium"), args=["--no-sandbox"]
        )
        page = browser.new_page(viewport={"width": 360, "height": 800})
        page.goto(path.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        browser.close()
