"""What pooling keeps, mixes and passes back: max and average pooling beside what is often said of them."""

from typing import Annotated, Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.analysis.output_shape import META
from engine.analysis.params import num_params
from engine.arguments import Between
from engine.evidence import Run, Table
from engine.experiments._settle import Holds, randn, settle
from engine.registry import Kind, function

PoolKind = Literal["max", "avg"]
Window = Literal["local", "global"]
Layer = Literal["next_conv", "linear_after_flatten", "linear_after_global_average"]
_SIZE = 8


@function("pool.ignores_shift", Kind.MEASURED, example={"window": "global"})
def ignores_shift(
    window: Window = "local",
    image: Literal["random", "dot"] = "random",
    shift: Annotated[int, Between(1, 7)] = 1,
    kind: PoolKind = "max",
) -> Run:
    """Say whether the pooled image stays the same when the image moves ``shift`` cells to the right, round the edge.

    A local window is 2×2. A dot is one bright cell in the left column of such a window, on a background of 0.
    """
    return settle(
        "Pooled image before and after the shift",
        Holds.IF_EQUAL,
        _moved,
        {"window": window, "image": image, "shift": shift, "kind": kind},
        [
            {"window": "local", "image": "random", "shift": shift, "kind": kind},
            {"window": "global", "image": "random", "shift": shift, "kind": kind},
            {"window": "local", "image": "dot", "shift": 1, "kind": kind},
            {"window": "local", "image": "dot", "shift": 2, "kind": kind},
        ],
    )


def _moved(generator: torch.Generator, window: Window, image: str, shift: int, kind: PoolKind) -> Tensor:
    x = randn(generator, 1, 1, _SIZE, _SIZE)
    if image == "dot":
        dot = torch.zeros_like(x)
        dot[..., 4, 2] = x[..., 4, 2].abs() + 1
        x = dot
    pool = _pool(kind, 2 if window == "local" else _SIZE)
    return torch.sub(pool(x), pool(x.roll(shift, dims=-1)))[0, 0]


@function("pool.mixes_channels", Kind.MEASURED, example={"layer": "pool"})
def mixes_channels(layer: Literal["pool", "conv"] = "pool", kind: PoolKind = "max") -> Run:
    """Say whether changing one input channel changes other channels of the output: of a pooling, or a convolution."""
    return settle(
        "Change in the other channels of the output when the first input channel changes",
        Holds.IF_DIFFERENT,
        _spilt,
        {"layer": layer, "kind": kind},
        [{"layer": "conv" if layer == "pool" else "pool", "kind": kind}],
    )


def _spilt(generator: torch.Generator, layer: str, kind: PoolKind) -> Tensor:
    x, weight = randn(generator, 1, 3, _SIZE, _SIZE), randn(generator, 3, 3, 2, 2)
    changed = x.clone()
    changed[:, 0] = randn(generator, _SIZE, _SIZE)

    def output(image: Tensor) -> Tensor:
        return _pool(kind, 2)(image) if layer == "pool" else functional.conv2d(image, weight, stride=2)

    return torch.sub(output(changed), output(x))[:, 1:].flatten(1)


@function("pool.gradient_reaches_every_cell", Kind.MEASURED, example={"kind": "avg"})
def gradient_reaches_every_cell(kind: PoolKind = "max") -> Run:
    """Say whether every cell of the input gets a gradient from the sum of the outputs of a 2×2 pooling."""
    return settle(
        "Cells that get no gradient (1) and cells that get some (0)",
        Holds.IF_EQUAL,
        _left_out,
        {"kind": kind},
        [{"kind": "avg" if kind == "max" else "max"}],
    )


def _left_out(generator: torch.Generator, kind: PoolKind) -> Tensor:
    x = randn(generator, 1, 1, _SIZE, _SIZE).requires_grad_()
    (gradient,) = torch.autograd.grad(_pool(kind, 2)(x).sum(), x)
    return gradient[0, 0].eq(0).double()


@function("pool.is_linear", Kind.MEASURED, example={"kind": "avg"})
def is_linear(kind: PoolKind = "max") -> Run:
    """Say whether pooling a sum of two images gives the sum of the two pooled images."""
    return settle(
        "Pooled sum beside the sum of what was pooled",
        Holds.IF_EQUAL,
        _not_additive,
        {"kind": kind},
        [{"kind": "avg" if kind == "max" else "max"}],
    )


def _not_additive(generator: torch.Generator, kind: PoolKind) -> Tensor:
    x, y = randn(generator, 1, 1, _SIZE, _SIZE), randn(generator, 1, 1, _SIZE, _SIZE)
    pool = _pool(kind, 2)
    return torch.sub(pool(x + y), pool(x) + pool(y))[0, 0]


@function("pool.commutes_with_relu", Kind.MEASURED, example={"kind": "max"})
def commutes_with_relu(kind: PoolKind = "max") -> Run:
    """Say whether pooling and then ReLU gives what ReLU and then pooling gives."""
    return settle(
        "ReLU of the pooled image beside the pooled ReLU of the image",
        Holds.IF_EQUAL,
        _order_matters,
        {"kind": kind},
        [{"kind": "avg" if kind == "max" else "max"}],
    )


def _order_matters(generator: torch.Generator, kind: PoolKind) -> Tensor:
    x, pool = randn(generator, 1, 1, _SIZE, _SIZE), _pool(kind, 2)
    return torch.sub(pool(x).relu(), pool(x.relu()))[0, 0]


@function("pool.pads_with", Kind.MEASURED, example={"value": "minus infinity"})
def pads_with(value: Literal["zeros", "minus infinity"] = "minus infinity", kind: PoolKind = "max") -> Run:
    """Say whether ``padding=1`` of a 3×3 pooling acts as a border of this value around the image."""
    return settle(
        "Pooling with padding=1 beside pooling the image inside a border of the value",
        Holds.IF_EQUAL,
        _other_border,
        {"value": value, "kind": kind},
        [{"value": other, "kind": kind} for other in ("zeros", "minus infinity")],
    )


def _other_border(generator: torch.Generator, value: str, kind: PoolKind) -> Tensor:
    x = randn(generator, 1, 1, _SIZE, _SIZE) - 3  # mostly below 0, so that a border of zeros shows
    bordered = functional.pad(x, (1, 1, 1, 1), value=0.0 if value == "zeros" else -1e6)
    make = nn.MaxPool2d if kind == "max" else nn.AvgPool2d
    return torch.sub(make(3, 1, 1)(x), make(3, 1)(bordered))[0, 0]


@function("pool.default_stride_is", Kind.MEASURED, example={"stride": "kernel_size"})
def default_stride_is(
    stride: Literal["kernel_size", "1"] = "kernel_size", layer: Literal["pool", "conv"] = "pool"
) -> Run:
    """Say whether a layer with a 3×3 window and no stride given moves by this: ``nn.MaxPool2d``, or ``nn.Conv2d``."""
    return settle(
        "Output size without a stride, beside that with the stride in question",
        Holds.IF_EQUAL,
        _other_size,
        {"stride": stride, "layer": layer},
        [{"stride": stride, "layer": "conv" if layer == "pool" else "pool"}],
    )


def _other_size(generator: torch.Generator, stride: str, layer: str) -> Tensor:
    x = randn(generator, 1, 1, 9, 9)
    given = 3 if stride == "kernel_size" else 1
    with torch.random.fork_rng(devices=[]):
        default, told = (
            (nn.MaxPool2d(3), nn.MaxPool2d(3, given))
            if layer == "pool"
            else (nn.Conv2d(1, 1, 3), nn.Conv2d(1, 1, 3, given))
        )
    return torch.tensor([default.to(x)(x).shape[-1] - told.to(x)(x).shape[-1]]).double()


@function("pool.changes_params_of", Kind.MEASURED, example={"layer": "next_conv"})
def changes_params_of(layer: Layer = "next_conv") -> Run:
    """Say whether a 2×2 pooling put before this layer changes how many parameters it has."""
    layers: tuple[Layer, ...] = ("next_conv", "linear_after_flatten", "linear_after_global_average")
    rows = [(name, *_params_of(name)) for name in dict.fromkeys((layer, *layers))]
    table = Table("Parameters for a 16×8×8 map", ["layer", "without a pooling", "behind a pooling"], rows)
    return Run(rows[0][1] != rows[0][2], lambda: [table], str(META))


def _params_of(layer: Layer) -> tuple[int, int]:
    """Return the parameters of the layer for a map as it comes, and pooled."""
    counts = []
    for size in (_SIZE, functional.max_pool2d(torch.zeros(1, 16, _SIZE, _SIZE), 2).shape[-1]):
        features = 16 if layer == "linear_after_global_average" else 16 * size * size
        made = nn.Conv2d(16, 32, 3, device=META) if layer == "next_conv" else nn.Linear(features, 10, device=META)
        counts.append(num_params(made))
    return counts[0], counts[1]


def _pool(kind: PoolKind, size: int) -> nn.Module:
    return nn.MaxPool2d(size) if kind == "max" else nn.AvgPool2d(size)
