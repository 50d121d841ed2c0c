"""Sending, to a real mail server under TLS, a real web server and a folder: once, and no secret."""

import email
import json
import os
import signal
import subprocess
import sys
from email import policy

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from kit import delivery, senders, week
from kit.errors import ClientError
from tests.run_client import AS_OF, SETTINGS
from tests.servers import mail_server, web_server

pytestmark = pytest.mark.needs("openssl")  # it makes the test server's certificate

PASSWORD = "zq-s3cret-pass"
TOKEN = "zq-t0ken"
FOR_CLIENT = 'name = "a"\nkind = "folder"\nfolder = "x"\naudience = "client"\n'
LOGIN = f"\0kit@example.org\0{PASSWORD}"


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A client two of whose reports stand, one of them published although not ready."""
    folder = tmp_path / "data" / "tiny"
    folder.mkdir(parents=True)
    (folder / "client.toml").write_text(SETTINGS + 'name = "Tiny & Co"\n')
    report(tmp_path, "weekly_review", "- **mia** converted <b>4%</b>\n- .dots stay\n")
    report(tmp_path, "onboarding", "- not ready", status="forced")
    monkeypatch.setattr(delivery, "PAUSES", (0, 0, 0))
    monkeypatch.setenv("TINY_PASSWORD", PASSWORD)
    return tmp_path


def report(home, name, short, status="published"):
    place = home / "reports" / "tiny" / "2026-W19" / name
    place.mkdir(parents=True, exist_ok=True)
    output = new_output("execute_result", {"text/markdown": short})
    cells = [new_markdown_cell("# Who earned it?"), new_markdown_cell("## In short")]
    secret = new_output("execute_result", {"text/markdown": "margin 17.2%"})
    cells += [new_code_cell("sentences.weekly(week)", outputs=[output])]
    cells += [new_code_cell("sentences.money_left(week)", outputs=[secret])]
    nbformat.write(new_notebook(cells=cells), place / f"{name}.ipynb")
    (place / f"{name}.html").write_text(f"<html>{short}</html>")
    told = {"status": status, "parameters": {"as_of": AS_OF.isoformat()}}
    (place / week.MANIFEST).write_text(json.dumps(told))


def ask(home, *receivers):
    text = "".join(f"[[to]]\n{receiver}\n" for receiver in receivers)
    (home / "data" / "tiny" / delivery.SETTINGS).write_text(text)


def by_mail(server, more=""):
    return (
        f'name = "brand"\nkind = "email"\nhost = "localhost"\nport = {server.server_address[1]}\n'
        f'sender = "kit@example.org"\nrecipients = ["ana@example.org", "bo@example.org"]\n'
        f'user = "kit@example.org"\npassword_env = "TINY_PASSWORD"\n'
        f'ca_file = "{server.certificate}"\n{more}'
    )


def send(home, **more):
    return delivery.deliver("tiny", AS_OF, home, **more)


def states(made):
    return [(one.target, one.status, one.reports) for one in made]


def test_nothing_is_sent_unless_a_client_asked(home):
    assert send(home) == []
    assert not (home / "reports" / "tiny" / delivery.SENT).exists()


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_letter_holds_the_in_short_block_and_the_page_and_goes_once(home, tmp_path, security):
    with mail_server(tmp_path, LOGIN, implicit=security == "tls") as server:
        ask(home, by_mail(server, f'security = "{security}"'))
        assert states(send(home)) == [("brand", "sent", ("weekly_review",))]
        assert states(send(home)) == [("brand", "already sent", ("weekly_review",))]
        (kept,) = server.kept
        letter = email.message_from_bytes(kept, policy=policy.default)
        assert letter["Subject"] == "Tiny & Co · week 2026-W19"
        assert letter["To"] == "ana@example.org, bo@example.org"
        body = letter.get_body(("html",)).get_content()
        assert "<strong>mia</strong> converted" in body
        assert "Tiny &amp; Co" in body
        assert "\n.dots stay" in letter.get_body(("plain",)).get_content()
        (page,) = letter.iter_attachments()
        assert page.get_filename() == "weekly_review.html"
        assert "converted" in page.get_content()

        report(home, "weekly_review", "- restated")
        assert states(send(home)) == [("brand", "sent", ("weekly_review",))]
        assert len(server.kept) == 2


def test_a_busy_server_is_tried_again_a_refusal_is_told_and_silence_is_not_repeated(home, tmp_path):
    with mail_server(tmp_path, LOGIN) as server:
        ask(home, by_mail(server))
        server.answers = ["451 try later", "451 try later"]
        assert [one.status for one in send(home)] == ["sent"]
        assert len(server.kept) == 1

        report(home, "weekly_review", "- second")
        server.answers = ["554 no\tthanks", "250 kept"]
        (failed,) = send(home)
        assert (failed.status, failed.message) == ("failed", "the mail server says 554 no thanks")
        server.answers = []
        assert [one.status for one in send(home)] == ["sent"]

        report(home, "weekly_review", "- third")
        server.answers = ["silence"]
        assert [one.status for one in send(home)] == ["unknown"]
        (unknown,) = send(home)
        assert unknown.status == "unknown"
        assert "kit deliver --client tiny --as-of 2026-05-10 --again 'brand'" in unknown.message
        assert len(server.kept) == 3
        assert [one.status for one in send(home, again="brand")] == ["sent"]
        assert len(server.kept) == 4


def test_a_stranger_is_not_trusted_and_a_wrong_password_is_not_printed(home, tmp_path, monkeypatch):
    with mail_server(tmp_path, LOGIN) as server:
        told = by_mail(server)
        ask(home, told.replace(f'ca_file = "{server.certificate}"\n', ""))
        (failed,) = send(home)
        assert failed.status == "failed"
        assert "CERTIFICATE_VERIFY_FAILED" in failed.message or "certificate" in failed.message
        ask(home, told)
        monkeypatch.setenv("TINY_PASSWORD", "wrong")
        (failed,) = send(home)
        assert failed.message == "the mail server says 535 wrong password"
        monkeypatch.delenv("TINY_PASSWORD")
        (failed,) = send(home)
        assert failed.message.startswith("the environment has no TINY_PASSWORD.")
        assert server.kept == []


def test_a_webhook_gets_the_words_once_and_its_address_is_a_secret(home, monkeypatch):
    with web_server() as server:
        address = f"http://127.0.0.1:{server.server_address[1]}/hooks/{TOKEN}?x=1"
        monkeypatch.setenv("TINY_HOOK", address)
        ask(home, 'name = "team"\nkind = "webhook"\nurl_env = "TINY_HOOK"\nforced = true')
        server.answers = [503, 429]
        (sent,) = send(home)
        assert (sent.status, sent.reports) == ("sent", ("onboarding", "weekly_review"))
        assert [one.status for one in send(home)] == ["already sent"]
        ((path, headers, body),) = server.kept
        assert path == f"/hooks/{TOKEN}?x=1"
        assert headers["Content-Type"] == "application/json"
        assert json.loads(body)["text"].startswith("Tiny & Co · week 2026-W19")
        assert "mia converted" in json.loads(body)["text"]
        report(home, "weekly_review", "- second")
        server.answers = [404]
        (known, failed) = send(home)
        assert (known.status, failed.message) == ("already sent", "the webhook says 404 Not Found")
        monkeypatch.setenv("TINY_HOOK", "http://example.org/x")
        assert send(home)[-1].message == "TINY_HOOK is no https address."


def test_a_folder_gets_the_files_and_a_failing_receiver_stops_no_other(home, tmp_path):
    (home / "reports" / "tiny" / "2026-W19" / "tiny-2026-W19-weekly.pptx").write_bytes(b"deck")
    (tmp_path / "a file").touch()
    kind = 'kind = "folder"\nattach = ["html", "pptx"]\nfolder ='
    ask(home, f'name = "a"\n{kind} "{tmp_path}/a file"', f'name = "b"\n{kind} "{tmp_path}/b"')
    failed, sent = send(home)
    assert (failed.status, sent.status) == ("failed", "sent")
    assert "a file" in failed.message
    names = sorted(path.name for path in (tmp_path / "b" / "2026-W19").iterdir())
    assert names == ["tiny-2026-W19-weekly.pptx", "weekly_review.html"]


def decks(home):
    """The internal deck of the week and the client's own, and a page of the client's copy."""
    reports = home / "reports" / "tiny"
    own = reports / "for-client" / "2026-W19"
    own.mkdir(parents=True)
    (reports / "2026-W19" / "tiny-2026-W19-weekly.pptx").write_bytes(b"internal deck")
    (own / "tiny-2026-W19-weekly.pptx").write_bytes(b"client deck")
    (own / "weekly_review.html").write_text("<html>client page</html>")
    return own


def attached(kept):
    letter = email.message_from_bytes(kept, policy=policy.default)
    return {one.get_filename(): one.get_content() for one in letter.iter_attachments()}


@pytest.mark.parametrize("audience", ["internal", "client"])
def test_each_audience_gets_its_own_deck_and_page(home, tmp_path, audience):
    decks(home)
    with mail_server(tmp_path, LOGIN) as server:
        ask(home, by_mail(server, f'attach = ["html", "pptx"]\naudience = "{audience}"\n'))
        assert states(send(home)) == [("brand", "sent", ("weekly_review",))]
        files = attached(server.kept[0])
    assert sorted(files) == ["tiny-2026-W19-weekly.pptx", "weekly_review.html"]
    assert files["tiny-2026-W19-weekly.pptx"] == f"{audience} deck".encode()
    assert ("client page" in files["weekly_review.html"]) == (audience == "client")


def test_a_client_gets_no_internal_file_where_its_own_were_not_made(home, tmp_path):
    for path in decks(home).iterdir():
        path.unlink()
    report(home, "onboarding", "- a roster for us alone")
    with mail_server(tmp_path, LOGIN) as server:
        ask(home, by_mail(server, 'attach = ["html", "pptx"]\naudience = "client"\n'))
        assert states(send(home)) == [("brand", "sent", ("weekly_review",))]
        (kept,) = server.kept
    assert attached(kept) == {}
    assert b"mia" in kept
    for unlisted in (b"roster for us", b"17.2%", b"internal deck"):
        assert unlisted not in kept


def test_a_clients_letter_holds_no_unlisted_first_sentence(home, tmp_path):
    """A report whose In-short block is not listed for clients gives its heading alone."""
    place = home / "reports" / "tiny" / "2026-W19" / "weekly_review" / "weekly_review.ipynb"
    place.write_text(place.read_text().replace("sentences.weekly(", "sentences.money_left("))
    with mail_server(tmp_path, LOGIN) as server:
        ask(home, by_mail(server, 'audience = "client"\n'))
        send(home)
        letter = email.message_from_bytes(server.kept[0], policy=policy.default)
    assert "Who earned it?" in letter.get_body(("plain",)).get_content()
    assert "mia" not in letter.get_body(("html",)).get_content()


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ('name = "a"\nkind = "email"\nhost = "x"', "email needs sender and recipients"),
        ('name = "a"\nkind = "fax"', "kind: Input should be 'folder', 'email' or 'webhook'"),
        ('name = "a"\nkind = "folder"\nfolder = "x"\npasword = "y"', "pasword: Extra inputs"),
        ('name = "a"\nkind = "email"\nsecurity = "none"', "security: Input should be 'tls'"),
        ('name = "a"\nkind = "folder"\nfolder = "x"\naudience = "all"', "audience: Input should"),
        (
            f"{FOR_CLIENT}forced = true",
            "for the client takes no report that was published although",
        ),
        (f'{FOR_CLIENT}attach = ["pdf"]', "has no PDF: leave out forced, and attach html or pptx"),
    ],
)
def test_a_wrong_setting_is_named(home, told, message):
    ask(home, told)
    with pytest.raises(ClientError, match=message):
        send(home)


def test_no_secret_is_in_anything_that_was_written(home, tmp_path, monkeypatch, capsys):
    with mail_server(tmp_path, LOGIN) as server, web_server() as hook:
        monkeypatch.setenv("TINY_HOOK", f"http://127.0.0.1:{hook.server_address[1]}/{TOKEN}")
        ask(home, by_mail(server), 'name = "team"\nkind = "webhook"\nurl_env = "TINY_HOOK"')
        server.answers, hook.answers = ["554 no"], [500, 500, 500, 500]
        made = [*send(home), *send(home)]
    said = f"{made}{capsys.readouterr()}".encode()
    written = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    for secret in (PASSWORD, TOKEN):
        assert secret.encode() not in b"".join([said, *written])
    assert len(written) > 5


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_run_that_is_killed_while_it_sends_sends_nothing_twice(home, tmp_path, moment):
    with mail_server(tmp_path, LOGIN) as server:
        ask(home, by_mail(server))
        code = "import os, signal, sys\nfrom datetime import date\nfrom kit import delivery\n"
        code += "note = delivery.Log.note\n"
        code += "def dying(log, state, keys):\n"
        code += f"    if {moment == 'after'}: note(log, state, keys)\n"
        code += "    os.kill(os.getpid(), signal.SIGKILL)\n"
        code += "delivery.Log.note = dying\n"
        code += f"delivery.deliver('tiny', date.fromisoformat('{AS_OF}'), sys.argv[1])"
        died = subprocess.run([sys.executable, "-c", code, home], env=dict(os.environ))
        assert died.returncode == -signal.SIGKILL
        assert server.kept == []
        status = [one.status for one in send(home)]
        assert status == (["sent"] if moment == "before" else ["unknown"])
        assert len(server.kept) == (moment == "before")


def test_a_log_whose_last_line_was_cut_off_is_read(tmp_path):
    log = delivery.Log(tmp_path / "sent.jsonl")
    log.note("sent", ["one"])
    with log.path.open("a") as file:
        file.write('{"at": 1, "state": "se')
    again = delivery.Log(log.path)
    assert again.state("one") == "sent"
    again.note("sending", ["two"])
    assert delivery.Log(log.path).states == {"one": "sent", "two": "sending"}


def test_a_secret_that_is_not_named_is_empty():
    assert senders.secret("") == ""
