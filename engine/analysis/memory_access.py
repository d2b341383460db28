"""How many numbers the layers of a network move, and how many multiply-adds each moved byte pays for.

Memory access cost: each layer reads its input and its weights once, and writes its output once. That is the "MAC" of
the ShuffleNet v2 paper; here MACs are multiply-adds always. A 1x1 convolution of c1 to c2 channels on h·w places moves
h·w·(c1 + c2) + c1·c2/g numbers with g groups.

Sources: Ma, Zhang, Zheng & Sun 2018, "ShuffleNet V2", section 2, G1 and G2; Williams, Waterman & Patterson 2009,
"Roofline: An Insightful Visual Performance Model", for the intensity.
"""

from typing import Any, NamedTuple

from torch import Tensor, nn

from engine.analysis.macs import hooked, layer_macs, run_in_eval_mode


class Traffic(NamedTuple):
    """What one layer moves, in numbers, and the multiply-adds it does."""

    name: str
    read: int
    weights: int
    written: int
    macs: int

    @property
    def moved(self) -> int:
        """All that is read and written."""
        return self.read + self.weights + self.written


def traffic(module: nn.Module, *inputs: Tensor) -> list[Traffic]:
    """Return a row for each layer without children that runs in ``module(*inputs)``; caches are not modelled.

    >>> import torch
    >>> [(row.read, row.weights, row.written) for row in traffic(nn.Linear(3, 2), torch.zeros(1, 3))]
    [(3, 8, 2)]
    """
    names = {layer: name for name, layer in module.named_modules() if not any(layer.children())}
    rows: list[Traffic] = []

    def record(layer: nn.Module, given: tuple[Any, ...], output: Tensor) -> None:
        read = sum(tensor.numel() for tensor in given)
        weights = sum(weight.numel() for weight in layer.parameters())
        rows.append(Traffic(names[layer], read, weights, output.numel(), layer_macs(layer, given, output)))

    with hooked(names, record):
        run_in_eval_mode(module, *inputs)
    return rows


def memory_access(module: nn.Module, *inputs: Tensor) -> int:
    """Return how many numbers all layers together move.

    >>> import torch
    >>> memory_access(nn.Conv2d(128, 128, 1, bias=False), torch.zeros(1, 128, 56, 56))
    819200
    """
    return sum(row.moved for row in traffic(module, *inputs))
