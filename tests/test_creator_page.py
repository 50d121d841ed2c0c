"""A creator's page: their own figures and words that can be sent, and nothing of anybody else."""

from datetime import date, timedelta

import lxml.html
import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from kit import creator_page, glossary, results
from kit.deck.week import Week
from kit.errors import ClientError
from kit.policy import load_policy
from tests.conftest import program

AS_OF = date(2026, 5, 10)
FOUR_WEEKS = {"period_start": AS_OF - timedelta(days=27), "period_end": AS_OF}


def figure(metric, value, subject="ana", kind="creator", **rest):
    row = {"metric": metric, "subject_kind": kind, "subject": subject, "value": value}
    return {**row, **FOUR_WEEKS, **rest}


def reported(decided=("invest", "replace"), active=12.0):
    rows = [
        figure("gmv", 1200.0),
        figure("net_revenue", 1000.0),
        figure("commission_ratio", 0.15, status="estimated"),
        figure("conversion_rate", 0.05, n=400),
        figure("conversion_rate_estimate", 0.045, ci_low=0.03, ci_high=0.06, ci_level=0.9),
        figure("contribution", 777.7),
        figure("all_in_cost_ratio", 0.333),
        figure("probability_quit", 0.888),
        figure("gmv", 5678.0, "rival.rita"),
        figure("commission_ratio", 0.29, "rival.rita"),
        figure("conversion_rate", 0.02, "1", "tier", n=9000),
        figure("active_creators", active, "1", "tier"),
        figure("clicks", 400.0, "111", "post"),
        figure("views", 9000.0, "111", "post"),
        figure("conversion_rate", 0.05, "111", "post", n=400),
        figure("clicks", 31.0, "999", "post"),
    ]
    figures = results.figures("weekly_review", pd.DataFrame(rows))
    made = pd.DataFrame(
        {
            "subject_kind": "creator",
            "subject": "ana",
            "decision": list(decided),
            "reason": "brings less than rival.rita",
        }
    )
    return Week(
        "glow", "Glow <b>Lab</b>", AS_OF, "USD", load_policy(), figures,
        results.decisions("weekly_review", made),
    )  # fmt: skip


def posts():
    return pd.DataFrame(
        {
            "post_id": ["111", "222"],
            "creator_id": "ana",
            "published_on": pd.to_datetime(["2026-05-01", "2026-01-01"]),
            "caption": ["<script>alert(1)</script> my honest review", "old"],
            "hook_angle": ["curiosity_gap", None],
        }
    )


def text_of(**case):
    html = creator_page.page(reported(**case), "ana", posts(), "1")
    return " ".join(lxml.html.fromstring(html).text_content().split())


def test_the_page_holds_the_creators_own_figures_beside_the_tier_with_intervals():
    text = text_of()
    assert "Conversion rate on clicks 5.0% 90% interval 3.0–6.0% 2.0%" in " ".join(cells())
    assert "$150.00 of commission on $1,000 of sales; part of it is an estimate" in text


def cells():
    html = lxml.html.fromstring(creator_page.page(reported(), "ana", posts(), "1"))
    return [" ".join(cell.text_content() for cell in row) for row in html.iter("tr")]


def test_a_hook_angle_has_its_own_clicks_and_interval():
    # Wilson's 90% interval of 20 of 400, worked by hand with z = 1.6449
    z, n, p = 1.6448536, 400, 0.05
    middle, half = p + z * z / (2 * n), z * (p * (1 - p) / n + z * z / (4 * n * n)) ** 0.5
    low, high = ((middle + side * half) / (1 + z * z / n) for side in (-1, 1))
    assert f"Curiosity gap 1 400 5.0% {100 * low:.1f}–{100 * high:.1f}%" in cells()


@pytest.mark.parametrize(
    "kept_out",
    ["rival", "5,678", "29", "777", "33.3%", "88.8%", "999", "replace", "brings less", "222"],
)
def test_nothing_of_others_and_nothing_unlisted_is_on_the_page(kept_out):
    html = creator_page.page(reported(), "ana", posts(), "1")
    assert kept_out not in html.split("</style>")[1]


def test_a_decision_without_words_for_creators_is_never_told():
    assert "do more with you" in text_of()
    assert text_of(decided=["replace"]).count("We will be in touch about the coming weeks.") == 1


def test_a_tier_of_few_creators_is_not_shown_for_it_would_tell_the_others_figure():
    assert "2.0%" not in text_of(active=2.0)
    assert "too few creators" in text_of(active=2.0)


def test_every_listed_figure_is_one_that_is_defined():
    told = creator_page.ALLOWED
    for metric in [*told["figures"], *told["intervals"].values(), *told["of_tier"].values()]:
        assert glossary.metric(metric).definition
    unpaid = {"contribution", "commission_ratio", "all_in_cost_ratio"}
    assert not unpaid & {*told["figures"], *told["of_tier"].values(), *told["posts"]}


def test_an_unknown_handle_is_refused_with_the_nearest_one():
    assert creator_page._known(reported(), " @Ana ") == "ana"
    with pytest.raises(ClientError, match=r"no figure of rival\.rit\. Did you mean rival\.rita\?"):
        creator_page._known(reported(), "rival.rit")


@pytest.mark.needs("chromium")
@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1280, "light")])
def test_the_page_breaks_no_rule_and_runs_nothing(tmp_path, width, scheme):
    path = tmp_path / "ana.html"
    path.write_text(creator_page.page(reported(), "ana", posts(), "1"), encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program("chromium"), args=["--no-sandbox"]
        )
        context = browser.new_context(
            viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True
        )
        page = context.new_page()
        heard = []
        page.on("dialog", lambda dialog: heard.append(dialog.message))
        page.on("request", lambda request: heard.append(request.url))
        page.goto(path.as_uri())
        assert heard == [path.as_uri()]
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        rules = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]
        found = Axe().run(page, options={"runOnly": rules}).response
        assert [(v["id"], v["nodes"][0]["target"]) for v in found["violations"]] == []
        browser.close()
