"""Equations in a text as it is shown: both sides are worked out, and have to be what the text says.

"(61 + 2·4 − 9)/2 + 1 = 31" is one. What holds a letter, a unit or a sign that is not read is let alone: a sentence is
not a formula, and a complaint about it has to be right.
"""

import re
from collections.abc import Collection, Iterator
from fractions import Fraction
from functools import lru_cache
from itertools import islice
from math import ceil, floor
from typing import NamedTuple

from dlquiz.core.expressions import Undefined, Unreadable, parse
from dlquiz.core.expressions.limits import TEXT_LENGTH
from dlquiz.core.values import show

_SIGNS = r"\d\s.,+\-−–×·*/÷^()²³⁴√⌊⌋⌈⌉"
_RELATIONS = "=<>!≤≥≠≈∝"
_EQUATION = re.compile(  # a left side begins where its signs do, so that each of them is looked at once
    rf"(?:(?<![{_SIGNS}{_RELATIONS}])|(?<=[{_RELATIONS}][{_SIGNS}]))"
    rf"(?P<left>[{_SIGNS}]++)(?P<sign>[=≈])(?=(?P<right>[{_SIGNS}]++)(?P<after>.?))"
)
_LONGEST = TEXT_LENGTH
"""Characters of a side that is worked out."""
_NEARBY = 100
"""How far before and after an equation its sentence is looked at."""
_MOST = 50
"""How many equations of a text are worked out."""
_KEPT = 2048
"""Texts of which it is known what does not hold: the same one is often read again, on another instance."""
_OPERATION = re.compile(r"[+\-−–×·*/÷^²³⁴√⌊⌈]")
_GROUPED = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_FULL_STOP = re.compile(r"\.(?!\d)|,")
_WORD_BEFORE = re.compile(r"([^\W\d_]+)\s*$")
_WORD_AFTER = re.compile(r"\s*([^\W\d_]+)")
_DOWN = re.compile(
    r"\bround\w*\s(?:\w+\s){0,3}?down\b|\bfloor(?:s|ed|ing)?\b|\btruncat\w+|\bcut off\b|\bremainder\b|\bleft over\b"
    r"|\bfull\b|\bwhole\b|向下|舍去|余",
    re.IGNORECASE,
)
_UP = re.compile(r"\bround\w*\s(?:\w+\s){0,3}?up\b|\bceil(?:s|ed|ings?)?\b|向上|进一", re.IGNORECASE)
_ROUNDED = re.compile(r"\bround(?:s|ed|ing)?\b|\bintegers?\b|取整|舍|整数", re.IGNORECASE)
_ARGUMENT = re.compile(r"[^\W_]['′″’]*$|[)\]}|‖!]$")
"""What a bracket right behind it belongs to: the name of a function, its subscript or its prime."""
_OTHERWISE = re.compile(r"\s*(?:in (?:absolute|binary|octal|hexa|base)|mod)")
_BRACKETS = str.maketrans({"⌊": "floor(", "⌋": ")", "⌈": "ceil(", "⌉": ")", "–": "-"})
_OPENS_A_SIDE = "([{:;,.!?=。：；，、！？（「“\"'—→"
_TIMES = {"million", "billion", "thousand", "percent", "万", "亿", "千", "百"}
_FUNCTIONS = {
    *("log", "ln", "lg", "exp", "sqrt", "floor", "ceil", "max", "min", "tanh", "sin", "cos", "mod"),
    *("of", "twice", "thrice", "half", "double", "triple", "mean", "average", "median", "minus", "plus", "times"),
}
_CHINESE_FUNCTIONS = (
    "一半",
    "两倍",
    "二倍",
    "三倍",
    "平均",
    "均值",
    "平均值",
    "中位数",
    "对数",
    "之和",
    "的和",
    "减",
    "加",
    "乘",
)
_NEAR, _ABOUT = Fraction(1, 10_000), Fraction(1, 50)


class Slip(NamedTuple):
    """An equation that does not hold: as it is written, and what its left side is."""

    written: str
    value: str


@lru_cache(maxsize=_KEPT)
def slips(text: str) -> tuple[Slip, ...]:
    """Return the equations of a text that do not hold; of the first fifty.

    >>> slips("So (8 + 2·1 − 3)/1 + 1 = 9, and d(3 − 1) = 4.")
    (Slip(written='(8 + 2·1 − 3)/1 + 1 = 9', value='8'),)
    """
    return tuple(_slips(text))


def _slips(text: str) -> Iterator[Slip]:
    roundings = _roundings(text)
    for found in islice(_EQUATION.finditer(text), _MOST):
        begin, end = found.start(), found.end("right")
        left = _left(found["left"], text[max(0, begin - _NEARBY) : begin])
        right = _right(found["right"], text[end : end + _NEARBY])
        if left is None or right is None or not _OPERATION.search(left + right):
            continue
        one, other = _value(left), _value(right)
        if one is None or other is None or _agree(one, other, left, right, found["sign"], roundings):
            continue
        yield Slip(f"{left} {found['sign']} {right}", show(one))


def _roundings(text: str) -> Collection[str]:
    """Return the ways in which a text says that a number is rounded: the word for one of them leaves out the others."""
    said = [name for name, words in (("down", _DOWN), ("up", _UP)) if words.search(text)]
    return said or (("down", "up", "nearest") if _ROUNDED.search(text) else ())


def _left(side: str, before: str) -> str | None:
    """Return the left side, cut where its sentence begins; None where something unread belongs to it."""
    parts = _FULL_STOP.split(_GROUPED.sub("", side))
    text = parts[-1].strip()
    if len(text) > _LONGEST:
        return None
    text = _opened(text)
    if text.count(")") > text.count("("):  # an argument of a function whose bracket opened before
        return None
    if len(parts) > 1:
        return text or None
    if not text or not before:
        return text or None
    touches = not side[:1].isspace()
    if touches and ((text[0] == "(" and _ARGUMENT.search(before)) or re.search(r"\d:$", before)):
        return None
    word = _WORD_BEFORE.search(before)
    if word is None:
        return text if before.rstrip()[-1:] in _OPENS_A_SIDE or not before.strip() else None
    if (touches and before[-1].isascii()) or text[0] in "-−–+×·*/÷^²³" or _is_symbol(word[1]):
        return None
    return None if _is_function(word[1]) or _is_bracketed(text) else text


def _right(side: str, after: str) -> str | None:
    """Return the right side, cut where its sentence ends; None where something unread belongs to it."""
    parts = _FULL_STOP.split(_GROUPED.sub("", side))
    text = parts[0].strip()
    if len(text) > _LONGEST:
        return None
    text = _closed(text)
    if not text or (_OPERATION.search(text[-1]) and text[-1] not in "²³⁴"):
        return None
    if len(parts) > 1 or not after:
        return text
    if _OTHERWISE.match(after):
        return None
    word = _WORD_AFTER.match(after)
    if word is None:
        return text if after.lstrip()[:1] in ",;:!?)]}=≈。，；：、！？）」”\"'—→<>≤≥…" else None
    attached = not side[-1:].isspace() and after[:1].isascii()
    short = word[1].isascii() and len(word[1]) < 2
    unit = word[1] in _TIMES or word[1][:1] in _TIMES
    return None if attached or short or unit or _is_function(word[1]) else text


def _opened(text: str) -> str:
    """Return a left side without the brackets of the sentence that open before it."""
    while text.count("(") > text.count(")") and text.startswith("("):
        text = text[1:].lstrip()
    return text


def _closed(text: str) -> str:
    """Return a right side without the brackets of the sentence that close or open after it."""
    while text.count(")") > text.count("(") and text.endswith(")"):
        text = text[:-1].rstrip()
    return text.rstrip("( ")


def _is_symbol(word: str) -> bool:
    """Whether a word is a letter, with subscripts or without, which a product may begin with; 头 is a word."""
    letters = [char for char in word if not char.isdigit()]
    return len(letters) < 2 and not any("一" <= char <= "鿿" for char in letters)


def _is_function(word: str) -> bool:
    """Whether a word says that something is made of the number behind it."""
    name = "".join(char for char in word.lower() if not char.isdigit())
    return name in _FUNCTIONS or word.endswith(_CHINESE_FUNCTIONS)


def _is_bracketed(text: str) -> bool:
    """Whether one bracket holds everything: behind a word, it is the word's argument.

    >>> _is_bracketed("(3 + 1)"), _is_bracketed("(3 + 1)·(2 + 2)")
    (True, False)
    """
    depth = 0
    for place, char in enumerate(text):
        depth += (char == "(") - (char == ")")
        if not depth:
            return place == len(text) - 1
    return False


def _value(side: str) -> Fraction | None:
    try:
        found = parse(side.translate(_BRACKETS)).evaluate({})
    except (Unreadable, Undefined):
        return None
    return Fraction(found) if isinstance(found, int | Fraction | float) and not isinstance(found, bool) else None


def _agree(one: Fraction, other: Fraction, left: str, right: str, sign: str, roundings: Collection[str]) -> bool:
    """Whether two sides are the same, as exactly as their digits are written."""
    if any(other == rounded for rounded in _rounded(one, left, roundings)):
        return True
    unit = max(_unit(left, one), _unit(right, other))
    return abs(one - other) <= (max(unit, _ABOUT * abs(other)) if sign == "≈" else unit)


def _rounded(value: Fraction, side: str, roundings: Collection[str]) -> Iterator[Fraction | int | None]:
    """Yield what a side is when it is rounded in these ways; down, also when each of its quotients is."""
    if "down" in roundings:
        yield from (floor(value), _value(side.replace("/", "//").replace("÷", "//")))
    if "up" in roundings:
        yield ceil(value)
    if "nearest" in roundings:
        yield round(value)


def _unit(side: str, value: Fraction) -> Fraction:
    """Return how far the value of a side may be off because its digits were rounded; whole numbers are exact."""
    decimals = [len(found) for found in re.findall(r"\d\.(\d+)", side)]
    if not decimals and "√" not in side:
        return Fraction(0)
    alone = not _OPERATION.search(side)
    return (
        Fraction(6, 10 ** (max(decimals) + 1))
        if alone
        else max(_NEAR * abs(value), Fraction(1, 10 ** min(decimals, default=6)))
    )
