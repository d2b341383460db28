"""``norm.*``: what batch and layer normalisation compute, hold and count. Everything runs in float64."""

import math
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from engine.analysis.params import num_params as count_params
from engine.analysis.sizes import sizes
from engine.arguments import Between, Channels, Elements, KernelSize, Length
from engine.device import current
from engine.doors.normalization._torch_norm import batch_norm, check_batch_norm_axes, check_last_axes, layer_norm, run
from engine.errors import Refused
from engine.evidence import Blocks, Heatmap, Run, Table, Text
from engine.layers.batch_norm import BatchNorm
from engine.layers.batch_norm_backward import batch_norm_backward
from engine.layers.layer_norm import LayerNorm
from engine.registry import Kind, function

Layer = Literal["batch", "layer"]
Shape = Annotated[Sequence[Annotated[int, Between(1, 65_536)]], Length(1, 6)]
Values = Annotated[Sequence[Annotated[float, Between(-1e6, 1e6)]], Length(1, 1024)]
Input = Annotated[Tensor, Elements(4096)]
Of = Literal["x", "weight", "bias"]
LastAxes = Annotated[int, Between(1, 5)]
"""How many of the last axes a LayerNorm normalises over."""
Eps = Annotated[float, Between(0, 1e6)]
_MOST_ELEMENTS = 2**40


@function("norm.forward", Kind.MODULE, example={"layer": "batch", "x": [[1], [7]]}, shows=(BatchNorm, LayerNorm))
def forward(
    layer: Layer,
    x: Input,
    training: bool = True,
    last_axes: LastAxes = 1,
    eps: Eps = 1e-5,
    weight: Values | None = None,
    bias: Values | None = None,
    running_mean: Values | None = None,
    running_var: Values | None = None,
) -> Run:
    """Return the normalised ``x``; a BatchNorm's channels are axis 1, a LayerNorm takes the ``last_axes``.

    ``weight`` is γ (1 unless given) and ``bias`` is β (0 unless given), one value per channel or, in row order, one per
    normalised entry. ``running_mean`` (0) and ``running_var`` (1) are what a BatchNorm uses with ``training: false``.
    """
    x = x.to(current())
    module = (batch_norm(x.shape, eps) if layer == "batch" else layer_norm(x.shape, last_axes, eps)).to(x)
    state = {"weight": weight, "bias": bias, "running_mean": running_mean, "running_var": running_var}
    _fill(module, {name: values for name, values in state.items() if values is not None})
    y = run(module.train(training), x)
    return Run(y.tolist(), lambda: _before_and_after(x, y))


@function(
    "norm.gradient", Kind.MEASURED, example={"x": [[1], [7], [4]], "upstream": [[1], [0], [0]]}, shows=(BatchNorm,)
)
def gradient(x: Input, upstream: Input, eps: Eps = 1e-5, of: Of = "x", weight: Values | None = None) -> Run:
    """Return ∂loss/∂x of a BatchNorm in training mode by autograd, given ``upstream`` = ∂loss/∂y.

    With ``of`` it is ∂loss/∂γ ("weight") or ∂loss/∂β ("bias"), one number per channel; ``weight`` is γ, 1 unless given.
    """
    _check_pair(x, upstream)
    x = x.to(current()).requires_grad_()
    layer = _layer("batch", x.shape, 1, eps).to(x)
    _fill(layer, {} if weight is None else {"weight": weight})
    found = torch.autograd.grad(layer(x), [x, *layer.parameters()], upstream.to(x))
    gradients = dict(zip(("x", "weight", "bias"), found, strict=True))
    return Run(gradients[of].tolist(), lambda: _gradients(upstream, gradients))


@function(
    "norm.gradient_formula",
    Kind.CLOSED_FORM,
    example={"x": [[1], [7], [4]], "upstream": [[1], [0], [0]]},
    shows=(batch_norm_backward,),
)
def gradient_formula(x: Input, upstream: Input, eps: Eps = 1e-5, of: Of = "x", weight: Values | None = None) -> Run:
    """Return the same by ∂x = γ/√(σ² + ε)·(g - mean(g) - x̂·mean(g·x̂)), ∂γ = Σ g·x̂ and ∂β = Σ g."""
    _check_pair(x, upstream)
    x, upstream = x.to(current()), upstream.to(current())
    gamma = x.new_ones(x.shape[1]) if weight is None else x.new_tensor(weight)
    if len(gamma) != x.shape[1]:
        raise Refused(f"'weight' needs {x.shape[1]} values, one for each of its entries, not {len(gamma)}")
    gradients = batch_norm_backward(upstream, x, gamma, eps)._asdict()
    return Run(gradients[of].tolist(), lambda: _gradients(upstream, gradients))


@function("norm.num_params", Kind.MODULE, example={"layer": "batch", "shape": [64]}, shows=(count_params,))
def num_params(layer: Layer, shape: Shape, affine: bool = True) -> Run:
    """Return the trainable parameters; ``shape`` is a BatchNorm's [num_features] or a LayerNorm's normalized_shape."""
    module = _of_shape(layer, shape, affine)
    rows = [(name, sizes(p.shape), p.numel()) for name, p in module.named_parameters()]
    return Run(
        count_params(module),
        lambda: [Table(f"{module}", ["parameter", "shape", "numbers"], rows)],
        device="meta",
    )


@function("norm.num_running_statistics", Kind.MODULE, example={"layer": "batch", "shape": [64]})
def num_running_statistics(layer: Layer, shape: Shape) -> Run:
    """Return how many numbers a layer remembers between calls without training them (its counter of batches aside)."""
    module = _of_shape(layer, shape, affine=True)
    rows = [(name, sizes(b.shape) or "one number", b.numel()) for name, b in module.named_buffers()]
    value = sum(buffer.numel() for name, buffer in module.named_buffers() if name != "num_batches_tracked")
    return Run(value, lambda: [Table(f"{module}", ["buffer", "shape", "numbers"], rows)], device="meta")


@function("norm.num_statistics", Kind.MEASURED, example={"layer": "batch", "shape": [32, 64, 14, 14]})
def num_statistics(layer: Layer, shape: Shape, last_axes: LastAxes = 1) -> Run:
    """Return how many means a layer takes of one input of ``shape`` in training mode, seen while it runs."""
    means, text = _means(layer, shape, last_axes)
    return Run(means.numel(), lambda: [Text(text), *_shared(means, shape)], device="meta")


@function("norm.values_per_statistic", Kind.MEASURED, example={"layer": "batch", "shape": [32, 64, 14, 14]})
def values_per_statistic(layer: Layer, shape: Shape, last_axes: LastAxes = 1) -> Run:
    """Return over how many values each of these means is taken."""
    means, text = _means(layer, shape, last_axes)
    return Run(math.prod(shape) // means.numel(), lambda: [Text(text), *_shared(means, shape)], device="meta")


@function("norm.conv_num_params", Kind.MODULE, example={"in_channels": 64, "out_channels": 128, "kernel_size": 3})
def conv_num_params(in_channels: Channels, out_channels: Channels, kernel_size: KernelSize, bias: bool = False) -> Run:
    """Return the trainable parameters of a convolution (``bias`` is its own) followed by a BatchNorm."""
    with torch.device("meta"):
        convolution = nn.Conv2d(in_channels, out_channels, kernel_size, bias=bias)
        pair = nn.Sequential(convolution, nn.BatchNorm2d(out_channels))
    rows = [(name, sizes(p.shape), p.numel()) for name, p in pair.named_parameters()]
    table = Table("convolution (0) and BatchNorm (1)", ["parameter", "shape", "numbers"], rows)
    return Run(count_params(pair), lambda: [table], device="meta")


def _layer(layer: Layer, shape: Sequence[int], last_axes: int, eps: float = 1e-5) -> BatchNorm | LayerNorm:
    """Return the layer for inputs of ``shape``, written out so that its means and gradients can be watched."""
    if layer == "layer":
        check_last_axes(shape, last_axes)
        return LayerNorm(list(shape[-last_axes:]), eps)
    check_batch_norm_axes(shape)
    return BatchNorm(shape[1], eps)


def _of_shape(layer: Layer, shape: Sequence[int], affine: bool) -> nn.Module:
    """Return torch's layer with parameters of ``shape``, on the meta device."""
    if math.prod(shape) > _MOST_ELEMENTS:
        raise Refused(f"a normalized_shape of {list(shape)} has {math.prod(shape)} entries, more than {_MOST_ELEMENTS}")
    if layer == "batch" and len(shape) != 1:
        raise Refused(f"a BatchNorm's shape is [num_features], one number, not {list(shape)}")
    with torch.device("meta"):
        if layer == "batch":
            return nn.BatchNorm1d(shape[0], affine=affine)
        return nn.LayerNorm(list(shape), elementwise_affine=affine)


def _fill(module: nn.Module, given: dict[str, Sequence[float]]) -> None:
    own = module.state_dict()
    for name, values in given.items():
        if name not in own:
            raise Refused(f"{type(module).__name__} has no {name}: it keeps no statistics between calls")
        if len(values) != own[name].numel():
            raise Refused(f"'{name}' needs {own[name].numel()} values, one for each of its entries, not {len(values)}")
        own[name].copy_(torch.tensor(values, dtype=own[name].dtype).reshape(own[name].shape))


def _check_pair(x: Tensor, upstream: Tensor) -> None:
    if x.dim() < 2 or x.shape != upstream.shape:
        raise Refused(f"x and upstream need one shape (N, C, ...), not {tuple(x.shape)} and {tuple(upstream.shape)}")
    check_batch_norm_axes(x.shape)
    if x.numel() // x.shape[1] < 2:
        raise Refused(f"a BatchNorm in training mode needs at least two values per channel; {tuple(x.shape)} has one")


class _MeansTaken(TorchFunctionMode):
    """Keeps every result of ``Tensor.mean`` inside the ``with`` block; the first is μ, the second σ²."""

    def __init__(self) -> None:
        super().__init__()
        self.results: list[Tensor] = []

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        if func is Tensor.mean:
            self.results.append(result)
        return result


def _means(layer: Layer, shape: Sequence[int], last_axes: int) -> tuple[Tensor, str]:
    """Return the means that the layer took of a meta input of ``shape``, and a sentence about them."""
    if math.prod(shape) > _MOST_ELEMENTS:
        raise Refused(f"an input of {list(shape)} has {math.prod(shape)} elements; at most {_MOST_ELEMENTS} are run")
    with torch.device("meta"):
        module, x = _layer(layer, shape, last_axes), torch.empty(*shape)
    with _MeansTaken() as taken:
        module(x)
    means = taken.results[0]
    per_mean = x.numel() // means.numel()
    return means, f"{module} ran on {tuple(shape)} and took {means.numel()} means, each over {per_mean} values."


def _shared(means: Tensor, shape: Sequence[int]) -> Blocks:
    """Return which entries share a mean: the first ones of each axis, numbered by their mean, a row for each sample."""
    width = (
        means.shape if means.dim() == len(shape) else (1, *means.shape, *[1] * (len(shape) - 2))
    )  # BatchNorm's: (C,)
    first = [min(4, size) for size in width]
    shown = torch.arange(math.prod(first)).reshape(first).expand([min(4, size) for size in shape])
    title = "Entries of one shade share a mean" + (", the first of each axis" if max(shape) > 4 else "")
    return [Heatmap(title, shown.reshape(shown.shape[0], -1).double().tolist(), "channel, then place", "sample")]


def _gradients(upstream: Tensor, gradients: Mapping[str, Tensor]) -> Blocks:
    """Return the gradients of x as a matrix, and those of γ and β by channel."""
    rows = list(
        zip(range(len(gradients["bias"])), gradients["weight"].tolist(), gradients["bias"].tolist(), strict=True)
    )
    table = Table("Gradients of the parameters", ["channel", "∂loss/∂γ", "∂loss/∂β"], rows)
    return [table, *_before_and_after(upstream, gradients["x"])]


def _before_and_after(before: Tensor, after: Tensor) -> Blocks:
    """Return both as matrices, a row for each sample."""
    return [
        Heatmap(title, tensor.detach().reshape(tensor.shape[0], -1).tolist(), "entry", "sample")
        for title, tensor in (("before", before), ("after", after))
    ]
