"""How a message leaves: copied into a folder, by SMTP under TLS, or posted to a webhook.

Each calls `let_go` just before the step after which it can no longer be held back, so that a run
that ends at any other moment has sent nothing.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import shutil
import smtplib
import ssl
from collections.abc import Callable
from email.message import EmailMessage
from email.utils import formatdate
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from kit.message import Message

if TYPE_CHECKING:
    from kit.delivery import Target

SECONDS = 60
LOCAL = ("localhost", "127.0.0.1", "::1")
_TOO_MANY = 429
_SERVER_FAULTS = 500


class Refused(Exception):
    """It was not taken, and why; `passing` where another attempt may help."""

    def __init__(self, why: str, passing: bool = False) -> None:
        super().__init__(why)
        self.passing = passing


class Unknown(Exception):
    """It was let go, and nobody said whether it has come."""


def secret(name: str) -> str:
    """The value of an environment variable; `Refused`, which names the variable, where none is."""
    value = os.environ.get(name, "")
    if name and not value:
        raise Refused(f"the environment has no {name}. Set it where kit deliver runs.")
    return value


def copy(target: Target, message: Message, let_go: Callable[[], None]) -> None:
    """Copy the files into the folder's week, each aside first, then into place."""
    assert target.folder is not None
    place = target.folder / message.week
    place.mkdir(parents=True, exist_ok=True)
    for file in message.files:
        aside = place / f".{file.name}.part"
        shutil.copyfile(file.path, aside)
        os.replace(aside, place / file.name)


def mail(target: Target, message: Message, let_go: Callable[[], None]) -> None:
    """Send one e-mail: the In-short blocks as HTML and text, the files attached."""
    letter = _letter(target, message)
    password = secret(target.password_env)
    context = ssl.create_default_context(cafile=target.ca_file)
    try:
        if target.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                target.host, target.port, timeout=SECONDS, context=context
            )
        else:
            server = smtplib.SMTP(target.host, target.port, timeout=SECONDS)
        with server:
            if target.security == "starttls":
                server.starttls(context=context)
            if target.user:
                server.login(target.user, password)
            _hand_over(
                server, target, letter.as_bytes(policy=letter.policy.clone(linesep="\r\n")), let_go
            )
    except smtplib.SMTPResponseException as error:
        raise _smtp(error.smtp_code, error.smtp_error) from None
    except smtplib.SMTPNotSupportedError as error:
        raise Refused(f"the mail server: {error}") from None
    except smtplib.SMTPException as error:
        raise Refused(f"the mail server: {type(error).__name__}", passing=True) from None


def _letter(target: Target, message: Message) -> EmailMessage:
    letter = EmailMessage()
    letter["Subject"] = message.subject
    letter["From"] = target.sender
    letter["To"] = ", ".join(target.recipients)
    letter["Date"] = formatdate()
    told = json.dumps([target.name, message.subject, message.html])
    stamp = hashlib.sha256(told.encode()).hexdigest()[:32]
    letter["Message-ID"] = f"<{stamp}@{target.sender.rpartition('@')[2]}>"
    letter.set_content(message.text)
    letter.add_alternative(message.html, subtype="html")
    for file in message.files:
        main, sub = file.kind
        letter.add_attachment(
            file.path.read_bytes(), maintype=main, subtype=sub, filename=file.name
        )
    return letter


def _hand_over(
    server: smtplib.SMTP, target: Target, letter: bytes, let_go: Callable[[], None]
) -> None:
    """Up to the dot that ends a letter, a mail server keeps nothing: there it is let go."""
    server.ehlo_or_helo_if_needed()
    _expect(server.mail(target.sender), 250)
    for recipient in target.recipients:
        _expect(server.rcpt(recipient), 250)
    _expect(server.docmd("DATA"), 354)
    lines = letter.split(b"\r\n")
    server.send(b"\r\n".join(b"." + line if line.startswith(b".") else line for line in lines))
    let_go()
    try:
        server.send(b"\r\n.\r\n")
        answer = server.getreply()
    except (OSError, smtplib.SMTPServerDisconnected) as error:
        raise Unknown(type(error).__name__) from None
    _expect(answer, 250)


def _expect(answer: tuple[int, bytes], wanted: int) -> None:
    if answer[0] != wanted:
        raise _smtp(*answer)


def _smtp(code: int, told: bytes | str) -> Refused:
    text = told.decode("utf-8", "replace") if isinstance(told, bytes) else told
    return Refused(f"the mail server says {code} {' '.join(text.split())}", 400 <= code < 500)


def post(target: Target, message: Message, let_go: Callable[[], None]) -> None:
    """Post the words to a webhook of Slack's or Teams' kind, as ``{"text": …}``."""
    address = urlsplit(secret(target.url_env))
    if address.scheme != "https" and address.hostname not in LOCAL:
        raise Refused(f"{target.url_env} is no https address.")
    body = json.dumps({"text": message.text}).encode()
    secure = address.scheme == "https"
    kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    line = kind(address.hostname or "", address.port, timeout=SECONDS)
    try:
        line.putrequest("POST", address.path + (f"?{address.query}" if address.query else ""))
        line.putheader("Content-Type", "application/json")
        line.putheader("Content-Length", str(len(body)))
        line.putheader("Idempotency-Key", hashlib.sha256(body).hexdigest()[:32])
        line.endheaders()
        line.send(body[:-1])
        let_go()
        try:
            line.send(body[-1:])
            answer = line.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise Unknown(type(error).__name__) from None
    finally:
        line.close()
    if answer.status >= 300:
        passing = answer.status == _TOO_MANY or answer.status >= _SERVER_FAULTS
        raise Refused(f"the webhook says {answer.status} {answer.reason}", passing)
