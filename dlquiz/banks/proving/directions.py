"""Directions in words: which end of an order comes first, and on which side of a number something has to lie."""

import re
from collections.abc import Iterator
from fractions import Fraction

from dlquiz.banks.proving.numerals import Numeral, numerals, spelled

_MOST = r"(?:largest|biggest|greatest|highest|most|longest|widest|deepest|maximum)"
_LEAST = r"(?:smallest|least|fewest|lowest|shortest|narrowest|shallowest|minimum)"
_COMES = r"(?: \w+)?(?: (?:comes?|goes|is|stands))? first\b"
_FIRST = {
    True: re.compile(
        rf"\b{_MOST}{_COMES}|\bdescending\b|\bdecreasing order\b"
        rf"|\bfrom (?:the )?{_MOST}\b[^.?!]{{0,60}}\bto (?:the )?{_LEAST}\b"
        r"|[从由][大多高长宽深]到[小少低短窄浅]|降序|最[大多高长]的?(?:排?在最?前|先(?!验))"
    ),
    False: re.compile(
        rf"\b{_LEAST}{_COMES}|\bascending\b|\bincreasing order\b"
        rf"|\bfrom (?:the )?{_LEAST}\b[^.?!]{{0,60}}\bto (?:the )?{_MOST}\b"
        r"|[从由][小少低短窄浅]到[大多高长宽深]|升序|最[小少低短]的?(?:排?在最?前|先(?!验))"
    ),
}
_SIDES = (
    ({"at_least"}, r"\bat least|\bminimum of|至少|最少|最低"),
    ({"at_most"}, r"\bat most|\bup to|\bmaximum of|至多|最多|最高"),
    ({"above"}, r"\b(?:more|larger|greater|higher) than|\babove|\bover|\bexceed(?:s|ing)?|[多大高]于|超过|超出"),
    ({"below"}, r"\b(?:fewer|less|smaller|lower) than|\bbelow|\bunder|[少小低]于|不到|不足"),
)
_NOT = r"(?P<no>\b(?:no|not|never|without|cannot|\w+n't)(?: to| be| go)? |不[能得可应要许会]?)?"
_BEFORE = [(keys, re.compile(rf"{_NOT}(?:{words})\s?(?:an?|the|about)?\s?\Z")) for keys, words in _SIDES]
_AFTER = (
    ({"at_least"}, re.compile(r"(?: [\w×-]+)? or more\b")),
    ({"at_most"}, re.compile(r"(?: [\w×-]+)? or (?:fewer|less)\b")),
    ({"at_least", "above"}, re.compile(r"\s?\S?以上")),
    ({"at_most", "below"}, re.compile(r"\s?\S?以[内下]")),
)
_OPPOSITE = {"at_least": "below", "below": "at_least", "at_most": "above", "above": "at_most"}
_REACH = 40
"""Characters before a number in which its direction is looked for."""


def descends(text: str) -> bool | None:
    """Return whether a text asks for the largest first; None where it names no direction, or both.

    >>> descends("From the most weights to the fewest?"), descends("Smallest first."), descends("从大到小排序")
    (True, False, True)
    >>> descends("Order them by size.") is None
    True
    """
    said = [which for which, words in _FIRST.items() if words.search(text.lower())]
    return said[0] if len(said) == 1 else None


def sides(text: str, number: Fraction) -> Iterator[tuple[set[str], str]]:
    """Yield for each place where a text says a number the bounds that its words there may be, and these words.

    Where no word of the list stands beside it, nothing is yielded for that place but an empty set.

    >>> [(sorted(keys), words) for keys, words in sides("At least 300, not over 500 or 300", Fraction(300))]
    [(['at_least'], 'At least 300'), ([], '300')]
    >>> [(sorted(keys), words) for keys, words in sides("参数不超过五百", Fraction(500))]
    [(['at_most'], '不超过五百')]
    """
    for found in (*numerals(text), *spelled(text)):
        if number in (found.value, *found.pieces):
            yield _side(text, found)


def _side(text: str, number: Numeral) -> tuple[set[str], str]:
    begin = max(number.start - _REACH, 0)
    before = text[begin : number.start].lower()
    for keys, words in _BEFORE:
        found = words.search(before)
        if found is not None:
            turned = {_OPPOSITE[key] for key in keys} if found["no"] else keys
            return turned, text[begin + found.start() : number.end]
    for keys, words in _AFTER:
        found = words.match(text, number.end)
        if found is not None:
            return keys, text[number.start : found.end()]
    return set(), number.written
