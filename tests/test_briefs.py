"""Briefs: five parts each, the angle the data speak for, and nobody briefed in vain."""

import csv
import re
import subprocess

import docx
import pandas as pd
import pytest
from typer.testing import CliRunner

import kit
from kit import brief_files, brief_round, briefs
from kit.brief_words import languages
from kit.cli import app
from kit.errors import ClientError, ReportError
from kit.ledgers import HOOK_ANGLES

AS_OF = "2026-05-10"
SERUM = "1729384756102938211"
CLEANSER = "1729384756102938223"


@pytest.fixture(scope="module")
def sample():
    return kit.open("sample")


@pytest.fixture(scope="module")
def known(sample):
    return briefs.evidence(sample, AS_OF)


@pytest.fixture(scope="module")
def made(sample):
    return brief_round.for_week(sample, AS_OF)


def compose(sample, known, handle="odalie.glowlog", product=SERUM, **more):
    return briefs.compose(sample, handle, product, AS_OF, known=known, **more)


def cells(*rows):
    columns = "hook_angle estimate ci_low ci_high clicks effect firm".split()
    return pd.DataFrame(rows, columns=columns)


NO_BRIEF = pd.DataFrame({"hook_angle": []}, dtype="str")


def test_a_proven_angle_is_used_and_a_worse_one_never():
    table = cells(
        ("problem_agitation", 0.05, 0.04, 0.06, 900, 0.2, False),
        ("social_proof", 0.04, 0.03, 0.05, 900, 0.3, True),
        ("curiosity_gap", 0.01, 0.00, 0.02, 900, -0.9, True),
    )
    angle, why = briefs.choose_angle(table, NO_BRIEF)
    assert angle == "social_proof"
    assert why.startswith("Proven for this product: an estimated 4.00% of clicks")
    sent = pd.DataFrame({"hook_angle": ["transformation_reveal", "problem_agitation"] * 3})
    learnt = {briefs.choose_angle(table, sent[i:], learn=True)[0] for i in range(6)}
    assert learnt == {"transformation_reveal", "problem_agitation"}


def test_without_proof_the_best_guess_and_to_learn_the_one_least_briefed():
    table = cells(
        ("problem_agitation", 0.02, 0.01, 0.03, 300, -0.1, False),
        ("social_proof", 0.03, 0.02, 0.05, 300, 0.1, False),
    )
    assert briefs.choose_angle(table, NO_BRIEF)[0] == "social_proof"
    sent = pd.DataFrame({"hook_angle": ["transformation_reveal", "problem_agitation"]})
    angle, why = briefs.choose_angle(table, sent, learn=True)
    assert angle == "curiosity_gap"
    assert why == "To learn: no brief of this product had this angle so far."


def test_of_a_new_product_nothing_is_known():
    assert briefs.choose_angle(cells(), NO_BRIEF)[1].startswith("To learn: no brief")


def test_the_sample_uses_the_angle_that_is_proven_there(sample, known):
    brief = compose(sample, known)
    assert brief.hook_angle == "transformation_reveal"
    assert brief.opening == "I found something that actually works"
    assert brief.why.startswith("Proven for this product")
    assert brief.product == "Daily C Brightening Serum"
    assert set(brief.product_truths) == {"15% vitamin C in an opaque pump", "no fragrance"}
    assert brief.proof == "four-week side-by-side in the same light"
    assert brief.do_not_say == ("cures", "medical grade", "erases")


def test_own_posts_with_the_angle_stand_beside_it(sample, known):
    posts = known.posts.dropna(subset=["hook_angle", "product_id"])
    post = posts.sort_values("clicks").iloc[-1]
    same = posts[
        (posts[["creator_id", "hook_angle", "product_id"]] == post[
            ["creator_id", "hook_angle", "product_id"]
        ]).all(axis=1)
    ]  # fmt: skip
    brief = compose(
        sample, known, post["creator_id"], post["product_id"], hook_angle=post["hook_angle"]
    )
    assert f"from {same['clicks'].sum():,.0f} clicks" in brief.unknown


@pytest.mark.parametrize("call", ["Link in bio!", "the LINK IS IN MY BIO", "link in the bio"])
def test_a_passive_call_to_action_is_refused(sample, known, call):
    with pytest.raises(ClientError, match="too passive for TikTok Shop"):
        compose(sample, known, call_to_action=call)


@pytest.mark.parametrize("angle", HOOK_ANGLES)
def test_the_angle_can_be_overruled(sample, known, angle):
    assert compose(sample, known, hook_angle=angle.replace("_", " ")).hook_angle == angle


@pytest.mark.parametrize(
    ("column", "told"),
    [
        ("truths", "product truth is missing. Fill in truths of product"),
        ("proofs", "proof is missing. Fill in proofs of product"),
        ("forbidden_words", "what not to say is missing. Fill in forbidden_words of product"),
    ],
)
def test_a_missing_part_refuses_the_brief(sample, known, monkeypatch, column, told):
    bare = sample.products.assign(**{column: pd.NA})
    monkeypatch.setattr(type(sample), "products", bare, raising=False)
    with pytest.raises(ClientError, match=told):
        compose(sample, known)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"handle": "@Nobody"}, "knows no creator nobody"),
        ({"product": "42"}, "products.csv has no product 42"),
        ({"hook_angle": "fear"}, "fear is no hook angle. Choose one of problem_agitation"),
    ],
)
def test_what_nobody_knows_is_named(sample, known, change, told):
    with pytest.raises(ClientError, match=told):
        compose(sample, known, **change)


def test_a_part_that_dictates_is_warned_about(sample, known):
    assert compose(sample, known).warnings == ()
    warned = compose(sample, known, call_to_action="and then say " * 9).warnings
    assert warned == ("The call to action has 27 words: direction, not a script.",)


SPANISH = {
    "truths_es": "15 % de vitamina C; sin perfume",
    "proofs_es": "cuatro semanas, misma luz",
    "forbidden_words_es": "cura; borra",
}


def in_spanish(sample, monkeypatch, **texts):
    made = sample.products.assign(**{**SPANISH, **texts})
    people = sample.creators.assign(language="es-MX")
    monkeypatch.setattr(type(sample), "products", made, raising=False)
    monkeypatch.setattr(type(sample), "creators", people, raising=False)


def test_a_brief_is_in_the_creators_language_where_every_text_exists(
    sample, known, monkeypatch, tmp_path
):
    in_spanish(sample, monkeypatch)
    brief = compose(sample, known, hook_angle="social_proof")
    assert (brief.language, brief.warnings) == ("es", ())
    brief_files.write(brief_round.Round([brief]), tmp_path)
    text = (tmp_path / f"{brief.brief_id}.html").read_text(encoding="utf-8")
    assert '<html lang="es">' in text
    for part in ("1. Ángulo de apertura", "2. Verdad del producto", "3. Prueba",
                 "4. Llamada a la acción", "5. Qué no decir", "sin perfume", "“cura”",
                 "no un guion"):  # fmt: skip
        assert part in text
    assert brief.call_to_action in languages()["es"].calls
    assert "struggling" not in text
    with pytest.raises(ClientError, match="too passive"):
        compose(sample, known, call_to_action="el enlace en mi bio")


def test_a_language_that_lacks_a_text_falls_back_and_says_which(sample, known, monkeypatch):
    in_spanish(sample, monkeypatch, proofs_es=pd.NA)
    brief = compose(sample, known)
    assert brief.language == "en"
    assert brief.warnings == (f"{brief.creator_id} writes es; in English for want of proofs_es.",)


def test_every_language_has_every_text():
    for own in languages().values():
        assert len(own.heads) == 5
        assert set(own.angles) == set(own.openings) == set(HOOK_ANGLES)
        assert own.calls
        assert len(own.unsaid) == 3


def test_words_that_somebody_should_look_at_are_told_before_it_is_sent(sample, known, monkeypatch):
    made = sample.products.assign(truths="guaranteed glow")
    monkeypatch.setattr(type(sample), "products", made, raising=False)
    assert compose(sample, known).warnings == (
        "Check this: the product truth says “guaranteed” (a promise of a result).",
    )


@pytest.mark.needs("chromium", "pdftoppm")
def test_a_brief_prints_as_one_page_with_its_five_parts(sample, known, tmp_path):
    brief = compose(sample, known)
    brief_files.write(brief_round.Round([brief]), tmp_path, "letter")
    printed = tmp_path / f"{brief.brief_id}.pdf"
    told = subprocess.run(["pdfinfo", printed], capture_output=True, text=True, check=True).stdout
    assert re.search(r"^Pages:\s+1$", told, re.MULTILINE)
    assert re.search(r"^Page size:.*letter", told, re.MULTILINE)
    text = subprocess.run(["pdftotext", printed, "-"], capture_output=True, text=True, check=True)
    for place, name in enumerate(languages()["en"].heads, 1):
        assert f"{place}. {name}" in text.stdout
    with pytest.raises(ReportError, match="no paper a5"):
        brief_files.write(brief_round.Round([brief]), tmp_path, "a5")


def test_a_week_of_briefs_holds_what_is_agreed_and_delivered(sample, made):
    assert len(made.briefs) > 20
    assert len({brief.brief_id for brief in made.briefs}) == len(made.briefs)
    delivered = sample.samples[sample.samples["delivered_on"] <= AS_OF]
    held = set(zip(delivered["creator_id"], delivered["product_id"], strict=True))
    assert {(brief.creator_id, brief.product_id) for brief in made.briefs} <= held
    agreed = sample.agreements.groupby("creator_id")["posts_per_week"].max()
    for creator, number in pd.Series([b.creator_id for b in made.briefs]).value_counts().items():
        assert number <= max(agreed[creator] * 2, 1)


def test_who_has_gone_quiet_is_called_not_briefed(sample, made):
    silent = made.left_out.set_index("creator_id")["why"]
    last = sample.posts[sample.posts["published_on"] <= AS_OF].groupby("creator_id")
    assert silent["brisa.vanitydesk"] == "silent since 4 April 2026: call before you brief"
    assert last["published_on"].max()["brisa.vanitydesk"] == pd.Timestamp("2026-04-04")
    assert not set(silent.index) & {brief.creator_id for brief in made.briefs}


def test_briefs_without_a_post_are_chased_first(sample, made, monkeypatch):
    busy = made.briefs[0].creator_id
    columns = {"creator_id": busy, "sent_on": pd.Timestamp("2026-05-04"), "brief_id": "late"}
    late = pd.concat([sample.briefs, pd.DataFrame([columns] * 9)])
    monkeypatch.setattr(type(sample), "briefs", late, raising=False)
    monkeypatch.setattr(brief_round, "MOST_WEEKS_OWED", 20)
    monkeypatch.setattr(brief_round, "MISSED_POSTS", 99)
    waiting = brief_round.for_week(sample, "2026-05-31").left_out.set_index("creator_id")["why"]
    assert waiting[busy] == "9 briefs without a post yet: chase first"


def test_a_round_tries_something_new_with_each_product(made):
    rows = pd.DataFrame([(b.product_id, b.hook_angle, b.why) for b in made.briefs])
    learning = rows[rows[2].str.startswith("To learn")]
    busy = rows[0].value_counts()
    assert set(busy[busy >= 4].index) <= set(learning[0])
    assert len(learning) < len(rows) / 2


def test_each_file_holds_the_five_parts_and_no_reason(sample, made, tmp_path):
    first = made.briefs[0]
    brief_files.write(brief_round.Round([first]), tmp_path)
    paragraphs = docx.Document(str(tmp_path / f"{first.brief_id}.docx")).paragraphs
    texts = [
        (tmp_path / f"{first.brief_id}.html").read_text(),
        (tmp_path / f"{first.brief_id}.md").read_text(),
        "\n".join(paragraph.text for paragraph in paragraphs),
    ]
    for text in texts:
        for place, name in enumerate(
            ("Hook angle", "Product truth", "Proof", "Call to action", "What not to say"), 1
        ):
            assert f"{place}. {name}" in text
        assert first.proof in text
        assert first.do_not_say[0] in text
        assert "clicks" not in text


def test_a_name_is_text_in_every_file(sample, known, tmp_path):
    hostile = compose(sample, known)
    hostile = type(hostile)(**{**vars(hostile), "proof": "<script>alert(1)</script> [x](y) =1+1"})
    brief_files.write(brief_round.Round([hostile]), tmp_path)
    assert "<script" not in (tmp_path / f"{hostile.brief_id}.html").read_text()
    assert "<script" not in (tmp_path / f"{hostile.brief_id}.md").read_text()
    assert "[x](" not in (tmp_path / f"{hostile.brief_id}.md").read_text()


def test_the_command_writes_rows_for_the_ledger(sample, tmp_path, monkeypatch):
    home = tmp_path / "home"
    (home / "data").mkdir(parents=True)
    (home / "data" / "sample").symlink_to(sample.folder)
    runner = CliRunner()
    asked = ["brief", "--client", "sample", "--as-of", AS_OF, "--home", str(home)]
    for product in (SERUM, CLEANSER):
        result = runner.invoke(app, [*asked, "odalie.glowlog", product])
        assert result.exit_code == 0, result.output
    folder = home / "reports" / "sample" / "briefs" / AS_OF
    with (folder / "briefs.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["product_id"] for row in rows] == [SERUM, CLEANSER]
    assert rows[0]["post_id"] == ""
    assert set(kit.open("sample").briefs.columns) >= {"brief_id", *brief_files.LEDGER[2:10]}
