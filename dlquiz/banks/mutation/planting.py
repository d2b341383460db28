"""Mutants: every single slip that is planted in a bank, with the place where it stands."""

from bisect import bisect_right
from collections.abc import Iterator
from typing import Any, NamedTuple

from dlquiz.banks import arithmetic
from dlquiz.banks.mutation import calls, figures, parts, wording
from dlquiz.banks.mutation.sites import Site, sites
from dlquiz.banks.mutation.spans import ListSpan, MapSpan, Node, ScalarSpan, spans
from dlquiz.banks.signatures import Signatures
from dlquiz.banks.slips import Slip
from dlquiz.core.building.typed import Typed
from dlquiz.core.calls import Given, Place
from dlquiz.core.formulas import Formula


class Mutant(NamedTuple):
    """A bank with one slip: in which question, where, what stood there, and what does now."""

    question: str
    at: Place
    before: str
    slip: Slip

    @property
    def kind(self) -> str:
        """What kind of error was planted."""
        return self.slip.kind

    def stands_in(self, text: str) -> bool:
        """Whether a text has, where the error is planted, what it is planted for."""
        return text[self.slip.start : self.slip.stop] == self.before

    def to_json(self) -> dict[str, Any]:
        """Return the fields of a report."""
        file, line, column = self.at
        place = {"file": file, "line": line, "column": column, "question": self.question}
        return {**place, "kind": self.kind, "before": self.before, "after": self.slip.after}


def plant(text: str, file: str, signatures: Signatures) -> list[Mutant]:
    """Return every mutant of the text of a bank that was read without complaint, in the order of their places."""
    lines = [0, *(at + 1 for at, sign in enumerate(text) if sign == "\n")]
    found: dict[tuple[int, int, str], Mutant] = {}
    for name, question in _questions(spans(text)):
        for site in sites(question):
            for slip in _slips(site, text, signatures):
                line = bisect_right(lines, slip.start)
                at = Place(file, line, slip.start - lines[line - 1] + 1)
                mutant = Mutant(name, at, text[slip.start : slip.stop], slip)
                if mutant.before != slip.after:
                    found.setdefault(slip[1:], mutant)
    return sorted(found.values(), key=lambda mutant: mutant.slip[1:])


def _questions(root: Node) -> Iterator[tuple[str, MapSpan]]:
    questions = root.values.get("questions") if isinstance(root, MapSpan) else None
    for question in questions.items if isinstance(questions, ListSpan) else []:
        if isinstance(question, MapSpan):
            yield getattr(question.values.get("id"), "text", ""), question


def _slips(site: Site, text: str, signatures: Signatures) -> Iterator[Slip]:
    yield from parts.slips(site, text)
    yield from wording.slips(site, text)
    if not site.in_an_idea:  # what a wrong idea computes, nobody but its author knows
        yield from figures.slips(site, text)
        yield from calls.slips(site, text, signatures)
        yield from _expressions(site, text)


def _expressions(site: Site, text: str) -> Iterator[Slip]:
    """Yield the slips of a formula, of the data that a condition asks for, or of an answer that a bank lists."""
    if site.holds in (Formula, Given, Typed):
        for scalar in _scalars(site.node):
            written = text[scalar.begin : scalar.end]
            names = [*site.names, "built"] if site.path[0] == "goal" else list(site.names)
            if "\\" not in written and "\n" not in written:
                yield from (slip.moved(scalar.begin) for slip in arithmetic.slips(written, names))


def _scalars(node: Node) -> Iterator[ScalarSpan]:
    if isinstance(node, ScalarSpan):
        yield node
        return
    for part in node.items if isinstance(node, ListSpan) else list(node.values.values()):
        yield from _scalars(part)
