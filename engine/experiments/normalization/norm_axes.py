"""Along which axes a normalisation works: where its output is standardised, ordered, scaled by one γ."""

from typing import Annotated, Literal

import torch
from torch import Tensor

from engine.arguments import Between
from engine.device import current
from engine.errors import Refused
from engine.evidence import Run, Table
from engine.experiments._settle import Holds, randn, settle
from engine.layers.batch_norm import BatchNorm
from engine.layers.layer_norm import LayerNorm
from engine.registry import Kind, function

Layer = Literal["batch", "layer"]
Axes = Literal["N", "C", "NHW", "CHW", "HW"]
_SHOWS = (BatchNorm, LayerNorm)
_N, _C, _H, _W = 8, 3, 4, 5
_TOKENS, _WIDTH = 5, 6


@function("norm.standardises", Kind.MEASURED, example={"layer": "batch", "over": "NHW"}, shows=_SHOWS)
def standardises(layer: Layer = "batch", over: Axes = "NHW", dims: Literal[2, 4] = 4) -> Run:
    """Say whether the output (γ = 1, β = 0, ε = 0) has mean 0 and variance 1 over these axes of (N, C) or (N, C, H, W).

    The LayerNorm's normalized_shape is everything but N.
    """
    if not set(over) <= set("NCHW"[:dims]):
        raise Refused(f"an input (N, C) has no axes {over}: ask for N or C, or for dims 4")
    other: Layer = "layer" if layer == "batch" else "batch"
    return settle(
        f"Mean, and variance less 1, of the output over {', '.join(over)}",
        Holds.IF_EQUAL,
        _unstandardised,
        {"layer": layer, "over": over, "dims": dims},
        [{"layer": other, "over": over, "dims": dims}],
    )


def _unstandardised(generator: torch.Generator, layer: Layer, over: str, dims: int) -> Tensor:
    shape = (_N, _C, _H, _W)[:dims]
    module = BatchNorm(_C, eps=0) if layer == "batch" else LayerNorm(shape[1:], eps=0)
    y = module.to(current(), torch.float64)(_uneven(generator, *shape))
    axes = ["NCHW".index(axis) for axis in over]
    return torch.stack([y.mean(axes).flatten(), y.var(axes, correction=0).flatten() - 1])


@function("norm.keeps_order_along", Kind.MEASURED, example={"layer": "batch", "axis": "batch"}, shows=_SHOWS)
def keeps_order_along(
    layer: Layer = "batch",
    axis: Literal["batch", "features"] = "batch",
    weight: Annotated[float, Between(-100, 100)] = 1.0,
) -> Run:
    """Say whether values of (N, C) compare along ``axis`` after the layer as they did before; every γ is ``weight``."""
    return settle(
        f"Fraction of pairs along the {axis} axis that compare otherwise after the layer",
        Holds.IF_EQUAL,
        _reordered,
        {"layer": layer, "axis": axis, "weight": weight},
        [
            {"layer": layer, "axis": "features" if axis == "batch" else "batch", "weight": weight},
            {"layer": layer, "axis": axis, "weight": -1.0},
        ],
    )


def _reordered(generator: torch.Generator, layer: Layer, axis: str, weight: float) -> Tensor:
    x = _uneven(generator, _N, _WIDTH)
    module = (BatchNorm(_WIDTH) if layer == "batch" else LayerNorm(_WIDTH)).to(x)
    y = module(x) * weight
    return (_comparisons(x, axis) != _comparisons(y, axis)).double().mean()


def _comparisons(x: Tensor, axis: str) -> Tensor:
    """Return the sign of every difference along the axis."""
    rows = x.mT if axis == "batch" else x
    return (rows[:, :, None] - rows[:, None, :]).sign()


@function(
    "norm.has_one_gain_per", Kind.MEASURED, example={"layer": "batch", "unit": "channel"}, shows=(BatchNorm, LayerNorm)
)
def has_one_gain_per(layer: Layer = "batch", unit: Literal["channel", "entry"] = "channel") -> Run:
    """Say whether one γ of the layer on (N, C, H, W) scales exactly one channel, or one entry, of every sample."""
    return settle(
        f"Outputs that move with the first γ (1 or 0), beside the first {unit} of every sample",
        Holds.IF_EQUAL,
        _wrongly_scaled,
        {"layer": layer, "unit": unit},
        [{"layer": "layer" if layer == "batch" else "batch", "unit": unit}],
    )


def _wrongly_scaled(generator: torch.Generator, layer: Layer, unit: str) -> Tensor:
    x = _uneven(generator, _N, _C, _H, _W)
    module = (BatchNorm(_C) if layer == "batch" else LayerNorm([_C, _H, _W])).to(x)
    before: Tensor = module(x)
    next(module.parameters()).data.flatten()[0] += 1
    expected = torch.zeros_like(x)
    expected[(slice(None), 0) if unit == "channel" else (slice(None), 0, 0, 0)] = 1
    return torch.ne(module(x), before).double() - expected


@function("norm.per_token_equals_per_sample", Kind.MEASURED, example={"tokens": 5}, shows=(LayerNorm,))
def per_token_equals_per_sample(tokens: Annotated[int, Between(1, 64)] = 5) -> Run:
    """Say whether LayerNorm over each token's features equals LayerNorm over all features of the sample."""
    return settle(
        f"LayerNorm({_WIDTH}) beside LayerNorm([tokens, {_WIDTH}])",
        Holds.IF_EQUAL,
        _token_minus_sample,
        {"tokens": tokens},
        [{"tokens": 1}, {"tokens": 5}],
    )


def _token_minus_sample(generator: torch.Generator, tokens: int) -> Tensor:
    x = _uneven(generator, 2, tokens, _WIDTH)
    return torch.sub(LayerNorm(_WIDTH).to(x)(x), LayerNorm([tokens, _WIDTH]).to(x)(x))


@function("norm.commutes_with_shuffling_tokens", Kind.MEASURED, example={}, shows=(LayerNorm,))
def commutes_with_shuffling_tokens(over: Literal["token", "sample"] = "token", positions: bool = False) -> Run:
    """Say whether shuffling the tokens before a LayerNorm gives its output with the tokens shuffled alike.

    ``over: sample`` normalises over all tokens at once, with a γ for each; ``positions`` first adds an encoding of
    each position.
    """
    return settle(
        "LayerNorm of shuffled tokens, beside the shuffled LayerNorm of the tokens",
        Holds.IF_EQUAL,
        _shuffling_error,
        {"over": over, "positions": positions},
        [{"over": "token", "positions": True}, {"over": "sample", "positions": False}],
    )


def _shuffling_error(generator: torch.Generator, over: str, positions: bool) -> Tensor:
    x = _uneven(generator, 2, _TOKENS, _WIDTH)
    module = LayerNorm([_TOKENS, _WIDTH] if over == "sample" else _WIDTH).to(x)
    for parameter in module.parameters():
        parameter.data = randn(generator, *parameter.shape)
    encoding = randn(generator, _TOKENS, _WIDTH) * positions
    shuffled = torch.arange(_TOKENS).roll(1)  # no token stays where it was
    return torch.sub(module(x + encoding)[:, shuffled], module(x[:, shuffled] + encoding))


@function("norm.flat_gamma_raises", Kind.MEASURED, example={"channels": 3, "width": 4}, shows=(BatchNorm,))
def flat_gamma_raises(channels: Annotated[int, Between(2, 64)] = 3, width: Annotated[int, Between(2, 64)] = 4) -> Run:
    """Say whether multiplying (N, C, H, W) by a γ of shape (C,), not (1, C, 1, 1), is an error.

    Where it is none, γ meets the axis W and the product is silently wrong.
    """
    rows = [(c, w, _flat_gamma_error(c, w)) for c, w in dict.fromkeys([(channels, width), (3, 4), (4, 4)])]
    table = Table("γ of shape (C,) times (2, C, 3, W)", ["C", "W", "what happened"], rows)
    return Run(rows[0][2].startswith("error"), lambda: [table])


def _flat_gamma_error(channels: int, width: int) -> str:
    generator = torch.Generator().manual_seed(0)
    x, gamma = randn(generator, 2, channels, 3, width), randn(generator, channels)
    right = gamma.view(1, -1, 1, 1) * x
    try:
        wrong = gamma * x
    except RuntimeError as failure:
        return f"error: {str(failure).splitlines()[0]}"
    return f"no error, and wrong by up to {float((wrong - right).abs().max()):.2g}"


def _uneven(generator: torch.Generator, *shape: int) -> Tensor:
    """Return numbers whose mean and scale differ from row to row along each of the first two axes."""
    x = randn(generator, *shape)
    for axis in range(min(2, len(shape))):
        rows = [size if at == axis else 1 for at, size in enumerate(shape)]
        x = x * randn(generator, *rows).exp() + 3 * randn(generator, *rows)
    return x
