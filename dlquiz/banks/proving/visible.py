"""What readers see: answers in their own prompt, and the place of an answer by size."""

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from dlquiz.core.expressions import Expression, Undefined
from dlquiz.core.kinds.choice import Choice
from dlquiz.core.kinds.computed import Computed
from dlquiz.core.kinds.number import is_number
from dlquiz.core.questions import Question
from dlquiz.core.texts import LANGUAGES
from dlquiz.core.verdicts import Truth

SHORTEST = 4
"""Characters of a text or formula that is looked for; a shorter one stands in many sentences."""

_NUMBER = re.compile(r"(?<![\w.])-?(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+(?:\.\d+)?)")
_SHAPE = re.compile(r"[\[(]?\d+(?:\s*[,x×]\s*\d+)+[\])]?")
_SPACES = re.compile(r"[\s*·]")
_DRAWN = {"name", "field"}
"""Expressions that put a parameter in as it is."""
_DIGITS = 400
"""A number of more characters is no answer that anybody could read off."""


def is_given_away(question: Question, values: Mapping[str, Any], truth: Truth) -> bool:
    """Whether the prompt of an instance shows its answer in some language, and no wrong idea's value beside it."""
    if not isinstance(question, Computed):
        return False
    try:
        texts = [question.prompt.fill(language, values) for language in LANGUAGES]
    except Undefined:
        return False
    if isinstance(question, Choice):
        return any(_shows_option(text, question, values, truth) for text in texts)
    decoys = [value for value in (*truth.wrong.values(), *truth.elsewhere) if value is not None]
    return any(
        _shows(text, question, truth.value) and not any(_shows(text, question, decoy) for decoy in decoys)
        for text in dict.fromkeys(texts)
    )


def worked_out(question: Question) -> list[Expression]:
    """Return what the prompt of a question computes from its parameters; a value that is drawn is no such thing."""
    if not isinstance(question, Computed):
        return []
    holes = (hole for language in LANGUAGES for hole in question.prompt.template(language).holes)
    return [hole for hole in dict.fromkeys(holes) if isinstance(hole.tree, tuple) and hole.tree[0] not in _DRAWN]


def is_answer(question: Question, hole: Expression, values: Mapping[str, Any], truth: Truth) -> bool:
    """Whether what a prompt computes is the answer of an instance."""
    if not isinstance(question, Computed) or not is_number(truth.value):
        return False
    try:
        value = hole.evaluate(values)
    except Undefined:
        return False
    return is_number(value) and question.agree(value, truth.value)


def _shows(text: str, question: Computed, value: Any) -> bool:
    if isinstance(value, Expression):
        formula = _SPACES.sub("", value.written())
        return len(formula) >= SHORTEST and formula in _SPACES.sub("", text)
    if isinstance(value, list):
        return any(_sizes(found) == value for found in _SHAPE.findall(text))
    numbers = (Fraction(found.replace(",", "")) for found in _NUMBER.findall(text) if len(found) <= _DIGITS)
    return any(question.agree(number, value) for number in numbers)


def _sizes(shape: str) -> list[int]:
    return [int(size) for size in re.findall(r"\d+", shape) if len(size) <= _DIGITS]


def _shows_option(text: str, question: Choice, values: Mapping[str, Any], truth: Truth) -> bool:
    """Whether the prompt has the words of the right option, and of no other one."""
    right = place_of(question, truth)
    if right is None:
        return False
    shown = [_has(text, option.fill(language, values)) for language in LANGUAGES for option in question.options(values)]
    count = len(truth.options)
    return any(sum(part) == 1 and part[right] for part in (shown[:count], shown[count:]))


def _has(text: str, words: str) -> bool:
    return len(words) >= SHORTEST and words.casefold() in text.casefold()


def place_of(question: Choice, truth: Truth) -> int | None:
    """Return the index of the option that equals the answer; None unless there is one."""
    tolerance = question.answer.tolerance
    right = [at for at, value in enumerate(truth.options) if question.same(value, truth.value, tolerance)]
    return right[0] if len(right) == 1 else None


def rank_of(question: Choice, values: Mapping[str, Any], truth: Truth) -> int | None:
    """Return the place of the answer by size, from 0 for the smallest; None where readers can't see the options' sizes.

    They see them where every option says a number and nothing else.
    """
    right = place_of(question, truth)
    said = [_NUMBER.fullmatch(option.fill("en", values).strip()) for option in question.options(values)]
    sizes = [Fraction(one[0].replace(",", "")) for one in said if one is not None and len(one[0]) <= _DIGITS]
    if right is None or len(sizes) < len(said) or len(set(sizes)) < len(sizes):
        return None
    return sorted(sizes).index(sizes[right])
