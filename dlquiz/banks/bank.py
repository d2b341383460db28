"""A bank as it was read."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from dlquiz.core.calls import NOWHERE, Place
from dlquiz.core.questions import Question
from dlquiz.core.texts import Text


@dataclass(frozen=True, eq=False, repr=False)
class Bank:
    """A bank: its header and its whole questions.

    ``left_out`` counts the questions with errors, and ``broken`` are their ids; ``at`` and ``topic_at`` are where its
    name and its topic stand.
    """

    name: str
    topic: str
    title: Text
    questions: tuple[Question, ...]
    file: str
    left_out: int = 0
    at: Place = NOWHERE
    topic_at: Place = NOWHERE
    broken: tuple[str, ...] = ()

    def with_questions(self, questions: Sequence[Question], left_out: int) -> "Bank":
        """Return the bank with other questions."""
        return replace(self, questions=tuple(questions), left_out=left_out)
