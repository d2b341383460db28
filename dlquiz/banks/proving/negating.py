"""Sentences that deny what an experiment asks: "is not linear" beside one that gives true for what is linear.

Such a claim is settled the wrong way round, and proved so where ``holds:`` is what the experiment gives. Looked for is
a negation in a main clause that nothing of the experiment accounts for: no negation of its own, and no word that says
the same by other means, as "stays the same" does for "does not change".
"""

import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from dlquiz.banks.proving.fitting import argued, spaced
from dlquiz.banks.proving.negating_chinese import denial_in_chinese
from dlquiz.core.calls import CallTemplate
from dlquiz.core.texts import Template, Text

_AUXILIARY = r"(?:is|are|was|were|do|does|did|can|could|will|would|has|have|had|may|might)"
_GIVES = r"(?:has|have|gets?|gives?|leaves?|makes?|needs?|pass(?:es)?|receives?|shows?|is|are)"


def _any(*words: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(words)})\b", re.IGNORECASE)


_DENIES = _any(
    rf"{_AUXILIARY}\s+(?:not|never)",
    rf"(?:{_AUXILIARY}|ca|wo)n[’']t",
    rf"{_GIVES}\s+no",
    "cannot|never",
    r"fails?\s+to",
    r"independent(?:ly)?\s+of",
    "ignores?",
)
"""Negations of a main verb; what must not be done says nothing of what is."""
_OPENS = re.compile(
    r"\b(?:that|which|who|whose|where|when(?:ever)?|if|unless|because|since|although|though|while|whereas|whether|how"
    r"|however|what(?:ever)?|why)\b|,\s*(?:as|for|so|than|before|after|until)\b"
)
"""What a subordinate clause begins with; the That of a new sentence does not."""
_CLOSES = re.compile(rf"[,;:.()]|\b(?:and|but|yet|{_AUXILIARY})\b", re.IGNORECASE)
"""What shows that a subordinate clause was over before the negation."""
_LIMITS = re.compile(
    r"\s*(?:only|just|merely|simply|(?:any |even )?(?:more|less|fewer|\w+er) [^,;]*\bthan)\b", re.IGNORECASE
)
"""Behind a negation: "not only" denies nothing, and "not more than" is "at most"."""

_NEGATIONS = r"not|never|no|none|nor|neither|nothing|cannot|without|unlike|lacks?|fails?\s+to|\w+n[’']t"
_SAID = _any(_NEGATIONS, r"independent(?:ly)?\s+of", "ignores?")
_ASKED = _any(_NEGATIONS)

_CONSTANT = r"same|stays?|keeps?|kept|unchanged|equals?|identity|commutes?|survives?|alike|agrees?|constant|preserves?"
_KEPT = _any(_CONSTANT, r"as it (?:is|was)", r"as they (?:are|were)")
_STEADY = _any(
    _CONSTANT,
    "itself|whatever|wherever|only|leaves?|unmoved|fixed|redundant|invariant|undoes|undone|ignores?|independent|fits?",
    "bounded|finite|exactly",
)
_LACKING = _any(
    "dead|dies?|vanish(?:es)?|collapses?|lost|loses?|stops?|misses|breaks?|blocks?|hides?|zeros?|stuck|drowns?",
    "forgets?|below|under|less|fewer|alone",
)
"""Words of an experiment that may account for a negation: that something stays, and that something is not there."""
_EVILS = _any(
    "stop|preve|hinde|hurt|harm|fail|excee|lose|miss|spoil|suffe|overf|under|explo|diver|vanis|die|colla|crash|leak",
    "drift|satur|forge|block",
)
"""What a sentence may deny of something that goes well, by the first letters."""
_CHANGES = _any("chang|depen|matte|alter|affec")
"""What "stays the same" denies, even where the experiment has the word: logits that change leave an order as it is."""
_SMALL = _any(
    "a|all|also|always|an|any|at|be|been|by|even|ever|exactly|in|longer|of|on|really|still|the|then|to|too|yet"
)
_WORD = re.compile(r"[A-Za-z]+")
_LETTERS = 5
_NEAR = 60
"""Characters behind a negation in which what is denied stands."""


class Denial(NamedTuple):
    """A negation, the first letters of the word that it denies, and the words that follow."""

    written: str
    denied: str
    near: str


def denial(sentence: Text, experiment: CallTemplate, summary: str) -> str | None:
    """Return how a sentence denies what an experiment asks, if it does; ``summary`` tells what that is.

    >>> call = CallTemplate("pool.is_linear", {"kind": "max"})
    >>> denied, silent = (Text(Template((say,))) for say in ("Max pooling isn't linear.", "The order doesn't matter."))
    >>> denial(denied, call, "Say whether it is additive."), denial(silent, call, "Say whether the mean stays.")
    ("isn't", None)
    """
    name, said = spaced(experiment.function), argued(experiment)
    asked = max(len(_ASKED.findall(name)), len(_ASKED.findall(summary))) + len(_ASKED.findall(said))
    english, chinese = _plain(sentence.en), _plain(sentence.zh)
    whole = f"{name} {summary} {said}"
    if len(_SAID.findall(english)) > asked:
        return next((one.written for one in _denials(english) if not _is_accounted_for(one, whole)), None)
    if any(words.search(f"{whole} {english}") for words in (_SAID, _STEADY, _LACKING)):
        return None
    return denial_in_chinese(chinese or english)


def _denials(sentence: str) -> Iterator[Denial]:
    """Yield the negations of main clauses."""
    for found in _DENIES.finditer(sentence):
        *_, opened = (0, *(one.end() for one in _OPENS.finditer(sentence, 0, found.start())))
        subordinate = opened and not _CLOSES.search(sentence, opened, found.start())
        if not subordinate and not _LIMITS.match(sentence, found.end()):
            near = re.split("[,;:.]", sentence[found.end() : found.end() + _NEAR])[0]
            yield Denial(" ".join(found[0].split()), _denied(found[0], near), near)


def _denied(negation: str, near: str) -> str:
    """Return the first letters of the word that is denied; what ignores a thing does not depend on it."""
    words = ("depend" if negation[:3].lower() in ("ind", "ign") else "", *_WORD.findall(near))
    telling = (word.lower() for word in words if word and not _SMALL.fullmatch(word) and not word.endswith("ly"))
    return "".join(islice(telling, 1))[:_LETTERS]


def _is_accounted_for(one: Denial, experiment: str) -> bool:
    words = [word.lower() for word in _WORD.findall(experiment)]
    steady = _STEADY.search(experiment) is not None
    if any(word.startswith(one.denied) for word in words) and not (steady and _CHANGES.fullmatch(one.denied)):
        return False
    if _EVILS.fullmatch(one.denied) or any(word.startswith(f"un{one.denied[:4]}") for word in words):
        return True
    if steady:
        return not _KEPT.search(one.near)
    return _LACKING.search(experiment) is not None


def _plain(text: Template | None) -> str:
    return "" if text is None else "".join(part if isinstance(part, str) else " … " for part in text.parts)
