"""Numbers in prose: as digits with what belongs to them, and in words up to twelve."""

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

_NUMBER = re.compile(
    r"(?P<hundredth>百分之\s*)?"
    r"(?P<digits>\d{1,3}(?:,\d{3})+(?!\d)|\d+(?:\.\d+)?)"
    r"(?:[eE](?P<exponent>[+-]?\d{1,3})(?![0-9A-Za-z])|\s*/\s*(?P<below>\d+)(?!\d|[.,]\d|\s*/))?"
    r"(?:\s*(?P<unit>million|billion|thousand|per\s?cent|万|亿|千|%|％))?"
)
_CALENDAR = re.compile(
    r"(?<![\d.,])\d{3}0s(?![0-9A-Za-z])|['’]\d0s(?![0-9A-Za-z])|\d+(?:st|nd|rd|th)[- ]century|\d+\s*世纪|\d+\s*年代",
    re.IGNORECASE,
)
"""Decades and centuries, which languages count in different ways: the 1990s are 20 世纪 90 年代."""
_LONGEST = 400
"""Characters of a number that is read; Python reads none of over 4,300 digits."""
_UNITS = {"thousand": 10**3, "千": 10**3, "万": 10**4, "million": 10**6, "亿": 10**8, "billion": 10**9}
_ENGLISH = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_CHINESE = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")
_WORDS = {word: value for words in (_ENGLISH, _CHINESE) for value, word in enumerate(words, start=1)} | {
    "两": 2,
    "dozen": 12,
    "一打": 12,
}
_WORD = re.compile(r"[a-z]+|一打|[零〇一二三四五六七八九十百千万两]+")


class Numeral(NamedTuple):
    """A number of a text: its value, how it is written, and the numbers that its digits are by themselves."""

    value: Fraction
    written: str
    pieces: tuple[Fraction, ...]


def numerals(text: str) -> Iterator[Numeral]:
    """Yield the numbers of a text that are written in digits; decades and centuries are none.

    >>> [str(one.value) for one in numerals("4.2 million, 420 万, 1e-3, 90 %, 百分之 90, 1/2, the 1990s")]
    ['4200000', '4200000', '1/1000', '9/10', '9/10', '1/2']
    """
    for found in _NUMBER.finditer(_CALENDAR.sub(" ", text)):
        if len(found[0]) <= _LONGEST:
            yield _read(found)


def _read(found: re.Match[str]) -> Numeral:
    unit = found["unit"]
    size = (
        Fraction(found["digits"].replace(",", "")) * Fraction(10) ** int(found["exponent"] or 0) * _UNITS.get(unit, 1)
    )
    pieces = (size,) if found["below"] is None else (size, Fraction(found["below"]))
    value = size / pieces[1] if len(pieces) > 1 and pieces[1] else size
    is_percent = found["hundredth"] or (unit is not None and unit not in _UNITS)
    return Numeral(value / 100 if is_percent else value, found[0].strip(), pieces)


def in_words(text: str) -> set[int]:
    """Return the numbers from 1 to 12 that a text says in English or Chinese words.

    >>> sorted(in_words("Twelve layers of two heads; 十一 rows, not 二十 of them"))
    [2, 11, 12]
    """
    return {_WORDS[word] for word in _WORD.findall(text.lower()) if word in _WORDS}
