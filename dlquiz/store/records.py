"""What the log holds, as values: a review as it is given to the store, and an entry as it comes back."""

import json
import sqlite3
from typing import NamedTuple

from dlquiz.core.remembering import Review
from dlquiz.core.scheduling import Rating


class Entry(NamedTuple):
    """A review in the log: its number, its rating after overrides, and whether it was undone."""

    id: int
    review: Review
    rating: Rating
    undone: bool


COLUMNS = Review._fields


def to_row(review: Review) -> dict[str, str | int | float]:
    """Return the review's columns.

    Bytes that are not UTF-8 reach Python as lone surrogates, which SQLite can't hold: they are kept as ``\\udcff``.
    """
    row = {name: getattr(review, name) for name in COLUMNS}
    row |= {"misconceptions": json.dumps(review.misconceptions), "rating": int(review.rating), "counts": review.counts}
    return {name: _storable(value) if isinstance(value, str) else value for name, value in row.items()}


def review_from(row: sqlite3.Row) -> Review:
    """Return the review of a row of `reviews` or `entries`."""
    values = {name: row[name] for name in COLUMNS}
    decoded = {
        "misconceptions": tuple(json.loads(row["misconceptions"])),
        "rating": Rating(row["rating"]),
        "counts": bool(row["counts"]),
    }
    return Review._make((values | decoded)[name] for name in COLUMNS)


def entry_from(row: sqlite3.Row) -> Entry:
    """Return the entry of a row of `entries`."""
    return Entry(row["id"], review_from(row), Rating(row["final_rating"]), bool(row["undone"]))


def _storable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
