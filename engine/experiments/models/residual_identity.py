"""What identity shortcuts make exact: sums of branches, unchanged functions, and what a single layer cannot gain."""

from typing import Literal

import torch
from torch import Tensor, nn

from engine.device import current
from engine.evidence import Run
from engine.experiments._settle import Holds, Thresholds, randn, settle
from engine.experiments.models._jacobian import jacobian
from engine.layers.residual import BasicBlock
from engine.models.preact_resnet import PreActBlock
from engine.registry import Kind, function

Order = Literal["original", "pre_activation"]
_SHOWS = (BasicBlock, PreActBlock)
_BLOCKS, _CHANNELS = 4, 3


@function("residual.output_is_sum_of_branches", Kind.MEASURED, example={"order": "pre_activation"}, shows=_SHOWS)
def output_is_sum_of_branches(order: Order = "pre_activation") -> Run:
    """Say whether a stack of residual blocks gives its input plus all F(x); "original" has a ReLU after each sum."""
    return settle(
        "x_L less x_0 and less every branch's F(x)",
        Holds.IF_EQUAL,
        _unexplained,
        {"order": order},
        [{"order": "original"}, {"order": "pre_activation"}],
    )


def _unexplained(generator: torch.Generator, order: Order) -> Tensor:
    stack = _stack(generator, order)
    branches: list[Tensor] = []
    for block in stack:
        last = block.conv2 if isinstance(block, PreActBlock) else block.get_submodule("bn2")
        last.register_forward_hook(lambda layer, given, output: branches.append(output.clone()))
    x = randn(generator, 1, _CHANNELS, 5, 5)
    with torch.no_grad():
        return torch.sub(stack(x), x) - torch.stack(branches).sum(0)


@function("residual.zero_stack_returns_input", Kind.MEASURED, example={"order": "pre_activation"}, shows=_SHOWS)
def zero_stack_returns_input(order: Order = "original", signed: bool = True) -> Run:
    """Say whether blocks with F = 0 return their input; inputs have both signs (``signed``) or none is negative."""
    return settle(
        "Output of the stack less its input",
        Holds.IF_EQUAL,
        _changed_by_zero_stack,
        {"order": order, "signed": signed},
        [{"order": "original", "signed": True}, {"order": "pre_activation", "signed": True}],
    )


def _changed_by_zero_stack(generator: torch.Generator, order: Order, signed: bool) -> Tensor:
    stack = _stack(generator, order)
    for block in stack:
        nn.init.zeros_(block.get_submodule("conv2" if order == "pre_activation" else "bn2").get_parameter("weight"))
    x = randn(generator, 1, _CHANNELS, 5, 5)
    x = x if signed else x.abs()
    with torch.no_grad():
        return torch.sub(stack(x), x)


def _stack(generator: torch.Generator, order: Order) -> nn.Sequential:
    """Return blocks that keep the shape, in evaluation mode, with weights from the generator."""
    make = PreActBlock if order == "pre_activation" else BasicBlock
    with torch.random.fork_rng(devices=[]):  # torch draws first weights, which are replaced below
        stack = nn.Sequential(*(make(_CHANNELS, _CHANNELS) for _ in range(_BLOCKS)))
    stack = stack.to(current(), torch.float64).eval()
    for parameter in stack.parameters():
        if parameter.dim() == 4:  # a convolution's; BatchNorm keeps γ = 1 and β = 0
            parameter.data = randn(generator, *parameter.shape) / 3
    return stack


@function("residual.one_layer_is_linear", Kind.MEASURED, example={"layers": 1})
def one_layer_is_linear(layers: Literal[1, 2] = 1) -> Run:
    """Say whether y = x + F(x) is the matrix W + I on x, where F is one layer W, or two with ReLU between."""
    return settle(
        "y less (W + I)x, W the slope of F at 0 in the first input's direction",
        Holds.IF_EQUAL,
        _off_the_matrix,
        {"layers": layers},
        [{"layers": 3 - layers}],
    )


def _off_the_matrix(generator: torch.Generator, layers: int) -> Tensor:
    lower, upper = randn(generator, 6, 6), randn(generator, 6, 6)

    def residual(x: Tensor) -> Tensor:
        return lower @ x if layers == 1 else upper @ (lower @ x).relu()

    points = randn(generator, 6, 8)
    slope = jacobian(residual, points[:, 0])
    matrix = torch.add(slope, torch.eye(6).to(slope))
    return points + residual(points) - matrix @ points


@function("residual.insertion_keeps_loss", Kind.MEASURED, example={"block": "zero_residual"})
def insertion_keeps_loss(block: Literal["zero_residual", "random_residual", "random_plain"] = "zero_residual") -> Run:
    """Say whether a block put into a fitted net leaves its training loss as it was, before any further training.

    With F = 0 the larger net *is* the smaller one, so its best training loss cannot be higher.
    """
    return settle(
        "Training loss after the insertion less before",
        Holds.IF_EQUAL,
        _loss_change,
        {"block": block},
        [{"block": "random_residual"}, {"block": "random_plain"}, {"block": "zero_residual"}],
        Thresholds(none=1e-12, some=1e-3),
    )


def _loss_change(generator: torch.Generator, block: str) -> Tensor:
    x = randn(generator, 64, 4)
    target = (x[:, :1] * x[:, 1:2]).sin()
    hidden = (x @ randn(generator, 4, 24)).tanh()
    readout = torch.linalg.lstsq(hidden, target).solution
    lower, upper = randn(generator, 24, 24) / 5, randn(generator, 24, 24) / 5
    change = (hidden @ lower).tanh() @ (torch.zeros_like(upper) if block == "zero_residual" else upper)
    after = change if block == "random_plain" else hidden + change
    return _mse(after @ readout, target) - _mse(hidden @ readout, target)


def _mse(prediction: Tensor, target: Tensor) -> Tensor:
    return torch.sub(prediction, target).square().mean()
