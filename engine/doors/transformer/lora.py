"""``lora.*``: what low-rank adaptation trains, what it gives, and the weight that it can be merged into."""

from typing import Annotated

import torch
from torch import Tensor, nn

from engine.analysis.params import num_params as count_params
from engine.analysis.sizes import sizes
from engine.arguments import Between, Elements
from engine.device import for_float64
from engine.doors._grids import Numbers, Place, grid, picked
from engine.errors import Refused
from engine.evidence import Run, Table
from engine.layers.lora import LoRALinear
from engine.registry import Kind, function

Width = Annotated[int, Between(1, 65_536)]
Rank = Annotated[int, Between(1, 65_536)]
Alpha = Annotated[float, Between(0, 1e6)]
Matrix = Annotated[Tensor, Elements(4096, 2), Between(-1e6, 1e6)]
_SMALL = {"weight": [[1, 0, 2], [0, 1, 0]], "lora_a": [[1, 2, 3]], "lora_b": [[2], [-1]], "alpha": 4}


@function(
    "lora.num_params",
    Kind.MODULE,
    example={"in_features": 768, "out_features": 768, "rank": 8},
    shows=(LoRALinear, count_params),
)
def num_params(in_features: Width, out_features: Width, rank: Rank, layers: Annotated[int, Between(1, 256)] = 1) -> Run:
    """Return the trainable parameters of low-rank adaptation: A and B beside ``layers`` frozen linear layers.

    The layers are built on the meta device, and what is frozen does not count. GPT-3's query and value matrices in 96
    blocks, with rank 1, are the paper's 4.7 million:

    >>> num_params(12_288, 12_288, rank=1, layers=2 * 96).value
    4718592
    """
    with torch.device("meta"):
        adapted = nn.ModuleList(LoRALinear(nn.Linear(in_features, out_features), rank) for _ in range(layers))
    rows = [
        (name, sizes(weight.shape), weight.numel(), weight.requires_grad)
        for name, weight in adapted[0].named_parameters()
    ]
    table = Table("One layer", ["parameter", "shape", "numbers", "trained"], rows)
    return Run(count_params(adapted), lambda: [table], device="meta")


@function("lora.output", Kind.MODULE, example={**_SMALL, "x": [1, 1, 1]}, shows=(LoRALinear,))
def output(x: Numbers, weight: Matrix, lora_a: Matrix, lora_b: Matrix, alpha: Alpha, at: Place | None = None) -> Run:
    """Return W·x + (alpha/rank)·B·A·x of an adapted layer without bias, or with ``at`` one number of it.

    ``weight`` has a row for each output, ``lora_a`` a row for each of the ``rank`` directions, ``lora_b`` a column.

    >>> eye = torch.eye(2, dtype=torch.float64)
    >>> output([1.0, 0.0], eye, lora_a=torch.tensor([[1.0, 1.0]]), lora_b=torch.tensor([[0.0], [1.0]]), alpha=3).value
    [1.0, 3.0]
    """
    layer = _layer(weight, lora_a, lora_b, alpha)
    if len(x) != weight.shape[1]:
        raise Refused(f"'x' needs {weight.shape[1]} numbers, one for each column of 'weight', not {len(x)}")
    with torch.no_grad():
        y = layer(layer.base.weight.new_tensor(list(x)))
        base = layer.base(layer.base.weight.new_tensor(list(x)))
    rows = list(zip(range(len(y)), base.tolist(), (y - base).tolist(), y.tolist(), strict=True))
    table = Table("Each output", ["output", "W·x", "(alpha/rank)·B·A·x", "sum"], rows[:64])
    return Run(picked(y, at), lambda: [table], str(y.device))


@function("lora.merged_weight", Kind.MEASURED, example=_SMALL, shows=(LoRALinear,))
def merged_weight(weight: Matrix, lora_a: Matrix, lora_b: Matrix, alpha: Alpha, at: Place | None = None) -> Run:
    """Return W + (alpha/rank)·B·A, a row for each output, or with ``at`` one number of it.

    It is measured: the adapted layer is run on each unit vector, whose output is a column of the weight that one
    linear layer would need to do the same.

    >>> merged_weight(torch.eye(2), torch.tensor([[1.0, 1.0]]), torch.tensor([[0.0], [1.0]]), alpha=3).value
    [[1.0, 0.0], [3.0, 4.0]]
    """
    layer = _layer(weight, lora_a, lora_b, alpha)
    with torch.no_grad():
        merged = layer(torch.eye(weight.shape[1]).to(layer.lora_a)).mT
    blocks = [
        grid("W", layer.base.weight, "input", "output"),
        grid("(alpha/rank)·B·A", layer.update(), "input", "output"),
        grid("measured, column by column", merged, "input", "output"),
    ]
    return Run(picked(merged, at), lambda: blocks, str(merged.device))


def _layer(weight: Tensor, lora_a: Tensor, lora_b: Tensor, alpha: float) -> LoRALinear:
    """Return the adapted layer with these matrices, in float64; refuses shapes that do not fit."""
    (out_features, in_features), rank = weight.shape, len(lora_a)
    if lora_a.shape[1] != in_features or lora_b.shape != (out_features, rank):
        raise Refused(
            f"for a weight of {sizes(weight.shape)} 'lora_a' is (rank, {in_features}) and 'lora_b' ({out_features}, "
            f"rank); these are {sizes(lora_a.shape)} and {sizes(lora_b.shape)}"
        )
    with torch.device("meta"):
        base = nn.Linear(in_features, out_features, bias=False)
        layer = LoRALinear(base, rank, alpha)
    layer.base.weight = nn.Parameter(weight.to(for_float64(), torch.float64), requires_grad=False)
    layer.lora_a, layer.lora_b = (nn.Parameter(matrix.to(layer.base.weight)) for matrix in (lora_a, lora_b))
    return layer
