"""A client's own deck: every part of the file is searched for what must not be there."""

import io
import zipfile
from datetime import date

import pandas as pd
import pytest
from pptx import Presentation
from pptx.opc.constants import RELATIONSHIP_TYPE as RT
from pptx.opc.package import Part
from pptx.opc.packuri import PackURI

from kit import deck, results
from kit.deck.audience import DECK, listed_slides
from kit.deck.kickoff import KICKOFF
from kit.deck.monthly import MONTHLY
from kit.deck.quarterly import QUARTERLY
from kit.deck.weekly import WEEKLY
from kit.errors import ReportError
from tests.test_deck import AS_OF, decision, figure

SETTINGS = (
    'name = "Glow Lab"\ncurrency = "USD"\nmarket = "US"\ncategory = "beauty"\n'
    'time_zone = "UTC"\n[goals]\ngmv = 25000\ncommission_ratio = 0.1234\n'
)
ALL = {"weekly": WEEKLY, "monthly": MONTHLY, "quarterly": QUARTERLY, "kickoff": KICKOFF}
MARGINS = ("17.2%", "0.172", "4,321", "4321", "12.3%", "3.33%", "7,777", "7777")
PAY = ("41.9%", "standard commission", "$650", "flat fee of", "30-day lock")
TRACES = ("Ada Lovelace", "Rival Brand", "Secret Agency", "internal: do not send")
WORDS = (*MARGINS, *PAY, *TRACES, "deprioritise", "mend the deal", "break-even")


def figures():
    month = {"period_start": date(2026, 4, 1), "period_end": date(2026, 4, 30)}
    about = {"subject_kind": "month", "subject": "2026-04"}
    review = [
        figure("velocity", 22.0, 7),
        figure("gmv", 6197.0, 7),
        figure("gmv", 31240.0, note="internal: do not send"),
        figure("orders", 212.0, 7),
        figure("conversion_rate", 0.0214, n=18240),
        figure("conversion_rate", 0.02, 7, n=4000),
        figure("output_rate", 0.8, n=40),
        figure("active_creators", 61.0),
        figure("commission_ratio", 0.172, n=845),
        figure("contribution", 4321.0),
        figure("conversion_bar", 0.0333),
        figure("gmv", 6197.0, 7, "creator", "ana"),
        figure("gmv", 6197.0, 7, "tier", "1"),
        figure("commission_ratio", 0.419, 28, "creator", "ana", n=20),
    ]
    setup = [
        figure("active_roster_creators", 30.0, kind="tier", subject="1"),
        figure("milestone", 12.0, kind="part", subject="Samples delivered"),
        {"metric": "budget_spent", "value": 7777.0, **about, **month},
        {"metric": "budget_planned", "value": 7777.0, **about, **month},
    ]
    return pd.concat(
        [
            results.figures("weekly_review", pd.DataFrame(review)),
            results.figures("onboarding", pd.DataFrame(setup)),
        ]
    )


def decisions():
    paid = "paid 41.9% standard commission where 15% is agreed, and a flat fee of $650"
    rate = {"metric": "commission_ratio_settled", "value": 0.419, "n": 20}
    own = {"metric": "revenue_per_post", "value": 136.0, "n": 12}
    review = [
        decision("ana", "invest", paid, **own),
        decision("ana", "fee", paid, **own),
        decision("bo", "deprioritise", paid, **rate),
        decision("cy", "replace", paid, **rate),
    ]
    audit = [decision("di", "demote", "its commission has a 30-day lock", **rate)]
    post = {"metric": "conversion_rate_estimate", "value": 0.05, "n": 90}
    sparks = [decision("73411", "spark", "3.33% is the break-even of $4,321", "post", **post)]
    setup = [decision("eve", "mend the deal", "a flat fee of $650 in tier 1")]
    made = {
        "weekly_review": review,
        "tier_promotion_audit": audit,
        "spark_candidates": sparks,
        "onboarding": setup,
    }
    return pd.concat([results.decisions(name, pd.DataFrame(rows)) for name, rows in made.items()])


@pytest.fixture
def home(tmp_path):
    folder = tmp_path / "data" / "glow"
    folder.mkdir(parents=True)
    (folder / "client.toml").write_text(SETTINGS)
    week = tmp_path / "reports" / "glow" / "2026-W19"
    week.mkdir(parents=True)
    figures().to_parquet(week / "results.parquet")
    decisions().to_csv(week / "decisions.csv", index=False)
    return tmp_path


@pytest.fixture
def master(tmp_path):
    """A master that tells who made it, for whom else, and who wrote comments."""
    own = Presentation()
    core = own.core_properties
    core.author, core.comments, core.keywords = "Ada Lovelace", "for Rival Brand", "Secret Agency"
    core.last_modified_by = "Ada Lovelace"
    package = own.part.package
    kinds = {
        "/docProps/custom.xml": (package, RT.CUSTOM_PROPERTIES, "Rival Brand"),
        "/ppt/commentAuthors.xml": (own.part, RT.COMMENT_AUTHORS, "Ada Lovelace"),
        "/docProps/app2.xml": (package, RT.EXTENDED_PROPERTIES, "Secret Agency"),
    }
    for name, (source, kind, said) in kinds.items():
        part = Part(PackURI(name), "application/xml", package, f"<a>{said}</a>".encode())
        source.relate_to(part, kind)
    slide = own.slides.add_slide(own.slide_layouts[0])
    slide.shapes.title.text = "Rival Brand"
    own.save(str(tmp_path / "brand.pptx"))
    return tmp_path / "brand.pptx"


def everything(archive):
    """The text of every part, embedded workbooks opened, with the parts' names."""
    with zipfile.ZipFile(archive) as held:
        parts = []
        for name in held.namelist():
            content = held.read(name)
            if name.endswith(".xlsx"):
                parts.append(everything(io.BytesIO(content)))
            parts.append(f"{name}\n{content.decode('utf-8', errors='ignore')}")
    return "\n".join(parts)


@pytest.mark.parametrize("kind", list(ALL))
def test_no_part_holds_pay_margins_or_traces(home, master, kind):
    path = deck.build_deck("glow", AS_OF, home, kind, master, audience="client")
    assert path == home / "reports/glow/for-client/2026-W19" / f"glow-2026-W19-{kind}.pptx"
    held = everything(path)
    assert [word for word in WORDS if word.lower() in held.lower()] == []
    assert "Glow Lab" in held
    assert len(Presentation(str(path)).slides) == len(DECK["slides"][kind])


def test_the_internal_deck_does_hold_them(home, master):
    """So that the search above can find what it looks for."""
    held = "".join(everything(deck.build_deck("glow", AS_OF, home, kind, master)) for kind in ALL)
    unseen = [word for word in WORDS if word.lower() not in held.lower()]
    assert set(unseen) <= {"4321", "4,321", "deprioritise", "0.172", "internal: do not send"}
    assert "17.2%" in held


def test_what_is_listed_is_there_with_its_own_figure(home):
    held = everything(deck.build_deck("glow", AS_OF, home, audience="client"))
    assert "$6,197" in held
    assert "$136 of net revenue per post over 12 posts." in held
    assert "Agree production fees for ana." in held
    assert "Posts of those agreed, 4 weeks" in held
    assert "80.0%" in held


def test_costs_are_in_it_where_the_client_shares_them(home):
    toml = home / "data" / "glow" / "client.toml"
    toml.write_text(SETTINGS.replace("[goals]", "share_margins = true\n[goals]"))
    weekly = everything(deck.build_deck("glow", AS_OF, home, audience="client"))
    assert "17.2%" in weekly
    assert "$650" not in weekly  # a reason is never shown
    kickoff = everything(deck.build_deck("glow", AS_OF, home, "kickoff", audience="client"))
    assert "$7,777" in kickoff


def test_a_slide_that_is_not_listed_stays_out():
    def _new(week, page):
        """A slide that nobody has listed."""

    assert _new not in listed_slides([*WEEKLY, _new], "weekly", True)
    for kind, slides in ALL.items():
        known = {draw.__name__.strip("_") for draw in slides}
        margins = DECK["margins"]["slides"].get(kind, [])
        assert {*DECK["slides"][kind], *margins} == known


def test_an_unknown_audience_is_refused(home):
    with pytest.raises(ReportError, match="no deck for creators. Choose internal or client"):
        deck.build_deck("glow", AS_OF, home, audience="creators")
