"""Questions that ask the same and have the same answer, whatever their parameters are called."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from dlquiz.banks.complaints import Complaint, complaint
from dlquiz.banks.proving.canonical import canonical, digest
from dlquiz.core.expressions.tree import walk
from dlquiz.core.kinds.claims import Claims
from dlquiz.core.kinds.computed import Computed
from dlquiz.core.kinds.construct import Construct
from dlquiz.core.kinds.order import Order
from dlquiz.core.kinds.recall import Recall
from dlquiz.core.questions import Question
from dlquiz.core.texts import Text

_LOOSE = re.compile(r"[\s\W_]+")


def duplicates(questions: Iterable[Question]) -> Iterator[tuple[Question, Complaint]]:
    """Yield every question that repeats an earlier one, with the complaint about it."""
    first: dict[str, Question] = {}
    for question in questions:
        same = first.setdefault(digest(_asked(question)), question)
        if same is not question:
            message = f"'{question.key}' asks what '{same.key}' in {_where(same, question)} asks, with the same answer"
            fix = "leave one of them out, or ask for something else"
            yield question, complaint(question.at, "DQ212", message, fix)


def _where(first: Question, question: Question) -> str:
    return f"line {first.at.line}" if first.at.file == question.at.file else f"{first.at.file}:{first.at.line}"


def _asked(question: Question) -> Any:
    """Return prompt, convention and answer, with the parameters named by the order in which the prompt has them.

    A number and a choice of the same answer ask the same, so the kind is no part of it; the form of the answer is.
    """
    names: dict[str, str] = {}
    for hole in question.prompt.en.holes:
        for node, _ in walk(hole.tree):
            if isinstance(node, tuple) and node[0] == "name":
                names.setdefault(node[1], f"#{len(names)}")
    texts = [_told(text, names) for text in (question.prompt, question.convention)]
    return [texts, _answer(question, names)]


def _answer(question: Question, names: dict[str, str]) -> Any:
    """Return what the answer is, as far as two questions with one prompt can differ in it."""
    if isinstance(question, Computed):
        formula, engine = question.answer.formula, question.answer.engine
        return canonical(engine if formula is None else formula, None, names)
    if isinstance(question, Claims):
        return [question.kind, *sorted(str(_told(claim.say, names)) for claim in question.claims)]
    if isinstance(question, Order):
        return [question.kind, question.descending, sorted(str(_told(item.say, names)) for item in question.items)]
    if isinstance(question, Recall):
        return [question.kind, *sorted(f"{point.question.key}#{point.claim}" for point in question.points)]
    return canonical(question.goal, None, names) if isinstance(question, Construct) else question.key


def _told(text: Text | None, names: dict[str, str]) -> Any:
    """Return the English text without regard to case, spaces and punctuation."""
    if text is None:
        return None
    return [
        _LOOSE.sub(" ", part).strip().casefold() if isinstance(part, str) else canonical(part, None, names)
        for part in text.en.parts
    ]
