"""``vocabulary.*``: the numbers of tokens."""

from typing import Annotated

from engine.arguments import Between, Length
from engine.evidence import Block, Run, Table
from engine.registry import Kind, function
from engine.text.tokens import Unit, tokenize
from engine.text.vocabulary import SPECIALS, Vocabulary

Words = Annotated[str, Length(1, 2000)]
MinFreq = Annotated[int, Between(1, 1000)]
_EXAMPLE = {"text": "a a b c c c", "min_freq": 2}
_SHOWN = 64


@function("vocabulary.size", Kind.MEASURED, example=_EXAMPLE, shows=(Vocabulary,))
def size(text: Words, min_freq: MinFreq = 1, specials: bool = True, unit: Unit = "word") -> Run:
    """Return the size of a text's vocabulary; ``specials`` adds <pad>, <bos>, <eos> and <unk>.

    >>> size("a a b c c c", min_freq=2).value, size("a a b c c c", min_freq=2, specials=False).value
    (6, 2)
    """
    known = _vocabulary(text, min_freq, specials, unit)
    return Run(len(known), lambda: [_table(known)], device="cpu")


@function("vocabulary.tokens", Kind.MEASURED, example=_EXAMPLE, shows=(Vocabulary,))
def tokens(text: Words, min_freq: MinFreq = 1, specials: bool = True, unit: Unit = "word") -> Run:
    """Return a vocabulary in its order: specials, then the most frequent first, equally frequent ones by their text.

    >>> tokens("b a a b c").value[4:]
    ['a', 'b', 'c']
    """
    known = _vocabulary(text, min_freq, specials, unit)
    return Run(list(known.tokens), lambda: [_table(known)], device="cpu")


@function("vocabulary.ids", Kind.MEASURED, example={**_EXAMPLE, "of": "a b d"}, shows=(Vocabulary,))
def ids(text: Words, of: Words, min_freq: MinFreq = 1, specials: bool = True, unit: Unit = "word") -> Run:
    """Return the numbers of the tokens of ``of`` in the vocabulary of ``text``; unknown ones get that of <unk>, 3.

    >>> ids("a a b c c c", of="a b c", min_freq=2).value
    [5, 3, 4]
    """
    known = _vocabulary(text, min_freq, specials, unit)
    numbers = known.encode(tokenize(of, unit))
    return Run(numbers, lambda: [_table(known)], device="cpu")


def _vocabulary(text: str, min_freq: int, specials: bool, unit: Unit) -> Vocabulary:
    return Vocabulary(tokenize(text, unit), min_freq, SPECIALS if specials else ())


def _table(known: Vocabulary) -> Block:
    rows = [(number, token, known.counts[token]) for number, token in enumerate(known.tokens[:_SHOWN])]
    return Table("Vocabulary", ["number", "token", "occurs"], rows)
