"""What goes wrong with an expression: it cannot be read, or it has no value."""


class Unreadable(ValueError):  # noqa: N818 (the name says it)
    """Text that the language does not read, and where in it.

    ``reason`` is a sentence without the position; ``position`` is a 0-based index into the text as it was given
    (never past its last character, 0 for an empty text) and ``length`` says how many characters are meant.
    For people ``str()`` counts from 1.

    >>> str(Unreadable("a closing ')' is missing", 4))
    "character 5: a closing ')' is missing"
    """

    def __init__(self, reason: str, position: int, length: int = 1):
        super().__init__(reason, position, length)
        self.reason = reason
        self.position = position
        self.length = max(1, length)

    def __str__(self) -> str:
        return f"character {self.position + 1}: {self.reason}"


class Undefined(ValueError):  # noqa: N818
    """An expression that reads well but has no value here; the text is one sentence."""


def brief(word: str, longest: int = 40) -> str:
    """Return ``word`` cut to a length that fits into a sentence.

    >>> brief("abcdef", 4)
    'abc…'
    """
    return word if len(word) <= longest else word[: longest - 1] + "…"


def listed(words: list[str], most: int = 12) -> str:
    """Return words as English lists them; long lists are cut.

    >>> listed(["h", "d", "n"])
    'h, d and n'
    """
    if len(words) > most:
        return ", ".join(words[:most]) + " and others"
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))
