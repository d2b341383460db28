"""``bert.*``: what BERT reads in pre-training: pairs of sentences, and tokens of which some are hidden."""

from fractions import Fraction
from typing import Annotated, Literal

import torch

from engine.arguments import Between, Length
from engine.evidence import Block, Run, Table
from engine.registry import Kind, function
from engine.text.masked_tokens import CHOSEN, KEPT, MASKED, RANDOM, mask_tokens
from engine.text.sentence_pairs import CLS, MASK, SEP, PairInput, join, next_sentence_pairs
from engine.text.tokens import tokenize
from engine.text.vocabulary import Vocabulary

Sentence = Annotated[str, Length(1, 500)]
Seed = Annotated[int, Between(0, 10_000)]
Action = Literal["chosen", "masked", "random", "kept", "not chosen"]
_ACTIONS: list[Action] = ["not chosen", "masked", "random", "kept"]
_TEXT = "this movie is great and i liked it a lot"


@function("bert.pair", Kind.MEASURED, example={"first": "this is", "second": "good"}, shows=(join,))
def pair(first: Sentence, second: Sentence | None = None, what: Literal["tokens", "segments"] = "tokens") -> Run:
    """Return the tokens that BERT reads for one sentence or two, or each token's segment, 0 or 1.

    >>> pair("this is", "good").value, pair("this is", "good", what="segments").value
    (['[CLS]', 'this', 'is', '[SEP]', 'good', '[SEP]'], [0, 0, 0, 0, 1, 1])
    """
    joined = _joined(first, second)
    return Run(joined.tokens if what == "tokens" else joined.segments, lambda: [_pair_table(joined)], device="cpu")


@function("bert.num_tokens", Kind.MEASURED, example={"first": "this is", "second": "good"}, shows=(join,))
def num_tokens(first: Sentence, second: Sentence | None = None, segment: Literal["both", "0", "1"] = "both") -> Run:
    """Return how many tokens BERT reads for one sentence or two, special ones included, or how many of a segment.

    >>> num_tokens("this is", "good").value, num_tokens("this is", "good", segment="1").value
    (6, 2)
    """
    joined = _joined(first, second)
    found = len(joined.tokens) if segment == "both" else joined.segments.count(int(segment))
    return Run(found, lambda: [_pair_table(joined)], device="cpu")


@function("bert.masked_input", Kind.MEASURED, example={"text": _TEXT}, shows=(mask_tokens,))
def masked_input(text: Sentence, seed: Seed = 0) -> Run:
    """Return a sentence as a masked language model is shown it: [CLS] and [SEP] around it, and chosen words changed."""
    joined = _joined(text, None)
    known = Vocabulary(joined.tokens, specials=(CLS, SEP, MASK))
    ids = torch.tensor(known.encode(joined.tokens))
    mask_id = known.encode([MASK])[0]
    shown = mask_tokens(ids, torch.Generator().manual_seed(seed), mask_id, len(known), special=ids < mask_id)
    tokens = known.decode(shown.ids.tolist())
    rows = list(zip(joined.tokens, tokens, [_ACTIONS[one] for one in shown.action.tolist()], strict=True))
    return Run(tokens, lambda: [Table("Masking", ["token", "shown", "what happened"], rows)], device="cpu")


@function("bert.num_chosen", Kind.MEASURED, example={"num_tokens": 100}, shows=(mask_tokens,))
def num_chosen(num_tokens: Annotated[int, Between(1, 100_000)]) -> Run:
    """Return how many of ``num_tokens`` ordinary tokens are chosen to be guessed: 15 %, and at least one.

    >>> num_chosen(100).value, num_chosen(1).value
    (15, 1)
    """
    shown = mask_tokens(torch.zeros(num_tokens, dtype=torch.long), torch.Generator().manual_seed(0), 1, 2)
    return Run(int(shown.chosen.sum()), lambda: [_shares(num_tokens, 0)], device="cpu")


@function("bert.expected_share", Kind.CLOSED_FORM, example={"action": "random"})
def expected_share(action: Action) -> Run:
    """Return the expected share of all ordinary tokens to which this happens, such as 0.15·0.1 replaced at random.

    >>> [expected_share(action).value for action in ("chosen", "masked", "random", "kept")]
    [0.15, 0.12, 0.015, 0.015]
    """
    chosen, masked, drawn, kept = (Fraction(str(share)) for share in (CHOSEN, MASKED, RANDOM, KEPT))
    shares = {"chosen": chosen, "masked": chosen * masked, "random": chosen * drawn, "kept": chosen * kept}
    shares["not chosen"] = 1 - chosen
    return Run(float(shares[action]), lambda: [_shares(20_000, 0)], device="cpu")


@function("bert.measured_share", Kind.MEASURED, example={"action": "random"}, shows=(mask_tokens,))
def measured_share(
    action: Action, num_tokens: Annotated[int, Between(100, 1_000_000)] = 100_000, seed: Seed = 0
) -> Run:
    """Return the share of ``num_tokens`` ordinary tokens to which this happened in one run of the masking."""
    counts = _counts(num_tokens, seed)
    return Run(counts[action] / num_tokens, lambda: [_shares(num_tokens, seed)], device="cpu")


@function("bert.num_negatives", Kind.MEASURED, example={"num_pairs": 1000}, shows=(next_sentence_pairs,))
def num_negatives(num_pairs: Annotated[int, Between(1, 5000)], seed: Seed = 0) -> Run:
    """Return how many of ``num_pairs`` drawn sentence pairs are not neighbours: half of them, up to chance."""
    documents = [[["a", str(place)] for place in range(num_pairs + 1)], [["b"]]]
    drawn = list(next_sentence_pairs(documents, torch.Generator().manual_seed(seed)))
    rows = [(" ".join(one.first), " ".join(one.second), one.is_next) for one in drawn[:16]]
    table = Table("The first pairs", ["sentence A", "sentence B", "B follows A"], rows)
    return Run(sum(not one.is_next for one in drawn), lambda: [table], device="cpu")


def _joined(first: str, second: str | None) -> PairInput:
    return join(tokenize(first), None if second is None else tokenize(second))


def _pair_table(joined: PairInput) -> Block:
    rows = list(zip(range(len(joined.tokens)), joined.tokens, joined.segments, strict=True))[:64]
    return Table("What BERT reads", ["position", "token", "segment"], rows)


def _counts(num_tokens: int, seed: int) -> dict[Action, int]:
    ids = torch.zeros(num_tokens, dtype=torch.long)
    shown = mask_tokens(ids, torch.Generator().manual_seed(seed), 1, 1000)
    counts: dict[Action, int] = {name: int((shown.action == number).sum()) for number, name in enumerate(_ACTIONS)}
    return {**counts, "chosen": int(shown.chosen.sum())}


def _shares(num_tokens: int, seed: int) -> Block:
    rows = [(name, count, count / num_tokens) for name, count in _counts(num_tokens, seed).items()]
    return Table(f"{num_tokens} tokens", ["what happened", "tokens", "share"], rows)
