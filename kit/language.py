"""The language of a document that leaves us: its sentences, and how it writes numbers and days.

English stands in the code, a whole sentence with named places at a time, and looks nothing up. Any
other language is one file, ``locale/<language>/LC_MESSAGES/kit.po``; a region after it, as in
``es-MX``, decides how numbers are written. While nothing was said (`speaking`), all is English.
"""

from __future__ import annotations

import gettext
import io
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from babel import Locale  # it takes a moment to load, and English needs none

FOLDER = Path(__file__).with_name("locale")
ENGLISH = "en"


class _Missed(gettext.NullTranslations):
    """Takes what the catalogue lacks: it stays English, and is kept in `messages`."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: set[str] = set()

    def gettext(self, message: str) -> str:
        self.messages.add(message)
        return message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        self.messages.add(msgid1)
        return msgid1 if n == 1 else msgid2


@dataclass(frozen=True)
class Language:
    """A language other than English, and the messages it was asked for and lacks."""

    code: str
    locale: Locale
    catalogue: gettext.NullTranslations
    missed: set[str] = field(compare=False)

    def digits(self, text: str) -> str:
        """A number such as 1,234.5 with this language's marks."""
        from babel.numbers import get_decimal_symbol, get_group_symbol

        marks = {",": get_group_symbol(self.locale), ".": get_decimal_symbol(self.locale)}
        return "".join(marks.get(letter, letter) for letter in text)

    @property
    def percent_sign(self) -> str:
        """The sign after a number, with the space before it where the language has one."""
        return str(self.locale.percent_formats[None].pattern).lstrip("#,0")

    def symbol(self, currency: str) -> str:
        """What stands before an amount: a sign, or letters and a space."""
        from babel.numbers import get_currency_symbol

        sign = get_currency_symbol(currency, self.locale)
        return f"{sign}\N{NO-BREAK SPACE}" if sign[-1].isalpha() else sign

    def month(self, number: int, width: str = "wide") -> str:
        from babel.dates import get_month_names

        return get_month_names(width, locale=self.locale)[number].removesuffix(".")  # type: ignore[arg-type]


_spoken: ContextVar[Language | None] = ContextVar("language", default=None)


def active() -> Language | None:
    """The language in which texts are being made, None for English."""
    return _spoken.get()


def code() -> str:
    """The code of that language, as pages and slides name theirs."""
    spoken = active()
    return spoken.code if spoken else ENGLISH


@contextmanager
def speaking(code: str) -> Iterator[Language | None]:
    """Whatever is made inside is in this language; `ValueError` for one there is none of."""
    spoken = _read(checked(code))
    token = _spoken.set(spoken)
    try:
        yield spoken
    finally:
        _spoken.reset(token)


def missed(code: str) -> set[str]:
    """The messages that were asked for in a language and that its catalogue lacks."""
    spoken = _read(checked(code))
    return spoken.missed if spoken else set()


def languages() -> list[str]:
    """English, and every language that has a catalogue."""
    return [ENGLISH, *sorted(path.parts[-3] for path in FOLDER.glob("*/LC_MESSAGES/kit.po"))]


def checked(code: str) -> str:
    """A code as it is written, "es_mx" as "es-MX"; `ValueError` says which there are.

    >>> checked("es_mx"), checked("en-US")
    ('es-MX', 'en')
    """
    from babel import Locale, UnknownLocaleError

    try:
        locale = Locale.parse(code.strip().replace("_", "-"), sep="-")
    except (ValueError, UnknownLocaleError):
        locale = None
    if locale is None or locale.language not in languages():
        raise ValueError(
            f"there is no catalogue of {code!r}; languages are {', '.join(languages())}, with a "
            "region for its numbers if need be, as in es-MX"
        )
    if locale.language == ENGLISH:
        return ENGLISH
    return "-".join(filter(None, (locale.language, locale.territory)))


def of_reader(told: object, of_client: str) -> str:
    """The language a ledger names for somebody; the client's where it names none that there is.

    Where both speak the same, the client's region too.

    >>> of_reader("es", "es-MX"), of_reader("en", "es-MX"), of_reader("tagalog", "en")
    ('es-MX', 'en', 'en')
    """
    try:
        own = checked(told) if isinstance(told, str) else of_client
    except ValueError:
        own = of_client
    return of_client if of_client.split("-")[0] == own else own


@cache
def _read(code: str) -> Language | None:
    if code == ENGLISH:
        return None
    from babel import Locale
    from babel.messages import mofile, pofile

    locale = Locale.parse(code, sep="-")
    with (FOLDER / locale.language / "LC_MESSAGES" / "kit.po").open("rb") as file:
        told = pofile.read_po(file, locale=locale.language)
    compiled = io.BytesIO()
    mofile.write_mo(compiled, told)
    compiled.seek(0)
    catalogue, missed = gettext.GNUTranslations(compiled), _Missed()
    catalogue.add_fallback(missed)
    return Language(code, locale, catalogue, missed.messages)


def phrase(message: str, **places: Any) -> str:
    """A message in the language of the document, with its named places filled."""
    spoken = active()
    text = spoken.catalogue.gettext(message) if spoken and message else message
    return text.format(**places) if places else text


def plural(one: str, many: str, number: float, **places: Any) -> str:
    """The form of a message that goes with a number; a fraction takes that of many."""
    spoken = active()
    whole = int(number) if float(number).is_integer() else 2
    if spoken:
        return spoken.catalogue.ngettext(one, many, whole).format(**places)
    return (one if number == 1 else many).format(**places)


def forms(one: str, many: str) -> tuple[str, str]:
    """The two forms of a message that `plural` translates where it is shown."""
    return one, many


def later(message: str) -> str:
    """A message that `phrase` translates where it is shown: this only says that there is one."""
    return message
