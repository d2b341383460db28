"""What a plain YAML scalar means, by the core schema of YAML 1.2; decimals stay exact.

``no``, ``on`` and ``y`` are texts, ``010`` is ten, ``1e3`` a number, ``0x1f`` and ``0o17`` are integers. Only plain
scalars are looked at: what stands in quotes is text.
"""

import re
from fractions import Fraction
from typing import TypeAlias

Plain: TypeAlias = str | int | Fraction | bool | None

DIGITS = 40
EXPONENT = 300

_MAY_MEAN_MORE = frozenset("0123456789+-.~tTfFnN")
_WORDS: dict[str, bool | None] = dict.fromkeys(("", "~", "null", "Null", "NULL"))
_WORDS |= dict.fromkeys(("true", "True", "TRUE"), True) | dict.fromkeys(("false", "False", "FALSE"), False)
_INTEGER = re.compile(r"[-+]?[0-9]+")
_BASED = re.compile(r"0x[0-9a-fA-F]+|0o[0-7]+")
_DECIMAL = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE](?P<exponent>[-+]?[0-9]+))?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")


class OutOfBounds(ValueError):  # noqa: N818 - it names what the number is
    """A number that a bank may not hold; the text is one sentence."""


def resolve(text: str) -> Plain:
    """Return what a plain scalar means; raises OutOfBounds.

    >>> resolve("no"), resolve("010"), resolve("1e3"), resolve("0.1"), resolve("~")
    ('no', 10, Fraction(1000, 1), Fraction(1, 10), None)
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _MAY_MEAN_MORE:
        return text
    if _INTEGER.fullmatch(text):
        return int(_bounded(text))
    if _BASED.fullmatch(text):
        return int(_bounded(text), 0)
    if decimal := _DECIMAL.fullmatch(text):
        return _exact(text, decimal["exponent"] or "0")
    if _NOT_FINITE.fullmatch(text):
        raise OutOfBounds(f"{text} is not a finite number")
    return text


def is_number(text: str) -> bool:
    """Say whether a scalar means a number where it stands without quotes, also one that a bank may not hold.

    >>> is_number("-1e6"), is_number("0x1f"), is_number("2*n"), is_number("1/2")
    (True, True, False, False)
    """
    try:
        meant = resolve(text)
    except OutOfBounds:
        return True
    return isinstance(meant, int | Fraction) and not isinstance(meant, bool)


def _bounded(text: str) -> str:
    if len(text) > DIGITS:
        raise OutOfBounds(f"a number may have at most {DIGITS} digits, and this one has {len(text)}")
    return text


def _exact(text: str, exponent: str) -> Fraction:
    if len(exponent) > len("+000") or abs(int(exponent)) > EXPONENT:
        raise OutOfBounds(f"a power of ten lies between -{EXPONENT} and {EXPONENT}")
    return Fraction(_bounded(text))
