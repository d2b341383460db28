"""Bad situations: one sentence each, nothing lost; two programs at once; a program killed."""

import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from dlquiz.core.scheduling import Rating, Scheduler
from dlquiz.store import Locked, Review, Store, StoreError, database, schema

Make = Callable[..., Review]
Beside = Callable[..., subprocess.Popen[str]]
NOBODY = 65534


def refused(path: Path, now: int) -> str:
    with pytest.raises(StoreError) as caught:
        Store.open(path, Scheduler(), now)
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert str(path.parent) in sentence
    return sentence


def test_a_missing_folder_is_made(tmp_path: Path, now: int) -> None:
    path = tmp_path / "a" / "b" / "dlquiz.db"
    Store.open(path, Scheduler(), now).close()
    assert path.is_file()


def test_a_folder_is_no_database(tmp_path: Path, now: int) -> None:
    assert "is a folder; name a file in it" in refused(tmp_path, now)


def test_a_file_is_no_folder(tmp_path: Path, now: int) -> None:
    (tmp_path / "file").touch()
    assert "can't be used" in refused(tmp_path / "file" / "dlquiz.db", now)


@pytest.mark.parametrize("content", [b"dlquiz: 1\nbank: convolution\n" * 40, b"SQLite format 3\0" + b"\x07" * 4000])
def test_a_file_that_is_no_database_is_left_alone(path: Path, now: int, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    assert "is not a dlquiz database" in refused(path, now)
    assert path.read_bytes() == content


def test_another_programs_database_is_left_alone(path: Path, now: int) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
    content = path.read_bytes()
    assert "database of another program" in refused(path, now)
    assert path.read_bytes() == content


def test_a_newer_database_is_left_alone(path: Path, now: int) -> None:
    Store.open(path, Scheduler(), now).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {len(schema.MIGRATIONS) + 1}")
    content = path.read_bytes()
    assert "written by a newer dlquiz (format 2, this one reads up to 1); update dlquiz" in refused(path, now)
    assert path.read_bytes() == content
    assert not (path.parent / "backups").exists()


def test_a_truncated_database_is_said_to_be_damaged(path: Path, review: Make, now: int) -> None:
    with Store.open(path, Scheduler(), now) as store:
        for n in range(100):
            store.add_review(review(key=f"card-{n}"))
    os.truncate(path, 3 * 4096)
    said = refused(path, now)
    assert "is damaged; move it away" in said
    assert str(path.parent / "backups") in said


def test_an_old_sqlite_is_named(path: Path, now: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 26, 0))
    with pytest.raises(StoreError, match=r"dlquiz needs 3\.37"):
        Store.open(path, Scheduler(), now)


def test_a_full_disk_loses_nothing(path: Path, review: Make, now: int) -> None:
    with Store.open(path, Scheduler(), now) as store:
        pages = store._rows("PRAGMA page_count")[0][0]
        store._connection.execute(f"PRAGMA max_page_count = {pages + 4}")
        added = (store.add_review(review(key=f"card-{n}")) for n in range(1000))
        reported: list[int] = []
        with pytest.raises(StoreError, match=r"is full; free some space") as caught:
            reported.extend(added)
        stored = len(store.reviews())
        assert str(path) in str(caught.value)
        assert reported == list(range(1, stored + 1)) != []
        assert store.verify() == []
        store._connection.execute("PRAGMA max_page_count = 1000000")
        assert store.add_review(review(key="after")) == stored + 1
    with Store.open(path, Scheduler(), now) as store:
        assert len(store.reviews()) == len(store.cards()) == stored + 1


def test_how_long_a_lock_is_waited_for_can_be_shortened(path: Path, review: Make, now: int) -> None:
    with Store.open(path, Scheduler(), now) as store, closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        store.wait_at_most(20)
        begun = time.monotonic()
        with pytest.raises(Locked, match="is locked by another program"):
            store.add_review(review())
        assert time.monotonic() - begun < 1
        other.execute("ROLLBACK")
        assert store.add_review(review()) == 1


def test_a_locked_database_is_a_sentence_and_the_answer_can_be_given_again(path: Path, review: Make, now: int) -> None:
    with Store.open(path, Scheduler(), now, busy_ms=50) as store, closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        for write in (lambda: store.add_review(review()), lambda: store.undo(now), store.rebuild):
            with pytest.raises(StoreError, match="is locked by another program"):
                write()
        assert store.reviews() == []  # reading goes on
        other.execute("ROLLBACK")
        assert store.add_review(review()) == 1


def test_a_database_locked_as_a_whole_cannot_be_opened(path: Path, now: int) -> None:
    Store.open(path, Scheduler(), now).close()
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreError, match="is locked by another program"):
            Store.open(path, Scheduler(), now, busy_ms=50)


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder that another user may enter: root, who runs the tests in containers, can write everywhere."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    for path in [folder, *folder.rglob("*")]:
        path.chmod(stat.S_IRWXU)
    shutil.rmtree(folder)


OPEN = f"""
import os
if os.geteuid() == 0:
    os.setgroups([]), os.setgid({NOBODY}), os.setuid({NOBODY})
try:
    with Store.open(path, Scheduler(), NOON) as store:
        store.add_review(A_REVIEW)
        print("opened")
except DlquizError as error:
    print(error)
"""


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="file modes are POSIX")
@pytest.mark.parametrize(
    ("folder_mode", "file_mode", "name", "said"),
    [
        (0o555, None, "dlquiz.db", "the folder {} can't be written"),
        (0o555, None, "new/dlquiz.db", "can't be used (Permission denied)"),
        (0o700, None, "dlquiz.db", "opened"),
        (0o777, 0o444, "dlquiz.db", "dlquiz.db can't be written"),
        (0o555, 0o666, "dlquiz.db", "the folder {} can't be written"),
        (0o000, 0o666, "dlquiz.db", "can't be used (Permission denied)"),
    ],
)
def test_what_may_not_be_written_is_named(
    public: Path, beside: Beside, now: int, folder_mode: int, file_mode: int | None, name: str, said: str
) -> None:
    folder = public / "home"
    folder.mkdir()
    if file_mode is not None:
        Store.open(folder / name, Scheduler(), now).close()
        (folder / name).chmod(file_mode)
    if os.geteuid() == 0 and folder_mode == 0o700:
        os.chown(folder, NOBODY, NOBODY)
    folder.chmod(folder_mode)
    out, err = beside(OPEN, folder / name).communicate(timeout=30)
    assert said.format(folder) in out, err


def test_synchronous_is_full_whatever_the_default_is(path: Path, now: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some systems' SQLite starts with NORMAL, at which a power cut takes the last answers."""
    connect = sqlite3.connect

    def lazy(*args: object, **options: object) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*args, **options)  # type: ignore[call-overload]
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA foreign_keys = OFF")
        return connection

    monkeypatch.setattr(sqlite3, "connect", lazy)
    with Store.open(path, Scheduler(), now) as store:
        names = ("synchronous", "journal_mode", "foreign_keys", "busy_timeout")
        assert [store._rows(f"PRAGMA {name}")[0][0] for name in names] == [2, "wal", 1, 5000]


ADD_50 = """
with Store.open(path, Scheduler(), NOON, busy_ms=60_000) as store:
    for n in range(50):
        store.add_review(A_REVIEW._replace(key=f"card-{n % 7}", at_ms=NOON + n * 3_600_000))
    print(store.warnings)
"""


def test_two_programs_at_once_lose_nothing(path: Path, beside: Beside, now: int) -> None:
    both = [beside(ADD_50, path) for _ in range(2)]  # each may be the one that makes the database
    for process in both:
        _, err = process.communicate(timeout=60)
        assert process.returncode == 0, err
    with Store.open(path, Scheduler(), now) as store:
        assert len(store.reviews()) == 100
        assert store.verify() == []


@pytest.mark.parametrize("lock", ["BEGIN", "BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"])
def test_a_program_at_work_while_wal_begins_is_waited_for(path: Path, now: int, lock: str) -> None:
    """SQLite itself refuses the switch at once, whatever the busy timeout, while another program means to write."""
    Store.open(path, Scheduler(), now).close()
    with closing(sqlite3.connect(path, check_same_thread=False, isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode = DELETE")
        other.execute(lock)
        other.execute("SELECT * FROM reviews").fetchall()
        with pytest.raises(StoreError, match="is locked by another program"):
            Store.open(path, Scheduler(), now, busy_ms=50)
        timer = threading.Timer(0.2, lambda: other.execute("COMMIT"))
        timer.start()
        Store.open(path, Scheduler(), now).close()
        timer.join()


@pytest.mark.parametrize("after", range(5))
def test_a_database_being_made_by_another_program_is_ours(path: Path, now: int, after: int) -> None:
    """Another dlquiz makes the tables before the statement number `after` of the check."""
    statements: list[str] = []

    def make_in_between(statement: str) -> None:
        statements.append(statement)
        if len(statements) == after + 1:
            Store.open(path, Scheduler(), now, busy_ms=50).close()

    with closing(database.connect(path, 50)) as connection:
        connection.set_trace_callback(make_in_between)
        assert schema.version(connection, path) in (0, len(schema.MIGRATIONS))
    assert statements


ADD_FOR_EVER = """
with Store.open(path, Scheduler(), NOON) as store:
    while True:
        print(store.add_review(A_REVIEW), flush=True)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="POSIX")
@pytest.mark.parametrize("after", [1, 7, 40])
def test_a_killed_program_loses_nothing_it_had_reported(path: Path, beside: Beside, now: int, after: int) -> None:
    process = beside(ADD_FOR_EVER, path)
    assert process.stdout is not None
    reported = [int(process.stdout.readline()) for _ in range(after)]
    process.send_signal(signal.SIGKILL)
    process.wait()
    reported += [int(line) for line in process.stdout.read().split("\n")[:-1]]
    with Store.open(path, Scheduler(), now) as store:
        stored = [entry.id for entry in reversed(store.reviews())]
        assert stored[: len(reported)] == reported == list(range(1, len(reported) + 1))
        assert len(stored) <= len(reported) + 1  # one may have been committed and not yet reported
        assert store.verify() == []


HALF = """
class Stuck(Scheduler):
    def review(self, *args):
        print("half", flush=True)
        sys.stdin.readline()

with Store.open(path, Scheduler(), NOON) as store:
    print(store.add_review(A_REVIEW), flush=True)
    store._scheduler = Stuck()
    store.add_review(A_REVIEW)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="POSIX")
def test_a_program_killed_inside_a_transaction_leaves_no_half(path: Path, beside: Beside, now: int) -> None:
    process = beside(HALF, path)
    assert process.stdout is not None
    assert [process.stdout.readline() for _ in range(2)] == ["1\n", "half\n"]  # the row is in, its card is not
    process.send_signal(signal.SIGKILL)
    process.wait()
    with Store.open(path, Scheduler(), now) as store:
        assert [entry.id for entry in store.reviews()] == [1]
        assert store.verify() == []


def test_an_error_inside_a_transaction_leaves_no_half(
    store: Store, review: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Scheduler, "review", interrupted)
    with pytest.raises(KeyboardInterrupt):
        store.add_review(review())
    monkeypatch.undo()
    assert store.reviews() == []
    store.add_review(review(rating=Rating.GOOD))
    assert store.verify() == []
