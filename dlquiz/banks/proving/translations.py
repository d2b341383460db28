"""Numbers in the languages of a text: one that was changed in one language only stands in no other."""

import re
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction

from dlquiz.core.texts import Template, Text

_NUMBER = re.compile(
    r"(?P<digits>\d{1,3}(?:,\d{3})+(?!\d)|\d+(?:\.\d+)?)(?:\s*(?P<unit>million|billion|thousand|万|亿|千))?"
)
_LONGEST = 400
"""Characters of a number that is compared; Python reads none of over 4,300 digits."""
_UNITS = {None: 1, "thousand": 10**3, "千": 10**3, "万": 10**4, "million": 10**6, "亿": 10**8, "billion": 10**9}


def differing(text: Text) -> tuple[str, str] | None:
    """Return a number that only the English text has and one that only the other has, None unless there are both.

    A number in one language may be a word in the other, or left unsaid: that is no contradiction. Where each of them
    has one that the other lacks, the same number was written in two ways.

    >>> from dlquiz.core.texts import parse_template
    >>> differing(Text(parse_template("3 of 4.2 million"), parse_template("420 万之 2")))
    ('3', '2')
    """
    if text.zh is None:
        return None
    one, other = (_numbers(template) for template in (text.en, text.zh))
    counts = [Counter({value: len(written) for value, written in each.items()}) for each in (one, other)]
    lost, added = counts[0] - counts[1], counts[1] - counts[0]
    return (one[next(iter(lost))][0], other[next(iter(added))][0]) if lost and added else None


def _numbers(template: Template) -> dict[Fraction, list[str]]:
    """Return the numbers outside of holes with how each of them is written, once for each place."""
    found: dict[Fraction, list[str]] = {}
    for part in template.parts:
        for value, written in numbers(part) if isinstance(part, str) else ():
            found.setdefault(value, []).append(written)
    return found


def numbers(text: str) -> Iterator[tuple[Fraction, str]]:
    """Yield the numbers of a text with how they are written, such as ``4.2 million`` and ``420 万``."""
    for number in _NUMBER.finditer(text):
        if len(number["digits"]) <= _LONGEST:
            yield Fraction(number["digits"].replace(",", "")) * _UNITS[number["unit"]], number[0].strip()
