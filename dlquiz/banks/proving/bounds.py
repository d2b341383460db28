"""What the prompt of a construction has to tell: the numbers that its goal asks for, in every language."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from dlquiz.banks.proving.numerals import in_words, numerals
from dlquiz.core.building.goal import Condition
from dlquiz.core.expressions import Expression
from dlquiz.core.kinds.construct import Construct
from dlquiz.core.kinds.number import is_number
from dlquiz.core.texts import LANGUAGES, Language, Text

_NAMES: Mapping[Language, str] = {"en": "English", "zh": "Chinese"}
_SMALL = 5
"""Whole numbers up to here are often said otherwise: "no key", "a single layer", "both"."""
_OTHERWISE = {
    "at_most": (1, re.compile(r"(fewer|less|smaller|lower) than|below|under|[少小低]于|不到(?=\s*\d)|不足|以内")),
    "below": (-1, re.compile(r"at most|no more|not more|up to|maximum|exceed|最[多大]|至多|不超过|不[多大]于|以内")),
    "at_least": (
        -1,
        re.compile(r"(?<!no )(?<!not )(more|larger|greater) than|above|over|exceed|(?<!不)([多大高]于|超过)"),
    ),
    "above": (1, re.compile(r"at least|(no|not) (fewer|less)|minimum|or more|最[少小]|至少|不[少小]于|以上")),
}
"""What is added to a whole bound where it is worded the other way, and in which words: at most 10 is fewer than 11."""
_SHARES = (
    (re.compile(r"\bhal(?:f|ve)|一半|减半"), Fraction(1, 2)),
    (re.compile(r"\bdoubl|\btwice\b|两倍|翻倍|加倍"), Fraction(2)),
    (re.compile(r"\bthird|三分之一"), Fraction(1, 3)),
    (re.compile(r"\bquarter|四分之一"), Fraction(1, 4)),
)
"""Words that say a number by another one: who halves 32 has been told 16."""


def untold(question: Construct, condition: Condition, values: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Yield each number that a condition asks for and a text does not: which text lacks it, the bound's key, and it.

    The prompt and the convention together are the text. It says a number in digits, in words up to twelve, or as half
    or twice another one; it says a value that follows from parameters also where it puts in all of these.
    """
    said = [question.prompt, *([question.convention] if question.convention else [])]
    texts = {language: " ".join(text.fill(language, values) for text in said).lower() for language in LANGUAGES}
    for key, bound in condition.wanted(values):
        if not is_number(bound) or not math.isfinite(bound) or _is_small(bound):
            continue
        lacking = [
            one for one in LANGUAGES if not (_says(texts[one], key, bound) or _follows(condition, key, said, one))
        ]
        if lacking:
            is_one = question.prompt.zh is not None and len(lacking) == 1
            yield f"the {_NAMES[lacking[0]]} prompt" if is_one else "the prompt", key, bound


def _says(text: str, key: str, bound: Any) -> bool:
    """Whether a text says a bound, as it is written or worded the other way."""
    exact, told = Fraction(str(bound)), _told(text)
    if exact in told:
        return True
    if key not in _OTHERWISE or exact.denominator > 1:
        return False
    more, words = _OTHERWISE[key]
    return exact + more in told and words.search(text) is not None


def _told(text: str) -> set[Any]:
    """Return the numbers that a text says, and the halves and doubles of these where it speaks of such."""
    told = in_words(text) | {number for found in numerals(text) for number in (found.value, *found.pieces)}
    shares = [share for words, share in _SHARES if words.search(text)]
    return told | {number * share for number in told for share in shares}


def _follows(condition: Condition, key: str, said: Sequence[Text], language: Language) -> bool:
    """Whether a value is worked out of parameters that the texts put in, so that it may be described in words."""
    source = {"is": condition.equals, "is_not": condition.differs}.get(key)
    if source is None or not isinstance(source.data, Expression) or not source.data.names:
        return False
    return source.data.names <= {name for one in said for hole in one.template(language).holes for name in hole.names}


def _is_small(number: Any) -> bool:
    return abs(number) <= _SMALL and bool(number == int(number))
