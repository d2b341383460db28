"""Definitions that differ: what the engine can count in several ways has to be asked with its convention."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from dlquiz.banks.complaints import Complaint, complaint
from dlquiz.banks.proving import parts
from dlquiz.banks.proving.runs import Runs
from dlquiz.banks.proving.same_value import same_value
from dlquiz.banks.signatures import Argument, Signatures
from dlquiz.core.calls import CallTemplate
from dlquiz.core.expressions import Undefined
from dlquiz.core.kinds.claims import Claims
from dlquiz.core.kinds.computed import Computed
from dlquiz.core.kinds.expression import Symbolic
from dlquiz.core.kinds.recall import Recall
from dlquiz.core.oracle import Call, Outcome, Ran
from dlquiz.core.questions import Question

ARGUMENT = "convention"
"""The name that such an argument has where a function has nothing better to call it."""
FEW = 4
"""On how many instances the conventions are tried first: where they differ at all, they mostly differ at once."""
CHUNK = 512

_FIX = "add convention: with the definition that is meant, and other_conventions: for the answers that others give"


def unstated(
    question: Question, signatures: Signatures, instances: Sequence[Mapping[str, Any]], runs: Runs
) -> Iterator[Complaint]:
    """Yield a complaint where a question lacks its convention.

    Claims are statements, each of which says what it is about. Where all conventions give the same on every instance,
    as heads that share the width do where there is one head, nobody has to know which one is meant.
    """
    if question.convention is not None or isinstance(question, Claims | Recall):
        return
    if isinstance(question, Computed) and question.other_conventions:
        message = "there are other conventions, and the question does not say which one it means"
        yield complaint(question.other_conventions[0].at, "DQ414", message, _FIX)
        return
    for template in parts.templates(question):
        chosen = signatures.choosing(template.function)
        if chosen and not _alike(question, template, chosen, instances, runs):
            told = "; ".join(_written(*one) for one in chosen.items())
            message = f"what {template.function} gives depends on a convention ({told})"
            yield complaint(template.at, "DQ414", f"{message}, and the question states none", _FIX)
            return


def _written(name: str, argument: Argument) -> str:
    return argument.type if name == ARGUMENT else f"{name}: {argument.type}"


def _alike(
    question: Question,
    template: CallTemplate,
    chosen: Mapping[str, Argument],
    instances: Sequence[Mapping[str, Any]],
    runs: Runs,
) -> bool:
    """Whether a call gives the same on every instance, whatever convention it is run with."""
    choices = [argument.choices for argument in chosen.values()]
    if not instances or not all(choices):
        return False
    forms = [template.changed(dict(zip(chosen, one, strict=True))) for one in product(*choices)]
    chunks = (instances[first : first + CHUNK] for first in range(FEW, len(instances), CHUNK))
    return all(_agree(question, forms, some, runs) for some in (instances[:FEW], *chunks))


def _agree(
    question: Question, forms: Sequence[CallTemplate], instances: Sequence[Mapping[str, Any]], runs: Runs
) -> bool:
    """Whether all forms of a call give the same on each of some instances; to give nothing is another thing."""
    try:
        asked = [[_calls(question, form, values) for values in instances] for form in forms]
    except Undefined:
        return False
    found = [runs.outcomes([call for calls in form for call in calls]) for form in asked]
    return all(_same(first, other) for first, *others in zip(*found, strict=True) for other in others)


def _calls(question: Question, form: CallTemplate, values: Mapping[str, Any]) -> Sequence[Call]:
    """Return the calls of an instance; symbols are run at some points."""
    return question.runs_of(form, values) if isinstance(question, Symbolic) else [form.fill(values)]


def _same(one: Outcome, other: Outcome) -> bool:
    if isinstance(one, Ran) and isinstance(other, Ran):
        return same_value(one.value, other.value)
    return not isinstance(one, Ran) and not isinstance(other, Ran)
