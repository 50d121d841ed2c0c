"""Creator briefs: which hook angle for which product and creator, and the five parts of each.

A brief gives direction, not a script (source article, "The briefing system that produces
converting content"). The angle comes from what the client's own posts say; what nothing is known
of yet is tried on purpose, so that each round of briefs teaches something.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import pandas as pd

from kit import claims, hooks, spark, words
from kit.brief_words import ENGLISH, language_of, languages
from kit.errors import ClientError
from kit.ledgers import HOOK_ANGLES
from kit.metrics.periods import as_day

CALLS_TO_ACTION = languages()[ENGLISH].calls
TOO_PASSIVE = re.compile(
    r"\blink\s+(is\s+)?in\s+(my\s+|the\s+)?bio\b|\benlace\s+(est[áa]\s+)?en\s+(mi|la)\s+bio\b",
    re.IGNORECASE,
)
# One or two attributes, not the feature list.
MOST_TRUTHS = 2
# A part longer than this dictates sentences.
SCRIPT_WORDS = 25


@dataclass(frozen=True)
class Brief:
    """One brief: a creator, a product, and the five parts every brief has.

    `do_not_say` are the brand's words for this product; what nobody may say is added in the
    files, in `language`. `why` says what the data say for the angle, `unknown` what they do not;
    `warnings` are for the sender and stand in no file that is sent.
    """

    brief_id: str
    creator_id: str
    product_id: str
    product: str
    hook_angle: str
    product_truths: tuple[str, ...]
    proof: str
    call_to_action: str
    do_not_say: tuple[str, ...]
    sent_on: date
    why: str
    unknown: str = ""
    warnings: tuple[str, ...] = field(default=())
    language: str = ENGLISH

    @property
    def opening(self) -> str:
        """How the angle may begin: a starting point (source article), never a script."""
        return languages()[self.language].openings[self.hook_angle]


@dataclass(frozen=True)
class Evidence:
    """What briefs rest on: pairs of angle and product and posts of four weeks, and briefs sent."""

    cells: pd.DataFrame
    posts: pd.DataFrame
    sent: pd.DataFrame

    def also(self, brief: Brief) -> Evidence:
        """The same with one brief more among those sent."""
        row = {
            "creator_id": brief.creator_id,
            "product_id": brief.product_id,
            "hook_angle": brief.hook_angle,
            "product_truth": "; ".join(brief.product_truths),
            "proof": brief.proof,
            "call_to_action": brief.call_to_action,
        }
        return replace(self, sent=pd.concat([self.sent, pd.DataFrame([row])], ignore_index=True))


def evidence(client: Any, as_of: date | str) -> Evidence:
    """What briefs of this day rest on."""
    posts = spark.candidates(client, as_of)
    sent = client.briefs[client.briefs["sent_on"] <= pd.Timestamp(as_day(as_of))]
    return Evidence(hooks.effects(posts).cells, posts, sent[_SENT])


_SENT = [
    "creator_id", "product_id", "hook_angle", "product_truth", "proof", "call_to_action",
    "sent_on", "post_id",
]  # fmt: skip


def compose(
    client: Any,
    handle: str,
    product_id: str,
    as_of: date | str,
    *,
    hook_angle: str | None = None,
    call_to_action: str | None = None,
    known: Evidence | None = None,
    number: int = 1,
    learn: bool = False,
) -> Brief:
    """The brief for a creator and a product. A part that is missing refuses it, by name.

    `hook_angle` and `call_to_action` overrule what the kit would choose. With `learn` the angle
    of which least is known is taken. `number` tells briefs of one creator, product and day apart.
    Raises `ClientError`.
    """
    day = as_day(as_of)
    creator = _creator(client, handle)
    product = _product(client, product_id, day)
    known = known or evidence(client, day)
    before = known.sent
    told = known.cells[known.cells["product_id"] == product_id]
    if hook_angle is None:
        angle, why = choose_angle(told, before[before["product_id"] == product_id], learn=learn)
    else:
        angle, why = _angle(hook_angle), "Asked for by whoever sends it."
    language, lacking = _language(client, creator, product)
    call = call_to_action or _least_used(
        languages()[language].calls, before[before["creator_id"] == creator]["call_to_action"]
    )
    if TOO_PASSIVE.search(call):
        raise ClientError(
            f"The call to action {call!r} is too passive for TikTok Shop. Say where to tap, as in "
            f"{CALLS_TO_ACTION[0]!r} or {CALLS_TO_ACTION[1]!r}."
        )
    mine = before[(before["creator_id"] == creator) & (before["product_id"] == product_id)]
    truths = _rested(_parts(product, "truths", language), mine["product_truth"])[:MOST_TRUTHS]
    proof = _rested(_parts(product, "proofs", language), mine["proof"])[0]
    said = {"product truth": "; ".join(truths), "proof": proof, "call to action": call}
    return Brief(
        brief_id=f"{day:%Y%m%d}-{creator}-{product_id[-6:]}-{number}",
        creator_id=creator,
        product_id=product_id,
        product=product["name"],
        hook_angle=angle,
        product_truths=tuple(truths),
        proof=proof,
        call_to_action=call,
        do_not_say=tuple(_parts(product, "forbidden_words", language)),
        sent_on=day,
        why=why,
        unknown=_own_record(known.posts, creator, angle, product["name"], product_id),
        warnings=(*lacking, *_scripted(said), *_claimed(client, product, said)),
        language=language,
    )


def choose_angle(
    cells: pd.DataFrame, sent: pd.DataFrame, *, learn: bool = False
) -> tuple[str, str]:
    """The hook angle for a product's next brief, and the reason in a sentence.

    `cells` are the product's rows of `hooks.effects`, `sent` its briefs so far. A proven angle is
    used; where none is, the best guess; an angle proven worse never. To `learn`, the angle with
    the fewest briefs of those still open is tried.
    """
    firm = cells[cells["firm"].astype(bool)] if len(cells) else cells
    good = firm[firm["effect"] > 0].sort_values(["estimate", "hook_angle"], ascending=[False, True])
    bad = set(firm.loc[firm["effect"] < 0, "hook_angle"]) if len(firm) else set()
    tried = cells[cells["clicks"] > 0] if len(cells) else cells
    if len(good) and not learn:
        best = good.iloc[0]
        return best["hook_angle"], f"Proven for this product: {_rate(best)}."
    guess = tried[~tried["hook_angle"].isin(bad)] if len(tried) else tried
    guess = (
        good
        if len(good)
        else guess.sort_values(["estimate", "hook_angle"], ascending=[False, True])
    )
    if len(guess) and not learn:
        return guess["hook_angle"].iloc[0], f"Best guess, not proven: {_rate(guess.iloc[0])}."
    known = bad | set(guess["hook_angle"].head(1))
    times = Counter(sent["hook_angle"].dropna())
    still_open = [name for name in HOOK_ANGLES if name not in known]
    angle = min(still_open or HOOK_ANGLES, key=lambda name: times[name])
    briefs = words.count(times[angle], "brief") if times[angle] else "no brief"
    return angle, f"To learn: {briefs} of this product had this angle so far."


def _rate(cell: pd.Series) -> str:
    return (
        f"an estimated {words.percent(cell['estimate'], 2)} of clicks become orders "
        f"({words.percent_range(cell['ci_low'], cell['ci_high'], 2)}, "
        f"{words.count(cell['clicks'], 'click')})"
    )


def _own_record(
    posts: pd.DataFrame, creator: str, angle: str, product: str, product_id: str
) -> str:
    """What the creator's own posts with this angle and product say, or that nothing is known."""
    own = posts[
        (posts["creator_id"] == creator)
        & (posts["hook_angle"] == angle)
        & (posts["product_id"] == product_id)
    ]
    clicks = float(own["clicks"].fillna(0).sum())
    angle_name = angle.replace("_", " ")
    if not clicks:
        return f"How {creator} does with {angle_name} and {product} is not known yet."
    return (
        f"{creator} with {angle_name} and {product}, last four weeks: "
        f"{words.count(float(own['orders'].fillna(0).sum()), 'order')} from "
        f"{words.count(clicks, 'click')} on {words.count(len(own), 'post')}."
    )


def _language(client: Any, creator: str, product: pd.Series) -> tuple[str, tuple[str, ...]]:
    """The creator's language where all texts exist in it, else English and what is missing."""
    rows = client.creators
    told = language_of(rows.loc[rows["creator_id"] == creator, "language"].iloc[0])
    if told == ENGLISH:
        return ENGLISH, ()
    lacking = [] if told in languages() else [f"{told} in templates/brief/texts.toml"]
    columns = [f"{column}_{told}" for column in _PART_NAMES]
    lacking += [name for name in columns if not _texts(product.get(name))]
    if not lacking:
        return told, ()
    return ENGLISH, (f"{creator} writes {told}; in English for want of {words.listed(lacking)}.",)


def _claimed(client: Any, product: pd.Series, said: dict[str, str]) -> tuple[str, ...]:
    """Words of the brief that somebody should look at before it goes out."""
    forbidden = _texts(product["forbidden_words"])
    looked_for = claims.entries(client.config.category, forbidden, client.config.competitors)
    return tuple(
        f"Check this: the {part} says “{hit.found}” ({hit.about})."
        for part, text in said.items()
        for hit in claims.check(text, looked_for).itertuples()
    )


def _scripted(parts: dict[str, str]) -> tuple[str, ...]:
    return tuple(
        f"The {name} has {len(text.split())} words: direction, not a script."
        for name, text in parts.items()
        if len(text.split()) > SCRIPT_WORDS
    )


def _creator(client: Any, handle: str) -> str:
    name = handle.strip().lstrip("@").lower()
    if name not in set(client.creators["creator_id"]):
        raise ClientError(
            f"{client.name} knows no creator {name}. Add the handle to ledgers/creators.csv."
        )
    return name


def _product(client: Any, product_id: str, day: date) -> pd.Series:
    """The ledger's row of a product that holds on the day: the newest of those begun by then."""
    rows = client.products[client.products["product_id"] == product_id]
    if rows.empty:
        known = ", ".join(sorted(set(client.products["product_id"]))[:5]) or "none"
        raise ClientError(
            f"ledgers/products.csv has no product {product_id} (it has {known}). Fill it in once; "
            "the brief takes truths, proofs and forbidden_words from it."
        )
    begun = rows[rows["valid_from"].isna() | (rows["valid_from"] <= pd.Timestamp(day))]
    newest = (begun if len(begun) else rows).sort_values("valid_from", na_position="first")
    product = newest.iloc[-1].copy()
    product["name"] = product["name"] if isinstance(product["name"], str) else product_id
    return product


_PART_NAMES = {"truths": "product truth", "proofs": "proof", "forbidden_words": "what not to say"}


def _texts(value: Any) -> list[str]:
    """The texts of a `;` cell."""
    texts = [part.strip() for part in value.split(";")] if isinstance(value, str) else []
    return [text for text in texts if text]


def _parts(product: pd.Series, column: str, language: str = ENGLISH) -> list[str]:
    """The texts of a part in a language; an empty one refuses the brief."""
    column = column if language == ENGLISH else f"{column}_{language}"
    texts = _texts(product[column])
    if not texts:
        raise ClientError(
            f"No brief for {product['name']}: {_PART_NAMES[column]} is missing. Fill in "
            f"{column} of product {product['product_id']} in ledgers/products.csv."
        )
    return texts


def _angle(name: str) -> str:
    angle = name.strip().lower().replace(" ", "_").replace("-", "_")
    if angle not in HOOK_ANGLES:
        raise ClientError(f"{name} is no hook angle. Choose one of {', '.join(HOOK_ANGLES)}.")
    return angle


def _least_used(texts: tuple[str, ...], used: pd.Series) -> str:
    times = Counter(used.dropna())
    return min(texts, key=lambda text: times[text])


def _rested(texts: list[str], used: pd.Series) -> list[str]:
    """The texts, those this creator was given least often first."""
    times = Counter(part.strip() for cell in used.dropna() for part in str(cell).split(";"))
    return sorted(texts, key=lambda text: times[text])
