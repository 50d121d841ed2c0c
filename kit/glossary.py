"""What every figure means: the one register of metric definitions.

`glossary.toml` beside this file holds the words. Results, notebooks, footnotes, the README's
glossary and `kit explain` all read them here, so a definition changes in one place.
"""

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from kit.errors import ReportError
from kit.language import phrase

UNITS = ("count", "rate", "money", "days", "probability")


@dataclass(frozen=True)
class Metric:
    """One metric: what it counts, what it divides by, over which days, from which tables.

    `unit` is one of `UNITS` (a rate is a fraction, 0.05 for 5%); `source` names the tables;
    `not_said` is what the number does not tell, for the reader who would conclude too much.
    """

    id: str
    name: str
    formula: str
    numerator: str
    denominator: str
    window: str
    unit: str
    source: str
    not_said: str

    @property
    def title(self) -> str:
        """The name in the language of the document."""
        return phrase(self.name)

    @property
    def definition(self) -> str:
        """The formula and its window in one line, as it stands beside each figure."""
        formula = phrase(self.formula)
        return f"{formula} ({phrase(self.window)})" if self.window else formula


def _read() -> tuple[Mapping[str, Metric], Mapping[str, str], Mapping[str, str]]:
    held = tomllib.loads(Path(__file__).with_name("glossary.toml").read_text(encoding="utf-8"))
    names = {name: entry["name"] for name, entry in held["metrics"].items()}
    metrics = {name: _metric(name, entry, names) for name, entry in held["metrics"].items()}
    return (
        MappingProxyType(metrics),
        MappingProxyType(held["notes"]),
        MappingProxyType(held["words"]),
    )


def _metric(name: str, entry: Mapping[str, str], names: Mapping[str, str]) -> Metric:
    prose = {"formula": "", "numerator": "", "denominator": "", "window": "", "not_said": ""}
    said = {part: _readable(entry.get(part, ""), names) for part in prose}
    made = Metric(id=name, **{**entry, **said})
    if made.unit not in UNITS:
        raise ReportError(f"glossary.toml: {name} has the unit {made.unit}, not {UNITS}.")
    return made


def _readable(text: str, names: Mapping[str, str]) -> str:
    """Prose with the metrics it mentions by name and columns without their underscores."""

    def said(word: re.Match[str]) -> str:
        name = names.get(word.group(), word.group().replace("_", " "))
        return name if name[:2].isupper() else name[0].lower() + name[1:]

    return re.sub(r"\b[a-z0-9]+(?:_[a-z0-9]+)+\b", said, text)


METRICS, NOTES, WORDS = _read()


def metric(name: str) -> Metric:
    """The definition of one metric. Raises `ReportError`, with the nearest id, for an unknown one.

    >>> metric("conversion_rate").denominator
    'product clicks in video data'
    >>> metric("conversion_rates")
    Traceback (most recent call last):
    kit.errors.ReportError: There is no metric conversion_rates. Did you mean conversion_rate?
    """
    if name in METRICS:
        return METRICS[name]
    near = difflib.get_close_matches(str(name), METRICS, n=1)
    hint = f"Did you mean {near[0]}?" if near else "kit/glossary.toml lists them all."
    raise ReportError(f"There is no metric {name}. {hint}")


def explain(name: str) -> str:
    """The whole entry of one metric, or of one note such as `no_utm`, as lines of text."""
    if name in NOTES:
        return NOTES[name]
    entry = metric(name)
    lines = [entry.name, "", entry.formula]
    parts = {
        "Numerator": entry.numerator,
        "Denominator": entry.denominator,
        "Window": entry.window,
        "Unit": entry.unit,
        "From": entry.source,
        "Does not say": entry.not_said,
    }
    lines += [f"{word}: {text}" for word, text in parts.items() if text]
    return "\n".join(lines)
