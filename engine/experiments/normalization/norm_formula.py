"""What batch normalisation computes, term by term: the divisor, the variance, γ and β, and the bounds of its output."""

from typing import Annotated, Literal

import torch
from torch import Tensor

from engine.arguments import Between
from engine.evidence import Run
from engine.experiments._settle import Holds, Thresholds, randn, settle
from engine.layers.batch_norm import BatchNorm
from engine.registry import Kind, function

Estimate = Literal["biased", "unbiased"]
Weight = Literal["sqrt(var + eps)", "sqrt(var)", "var", "1"]
_SAMPLES, _FEATURES = 8, 6


@function("norm.divides_by", Kind.MEASURED, example={"divisor": "standard_deviation"}, shows=(BatchNorm,))
def divides_by(divisor: Literal["standard_deviation", "variance"] = "standard_deviation") -> Run:
    """Say whether BatchNorm divides the centred values by this (ε = 0)."""
    return settle(
        "BatchNorm's output beside (x - mean) / divisor",
        Holds.IF_EQUAL,
        _division_error,
        {"divisor": divisor},
        [{"divisor": "standard_deviation"}, {"divisor": "variance"}],
    )


def _division_error(generator: torch.Generator, divisor: str) -> Tensor:
    x = 3 * randn(generator, _SAMPLES, _FEATURES)
    var = x.var(0, correction=0)
    return torch.sub(_layer(x, eps=0)(x), (x - x.mean(0)) / (var.sqrt() if divisor == "standard_deviation" else var))


@function("norm.normalises_with", Kind.MEASURED, example={"variance": "biased"}, shows=(BatchNorm,))
def normalises_with(variance: Estimate = "biased") -> Run:
    """Say whether training mode normalises with this variance: biased (divided by N) or unbiased (by N - 1)."""
    return settle(
        "BatchNorm's output beside (x - mean) / √(variance + ε)",
        Holds.IF_EQUAL,
        _normalising_error,
        {"variance": variance},
        [{"variance": "biased"}, {"variance": "unbiased"}],
    )


def _normalising_error(generator: torch.Generator, variance: Estimate) -> Tensor:
    x = randn(generator, _SAMPLES, _FEATURES)
    layer = _layer(x)
    var = x.var(0, correction=_correction(variance))
    return torch.sub(layer(x), (x - x.mean(0)) / (var + layer.eps).sqrt())


@function("norm.running_variance_is", Kind.MEASURED, example={"variance": "unbiased"}, shows=(BatchNorm,))
def running_variance_is(variance: Estimate = "unbiased") -> Run:
    """Say whether BatchNorm's running variance averages this variance of the batches (momentum 0.1, from 1)."""
    return settle(
        "running_var after one batch, beside 0.9·1 + 0.1·variance",
        Holds.IF_EQUAL,
        _running_error,
        {"variance": variance},
        [{"variance": "unbiased"}, {"variance": "biased"}],
    )


def _running_error(generator: torch.Generator, variance: Estimate) -> Tensor:
    x = 3 * randn(generator, _SAMPLES, _FEATURES)
    layer = _layer(x)
    layer(x)
    return layer.get_buffer("running_var") - (0.9 + 0.1 * x.var(0, correction=_correction(variance)))


@function("norm.undone_by", Kind.MEASURED, example={"weight": "sqrt(var + eps)"}, shows=(BatchNorm,))
def undone_by(
    weight: Weight = "sqrt(var + eps)", bias: Literal["mean", "0"] = "mean", batch: Literal["same", "other"] = "same"
) -> Run:
    """Say whether γ = ``weight`` and β = ``bias`` of a batch make BatchNorm the identity on that or another batch.

    ε is 0.01, so that forgetting it shows.
    """
    return settle(
        "BatchNorm's output beside its input",
        Holds.IF_EQUAL,
        _identity_error,
        {"weight": weight, "bias": bias, "batch": batch},
        [
            {"weight": "sqrt(var + eps)", "bias": "mean", "batch": "same"},
            {"weight": "sqrt(var + eps)", "bias": "mean", "batch": "other"},
            {"weight": "var", "bias": "mean", "batch": "same"},
        ],
    )


def _identity_error(generator: torch.Generator, weight: Weight, bias: str, batch: str) -> Tensor:
    x = 3 + 2 * randn(generator, _SAMPLES, _FEATURES)
    var, mean, eps = x.var(0, correction=0), x.mean(0), 0.01
    weights = {"sqrt(var + eps)": (var + eps).sqrt(), "sqrt(var)": var.sqrt(), "var": var, "1": torch.ones_like(var)}
    layer = _layer(x, eps)
    layer.load_state_dict({"weight": weights[weight], "bias": mean if bias == "mean" else 0 * mean}, strict=False)
    seen = x if batch == "same" else 3 + 2 * randn(generator, _SAMPLES, _FEATURES)
    return torch.sub(layer(seen), seen)


@function("norm.output_bounded_by_batch_size", Kind.MEASURED, example={"layer": "batch"}, shows=(BatchNorm,))
def output_bounded_by_batch_size(
    layer: Literal["batch", "none"] = "batch", weight: Annotated[float, Between(0, 1000)] = 1.0
) -> Run:
    """Say whether no output exceeds √(N - 1) in size, however extreme one value of the batch is (γ is ``weight``)."""
    return settle(
        "By how much outputs exceed √(N - 1), for N = 2, 4, 16, 64 and one value far out",
        Holds.IF_EQUAL,
        _excess,
        {"layer": layer, "weight": weight},
        [{"layer": "none", "weight": 1.0}, {"layer": "batch", "weight": 3.0}],
    )


def _excess(generator: torch.Generator, layer: str, weight: float) -> Tensor:
    return torch.stack([(_largest(generator, layer, n) * weight - (n - 1) ** 0.5).clamp(min=0) for n in (2, 4, 16, 64)])


@function("norm.has_fixed_bound", Kind.MEASURED, example={"by": "clamp"}, shows=(BatchNorm,))
def has_fixed_bound(by: Literal["batch", "clamp"] = "batch") -> Run:
    """Say whether the largest output that an extreme value reaches is the same for batches of 4 and of 64."""
    return settle(
        "Largest output for a batch of 64 less that for a batch of 4, one value far out",
        Holds.IF_EQUAL,
        _growth_of_bound,
        {"by": by},
        [{"by": "clamp"}, {"by": "batch"}],
    )


def _growth_of_bound(generator: torch.Generator, by: str) -> Tensor:
    return _largest(generator, by, 64) - _largest(generator, by, 4)


@function("norm.two_values_become_plus_minus_one", Kind.MEASURED, example={"batch_size": 2}, shows=(BatchNorm,))
def two_values_become_plus_minus_one(batch_size: Annotated[int, Between(2, 64)] = 2) -> Run:
    """Say whether every output of a batch of this size is +1 or -1, whatever the input (ε = 0); true of two values."""
    return settle(
        "Size of the outputs less 1",
        Holds.IF_EQUAL,
        lambda generator, batch_size: _normalised(randn(generator, batch_size, _FEATURES)).abs() - 1,
        {"batch_size": batch_size},
        [{"batch_size": 2}, {"batch_size": 3}],
    )


@function("norm.output_has_unit_variance", Kind.MEASURED, example={"input_variance": 1.0}, shows=(BatchNorm,))
def output_has_unit_variance(input_variance: Annotated[float, Between(1e-12, 1e12)] = 1.0) -> Run:
    """Say whether BatchNorm's output has variance 1 within 10⁻⁴ for inputs of this variance; ε = 10⁻⁵ is in its way."""
    return settle(
        "Variance of the output less 1",
        Holds.IF_EQUAL,
        _variance_error,
        {"input_variance": input_variance},
        [{"input_variance": 1.0}, {"input_variance": 1e-6}],
        Thresholds(none=1e-4, some=1e-2),
    )


def _variance_error(generator: torch.Generator, input_variance: float) -> Tensor:
    x = _normalised(randn(generator, 64, _FEATURES)) * input_variance**0.5
    return torch.var(_layer(x)(x), 0, correction=0) - 1


def _layer(x: Tensor, eps: float = 1e-5) -> BatchNorm:
    return BatchNorm(x.shape[1], eps).to(x)


def _normalised(x: Tensor) -> Tensor:
    return _layer(x, eps=0).forward(x)


def _correction(variance: Estimate) -> int:
    return 1 if variance == "unbiased" else 0


def _largest(generator: torch.Generator, by: str, batch_size: int) -> Tensor:
    """Return the largest output for a batch of normal values, one of them moved far out."""
    x = randn(generator, batch_size, 1)
    x[0] += 1e9
    outputs = {"batch": _normalised(x), "clamp": x.clamp(-3, 3), "none": x}
    return outputs[by].abs().max()
