"""Numbers in prose: as digits with what belongs to them, and in words."""

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
    r"(?<![\d.,])\d{3}0s(?![0-9A-Za-z])|['’]\d0s(?![0-9A-Za-z])"
    r"|(?<!\d)\d{1,4}(?:(?:st|nd|rd|th)[- ]century|\s*世纪|\s*年代)",
    re.IGNORECASE,
)
"""Decades and centuries, which languages count in different ways: the 1990s are 20 世纪 90 年代."""
_LONGEST = 400
"""Characters of a number that is read; Python reads none of over 4,300 digits."""
_UNITS = {"thousand": 10**3, "千": 10**3, "万": 10**4, "million": 10**6, "亿": 10**8, "billion": 10**9}
_ONES = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEENS = (
    "ten",
    "eleven",
    "twelve",
    *(f"{word}teen" for word in ("thir", "four", "fif", "six", "seven", "eigh", "nine")),
)
_TENS = {
    f"{word}ty": 10 * size
    for size, word in enumerate(("twen", "thir", "for", "fif", "six", "seven", "eigh", "nine"), 2)
}
_DIGITS = {word: size for size, word in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_PLACES = {"十": 10, "百": 100, "千": 1000}
_GROUPS = {"万": 10**4, "亿": 10**8}

WORDS = {
    **{word: value for value, word in enumerate((*_ONES, *_TEENS[:3]), start=1)},
    **{word: value for word, value in _DIGITS.items() if value},
    "十": 10,
}
"""Words for the numbers up to twelve, in English, and for those up to ten, in Chinese."""
_ENGLISH = {**WORDS, **{word: size for size, word in enumerate(_TEENS, start=10)}, **_TENS, "dozen": 12}

_ONE = "|".join(_ONES)
_SMALL = rf"(?:(?:{'|'.join(_TENS)})(?:[ -](?:{_ONE}))?|{'|'.join(_TEENS)}|{_ONE}|dozen)"
_HUNDREDS = rf"(?:(?:{_ONE}|an?) hundred(?:(?: and)? {_SMALL})?|{_SMALL})"
_LARGE = rf"(?:{_HUNDREDS}|an?) (?:thousand|million|billion)(?:(?: and)? {_HUNDREDS})?"
_ORDINAL = r"[ -](?:first|second|third|[a-z]+th)\b"
_SPELLED = re.compile(
    rf"(?<!half[ -])(?<!half a )\b(?:{_LARGE}|{_HUNDREDS})\b(?!{_ORDINAL})"
    r"|一打|(?<!第)[零〇一二三四五六七八九十百千万亿两]+(?!成)"
)
"""Longer names come first: "ten thousand" is no ten."""


class Numeral(NamedTuple):
    """A number of a text: its value, how it is written, the numbers that its digits are by themselves, its place."""

    value: Fraction
    written: str
    pieces: tuple[Fraction, ...]
    start: int = 0

    @property
    def end(self) -> int:
        """Where it ends in its text."""
        return self.start + len(self.written)


def numerals(text: str) -> Iterator[Numeral]:
    """Yield the numbers of a text that are written in digits; decades and centuries are none.

    >>> [str(one.value) for one in numerals("4.2 million, 420 万, 1e-3, 90 %, 百分之 90, 1/2, the 1990s")]
    ['4200000', '4200000', '1/1000', '9/10', '9/10', '1/2']
    """
    for found in _NUMBER.finditer(_CALENDAR.sub(lambda one: " " * len(one[0]), text)):
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
    return Numeral(value / 100 if is_percent else value, found[0].strip(), pieces, found.start())


def spelled(text: str) -> Iterator[Numeral]:
    """Yield the numbers of a text that are written in English or Chinese words.

    >>> [str(one.value) for one in spelled("Twelve, twenty-one, a million, ten thousand, three hundred and five")]
    ['12', '21', '1000000', '10000', '305']
    >>> [str(one.value) for one in spelled("十一 rows, 二十个, 一万, 十万, 百万, 三百零五, 两千")]
    ['11', '20', '10000', '100000', '1000000', '305', '2000']
    """
    lower = text.lower()
    for found in _SPELLED.finditer(lower):
        value = Fraction(_in_english(found[0]) if found[0].isascii() else _in_chinese(found[0]))
        yield Numeral(value, text[found.start() : found.end()], (value,), found.start())


def in_words(text: str) -> set[Fraction]:
    """Return the numbers that a text says in English or Chinese words.

    >>> sorted(map(int, in_words("Twelve layers of two heads; 十一 rows")))
    [2, 11, 12]
    """
    return {found.value for found in spelled(text)}


def _in_english(words: str) -> int:
    """Return what words say: "a hundred and twenty thousand" is 120,000."""
    total = group = 0
    for word in re.findall(r"[a-z]+", words):
        if word == "hundred":
            group = max(group, 1) * 100
        elif word in _UNITS:
            total, group = total + max(group, 1) * _UNITS[word], 0
        else:
            group += _ENGLISH.get(word, 0)
    return total + group


def _in_chinese(words: str) -> int:
    """Return what words say: 一百二十万 is 1,200,000, and 一百五 is 150."""
    if words == "一打":
        return 12
    total = group = digit = 0
    for word in words:
        if word in _GROUPS:
            total, group, digit = total + max(group + digit, 1) * _GROUPS[word], 0, 0
        elif word in _PLACES:
            group, digit = group + max(digit, 1) * _PLACES[word], 0
        else:
            digit = _DIGITS[word]
    place = {**_PLACES, **_GROUPS}.get(words[-2:-1], 1)
    return total + group + digit * max(place // 10, 1)
