"""Definitions that differ: what the engine can count in several ways has to be asked with its convention."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from dlquiz.banks.complaints import Complaint, complaint
from dlquiz.banks.proving import parts
from dlquiz.core.kinds.claims import Claims
from dlquiz.core.kinds.computed import Computed
from dlquiz.core.kinds.recall import Recall
from dlquiz.core.questions import Question

ARGUMENT = "convention"
"""The name that such an argument has where a function has nothing better to call it."""

_FIX = "add convention: with the definition that is meant, and other_conventions: for the answers that others give"


class Argument(Protocol):
    """An argument of an engine function, as the engine describes it."""

    @property
    def name(self) -> str:
        """Its name."""
        ...

    @property
    def type(self) -> str:
        """What it may be, in words."""
        ...

    @property
    def convention(self) -> bool:
        """Whether definitions differ in it."""
        ...


class Described(Protocol):
    """An engine function, as the engine describes it."""

    @property
    def name(self) -> str:
        """Its name."""
        ...

    @property
    def parameters(self) -> Sequence[Argument]:
        """Its arguments."""
        ...


def taken(functions: Iterable[Described]) -> dict[str, str]:
    """Return the functions that take a convention, with what it may be."""
    found: dict[str, str] = {}
    for function in functions:
        chosen = [_written(argument) for argument in function.parameters if argument.convention]
        if chosen:
            found[function.name] = "; ".join(chosen)
    return found


def _written(argument: Argument) -> str:
    return argument.type if argument.name == ARGUMENT else f"{argument.name}: {argument.type}"


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
