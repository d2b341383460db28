"""The store: an append-only log of reviews in SQLite, and what is derived from it."""

from dlquiz.core.remembering import Review
from dlquiz.store.database import Locked, StoreError
from dlquiz.store.records import Entry
from dlquiz.store.store import Counts, Store

__all__ = ["Counts", "Entry", "Locked", "Review", "Store", "StoreError"]
