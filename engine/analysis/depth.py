"""The depth of a network: how many layers with weights lie on its longest path, read from the recorded computation."""

from graphlib import TopologicalSorter
from typing import Any

import torch
from torch import nn

from engine.analysis.macs import hooked

_WEIGHTED = (
    nn.Conv1d,
    nn.Conv2d,
    nn.Conv3d,
    nn.ConvTranspose1d,
    nn.ConvTranspose2d,
    nn.ConvTranspose3d,
    nn.Linear,
)
_Node = torch.autograd.graph.Node


def longest_path(module: nn.Module, *inputs: torch.Tensor) -> list[str]:
    """Return the names of the convolutions and linear layers on the longest path from the inputs to the output.

    Its length is the 18 of ResNet-18 and the 22 of GoogLeNet: of branches that run side by side only the longest
    counts, and a projection on a shortcut is shorter than the block beside it. Normalisation, activations and pooling
    count 0. ``module(*inputs)`` is run as it stands (the meta device does it for nothing), then autograd's graph is
    walked, from the first tensor of what it returns.

    >>> longest_path(nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2)), torch.zeros(1, 4))
    ['0', '2']
    """
    names: dict[nn.Module, str] = {
        layer: name for name, layer in module.named_modules() if isinstance(layer, _WEIGHTED)
    }
    layer_at: dict[_Node, str] = {}

    def note(layer: nn.Module, given: tuple[Any, ...], output: torch.Tensor) -> None:
        layer_at[_node_of(output)] = names[layer]

    with hooked(names, note), torch.enable_grad():
        last = _node_of(module(*inputs))
    best = _best_predecessors(_graph(last), set(layer_at))
    path = []
    node: _Node | None = last
    while node is not None:
        path += [layer_at[node]] if node in layer_at else []
        node = best[node]
    return path[::-1]


def _best_predecessors(inputs_of: dict[_Node, list[_Node]], counted: set[_Node]) -> dict[_Node, _Node | None]:
    """Return for each node the one before it on the longest path that leads there; None where a path begins."""
    length: dict[_Node, int] = {}
    best: dict[_Node, _Node | None] = {}
    for node in TopologicalSorter(inputs_of).static_order():
        best[node] = before = max(inputs_of[node], key=length.__getitem__, default=None)
        length[node] = (length[before] if before else 0) + (node in counted)
    return best


def _graph(last: _Node) -> dict[_Node, list[_Node]]:
    """Return every node from which ``last`` was computed, with the nodes that it reads."""
    inputs_of: dict[_Node, list[_Node]] = {}
    waiting = [last]
    while waiting:
        node = waiting.pop()
        if node not in inputs_of:
            inputs_of[node] = [earlier for earlier, _ in node.next_functions if earlier is not None]
            waiting += inputs_of[node]
    return inputs_of


def _node_of(tensor: Any) -> _Node:
    while isinstance(tensor, (tuple, list)):
        tensor = tensor[0]
    if tensor.grad_fn is None:
        raise ValueError("the network has no trainable parameters, so autograd recorded no path through it")
    node: _Node = tensor.grad_fn
    return node
