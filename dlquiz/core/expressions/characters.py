"""How single characters are read: one for one, so that every position stays that of the text as typed.

Full-width forms (U+FF01 to U+FF5E) are read as their ASCII counterparts, and the typographic minus, times and
division signs as ``- * /``. Digits are ASCII, full-width or superscript; digits of other scripts are refused.
"""

import re
import unicodedata

from dlquiz.core.expressions.sentences import Sentence

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_SPACES = "\u00a0\u2002\u2003\u2009\u202f\u3000\n\r\t"
_SIGNS = {"-": "−–—‐‑‒﹣", "*": "×·∗⋅∙✕✖", "/": "÷∕⁄", ",": "、", " ": _SPACES, "≤": "⩽≦", "≥": "⩾≧"}
_TABLE = _FULL_WIDTH | {ord(spelling): ord(sign) for sign, spellings in _SIGNS.items() for spelling in spellings}

CROSSES = frozenset("×✕✖")
"""Signs that multiply in an expression and separate the sizes of a shape."""

RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿ", "0123456789+-()n", strict=True))
"""Superscripts and what each stands for."""

_ASSIGNED = re.compile(r"^\s*(?:[^\W\d]\w*)?\s*[=＝](?![=＝])")
_ADVICE = {
    "=": "write == to compare two values",
    "!": "write != for 'is not equal to'",
    "&": "write 'and'",
    "|": "write 'or', or abs(x) for the absolute value",
    "{": "round brackets group",
    "}": "round brackets group",
    ";": "a comma separates values",
    "∞": "infinity is not a number here",
    "½": "write 1/2",
    "∑": "write sum(x)",
    "∏": "write prod(x)",
}


def as_read(text: str) -> str:
    """Return the text in the characters that the language is written in, of the same length.

    >>> as_read("２＊（ｄ − 1）÷ ３")
    '2*(d - 1)/ 3'
    """
    return text.translate(_TABLE)


def unassigned(text: str) -> str:
    """Return the text with blanks in place of ``h =`` or ``=`` before a formula: people name what they give.

    >>> unassigned("h = 4d"), unassigned("= 4d"), unassigned("h == d")
    ('    4d', '  4d', 'h == d')
    """
    return _ASSIGNED.sub(lambda found: " " * len(found[0]), text)


def first_unread(text: str) -> int | None:
    """Return the place of the first digit of another script or invisible character, None where there is none.

    >>> first_unread("1 ٣"), first_unread("１ 3²")
    (2, None)
    """
    read = enumerate(as_read(text))
    return next((at for at, sign in read if _is_foreign_digit(sign) or not sign.isprintable()), None)


def _is_foreign_digit(character: str) -> bool:
    return not character.isascii() and unicodedata.decimal(character, None) is not None


def refusal(character: str) -> Sentence:
    """Return the sentence that says why a character is not read.

    >>> print(refusal("٣"))
    '٣' is a digit of another script; write digits as 0 to 9
    """
    if not character.isprintable():
        return Sentence("the invisible character U+{code} is not read here", {"code": f"{ord(character):04X}"})
    if _is_foreign_digit(character):
        return Sentence("'{sign}' is a digit of another script; write digits as 0 to 9", {"sign": character})
    if as_read(character) in "'\"":
        return Sentence("a closing quote is missing")
    advice = _ADVICE.get(as_read(character))
    if advice is None:
        return Sentence("'{sign}' is not read here", {"sign": character})
    return Sentence("'{sign}' is not read here; {advice}", {"sign": character, "advice": Sentence(advice)})
