"""Numbers in the languages of a text: one that was changed in one language only stands in no other."""

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

from dlquiz.banks.proving.numerals import Numeral, numerals, spelled
from dlquiz.core.texts import Template, Text


def differing(text: Text) -> tuple[str, str] | None:
    """Return a number that only the English text has and one that only the other has, None unless there are both.

    A number in one language may be a word in the other, or left unsaid: that is no contradiction. Where each of them
    has one that the other lacks, the same number was written in two ways. Equal values are one number, however they
    are written, and so are a quotient and the two numbers that it is made of. Where the digits agree,
    words for numbers are compared, too.

    >>> from dlquiz.core.texts import parse_template
    >>> differing(Text(parse_template("3 of 4.2 million, 50 %"), parse_template("420 万之 2，1/2")))
    ('3', '2')
    >>> differing(Text(parse_template("A stride of two, no bias"), parse_template("步幅为三，无偏置")))
    ('two', '三')
    >>> differing(Text(parse_template("One of them has 3"), parse_template("两者中的某个有 3")))
    """
    if text.zh is None:
        return None
    one, other = _numerals(text.en), _numerals(text.zh)
    lost, added = _without(one, other), _without(other, one)
    left = _pieces(lost) - _pieces(added), _pieces(added) - _pieces(lost)
    return (_first(lost, left[0]), _first(added, left[1])) if all(left) else _spelled_otherwise(text.en, text.zh)


def _spelled_otherwise(one: Template, other: Template) -> tuple[str, str] | None:
    """Return a number of each language that the other has neither in digits nor in words; "one" may count anything."""
    some, others = (
        [*_numerals(text), *(number for part in _plain(text) for number in spelled(part) if number.value != 1)]
        for text in (one, other)
    )
    lost, added = _strange(some, others), _strange(others, some)
    return (lost[0].written, added[0].written) if lost and added else None


def _strange(some: Sequence[Numeral], others: Sequence[Numeral]) -> list[Numeral]:
    """Return the numbers of which neither the value nor a part is among others."""
    met = {value for one in others for value in (one.value, *one.pieces)}
    return [one for one in some if met.isdisjoint((one.value, *one.pieces))]


def _numerals(template: Template) -> list[Numeral]:
    """Return the numbers outside of holes."""
    return [found for part in _plain(template) for found in numerals(part)]


def _plain(template: Template) -> list[str]:
    return [part for part in template.parts if isinstance(part, str)]


def _without(some: Sequence[Numeral], others: Sequence[Numeral]) -> list[Numeral]:
    """Return the numbers of which there are more among some than among others."""
    met = Counter(one.value for one in others)
    left = []
    for one in some:
        if met[one.value]:
            met[one.value] -= 1
        else:
            left.append(one)
    return left


def _pieces(found: Sequence[Numeral]) -> Counter[Fraction]:
    return Counter(piece for one in found for piece in one.pieces)


def _first(found: Sequence[Numeral], pieces: Counter[Fraction]) -> str:
    return next(one.written for one in found if not pieces.keys().isdisjoint(one.pieces))
