"""``text.*``: cutting and cleaning text."""

from typing import Annotated, Literal

from engine.arguments import Length
from engine.errors import Refused
from engine.evidence import Block, Run, Table
from engine.registry import Kind, function
from engine.text.cleaning import clean, encoded, is_printable_ascii
from engine.text.tokens import Unit, tokenize

Words = Annotated[str, Length(1, 2000)]
Encoding = Literal["ascii", "latin-1", "gbk", "gb18030", "utf-8"]
_SHOWN = 64


@function("text.tokens", Kind.MEASURED, example={"text": "the time machine"}, shows=(tokenize,))
def tokens(text: Words, unit: Unit = "word") -> Run:
    """Return the tokens of a text: what stands between white space, or every character.

    >>> tokens("to be", unit="character").value
    ['t', 'o', ' ', 'b', 'e']
    """
    found = tokenize(text, unit)
    return Run(found, lambda: [_token_table(found)], device="cpu")


@function("text.num_tokens", Kind.MEASURED, example={"text": "the time machine"}, shows=(tokenize,))
def num_tokens(text: Words, unit: Unit = "word", distinct: bool = False) -> Run:
    """Return how many tokens a text has, or how many different ones.

    >>> num_tokens("to be or not to be").value, num_tokens("to be or not to be", distinct=True).value
    (6, 4)
    """
    found = tokenize(text, unit)
    return Run(len(set(found)) if distinct else len(found), lambda: [_token_table(found)], device="cpu")


@function("text.num_words", Kind.LIBRARY, example={"text": "a\u00a0b", "separator": "space"})
def num_words(text: Words, separator: Literal["white space", "space"] = "white space") -> Run:
    """Return into how many pieces Python splits a text: ``split()`` at any white space, ``split(' ')`` at U+0020.

    >>> num_words("a\u00a0b").value, num_words("a\u00a0b", separator="space").value
    (2, 1)
    """
    found = text.split() if separator == "white space" else text.split(" ")
    return Run(len(found), lambda: [_token_table(found), _characters(text)], device="cpu")


@function("text.cleaned", Kind.MEASURED, example={"text": "Va\u202f! Oui."}, shows=(clean,))
def cleaned(text: Words) -> Run:
    """Return a text with no-break spaces as spaces, in lower case, with a space before each of , . ! and ?.

    >>> cleaned("Go.").value
    'go .'
    """
    after = clean(text)
    return Run(after, lambda: [_before_and_after(text, after)], device="cpu")


@function("text.encoded", Kind.LIBRARY, example={"text": "a\u00a0b", "encoding": "utf-8"}, shows=(encoded,))
def encoded_text(text: Words, encoding: Encoding) -> Run:
    """Return the bytes of a text in hexadecimal; what the encoding has no code for is refused.

    >>> encoded_text("a\u00a0b", "utf-8").value
    '61 c2 a0 62'
    """
    return Run(encoded(text, encoding).hex(" "), lambda: [_characters(text)], device="cpu")


@function("text.is_encodable", Kind.LIBRARY, example={"text": "a\u00a0b", "encoding": "gbk"}, shows=(encoded,))
def is_encodable(text: Words, encoding: Encoding) -> Run:
    """Say whether an encoding has a code for every character of a text.

    >>> is_encodable("a\u00a0b", "gbk").value, is_encodable("a b", "gbk").value
    (False, True)
    """
    try:
        encoded(text, encoding)
    except Refused:
        return Run(False, lambda: [_characters(text)], device="cpu")
    return Run(True, lambda: [_characters(text)], device="cpu")


@function("text.is_printable_ascii", Kind.MEASURED, example={"text": "a b"}, shows=(is_printable_ascii,))
def printable(text: Words) -> Run:
    """Say whether every character lies from U+0020 to U+007E."""
    return Run(is_printable_ascii(text), lambda: [_characters(text)], device="cpu")


@function("text.num_printable", Kind.MEASURED, example={}, shows=(is_printable_ascii,))
def num_printable(spaces: bool = True) -> Run:
    """Return how many of the 128 ASCII characters can be printed, with or without the space.

    >>> num_printable().value
    95
    """
    found = [chr(code) for code in range(128) if is_printable_ascii(chr(code)) and (spaces or chr(code) != " ")]
    ends = [(f"U+{ord(one):04X}", one) for one in (found[0], found[-1])]
    return Run(len(found), lambda: [Table("First and last", ["code", "character"], ends)], device="cpu")


def _token_table(found: list[str]) -> Block:
    return Table("Tokens", ["place", "token"], [(place, repr(token)) for place, token in enumerate(found[:_SHOWN])])


def _characters(text: str) -> Block:
    rows = [(place, repr(c), f"U+{ord(c):04X}", c.encode().hex(" ")) for place, c in enumerate(text[:_SHOWN])]
    return Table("Characters", ["place", "character", "code", "bytes in UTF-8"], rows)


def _before_and_after(before: str, after: str) -> Block:
    rows = [(name, repr(text[:_SHOWN]), text[:_SHOWN].encode().hex(" ")) for name, text in _named(before, after)]
    return Table("Cleaning", ["", "text", "bytes in UTF-8"], rows)


def _named(before: str, after: str) -> list[tuple[str, str]]:
    return [("before", before), ("after", after)]
