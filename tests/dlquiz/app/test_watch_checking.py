"""One check after the other in a thread: read, then proved; only what changed runs, and the next save gives it up."""

import json
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from watch_bench import BANK, WRONG_FORMULA, Bench

from dlquiz.app.watching import checking
from dlquiz.app.watching.checking import Checking, Progress, Read, Stopped, Told
from dlquiz.app.watching.outline import outline
from dlquiz.banks.check import Report
from dlquiz.banks.proving.results import KeptResults
from dlquiz.core.oracle import Call


class Listener:
    """Hears what checks tell."""

    def __init__(self, bench: Bench) -> None:
        self.heard: list[tuple[int, Told]] = []
        self.hears = True
        self._news = threading.Condition()
        self.checking = Checking(bench.sources, self._hear)

    def _hear(self, number: int, told: Told) -> None:
        with self._news:
            self.heard.append((number, told))
            self._news.notify_all()
        if isinstance(told, Progress) and self.hears:
            self.checking.heard()

    def wait(self, what: type, number: int | None = None) -> Told:
        """Return the first such thing that a check told, of the newest check if none is named."""
        wanted = self.checking.number if number is None else number
        end = time.monotonic() + 10
        with self._news:
            while time.monotonic() < end:
                for which, told in self.heard:
                    if which == wanted and isinstance(told, what):
                        return told
                self._news.wait(0.1)
        raise AssertionError(self.heard)

    def check(self) -> Report:
        self.checking.begin()
        report = self.wait(Report)
        assert isinstance(report, Report)
        return report


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def functions(calls: list[Call]) -> set[str]:
    return {call.function for call in calls}


def test_a_bank_is_read_then_proved(bench: Bench) -> None:
    listener = Listener(bench)
    report = listener.check()
    assert report.proved == 3
    first = listener.heard[0][1]
    assert isinstance(first, Read)
    assert (first.sections, first.complaints) == (tuple(outline(BANK)), ())
    assert first.bank is not None
    assert [question.id for question in first.bank.questions] == ["output-size", "weights", "which-size"]


def test_an_error_is_found_with_its_line(bench: Bench) -> None:
    bench.save(WRONG_FORMULA)
    (complaint,) = Listener(bench).check().complaints
    assert (complaint.line, complaint.code) == (15, "DQ401")


def test_no_call_runs_twice_however_often_it_is_saved(bench: Bench) -> None:
    listener = Listener(bench)
    listener.check()
    first = len(bench.worker.calls)
    names = [(call.function, json.dumps(call.arguments, sort_keys=True)) for call in bench.worker.calls]
    assert len(set(names)) == first > 0
    bench.save(WRONG_FORMULA.replace("Output height?", "Which height?"))
    assert listener.check().complaints
    assert len(bench.worker.calls) == first


def test_only_the_question_that_changed_runs_where_results_are_kept(bench: Bench, tmp_path: Path) -> None:
    bench.results = lambda: KeptResults(tmp_path / "checks", "state")
    listener = Listener(bench)
    assert listener.check().kept == 0
    bench.save(BANK.replace("[2, 4, 8]", "[2, 4, 16]"))
    before = len(bench.worker.calls)
    assert listener.check().kept == 2
    assert functions(bench.worker.calls[before:]) == {"attention.num_params"}
    another = Listener(bench)
    before = len(bench.worker.calls)
    assert another.check().kept == 3
    assert len(bench.worker.calls) == before


def test_the_next_save_gives_a_check_up_and_its_word_is_not_heard(bench: Bench) -> None:
    listener = Listener(bench)
    bench.worker.fake.hangs = 1000
    listener.checking.begin()
    listener.wait(Read)
    wait_until(lambda: bool(bench.worker.fake.held))
    bench.worker.fake.hangs = 0
    listener.checking.begin()
    report = listener.wait(Report)
    assert isinstance(report, Report)
    assert report.proved == 3
    bench.worker.fake.release()
    time.sleep(0.2)
    assert [type(told) for number, told in listener.heard if number == 1] == [Read]
    assert threads("check") == 0, "a check that was given up has ended"


def test_given_up_at_the_end_nothing_is_left_behind(bench: Bench) -> None:
    listener = Listener(bench)
    bench.worker.fake.hangs = 1000
    listener.checking.begin()
    wait_until(lambda: bool(bench.worker.fake.held))
    listener.checking.give_up()
    wait_until(lambda: threads("check") == 0)


def test_progress_brings_what_was_found_so_far(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "_TOLD_EVERY_S", 0.0)
    listener = Listener(bench)
    listener.check()
    told = [one for _, one in listener.heard if isinstance(one, Progress)]
    assert [(one.done, one.of) for one in told] == [(1, 3), (2, 3), (3, 3)]
    assert [found.checked.key for one in told for found in one.found] == [
        "mine/output-size",
        "mine/weights",
        "mine/which-size",
    ]


def test_progress_does_not_queue(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "_TOLD_EVERY_S", 0.0)
    listener = Listener(bench)
    listener.hears = False
    for _ in range(2):
        listener.heard.clear()
        listener.check()
        told = [one for _, one in listener.heard if isinstance(one, Progress)]
        assert [(one.done, one.of) for one in told] == [(1, 3)], "another check is told of anew"


def test_a_bank_with_the_name_of_another_is_proved_all_the_same(bench: Bench) -> None:
    bench.save(BANK.replace("bank: mine", "bank: convolution"))
    bench.home = bench.file.parent / "home"
    report = Listener(bench).check()
    assert [complaint.code for complaint in report.complaints] == ["DQ207"]
    assert report.proved == 3


def test_a_file_that_is_gone_is_a_complaint(bench: Bench) -> None:
    bench.file.unlink()
    listener = Listener(bench)
    (complaint,) = listener.check().complaints
    assert (complaint.code, complaint.line) == ("DQ101", 1)
    read = listener.wait(Read)
    assert isinstance(read, Read)
    assert (read.sections, read.bank) == ((), None)


def test_a_file_over_1_mb_is_a_complaint(bench: Bench) -> None:
    bench.save(BANK + "#" * 1_000_000)
    (complaint,) = Listener(bench).check().complaints
    assert complaint.code == "DQ102"


def test_an_engine_that_cannot_start_is_told_after_the_bank_was_read(bench: Bench) -> None:
    bench.worker.fake.missing = "the engine could not start: no torch; run dlquiz doctor"
    listener = Listener(bench)
    listener.checking.begin()
    assert listener.wait(Stopped) == Stopped("the engine could not start: no torch; run dlquiz doctor")
    assert isinstance(listener.heard[0][1], Read)
    bench.worker.fake.missing = ""
    assert listener.check().proved == 3


def test_a_broken_record_is_told(bench: Bench) -> None:
    (bench.file.parent / "revisions.json").write_text("[", encoding="utf-8")
    listener = Listener(bench)
    listener.checking.begin()
    stopped = listener.wait(Stopped)
    assert isinstance(stopped, Stopped)
    assert "revisions.json cannot be read" in stopped.sentence


def test_a_mistake_of_ours_ends_one_check_with_a_sentence(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(*_: object, **__: object) -> Report:
        raise ZeroDivisionError

    listener = Listener(bench)
    with monkeypatch.context() as patched:
        patched.setattr(checking, "check", stumble)
        listener.checking.begin()
        stopped = listener.wait(Stopped)
    assert isinstance(stopped, Stopped)
    assert "for a mistake in dlquiz (ZeroDivisionError, " in stopped.sentence
    assert listener.check().proved == 3


def threads(name: str) -> int:
    return sum(thread.name == name for thread in threading.enumerate())


def wait_until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 5
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)
