"""Arguments that texts tell: a prompt that writes ``stride=1``, or "a stride of 1", asks about a call of stride 1."""

import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product
from math import isfinite
from typing import Any, NamedTuple

from dlquiz.banks.proving.prose import in_prose
from dlquiz.banks.signatures import Signatures
from dlquiz.core.calls import CallTemplate
from dlquiz.core.expressions import Undefined
from dlquiz.core.kinds.computed import Computed
from dlquiz.core.kinds.number import is_number
from dlquiz.core.kinds.order import Order
from dlquiz.core.oracle import Call
from dlquiz.core.questions import Question
from dlquiz.core.texts import LANGUAGES, Language, Text
from dlquiz.core.values import from_json, show

_SIZE = r"[-−]?(?:\d{1,3}(?:,\d{3})+(?!\d)|\d{1,15}(?:\.\d{1,15})?(?:e[+-]?\d{1,2})?)"
_ENTRY = r"[-−]?\d{1,15}(?:\.\d{1,15})?"
_WRITTEN = re.compile(
    rf"(?<![A-Za-z0-9_.])([A-Za-z_][A-Za-z0-9_]*)\s?=\s?([(\[]{_ENTRY}(?:,\s?{_ENTRY})+[)\]]|[Tt]rue|[Ff]alse|{_SIZE})"
    r"(?![A-Za-z0-9_]|[.,]\d|\s*[·*×/^+−%万亿千百]|\s*-|[⁻⁰¹²³⁴-⁹]|\s(?:million|billion|thousand|percent))"
)
_EACH = re.compile(_ENTRY)
_NAMES: Mapping[Language, str] = {"en": "", "zh": "Chinese "}
_NEAR = Fraction(1, 100_000)
"""How far a number that is shown with six digits may be off."""


class Contradiction(NamedTuple):
    """An argument as a text writes it, and as the call passes it; and which text it is."""

    text: str
    written: str
    call: str
    passed: str


def contradictions(question: Question, values: Mapping[str, Any], signatures: Signatures) -> Iterator[Contradiction]:
    """Yield the arguments for which a text tells other values than the calls beside it have on an instance.

    A text may tell an argument more than once, and there may be several calls: one value in common is enough. What no
    call passes has its default, where ``signatures`` know the function.
    """
    for which, text, templates in _beside(question):
        try:
            said = {text.fill(language, values): _NAMES[language] for language in reversed(LANGUAGES)}
            calls = [template.fill(values) for template in templates]
        except Undefined:
            continue
        for filled, language in said.items():
            for name, told in _arguments(filled).items():
                passed, by_default = _passed(name, calls, signatures)
                if passed and all(_differ(*pair) for pair in product(told, passed.values())):
                    function, value = next(iter(passed.items()))
                    is_passed = _written(name, value) + (", its default" if by_default else "")
                    yield Contradiction(f"the {language}{which}", _written(name, told[0]), function, is_passed)


def _passed(name: str, calls: Sequence[Call], signatures: Signatures) -> tuple[dict[str, Any], bool]:
    """Return what an argument is in calls, by their functions; and whether that is its default, for none passes it."""
    given = {call.function: call.arguments[name] for call in calls if name in call.arguments}
    defaults = {call.function: signatures.defaults(call.function) for call in calls}
    found = given or {function: known[name] for function, known in defaults.items() if name in known}
    return {function: _plain(from_json(value)) for function, value in found.items()}, not given


def _beside(question: Question) -> Iterator[tuple[str, Text, Sequence[CallTemplate]]]:
    """Yield texts, each with what it is and the calls that it asks about."""
    if isinstance(question, Computed):
        yield "prompt", question.prompt, question.answer.engine
    elif isinstance(question, Order):
        yield from ((f"item {number}", item.say, [item.by]) for number, item in enumerate(question.items, start=1))


def _arguments(text: str) -> dict[str, list[Any]]:
    """Return each name that a text gives values, with these.

    >>> _arguments("Conv2d(kernel_size=(3, 5), bias=False) on width = 1,024; p=1/2, n=2·3")
    {'kernel_size': [[3, 5]], 'bias': [False], 'width': [1024]}
    """
    found: dict[str, list[Any]] = {}
    for name, written in _WRITTEN.findall(text):
        found.setdefault(name, []).append(_read(written))
    for name, value in in_prose(text):
        found.setdefault(name, []).append(_plain(value))
    return found


def _read(written: str) -> Any:
    if written[0] in "([":
        return _plain([_number(each) for each in _EACH.findall(written)])
    return written.lower() == "true" if written.isalpha() else _number(written)


def _written(name: str, value: Any) -> str:
    return f"{name}={value if isinstance(value, bool) else show(value)}"


def _number(written: str) -> Fraction | int:
    exact = Fraction(written.replace(",", "").replace("−", "-"))
    return int(exact) if exact.denominator == 1 else exact


def _plain(value: Any) -> Any:
    """Return one number for a list in which it stands for every axis: (2, 2) is 2."""
    alike = isinstance(value, list) and value and all(is_number(each) and each == value[0] for each in value)
    return value[0] if alike else value


def _differ(one: Any, other: Any) -> bool:
    """Whether two values are of one type and not the same: numbers, truths, or lists of one length.

    A batch is often left untold, so a longer list is no other one.
    """
    if isinstance(one, bool) and isinstance(other, bool):
        return one != other
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and any(_differ(*pair) for pair in zip(one, other, strict=True))
    if not (is_number(one) and is_number(other)):
        return False
    if isinstance(one, int) and isinstance(other, int):
        return one != other
    if isinstance(other, float) and not isfinite(other):
        return False
    return abs(Fraction(one) - Fraction(other)) > _NEAR * abs(Fraction(one))
