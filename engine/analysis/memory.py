"""How much memory a forward pass holds, in elements, read by forward hooks.

Convention: the output of every layer counts once, whether or not a framework would keep it, and the network's input
does not. A training step keeps about so much for the backward pass; inference may drop each output after its last use.
Multiply by 4 bytes for float32, 2 for float16. What a library needs besides (unfolded windows, optimizer state) is not
in it; what is moved, and how often, is in :mod:`engine.analysis.memory_access`.
"""

from typing import Any, NamedTuple

import torch
from torch import nn

from engine.analysis.macs import hooked, run_in_eval_mode


class LayerMemory(NamedTuple):
    """The elements that one run of one layer needs."""

    name: str
    """As in ``named_modules``; "" for the module itself."""
    type: str
    params: int
    activations: int
    """The elements of its output."""


def layer_memory(module: nn.Module, *inputs: torch.Tensor) -> list[LayerMemory]:
    """Return a row for each layer (a module without children) that runs in ``module(*inputs)``, in evaluation mode.

    >>> net = nn.Sequential(nn.Conv2d(3, 8, 3, bias=False), nn.ReLU())
    >>> for row in layer_memory(net, torch.zeros(1, 3, 6, 6)):
    ...     print(*row)
    0 Conv2d 216 128
    1 ReLU 0 128
    """
    names = {layer: name for name, layer in module.named_modules()}
    rows: list[LayerMemory] = []

    def record(layer: nn.Module, given: tuple[Any, ...], output: Any) -> None:
        params = sum(parameter.numel() for parameter in layer.parameters())
        rows.append(LayerMemory(names[layer], type(layer).__name__, params, _elements(output)))

    with hooked([layer for layer in names if not any(layer.children())], record):
        run_in_eval_mode(module, *inputs)
    return rows


def num_activations(module: nn.Module, *inputs: torch.Tensor) -> int:
    """Return the elements of all layers' outputs together.

    >>> num_activations(nn.Sequential(nn.Linear(4, 3), nn.ReLU()), torch.zeros(2, 4))
    12
    """
    return sum(row.activations for row in layer_memory(module, *inputs))


def _elements(output: Any) -> int:
    if isinstance(output, (tuple, list)):
        return sum(_elements(part) for part in output)
    return output.numel() if isinstance(output, torch.Tensor) else 0
