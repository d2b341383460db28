"""What kinds share whose answers are numbers of options: their order in an instance, and how the numbers are read."""

import re
from collections.abc import Sequence

from dlquiz.core.chance import drawn
from dlquiz.core.expressions import Unreadable
from dlquiz.core.expressions.characters import as_read
from dlquiz.core.expressions.errors import brief

ASKED = "asked"
"""Among the values of an instance: the indices of its options in the order in which they are shown."""

_AROUND = str.maketrans(";()[].。", "       ")
_WORD = re.compile(r"[^\s,;→]+")


def shuffled(key: str, rev: int, seed: int, count: int, most: int) -> list[int]:
    """Return at most ``most`` of the indices below ``count``, in an order that depends on nothing but the arguments.

    >>> shuffled("cnn/which", 1, 7, 4, 4)
    [1, 0, 2, 3]
    """
    left = list(range(count))
    number = drawn(key, rev, seed, ASKED)
    found = []
    for _ in range(min(most, count)):
        number, at = divmod(number, len(left))
        found.append(left.pop(at))
    return found


def picked(text: str, count: int) -> list[tuple[int, int, int]]:
    """Return the options that a text names, each with its place and length: ``2 1 3``, ``2, 1``, ``b a c`` or ``213``.

    Raises Unreadable for what names none of ``count`` options.
    """
    plain = as_read(text).translate(_AROUND)
    words = list(_WORD.finditer(plain))
    if len(words) == 1 and count <= 9 and len(words[0][0]) > 1 and words[0][0].isalnum():
        start = words[0].start()
        return [(_number(sign, start + at, count), start + at, 1) for at, sign in enumerate(words[0][0])]
    return [(_number(word[0], word.start(), count), word.start(), len(word[0])) for word in words]


def _number(word: str, start: int, count: int) -> int:
    if word.isascii() and word.isdigit() and len(word) <= 2 and 1 <= int(word) <= count:
        return int(word)
    letter = word.lower()
    if len(letter) == 1 and "a" <= letter <= "z" and ord(letter) - ord("a") < count:
        return ord(letter) - ord("a") + 1
    sentence = "'{word}' names no option; they are numbered 1 to {count}"
    raise Unreadable(sentence, start, len(word), word=brief(word, 20), count=count)


def in_order(numbers: Sequence[int]) -> str:
    """Return the numbers of options as they are typed: ``2 1 3``."""
    return " ".join(str(number) for number in numbers)
