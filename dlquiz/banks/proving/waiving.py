"""Complaints that a question waives: what weighs words may be wrong, and then the author has the last word."""

from collections.abc import Collection, Iterable, Iterator

from dlquiz.banks.complaints import Complaint, complaint
from dlquiz.core.questions import Question


def parted(question: Question, complaints: Iterable[Complaint]) -> tuple[list[Complaint], set[str]]:
    """Return the complaints that stand, and the codes of those that the question waives."""
    waived: set[str] = {one.code for one in question.waives}
    standing: list[Complaint] = []
    met: set[str] = set()
    for item in complaints:
        if item.code in waived:
            met.add(item.code)
        else:
            standing.append(item)
    return standing, met


def idle(question: Question, met: Collection[str]) -> Iterator[Complaint]:
    """Yield a complaint about each waiver of what was not complained of: it would hide what is yet to come."""
    for one in question.waives:
        if one.code not in met:
            message = f"{one.code} is waived, and there is no such complaint about this question"
            yield complaint(one.at, "DQ407", message, "leave the waiver out")
