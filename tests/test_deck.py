import hashlib
import json
import subprocess
import zipfile
from datetime import date, timedelta

import pandas as pd
import pytest
from pptx import Presentation
from pptx.util import Emu, Inches

from kit import deck, results
from kit.deck import master, text
from kit.errors import ReportError
from kit.policy import load_policy

AS_OF = date(2026, 5, 10)
PLENTY = 40


def figure(metric, value, days=28, kind="program", subject="glow", end=AS_OF, **rest):
    start = end - timedelta(days=end.weekday() if days == 7 else days - 1)
    period = {"period_start": start, "period_end": end}
    row = {"metric": metric, "subject_kind": kind, "subject": subject, "value": value}
    return {**row, **period, **rest}


def weekly_figures(weeks):
    rows = [
        figure("velocity", 22.0, 7),
        figure("gmv", 6197.0, 7),
        figure("orders", 212.0, 7),
        figure("gmv", 31240.55),
        figure("orders", 845.0),
        figure("conversion_rate", 0.0214, n=18240, ci_low=0.0196, ci_high=0.0233, ci_level=0.9),
        figure("active_creators", 61.0),
        figure("commission_ratio", 0.172, n=845, status="estimated"),
        figure("planned_spend", 300.0, kind="post", subject="7341234567890120000"),
        figure("planned_spend", 197.0, kind="post", subject="7341234567890120001"),
    ]
    for back in range(1, weeks):
        end = AS_OF - timedelta(weeks=back)
        name = f"{end.isocalendar().year}-W{end.isocalendar().week:02d}"
        rows.append(figure("posts", 20.0 + back, 7, "week", name, end))
        rows.append(figure("gmv", 5000.0 + back, 7, "week", name, end))
    return pd.DataFrame(rows)


def decision(subject, word, reason="the data say so, beyond chance", kind="creator", **rest):
    return {"subject_kind": kind, "subject": subject, "decision": word, "reason": reason, **rest}


def decisions(crowd):
    long = "a reason that goes on and on, with its value, its interval and its evidence " * 4
    review = [
        decision("steady.stella", "invest", long, confidence=0.95),
        decision("steady.stella", "fee", long, confidence=0.95),
        decision("a_very_long_handle_of_a_creator_x", "follow up", long, confidence=0.9),
        decision("quiet.quinn", "replace", confidence=0.97),
        *(decision(f"slow{i}", "follow up", long, confidence=0.8) for i in range(crowd)),
        *(decision(f"keep{i}", "keep") for i in range(crowd)),
    ]
    posts = [
        decision(
            f"734123456789012{i:04d}",
            "spark" if i < 2 else "not yet",
            long,
            "post",
            value=0.04 - i / 2000,
            ci_low=0.02 - i / 2000,
            ci_high=0.06,
            n=275,
            confidence=0.9,
        )
        for i in range(crowd)
    ]
    audit = [
        decision("steady.stella", "promote", long, confidence=0.93),
        decision("fading.finn", "demote", long, confidence=0.95),
        *(decision(f"wait{i}", "not yet", long) for i in range(crowd)),
    ]
    reports = {"weekly_review": review, "spark_candidates": posts, "tier_promotion_audit": audit}
    return pd.concat(
        [results.decisions(name, pd.DataFrame(rows)) for name, rows in reports.items()]
    )


@pytest.fixture
def home(tmp_path):
    def write(weeks=13, crowd=PLENTY, empty=False):
        folder = tmp_path / "data" / "glow"
        folder.mkdir(parents=True)
        (folder / "client.toml").write_text(
            'name = "Glow Lab Skincare"\ncurrency = "USD"\nmarket = "US"\n'
            'category = "beauty"\ntime_zone = "America/Los_Angeles"\n',
            encoding="utf-8",
        )
        week = tmp_path / "reports" / "glow" / "2026-W19"
        week.mkdir(parents=True)
        figures = weekly_figures(weeks).head(1) if empty else weekly_figures(weeks)
        results.figures("weekly_review", figures).to_parquet(week / "results.parquet")
        made = decisions(crowd)
        (made.iloc[:0] if empty else made).to_csv(week / "decisions.csv", index=False)
        return tmp_path

    return write


def shapes(path):
    presentation = Presentation(str(path))
    for number, slide in enumerate(presentation.slides, start=1):
        for shape in slide.shapes:
            yield number, presentation, shape


def titles(path):
    return [slide.shapes.title.text_frame.text for slide in Presentation(str(path)).slides]


def everything(path):
    """All text of the slides, table cells too."""
    parts = []
    for _, _, shape in shapes(path):
        if shape.has_text_frame:
            parts.append(shape.text_frame.text)
        if shape.has_table:
            parts += [cell.text for row in shape.table.rows for cell in row.cells]
    return "\n".join(parts)


def test_six_slides_with_action_titles(home):
    path = deck.build_deck("glow", AS_OF, home())
    assert titles(path) == [
        "22 posts went out this week, 8 short of the 30 wanted; GMV was $6,197",
        "22 posts went out this week, 8 short of the 30 wanted; the four weeks before averaged "
        "22.5. GMV was $6,197, up $1,196 (24%) on the week before",
        "Invest in steady.stella. Follow up with a_very_long_handle_of_a_c…, slow0, slow1 and 38 "
        "more",
        "Two posts have earned paid spend, led by one that converts an estimated 4.0% of clicks "
        "(2.0–6.0%); 38 more need clicks before anyone can say",
        "Promote steady.stella. Demote fading.finn. 40 creators stay",
        "Next week: 4 steps for us, 4 decisions for you",
    ]


def test_the_client_is_asked_for_the_spend_of_the_plan(home):
    asked = everything(deck.build_deck("glow", AS_OF, home()))
    assert "Release $497 for the 2 posts of the Spark plan." in asked


def test_a_spark_without_clicks_of_its_own_is_counted_and_not_drawn(home):
    root = home()
    path = next(root.glob("reports/glow/*/decisions.csv"))
    made = pd.read_csv(path, dtype={"subject": "str"})
    made.loc[made["subject"] == "7341234567890120001", "n"] = 3
    made.to_csv(path, index=False)
    said = everything(deck.build_deck("glow", AS_OF, root))
    assert "One post has earned paid spend" in said
    assert "one more stands on its creator's record alone" in said
    assert "90120001" not in said
    assert "90120002" in said


def test_the_same_results_give_the_same_bytes(home):
    root = home()
    first = hashlib.sha256(deck.build_deck("glow", AS_OF, root).read_bytes()).hexdigest()
    second = deck.build_deck("glow", AS_OF.isoformat(), root)
    assert hashlib.sha256(second.read_bytes()).hexdigest() == first
    assert {entry.date_time for entry in zipfile.ZipFile(second).infolist()} == {
        (2026, 5, 10, 0, 0, 0)
    }


@pytest.mark.parametrize("case", [{}, {"weeks": 1, "crowd": 1}, {"empty": True}])
def test_nothing_leaves_the_slide_or_lies_over_another(home, case):
    assert_tidy(deck.build_deck("glow", AS_OF, home(**case)))


def assert_tidy(path):
    by_slide = {}
    for number, presentation, shape in shapes(path):
        assert shape.left >= 0
        assert shape.top >= 0
        assert shape.left + shape.width <= presentation.slide_width
        assert shape.top + shape.height <= presentation.slide_height
        if not shape.name.startswith("Panel"):
            by_slide.setdefault(number, []).append(shape)
    for drawn in by_slide.values():
        for place, one in enumerate(drawn):
            for two in drawn[place + 1 :]:
                assert not _over(one, two), f"{one.name} lies over {two.name}"


def _over(one, two):
    across = min(one.left + one.width, two.left + two.width) - max(one.left, two.left)
    down = min(one.top + one.height, two.top + two.height) - max(one.top, two.top)
    return across > 0 and down > 0


def test_every_text_fits_its_box(home):
    assert_texts_fit(deck.build_deck("glow", AS_OF, home()))


def assert_texts_fit(path):
    for _, _, shape in shapes(path):
        if not shape.has_text_frame or not shape.text_frame.text:
            continue
        height = 0
        for paragraph in shape.text_frame.paragraphs:
            if not paragraph.runs:
                continue
            run = paragraph.runs[0]
            indent = int(paragraph._p.pPr.get("marL", 0)) if paragraph._p.pPr is not None else 0
            room = shape.width - indent
            lines = text.wrapped(paragraph.text, room, run.font.size.pt, bool(run.font.bold))
            height += text.text_height(len(lines), run.font.size.pt)
        assert height <= shape.height, shape.text_frame.text


def test_charts_are_native_and_hold_the_data(home):
    charts = [s.chart for _, _, s in shapes(deck.build_deck("glow", AS_OF, home())) if s.has_chart]
    assert len(charts) == 5
    posts = charts[0]
    series = {name: list(values) for name, values in _series(posts)}
    assert list(series["Posts"])[-1] == 22.0
    assert set(series["Wanted"]) == {30.0}
    assert len(series["Posts"]) == 12


def _series(chart):
    for plot in chart.plots:
        for series in plot.series:
            yield series.name, series.values


def test_every_chart_and_table_has_an_alternative_text(home):
    for _, _, shape in shapes(deck.build_deck("glow", AS_OF, home())):
        if shape.has_chart or shape.has_table:
            assert len(shape._element.xpath(".//p:cNvPr")[0].get("descr")) > 20


def test_every_slide_has_notes_and_a_footnote(home):
    for slide in Presentation(str(deck.build_deck("glow", AS_OF, home()))).slides:
        assert slide.notes_slide.notes_text_frame.text.strip()
        assert any(shape.name == "Footnote" for shape in slide.shapes)


def test_rows_without_room_are_counted(home):
    said = everything(deck.build_deck("glow", AS_OF, home()))
    assert "more in the report" in said
    assert "partly estimated" in said
    assert "90% interval 2.0–2.3%" in said


def test_an_empty_week_says_so(home):
    said = everything(deck.build_deck("glow", AS_OF, home(empty=True)))
    assert "No post has been ranked for paid spend" in said
    assert "Not known for this period" in said


def test_a_week_that_was_not_run_names_the_command(home):
    root = home()
    with pytest.raises(ReportError, match="kit run --all --client glow --as-of 2026-05-03"):
        deck.build_deck("glow", date(2026, 5, 3), root)


def test_another_day_of_the_reported_week_is_refused(home):
    with pytest.raises(ReportError, match="reports 10 May 2026, not 9 May 2026"):
        deck.build_deck("glow", date(2026, 5, 9), home())


def test_thresholds_are_those_of_the_run_and_a_forced_report_is_marked(home):
    root = home()
    folder = root / "reports" / "glow" / "2026-W19" / "weekly_review"
    folder.mkdir()
    values = load_policy({"velocity": {"target": 12}}).model_dump(mode="json")
    told = {
        "status": "forced",
        "parameters": {"client": "glow", "as_of": "2026-05-10"},
        "policy": {"values": values},
    }
    (folder / "manifest.json").write_text(json.dumps(told), encoding="utf-8")
    path = deck.build_deck("glow", AS_OF, root)
    assert titles(path)[0].startswith("22 posts went out this week, 10 above the target of 12")
    assert "published although a check of the data failed" in everything(path)


def test_an_unknown_kind_is_refused(home):
    with pytest.raises(ReportError, match="no deck of kind daily"):
        deck.build_deck("glow", AS_OF, home(), kind="daily")


def test_a_master_that_is_no_powerpoint_is_refused(home, tmp_path):
    broken = tmp_path / "brand.pptx"
    broken.write_bytes(b"not a zip")
    with pytest.raises(ReportError, match=r"brand\.pptx cannot be opened"):
        deck.build_deck("glow", AS_OF, home(), master=broken)


@pytest.mark.parametrize("wide", [True, False])
def test_a_clients_own_master_is_taken(home, tmp_path, wide):
    own = Presentation()  # python-pptx's own 4:3 template stands for a client's
    if wide:
        own.slide_width, own.slide_height = Emu(Inches(16)), Emu(Inches(9))
    own.slides.add_slide(own.slide_layouts[0])
    own.save(str(tmp_path / "brand.pptx"))
    path = deck.build_deck("glow", AS_OF, home(), master=tmp_path / "brand.pptx")
    assert len(titles(path)) == 6
    assert_tidy(path)


def test_the_committed_master_is_what_the_code_makes(tmp_path):
    made = master.make_master(tmp_path / "deck.pptx")
    assert made.read_bytes() == deck.MASTER.read_bytes()


def test_a_fitted_text_is_shrunk_first_and_cut_last():
    width, height = Inches(2), Inches(0.5)
    assert text.fitted("short", width, height, 20, 10) == (20, "short")
    points, said = text.fitted("word " * 12, width, height, 20, 10)
    assert points < 20
    assert not said.endswith("…")
    points, said = text.fitted("word " * 90, width, height, 20, 10)
    assert points == 10
    assert said.endswith("…")


def test_helvetica_widths_are_adobes():
    # Helvetica.afm: W 944, i 222, space 278 thousandths of the size
    assert text.text_width("Wi ", 1000) == int((944 + 222 + 278) * 12_700 * 1.04)


@pytest.mark.needs("soffice", "pdftoppm")
def test_libreoffice_draws_every_slide(home, tmp_path):
    path = deck.build_deck("glow", AS_OF, home())
    profile = f"-env:UserInstallation=file://{tmp_path / 'office'}"
    said = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path)]
    subprocess.run([*said, str(path)], check=True, capture_output=True, timeout=120)
    pages = ["pdftoppm", "-r", "20", "-gray", str(tmp_path / f"{path.stem}.pdf")]
    subprocess.run([*pages, str(tmp_path / "slide")], check=True, timeout=60)
    drawn = sorted(tmp_path.glob("slide-*.pgm"))
    assert len(drawn) == 6
    for slide in drawn:
        pixels = slide.read_bytes()[-20_000:]
        assert len(set(pixels)) > 8  # ink of several greys, not a blank page
