"""Text that is safe to show: what could steer a terminal, or turn its reading order, becomes a visible sign.

Bank texts, answers, engine output and error messages all pass through here before they are drawn. Each character is
replaced by exactly one, so a position in the text is the same position in what is shown.
"""

import re

REPLACEMENT = "\ufffd"
"""Stands for a character that has no picture of its own."""

# C0 and DEL, C1, soft hyphen, Arabic letter mark, zero-width space, left/right marks, separators of lines and
# paragraphs, bidi embeddings and overrides, invisible operators, bidi isolates, byte order mark, interlinear
# annotation, surrogates, tags.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)


def printable(text: str) -> str:
    """Return ``text`` with every unsafe character replaced by one sign; line feeds stay, tabs become one space.

    Control characters become their pictures, all others U+FFFD.

    >>> printable("29\\x1b[31m"), printable("a\\tb\\n\\x07")
    ('29␛[31m', 'a b\\n␇')
    """
    return _UNSAFE.sub(_sign, text)


def printable_line(text: str) -> str:
    """Return :func:`printable` text on one line: a line feed is shown as its picture, too.

    >>> printable_line("one\\ntwo")
    'one␊two'
    """
    return printable(text).replace("\n", "␊")


def _sign(found: re.Match[str]) -> str:
    code = ord(found[0])
    if found[0] == "\n":
        return "\n"
    if found[0] == "\t":
        return " "
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else REPLACEMENT
