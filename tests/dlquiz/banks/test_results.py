"""Results that are kept: a question is run again when anything changed that a check rests on, and not otherwise."""

import json
import os
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import pytest
from fakes import FUNCTIONS, FakeOracle

from dlquiz.banks.check import Report, check
from dlquiz.banks.library import Library
from dlquiz.banks.proving.executed import Executed
from dlquiz.banks.proving.results import KeptResults
from dlquiz.core.oracle import Call, Failed, Outcome, Ran
from dlquiz.worker.here import run_here

GOOD = Path(__file__).with_name("good.yaml")
WRONG = Path(__file__).with_name("gallery") / "misconception-right-at-stride-one.yaml"


def checked(bank: Path, folder: Path, state: str = "one", oracle: FakeOracle | None = None) -> Report:
    library = Library.load([bank])
    results = KeptResults(folder, state)
    return check(library.questions, oracle or FakeOracle(), complaints=library.complaints, results=results)


@pytest.mark.parametrize("bank", [GOOD, WRONG], ids=["sound", "wrong"])
def test_a_second_check_runs_nothing_and_finds_the_same(bank: Path, tmp_path: Path) -> None:
    first, oracle = checked(bank, tmp_path), FakeOracle()
    second = checked(bank, tmp_path, oracle=oracle)
    assert oracle.calls == []
    assert second.kept == len(first.questions) > first.kept == 0
    assert (second.questions, second.complaints) == (first.questions, first.complaints)
    assert {**second.to_json(), "calls": 0, "kept": 0} == {**first.to_json(), "calls": 0, "kept": 0}


def test_another_state_is_another_check(tmp_path: Path) -> None:
    checked(GOOD, tmp_path)
    assert checked(GOOD, tmp_path, state="another").kept == 0


def test_only_what_changed_is_run_again_and_lines_may_move(tmp_path: Path) -> None:
    bank = tmp_path / "bank.yaml"
    text = WRONG.read_text(encoding="utf-8")
    bank.write_text(text, encoding="utf-8")
    first = checked(bank, tmp_path / "kept")
    bank.write_text(text.replace("questions:", "# moved\n\nquestions:"), encoding="utf-8")
    moved = checked(bank, tmp_path / "kept")
    assert moved.kept == 1
    assert [one.line for one in moved.complaints] == [one.line + 2 for one in first.complaints]
    bank.write_text(text.replace("[16, 64]", "[16, 65]"), encoding="utf-8")
    assert checked(bank, tmp_path / "kept").kept == 0


def test_a_question_whose_parts_move_inside_it_is_run_again(tmp_path: Path) -> None:
    bank = tmp_path / "bank.yaml"
    text = WRONG.read_text(encoding="utf-8")
    bank.write_text(text, encoding="utf-8")
    checked(bank, tmp_path / "kept")
    bank.write_text(text.replace("    misconceptions", "\n    misconceptions"), encoding="utf-8")
    again = checked(bank, tmp_path / "kept")
    assert again.kept == 0
    assert again.complaints[0].line == 15


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"checked": []}', "\udcff"], ids=range(5))
def test_a_damaged_result_is_as_good_as_none(tmp_path: Path, damage: str) -> None:
    first = checked(GOOD, tmp_path)
    for file in tmp_path.iterdir():
        file.write_bytes(damage.encode("utf-8", "surrogateescape"))
    again = checked(GOOD, tmp_path)
    assert again.kept == 0
    assert again.questions == first.questions


def test_a_folder_that_cannot_be_written_costs_time_only(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert checked(GOOD, tmp_path / "file").proved == 5


class Dying(FakeOracle):
    """An engine that dies at one call."""

    def run(self, call: Call) -> Outcome:
        if call.arguments == {"x": 1}:
            return Failed(call, "died", "the engine process was ended by SIGKILL")
        return super().run(call)


def test_what_failed_by_chance_is_not_kept(tmp_path: Path) -> None:
    checked(GOOD, tmp_path, oracle=Dying())
    kept = {json.loads(file.read_text())["checked"][0] for file in tmp_path.iterdir()}
    assert "small/sigmoid" not in kept
    assert len(kept) == 4


def test_the_oldest_results_make_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dlquiz.banks.proving.results.MOST", 2)
    checked(GOOD, tmp_path)
    oldest = sorted(tmp_path.iterdir())[:3]
    for file in oldest:
        os.utime(file, (1, 1))
    KeptResults(tmp_path, "one").tidy()
    assert len(list(tmp_path.iterdir())) == 2
    assert not any(file.exists() for file in oldest)


def test_several_examinations_at_once_find_the_same() -> None:
    library = Library.load([GOOD, WRONG])
    oracle = FakeOracle()
    one, several = check(library.questions, FakeOracle()), check(library.questions, oracle, jobs=4)
    assert (several.questions, several.complaints, several.calls) == (one.questions, one.complaints, one.calls)
    names = [str(call) for call in oracle.calls]
    assert len(names) == len(set(names))


def test_an_error_of_the_oracle_ends_the_check() -> None:
    class Broken:
        def submit(self, calls: Sequence[Call], *, evidence: bool = False) -> Future[Sequence[Outcome]]:
            raise RuntimeError("no engine")

    with pytest.raises(RuntimeError, match="no engine"):
        check(Library.load([GOOD]).questions, Broken(), jobs=3)


def test_work_goes_through_any_executor() -> None:
    """A pool of processes, each with an engine of its own, as a cluster would have them."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        oracle = Executed(pool, partial(run_here, "cpu"))
        call = Call("conv.output_size", {"size": 8, "kernel_size": 3})
        (ran,) = oracle.submit([call]).result()
    assert isinstance(ran, Ran)
    assert ran.value == 6


def test_the_fake_has_what_the_banks_call() -> None:
    assert {"conv.output_size", "linear.output_shape"} <= FUNCTIONS.keys()
