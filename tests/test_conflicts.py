"""Exclusivity held against the agency's other clients and against captions; the shared plan."""

import csv
from datetime import date

import pytest

import kit
from kit import beside, client_copy, conflicts, ingest, plans, production, pseudonyms
from kit.delivery import Target
from kit.errors import ClientError
from kit.running import Job, _fingerprint

from . import tiny
from .small_client import small_client

DAY = "2026-05-10"
HEAD = "handle,valid_from,valid_to,exclusivity,exclusivity_category,exclusivity_until\n"


def other(home, name, agreements="", toml="", **ledgers):
    """A second client of the agency: `client.toml` and ledgers, nothing read yet."""
    folder = home / "data" / name
    (folder / "ledgers").mkdir(parents=True)
    head = f'name = "{name.title()}"\ncurrency = "USD"\ntime_zone = "UTC"\n'
    (folder / "client.toml").write_text(head + (toml or 'category = "beauty"\n'))
    if agreements:
        ledgers["agreements"] = HEAD + agreements
    for ledger, text in ledgers.items():
        (folder / "ledgers" / f"{ledger}.csv").write_text(text)
    return folder


def ours(home, category="beauty", competitors=(), **tables):
    tables.setdefault("creators", [{"creator_id": "mia", "tier_given": 3}])
    client = small_client(home, **tables)
    told = {"category": category, "competitors": competitors, "name": "Small"}
    client.config = client.config.model_copy(update=told)
    (client.folder / "client.toml").write_text('currency = "USD"\ntime_zone = "UTC"\n')
    return client


def bound(kind="category", of="skincare", begins="2026-01-01", until="2026-08-01", **more):
    return {"creator_id": "mia", "valid_from": begins, "exclusivity": kind,
            "exclusivity_category": of, "exclusivity_until": until, **more}  # fmt: skip


PRODUCTS = "product_id,name,category\np9,Cream,skincare\n"


@pytest.mark.parametrize(
    ("deal", "theirs", "state"),
    [
        (bound("full"), "mia,2026-03-01,,none,,\n", "conflict"),
        (bound(of="Skincare"), "mia,2026-03-01,,none,,\n", "conflict"),
        (bound(of="facial skincare"), "mia,2026-03-01,,none,,\n", "to ask"),
        (bound(of=None), "mia,2026-03-01,,none,,\n", "to ask"),
        (bound("none"), "mia,2026-03-01,,none,,\n", None),
        (bound(), "zoe,2026-03-01,,none,,\n", None),  # another creator
        (bound(until="2026-05-09"), "mia,2026-03-01,,none,,\n", None),  # has ended
        (bound(until="2026-06-01"), "mia,2026-06-02,,none,,\n", None),  # begins after it
        (bound(until="2026-06-01"), "mia,2026-06-01,,none,,\n", "conflict"),  # both ends count
        (bound(), "mia,2025-03-01,2025-12-31,none,,\n", None),  # ended before it began
        (bound(), "mia,2026-03-01,2026-04-01,none,,\n", None),  # over, and no post is known
    ],
)
def test_a_deal_with_another_client_inside_an_exclusivity(tmp_path, deal, theirs, state):
    other(tmp_path, "nova", theirs, products=PRODUCTS)
    rows = conflicts.conflicts(ours(tmp_path, agreements=[deal]), DAY).rows
    assert rows["state"].tolist() == ([state] if state else [])
    if state:
        (row,) = rows.itertuples()
        assert (row.creator_id, row.tier, row.exclusive_to, row.against) == (
            "mia", 3, "Small", "Nova",
        )  # fmt: skip
        assert "a deal with Nova from" in row.why


@pytest.mark.parametrize(
    ("own", "theirs", "state"),
    [("beauty", "apparel", None), ("other", "apparel", "to ask"), ("beauty", "beauty", "to ask")],
)
def test_what_no_file_tells_of_a_category_is_asked_not_ruled_out(tmp_path, own, theirs, state):
    other(tmp_path, "nova", "mia,2026-03-01,,none,,\n", toml=f'category = "{theirs}"\n')
    client = ours(tmp_path, own, agreements=[bound()])
    assert conflicts.conflicts(client, DAY).rows["state"].tolist() == ([state] if state else [])


def test_another_clients_exclusivity_binds_us_and_renamed_creators_are_the_same(tmp_path):
    other(
        tmp_path, "nova", "Mia_Old,2026-03-01,,full,,\n",
    )  # fmt: skip
    client = ours(
        tmp_path,
        agreements=[{"creator_id": "mia", "valid_from": "2026-02-01"}],
        creators=[{"creator_id": "mia", "former_handles": "@mia_old", "tier_given": 2}],
    )
    (row,) = conflicts.conflicts(client, DAY).rows.itertuples()
    assert (row.creator_id, row.exclusive_to, row.against) == ("mia", "Nova", "Small")
    assert row.why == "Exclusive in everything; a deal with Small from 1 February 2026, open."


def test_posts_for_another_client_are_counted_inside_the_window(tmp_path):
    made = [
        {"post_id": f"v{n}", "creator_id": "mia", "published_on": day}
        for n, day in enumerate(("2025-12-31", "2026-01-01", "2026-05-10", "2026-05-11"))
    ]
    small_client(tmp_path / "b", posts=made)
    folder = other(tmp_path, "nova")
    (tmp_path / "b" / "data" / "small" / "tables").rename(folder / "tables")
    (row,) = conflicts.conflicts(ours(tmp_path, agreements=[bound("full")]), DAY).rows.itertuples()
    assert row.why == "Exclusive in everything; 2 posts for Nova, the last on 10 May 2026."


def test_an_exclusive_partner_who_names_a_competitor_is_asked_about(tmp_path):
    posts = [
        {"post_id": "v1", "creator_id": "mia", "published_on": day, "caption": text}
        for day, text in (
            ("2025-12-31", "Glowco again"), ("2026-05-02", "with my GlowCo set"),
            ("2026-05-03", "glowcot wool"),
        )
    ]  # fmt: skip
    client = ours(tmp_path, competitors=("Glowco",), posts=posts, agreements=[bound()])
    (row,) = conflicts.conflicts(client, DAY).rows.itertuples()
    assert (row.state, row.against) == ("to ask", "GlowCo")
    assert "2 May 2026 names GlowCo, a competitor" in row.why


def test_files_that_cannot_be_read_are_said_and_the_others_still_count(tmp_path):
    other(tmp_path, "nova", "mia,2026-03-01,,full,,\n")
    other(tmp_path, "torn", "mia,2026-03-01,2026-02-01,full,,\n")
    other(tmp_path, "wrong", toml="nonsense = 1\n")
    found = conflicts.conflicts(ours(tmp_path, agreements=[bound()]), DAY)
    assert set(found.rows["exclusive_to"]) == {"Nova", "Small"}
    assert [text.partition(":")[0] for text in found.unread] == ["torn", "wrong"]
    assert "row 2, column valid_to is 2026-02-01" in found.unread[0]


def test_a_copy_for_sharing_looks_at_nobody_and_the_sample_at_no_real_client(tmp_path, sample_home):
    other(tmp_path, "nova", "mia,2026-03-01,,full,,\n")
    client = ours(tmp_path, agreements=[bound()])
    client.config = client.config.model_copy(update={"pseudonyms_of": "acme"})
    found = conflicts.conflicts(client, DAY)
    assert (len(found.rows), found.beside) == (0, [])
    assert list(beside.folders(sample_home, "sample", kit.open("sample", sample_home).config)) == []
    demo = client.config.model_copy(update={"pseudonyms_of": "", "demo": True})
    assert list(beside.folders(tmp_path, "small", demo)) == []


def test_it_is_on_the_agencys_list_and_in_nothing_that_is_sent(tmp_path):
    other(tmp_path, "nova", "mia,2026-03-01,,full,,\n", products=PRODUCTS)
    found = production.report(ours(tmp_path, agreements=[bound()]), DAY)
    (task,) = found["tasks"][found["tasks"]["task"] == "settle"].itertuples()
    assert (task.subject_kind, task.subject, task.message) == ("creator", "mia", "")
    assert "Nova" in task.why
    assert production.REPORT not in client_copy.ALLOWED["reports"]
    with pytest.raises(ValueError, match="reports"):
        Target(name="brand", kind="folder", folder=tmp_path, reports=(production.REPORT,))


def test_another_clients_new_deal_makes_the_line_anew_and_no_other_report(tmp_path):
    tiny.client(tmp_path, {"Video_20260420-20260426.csv": tiny.export(tiny.VIDEO, {})})
    ingest.ingest("acme", home=tmp_path)
    notebook = tmp_path / "production_line.ipynb"
    notebook.write_text('{"cells": []}')

    def prints(name):
        notebook.rename(tmp_path / name) if not (tmp_path / name).exists() else None
        job = Job(tmp_path / name, "acme", date(2026, 4, 26), tmp_path)
        told = _fingerprint(job)
        (tmp_path / name).rename(notebook)
        return told

    line, review = prints("production_line.ipynb"), prints("weekly_review.ipynb")
    assert "beside" not in line
    other(tmp_path, "nova", "mia,2026-03-01,,full,,\n")
    assert prints("weekly_review.ipynb") == review
    one = prints("production_line.ipynb")["beside"]
    (tmp_path / "data" / "nova" / "ledgers" / "agreements.csv").write_text(HEAD)
    assert prints("production_line.ipynb")["beside"] != one


# The plan shared with a partner

PLAN = [
    {"creator_id": "mia", "planned_on": day, "product_id": "p1", "idea": idea, "status": status,
     "post_id": post}
    for day, idea, status, post in (
        ("2026-04-12", "too old to show", "posted", None),
        ("2026-04-30", "posted", "agreed", "v1"),
        ("2026-05-09", "late", "agreed", "v9"),
        ("2026-05-09", "dropped", "dropped", None),
        ("2026-05-10", "today", "agreed", None),
        ("2026-05-20", "idea <b>", "idea", None),
    )
]  # fmt: skip
POSTS = [{"post_id": "v1", "creator_id": "mia", "published_on": "2026-04-30"}]


def test_where_each_planned_post_stands(tmp_path):
    rows = plans.planned(small_client(tmp_path, plans=PLAN, posts=POSTS), DAY)
    assert rows.set_index("idea")["state"].to_dict() == {
        "posted": "posted", "late": "late", "dropped": "dropped", "today": "agreed",
        "idea <b>": "to agree",
    }  # fmt: skip


def test_the_shared_page_holds_the_partners_own_and_nothing_else(sample_home):
    path = plans.write("sample", "@Aurelio.BeautyDesk", date(2026, 5, 10), sample_home)
    html = path.read_text(encoding="utf-8")
    assert "What comes next" in html
    assert "exclusive in facial skincare to 30 June 2026" in html.replace("Exclusive", "exclusive")
    assert "A post every 2 weeks." in html
    assert "soraya" not in html
    assert "GMV" not in html
    with path.with_suffix(".csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["creator_id"] for row in rows} == {"aurelio.beautydesk"}
    with pytest.raises(ClientError, match=r"plans nothing with zoe .* It has aurelio"):
        plans.write("sample", "zoe", date(2026, 5, 10), sample_home)


def test_markup_in_a_plan_is_text(tmp_path):
    client = small_client(tmp_path, plans=PLAN, posts=POSTS)
    html = plans.page(client, "mia", plans.planned(client, DAY), date(2026, 5, 10))
    assert "idea &lt;b&gt;" in html


def test_a_copy_for_sharing_holds_no_idea_of_a_plan():
    assert {"idea", "who_does_what"} <= pseudonyms.DROPPED
