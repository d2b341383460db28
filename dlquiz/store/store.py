"""The store: an append-only log of reviews in SQLite, and the cards derived from it."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from dlquiz.core.remembering import Review
from dlquiz.core.scheduling import CardState, Rating, Scheduler, StudyClock, new_card
from dlquiz.store import backups, derived, schema
from dlquiz.store.database import StoreError, configure, connect, sentences, transaction
from dlquiz.store.records import COLUMNS, Entry, entry_from, to_row
from dlquiz.store.verification import problems

_ADD = f"INSERT INTO reviews ({', '.join(COLUMNS)}) VALUES ({', '.join(':' + name for name in COLUMNS)})"


class Counts(NamedTuple):
    """How many reviewed cards are due, and how many reviews were done this study day."""

    due: int
    done: int


class Store:
    """One open database; use it from one thread, and close it, or use it in a ``with`` block.

    Whatever goes wrong is a StoreError with one sentence. ``warnings`` holds sentences about things that did not stop
    the session, such as a backup that could not be made.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path, scheduler: Scheduler, busy_ms: int) -> None:
        self.path = path
        self._busy_ms = busy_ms
        self.warnings: list[str] = []
        self._connection = connection
        self._scheduler = scheduler

    @classmethod
    def open(cls, path: Path, scheduler: Scheduler, now_ms: int, backup: bool = True, *, busy_ms: int = 5_000) -> Self:
        """Open or make the database: back it up, bring its tables up to date, and derive the cards where needed.

        ``busy_ms`` is how long to wait for another program's lock. A migration makes a backup even without ``backup``.
        """
        store = cls(connect(path, busy_ms), path, scheduler, busy_ms)
        try:
            with sentences(path):
                store._prepare(now_ms, backup)
        except BaseException:
            store.close()
            raise
        return store

    def wait_at_most(self, busy_ms: int) -> None:
        """From here on wait no longer than this for another program's lock; backups keep the time given to ``open``."""
        with sentences(self.path):
            self._connection.execute(f"PRAGMA busy_timeout = {busy_ms:d}")

    def close(self) -> None:
        """Close the database; a second call does nothing."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def add_review(self, review: Review) -> int:
        """Add a review to the log and derive its card in one transaction; return its number once it is on the disk."""
        with self._writing():
            number = self._connection.execute(_ADD, to_row(review)).lastrowid
            derived.update(self._connection, self._scheduler, review.key)
        assert number is not None
        return number

    def override(self, review_id: int, rating: Rating, at_ms: int) -> CardState:
        """Give a review another rating, by a further row; return its card."""
        with self._writing():
            entry = self._entry(review_id)
            if entry.undone:
                raise StoreError(f"review {review_id} of {entry.review.key} was undone; grade a later one")
            row = (review_id, int(rating), at_ms)
            self._connection.execute("INSERT INTO overrides (review_id, rating, at_ms) VALUES (?, ?, ?)", row)
            return derived.update(self._connection, self._scheduler, entry.review.key)

    def undo(self, at_ms: int, review_id: int | None = None) -> Entry | None:
        """Undo a review, by a further row, and return it; without an id the newest that is not undone.

        None if there is none of those. A review that was undone before is returned, and gets no second row.
        """
        with self._writing():
            number = self._newest() if review_id is None else review_id
            if number is None:
                return None
            entry = self._entry(number)
            if entry.undone:
                return entry
            self._connection.execute("INSERT INTO undos (review_id, at_ms) VALUES (?, ?)", (number, at_ms))
            derived.update(self._connection, self._scheduler, entry.review.key)
            return entry._replace(undone=True)

    def card(self, key: str) -> CardState:
        """Return a card's state; a card without a review that counts is new."""
        return derived.load(self._rows("SELECT * FROM cards WHERE key = ?", key)).get(key) or new_card(key)

    def cards(self) -> dict[str, CardState]:
        """Return all cards that have a review that counts."""
        return derived.load(self._rows("SELECT * FROM cards"))

    def reviews(self, key: str | None = None, limit: int | None = None) -> list[Entry]:
        """Return the log, undone reviews included, newest first; of one card, and at most ``limit``, if given."""
        where, values = _of(key)
        query = f"SELECT * FROM entries WHERE {where} ORDER BY id DESC LIMIT ?"
        return [entry_from(row) for row in self._rows(query, *values, -1 if limit is None else limit)]

    def misconception_counts(self, key: str | None = None) -> Counter[str]:
        """Return how often each misconception was seen in reviews not undone, practice included."""
        where, values = _of(key)
        query = f"SELECT misconceptions FROM entries WHERE {where} AND misconceptions <> '[]' AND NOT undone"
        return Counter(name for row in self._rows(query, *values) for name in json.loads(row[0]))

    def recent_params(self, key: str, n: int = 5) -> list[str]:
        """Return the parameters of the last ``n`` instances shown of a card, newest first, undone and practice too."""
        return [
            row[0] for row in self._rows("SELECT params FROM reviews WHERE key = ? ORDER BY id DESC LIMIT ?", key, n)
        ]

    def counts(self, now_ms: int, clock: StudyClock) -> Counts:
        """Return what is due at ``now_ms`` and what was done, and counts, since the study day began."""
        (due,) = self._rows("SELECT count(*) FROM cards WHERE due_ms <= ?", now_ms)
        start = clock.day_start(clock.study_day(now_ms))
        (done,) = self._rows("SELECT count(*) FROM entries WHERE counts AND NOT undone AND at_ms >= ?", start)
        return Counts(due[0], done[0])

    def replay(self) -> dict[str, CardState]:
        """Return all cards computed from the log alone; equal to ``cards()`` unless something is wrong."""
        with sentences(self.path):
            return derived.replay(self._connection, self._scheduler)

    def rebuild(self) -> None:
        """Throw the derived cards away and compute them anew from the log."""
        with sentences(self.path), transaction(self._connection):
            derived.rebuild(self._connection, self._scheduler)

    def verify(self) -> list[str]:
        """Return what is wrong with the database, a sentence each; empty if nothing is."""
        return problems(self._connection, self._scheduler, self.path)

    def back_up(self, now_ms: int) -> str | None:
        """Make a backup over a connection of its own, so any thread may call this; return a sentence if it failed.

        A session that has been painted before its backup calls this; ``open`` makes one on the way otherwise.
        """
        try:
            with closing(connect(self.path, self._busy_ms)) as connection:
                backups.make(connection, self.path, now_ms)
        except StoreError as error:
            return str(error)
        return None

    def _prepare(self, now_ms: int, backup: bool) -> None:
        version = schema.version(self._connection, self.path)
        configure(self._connection)
        if version and (backup or version < len(schema.MIGRATIONS)):
            failed = self.back_up(now_ms)
            self.warnings += [failed] if failed else []
        schema.migrate(self._connection, self.path)
        if not derived.is_current(self._connection, self._scheduler):
            self.rebuild()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with sentences(self.path), transaction(self._connection):
            if not derived.is_current(self._connection, self._scheduler):  # another dlquiz with other settings
                derived.rebuild(self._connection, self._scheduler)
            yield

    def _newest(self) -> int | None:
        newest = self._connection.execute("SELECT id FROM entries WHERE NOT undone ORDER BY id DESC LIMIT 1").fetchone()
        return None if newest is None else int(newest["id"])

    def _entry(self, review_id: int) -> Entry:
        row = self._connection.execute("SELECT * FROM entries WHERE id = ?", (review_id,)).fetchone()
        if row is None:
            raise StoreError(f"there is no review {review_id} in {self.path}; name one that is stored")
        return entry_from(row)

    def _rows(self, query: str, *values: str | int | None) -> list[sqlite3.Row]:
        with sentences(self.path):
            return self._connection.execute(query, values).fetchall()


def _of(key: str | None) -> tuple[str, tuple[str, ...]]:
    """Return a condition, and its values, for the reviews of one card or of all."""
    return ("TRUE", ()) if key is None else ("key = ?", (key,))
