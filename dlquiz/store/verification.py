"""Verifying a database: SQLite's own checks, the append-only triggers, and the derived cards against a replay."""

import math
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from dlquiz.core.scheduling import CardState, Scheduler
from dlquiz.store import derived, schema
from dlquiz.store.database import StoreError, instead_of, sentences

_SHOWN = 3


def problems(connection: sqlite3.Connection, scheduler: Scheduler, path: Path) -> list[str]:
    """Return a sentence for each thing that is wrong; empty if the database is whole."""
    found: list[str] = []
    try:
        with sentences(path):
            found.extend(_damage(connection, path))
            found.extend(_missing_triggers(connection, path))
            found.extend(_differences(connection, scheduler, path))
    except StoreError as error:
        found.append(str(error))
    return found


def _damage(connection: sqlite3.Connection, path: Path) -> Iterator[str]:
    for (message,) in connection.execute(f"PRAGMA integrity_check({_SHOWN})"):
        if message != "ok":
            yield f"the database {path} is damaged ({message}); {instead_of(path)}"
    for row in connection.execute("PRAGMA foreign_key_check"):
        yield f"row {row[1]} of {row[0]} in {path} belongs to a review that is not there; {instead_of(path)}"


def _missing_triggers(connection: sqlite3.Connection, path: Path) -> Iterator[str]:
    there = {row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'")}
    for name in schema.TRIGGERS:
        if name not in there:
            yield f"the log in {path} has lost its protection {name}; {instead_of(path)}"


def _differences(connection: sqlite3.Connection, scheduler: Scheduler, path: Path) -> Iterator[str]:
    stored = derived.load(connection.execute("SELECT * FROM cards"))
    replayed = derived.replay(connection, scheduler)
    keys = stored.keys() | replayed.keys()
    wrong = sorted(key for key in keys if not _same(stored.get(key), replayed.get(key)))
    if wrong:
        names = ", ".join(wrong[:_SHOWN]) + (", …" if len(wrong) > _SHOWN else "")
        yield f"{len(wrong)} derived cards in {path} differ from the log ({names}); rebuild them: the log is whole"


def _same(one: CardState | None, other: CardState | None) -> bool:
    """Compare to 9 digits: the last bit of a power differs between machines, and a database may move."""
    if one is None or other is None:
        return one is other
    pairs = zip(one, other, strict=True)
    return all(
        math.isclose(a, b, rel_tol=1e-9) if isinstance(a, float) and isinstance(b, float) else a == b for a, b in pairs
    )
