"""What the prompt of a construction has to tell: the numbers that its goal asks for, in every language."""

import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import islice
from typing import Any, NamedTuple

from dlquiz.banks.proving.directions import sides
from dlquiz.banks.proving.numerals import in_words, numerals
from dlquiz.banks.proving.told import LANGUAGE_NAMES
from dlquiz.core.building.goal import Condition
from dlquiz.core.expressions import Expression
from dlquiz.core.kinds.construct import Construct
from dlquiz.core.kinds.number import is_number
from dlquiz.core.texts import LANGUAGES, Language, Text
from dlquiz.core.values import fits_a_float

_SMALL = 5
"""Whole numbers up to here are often said otherwise: "no key", "a single layer", "both"."""
_PLACES = 50
"""In how many places of a text a number is looked at."""
_NEARLY = {"at_least": "above", "above": "at_least", "at_most": "below", "below": "at_most"}
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


class Untold(NamedTuple):
    """A number that a condition asks for and a text does not: which text, the bound's key, and the number.

    ``instead`` are the words that make it another bound, None where the text has no such number.
    """

    text: str
    key: str
    bound: Any
    instead: str | None


def untold(question: Construct, condition: Condition, values: Mapping[str, Any]) -> Iterator[Untold]:
    """Yield each number that a condition asks for and a text does not.

    The prompt and the convention together are the text. It says a number in digits, in words, or as half or twice
    another one, and not as another bound: "at least 300" is no upper one. It says a value that follows from parameters
    also where it puts in all of these.
    """
    said = [question.prompt, *([question.convention] if question.convention else [])]
    texts = {language: " ".join(text.fill(language, values) for text in said).lower() for language in LANGUAGES}
    for key, bound in condition.wanted(values):
        if not is_number(bound) or not fits_a_float(bound) or _is_small(bound):
            continue
        lacking = [
            one for one in LANGUAGES if not (_says(texts[one], key, bound) or _follows(condition, key, said, one))
        ]
        if lacking:
            is_one = question.prompt.zh is not None and len(lacking) == 1
            which = f"the {LANGUAGE_NAMES[lacking[0]]} prompt" if is_one else "the prompt"
            yield Untold(which, key, bound, instead(texts[lacking[0]], key, bound))


def _says(text: str, key: str, bound: Any) -> bool:
    """Whether a text says a bound, as it is written or worded the other way."""
    exact, told = Fraction(str(bound)), _told(text)
    if exact in told and instead(text, key, bound) is None:
        return True
    if key not in _OTHERWISE or exact.denominator > 1:
        return False
    more, words = _OTHERWISE[key]
    return exact + more in told and words.search(text) is not None


def instead(text: str, key: str, bound: Any) -> str | None:
    """Return the words that make a number another bound; None where some place of it leaves that open, or has none."""
    exact = Fraction(str(bound))
    if key not in _OTHERWISE:
        return None
    fitting, found = {key} if exact.denominator == 1 else {key, _NEARLY[key]}, None
    for keys, words in islice(sides(text, exact), _PLACES):
        if not keys or keys & fitting:
            return None
        found = found or words
    return found


def _told(text: str) -> set[Any]:
    """Return the numbers that a text says, and the halves and doubles of these where it speaks of such."""
    told = in_words(text) | {number for found in numerals(text) for number in (found.value, *found.pieces)}
    return told | {number * share for number in told for share in shares(text)}


def shares(text: str) -> list[Fraction]:
    """Return the shares and multiples that a text says in words.

    >>> [str(share) for share in shares("half as many, and twice as large")]
    ['1/2', '2']
    """
    return [share for words, share in _SHARES if words.search(text)]


def _follows(condition: Condition, key: str, said: Sequence[Text], language: Language) -> bool:
    """Whether a value is worked out of parameters that the texts put in, so that it may be described in words."""
    source = {"is": condition.equals, "is_not": condition.differs}.get(key)
    if source is None or not isinstance(source.data, Expression) or not source.data.names:
        return False
    return source.data.names <= {name for one in said for hole in one.template(language).holes for name in hole.names}


def _is_small(number: Any) -> bool:
    return abs(number) <= _SMALL and bool(number == int(number))
