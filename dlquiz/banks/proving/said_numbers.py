"""Numbers of claims: who says "30 layers" wants to see thirty of them run, and not another number.

A claim need not say every number of its experiment, nor pass every number that it says. But where it says one that is
not passed, while one is passed that nothing says, the two are likely meant to be the same.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from dlquiz.banks.complaints import Complaint, complaint
from dlquiz.banks.proving.bounds import shares
from dlquiz.banks.proving.numerals import in_words, numerals
from dlquiz.banks.signatures import Signatures
from dlquiz.core.kinds.claims import Claims
from dlquiz.core.kinds.number import is_number
from dlquiz.core.questions import Question
from dlquiz.core.texts import LANGUAGES, Text
from dlquiz.core.values import fits_a_float, show

_POWER = re.compile(r"\d+[⁻⁰¹²³⁴-⁹]+")


def told(*texts: Text | None) -> set[Fraction]:
    """Return the numbers that texts say, in any language: in digits, in words, and as halves or doubles."""
    found: set[Fraction] = set()
    for text in (text for text in texts if text is not None):
        for language in LANGUAGES:
            said = "".join(part if isinstance(part, str) else " " for part in text.template(language).parts).lower()
            numbers = {number for one in numerals(said) for number in (one.value, *one.pieces)}
            numbers |= {*map(Fraction, in_words(said))}
            found |= {*numbers, *shares(said), *(number * share for number in numbers for share in shares(said))}
    return found


def unsaid(question: Question, signatures: Signatures) -> Iterator[Complaint]:
    """Yield a complaint for each claim that says a number beside an experiment that is run with another one."""
    if not isinstance(question, Claims):
        return
    beside = told(question.convention, question.prompt)
    for claim in question.claims:
        given = claim.proof.arguments
        passed = {number: name for name, value in given.items() for number in _numbers(value)}
        function = claim.proof.function
        summary = signatures.functions[function].summary if function in signatures.functions else ""
        known = {*passed, *_numbers({**signatures.defaults(function), **claim.control.arguments})}
        known |= {one.value for one in numerals(summary)}
        said = told(claim.say)
        lone = [number for number, ways in _said_in(_english(claim.say).lower()) if not known & ways]
        strange = [number for number in passed if number not in said | beside]
        if lone and strange:
            run = f"{function} is run with {passed[strange[0]]}={show(strange[0])}"
            fix = "see whether the run is about what the text says; if it is, say its number, or leave the other out"
            yield complaint(claim.at, "DQ445", f"the text says {show(lone[0])}, and {run}", fix)


def _said_in(text: str) -> Iterator[tuple[Fraction, set[Fraction]]]:
    """Yield the numbers of a text with what each may stand for: "half" is one half, and 1/2 is of 1 and 2, too."""
    for one in numerals(text):
        yield one.value, {one.value, *one.pieces}
    for number in (*map(Fraction, sorted(in_words(text) - {1})), *shares(text)):
        yield number, {number}


def _english(text: Text) -> str:
    """Return the English text without its holes, and without powers: 10⁻⁵ is no 10."""
    return _POWER.sub(" ", "".join(part if isinstance(part, str) else " " for part in text.en.parts))


def _numbers(value: Any) -> Iterator[Fraction]:
    """Yield the numbers of an argument, whatever it is made of."""
    if isinstance(value, Mapping):
        yield from _numbers(list(value.values()))
    elif isinstance(value, Iterable) and not isinstance(value, str):
        for item in value:
            yield from _numbers(item)
    elif is_number(value) and fits_a_float(value):
        yield Fraction(str(value))
