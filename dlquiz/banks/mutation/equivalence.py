"""Mutants that are the same question: decided by computing what changed, on every setting that the question has.

A slip need not be an error: ``floor`` around a quotient that is always whole changes nothing. Every value in which two
questions differ is computed for both, wherever it is used; one that cannot be computed makes the questions different.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from dlquiz.banks.mutation.alike import Comparison
from dlquiz.banks.proving.canonical import canonical
from dlquiz.banks.proving.runs import Runs
from dlquiz.banks.signatures import Signatures
from dlquiz.core.building.typed import Typed
from dlquiz.core.calls import CallTemplate, Given, Place
from dlquiz.core.expressions import Expression
from dlquiz.core.formulas import Formula
from dlquiz.core.kinds.computed import Golden, Tolerance
from dlquiz.core.questions import Question
from dlquiz.core.texts import Template, Text

_WHOLE = (CallTemplate, Formula, Given, Golden, Tolerance, Typed, Text, Template, Expression)
"""What is compared as one thing, and not part by part."""


def why_equivalent(
    question: Question,
    mutant: Question,
    runs: Runs,
    limit: int,
    signatures: Signatures,
) -> str | None:
    """Return in a sentence why a mutant is the same question, None where that was not found.

    ``signatures`` tell what arguments are that are not given.
    """
    if type(question) is not type(mutant) or canonical(question.domain) != canonical(mutant.domain):
        return None
    differing = list(_differences(question, mutant))
    if not differing:
        return "nothing in the question differs once it is read"
    settings, complete = question.sample(limit)
    compared = Comparison(question, mutant, settings, runs, signatures)
    reasons = []
    for one, other in differing:
        reason = _why(compared, one, other)
        if reason is None:
            return None
        reasons.append(reason)
    where = f"every one of its {len(settings):,} instances" if complete else f"all {len(settings):,} that are checked"
    return f"on {'its only instance' if len(settings) == 1 else where} {'; '.join(dict.fromkeys(reasons))}"


def _why(compared: Comparison, one: Any, other: Any) -> str | None:
    """Return what two different values have in common on all settings, None where that is not enough."""
    ways: Mapping[type, Callable[[Any, Any], str | None]] = {
        CallTemplate: compared.calls,
        Formula: compared.formulas,
        Given: compared.data,
        Golden: compared.figures,
        Tolerance: compared.tolerances,
        Typed: compared.answers,
        Text: compared.texts,
    }
    way = ways.get(type(one))
    return way(one, other) if way is not None and type(one) is type(other) else None


def _differences(one: Any, other: Any) -> Iterator[tuple[Any, Any]]:
    """Yield the pairs of values in which two questions differ: expressions, calls, texts, or what else there is."""
    if isinstance(one, Place):
        return
    if type(one) is not type(other) or isinstance(one, _WHOLE):
        if canonical(one) != canonical(other):
            yield one, other
    elif is_dataclass(one) and not isinstance(one, type):
        for item in fields(one):
            yield from _differences(getattr(one, item.name), getattr(other, item.name))
    elif isinstance(one, Mapping) and one.keys() == other.keys():
        for key in one:
            yield from _differences(one[key], other[key])
    elif isinstance(one, list | tuple) and len(one) == len(other):
        for pair in zip(one, other, strict=True):
            yield from _differences(*pair)
    elif canonical(one) != canonical(other):
        yield one, other
