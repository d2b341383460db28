"""``ngram.*``: language models that are counted, with exact fractions."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Annotated

import torch

from engine.arguments import Between, Length
from engine.errors import Refused
from engine.evidence import Block, Blocks, Curve, Run, Series, Table, Text
from engine.metrics.ngrams import ngrams
from engine.registry import Kind, function
from engine.text.ngram_model import NgramModel
from engine.text.tokens import tokenize

Words = Annotated[str, Length(1, 2000)]
Token = Annotated[str, Length(1, 40)]
Order = Annotated[int, Between(1, 5)]
Alpha = Annotated[int, Between(0, 100)]
"""Laplace's α: what is added to each count."""
_TEXT = "a b a c a b"
_SHOWN = 32


@function("ngram.count", Kind.MEASURED, example={"text": _TEXT, "of": "a b"}, shows=(ngrams,))
def count(text: Words, of: Words) -> Run:
    """Return how often the words of ``of`` stand next to one another, in this order, in a text.

    >>> count("a b a c a b", "a b").value
    2
    """
    sought = tuple(tokenize(of))
    if not sought:
        raise Refused("'of' holds no word")
    found = ngrams(tokenize(text), len(sought))
    rows = [(place, " ".join(ngram), ngram == sought) for place, ngram in enumerate(found[:_SHOWN])]
    table = Table(f"{len(sought)}-grams in order", ["place", "n-gram", "counts"], rows)
    return Run(found.count(sought), lambda: [table], device="cpu")


@function(
    "ngram.probability",
    Kind.MEASURED,
    example={"text": _TEXT, "token": "b", "context": "a", "order": 2},
    shows=(NgramModel,),
)
def probability(
    text: Words, token: Token, context: Annotated[str, Length(0, 2000)] = "", order: Order = 2, alpha: Alpha = 0
) -> Run:
    """Return P(token | context) of an n-gram model counted in a text; ``order`` is n, ``alpha`` Laplace's smoothing.

    Of the context only the last n - 1 words count.

    >>> probability("a b a c a b", "b", "a").value == 2 / 3, probability("a b a c a b", "b", "a", alpha=1).value
    (True, 0.5)
    """
    model = _model(text, order, alpha)
    found = model.probability(token, tokenize(context))
    return Run(float(found), lambda: [Text(f"P = {found}"), _counts(model)], device="cpu")


@function(
    "ngram.sentence_probability",
    Kind.MEASURED,
    example={"text": _TEXT, "sentence": "a c", "order": 2},
    shows=(NgramModel,),
)
def sentence_probability(text: Words, sentence: Words, order: Order = 2, alpha: Alpha = 0) -> Run:
    """Return the probability of a sentence by an n-gram model: a product of conditional probabilities.

    The first words are judged by shorter contexts: P(w₁)·P(w₂|w₁)·P(w₃|w₁w₂) for a trigram model.

    >>> sentence_probability("a b a c a b", "a c").value == 1 / 6
    True
    """
    model, words = _model(text, order, alpha), tokenize(sentence)
    found = model.sentence_probability(words)
    return Run(float(found), lambda: _chain(model, words, found), device="cpu")


@function("ngram.num_params", Kind.MODULE, example={"vocab_size": 10, "order": 3})
def num_params(vocab_size: Annotated[int, Between(1, 1000)], order: Order) -> Run:
    """Return how many probabilities a table of all n-grams holds, one for each sequence of n tokens.

    >>> num_params(1000, 3).value
    1000000000
    """
    table = torch.empty([vocab_size] * order, device="meta")

    def evidence() -> Blocks:
        orders = list(range(1, 6))
        grown = [float(torch.empty([vocab_size] * n, device="meta").numel()) for n in orders]
        series = Series(f"V = {vocab_size}", list(map(float, orders)), grown)
        return [Curve("Numbers in the table", [series], "n", "numbers", log_y=True)]

    return Run(table.numel(), evidence, device="meta")


@function("ngram.unseen_share", Kind.MEASURED, example={"text": _TEXT, "order": 2}, shows=(NgramModel,))
def unseen_share(text: Words, order: Order) -> Run:
    """Return how many of the possible n-grams over a text's own words it does not hold, as a share of V^n.

    >>> unseen_share("a b a c a b", 2).value == 1 - 4 / 9
    True
    """
    model = _model(text, order, 0)
    return Run(float(model.unseen_share()), lambda: [_shares(text), _counts(model)], device="cpu")


@function("ngram.context_length", Kind.MEASURED, example={"order": 3}, shows=(NgramModel,))
def context_length(order: Order) -> Run:
    """Return how many words before a word change its probability by an n-gram model: the order of its Markov chain.

    Measured on a random text of two different words, whose counts differ by chance: a context of six words is cut
    shorter and shorter, until the probability of the next word changes.

    >>> context_length(3).value
    2
    """
    generator = torch.Generator().manual_seed(0)
    words = ["ab"[bit] for bit in torch.randint(2, (500,), generator=generator).tolist()]
    model = NgramModel(words, order)
    context, token = words[:6], words[6]
    whole = model.probability(token, context)
    found = [model.probability(token, context[len(context) - kept :]) for kept in range(7)]
    needed = max((kept for kept in range(1, 7) if found[kept] != found[kept - 1]), default=0)
    rows = [
        (kept, " ".join(context[len(context) - kept :]), str(found[kept]), found[kept] == whole) for kept in range(7)
    ]
    columns = ["words kept", "context", f"P({token} | context)", "as with all six"]
    return Run(needed, lambda: [Table(f"A model of order n = {order}", columns, rows)], device="cpu")


def _model(text: str, order: int, alpha: int) -> NgramModel:
    return NgramModel(tokenize(text), order, Fraction(alpha))


def _counts(model: NgramModel) -> Block:
    common = sorted(model.counts[-1].items(), key=lambda item: (-item[1], item[0]))[:_SHOWN]
    rows = [(" ".join(ngram), times, model.continued[-1][ngram[:-1]]) for ngram, times in common]
    return Table(f"{model.order}-grams of the text", ["n-gram", "count", "count of its context"], rows)


def _chain(model: NgramModel, words: Sequence[str], found: Fraction) -> Blocks:
    factors = model.chain(words)
    rows = []
    for place, factor in enumerate(factors):
        context = " ".join(words[max(0, place - model.order + 1) : place])
        rows.append((f"P({words[place]} | {context})" if context else f"P({words[place]})", str(factor), float(factor)))
    product = ("product", str(found), float(found))
    return [Table("Chain of probabilities", ["factor", "fraction", "value"], [*rows[:_SHOWN], product]), _counts(model)]


def _shares(text: str) -> Block:
    words = tokenize(text)
    orders = [n for n in range(1, 6) if n <= len(words)]
    rows = []
    for n in orders:
        model = NgramModel(words, n)
        rows.append((n, len(model.vocabulary) ** n, len(model.counts[-1]), float(model.unseen_share())))
    return Table("Possible and seen n-grams", ["n", "possible", "seen", "share unseen"], rows)
