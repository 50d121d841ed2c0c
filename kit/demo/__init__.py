"""The sample client: genuine exports and ledgers of an invented program, with known truth.

Reading order: `story` and `cast` (what was planted, on whom), `posts`, `traffic`, `sales` and
`samples` (what happened), `states` and `windows` (what a download of a day shows), `lists`, `ads`,
`order_files`, `ledgers` (the files), `known` and `truth` (counted from the records by plain loops,
never by the kit's metrics).
"""

from __future__ import annotations

import difflib
import json
import shutil
import tomllib
from dataclasses import dataclass
from pathlib import Path

from kit.demo import ledgers, line, lists, order_files, sheets, states, truth
from kit.demo.cast import cast
from kit.demo.posts import Brief, Post, published
from kit.demo.sales import Order, sold
from kit.demo.samples import Sample, seeded
from kit.demo.story import PLANTS, SEED, Creator
from kit.demo.traffic import Flight, flown, watched
from kit.errors import ClientError


@dataclass
class World:
    """Everything that happened in the sample program, and what its operator wrote down."""

    seed: int
    without: str | None
    people: list[Creator]
    posts: list[Post]
    briefs: list[Brief]
    flights: list[Flight]
    orders: list[Order]
    samples: list[Sample]
    readings: list[sheets.Row]
    incidents: list[sheets.Row]


def make_demo(folder: Path, seed: int = SEED, without: str | None = None) -> None:
    """Write the sample client into `folder`: exports, ledgers, client.toml, truth.json.

    The same seed gives the same bytes. `without` names one of `story.PLANTS` and writes the same
    program with that cause taken away. Replaces an earlier demo's exports and ledgers; refuses,
    with a `ClientError`, a folder that holds anything but a demo client.
    """
    folder = Path(folder)
    _make_room(folder)
    world = make_world(seed, without)
    for download in states.downloads():
        drop = folder / "exports" / f"{download.at:%Y-%m-%d}"
        lists.write_lists(
            drop, download, seed, world.people, world.posts, world.orders, world.samples
        )
        order_files.write_orders(drop, download, seed, world.orders)
    ledgers.write_ledgers(
        folder,
        seed,
        world.people,
        world.posts,
        world.briefs,
        world.flights,
        world.samples,
        world.readings,
        world.incidents,
    )
    ledgers.write_client(folder)
    sheets.write_text(folder / "truth.json", _lines(truth.told(world)), ledgers.WRITTEN)


def make_world(seed: int = SEED, without: str | None = None) -> World:
    """The program itself, before any file: who posted, who clicked, who bought."""
    if without is not None and without not in PLANTS:
        near = difflib.get_close_matches(without, PLANTS, n=1)
        hint = f"Did you mean {near[0]}?" if near else f"It has {', '.join(PLANTS)}."
        raise ClientError(f"the sample client has no plant {without}. {hint}")
    people = cast(seed, without)
    posts, briefs = published(seed, people, without)
    watched(seed, posts, without)
    flights = flown(seed, posts)
    samples, sample_orders = seeded(seed, people, posts)
    orders = sold(seed, people, posts) + sample_orders
    orders.sort(key=lambda order: (order.created_at, order.order_id))
    incidents = ledgers.compliance(seed, posts, without)
    line.speak(posts, incidents)
    return World(
        seed,
        without,
        people,
        posts,
        briefs + ledgers.open_briefs(people, len(briefs) + 1),
        flights,
        orders,
        samples,
        ledgers.hook_readings(seed, posts),
        incidents,
    )


def _lines(told: dict) -> str:
    """JSON with one figure to a line, so that a change of one shows as one."""
    parts = []
    for name, value in told.items():
        if isinstance(value, list):
            rows = ",\n".join(json.dumps(row, ensure_ascii=False) for row in value)
            parts.append(f"{json.dumps(name)}: [\n{rows}\n]")
        else:
            parts.append(f"{json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _make_room(folder: Path) -> None:
    """Clear an earlier demo's files; never a real client's."""
    config = folder / "client.toml"
    if config.exists() and not tomllib.loads(config.read_text(encoding="utf-8")).get("demo"):
        raise ClientError(
            f"{folder} holds a real client: its client.toml does not say demo = true. "
            "Choose another folder for the sample client."
        )
    if not config.exists() and any((folder / name).exists() for name in ("exports", "ledgers")):
        raise ClientError(
            f"{folder} has exports or ledgers but no client.toml. "
            "Choose another folder for the sample client."
        )
    for name in ("exports", "ledgers"):
        shutil.rmtree(folder / name, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)


__all__ = ["PLANTS", "World", "make_demo", "make_world"]
