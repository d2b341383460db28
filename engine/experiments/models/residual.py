"""What the shortcut of a residual block does: for a block of zeros, for the shapes, for the gradient."""

from typing import Annotated, Literal

import torch
from torch import Tensor, nn

from engine.arguments import Between
from engine.device import current
from engine.evidence import Run, Table
from engine.experiments._settle import Holds, Thresholds, randn, settle
from engine.experiments.models._jacobian import jacobian
from engine.layers.residual import BasicBlock, Bottleneck, SubsampleAndPad, conv1x1, conv3x3
from engine.registry import Kind, function

Block = Literal["basic", "bottleneck"]
_SHOWS = (BasicBlock, Bottleneck)


@function("residual.zero_block_is", Kind.MEASURED, example={"output": "relu(x)"}, shows=_SHOWS)
def zero_block_is(output: Literal["relu(x)", "x", "0"] = "relu(x)", signed: bool = True, block: Block = "basic") -> Run:
    """Say whether a block whose last BatchNorm has γ = 0 gives this; inputs have both signs, or none is negative."""
    return settle(
        "The block's output beside the one claimed",
        Holds.IF_EQUAL,
        _zero_block_error,
        {"output": output, "signed": signed, "block": block},
        [{"output": "x", "signed": True, "block": block}, {"output": "x", "signed": False, "block": block}],
    )


def _zero_block_error(generator: torch.Generator, output: str, signed: bool, block: Block) -> Tensor:
    with torch.random.fork_rng(devices=[]):  # torch draws first weights, which are replaced below
        module = BasicBlock(4, 4) if block == "basic" else Bottleneck(4, 1)
    for layer in module.modules():
        if isinstance(layer, nn.Conv2d):
            layer.weight.data = randn(generator, *layer.weight.shape)
    last = module.bn3 if isinstance(module, Bottleneck) else module.bn2
    nn.init.zeros_(last.weight)
    x = randn(generator, 2, 4, 5, 5)
    x = x if signed else x.abs()
    claimed = {"relu(x)": x.relu(), "x": x, "0": torch.zeros_like(x)}[output]
    return torch.sub(module.to(x)(x), claimed)


@function("residual.shortcut_fits", Kind.MEASURED, example={"shortcut": "projection"}, shows=(SubsampleAndPad,))
def shortcut_fits(
    shortcut: Literal["identity", "projection", "pad"] = "identity", shortcut_stride: Literal[1, 2] = 2
) -> Run:
    """Say whether F(x) of a stage's first block (stride 2, channels doubled) can be added to this shortcut of x."""
    tried = dict.fromkeys([(shortcut, shortcut_stride), ("identity", 1), ("projection", 1), ("projection", 2)])
    rows = [(*arguments, *_shapes_added(*arguments)) for arguments in tried]
    columns = ["shortcut", "its stride", "shape of F(x)", "shape of the shortcut", "fits"]
    return Run(rows[0][-1], lambda: [Table("F(x) + shortcut(x) for x of 8×6×6", columns, rows)])


def _shapes_added(shortcut: str, stride: int) -> tuple[str, str, bool]:
    x = torch.zeros(1, 8, 6, 6, device=current())
    with torch.random.fork_rng(devices=[]):
        residual = conv3x3(8, 16, stride=2)
        beside: dict[str, nn.Module] = {
            "identity": nn.Identity(),
            "projection": conv1x1(8, 16, stride),
            "pad": SubsampleAndPad(8, 16, stride),
        }
    shapes = [layer.to(x)(x).shape[1:] for layer in (residual, beside[shortcut])]
    return str(tuple(shapes[0])), str(tuple(shapes[1])), shapes[0] == shapes[1]


@function("residual.jacobian_has_identity_term", Kind.MEASURED, example={"skip": True})
def jacobian_has_identity_term(skip: bool = True) -> Run:
    """Say whether ∂y/∂x less ∂F/∂x is the identity matrix, for y = x + F(x) (``skip``) or y = F(x)."""
    return settle(
        "Jacobian of y less that of F, beside the identity matrix",
        Holds.IF_EQUAL,
        _identity_term_error,
        {"skip": skip},
        [{"skip": not skip}],
    )


def _identity_term_error(generator: torch.Generator, skip: bool) -> Tensor:
    weights = [randn(generator, 6, 6) for _ in range(2)]

    def residual(x: Tensor) -> Tensor:
        return weights[1] @ (weights[0] @ x).tanh()

    def output(x: Tensor) -> Tensor:
        return x + residual(x) if skip else residual(x)

    x = randn(generator, 6)
    without_residual = torch.sub(jacobian(output, x), jacobian(residual, x))
    return without_residual - torch.eye(6).to(x)


@function("residual.gradient_reaches_input", Kind.MEASURED, example={"skip": True})
def gradient_reaches_input(skip: bool = True, depth: Annotated[int, Between(1, 200)] = 50) -> Run:
    """Say whether the gradient survives ``depth`` tanh layers of gain 0.5: over 10⁻² it does, under 10⁻⁶ not."""
    return settle(
        "Norm of the gradient at the input over its norm at the output",
        Holds.IF_DIFFERENT,
        _gradient_at_input,
        {"skip": skip, "depth": depth},
        [{"skip": not skip, "depth": depth}, {"skip": skip, "depth": 1}],
        Thresholds(none=1e-6, some=1e-2),
    )


def _gradient_at_input(generator: torch.Generator, skip: bool, depth: int) -> Tensor:
    width = 16
    x = randn(generator, width).requires_grad_()
    y = x
    for _ in range(depth):
        change = (0.5 / width**0.5 * randn(generator, width, width) @ y).tanh()
        y = y + change if skip else change
    upstream = randn(generator, width)
    (gradient,) = torch.autograd.grad(y, x, upstream)
    return torch.div(gradient.norm(), upstream.norm())
