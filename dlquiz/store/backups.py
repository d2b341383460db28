"""Backups: a whole copy before each session and migration, thinned out as they age.

A backup of `dlquiz.db` is `backups/dlquiz-20260302T101500000Z.db` beside it; the time is UTC, to the millisecond.
"""

import os
import re
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dlquiz.store.database import StoreError, backups_of

_RECENT_MS = 2 * 86_400_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PERIODS: tuple[tuple[int, Callable[[datetime], tuple[int, ...]]], ...] = (
    (12, lambda time: (time.toordinal(),)),
    (10, lambda time: tuple(time.isocalendar())[:2]),
    (9, lambda time: (time.year, time.month)),
)


def to_keep(times_ms: Iterable[int], now_ms: int) -> set[int]:
    """Return the backups to keep: all of the last 2 days, and the newest of 12 days, 10 weeks and 9 months.

    Days, weeks (ISO) and months are those of UTC, and only those that have a backup are counted: after a long pause
    nothing is thrown away for its age alone.

    >>> day = 86_400_000
    >>> kept = to_keep([n * day for n in range(100)], 100 * day)
    >>> sorted(ms // day for ms in kept)[:12]
    [30, 38, 45, 52, 58, 59, 66, 73, 80, 87, 88, 89]
    """
    times = sorted(set(times_ms), reverse=True)
    kept = {ms for ms in times if now_ms - ms <= _RECENT_MS}
    for count, period in _PERIODS:
        newest: dict[tuple[int, ...], int] = {}
        for ms in times:
            newest.setdefault(period(_time(ms)), ms)
        kept.update(list(newest.values())[:count])
    return kept


def existing(database: Path) -> dict[int, Path]:
    """Return the backups of a database by their time in ms, newest first."""
    return dict(sorted(_named(database, "").items(), reverse=True))


def make(connection: sqlite3.Connection, database: Path, now_ms: int) -> Path:
    """Copy the database into `backups/`, check the copy, and prune old ones; StoreError says why it can't.

    Nothing is pruned unless the copy is whole, so a damaged database never drives out its good backups.
    """
    target = backups_of(database) / f"{database.stem}-{_stamp(now_ms)}{database.suffix}"
    partial = target.with_name(f"{target.name}.{os.getpid()}.partial")
    try:
        target.parent.mkdir(exist_ok=True)
        _copy(connection, partial)
        os.replace(partial, target)
    except (OSError, sqlite3.Error) as error:
        with suppress(OSError):
            partial.unlink()
        raise StoreError(
            f"no backup was made in {target.parent} ({error}); the session goes on without one: check the folder, "
            "its free space and `dlquiz doctor`"
        ) from error
    try:
        _prune(database, now_ms)
    except OSError as error:
        raise StoreError(f"an old backup could not be removed ({error}); make it and its folder writable") from error
    return target


def _copy(connection: sqlite3.Connection, target: Path) -> None:
    with closing(sqlite3.connect(target, isolation_level=None)) as copy:
        connection.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")  # one file that needs no -wal beside it
        problem: str = copy.execute("PRAGMA quick_check(1)").fetchone()[0]
        if problem != "ok":
            raise sqlite3.DatabaseError(f"the database is damaged: {problem}")


def _prune(database: Path, now_ms: int) -> None:
    whole = existing(database)
    for ms in whole.keys() - to_keep(whole, now_ms):
        whole[ms].unlink(missing_ok=True)
    abandoned = _named(database, r"\.\d+\.partial")  # a session was killed while it made its backup
    for ms, path in abandoned.items():
        if now_ms - ms > _RECENT_MS:
            path.unlink(missing_ok=True)


def _named(database: Path, ending: str) -> dict[int, Path]:
    name = re.compile(rf"{re.escape(database.stem)}-(\d{{8}}T\d{{9}}Z){re.escape(database.suffix)}{ending}")
    matches = ((name.fullmatch(path.name), path) for path in backups_of(database).glob("*"))
    return {_ms(match[1]): path for match, path in matches if match}


def _time(ms: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=ms)


def _stamp(ms: int) -> str:
    return f"{_time(ms):%Y%m%dT%H%M%S}{ms % 1000:03d}Z"


def _ms(stamp: str) -> int:
    time = datetime.strptime(f"{stamp[:-4]}+0000", "%Y%m%dT%H%M%S%z")
    return (time - _EPOCH) // timedelta(milliseconds=1) + int(stamp[-4:-1])
