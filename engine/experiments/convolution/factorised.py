"""Cheaper convolutions: what stacks, separable and asymmetric pairs, groups and 1×1 reductions save, and give up."""

from typing import Annotated, Literal, get_args

import torch
from torch import Tensor
from torch.nn import functional

from engine.arguments import Between, Channels
from engine.convolution.factorised.asymmetric import ThinKernels, nearest_thin_kernels, outer_product
from engine.convolution.factorised.grouped import dense_weight, grouped_conv2d
from engine.convolution.factorised.stacked import of_stack, reachable_dimensions
from engine.doors.convolution.conv import macs as conv_macs
from engine.doors.convolution.costs.factorised import depthwise_ratio, reduced_ratio, weights_ratio
from engine.evidence import Block, Run, Table
from engine.experiments._settle import SEEDS, Holds, randn, settle
from engine.registry import Kind, function

_SIZE = 8
OddKernel = Annotated[int, Between(1, 15)]
Share = Literal["1/out_channels", "1/in_channels", "1/kernel_size²"]
_SHARES: tuple[Share, ...] = get_args(Share)
Factor = Literal["groups", "groups²", "1"]
_FACTORS: tuple[Factor, ...] = get_args(Factor)


@function("conv_stacked.is_one_kernel", Kind.MEASURED, example={"between": "nothing"}, shows=(of_stack,))
def is_one_kernel(
    between: Literal["nothing", "relu"] = "nothing", num_layers: Annotated[int, Between(2, 4)] = 3
) -> Run:
    """Say whether 3×3 convolutions in a row equal one large convolution with the product of their kernels."""
    return settle(
        "The layers in a row beside the one kernel that is to replace them",
        Holds.IF_EQUAL,
        _not_one_kernel,
        {"between": between, "num_layers": num_layers},
        [{"between": "relu" if between == "nothing" else "nothing", "num_layers": num_layers}],
    )


def _not_one_kernel(generator: torch.Generator, between: str, num_layers: int) -> Tensor:
    x, weights = randn(generator, 1, 2, 12, 12), [randn(generator, 2, 2, 3, 3) for _ in range(num_layers)]
    y = functional.conv2d(x, weights[0])
    for weight in weights[1:]:
        y = functional.conv2d(y.relu() if between == "relu" else y, weight)
    return torch.sub(y, functional.conv2d(x, of_stack(weights)))[0].flatten(1)


@function("conv_stacked.reaches_every_kernel", Kind.MEASURED, example={"channels": 4}, shows=(reachable_dimensions,))
def reaches_every_kernel(channels: Annotated[int, Between(1, 16)] = 4) -> Run:
    """Say whether two 3×3 layers, nothing between them, can move their common 5×5 kernel in all of its 25 directions.

    One channel goes in and out, ``channels`` lie between. The rank of the kernel's derivative by the weights is taken.
    """
    row = _directions(channels)

    def evidence() -> list[Block]:
        rows = [row, *(_directions(count) for count in (1, 2, 8) if count != channels)]
        columns = ("channels between", "weights of the pair", "directions it has", "directions of a 5×5", "claim holds")
        return [Table("Two 3×3 layers for one 5×5", columns, rows)]

    return Run(row[-1], evidence)


def _directions(channels: int) -> tuple[int, int, int, int, bool]:
    """Return the least rank over all seeds, beside what there is, as a row."""
    ranks = [reachable_dimensions(channels, 3, torch.Generator().manual_seed(seed)) for seed in SEEDS]
    least, wide = min(ranks)
    return channels, 2 * 9 * channels, least, wide, least == wide


@function("conv_stacked.has_fewer_weights", Kind.MEASURED, example={"num_layers": 3, "kernel_size": 3})
def has_fewer_weights(
    num_layers: Annotated[int, Between(1, 8)] = 3, kernel_size: OddKernel = 3, channels: Channels = 8
) -> Run:
    """Say whether equal layers in a row have fewer weights than one layer that sees as far, channels kept.

    The fields are measured by the gradient, the weights counted.
    """
    tried = dict.fromkeys([(num_layers, kernel_size), (1, kernel_size), (2, 3), (3, 3), (2, 1)])
    ratios = [(*layers, weights_ratio(*layers, channels).value) for layers in tried]
    rows = [(*found, found[-1] < 1) for found in ratios]
    columns = ("layers", "kernel_size", "share of the one layer's weights", "claim holds")
    return Run(rows[0][-1], lambda: [Table("Stacks beside one layer with the same field", columns, rows)])


@function(
    "conv_asymmetric.represents",
    Kind.MEASURED,
    example={"kernel": "outer product"},
    shows=(nearest_thin_kernels, outer_product),
)
def thin_kernels_represent(kernel: Literal["outer product", "random", "Sobel", "Laplacian"] = "outer product") -> Run:
    """Say whether a 3×1 and then a 1×3 convolution can do exactly what one 3×3 kernel does: whether its rank is 1."""
    return settle(
        "3×3 convolution beside the nearest 3×1 and 1×3 pair",
        Holds.IF_EQUAL,
        _not_thin,
        {"kernel": kernel},
        [{"kernel": each} for each in ("outer product", "random", "Sobel", "Laplacian")],
    )


def _not_thin(generator: torch.Generator, kernel: str) -> Tensor:
    x, weight = randn(generator, 1, 1, _SIZE, _SIZE), randn(generator, 3, 3)
    named = {
        "outer product": outer_product(ThinKernels(randn(generator, 3), randn(generator, 3))),
        "random": weight,
        "Sobel": weight.new_tensor([[1, 0, -1], [2, 0, -2], [1, 0, -1]]),
        "Laplacian": weight.new_tensor([[0, 1, 0], [1, -4, 1], [0, 1, 0]]),
    }
    column, row = nearest_thin_kernels(named[kernel])
    thin = functional.conv2d(functional.conv2d(x, column[None, None, :, None]), row[None, None, None])
    return torch.sub(thin, functional.conv2d(x, named[kernel][None, None]))[0, 0]


@function("conv_depthwise.costs_share", Kind.MEASURED, example={"share": "1/out_channels"})
def costs_share(
    share: Share = "1/out_channels",
    in_channels: Annotated[int, Between(1, 256)] = 16,
    out_channels: Annotated[int, Between(1, 256)] = 32,
    kernel_size: OddKernel = 3,
) -> Run:
    """Say whether a depthwise convolution's multiply-adds are this share of an ordinary one's, counted by hooks."""
    widths = (in_channels, out_channels)
    tried = dict.fromkeys([(share, *widths), *((each, *widths) for each in _SHARES), (share, 16, 32), (share, 16, 16)])
    rows = []
    for claimed, inside, outside in tried:
        found = depthwise_ratio(inside, outside, kernel_size).value
        value = {"1/out_channels": 1 / outside, "1/in_channels": 1 / inside, "1/kernel_size²": 1 / kernel_size**2}
        rows.append((inside, outside, found, claimed, value[claimed], found == value[claimed]))
    columns = ("in_channels", "out_channels", "share of the MACs", "claimed", "that is", "claim holds")
    return Run(rows[0][-1], lambda: [Table("Depthwise beside ordinary", columns, rows)])


@function("conv.groups_divide_macs_by", Kind.MEASURED, example={"factor": "groups"}, shows=(grouped_conv2d,))
def groups_divide_macs_by(factor: Literal["groups", "groups²", "1"] = "groups", groups: Literal[2, 4, 8] = 4) -> Run:
    """Say whether ``groups`` divide the multiply-adds of a convolution by this factor, its channels kept."""
    rows = []
    for count, claimed in dict.fromkeys([(groups, factor), *((groups, each) for each in _FACTORS), (8, factor)]):
        dense, grouped = (conv_macs(16, _SIZE, _SIZE, 32, 3, padding=1, groups=each).value for each in (1, count))
        value = {"groups": count, "groups²": count**2, "1": 1}[claimed]
        rows.append((count, dense, grouped, claimed, value, dense == value * grouped))
    columns = ("groups", "MACs without groups", "MACs", "claimed factor", "that is", "claim holds")
    return Run(rows[0][-1], lambda: [Table("A 3×3 convolution from 16 to 32 channels", columns, rows)])


@function("conv.is_separate_groups", Kind.MEASURED, example={"groups": 2}, shows=(grouped_conv2d, dense_weight))
def is_separate_groups(
    groups: Literal[2, 4] = 2, assigned: Literal["neighbours", "every groups-th"] = "neighbours"
) -> Run:
    """Say whether ``groups=G`` equals G separate convolutions, each on neighbouring channels, or on every G-th one."""
    return settle(
        "conv2d with groups beside separate convolutions, joined",
        Holds.IF_EQUAL,
        _not_separate,
        {"groups": groups, "assigned": assigned},
        [{"groups": groups, "assigned": each} for each in ("neighbours", "every groups-th")],
    )


def _not_separate(generator: torch.Generator, groups: int, assigned: str) -> Tensor:
    x, weight = randn(generator, 1, 8, _SIZE, _SIZE), randn(generator, 8, 8 // groups, 3, 3)
    dealt = x if assigned == "neighbours" else torch.cat([x[:, group::groups] for group in range(groups)], dim=1)
    separate = grouped_conv2d(dealt, weight, groups)
    return torch.sub(functional.conv2d(x, weight, groups=groups), separate)[0].flatten(1)


@function("conv.reduction_saves", Kind.MEASURED, example={"in_channels": 192, "reduced_channels": 16})
def reduction_saves(
    in_channels: Annotated[int, Between(1, 1024)] = 192,
    reduced_channels: Annotated[int, Between(1, 1024)] = 16,
    out_channels: Annotated[int, Between(1, 1024)] = 32,
    kernel_size: OddKernel = 5,
) -> Run:
    """Say whether a 1×1 convolution before a k×k one saves multiply-adds against the k×k one alone."""
    rows = []
    for reduced in dict.fromkeys((reduced_channels, 1, in_channels)):
        share = reduced_ratio(in_channels, reduced, out_channels, kernel_size).value
        rows.append((reduced, share, share < 1))
    columns = ("reduced channels", "share of the MACs", "claim holds")
    title = f"From {in_channels} to {out_channels} channels, kernel {kernel_size}×{kernel_size}"
    return Run(rows[0][-1], lambda: [Table(title, columns, rows)])
