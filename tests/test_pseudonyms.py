"""A copy for sharing: the same figures, and no byte that tells who a creator is."""

import io
import json
import re
import zipfile
from datetime import date, timedelta

import pyarrow.parquet as pq
import pytest

from kit import cli, reports
from kit import client as clients
from kit.errors import ClientError
from kit.ingest import ingest
from kit.pseudonyms import make_copy
from tests import tiny

AS_OF = date(2026, 5, 10)
FIRST = date(2026, 4, 13)
HANDLES = ["zanzibar.mia", "quokka_reviews", "xylo.fone"]
FORMER = "oldquokka"
POSTS = [f"75990000000012345{n:02d}" for n in range(3)]


def write_client(home, handles=HANDLES):
    files = {}
    for week in range(4):
        monday = FIRST + timedelta(7 * week)
        rows = [
            {
                "caption": f"Hi, it's @{handle.upper()} again",
                "post": post,
                "published": FIRST.isoformat(),
                "handle": f"@{handle}",
                "clicks": str(50 + week + place),
            }
            for place, (handle, post) in enumerate(zip(handles, POSTS, strict=False))
        ]
        files[f"{handles[0]} {monday:%Y%m%d}-{monday + timedelta(6):%Y%m%d}.csv"] = tiny.export(
            tiny.VIDEO, *rows
        )
    orders = [
        {
            "order": f"579900000012{week}{place:02d}0001",
            "handle": handle,
            "post": post,
            "created": f"{FIRST + timedelta(7 * week):%d/%m/%Y} 12:00:00",
            "paid": f"{FIRST + timedelta(7 * week):%d/%m/%Y} 12:01:00",
            "delivered": f"{FIRST + timedelta(7 * week + 2):%d/%m/%Y} 12:00:00",
        }
        for week in range(4)
        for place, (handle, post) in enumerate(zip(handles, POSTS, strict=False))
    ]
    broken = {"order": "5799000000120000777", "handle": handles[1], "created": handles[1]}
    files["orders.csv"] = tiny.export(tiny.AFFILIATE, *orders, broken)
    lines = [
        f"{handle},2026-04-01,active,{FORMER if n == 1 else ''}" for n, handle in enumerate(handles)
    ]
    return tiny.client(
        home,
        files,
        creators="\n".join(["handle,joined_on,status,former_handles", *lines]),
        products=f"product_id,name\n1729000000000000201,Serum by {handles[0]}\n",
        briefs="brief_id,handle,product_id,product_truth,sent_on,post_id\n"
        f"b-{handles[0]},{handles[0]},1729000000000000201,as {handles[2]} says,2026-04-10,"
        f"{POSTS[0]}\n",
        compliance=f"handle,happened_on,severity,post_id,what\n{handles[1]},2026-05-01,note,{POSTS[1]},"
        f"{handles[1]} forgot\n",
        notes=f"week,block,text,owner\n2026-W19,happened,ask {handles[0]},{handles[1]}\n",
        events=f"date,kind,subject,what\n2026-05-01,left,{handles[2]},{handles[2]} left\n",
    )


def contents(folder):
    """Every file below a folder by name, and what zips and compressed tables hold."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.name, path.read_bytes()
            if path.suffix == ".parquet":
                yield path.name, repr(pq.read_table(path).to_pydict()).encode()
            if path.suffix == ".pptx":
                yield from unpacked(path.name, path.read_bytes())


def unpacked(name, data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for member in archive.namelist():
            yield f"{name}/{member}", archive.read(member)
            if member.endswith(".xlsx"):
                yield from unpacked(f"{name}/{member}", archive.read(member))


def assert_nobody_named(folder):
    told = re.compile("|".join(re.escape(t) for t in [*HANDLES, FORMER, *POSTS]).encode(), re.I)
    seen = 0
    for name, data in contents(folder):
        seen += 1
        assert not told.search(name.encode()), name
        assert not told.search(data), (name, told.search(data))
    return seen


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    write_client(home)
    return home


def run(*arguments):
    with pytest.raises(SystemExit) as end:
        cli.app(arguments, prog_name="kit")
    return end.value.code


def test_one_switch_makes_report_results_decisions_and_deck_without_a_name(home, capfd):
    asked = ["--client", "acme", "--as-of", AS_OF.isoformat(), "--pseudonyms", "--home", str(home)]
    assert run("run", "weekly_review", *asked, "--force") == 0
    assert run("deck", *asked) == 0
    week = home / "reports" / "acme-shared" / "2026-W19"
    kept = {path.name for path in week.rglob("*.*")}
    assert {"weekly_review.html", "weekly_review.ipynb", "manifest.json"} <= kept
    assert {"results.parquet", "decisions.csv", "acme-shared-2026-W19-weekly.pptx"} <= kept
    assert assert_nobody_named(week) > 50
    assert_nobody_named(home / "data" / "acme-shared")
    page = (week / "weekly_review" / "weekly_review.html").read_text()
    assert all(f"Creator {number:02d}" in page for number in (1, 2, 3))
    told = re.compile("|".join(map(re.escape, [*HANDLES, *POSTS])), re.I)
    assert not told.search("".join(capfd.readouterr()))


def test_figures_are_those_of_the_client(home):
    own = clients.open("acme", home)
    shared = clients.open(make_copy("acme", home), home)
    names = json.loads((own.folder / "pseudonyms.json").read_text())
    for table, column in (("orders", "gmv"), ("post_stats", "clicks")):
        expected = getattr(own, table).groupby("creator_id")[column].sum().rename(names)
        found = getattr(shared, table).groupby("creator_id")[column].sum()
        assert found.sort_index().to_dict() == expected.sort_index().to_dict()
    assert len(own.posts.merge(own.post_stats, on="post_id")) == 12
    assert len(shared.posts.merge(shared.post_stats, on="post_id")) == 12
    assert shared.posts["caption"].isna().all()
    assert len(shared.set_aside) == len(own.set_aside) == 1


def test_a_pseudonym_stays_when_others_come_and_a_handle_changes(tmp_path):
    folder = write_client(tmp_path)
    ingest(make_copy("acme", tmp_path), tmp_path)
    first = json.loads((folder / "pseudonyms.json").read_text())
    assert first[FORMER] == first["quokka_reviews"]
    assert sorted(set(first.values())) == ["Creator 01", "Creator 02", "Creator 03"]
    rows = [
        {"handle": name, "order": f"5799000000124{n}10001"}
        for n, name in enumerate(["aaa.new", "new.quokka"])
    ]
    tiny.write(folder / "exports" / "more.csv", tiny.export(tiny.AFFILIATE, *rows))
    ledger = folder / "ledgers" / "creators.csv"
    text = ledger.read_text().replace("quokka_reviews", "new.quokka")
    ledger.write_text(text.replace(FORMER, f"{FORMER};quokka_reviews"))
    ingest("acme-shared", tmp_path)
    then = json.loads((folder / "pseudonyms.json").read_text())
    assert then.items() >= first.items()
    assert then["new.quokka"] == first["quokka_reviews"]
    assert then["aaa.new"] == "Creator 04"


def test_new_exports_reach_the_copy_by_themselves(tmp_path):
    folder = write_client(tmp_path)
    before = len(clients.open(make_copy("acme", tmp_path), tmp_path).orders)
    more = tiny.export(tiny.AFFILIATE, {"order": "5799000000129990001"})
    tiny.write(folder / "exports" / "more.csv", more)
    assert len(clients.open("acme-shared", tmp_path).orders) == before + 1


def test_a_copy_is_no_client_of_its_own(tmp_path):
    write_client(tmp_path)
    make_copy("acme", tmp_path)
    assert make_copy("acme-shared", tmp_path) == "acme-shared"
    assert reports.real_clients(tmp_path) == ["acme"]
    (tmp_path / "data" / "acme-shared" / "client.toml").write_text(tiny.TOML)
    with pytest.raises(ClientError, match="acme-shared exists and is no copy of acme"):
        make_copy("acme", tmp_path)
