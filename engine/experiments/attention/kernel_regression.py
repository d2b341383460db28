"""Nadaraya-Watson pooling: what the kernel must see, and what is left of it when the square is forgotten."""

from typing import Annotated, Literal

import torch
from torch import Tensor

from engine.arguments import Between
from engine.attention.nadaraya_watson import gaussian_as_softmax, nadaraya_watson, snippet
from engine.evidence import Run
from engine.experiments._settle import Holds, Thresholds, randn, settle
from engine.layers.attention import Attended
from engine.registry import Kind, function

Score = Literal["squared_distance", "difference"]
_SHOWS = (gaussian_as_softmax, snippet)
_KEYS, _QUERIES = 6, 5


@function("nadaraya_watson.depends_on_query", Kind.MEASURED, example={"score": "squared_distance"}, shows=_SHOWS)
def depends_on_query(score: Score = "squared_distance") -> Run:
    """Say whether the weights change with the query, for softmax of -(x - xᵢ)²/2 or, without the square, of x - xᵢ."""
    return settle(
        "Weights of one query less those of the first",
        Holds.IF_DIFFERENT,
        _change_with_query,
        {"score": score},
        [{"score": "difference"}, {"score": "squared_distance"}],
    )


def _change_with_query(generator: torch.Generator, score: Score) -> Tensor:
    weights = _attended(generator, score).weights
    return weights - weights[0]


@function("nadaraya_watson.nearest_key_weighs_most", Kind.MEASURED, example={"score": "squared_distance"}, shows=_SHOWS)
def nearest_key_weighs_most(score: Score = "squared_distance") -> Run:
    """Say whether each query gives its greatest weight to its nearest key; without the square the smallest key gets it.

    The keys are 0, 1, …, 5 and the queries stand close to 1, 2, …, 5.
    """
    return settle(
        "Distance from the query to the key that weighs most, beyond the distance to the nearest",
        Holds.IF_EQUAL,
        _beyond_nearest,
        {"score": score},
        [{"score": "difference"}, {"score": "squared_distance"}],
        Thresholds(none=1e-9, some=0.1),
    )


def _beyond_nearest(generator: torch.Generator, score: Score) -> Tensor:
    query, key, value = _data(generator)
    weights = _pooled(query, key, value, score).weights
    distances = (query[:, None] - key).abs()
    return distances.gather(1, weights.argmax(1, keepdim=True)) - distances.amin(1, keepdim=True)


@function("nadaraya_watson.tends_to", Kind.MEASURED, example={"what": "mean", "bandwidth": 1000}, shows=_SHOWS)
def tends_to(
    what: Literal["mean", "nearest_value"] = "mean", bandwidth: Annotated[float, Between(0.01, 1e6)] = 1e6
) -> Run:
    """Say whether the Gaussian kernel of this bandwidth gives the mean of all values, or the value of the nearest key.

    Up to 10⁻⁴ counts as equal, from 10⁻² on as different; the keys stand 1 apart.
    """
    return settle(
        f"Output beside the {what.replace('_', ' ')}",
        Holds.IF_EQUAL,
        _limit_error,
        {"what": what, "bandwidth": bandwidth},
        [
            {"what": "mean", "bandwidth": 1e6},
            {"what": "mean", "bandwidth": 1.0},
            {"what": "nearest_value", "bandwidth": 0.05},
            {"what": "nearest_value", "bandwidth": 1.0},
        ],
        Thresholds(none=1e-4, some=1e-2),
    )


def _limit_error(generator: torch.Generator, what: str, bandwidth: float) -> Tensor:
    query, key, value = _data(generator)
    nearest = value[(query[:, None] - key).abs().argmin(1)]
    claimed = value.mean() if what == "mean" else nearest
    return gaussian_as_softmax(query, key, value, bandwidth).output - claimed


@function(
    "nadaraya_watson.equals_softmax", Kind.MEASURED, example={"kernel": "gaussian"}, shows=(nadaraya_watson, *_SHOWS)
)
def equals_softmax(kernel: Literal["gaussian", "boxcar", "epanechnikov"] = "gaussian") -> Run:
    """Say whether Σ K(u)·y / Σ K(u) with this kernel is attention with the scores -(x - xᵢ)²/2."""
    return settle(
        "Kernel regression less softmax attention",
        Holds.IF_EQUAL,
        _kernel_less_softmax,
        {"kernel": kernel},
        [{"kernel": "boxcar"}, {"kernel": "epanechnikov"}, {"kernel": "gaussian"}],
    )


def _kernel_less_softmax(generator: torch.Generator, kernel: str) -> Tensor:
    query, key, value = _data(generator)
    return nadaraya_watson(query, key, value, kernel).output - gaussian_as_softmax(query, key, value).output


def _data(generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
    value = randn(generator, _KEYS)
    key = torch.arange(_KEYS).to(value)
    query = key[1:] + 0.2 * (2 * torch.rand(_QUERIES, generator=generator).to(value) - 1)
    return query, key, value


def _attended(generator: torch.Generator, score: Score) -> Attended:
    return _pooled(*_data(generator), score)


def _pooled(query: Tensor, key: Tensor, value: Tensor, score: Score) -> Attended:
    return (snippet if score == "difference" else gaussian_as_softmax)(query, key, value)
