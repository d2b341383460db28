"""Opening the database: checks, settings, transactions, and a sentence for each thing SQLite can refuse."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dlquiz.errors import DlquizError

_OLDEST_SQLITE = (3, 37, 0)  # STRICT tables
_WAL_TRIES = 100
_LOCKED = "the database {path} is locked by another program; close that program, or wait, and try again"
_CLOSED = "the database {path} can't be opened and written; make it and its folder writable, or name another with --db"
_SENTENCES = {
    "SQLITE_BUSY": _LOCKED,
    "SQLITE_LOCKED": _LOCKED,
    "SQLITE_FULL": "the disk that holds {path} is full; free some space and try again: what was stored is still there",
    "SQLITE_READONLY": _CLOSED,
    "SQLITE_CANTOPEN": _CLOSED,
    "SQLITE_NOTADB": "{path} is not a dlquiz database; name another file with --db, or {instead}",
    "SQLITE_CORRUPT": "the database {path} is damaged; {instead}",
    "SQLITE_IOERR": "the disk that holds {path} failed ({error}); check the disk and its free space, and try again",
    "SQLITE_CONSTRAINT": "the database {path} refused a row ({error}); nothing was stored: please report this",
}


def backups_of(database: Path) -> Path:
    """Return the folder that holds the backups of a database."""
    return database.parent / "backups"


def instead_of(database: Path) -> str:
    """Return what to do about a database that cannot be used any more."""
    newest = f"the newest good one of {backups_of(database)}"
    return f"move it away, with its -wal and -shm files, and put {newest} in its place"


class StoreError(DlquizError):
    """The database can't do what was asked; nothing that was stored is lost."""


class Locked(StoreError):  # noqa: N818 - the name says it
    """Another program held its lock for too long; the same call may succeed later."""


@contextmanager
def sentences(path: Path) -> Iterator[None]:
    """Turn what SQLite raises inside the block into a StoreError that says what, where and what to do."""
    try:
        yield
    except sqlite3.Error as error:
        name = getattr(error, "sqlite_errorname", "")
        sentence = next((text for start, text in _SENTENCES.items() if name.startswith(start)), None)
        sentence = sentence or "the database {path} can't be used ({error}); please report this"
        kind = Locked if sentence is _LOCKED else StoreError
        raise kind(sentence.format(path=path, error=error, instead=instead_of(path))) from error
    except OverflowError as error:
        raise StoreError(
            f"a number is too large for the database {path}; whole numbers go up to 9223372036854775807"
        ) from error


def connect(path: Path, busy_ms: int) -> sqlite3.Connection:
    """Open ``path``, made if missing with its folder, and wait up to ``busy_ms`` for other programs' locks."""
    _check_path(path)
    with sentences(path):
        connection = sqlite3.connect(path, timeout=busy_ms / 1000, isolation_level=None)
        connection.row_factory = sqlite3.Row
        return connection


def configure(connection: sqlite3.Connection) -> None:
    """Set what must hold on every connection: a commit returns only when its log is on the disk."""
    _use_wal(connection)
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA fullfsync = ON")  # macOS: a plain fsync there stops at the drive's cache
    connection.execute("PRAGMA foreign_keys = ON")


def _use_wal(connection: sqlite3.Connection) -> None:
    """Switch to WAL; where two programs make a database at once, SQLite refuses one of them without waiting."""
    for _ in range(_WAL_TRIES):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
        connection.execute("BEGIN IMMEDIATE")  # this waits until the others are done, or says that it can't
        connection.execute("ROLLBACK")
    connection.execute("PRAGMA journal_mode = WAL")


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Run the block with the write lock held: all of it is committed, or none."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # after a full disk SQLite has rolled back by itself
            connection.execute("ROLLBACK")
        raise


def _check_path(path: Path) -> None:
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        raise StoreError(
            f"this Python comes with SQLite {sqlite3.sqlite_version}, and dlquiz needs 3.37; install a newer Python"
        )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        is_folder, exists = path.is_dir(), path.exists()
    except OSError as error:
        raise StoreError(
            f"the folder {path.parent} can't be used ({error.strerror}); name another place with --db or DLQUIZ_HOME"
        ) from error
    if is_folder:
        raise StoreError(f"{path} is a folder; name a file in it with --db, such as {path / 'dlquiz.db'}")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise StoreError(
            f"the folder {path.parent} can't be written; make it writable, or name another with --db or DLQUIZ_HOME"
        )
    if exists and not os.access(path, os.R_OK | os.W_OK):
        raise StoreError(f"the file {path} can't be written; make it writable, or name another with --db")
