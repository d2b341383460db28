"""Tokenisation: a text is cut into the units that a model reads, words or characters."""

from typing import Literal

Unit = Literal["word", "character"]


def tokenize(text: str, unit: Unit = "word") -> list[str]:
    """Return the tokens in order: words are what stands between white space, characters are all, spaces included.

    White space is any character that Unicode calls so, the no-break space U+00A0 as well. Punctuation stays at its
    word: clean the text first (:func:`engine.text.cleaning.clean`) where it is to be a token of its own.

    >>> tokenize("the time machine"), tokenize("a b", unit="character")
    (['the', 'time', 'machine'], ['a', ' ', 'b'])
    """
    return text.split() if unit == "word" else list(text)
