"""dlquiz regrade: study with a bank, mend the bank, and see which verdicts would be others; nothing is changed."""

import hashlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from command_lines import Ended, Run

from dlquiz.cli import desk
from dlquiz.core.scheduling import Rating, Scheduler
from dlquiz.store import Entry, Store

BANK = """dlquiz: 1
bank: mine
topic: own
title: Mine
questions:
  - id: size
    kind: number
    prompt: "A kernel of 3 runs over {{n}} inputs, padded by 1. Outputs?"
    params: {n: {int: [16, 900]}}
    answer: {formula: n - 2, engine: {call: conv.output_size, with: {size: n, kernel_size: 3}}}
    misconceptions: [{id: one-side, formula: n - 1, says: "Both sides\\nare padded."}]
"""
MENDED = (
    BANK.replace("id: size\n", "id: size\n    rev: 2\n", 1)
    .replace("formula: n - 2", "formula: n", 1)
    .replace("kernel_size: 3}}", "kernel_size: 3, padding: 1}}", 1)
)


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    path = tmp_path / "mine.yaml"
    path.write_text(BANK)
    return path


@pytest.fixture
def answer(dlquiz: Run, bank: Path, home: Path) -> Callable[..., int]:
    """`answer(-2)`: answer the question by so much more than its n; return n. Options are further lines."""

    def one(more: int, *lines: str, before: str = "", seed: int = 1) -> int:
        options = ("--plain", "--bank", str(bank), "--seed", str(seed), "--ahead", "--count", "1")
        asked = dlquiz("study", *options, "--db", str(home / f"rehearsal-{seed}.db"), typed=":quit\n").out
        found = re.search(r"over (\d+) inputs", asked)
        assert found, asked
        typed = [before, str(int(found[1]) + more), *lines]
        dlquiz("study", *options, typed="".join(f"{line}\n" for line in typed if line))
        return int(found[1])

    return one


def log(home: Path) -> list[Entry]:
    with Store.open(home / "dlquiz.db", Scheduler(), 0, backup=False) as store:
        return store.reviews()


def regrade(dlquiz: Run, bank: Path, *more: str) -> Ended:
    return dlquiz("regrade", "--bank", str(bank), *more)


def test_an_unchanged_bank_changes_nothing(dlquiz: Run, bank: Path, answer: Callable[..., int]) -> None:
    answer(-2)
    ended = regrade(dlquiz, bank)
    assert (ended.code, ended.out) == (0, "")
    assert ended.err == "dlquiz: 1 review: 1 compared, 0 changed, 0 not compared\n"


def test_a_mended_bank_tells_which_verdicts_were_wrong(dlquiz: Run, bank: Path, answer: Callable[..., int]) -> None:
    n = answer(-2)
    other = answer(0, seed=2)
    answer(-7, seed=3)
    bank.write_text(MENDED)
    ended = regrade(dlquiz, bank)
    assert ended.code == 1
    heads = [line for line in ended.lines if not line.startswith(" ")]
    assert [re.sub(r"#\d+|20\S+ \d\d:\d\d\S+", "", line) for line in heads] == [
        f"mine/size@1 (n={other})    {other}  wrong → right",
        f"mine/size@1 (n={n})    {n - 2}  right → wrong",
    ]
    assert f"    {n}, not {n - 2}." in ended.lines
    assert "    the bank has revision 2; graded good; it would be again" in ended.lines
    assert ended.err == "dlquiz: 3 reviews: 3 compared, 2 changed, 0 not compared\n"
    assert "\x1b" not in ended.out


def test_json(dlquiz: Run, bank: Path, answer: Callable[..., int], home: Path) -> None:
    answer(-1)
    n = answer(0, seed=2)
    bank.write_text(MENDED)
    found = regrade(dlquiz, bank, "--json", "--lang", "zh").json
    assert (found["reviews"], found["compared"]) == (2, 2)
    assert set(found["not_compared"].values()) == {0}
    (changed,) = found["changed"]
    entry = log(home)[0]
    assert changed == {
        "instance": f"mine/size@1#{entry.review.seed}",
        "params": {"n": n},
        "rev_now": 2,
        "at_utc": changed["at_utc"],
        "answer": entry.review.answer,
        "was": "wrong",
        "is": "right",
        "reason": entry.review.answer,
        "misconceptions": [],
        "counts": True,
        "grade": 1,
        "grade_now": 3,
        "own_grade": None,
    }
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT[\d:.]+Z", changed["at_utc"])


def test_a_wrong_idea_is_told_on_one_line(dlquiz: Run, bank: Path, answer: Callable[..., int]) -> None:
    n = answer(-2)
    bank.write_text(MENDED.replace("formula: n - 1", "formula: n - 2"))
    assert f"    {n}, not {n - 2}. Both sides are padded." in regrade(dlquiz, bank).lines
    assert regrade(dlquiz, bank, "--json").json["changed"][0]["misconceptions"] == ["one-side"]


def test_the_learners_own_grade_stands(dlquiz: Run, bank: Path, answer: Callable[..., int], home: Path) -> None:
    answer(-2)
    with Store.open(home / "dlquiz.db", Scheduler(), 0, backup=False) as store:
        store.override(store.reviews()[0].id, Rating.HARD, 1)
    bank.write_text(MENDED)
    ended = regrade(dlquiz, bank)
    assert "    the bank has revision 2; your own grade stands: hard" in ended.lines
    assert regrade(dlquiz, bank, "--json").json["changed"][0]["own_grade"] == 2


@pytest.mark.parametrize("command", ["regrade", "due", "undo"])
def test_an_empty_file_is_not_made_a_database(dlquiz: Run, bank: Path, tmp_path: Path, command: str) -> None:
    empty = tmp_path / "zero.db"
    empty.touch()
    ended = dlquiz(command, "--db", str(empty))
    assert (ended.code, ended.out) == (2 if command == "undo" else 0, "")
    assert empty.read_bytes() == b""
    assert [path.name for path in tmp_path.glob("zero*")] == ["zero.db"]
    if command == "regrade":
        assert "there is no review of these banks" in ended.err
        missing = dlquiz("regrade", "--db", str(tmp_path / "none.db"))
        assert (missing.code, (tmp_path / "none.db").exists()) == (2, False)


def test_nothing_is_written(dlquiz: Run, bank: Path, answer: Callable[..., int], home: Path) -> None:
    answer(-2)
    bank.write_text(MENDED)
    before, digest = log(home), hashlib.sha256((home / "dlquiz.db").read_bytes()).hexdigest()
    backups = sorted((home / "backups").glob("*"))
    assert regrade(dlquiz, bank).code == 1
    assert log(home) == before
    assert hashlib.sha256((home / "dlquiz.db").read_bytes()).hexdigest() == digest
    assert sorted((home / "backups").glob("*")) == backups


def test_what_is_not_compared_is_told_apart(dlquiz: Run, bank: Path, answer: Callable[..., int]) -> None:
    answer(-2)
    answer(-2, seed=2)
    dlquiz("undo")
    whys = {
        MENDED.replace("{int: [16, 900]}", "{int: [1000, 2000]}"): "the question is not asked with these parameters",
        MENDED.replace("over {{n}} inputs", "over {{n}} numbers"): "the question is worded otherwise",
        MENDED.replace("id: size\n", "id: sizes\n"): "no bank at hand has the question",
        MENDED.replace("kind: number", "kind: nub"): "the question has an error",
        MENDED.replace("formula: n,", "formula: n + 5,"): "bank and engine disagree",
        MENDED.replace("conv.output_size", "no.such"): "there is no value",
    }
    for text, why in whys.items():
        bank.write_text(text)
        ended = regrade(dlquiz, bank)
        assert (ended.code, ended.out) == (0, ""), why
        assert "2 reviews: 0 compared, 0 changed, 2 not compared" in ended.err
        assert "not compared: 1, taken back\n" in ended.err
        assert f"not compared: 1, {why}" in ended.err
        assert ", such as mine/size@1#" in ended.err


def test_only_reviews_of_the_banks_that_are_named_are_looked_at(
    dlquiz: Run, bank: Path, answer: Callable[..., int], home: Path, tmp_path: Path
) -> None:
    answer(-2)
    other = tmp_path / "other.yaml"
    other.write_text(BANK.replace("bank: mine", "bank: other").replace("topic: own", "topic: others"))
    assert regrade(dlquiz, other).err == "dlquiz: there is no review of these banks; dlquiz study begins\n"
    assert "not compared: 1, no bank at hand has the question, such as mine/size@1#" in dlquiz("regrade").err
    (home / "banks").mkdir()
    (home / "banks" / "mine.yaml").write_text(MENDED)
    assert dlquiz("regrade").code == 1
    assert dlquiz("regrade", "own").code == 1
    (home / "banks" / "other.yaml").write_text(other.read_text())
    assert dlquiz("regrade", "others").code == 0
    lost = dlquiz("regrade", "owns")
    assert lost.code == 2
    assert "there is no question on 'owns'; did you mean 'own'?" in lost.err


def test_without_a_database(dlquiz: Run, home: Path, tmp_path: Path) -> None:
    ended = dlquiz("regrade")
    assert (ended.code, ended.out) == (0, "")
    assert "there is no review of these banks" in ended.err
    assert not (home / "dlquiz.db").exists()
    assert dlquiz("regrade", "--db", str(tmp_path / "none.db")).code == 2


def test_a_hostile_answer_stays_on_its_line(dlquiz: Run, bank: Path, answer: Callable[..., int], home: Path) -> None:
    """What was typed may hold what steers a terminal, once the grammar that read it is another one."""
    answer(-2)
    entry = log(home)[0]
    with Store.open(home / "dlquiz.db", Scheduler(), 0, backup=False) as store:
        store.add_review(entry.review._replace(answer=f"\x1b[2J{entry.review.answer}"))
        store.add_review(entry.review._replace(answer=f"\n{entry.review.answer}"))
    ended = regrade(dlquiz, bank)
    assert "\x1b" not in ended.out + ended.err
    assert "1, the answer cannot be read any more, such as mine/size@1#" in ended.err
    bank.write_text(MENDED)
    assert [line[:4] for line in regrade(dlquiz, bank).lines] == ["mine", "    ", "    "] * 2


def test_progress_is_for_terminals(
    dlquiz: Run, bank: Path, answer: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(-2)
    assert "checked" not in regrade(dlquiz, bank).err
    monkeypatch.setattr("dlquiz.cli.progress.is_terminal", lambda: True)
    monkeypatch.setenv("FORCE_COLOR", "1")
    ended = regrade(dlquiz, bank)
    assert re.search(r"checked .*1/1 reviews", re.sub(r"\x1b\[[\d;?]*[a-zA-Z]", "", ended.err))
    assert ended.out == ""


@pytest.mark.parametrize(
    ("jobs", "reviews", "started"), [("1", 5, 1), ("9", 1, 1), ("9", 2, 2), ("3", 5, 3), ("9", 5, 3)]
)
def test_as_many_engines_as_are_asked_for_and_worth_it(
    dlquiz: Run,
    bank: Path,
    answer: Callable[..., int],
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    jobs: str,
    reviews: int,
    started: int,
) -> None:
    monkeypatch.setattr("dlquiz.cli.regrade._WORTH_AN_ENGINE", 2)
    made: list[object] = []
    worker = desk.Worker
    n = answer(-2)
    with Store.open(home / "dlquiz.db", Scheduler(), 0, backup=False) as store:
        for more in range(1, reviews):
            store.add_review(store.reviews()[0].review._replace(answer=str(n - more)))
    bank.write_text(MENDED)
    monkeypatch.setattr(desk, "Worker", lambda *given: made.append(given) or worker(*given))
    found = regrade(dlquiz, bank, "--jobs", jobs, "--json").json
    assert len(made) == started
    assert (found["reviews"], found["compared"]) == (reviews, reviews)


def test_an_engine_that_does_not_start_is_told_as_check_tells_it(
    dlquiz: Run, use_engine: Callable[..., None], bank: Path, answer: Callable[..., int]
) -> None:
    answer(-2)
    use_engine([sys.executable, "-c", "raise SystemExit(3)"])
    ended = regrade(dlquiz, bank)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err == dlquiz("check", "--no-cache", str(bank)).err
    assert ended.err.startswith("dlquiz: the engine could not start")


@pytest.mark.skipif(os.name == "nt", reason="there are no such terminals")
def test_an_interruption_ends_quietly_while_the_engine_runs(
    process: Callable[..., "subprocess.Popen[bytes]"], bank: Path, answer: Callable[..., int]
) -> None:
    """The call would go on for ten seconds, and the bar is taken away."""
    answer(-2)
    call = "{call: conv.output_size, with: {size: n, kernel_size: 3}}"
    bank.write_text(BANK.replace(call, "{call: trouble.hang, with: {}}"))
    mine, theirs = os.openpty()
    child = process(
        *("regrade", "--bank", str(bank)),
        stderr=theirs,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    os.close(theirs)
    told = b""
    while b"checked" not in told:
        told += os.read(mine, 4096)
    child.send_signal(signal.SIGINT)
    begun = time.monotonic()
    out, _ = child.communicate(timeout=30)
    assert (child.returncode, out) == (130, b"")
    assert time.monotonic() - begun < 8
    assert b"Traceback" not in told + os.read(mine, 65536)
    os.close(mine)
