"""What a normalisation makes of the linear layer before it: its bias, and the scale of its weights."""

from typing import Annotated, Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.arguments import Between
from engine.device import current
from engine.evidence import Run
from engine.experiments._settle import Holds, randn, settle
from engine.layers.batch_norm import BatchNorm
from engine.layers.layer_norm import LayerNorm
from engine.registry import Kind, function

Layer = Literal["batch", "layer", "none"]
Scale = Annotated[float, Between(2, 1000)]
_SAMPLES, _IN, _OUT = 8, 5, 6
_SHOWS = (BatchNorm, LayerNorm)


@function("norm.bias_before_is_redundant", Kind.MEASURED, example={"layer": "batch"}, shows=_SHOWS)
def bias_before_is_redundant(layer: Layer = "batch", training: bool = True) -> Run:
    """Say whether the output stays the same whatever bias the linear layer before the normalisation has."""
    return settle(
        "Output with two different biases in the linear layer before",
        Holds.IF_EQUAL,
        _change_by_bias,
        {"layer": layer, "training": training},
        [{"layer": "none", "training": True}, {"layer": "batch", "training": False}],
    )


def _change_by_bias(generator: torch.Generator, layer: Layer, training: bool) -> Tensor:
    module = _normalisation(layer).train(training)
    x, weight = randn(generator, _SAMPLES, _IN), randn(generator, _OUT, _IN)
    first, second = (module(F.linear(x, weight, 10 * randn(generator, _OUT))) for _ in range(2))
    return torch.sub(first, second)


@function("norm.ignores_scale_of_weights_before", Kind.MEASURED, example={"layer": "batch"}, shows=_SHOWS)
def ignores_scale_of_weights_before(layer: Layer = "batch", scale: Scale = 10.0) -> Run:
    """Say whether the output stays the same when the weights before the normalisation are scaled (ε = 0)."""
    return settle(
        f"Output with weights W and with {scale:g}·W before the normalisation",
        Holds.IF_EQUAL,
        _change_by_scale,
        {"layer": layer, "scale": scale},
        [{"layer": "none", "scale": scale}, {"layer": "layer", "scale": scale}],
    )


def _change_by_scale(generator: torch.Generator, layer: Layer, scale: float) -> Tensor:
    module = _normalisation(layer)
    x, weight = randn(generator, _SAMPLES, _IN), randn(generator, _OUT, _IN)
    return torch.sub(module(F.linear(x, scale * weight)), module(F.linear(x, weight)))


@function("norm.weight_gradient_shrinks_with_scale", Kind.MEASURED, example={"layer": "batch"}, shows=_SHOWS)
def weight_gradient_shrinks_with_scale(layer: Layer = "batch", scale: Scale = 10.0) -> Run:
    """Say whether scaling the weights before the normalisation by c divides their gradient by c (ε = 0)."""
    return settle(
        f"{scale:g} times the gradient at {scale:g}·W, beside the gradient at W",
        Holds.IF_EQUAL,
        _gradient_mismatch,
        {"layer": layer, "scale": scale},
        [{"layer": "none", "scale": scale}, {"layer": "layer", "scale": scale}],
    )


def _gradient_mismatch(generator: torch.Generator, layer: Layer, scale: float) -> Tensor:
    x, weight, upstream = _problem(generator)
    at_weight = _weight_gradient(layer, x, weight, upstream)
    return scale * _weight_gradient(layer, x, scale * weight, upstream) - at_weight


@function("norm.weight_gradient_is_orthogonal", Kind.MEASURED, example={"layer": "batch"}, shows=_SHOWS)
def weight_gradient_is_orthogonal(layer: Layer = "batch") -> Run:
    """Say whether the gradient of the weights before the normalisation is orthogonal to the weights (ε = 0)."""
    return settle(
        "Cosine between the weights and their gradient",
        Holds.IF_EQUAL,
        _cosine,
        {"layer": layer},
        [{"layer": "none"}, {"layer": "layer"}],
    )


def _cosine(generator: torch.Generator, layer: Layer) -> Tensor:
    x, weight, upstream = _problem(generator)
    gradient = _weight_gradient(layer, x, weight, upstream)
    return F.cosine_similarity(gradient.flatten(), weight.flatten(), dim=0)


@function(
    "norm.weight_gradient_ratio", Kind.MEASURED, example={"layer": "batch", "scale": 4}, shows=(BatchNorm, LayerNorm)
)
def weight_gradient_ratio(scale: Scale, layer: Layer = "batch") -> Run:
    """Return the norm of the gradient at scale·W divided by that at W, for the weights before the normalisation."""
    x, weight, upstream = _problem(torch.Generator().manual_seed(0))
    scaled = _weight_gradient(layer, x, scale * weight, upstream).norm()
    ratio = scaled / _weight_gradient(layer, x, weight, upstream).norm()
    return Run(float(ratio), weight_gradient_shrinks_with_scale(layer, scale).evidence)


def _problem(generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
    """Return inputs, weights, and the gradient that arrives at the output."""
    return randn(generator, _SAMPLES, _IN), randn(generator, _OUT, _IN), randn(generator, _SAMPLES, _OUT)


def _weight_gradient(layer: Layer, x: Tensor, weight: Tensor, upstream: Tensor) -> Tensor:
    weight = weight.clone().requires_grad_()
    return torch.autograd.grad(_normalisation(layer)(F.linear(x, weight)), weight, upstream)[0]


def _normalisation(layer: Layer) -> nn.Module:
    modules = {"batch": BatchNorm(_OUT, eps=0), "layer": LayerNorm(_OUT, eps=0), "none": nn.Identity()}
    return modules[layer].to(current(), torch.float64)
