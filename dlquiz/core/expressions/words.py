"""Which names a run of letters means: a name, a function, or a product of names written without a sign."""

import difflib
from collections.abc import Collection

from dlquiz.core.expressions.errors import Unreadable, brief
from dlquiz.core.expressions.sentences import Sentence

FUNCTIONS = {
    "floor": 1,
    "ceil": 1,
    "sqrt": 1,
    "exp": 1,
    "log": 1,
    "log2": 1,
    "log10": 1,
    "abs": 1,
    "min": None,
    "max": None,
    "sum": None,
    "prod": None,
}
"""The functions, and how many values each takes; None is one or more."""

KEYWORDS = ("and", "or", "not", "true", "false")
RESERVED = frozenset(KEYWORDS)
"""Words that can name no parameter."""


def split(word: str, names: Collection[str], endings: Collection[str] = ()) -> list[str] | None:
    """Return the declared names that ``word`` is made of, the longest first at each place; None if it is not.

    ``endings`` are further words that may stand at the end, such as a function before its bracket.

    >>> split("hdk", {"h", "d", "dk"})
    ['h', 'dk']
    """
    longest = max(map(len, [*names, *endings]), default=0)
    cut: dict[int, int] = {len(word): len(word)}
    for start in reversed(range(len(word))):
        for stop in range(min(len(word), start + longest), start, -1):
            piece = word[start:stop]
            if stop in cut and (piece in names or (stop == len(word) and piece in endings)):
                cut[start] = stop
                break
    if 0 not in cut:
        return None
    pieces, start = [], 0
    while start < len(word):
        pieces.append(word[start : cut[start]])
        start = cut[start]
    return pieces


def read(word: str, names: Collection[str], *, before_bracket: bool, position: int) -> list[str]:
    """Return the names (and, before a bracket, perhaps at the end a function) that ``word`` stands for.

    With no declared ``names`` any word is a name. Before a bracket a function comes first, then a declared name,
    which makes a product. Raises Unreadable for a word that means nothing here.
    """
    if word in names or (before_bracket and word in FUNCTIONS):
        return [word]
    pieces = split(word, names, FUNCTIONS if before_bracket else ())
    if pieces is not None:
        return pieces
    if word in FUNCTIONS:
        raise Unreadable("'{word}' needs brackets: {word}(x)", position, len(word), word=word)
    if before_bracket:
        advice = _nearest(word, [*names, *FUNCTIONS]) or Sentence(
            "; the functions are {names}", {"names": [*FUNCTIONS]}
        )
        sentence = "'{word}' is not a function here{advice}"
        raise Unreadable(sentence, position, len(word), word=brief(word), advice=advice)
    if not names:
        return [word]
    raise Unreadable(unknown(word, names), position, len(word))


def unknown(word: str, names: Collection[str]) -> Sentence:
    """Return the sentence about a name that is none.

    >>> print(unknown("k", ["h", "d"]))
    'k' is not a name here; the names are h and d
    """
    known = sorted(names) if isinstance(names, set | frozenset) else list(names)
    stem = word.rstrip("0123456789")
    pieces = split(stem, known) if stem and stem != word else None
    if pieces:
        advice = Sentence(
            "; write {stem}^{digits} for a power or {digits}*{stem} for a product",
            {"stem": pieces[-1], "digits": brief(word[len(stem) :], 8)},
        )
    else:
        advice = Sentence("{known}{nearest}", {"known": _known(known), "nearest": _nearest(word, known) or ""})
    return Sentence("'{word}' is not a name here{advice}", {"word": brief(word), "advice": advice})


def _known(names: list[str]) -> Sentence:
    if not names:
        return Sentence("; there are no names")
    if len(names) == 1:
        return Sentence("; the only name is {name}", {"name": names[0]})
    return Sentence("; the names are {names}", {"names": names})


def _nearest(word: str, known: Collection[str]) -> Sentence | None:
    close = difflib.get_close_matches(word, list(known), n=1)
    return Sentence("; did you mean '{name}'?", {"name": close[0]}) if close else None
