"""``attention.*``: pooling with scores of several kinds, padded batches, and what each query really gets."""

from collections.abc import Sequence
from typing import Annotated, Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.arguments import Between, Elements, Length
from engine.attention.pooling import attention_pooling
from engine.attention.scores import SCORES
from engine.device import for_float64
from engine.errors import Refused
from engine.evidence import Heatmap, Run, Table
from engine.layers.attention import masked_softmax
from engine.layers.masks import padding_mask
from engine.registry import Kind, function

Number = Between(-1e6, 1e6)
Matrix = Annotated[Tensor, Elements(1024, 2), Number]
"""A row for each query, key or value."""
Batch = Annotated[Tensor, Elements(4096, 3), Number]
"""Scores (N, L, S): for each sequence of the batch a row for each query."""
Lens = Annotated[Sequence[Annotated[int, Between(0, 4096)]], Length(1, 64)]
ValidLens = Lens | Annotated[Sequence[Lens], Length(1, 64)]
"""A valid length for each sequence, or one for each query of each sequence."""
Score = Literal["dot", "scaled_dot", "cosine", "negative_squared_distance"]
Normaliser = Literal["softmax", "sigmoid"]


@function(
    "attention.pooled",
    Kind.MODULE,
    example={"query": [[1, 0]], "key": [[1, 0], [0, 1]], "value": [[10], [20]], "score": "dot"},
    shows=(attention_pooling, *SCORES.values()),
)
def pooled(query: Matrix, key: Matrix, value: Matrix, score: Score = "scaled_dot") -> Run:
    """Return for each query the mean of the values, weighted by the softmax of its scores with the keys.

    >>> keys, values = torch.zeros(2, 3, dtype=torch.float64), torch.tensor([[1.0], [5.0]], dtype=torch.float64)
    >>> pooled(keys, keys, values, score="dot").value
    [[3.0], [3.0]]
    """
    query, key, value = (given.to(for_float64()) for given in (query, key, value))
    ran = attention_pooling(query, key, value, SCORES[score])
    if not bool(ran.weights.isfinite().all()):
        raise Refused(f"the score '{score}' of these queries and keys is no number: a vector of length 0 has no angle")
    chain = [("query", _size(query)), ("key", _size(key)), ("value", _size(value))]
    chain += [("scores and weights", _size(ran.weights)), ("output", _size(ran.output))]

    def evidence() -> list[Heatmap | Table]:
        scores = SCORES[score](query, key)
        return [
            Table("Shapes", ["matrix", "shape"], chain),
            Heatmap("scores", scores.tolist(), "key", "query"),
            Heatmap("weights", ran.weights.tolist(), "key", "query"),
        ]

    return Run(ran.output.tolist(), evidence, str(query.device))


@function(
    "attention.padded_weights",
    Kind.MODULE,
    example={"scores": [[[1, 2, 3]], [[1, 2, 3]]], "valid_lens": [3, 2]},
    shows=(masked_softmax, padding_mask),
)
def padded_weights(scores: Batch, valid_lens: ValidLens, fill: Literal["-inf", "-1e6"] = "-inf") -> Run:
    """Return the softmax over the first keys of each sequence, (N, L, S), the other scores filled before it.

    ``valid_lens`` holds one length for each sequence, or a list with one for each query. A query with nothing to look
    at has no weights when filled with -inf, and uniform ones with -1e6, which is a number like any other.

    >>> padded_weights(torch.zeros(1, 2, 2, dtype=torch.float64), [[1, 2]]).value
    [[[1.0, 0.0], [0.5, 0.5]]]
    """
    hidden = ~_mask(scores, valid_lens)
    filled = scores.masked_fill(hidden, float(fill)).to(for_float64())
    found = F.softmax(filled, dim=-1)
    if bool(found.isnan().any()):
        raise Refused("a query with a valid length of 0 has no weights: softmax of nothing but -inf is 0/0, NaN")
    shown = [Heatmap(f"sequence {index}", rows.tolist(), "key", "query") for index, rows in enumerate(found[:4])]
    return Run(found.tolist(), lambda: shown, str(found.device))


@function(
    "attention.weight_sums",
    Kind.MODULE,
    example={"scores": [[1, 2, 3], [0, 0, 5]], "normaliser": "sigmoid"},
    shows=(masked_softmax,),
)
def weight_sums(scores: Matrix, normaliser: Normaliser = "softmax") -> Run:
    """Return the sum of each query's weights: of a softmax over the keys, or of independent sigmoids as in LSTM gates.

    >>> weight_sums(torch.zeros(1, 4, dtype=torch.float64), normaliser="sigmoid").value
    [2.0]
    """
    scores = scores.to(for_float64())
    both = {"softmax": F.softmax(scores, dim=-1), "sigmoid": torch.sigmoid(scores)}
    shown = [Heatmap(name, rows.tolist(), "key", "query") for name, rows in both.items()]
    return Run(both[normaliser].sum(-1).tolist(), lambda: shown, str(scores.device))


def _mask(scores: Tensor, valid_lens: Sequence[int] | Sequence[Sequence[int]]) -> Tensor:
    sequences, queries, keys = scores.shape
    if len(valid_lens) != sequences:
        raise Refused(f"'valid_lens' needs an entry for each of the {sequences} sequences, not {len(valid_lens)}")
    for entry in valid_lens:
        if not isinstance(entry, int) and len(entry) != queries:
            raise Refused(f"'valid_lens' needs a length for each of the {queries} queries, not {len(entry)}")
    mask: Tensor = padding_mask(torch.tensor(valid_lens), keys)
    return mask


def _size(matrix: Tensor) -> str:
    return "×".join(map(str, matrix.shape))
