"""``sequence_layer.*``: recurrence, convolution and self-attention beside one another, counted while they run."""

from typing import Annotated

import torch

from engine.analysis.depth import longest_path
from engine.analysis.macs import macs as count_macs
from engine.arguments import Between
from engine.evidence import Run, Table
from engine.layers import transformer_rivals as rivals
from engine.layers.transformer_rivals import RIVALS, Rival
from engine.registry import Kind, function

Tokens = Annotated[int, Between(2, 200)]
Width = Annotated[int, Between(1, 4096)]
Kernel = Annotated[int, Between(3, 31)]
"""Of the convolution, odd; the others have none."""
_SHOWS = tuple(RIVALS.values())


@function(
    "sequence_layer.macs", Kind.MEASURED, example={"layer": "self_attention", "length": 10, "width": 64}, shows=_SHOWS
)
def macs(layer: Rival, length: Tokens, width: Width, kernel_size: Kernel = 3) -> Run:
    """Return the multiply-adds of one layer over a sequence of ``length`` tokens of this width.

    Self-attention is one head with three projections, and no output matrix.

    >>> [macs(layer, 10, 64).value for layer in ("recurrence", "convolution", "self_attention")]
    [81920, 122880, 135680]
    """
    counts = {name: _macs(name, length, width, kernel_size) for name in RIVALS}
    return Run(counts[layer], lambda: [_table(length, width, kernel_size)], device="meta")


@function("sequence_layer.sequential_steps", Kind.MEASURED, example={"layer": "recurrence", "length": 20}, shows=_SHOWS)
def sequential_steps(layer: Rival, length: Tokens) -> Run:
    """Return how many products with weights must wait for one another in one layer over ``length`` tokens.

    >>> sequential_steps("recurrence", 20).value, sequential_steps("self_attention", 20).value
    (20, 1)
    """
    return Run(_steps(layer, length), lambda: [_table(length, 64, 3)], device="meta")


@function(
    "sequence_layer.path_length",
    Kind.MEASURED,
    example={"layer": "convolution", "length": 20},
    shows=(rivals.path_length, rivals.neighbours),
)
def path_length(layer: Rival, length: Tokens, kernel_size: Kernel = 3) -> Run:
    """Return how many steps, or stacked layers, take the first of ``length`` tokens to the last output.

    >>> [path_length(layer, 50).value for layer in ("recurrence", "convolution", "self_attention")]
    [49, 49, 1]
    """
    return Run(_path(layer, length, kernel_size), lambda: [_table(length, 64, kernel_size)], device="cpu")


def _macs(layer: Rival, length: int, width: int, kernel_size: int) -> int:
    with torch.device("meta"):
        return count_macs(RIVALS[layer](width, kernel_size), torch.empty(1, length, width))


def _steps(layer: Rival, length: int) -> int:
    with torch.device("meta"):
        last = _Last(RIVALS[layer](4, 3))
        return len(longest_path(last, torch.empty(1, length, 4)))


class _Last(torch.nn.Module):
    """The last output alone, which waits for everything that it needs."""

    def __init__(self, layer: torch.nn.Module) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the output at the last token."""
        output: torch.Tensor = self.layer(x)
        return output[:, -1]


def _path(layer: Rival, length: int, kernel_size: int) -> int:
    with torch.random.fork_rng(devices=[]):
        return rivals.path_length(RIVALS[layer](2, kernel_size), length)


def _table(length: int, width: int, kernel_size: int) -> Table:
    rows = [
        (name, _macs(name, length, width, kernel_size), _steps(name, length), _path(name, length, kernel_size))
        for name in RIVALS
    ]
    title = f"{length} tokens of width {width}, kernels of {kernel_size}"
    return Table(title, ["layer", "multiply-adds", "sequential steps", "path between the ends"], rows)
