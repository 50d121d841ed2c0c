"""Monthly, quarterly and kick-off decks: their sums, what lacks, and masters of every make."""

import json
import subprocess
from datetime import date, timedelta

import pandas as pd
import pytest
from lxml import etree
from pptx import Presentation
from pptx.oxml.ns import qn
from pptx.util import Emu, Inches, Pt

from kit import deck, results
from kit.deck import text
from kit.errors import ReportError
from tests.contrast import ratios
from tests.test_deck import assert_tidy, decision, everything, figure, titles

AS_OF = date(2026, 4, 26)
SUNDAYS = [date(2026, 4, 5) + timedelta(weeks=place) for place in range(4)]
LACKING = date(2026, 4, 12)
GMV = {5: 1000.0, 12: 9999.0, 19: 3000.0, 26: 2000.0}
POSTS = {5: 30, 12: 99, 19: 36, 26: 24}
# orders ÷ clicks: pooled (60 + 20 + 20) ÷ 2,000 = 5.0%; the mean of the rates would be 6.2%
CLICKS = {5: (1000, 0.06), 12: (9999, 0.9), 19: (800, 0.025), 26: (200, 0.1)}
KINDS = ("monthly", "quarterly", "kickoff")


def of_week(end):
    start = end - timedelta(days=6)
    clicks, rate = CLICKS[end.day]
    rows = [
        figure("velocity", POSTS[end.day], 7, end=end, n=POSTS[end.day]),
        figure("gmv", GMV[end.day], 7, end=end, n=100),
        figure("orders", 50.0, 7, end=end),
        figure("gmv", 30_000.0, end=end),
        figure("conversion_rate", rate, 7, end=end, n=clicks),
        figure("active_creators", 61.0, end=end),
        figure("velocity", 5.0, 7, "tier", "1", end, n=5),
        figure("gmv", GMV[end.day] * 0.7, 7, "tier", "1", end),
        figure("gmv", GMV[end.day] * 0.3, 7, "tier", "2", end),
        figure("conversion_rate", rate, 7, "tier", "1", end, n=clicks),
        figure("conversion_rate", rate, 7, "hook_angle", "curiosity_gap", end, n=clicks),
        figure("gmv", GMV[end.day] * 0.6, 7, "creator", "ana.<b>", end),
        figure("gmv", GMV[end.day] * 0.4, 7, "creator", "bo", end),
    ]
    effects = {"creators": 100.0, "conversion": -300.0}
    for part, effect in effects.items():
        span = {"period_start": start - timedelta(days=7), "period_end": end}
        about = {"subject_kind": "part", "subject": part}
        rows.append({"metric": "gmv_effect", "value": effect, **about, **span})
        rows.append({"metric": "gmv_change_by_chance", "value": 0.3, **about, **span})
    return results.figures("weekly_review", pd.DataFrame(rows))


def setup_figures():
    rows = [
        figure("active_roster_creators", 30.0, kind="tier", subject="1", end=AS_OF),
        figure("active_roster_creators", 7.0, kind="tier", subject="2", end=AS_OF),
        figure("active_roster_creators", 2.0, kind="tier", subject="3", end=AS_OF),
        figure("milestone", 12.0, kind="part", subject="Samples delivered", end=AS_OF),
    ]
    for month, planned in (("2026-02", 7000.0), ("2026-03", 12_000.0)):
        first = date.fromisoformat(f"{month}-01")
        about = {"subject_kind": "month", "subject": month, "value": planned}
        period = {"period_start": first, "period_end": first + timedelta(days=27)}
        rows.append({"metric": "budget_planned", **about, **period})
    return results.figures("onboarding", pd.DataFrame(rows))


@pytest.fixture
def home(tmp_path):
    folder = tmp_path / "data" / "glow"
    folder.mkdir(parents=True)
    (folder / "client.toml").write_text(
        'name = "Glow Lab"\ncurrency = "USD"\nmarket = "US"\ncategory = "beauty"\n'
        'time_zone = "America/Los_Angeles"\n[goals]\nvelocity = 32\nconversion_rate = 0.05\n'
        "gmv = 25000\nrepeat_purchase_rate = 0.1\n",
        encoding="utf-8",
    )
    for end in SUNDAYS:
        if end == LACKING:
            continue
        week = tmp_path / "reports" / "glow" / f"2026-W{end.isocalendar().week:02d}"
        week.mkdir(parents=True)
        rows = of_week(end)
        if end == AS_OF:
            rows = pd.concat([rows, setup_figures()], ignore_index=True)
        rows.to_parquet(week / "results.parquet")
        decided = [decision("quiet.quinn", "follow up"), decision("keep.kai", "keep")]
        if end == AS_OF:
            decided.append(decision("late.lou", "replace"))
        made = results.decisions("weekly_review", pd.DataFrame(decided))
        made.to_csv(week / "decisions.csv", index=False)
    return tmp_path


def charts(path):
    return [
        shape.chart
        for slide in Presentation(str(path)).slides
        for shape in slide.shapes
        if shape.has_chart
    ]


def test_a_month_adds_its_reported_weeks_and_names_the_one_that_lacks(home):
    path = deck.build_deck("glow", AS_OF, home, kind="monthly")
    said = everything(path)
    assert titles(path)[0] == "April 2026: 90 posts, $6,000 of GMV, over 3 of 4 weeks"
    assert "No report of the week to 12 April 2026: left out" in said
    assert "9,999" not in said
    assert "5.0%" in said
    assert "6.2%" not in said
    assert "of 2,000 clicks" in said


def test_a_week_that_lacks_has_no_column(home):
    posts, gmv, *_ = charts(deck.build_deck("glow", AS_OF, home, kind="monthly"))
    assert list(gmv.plots[0].series[0].values) == [1000.0, None, 3000.0, 2000.0]
    assert list(posts.plots[0].series[0].values) == [30.0, None, 36.0, 24.0]
    assert list(gmv.plots[0].categories) == ["30 Mar", "6 Apr", "13 Apr", "20 Apr"]


def test_what_moved_gmv_is_added_over_weeks_with_its_sign(home):
    path = deck.build_deck("glow", AS_OF, home, kind="monthly")
    parts = charts(path)[2].plots[0]
    assert dict(zip(parts.categories, parts.series[0].values, strict=True)) == {
        "Conversion": -900.0,
        "Number of creators": 300.0,
    }
    assert "From week to week GMV moved by −$600 in all; most of it by the conversion" in (
        everything(path)
    )


def test_goals_are_met_missed_or_not_known(home):
    path = deck.build_deck("glow", AS_OF, home, kind="monthly")
    assert titles(path)[1].startswith("2 of 4 goals met; not met: content velocity")
    assert "not known: repeat purchase within 60 days" in titles(path)[1]
    (table,) = [
        shape.table for shape in Presentation(str(path)).slides[1].shapes if shape.has_table
    ]
    rows = [[cell.text for cell in row.cells][:4] for row in table.rows][1:]
    assert ["Content velocity", "30", "32", "missed"] in rows
    assert ["GMV", "$30,000", "$25,000", "met"] in rows


def test_a_decision_that_came_back_is_counted_by_week(home):
    path = deck.build_deck("glow", AS_OF, home, kind="monthly")
    assert "2 creators needed a decision, one in more than one week" in titles(path)
    assert "quiet.quinn\nfollow up\n3" in everything(path)
    assert "keep.kai" not in everything(path)


def test_a_quarter_has_thirteen_weeks_and_says_which_were_not_reported(home):
    path = deck.build_deck("glow", AS_OF, home, kind="quarterly")
    posts = charts(path)[0].plots[0].series[0].values
    assert len(posts) == 13
    assert [value for value in posts if value is not None] == [30.0, 36.0, 24.0]
    said = everything(path)
    assert "3 of 13 weeks" in said
    assert "April 2026\n3 of 4\n90\n$6,000" in said
    assert "March 2026\n0 of 5\n–\n–" in said


def test_a_month_without_a_report_names_the_command(home):
    with pytest.raises(ReportError, match=r"No week of June 2025 .* --as-of 2025-06-29"):
        deck.build_deck("glow", date(2025, 6, 29), home, kind="monthly")


def test_a_kickoff_without_onboarding_names_the_command(home):
    with pytest.raises(ReportError, match="kit run onboarding --client glow --as-of 2026-04-19"):
        deck.build_deck("glow", date(2026, 4, 19), home, kind="kickoff")


def test_a_kickoff_says_what_is_still_to_be_found_and_what_not_to_expect(home):
    path = deck.build_deck("glow", AS_OF, home, kind="kickoff")
    assert "Three tiers, three deals: still to be found are 20 in tier 1" in titles(path)
    assert "What not to expect in week three: a return on ad spend" in titles(path)
    budget = charts(path)[1].plots[0]
    assert dict(zip(budget.categories, budget.series[0].values, strict=True)) == {
        "Feb 2026": 7000.0,
        "Mar 2026": 12_000.0,
    }
    assert "$8,000 to $15,000 a month" in everything(path)


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_reports_give_the_same_bytes_alt_texts_and_notes(home, kind):
    first = deck.build_deck("glow", AS_OF, home, kind=kind).read_bytes()
    path = deck.build_deck("glow", AS_OF, home, kind=kind)
    assert path.read_bytes() == first
    for slide in Presentation(str(path)).slides:
        assert slide.notes_slide.notes_text_frame.text.strip()
        assert any(shape.name == "Footnote" for shape in slide.shapes)
        for shape in slide.shapes:
            if shape.has_chart:
                described = shape._element.xpath(".//p:cNvPr")[0].get("descr")
                assert any(letter.isdigit() for letter in described), described


def test_a_forced_week_is_said_on_every_slide(home):
    folder = home / "reports" / "glow" / "2026-W16" / "weekly_review"
    folder.mkdir()
    told = {"status": "forced", "parameters": {"as_of": "2026-04-19"}}
    (folder / "manifest.json").write_text(json.dumps(told))
    said = everything(deck.build_deck("glow", AS_OF, home, kind="monthly"))
    assert said.count("published although a check of the data failed") == 9


# Masters of very different make


def plain(own):
    """python-pptx's own 4:3 template."""


def wide(own):
    own.slide_width, own.slide_height = Emu(Inches(16)), Emu(Inches(9))


def portrait(own):
    own.slide_width, own.slide_height = Emu(Inches(7.5)), Emu(Inches(10))
    for part in (own.slide_master, *own.slide_layouts):
        for shape in part.placeholders:
            shape.left, shape.width = Emu(Inches(0.5)), Emu(Inches(6.5))
            shape.top, shape.height = shape.top, shape.height


def without_title(own):
    for layout in list(own.slide_layouts):
        if layout.name != "Blank":
            own.slide_layouts.remove(layout)


def dark(own):
    master = own.slide_master
    part = next(rel.target_part for rel in master.part.rels.values() if "theme" in rel.reltype)
    root = etree.fromstring(part.blob)
    for name, color in (("dk1", "F5F5F5"), ("lt1", "101820"), ("lt2", "22303C")):
        slot = root.find(f".//{qn('a:clrScheme')}/{qn('a:' + name)}")
        for child in list(slot):
            slot.remove(child)
        etree.SubElement(slot, qn("a:srgbClr"), val=color)
    part._blob = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def tiny_body(own):
    for layout in own.slide_layouts:
        for shape in layout.placeholders:
            if "BODY" in str(shape.placeholder_format.type):
                shape.left, shape.top, shape.width, shape.height = (Emu(Inches(0.5)),) * 4


def small_title(own):
    for layout in own.slide_layouts:
        for shape in layout.placeholders:
            if str(shape.placeholder_format.type).startswith("TITLE"):
                shape.left, shape.top = Emu(Inches(0.4)), Emu(Inches(0.5))
                shape.width, shape.height = Emu(Inches(5)), Emu(Inches(0.5))


def right_to_left(own):
    for element in own.slide_master._element.iter(qn("a:lvl1pPr")):
        element.set("rtl", "1")
        element.set("algn", "r")


def other_fonts(own):
    master = own.slide_master
    part = next(rel.target_part for rel in master.part.rels.values() if "theme" in rel.reltype)
    root = etree.fromstring(part.blob)
    for latin in root.findall(f".//{qn('a:fontScheme')}//{qn('a:latin')}"):
        latin.set("typeface", "Noto Sans CJK JP")
    part._blob = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def grouped(own):
    layout = next(one for one in own.slide_layouts if one.name == "Title Only")
    group = layout._element.cSld.spTree
    box = etree.SubElement(group, qn("p:grpSp"))
    about = etree.SubElement(box, qn("p:nvGrpSpPr"))
    etree.SubElement(about, qn("p:cNvPr"), id="77", name="Logo")
    etree.SubElement(about, qn("p:cNvGrpSpPr"))
    etree.SubElement(about, qn("p:nvPr"))
    etree.SubElement(box, qn("p:grpSpPr"))


def painted(own):
    """A light theme on a background that the master paints dark, its titles white."""
    master = own.slide_master._element
    ground = master.cSld.find(qn("p:bg"))
    for child in list(ground):
        ground.remove(child)
    paint = etree.SubElement(ground, qn("p:bgPr"))
    fill = etree.SubElement(paint, qn("a:solidFill"))
    etree.SubElement(fill, qn("a:srgbClr"), val="14213D")
    etree.SubElement(paint, qn("a:effectLst"))
    style = master.find(f"{qn('p:txStyles')}/{qn('p:titleStyle')}/{qn('a:lvl1pPr')}")
    named = style.find(f"{qn('a:defRPr')}/{qn('a:solidFill')}/{qn('a:schemeClr')}")
    named.set("val", "bg1")


MASTERS = (plain, wide, portrait, without_title, dark, tiny_body, small_title, right_to_left)
MASTERS += (other_fonts, grouped, painted)


@pytest.mark.parametrize("make", MASTERS, ids=lambda make: make.__name__)
def test_every_kind_is_tidy_in_masters_of_every_make(home, tmp_path, make):
    own = Presentation()
    make(own)
    own.save(str(tmp_path / "brand.pptx"))
    for kind in ("weekly", *KINDS):
        path = deck.build_deck("glow", AS_OF, home, kind=kind, master=tmp_path / "brand.pptx")
        assert len(Presentation(str(path)).slides) >= 6
        assert_tidy(path)
        assert_fitting(path)
        assert_readable(path)


def assert_readable(path):
    """Every text stands out from what is behind it by 4.5 to 1 (WCAG 2.2 AA)."""
    found = list(ratios(Presentation(str(path))))
    assert len(found) > 50
    assert [one for one in found if one[-1] < 4.5] == []


def test_the_kits_own_master_can_be_read(home):
    for kind in ("weekly", *KINDS):
        assert_readable(deck.build_deck("glow", AS_OF, home, kind=kind))


def assert_fitting(path):
    """Every text box's lines, measured, are no higher than the box."""
    for slide in Presentation(str(path)).slides:
        for shape in slide.shapes:
            if shape.has_text_frame and not shape.is_placeholder and shape.text_frame.text:
                height = 0
                for paragraph in shape.text_frame.paragraphs:
                    if not paragraph.runs:
                        continue
                    run = paragraph.runs[0]
                    own = paragraph._p.pPr
                    indent = int(own.get("marL", 0)) if own is not None else 0
                    size = run.font.size or Pt(12)
                    room = shape.width - indent
                    lines = text.wrapped(paragraph.text, room, size.pt, bool(run.font.bold))
                    height += text.text_height(len(lines), size.pt)
                assert height <= shape.height, (shape.name, shape.text_frame.text)


@pytest.mark.needs("soffice", "pdftoppm")
@pytest.mark.parametrize("kind", KINDS)
def test_libreoffice_draws_every_slide(home, tmp_path, kind):
    path = deck.build_deck("glow", AS_OF, home, kind=kind)
    profile = f"-env:UserInstallation=file://{tmp_path / 'office'}"
    said = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path)]
    subprocess.run([*said, str(path)], check=True, capture_output=True, timeout=120)
    pages = ["pdftoppm", "-r", "20", "-gray", str(tmp_path / f"{path.stem}.pdf")]
    subprocess.run([*pages, str(tmp_path / "slide")], check=True, timeout=60)
    drawn = sorted(tmp_path.glob("slide-*.pgm"))
    assert len(drawn) == len(Presentation(str(path)).slides)
    assert all(len(set(slide.read_bytes()[-20_000:])) > 8 for slide in drawn)
