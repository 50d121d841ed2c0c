"""The three reports of decisions on next to no data: every cell runs, every word makes sense."""

import ast
import html
import re
from pathlib import Path

import matplotlib.pyplot as plt
import nbformat
import pytest

import kit
from kit import plots
from kit.plots import look
from tests.small_client import small_client

NOTEBOOKS = Path(kit.__file__).parents[1] / "notebooks"
ANA = {"creator_id": "ana"}
WEEKS = [
    {"window_start": start, "window_end": end}
    for start, end in [
        ("2026-04-13", "2026-04-19"),
        ("2026-04-20", "2026-04-26"),
        ("2026-04-27", "2026-05-03"),
        ("2026-05-04", "2026-05-10"),
    ]
]
POST = {**ANA, "post_id": "1", "published_on": "2026-05-05"}
SALE = {**ANA, "order_id": "o1", "ordered_at": "2026-05-06T20:00:00Z", "gmv": 20.0}
DEAL = {**ANA, "valid_from": "2026-05-04", "posts_per_week": 1.0, "commission_rate": 0.15}


def stats(weeks, **counts):
    return [{**ANA, **week, "post_id": "1", **counts} for week in weeks]


CLIENTS = {
    "nothing": {},
    "first week": {
        "creators": [ANA],
        "posts": [POST],
        "orders": [{**SALE, "post_id": "1"}],
        "agreements": [DEAL],
        "post_stats": stats(WEEKS[-1:], clicks=12, orders=1, views=300, gmv=20.0),
    },
    "all zeros": {
        "creators": [ANA],
        "posts": [{**POST, "published_on": "2026-04-14", "hook_angle": "social_proof"}],
        "agreements": [DEAL],
        "post_stats": stats(WEEKS, clicks=0, orders=0, views=0, gmv=0.0),
    },
    "orders above clicks": {
        "creators": [ANA],
        "posts": [{**POST, "published_on": "2026-04-14"}],
        "orders": [{**SALE, "post_id": "1"}],
        "post_stats": stats(WEEKS, clicks=1, orders=5, gmv=100.0),
    },
}
REPORTS = ["weekly_review", "tier_promotion_audit", "spark_candidates", "incrementality"]
# Where a report comes from does not depend on how much it holds, and takes most of the time.
SAME_FOR_ALL = ("results.save", "tables.glossary", "tables.policy", "provenance", "tables.files")
NONSENSE = re.compile(
    r"\bnan\b|\bNone\b|\bNaT\b|\binf\b|\b0 of 0\b|\bno sold\b|\bOne of 1\b|\b1 \w+s\b|\(\s*\)"
)


def words_of(report, client, monkeypatch):
    """What the cells of a notebook say for a client: sentences, tables and charts, as text."""
    said = []
    monkeypatch.setattr(kit, "open", lambda name: client)
    monkeypatch.setattr(plots, "draw", lambda *given, **named: said.append(drawn(*given, **named)))
    scope = {}
    for cell in nbformat.read(NOTEBOOKS / f"{report}.ipynb", 4).cells:
        if cell.cell_type == "code" and not any(name in cell.source for name in SAME_FOR_ALL[:3]):
            said.append(shown(cell.source, scope))
    return [text for text in said if text]


def shown(source, scope):
    tree = ast.parse(source)
    last = tree.body[-1] if isinstance(tree.body[-1], ast.Expr) else None
    body = ast.Module(tree.body[: -1 if last else None], [])
    exec(compile(body, "cell", "exec"), scope)
    if last is None or any(name in ast.unparse(last) for name in (*SAME_FOR_ALL, "readiness")):
        return ""
    value = eval(compile(ast.Expression(last.value), "cell", "eval"), scope)
    page = getattr(value, "data", None) or (value.as_raw_html() if value is not None else "")
    page = re.sub(r"<style.*?</style>", " ", page, flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]*>", " ", page))


def drawn(plot, table, alt, title="", size=None, **options):
    look.theme()
    figure, ax = plt.subplots()
    plot(table, ax, **options)
    texts = [text.get_text() for text in ax.texts]
    plt.close(figure)
    return " | ".join([title, alt, *texts])


@pytest.mark.parametrize("name", list(CLIENTS))
def test_every_report_says_something_sensible(name, tmp_path, monkeypatch):
    client = small_client(tmp_path, **CLIENTS[name])
    for report in REPORTS:
        said = words_of(report, client, monkeypatch)
        assert len(said) > 7
        for text in said:
            assert not NONSENSE.search(text), f"{report}: {NONSENSE.search(text)} in {text}"
