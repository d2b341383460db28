"""What goes wrong with an expression: it cannot be read, or it has no value."""

from typing import TYPE_CHECKING, Any

from dlquiz.core.expressions.sentences import Sentence

if TYPE_CHECKING:
    from dlquiz.core.texts import Language


class Unreadable(ValueError):  # noqa: N818 (the name says it)
    """Text that the language does not read, and where in it.

    The sentence is given in English, with ``values`` for its holes, and without the position; :meth:`said` tells it in
    another language. ``position`` is a 0-based index into the text as it was given (never past its last character, 0
    for an empty text) and ``length`` says how many characters are meant. For people ``str()`` counts from 1.

    >>> str(Unreadable("a closing '{sign}' is missing", 4, sign=")"))
    "character 5: a closing ')' is missing"
    """

    def __init__(self, sentence: str | Sentence, position: int, length: int = 1, **values: Any):
        self.sentence = sentence if isinstance(sentence, Sentence) else Sentence(sentence, values)
        super().__init__(self.sentence, position, length)
        self.position = position
        self.length = max(1, length)

    @property
    def reason(self) -> str:
        """The sentence in English."""
        return str(self.sentence)

    def said(self, language: "Language") -> str:
        """Return the sentence in a language."""
        return self.sentence.said(language)

    def __str__(self) -> str:
        return f"character {self.position + 1}: {self.reason}"


class Undefined(ValueError):  # noqa: N818
    """An expression that reads well but has no value here; the text is one sentence, as for :class:`Unreadable`.

    >>> str(Undefined("a list has more than {most} entries", most=1000))
    'a list has more than 1000 entries'
    """

    def __init__(self, sentence: str | Sentence, **values: Any):
        self.sentence = sentence if isinstance(sentence, Sentence) else Sentence(sentence, values)
        super().__init__(self.sentence)

    def said(self, language: "Language") -> str:
        """Return the sentence in a language."""
        return self.sentence.said(language)

    def __str__(self) -> str:
        return str(self.sentence)


def brief(word: str, longest: int = 40) -> str:
    """Return ``word`` cut to a length that fits into a sentence.

    >>> brief("abcdef", 4)
    'abc…'
    """
    return word if len(word) <= longest else word[: longest - 1] + "…"
