"""Cleaning text before it is cut into tokens.

Source: Zhang, Lipton, Li & Smola, "Dive into Deep Learning", section "Machine Translation and the Dataset".
"""

from engine.errors import Refused

NO_BREAK_SPACES = {"\u00a0": "NO-BREAK SPACE", "\u202f": "NARROW NO-BREAK SPACE"}
"""Spaces at which no line may break; French puts them before ! and ?."""
PUNCTUATION = ",.!?"


def clean(text: str) -> str:
    """Return the text with no-break spaces as spaces, in lower case, and with a space before each of , . ! and ?.

    A space is put in only where none stands, and never at the very beginning, so cleaning twice changes nothing more.

    >>> clean("Va\\u202f! Oui,\\u00a0Paul.")
    'va ! oui , paul .'
    """
    plain = replace_no_break_spaces(text).lower()
    return "".join(
        f" {mark}" if mark in PUNCTUATION and place and plain[place - 1] != " " else mark
        for place, mark in enumerate(plain)
    )


def replace_no_break_spaces(text: str) -> str:
    """Return the text with U+00A0 and U+202F as plain spaces, U+0020.

    >>> replace_no_break_spaces("a\\u00a0b").encode().hex(" ")
    '61 20 62'
    """
    return text.translate(dict.fromkeys(map(ord, NO_BREAK_SPACES), " "))


def is_printable_ascii(text: str) -> bool:
    """Say whether every character lies from U+0020 (space) to U+007E (~): 95 characters in all.

    >>> is_printable_ascii("a b~"), is_printable_ascii("a\\u00a0b"), is_printable_ascii("a\\tb")
    (True, False, False)
    """
    return all(0x20 <= ord(character) <= 0x7E for character in text)


def encoded(text: str, encoding: str) -> bytes:
    """Return the bytes of the text, or refuse with the character that the encoding lacks.

    >>> encoded("a\\u00a0b", "utf-8").hex(" ")
    '61 c2 a0 62'
    >>> encoded("a\\u00a0b", "gbk")
    Traceback (most recent call last):
    engine.errors.Refused: gbk has no code for U+00A0, character 1 of the text
    """
    try:
        return text.encode(encoding)
    except UnicodeEncodeError as failure:
        code = ord(text[failure.start])
        raise Refused(f"{encoding} has no code for U+{code:04X}, character {failure.start} of the text") from None
