"""Every shipped question marks what it makes up: right, wrong and unreadable answers, with the real engine."""

from collections.abc import Iterator

import pytest

from dlquiz.banks.library import Library
from dlquiz.banks.proving.runs import Runs
from dlquiz.core.expressions import Unreadable
from dlquiz.core.kinds.registry import KINDS
from dlquiz.core.questions import Instance, Question, draw
from dlquiz.core.verdicts import Level, Result, Truth
from dlquiz.worker import Worker

LIBRARY = Library.load()
SEEDS = range(2)


@pytest.fixture(scope="module")
def runs() -> Iterator[Runs]:
    """One engine for all questions; what several of them ask, it runs once."""
    with Worker("cpu") as worker:
        yield Runs(worker)


def marked(text: str, instance: Instance, truth: Truth, runs: Runs) -> str:
    """Return right, wrong or unreadable, as a learner would meet it; what is right elsewhere is wrong here."""
    question, values = instance.question, instance.values
    try:
        read = question.read(text, values)
        reading = question.tried(read, runs.outcomes(question.trial(read, values)))
    except Unreadable:
        return "unreadable"
    return "right" if question.mark(reading, truth, values).result is Result.RIGHT else "wrong"


@pytest.mark.parametrize("question", LIBRARY.questions, ids=lambda question: question.key)
def test_a_question_marks_its_own_answers(question: Question, runs: Runs) -> None:
    for seed in SEEDS:
        instance = draw(question, seed)
        truth = question.settle(instance.values, runs.outcomes(instance.calls))
        assert truth.conflict is None, f"{instance}: {truth.conflict}"
        assert truth.level in (Level.PROVED, Level.CITED)
        samples = question.samples(instance.values, truth)
        lists = {"right": samples.correct, "wrong": samples.wrong, "unreadable": samples.unreadable}
        for wanted, texts in lists.items():
            assert texts, f"{instance} makes no answer that is {wanted}"
            assert {text: marked(text, instance, truth, runs) for text in texts} == dict.fromkeys(texts, wanted)


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_every_kind_makes_answers_of_its_own(kind: type[Question]) -> None:
    assert "samples" in vars(kind)


def test_no_question_is_left_out() -> None:
    assert [str(item) for item in LIBRARY.complaints] == []
    assert LIBRARY.questions
