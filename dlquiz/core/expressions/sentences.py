"""Sentences in the reader's language: written in English where they arise, with holes for what differs."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from dlquiz.core.texts import Language


_NONE: Mapping[str, Any] = {}


class Sentence(NamedTuple):
    """An English sentence with ``{holes}``, and what goes into them: texts, numbers, lists of words, or sentences.

    ``str()`` is English. In Chinese it is what :mod:`dlquiz.core.reasons` has for it; what only authors of banks meet
    is not there, and stays English.

    >>> missing = Sentence("a closing '{sign}' is missing", {"sign": ")"})
    >>> str(missing), missing.said("zh")
    ("a closing ')' is missing", '缺少右括号“)”')
    """

    english: str
    values: Mapping[str, Any] = _NONE

    def said(self, language: "Language") -> str:
        """Return the sentence in a language."""
        text = _chinese(self.english) if language == "zh" else self.english
        return (
            text.format(**{name: _put(value, language) for name, value in self.values.items()}) if self.values else text
        )

    def __str__(self) -> str:
        return self.said("en")


def _chinese(english: str) -> str:
    from dlquiz.core.reasons import CHINESE  # only Chinese readers pay for it

    return CHINESE.get(english, english)


def _put(value: Any, language: "Language") -> str:
    if isinstance(value, Sentence):
        return value.said(language)
    if isinstance(value, list | tuple):
        return _listed([str(word) for word in value], language)
    return str(value)


def _listed(words: Sequence[str], language: "Language", most: int = 12) -> str:
    """Return words as the language lists them; long lists are cut.

    >>> _listed(["h", "d", "n"], "en"), _listed(["h", "d", "n"], "zh")
    ('h, d and n', 'h、d 和 n')
    """
    comma, last, more = ("、", " 和 ", " 等") if language == "zh" else (", ", " and ", " and others")
    if len(words) > most:
        return comma.join(words[:most]) + more
    return last.join(filter(None, [comma.join(words[:-1]), *words[-1:]]))
