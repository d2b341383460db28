"""``attention.*``: weights and outputs of small attentions, by torch's own function in float64."""

from typing import Annotated

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.arguments import Between, Elements, Length
from engine.device import for_float64
from engine.errors import Refused
from engine.evidence import Blocks, Heatmap, Run, Table
from engine.layers.attention import masked_softmax, scaled_dot_product_attention
from engine.layers.masks import causal_mask, padding_mask
from engine.registry import Kind, function

Number = Annotated[float, Between(-1e6, 1e6)]
Row = Annotated[list[Number], Length(1, 64)]
Matrix = Annotated[Tensor, Elements(4096, 2), Between(-1e6, 1e6)]
"""A row for each query, key or value; at most 64 rows."""
ValidLens = Annotated[list[Annotated[int, Between(1, 64)]], Length(1, 64)]
"""How many of the first keys each query may look at."""
ValidLen = Annotated[int, Between(1, 64)]
Scale = Annotated[float, Between(-1e6, 1e6)]
"""The scores are multiplied by it."""
_MOST_ROWS = 64


@function(
    "attention.weights",
    Kind.MODULE,
    example={"scores": [[1, 2, 3], [0, 0, 5]], "valid_lens": [3, 2]},
    shows=(masked_softmax,),
)
def weights(scores: Matrix, causal: bool = False, valid_lens: ValidLens | None = None, scale: Scale = 1.0) -> Run:
    """Return the weights for a matrix of scores, a row a query: softmax over the keys it may look at.

    ``causal`` lets query t look at the keys 0 to t; ``valid_lens`` lets query t look at its first ``valid_lens[t]``.

    >>> weights(torch.zeros(2, 2, dtype=torch.float64), causal=True).value
    [[1.0, 0.0], [0.5, 0.5]]
    """
    identity = torch.eye(scores.shape[1])
    mixed, mask = _attend(scores, identity, identity, causal, valid_lens, scale)
    return Run(mixed.tolist(), lambda: _matrices(scores=scores * scale, mask=mask, weights=mixed), str(mixed.device))


@function("attention.weight", Kind.MODULE, example={"scores": [1, 2, 3], "position": 2}, shows=(masked_softmax,))
def weight(
    scores: Row, position: Annotated[int, Between(0, 63)], valid_len: ValidLen | None = None, scale: Scale = 1.0
) -> Run:
    """Return the weight that one query gives to the key at ``position`` (from 0), from its scores.

    >>> weight([0, 0, 0, 9], position=0, valid_len=3).value == 1 / 3
    True
    """
    if position >= len(scores):
        raise Refused(f"'position' is {position}, and {len(scores)} keys are numbered 0 to {len(scores) - 1}")
    row = weights(_numbers(scores)[None], valid_lens=_one(valid_len), scale=scale).value[0]
    return Run(row[position], lambda: [_table(scores, weight=row)], str(for_float64()))


@function(
    "attention.output",
    Kind.MODULE,
    example={"scores": [1, 2, 3], "values": [10, 20, 30]},
    shows=(scaled_dot_product_attention,),
)
def output(scores: Row, values: Row, valid_len: ValidLen | None = None, scale: Scale = 1.0) -> Run:
    """Return what one query gets: the ``values`` (one number for each key) mixed by the softmax of its scores.

    >>> output([5, 5, 5], values=[1, 2, 9], valid_len=2).value
    1.5
    """
    if len(values) != len(scores):
        raise Refused(f"every key needs one value: there are {len(scores)} scores and {len(values)} values")
    keys = torch.eye(len(scores))
    mixed, _ = _attend(_numbers(scores)[None], keys, _numbers(values)[:, None], False, _one(valid_len), scale)
    row = weights(_numbers(scores)[None], valid_lens=_one(valid_len), scale=scale).value[0]
    return Run(float(mixed), lambda: [_table(scores, weight=row, value=values)], str(mixed.device))


@function(
    "attention.forward",
    Kind.MODULE,
    example={"query": [[1, 0]], "key": [[1, 0], [0, 1]], "value": [[10], [20]]},
    shows=(scaled_dot_product_attention,),
)
def forward(
    query: Matrix,
    key: Matrix,
    value: Matrix,
    causal: bool = False,
    valid_lens: ValidLens | None = None,
    scale: Scale | None = None,
) -> Run:
    """Return scaled dot-product attention of small matrices; ``scale`` is 1/√(width) unless given.

    >>> eye = torch.eye(2, dtype=torch.float64)
    >>> forward(0 * eye, eye, eye).value
    [[0.5, 0.5], [0.5, 0.5]]
    """
    if query.shape[1] != key.shape[1]:
        raise Refused(f"a dot product needs queries and keys of one width, not {query.shape[1]} and {key.shape[1]}")
    if len(key) != len(value):
        raise Refused(f"every key needs one value: there are {len(key)} keys and {len(value)} values")
    mixed, mask = _attend(query, key, value, causal, valid_lens, scale)

    def evidence() -> Blocks:
        scores = query @ key.mT * (query.shape[1] ** -0.5 if scale is None else scale)
        return [
            *_matrices(scores=scores, mask=mask, weights=masked_softmax(scores, mask)),
            Heatmap("output", mixed.tolist(), "feature", "query"),
        ]

    return Run(mixed.tolist(), evidence, str(mixed.device))


def _attend(
    query: Tensor, key: Tensor, value: Tensor, causal: bool, valid_lens: list[int] | None, scale: float | None
) -> tuple[Tensor, Tensor]:
    """Return torch's attention output and the mask; with ``key`` the identity, ``query`` holds the scores."""
    if max(len(query), len(key)) > _MOST_ROWS:
        raise Refused(f"at most {_MOST_ROWS} queries and keys are run, not {len(query)} and {len(key)}")
    mask = _mask(len(query), len(key), causal, valid_lens)
    place = for_float64()
    query, key, value = (matrix.to(place, torch.float64) for matrix in (query, key, value))
    return F.scaled_dot_product_attention(query, key, value, mask.to(place), scale=scale), mask


def _mask(queries: int, keys: int, causal: bool, valid_lens: list[int] | None) -> Tensor:
    mask = torch.ones(queries, keys, dtype=torch.bool)
    if causal and queries != keys:
        raise Refused(f"a causal mask needs as many queries as keys, not {queries} and {keys}")
    if causal:
        mask &= causal_mask(queries)
    if valid_lens is not None and len(valid_lens) != queries:
        raise Refused(f"'valid_lens' needs one length for each of the {queries} queries, not {len(valid_lens)}")
    return mask if valid_lens is None else mask & padding_mask(torch.tensor([valid_lens]), keys)[0]


def _numbers(values: list[float]) -> Tensor:
    return torch.tensor(values, dtype=torch.float64)


def _one(valid_len: int | None) -> list[int] | None:
    return None if valid_len is None else [valid_len]


def _table(scores: list[float], **columns: list[float]) -> Table:
    rows = list(zip(range(len(scores)), scores, *columns.values(), strict=True))
    return Table("One query and its keys", ["key", "score", *columns], rows)


def _matrices(**named: Tensor) -> Blocks:
    return [Heatmap(name, matrix.double().tolist(), "key", "query") for name, matrix in named.items()]
