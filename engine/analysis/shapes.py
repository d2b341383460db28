"""The table of a network's layers in the order in which they run: name, type, output shape, parameters, MACs."""

from typing import Any, NamedTuple

import torch
from torch import nn

from engine.analysis.macs import run_counting


class LayerRow(NamedTuple):
    """One run of one layer."""

    name: str
    """As in ``named_modules``; "" for the module itself."""
    type: str
    output_shape: tuple[int, ...]
    """With the batch; of the first tensor where a layer returns several."""
    params: int
    """Trainable ones; a tensor that an earlier row counted is not counted again."""
    macs: int


def layer_table(module: nn.Module, *inputs: torch.Tensor) -> list[LayerRow]:
    """Return a row for each layer that runs in ``module(*inputs)``, in evaluation mode.

    A layer is a module without children, or one that holds parameters of its own or writes products out, as attention
    does (its row follows its children's). Where all parameters take part, the rows add up to :func:`num_params` and
    :func:`macs` of the whole.

    >>> for row in layer_table(nn.Sequential(nn.Linear(4, 3), nn.ReLU()), torch.zeros(2, 4)):
    ...     print(*row)
    0 Linear (2, 3) 15 24
    1 ReLU (2, 3) 0 0
    """
    names = {layer: name for name, layer in module.named_modules()}
    rows: list[LayerRow] = []
    counted: set[nn.Parameter] = set()

    def record(layer: nn.Module, output: Any, macs: int) -> None:
        if not macs and not _is_layer(layer):
            return
        own = [p for p in layer.parameters(recurse=False) if p.requires_grad and p not in counted]
        counted.update(own)
        params = sum(parameter.numel() for parameter in own)
        rows.append(LayerRow(names[layer], type(layer).__name__, first_shape(output), params, macs))

    run_counting(module, inputs, record)
    return rows


def _is_layer(module: nn.Module) -> bool:
    return not any(module.children()) or any(True for _ in module.parameters(recurse=False))


def first_shape(output: Any) -> tuple[int, ...]:
    """Return the shape of a tensor, or of the first one where a layer returns several."""
    while isinstance(output, (tuple, list)):
        output = output[0]
    return tuple(output.shape)
