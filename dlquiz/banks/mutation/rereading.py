"""A bank read again with one slip in it: only the question that the slip is in, which stands where it stood."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from dlquiz.banks.bank import Bank
from dlquiz.banks.complaints import Complaint
from dlquiz.banks.linking import linked
from dlquiz.banks.mutation.planting import Mutant
from dlquiz.banks.mutation.spans import ListSpan, MapSpan, spans
from dlquiz.banks.reading import read_bank
from dlquiz.core.questions import Question


class Reread(NamedTuple):
    """What became of a question: None where it was left out, and what was complained of."""

    question: Question | None
    complaints: Sequence[Complaint]


class Rereader:
    """The text of a bank, in which every other question can be made blank: reading takes long, and is done often."""

    def __init__(self, text: str, bank: Bank, library: Sequence[Bank]) -> None:
        self._text = text
        self._bank = bank
        self._library = library
        self._pieces = _pieces(text)
        self._alone = {name: self._without_others(name) for name in self._pieces}

    def read(self, mutant: Mutant) -> Reread:
        """Read the mutant of a question; cards are linked to what they reveal, as it is without slips."""
        text = mutant.slip.applied(self._alone[mutant.question])
        bank, complaints = read_bank(text, self._bank.file)
        if bank is None:
            return Reread(None, complaints)
        (bank,), lost = linked([bank], [*self._library, self._bank])
        question = next((one for one in bank.questions if one.id == mutant.question), None)
        return Reread(question, [*complaints, *lost])

    def _without_others(self, name: str) -> str:
        """Return the text with all questions blank but one, so that this one stays in its place.

        Where a question uses an anchor of another one that is not possible, and the text is left whole.
        """
        start, stop = self._pieces[name]
        first, last = min(piece[0] for piece in self._pieces.values()), max(piece[1] for piece in self._pieces.values())
        text = self._text[:first] + _blank(self._text[first:start]) + self._text[start:stop]
        text += _blank(self._text[stop:last]) + self._text[last:]
        return self._text if read_bank(text, self._bank.file)[1] else text


def _pieces(text: str) -> Mapping[str, tuple[int, int]]:
    """Return where each question begins, with the dash before it, and ends."""
    root = spans(text)
    questions = root.values["questions"] if isinstance(root, MapSpan) else None
    found = {}
    for question in questions.items if isinstance(questions, ListSpan) else []:
        if isinstance(question, MapSpan):
            dash = text.rindex("-", 0, question.start)
            found[getattr(question.values["id"], "text", "")] = (dash, question.stop)
    return found


def _blank(text: str) -> str:
    """Return a text of spaces with the same lines."""
    return "".join("\n" if sign == "\n" else " " for sign in text)
