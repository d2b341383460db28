"""A sound bank passes, each call runs once, and the fake oracle is quick."""

import time
from pathlib import Path

import pytest
from fakes import FakeOracle

from dlquiz.banks.check import check
from dlquiz.banks.library import Library
from dlquiz.banks.reading import read_bank
from dlquiz.core.verdicts import Level

GOOD = Path(__file__).with_name("good.yaml")


@pytest.fixture(scope="module")
def library() -> Library:
    return Library.load([GOOD])


def test_a_sound_bank_is_proved(library: Library) -> None:
    report = check(library.questions, FakeOracle(), complaints=library.complaints)
    assert report.complaints == ()
    assert [question.level for question in report.questions] == [Level.PROVED] * 5
    assert report.proved == 5


def test_every_instance_is_run(library: Library) -> None:
    """49 sizes times the 7 settings of k, s and p, counted by hand: p >= 2s and 2p <= k."""
    report = check(library.questions, FakeOracle())
    counted = {question.key.split("/")[1]: question.instances for question in report.questions}
    sizes = {"conv-output-size": 49 * 7, "linear-shape": 4 * 3 * 2, "conv-weights": 3, "sigmoid": 11}
    assert counted == {**sizes, "batch-or-layer": 1}
    assert all(question.complete for question in report.questions)


def test_every_call_runs_once(library: Library) -> None:
    oracle = FakeOracle()
    report = check([*library.questions, *library.questions], oracle)
    ran = [str(call) for call in oracle.calls]
    assert len(ran) == len(set(ran)) == report.calls


def test_a_large_domain_is_sampled_with_its_corners(library: Library) -> None:
    oracle = FakeOracle()
    report = check([library.question("small/conv-output-size")], oracle, limit=20)
    assert report.questions[0].instances == 20
    assert not report.questions[0].complete
    sizes = {call.arguments["size"] for call in oracle.calls}
    assert {16, 64} <= sizes


def test_progress_counts_questions(library: Library) -> None:
    told: list[tuple[int, int]] = []
    check(library.questions, FakeOracle(), limit=5, progress=lambda done, total: told.append((done, total)))
    assert told == [(done, 5) for done in range(1, 6)]


def test_the_report_as_json(library: Library) -> None:
    report = check(library.questions, FakeOracle(functions={}), limit=5)
    told = report.to_json()
    assert (told["questions"], told["proved"]) == (5, 0)
    assert {"file", "line", "column", "code", "message", "fix"} <= told["findings"][0].keys()
    places = [(finding["line"], finding["column"]) for finding in told["findings"]]
    assert places == sorted(places)


@pytest.mark.parametrize("where", ["a > 0", "a % 1000 == 7", "a + b + c == 3"], ids=["all", "few", "one"])
def test_a_domain_of_ten_to_the_twelve_is_sampled_at_once(where: str) -> None:
    params = "{a: {int: [1, 10000]}, b: {int: [1, 10000]}, c: {int: [1, 10000]}}"
    answer = "{formula: a - 2, engine: {call: conv.output_size, with: {size: a, kernel_size: 3}}}"
    text = (
        "dlquiz: 1\nbank: large\ntopic: t\ntitle: T\nquestions:\n"
        f'  - {{id: q, kind: number, prompt: P, params: {params}, where: "{where}", answer: {answer}}}\n'
    )
    begun = time.perf_counter()
    bank, complaints = read_bank(text, "large.yaml")
    questions = bank.questions if bank else ()
    report = check(questions, FakeOracle(), limit=100, complaints=complaints)
    assert time.perf_counter() - begun < 2
    assert not any(question.complete for question in report.questions)
    assert report.proved or report.complaints
