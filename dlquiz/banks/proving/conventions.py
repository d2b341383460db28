"""Definitions that differ: what the engine can count in several ways has to be asked with its convention."""

from collections.abc import Iterator, Mapping

from dlquiz.banks.complaints import Complaint, complaint
from dlquiz.banks.proving import parts
from dlquiz.core.kinds.claims import Claims
from dlquiz.core.kinds.computed import Computed
from dlquiz.core.kinds.recall import Recall
from dlquiz.core.questions import Question

ARGUMENT = "convention"
"""The argument by which engine functions say that definitions differ."""

_FIX = "add convention: with the definition that is meant, and other_conventions: for the answers that others give"


def unstated(question: Question, functions: Mapping[str, str]) -> Iterator[Complaint]:
    """Yield a complaint where a question lacks its convention.

    ``functions`` names the engine functions that take one, with what it may be. Claims are statements, each of which
    says what it is about.
    """
    if question.convention is not None or isinstance(question, Claims | Recall):
        return
    if isinstance(question, Computed) and question.other_conventions:
        message = "there are other conventions, and the question does not say which one it means"
        yield complaint(question.other_conventions[0].at, "DQ414", message, _FIX)
        return
    for template in parts.templates(question):
        if template.function in functions:
            message = f"what {template.function} gives depends on a convention ({functions[template.function]})"
            yield complaint(template.at, "DQ414", f"{message}, and the question states none", _FIX)
            return
