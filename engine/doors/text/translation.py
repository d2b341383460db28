"""``translation.*``: what becomes of a sentence pair on its way into a translation model."""

from collections.abc import Sequence
from typing import Annotated

from engine.arguments import Between, Length
from engine.evidence import Block, Run, Table
from engine.registry import Kind, function
from engine.text.cleaning import clean
from engine.text.tokens import tokenize
from engine.text.translation import Pairs, Sentences, decode, encode, load_pairs, truncate_or_pad
from engine.text.vocabulary import EOS, PAD, Vocabulary

Sentence = Annotated[str, Length(1, 200)]
Sentences_ = Annotated[Sequence[tuple[Sentence, Sentence]], Length(1, 32)]
Steps = Annotated[int, Between(1, 64)]
_SENTENCE = {"sentence": "I'm home.", "num_steps": 6}
_SHOWS = (clean, tokenize, truncate_or_pad, encode)


@function("translation.tokens", Kind.MEASURED, example=_SENTENCE, shows=_SHOWS)
def tokens(sentence: Sentence, num_steps: Steps) -> Run:
    """Return a sentence as a model reads it: cleaned, cut into words, with <eos>, and padded or cut to ``num_steps``.

    >>> tokens("Go on.", 5).value, tokens("Go on.", 2).value
    (['go', 'on', '.', '<eos>', '<pad>'], ['go', 'on'])
    """
    rows, known = _one(sentence, num_steps)
    return Run(known.decode(rows.ids[0].tolist()), lambda: [_table([sentence], rows, known)], device="cpu")


@function("translation.valid_len", Kind.MEASURED, example=_SENTENCE, shows=_SHOWS)
def valid_len(sentence: Sentence, num_steps: Steps) -> Run:
    """Return how many tokens of a sentence padded or cut to ``num_steps`` are no padding; <eos> counts.

    >>> valid_len("Go on.", 5).value, valid_len("Go on.", 2).value
    (4, 2)
    """
    rows, known = _one(sentence, num_steps)
    return Run(int(rows.valid_lens[0]), lambda: [_table([sentence], rows, known)], device="cpu")


@function("translation.keeps_end", Kind.MEASURED, example=_SENTENCE, shows=_SHOWS)
def keeps_end(sentence: Sentence, num_steps: Steps) -> Run:
    """Say whether <eos> is still there after a sentence was cut or padded to ``num_steps``."""
    rows, known = _one(sentence, num_steps)
    return Run(EOS in known.decode(rows.ids[0].tolist()), lambda: [_table([sentence], rows, known)], device="cpu")


@function(
    "translation.batch",
    Kind.MEASURED,
    example={"pairs": [["Go.", "Va\u202f!"], ["Run!", "Cours\u202f!"]], "num_steps": 4},
    shows=(load_pairs,),
)
def batch(pairs: Sentences_, num_steps: Steps, min_freq: Annotated[int, Between(1, 32)] = 1) -> Run:
    """Return the numbers of sentence pairs, sources then targets; each language has a vocabulary of its own.

    >>> batch([("Go.", "Va !")], 4).value
    [[[5, 4, 2, 0]], [[5, 4, 2, 0]]]
    """
    loaded = load_pairs(pairs, num_steps, min_freq)
    return Run([loaded.source.ids.tolist(), loaded.target.ids.tolist()], lambda: _evidence(pairs, loaded), device="cpu")


def _one(sentence: str, num_steps: int) -> tuple[Sentences, Vocabulary]:
    words = tokenize(clean(sentence))
    known = Vocabulary(words)
    return encode([words], known, num_steps), known


def _evidence(pairs: Sequence[tuple[str, str]], loaded: Pairs) -> list[Block]:
    source, target = ([pair[side] for pair in pairs] for side in (0, 1))
    return [
        _table(source, loaded.source, loaded.source_vocabulary),
        _table(target, loaded.target, loaded.target_vocabulary),
    ]


def _table(sentences: Sequence[str], rows: Sentences, known: Vocabulary) -> Block:
    cells = [
        (repr(raw), " ".join(known.decode(ids.tolist())), str(ids.tolist()), int(length), " ".join(decode(ids, known)))
        for raw, ids, length in zip(sentences, *rows, strict=True)
    ]
    columns = ["sentence", f"tokens (padded with {PAD})", "numbers", "valid length", "read back"]
    return Table("Sentences", columns, cells)
