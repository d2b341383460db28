"""What n-gram models assume and what follows: order of words, memory, unseen n-grams, smoothing, sparsity."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import permutations
from typing import Annotated, Literal

import torch
from torch import Tensor

from engine.arguments import Between
from engine.evidence import Run, Table
from engine.experiments._settle import Holds, settle
from engine.registry import Kind, function
from engine.text.joint_table import chain, from_conditionals
from engine.text.ngram_model import NgramModel

Order = Annotated[int, Between(1, 3)]
Alpha = Annotated[int, Between(0, 10)]
_SHOWS = (NgramModel,)
_WORDS = "abc"


@function("ngram.ignores_word_order", Kind.MEASURED, example={"order": 1}, shows=_SHOWS)
def ignores_word_order(order: Order = 1) -> Run:
    """Say whether an n-gram model gives every permutation of a sentence of three words the same probability.

    Random texts of 60 words, with every word at least once behind every other.
    """
    return settle(
        "Probability of each permutation of a b c, less that of a b c",
        Holds.IF_EQUAL,
        _permuted,
        {"order": order},
        [{"order": n} for n in (1, 2, 3)],
    )


def _permuted(generator: torch.Generator, order: int) -> Tensor:
    model = NgramModel(_text(generator), order)
    values = [model.sentence_probability(words) for words in permutations(_WORDS)]
    return torch.tensor([float(value - values[0]) for value in values])


@function("ngram.word_back_matters", Kind.MEASURED, example={"order": 2, "back": 1}, shows=_SHOWS)
def word_back_matters(order: Order = 2, back: Annotated[int, Between(1, 3)] = 1) -> Run:
    """Say whether the word this many places ``back`` can change a word's probability by a model of this order."""
    return settle(
        "Probability of a word in two contexts that differ in the word so far back",
        Holds.IF_DIFFERENT,
        _effect_of_word,
        {"order": order, "back": back},
        [{"order": n, "back": places} for n, places in ((2, 1), (2, 2), (3, 2), (3, 3))],
    )


def _effect_of_word(generator: torch.Generator, order: int, back: int) -> Tensor:
    model = NgramModel(_text(generator), order)
    contexts = [["a"] * (3 - back) + [word] + ["a"] * (back - 1) for word in _WORDS]
    values = [[model.probability(token, context) for token in _WORDS] for context in contexts]
    return torch.tensor([[float(value - first) for value, first in zip(row, values[0], strict=True)] for row in values])


@function("ngram.probabilities_sum_to_one", Kind.MEASURED, example={"alpha": 1}, shows=_SHOWS)
def probabilities_sum_to_one(alpha: Alpha = 1, add_to: Literal["both", "numerator"] = "both") -> Run:
    """Say whether the probabilities of all words after a context sum to 1 when ``alpha`` is added to every count.

    Laplace's smoothing adds it in the ``numerator`` and, once for each word of the vocabulary, in the denominator.
    """
    return settle(
        "Sum over all words, less 1",
        Holds.IF_EQUAL,
        _sum_error,
        {"alpha": alpha, "add_to": add_to},
        [{"alpha": alpha, "add_to": where} for where in ("both", "numerator")],
    )


def _sum_error(generator: torch.Generator, alpha: int, add_to: str) -> Tensor:
    words = _text(generator)
    model = NgramModel(words, 2, Fraction(alpha))
    if add_to == "both":
        sums = [sum(model.probability(token, [context]) for token in _WORDS) for context in _WORDS]
    else:
        counts, seen = model.counts[-1], model.continued[-1]
        sums = [
            sum(Fraction(counts[context, token] + alpha, seen[(context,)]) for token in _WORDS) for context in _WORDS
        ]
    return torch.tensor([float(total - 1) for total in sums])


@function("ngram.unseen_is_impossible", Kind.MEASURED, example={"alpha": 0}, shows=_SHOWS)
def unseen_is_impossible(alpha: Alpha = 0) -> Run:
    """Say whether a sentence gets probability 0 because one pair of neighbours never stood in the text."""
    rows = []
    for way in dict.fromkeys([alpha, 0, 1]):
        model = NgramModel("abcabca", 2, Fraction(way))
        found = model.sentence_probability("acb")
        rows.append((way, str(found), found == 0))
    columns = ["alpha", "P(a c b) in the text a b c a b c a", "impossible"]
    return Run(rows[0][2], lambda: [Table("A pair that never stood there: a c", columns, rows)], device="cpu")


@function("ngram.sparser_with_order", Kind.MEASURED, example={"text": "random"}, shows=_SHOWS)
def sparser_with_order(text: Literal["random", "one word"] = "random") -> Run:
    """Say whether the share of possible n-grams that a text of 200 words never shows grows with n, from 1 to 4.

    ``random`` words are drawn from 8; ``one word`` is repeated.
    """
    kinds = {kind: _unseen(kind) for kind in dict.fromkeys([text, "random", "one word"])}
    rows = [(kind, *map(float, shares)) for kind, shares in kinds.items()]
    grows = all(later > earlier for earlier, later in zip(kinds[text], kinds[text][1:], strict=False))
    columns = ["text", *(f"n = {n}" for n in range(1, 5))]
    return Run(
        grows, lambda: [Table("Share of the V^n possible n-grams that never occur", columns, rows)], device="cpu"
    )


def _unseen(text: str) -> list[Fraction]:
    generator = torch.Generator().manual_seed(0)
    words = (
        ["a"] * 200 if text == "one word" else list(map(str, torch.randint(8, (200,), generator=generator).tolist()))
    )
    return [NgramModel(words, n).unseen_share() for n in range(1, 5)]


@function("ngram.markov_chain_of_order", Kind.MEASURED, example={"order": 2, "memory": 1}, shows=(NgramModel, chain))
def markov_chain_of_order(order: Order = 2, memory: Annotated[int, Between(0, 2)] = 1) -> Run:
    """Say whether an n-gram model is a Markov chain of this order, each word judged by the ``memory`` words before it.

    Over all 27 sentences of three words: their probabilities beside those of the chain.
    """
    return settle(
        "Probability of each sentence by the chain, less that by the model",
        Holds.IF_EQUAL,
        _markov_error,
        {"order": order, "memory": memory},
        [{"order": n, "memory": k} for n, k in ((1, 0), (2, 0), (2, 1), (3, 1), (3, 2))],
    )


def _markov_error(generator: torch.Generator, order: int, memory: int) -> Tensor:
    model = NgramModel(_text(generator), order)

    def next_word(prefix: tuple[int, ...]) -> Tensor:
        context = [_WORDS[place] for place in prefix]
        return torch.tensor([float(model.probability(word, context)) for word in _WORDS], dtype=torch.float64)

    joint = from_conditionals(next_word, 3, 3)
    return (chain(joint, memory) - joint).flatten(1)


def _text(generator: torch.Generator) -> Sequence[str]:
    """Return 60 words; every triple of them stands at its end once, so that no context is unknown."""
    drawn = [_WORDS[number] for number in torch.randint(3, (60,), generator=generator).tolist()]
    return [*drawn, *"aaabaacabbabcacbaccbbbcbcccaa"]
