"""Low-rank adaptation: what it starts as, what its first step moves, and which weight it can be merged into."""

from typing import Literal

import torch
from torch import Tensor, nn

from engine.device import current
from engine.evidence import Run
from engine.experiments._settle import Holds, randn, settle
from engine.layers.lora import LoRALinear
from engine.registry import Kind, function

Matrix = Literal["A", "B"]
_IN, _OUT, _RANK, _ALPHA = 12, 8, 2, 16.0
_SHOWS = (LoRALinear,)


@function("lora.starts_as_the_base", Kind.MEASURED, example={"zeros": "B"}, shows=_SHOWS)
def starts_as_the_base(zeros: Literal["A", "B", "none"] = "B") -> Run:
    """Say whether an adapted layer (LoRA) gives what the frozen layer gave, when this of its matrices starts at 0."""
    return settle(
        "Output of the adapted layer, less the frozen layer's",
        Holds.IF_EQUAL,
        _correction,
        {"zeros": zeros},
        [{"zeros": "B"}, {"zeros": "none"}],
    )


def _correction(generator: torch.Generator, zeros: str) -> Tensor:
    layer, x = _adapted(generator, zeros), randn(generator, 4, _IN)
    with torch.no_grad():
        difference: Tensor = layer(x) - layer.base(x)
    return difference


@function("lora.first_step_moves", Kind.MEASURED, example={"matrix": "B"}, shows=_SHOWS)
def first_step_moves(matrix: Matrix = "B") -> Run:
    """Say whether this matrix of an adapted layer (LoRA) has a gradient at the start, where B is 0 and A is random."""
    return settle(
        f"The gradient of a squared error by {matrix}",
        Holds.IF_DIFFERENT,
        _gradient,
        {"matrix": matrix},
        [{"matrix": "B"}, {"matrix": "A"}],
    )


def _gradient(generator: torch.Generator, matrix: Matrix) -> Tensor:
    layer, x, target = _adapted(generator, "B"), randn(generator, 4, _IN), randn(generator, 4, _OUT)
    moved = layer.lora_a if matrix == "A" else layer.lora_b
    return torch.autograd.grad(nn.functional.mse_loss(layer(x), target), moved)[0]


@function("lora.merging_changes_nothing", Kind.MEASURED, example={"factor": "alpha/rank"}, shows=_SHOWS)
def merging_changes_nothing(factor: Literal["alpha/rank", "alpha", "1"] = "alpha/rank") -> Run:
    """Say whether one linear layer with the weight W + factor·B·A gives what the adapted layer (LoRA) gives."""
    return settle(
        f"Output of the merged layer, less the adapted layer's (alpha {_ALPHA:g}, rank {_RANK})",
        Holds.IF_EQUAL,
        _merged_less_adapted,
        {"factor": factor},
        [{"factor": "alpha/rank"}, {"factor": "1"}, {"factor": "alpha"}],
    )


def _merged_less_adapted(generator: torch.Generator, factor: str) -> Tensor:
    layer, x = _adapted(generator, "none"), randn(generator, 4, _IN)
    by = {"alpha/rank": _ALPHA / _RANK, "alpha": _ALPHA, "1": 1.0}[factor]
    with torch.no_grad():
        weight = layer.base.weight + by * (layer.lora_b @ layer.lora_a)
        merged = nn.functional.linear(x, weight, layer.base.bias)
        difference: Tensor = merged - layer(x)
    return difference


def _adapted(generator: torch.Generator, zeros: str) -> LoRALinear:
    """Return an adapted layer with random matrices, except those that are 0, in float64."""
    with torch.device("meta"):
        layer = LoRALinear(nn.Linear(_IN, _OUT), _RANK, _ALPHA)
    layer = layer.to_empty(device=current()).double()
    shapes = {name: weight.shape for name, weight in layer.named_parameters()}
    drawn = {name: randn(generator, *shape) / shape[-1] ** 0.5 for name, shape in shapes.items()}
    if zeros != "none":
        drawn[f"lora_{zeros.lower()}"].zero_()
    layer.load_state_dict(drawn)
    return layer
