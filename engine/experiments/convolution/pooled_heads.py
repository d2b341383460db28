"""Poolings that fix the size of what comes out: global and adaptive average pooling before a classifier."""

from typing import Annotated, Literal

import torch
from torch import Tensor, nn

from engine.analysis.output_shape import META
from engine.analysis.params import num_params
from engine.arguments import Between
from engine.convolution.pooling.adaptive_pool import adaptive_avg_pool2d, adaptive_windows
from engine.convolution.pooling.global_pool import global_avg_pool2d
from engine.evidence import Run, Table
from engine.experiments._settle import Holds, randn, settle
from engine.registry import Kind, function

Head = Literal["flatten", "global average", "adaptive 6×6"]


@function("pool.head_takes_any_size", Kind.MEASURED, example={"head": "global average"})
def head_takes_any_size(head: Head = "global average") -> Run:
    """Say whether a convolution, this and a linear layer, made for 12×12 images, take 14×14 and 20×20 ones too.

    The table has the weights of the linear layer, too.
    """
    rows = []
    for each in dict.fromkeys((head, "flatten", "global average", "adaptive 6×6")):
        network = _network(each)
        fits = [_takes(network, size) for size in (12, 14, 20)]
        rows.append((each, num_params(network[-1]), *fits, all(fits)))
    columns = ("head", "parameters of the linear layer", "12×12", "14×14", "20×20", "claim holds")
    return Run(rows[0][-1], lambda: [Table("Images that are taken", columns, rows)], str(META))


def _network(head: str) -> nn.Sequential:
    pools: dict[str, list[nn.Module]] = {
        "flatten": [],
        "global average": [nn.AdaptiveAvgPool2d(1)],
        "adaptive 6×6": [nn.AdaptiveAvgPool2d(6)],
    }
    sides = {"flatten": 12, "global average": 1, "adaptive 6×6": 6}
    with META:
        classifier = nn.Linear(16 * sides[head] ** 2, 10)
        return nn.Sequential(nn.Conv2d(3, 16, 3, padding=1), *pools[head], nn.Flatten(), classifier)


def _takes(network: nn.Module, size: int) -> bool:
    try:
        network(torch.zeros(1, 3, size, size, device=META))
    except RuntimeError:
        return False
    return True


@function(
    "pool.adaptive_changes_nothing", Kind.MEASURED, example={"size": 6, "output_size": 6}, shows=(adaptive_windows,)
)
def adaptive_changes_nothing(
    size: Annotated[int, Between(1, 32)] = 6, output_size: Annotated[int, Between(1, 32)] = 6
) -> Run:
    """Say whether adaptive average pooling of size × size maps to output_size × output_size gives back the map."""
    chosen = {"size": size, "output_size": output_size}
    controls = [{"size": each, "output_size": output_size} for each in (output_size, output_size + 1)]
    return settle("Map before and after the pooling", Holds.IF_EQUAL, _changed, chosen, controls)


def _changed(generator: torch.Generator, size: int, output_size: int) -> Tensor:
    x = randn(generator, 1, 1, size, size)
    y = adaptive_avg_pool2d(x, output_size)
    if x.shape != y.shape:
        return torch.tensor([size - output_size]).double()
    return torch.sub(y, x)[0, 0]


@function(
    "pool.global_average_tells_apart", Kind.MEASURED, example={"images": "other means"}, shows=(global_avg_pool2d,)
)
def global_average_tells_apart(images: Literal["shuffled", "spike and grey", "other means"] = "other means") -> Run:
    """Say whether global average pooling gives different numbers for these two images.

    shuffled: an image and its cells in another order. spike and grey: one cell of 16 among 0s, and 1s, on 4×4 cells.
    """
    return settle(
        "Means of the two images",
        Holds.IF_DIFFERENT,
        _difference,
        {"images": images},
        [{"images": "shuffled"}, {"images": "spike and grey"}, {"images": "other means"}],
    )


def _difference(generator: torch.Generator, images: str) -> Tensor:
    first = randn(generator, 1, 1, 4, 4)
    second = first.flatten(2)[..., torch.randperm(16, generator=generator)].reshape(first.shape)
    if images == "spike and grey":
        first, second = torch.zeros_like(first), torch.ones_like(first)
        first[..., 1, 2] = 16
    if images == "other means":
        second = second + 1
    return torch.sub(global_avg_pool2d(first), global_avg_pool2d(second))
