"""What is asked of texts: their holes have values, their equations hold, and the prompt gives nothing away."""

from collections.abc import Mapping, Sequence
from typing import Any

from dlquiz.banks.proving import parts
from dlquiz.banks.proving.brief import setting
from dlquiz.banks.proving.equations import slips
from dlquiz.banks.proving.tally import Tally
from dlquiz.banks.proving.translations import differing
from dlquiz.banks.proving.visible import is_given_away, rank_of
from dlquiz.core.expressions import Undefined
from dlquiz.core.kinds.choice import Choice
from dlquiz.core.questions import Question
from dlquiz.core.texts import LANGUAGES
from dlquiz.core.verdicts import Truth


class Texts:
    """The texts of one question under examination; what is wrong goes into the tally of its examination."""

    def __init__(self, question: Question, tally: Tally):
        self._question = question
        self._tally = tally
        self._texts = parts.texts(question)
        self._holes = parts.holes(question)
        self._read = 0
        self._given_away = 0
        self._options: set[tuple[Any, ...]] = set()
        self._ranks: set[int | None] = set()

    def fill(self, values: Mapping[str, Any], truth: Truth) -> None:
        """Note holes that have no value on an instance."""
        known = {**values, "answer": truth.value}
        for hole, at in self._holes:
            try:
                hole.evaluate(known)
            except Undefined as error:
                message = f"{{{{{hole.text}}}}} has no value: {str(error).rstrip('.')}{setting(values)}"
                self._tally.note(at, "DQ421", message, "correct the text, or narrow the parameters")

    def read(self, values: Mapping[str, Any], truth: Truth) -> None:
        """Read every text of an instance as a learner does."""
        self._read += 1
        self._given_away += is_given_away(self._question, values, truth)
        if isinstance(self._question, Choice):
            self._ranks.add(rank_of(self._question, values, truth))
            self._options.add(tuple(truth.options))
        known = {**values, "answer": truth.value}
        for text, at in self._texts:
            for language in LANGUAGES:
                try:
                    filled = text.fill(language, known)
                except Undefined:
                    continue
                for slip in slips(filled):
                    message = f"the text says {slip.written}, and the left side is {slip.value}{setting(values)}"
                    self._tally.note(at, "DQ422", message, "correct the equation, or say that it is rounded")

    def finish(self) -> None:
        """Take in what holds on every instance that was read, and what is so without one."""
        for text, at in self._texts:
            numbers = differing(text)
            if numbers is not None:
                message = f"the English text says {numbers[0]} where the other one says {numbers[1]}"
                self._tally.note(at, "DQ425", message, "write the same numbers in every language")
        if self._read and self._given_away == self._read:
            message = "the prompt shows the answer, and no wrong one beside it"
            fix = "let the prompt give what the answer is found from, or add a wrong idea that gives what it shows"
            self._tally.note(self._question.at, "DQ423", message, fix)
        if len(self._options) > 1 and len(self._ranks) == 1 and None not in self._ranks:
            place = _place(next(iter(self._ranks)) or 0, len(next(iter(self._options))))
            message = f"the answer is always the {place} of the options, so it is found without knowing anything"
            fix = "change the wrong options so that some are larger on one instance and smaller on another"
            self._tally.note(self._question.at, "DQ424", message, fix)


def _place(rank: int, count: int) -> str:
    names: Sequence[str] = ("smallest", "second smallest", "third smallest")
    if rank == count - 1:
        return "largest"
    return names[rank] if rank < len(names) else f"one at place {rank + 1} by size"
