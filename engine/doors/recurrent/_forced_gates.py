"""Cells whose gates and candidate have given values: all weights are 0, and biases say the rest."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from engine.layers.recurrent_cell import RecurrentCell


@torch.no_grad()
def force(cell: nn.RNNCellBase | RecurrentCell, blocks: tuple[str, ...], values: Mapping[str, float]) -> None:
    """Set a cell with one unit so that each block gives its value, 0 unless named, whatever input and state are.

    A gate, σ(b), gets b = logit(value), which is infinite for 0 and 1: these are met exactly. A candidate, tanh(b),
    gets artanh(value).
    """
    for parameter in cell.parameters():
        nn.init.zeros_(parameter)
    assert isinstance(cell.bias_ih, Tensor)
    for row, block in enumerate(blocks):
        value = torch.tensor(values.get(block, 0.0), dtype=torch.float64)
        cell.bias_ih[row] = value.atanh() if block == "candidate" else value.logit()
