"""What is asked of texts: their holes have values, their equations hold, and the prompt gives nothing away."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from dlquiz.banks.proving import parts
from dlquiz.banks.proving.arguments import contradictions
from dlquiz.banks.proving.brief import clipped, setting
from dlquiz.banks.proving.equations import slips
from dlquiz.banks.proving.tally import Tally
from dlquiz.banks.proving.told import LANGUAGE_NAMES, untold
from dlquiz.banks.proving.translations import differing
from dlquiz.banks.proving.visible import is_answer, is_given_away, rank_of, worked_out
from dlquiz.banks.signatures import Signatures
from dlquiz.core.expressions import Undefined
from dlquiz.core.kinds.choice import Choice
from dlquiz.core.questions import Question
from dlquiz.core.texts import LANGUAGES, Template, Text
from dlquiz.core.verdicts import Truth

_BEGINNING = 40
"""Characters by which a complaint names a text that has no place of its own."""


class Texts:
    """The texts of one question under examination; what is wrong goes into the tally of its examination."""

    def __init__(self, question: Question, tally: Tally, signatures: Signatures):
        self._question = question
        self._tally = tally
        self._signatures = signatures
        self._texts = parts.texts(question)
        self._holes = parts.holes(question)
        self._read = 0
        self._given_away = 0
        self._worked_out = worked_out(question)
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
        self._worked_out = [one for one in self._worked_out if is_answer(self._question, one, values, truth)]
        if isinstance(self._question, Choice):
            self._ranks.add(rank_of(self._question, values, truth))
            self._options.add(tuple(truth.options))
        for one in contradictions(self._question, values, self._signatures):
            message = f"{one.text} says {one.written}, and {one.call} is called with {one.passed}{setting(values)}"
            self._tally.note(self._question.at, "DQ427", message, "let the text and the call say the same")
        known = {**values, "answer": truth.value}
        for text, at in self._texts:
            for filled in _filled(text, known):
                for slip in slips(filled):
                    message = f"the text says {slip.written}, and the left side is {slip.value}{setting(values)}"
                    self._tally.note(at, "DQ422", message, "correct the equation, or say that it is rounded")

    def finish(self) -> None:
        """Take in what holds on every instance that was read, and what is so without one."""
        self._tell()
        for text, at in self._texts:
            numbers = differing(text)
            if numbers is not None:
                message = (
                    f"the English text '{_beginning(text.en)}' says {numbers[0]}, and the Chinese one {numbers[1]}"
                )
                self._tally.note(at, "DQ425", message, "write the same numbers in every language")
        if self._read:
            self._give_away()
        if len(self._options) > 1 and len(self._ranks) == 1 and None not in self._ranks:
            place = _place(next(iter(self._ranks)) or 0, len(next(iter(self._options))))
            message = f"the answer is always the {place} of the options, so it is found without knowing anything"
            fix = "change the wrong options so that some are larger on one instance and smaller on another"
            self._tally.note(self._question.at, "DQ424", message, fix)

    def _give_away(self) -> None:
        """Note an answer that the prompt computes, or shows."""
        if self._worked_out:
            hole = f"{{{{{self._worked_out[0].text}}}}}"
            message = f"the prompt shows the answer on every instance: it is {hole}"
            fix = f"put in what {hole} is found from, and not its value"
        elif self._given_away == self._read:
            message = "the prompt shows the answer on every instance, and no wrong one beside it"
            fix = "draw what the answer depends on, so that it is mostly another number, or leave this one out"
        else:
            return
        fix += "; if readers are to see that the two are equal, waive DQ423 and say so"
        self._tally.note(self._question.at, "DQ423", message, fix)

    def _tell(self) -> None:
        """Note parameters that the answer depends on and that no text tells."""
        lacking = untold(self._question)
        if lacking is not None:
            which = "" if lacking.language is None else f"{LANGUAGE_NAMES[lacking.language]} "
            names = " and ".join(f"'{name}'" for name in lacking.names)
            message = f"the answer depends on {names}, and the {which}prompt does not tell {names}"
            holes = " and ".join(f"{{{{{name}}}}}" for name in lacking.names)
            self._tally.note(self._question.at, "DQ426", message, f"put {holes} into the prompt")


def _filled(text: Text, known: Mapping[str, Any]) -> Iterable[str]:
    """Return a text in every language that it is written in, with its holes filled; what has no value is left out."""
    found = []
    for template in dict.fromkeys(text.template(language) for language in LANGUAGES):
        with suppress(Undefined):
            found.append(template.fill(known))
    return dict.fromkeys(found)


def _beginning(template: Template) -> str:
    """Return how a text begins, with its holes as they are written."""
    whole = "".join(part if isinstance(part, str) else f"{{{{{part.text}}}}}" for part in template.parts)
    return clipped(" ".join(whole.split()), _BEGINNING)


def _place(rank: int, count: int) -> str:
    names: Sequence[str] = ("smallest", "second smallest", "third smallest")
    if rank == count - 1:
        return "largest"
    return names[rank] if rank < len(names) else f"one at place {rank + 1} by size"
