"""Scores and softmax of attention: how large dot products are, what softmax makes of them, which score is used."""

from typing import Annotated, Literal

import torch
from torch import Tensor

from engine.arguments import Between
from engine.evidence import Run
from engine.experiments._settle import Holds, Thresholds, randn, settle
from engine.layers.attention import attend, masked_softmax, scaled_dot_product_attention
from engine.layers.attention_additive import AdditiveAttention
from engine.registry import Kind, function

EmbedDim = Annotated[int, Between(1, 1024)]
Normaliser = Literal["softmax", "sigmoid", "none"]
_SHOWS = (scaled_dot_product_attention,)
_PAIRS, _QUERIES, _KEYS, _WIDTH = 2000, 101, 8, 6


@function("attention.dot_product_variance_is", Kind.MEASURED, example={"variance": "d"})
def dot_product_variance_is(
    variance: Literal["1", "sqrt(d)", "d", "1/d"] = "d",
    divide_by: Literal["1", "sqrt(d)", "d"] = "1",
    embed_dim: Annotated[int, Between(16, 1024)] = 64,
) -> Run:
    """Say whether q·k, divided by this, has this variance, when all entries have mean 0 and variance 1.

    Measured on 2,000 pairs; embed_dim is d, and from d = 16 on the four variances are too far apart to be confused.
    """
    return settle(
        f"Variance of {_PAIRS} products over the one claimed, less 1",
        Holds.IF_EQUAL,
        _variance_error,
        {"variance": variance, "divide_by": divide_by, "embed_dim": embed_dim},
        [
            {"variance": "d", "divide_by": "1", "embed_dim": 64},
            {"variance": "1", "divide_by": "1", "embed_dim": 64},
            {"variance": "1", "divide_by": "sqrt(d)", "embed_dim": 64},
            {"variance": "1", "divide_by": "d", "embed_dim": 64},
        ],
        Thresholds(none=0.3, some=0.6),
    )


def _variance_error(generator: torch.Generator, variance: str, divide_by: str, embed_dim: int) -> Tensor:
    size = {"1": 1.0, "sqrt(d)": embed_dim**0.5, "d": float(embed_dim), "1/d": 1 / embed_dim}
    queries, keys = (randn(generator, _PAIRS, embed_dim) for _ in range(2))
    products = (queries * keys).sum(-1) / size[divide_by]
    return torch.sub(products.var() / size[variance], 1)


@function("attention.gradient_passes_softmax", Kind.MEASURED, example={"scaled": True}, shows=_SHOWS)
def gradient_passes_softmax(scaled: bool = True, embed_dim: EmbedDim = 1024) -> Run:
    """Say whether the softmax of q·k (``scaled``: of q·k/√d) over 8 keys still passes a gradient, for most queries.

    Measured is Σ p·(1 - p), the trace of the softmax's Jacobian, of the median query: over 0.1 it passes, under 0.001
    the softmax is saturated.
    """
    return settle(
        "Trace of the softmax's Jacobian for the median query",
        Holds.IF_DIFFERENT,
        _jacobian_trace,
        {"scaled": scaled, "embed_dim": embed_dim},
        [{"scaled": not scaled, "embed_dim": embed_dim}, {"scaled": False, "embed_dim": 1024}],
        Thresholds(none=1e-3, some=1e-1),
    )


def _jacobian_trace(generator: torch.Generator, scaled: bool, embed_dim: int) -> Tensor:
    query, key = randn(generator, _QUERIES, embed_dim), randn(generator, _KEYS, embed_dim)
    scores = query @ key.mT * (embed_dim**-0.5 if scaled else 1)
    jacobians: Tensor = torch.vmap(torch.func.jacrev(masked_softmax))(scores)
    return jacobians.diagonal(dim1=-2, dim2=-1).sum(-1).median()


@function("attention.weights_sum_to_one", Kind.MEASURED, example={}, shows=(masked_softmax,))
def weights_sum_to_one(
    normaliser: Literal["softmax", "sigmoid"] = "softmax", over: Literal["keys", "queries"] = "keys"
) -> Run:
    """Say whether the weights sum to 1 over the keys of each query, or over the queries of each key.

    ``sigmoid`` squashes each score for itself, as the gates of an LSTM do.
    """
    return settle(
        f"Sum of the weights over the {over}, less 1",
        Holds.IF_EQUAL,
        _sum_error,
        {"normaliser": normaliser, "over": over},
        [
            {"normaliser": "sigmoid", "over": over},
            {"normaliser": "softmax", "over": "queries"},
            {"normaliser": "softmax", "over": "keys"},
        ],
    )


def _sum_error(generator: torch.Generator, normaliser: Normaliser, over: str) -> Tensor:
    weights = _normalise(randn(generator, 5, 6), normaliser)
    return weights.sum(-1 if over == "keys" else -2) - 1


@function("attention.output_stays_among_values", Kind.MEASURED, example={}, shows=(attend,))
def output_stays_among_values(normaliser: Normaliser = "softmax") -> Run:
    """Say whether each output entry lies between the least and the greatest of the values mixed into it."""
    return settle(
        "How far the outputs lie outside the range of the values",
        Holds.IF_EQUAL,
        _excess,
        {"normaliser": normaliser},
        [{"normaliser": "sigmoid"}, {"normaliser": "none"}],
    )


def _excess(generator: torch.Generator, normaliser: Normaliser) -> Tensor:
    value = randn(generator, _KEYS, _WIDTH)
    output = _normalise(randn(generator, 5, _KEYS), normaliser) @ value
    return torch.maximum(output - value.amax(0), value.amin(0) - output).clamp(min=0)


def _normalise(scores: Tensor, normaliser: Normaliser) -> Tensor:
    if normaliser == "softmax":
        return masked_softmax(scores)
    return scores.sigmoid() if normaliser == "sigmoid" else scores


@function("attention.output_is", Kind.MEASURED, example={"what": "best_value", "sharpness": 100}, shows=(attend,))
def output_is(
    what: Literal["best_value", "mean"] = "best_value", sharpness: Annotated[float, Between(0, 1e6)] = 100.0
) -> Run:
    """Say whether attention returns the value of the best key, or the mean of all, for ``sharpness`` times the scores.

    The scores of a query are 0, 1, ... 7 in some order. A temperature T is a sharpness of 1/T.
    """
    return settle(
        f"Output of attention beside the {what.replace('_', ' ')}",
        Holds.IF_EQUAL,
        _sharpness_error,
        {"what": what, "sharpness": sharpness},
        [
            {"what": "best_value", "sharpness": 100.0},
            {"what": "best_value", "sharpness": 1.0},
            {"what": "mean", "sharpness": 0.0},
            {"what": "mean", "sharpness": 1.0},
        ],
    )


def _sharpness_error(generator: torch.Generator, what: str, sharpness: float) -> Tensor:
    value = randn(generator, _KEYS, _WIDTH)
    ranks = torch.randperm(_KEYS, generator=generator).to(value)
    claimed = value[ranks.argmax()] if what == "best_value" else value.mean(0)
    return attend(sharpness * ranks[None], value).output - claimed


@function(
    "attention.additive_equals_dot",
    Kind.MEASURED,
    example={"keys": "identical"},
    shows=(AdditiveAttention, scaled_dot_product_attention),
)
def additive_equals_dot(keys: Literal["identical", "different"] = "different") -> Run:
    """Say whether additive attention and scaled dot-product attention give the same for the same query, keys, values.

    The additive layer has random weights.
    """
    return settle(
        "Output of additive attention less that of scaled dot-product attention",
        Holds.IF_EQUAL,
        _additive_less_dot,
        {"keys": keys},
        [{"keys": "identical"}, {"keys": "different"}],
    )


def _additive_less_dot(generator: torch.Generator, keys: str) -> Tensor:
    query, key, value = randn(generator, 3, _WIDTH), randn(generator, _KEYS, _WIDTH), randn(generator, _KEYS, _WIDTH)
    key = key[:1].expand_as(key) if keys == "identical" else key
    with torch.random.fork_rng(devices=[]):
        additive = AdditiveAttention(_WIDTH, _WIDTH, num_hiddens=5)
    for parameter in additive.parameters():
        parameter.data = randn(generator, *parameter.shape)
    return torch.sub(additive(query, key, value).output, scaled_dot_product_attention(query, key, value).output)


@function("attention.selection_passes_gradient", Kind.MEASURED, example={"selection": "soft"})
def selection_passes_gradient(selection: Literal["soft", "hard"] = "soft") -> Run:
    """Say whether the scores get a gradient from the output: of the weighted mean (soft) or of the best value (hard).

    ``hard`` takes the value with the greatest score, weight 1, and nothing of the others.
    """
    return settle(
        "Gradient of the output at the scores",
        Holds.IF_DIFFERENT,
        _score_gradient,
        {"selection": selection},
        [{"selection": "hard" if selection == "soft" else "soft"}],
    )


def _score_gradient(generator: torch.Generator, selection: str) -> Tensor:
    scores, value = randn(generator, _KEYS), randn(generator, _KEYS, _WIDTH)

    def output(given: Tensor) -> Tensor:
        weights = masked_softmax(given)
        if selection == "hard":
            weights = torch.zeros_like(weights).scatter(-1, weights.argmax(-1, keepdim=True), 1.0)
        return weights @ value

    jacobian: Tensor = torch.func.jacrev(output)(scores)
    return jacobian
