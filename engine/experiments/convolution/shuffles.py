"""Channel shuffle and pixel shuffle: what undoes them, what they mix, and what they leave of a plain image."""

from typing import Annotated, Literal, get_args

import torch
from torch import Tensor
from torch.nn import functional

from engine.arguments import Between
from engine.convolution.channel_shuffle import channel_shuffle
from engine.convolution.pixel_shuffle import pixel_shuffle, pixel_unshuffle
from engine.convolution.upsampling.interpolation import upsample_nearest
from engine.errors import Refused
from engine.evidence import Run, Table
from engine.experiments._settle import Holds, randn, settle
from engine.registry import Kind, function

FewChannels = Annotated[int, Between(1, 64)]
UpBy = Literal["conv_transpose", "pixel_shuffle", "nearest"]
Weights = Literal["random", "equal"]
Again = Literal["groups", "channels/groups"]


@function("channel_shuffle.undone_by", Kind.MEASURED, example={"by": "channels/groups"}, shows=(channel_shuffle,))
def undone_by(by: Again = "channels/groups", channels: FewChannels = 12, groups: FewChannels = 3) -> Run:
    """Say whether a second channel shuffle, with as many groups again or with channels/groups of them, undoes one."""
    if channels % groups:
        raise Refused(f"groups {groups} must divide the {channels} channels")
    rows = []
    for each, count, first in dict.fromkeys([(by, channels, groups), *((again, 12, 3) for again in get_args(Again))]):
        second = first if each == "groups" else count // first
        order = channel_shuffle(channel_shuffle(torch.arange(count)[None], first), second)[0]
        rows.append((count, first, second, str(order.tolist()), torch.equal(order, torch.arange(count))))
    columns = ("channels", "groups", "groups of the second shuffle", "order after both", "claim holds")
    return Run(rows[0][-1], lambda: [Table("Two channel shuffles in a row", columns, rows)])


@function("channel_shuffle.copies_memory", Kind.MEASURED, example={"groups": 3}, shows=(channel_shuffle,))
def copies_memory(groups: Annotated[int, Between(1, 12)] = 3) -> Run:
    """Say whether a channel shuffle of 12 channels has to copy the numbers: no strides read them in the new order.

    It has no parameters and no products in any case.
    """
    rows = []
    for each in dict.fromkeys((groups, 1, 3, 12)):
        if 12 % each:
            raise Refused(f"groups {each} must divide the 12 channels")
        x = torch.zeros(1, 12, 2, 2, dtype=torch.float64)
        copied = channel_shuffle(x, each).data_ptr() != x.data_ptr()
        rows.append((each, x.numel() if copied else 0, copied))
    table = Table("Numbers copied of 48", ("groups", "copied", "claim holds"), rows)
    return Run(rows[0][-1], lambda: [table])


@function("pixel_shuffle.is_transposed_convolution", Kind.MEASURED, example={"kernel_size": 2}, shows=(pixel_shuffle,))
def is_transposed_convolution(
    kernel_size: Annotated[int, Between(1, 4)] = 2, factor: Annotated[int, Between(2, 3)] = 2
) -> Run:
    """Say whether a 1×1 convolution to C·r² channels and a pixel shuffle equal a transposed convolution of stride r.

    Its kernel has ``kernel_size`` cells along each axis, and the weights of the 1×1 convolution where there are any.
    """
    chosen = {"kernel_size": kernel_size, "factor": factor}
    controls = [{"kernel_size": each, "factor": factor} for each in (factor, factor + 1)]
    return settle("Sub-pixel beside transposed convolution", Holds.IF_EQUAL, _not_transposed, chosen, controls)


def _not_transposed(generator: torch.Generator, kernel_size: int, factor: int) -> Tensor:
    x, weight = randn(generator, 1, 3, 4, 4), randn(generator, 2, factor, factor, 3)
    shuffled = pixel_shuffle(functional.conv2d(x, weight.reshape(-1, 3, 1, 1)), factor)
    kernel = torch.zeros(3, 2, kernel_size, kernel_size).to(x)
    shared = min(kernel_size, factor)
    kernel[:, :, :shared, :shared] = weight.permute(3, 0, 1, 2)[:, :, :shared, :shared]
    transposed = functional.conv_transpose2d(x, kernel, stride=factor)
    if shuffled.shape != transposed.shape:
        return torch.tensor([shuffled.shape[-1] - transposed.shape[-1]]).double()
    return torch.sub(shuffled, transposed)[0].flatten(1)


@function(
    "pixel_shuffle.keeps_constant_image",
    Kind.MEASURED,
    example={"by": "pixel_shuffle", "weights": "equal"},
    shows=(pixel_shuffle, upsample_nearest),
)
def keeps_constant_image(by: UpBy = "pixel_shuffle", weights: Weights = "random") -> Run:
    """Say whether a constant image, made twice as large, stays constant away from the border: no checkerboard.

    conv_transpose: kernel 3, stride 2. pixel_shuffle: a 3×3 convolution to 4 channels, then the shuffle. nearest: each
    cell repeated, then a 3×3 convolution. "equal" weights are 1s, for the pixel shuffle one random kernel used for all
    4 channels (ICNR: Aitken et al. 2017).
    """
    chosen = {"by": by, "weights": weights}
    controls = [
        {"by": "conv_transpose", "weights": "equal"},
        {"by": "pixel_shuffle", "weights": "random"},
        {"by": "pixel_shuffle", "weights": "equal"},
        {"by": "nearest", "weights": "random"},
    ]
    return settle("Inside of the enlarged image beside its mean", Holds.IF_EQUAL, _pattern, chosen, controls)


def _pattern(generator: torch.Generator, by: UpBy, weights: Weights) -> Tensor:
    constant, kernel = randn(generator, 1, 1, 1, 1).expand(1, 1, 8, 8), randn(generator, 4, 1, 3, 3)
    if weights == "equal":
        kernel = kernel[:1].expand(4, 1, 3, 3) if by == "pixel_shuffle" else torch.ones_like(kernel)
    if by == "conv_transpose":
        y = functional.conv_transpose2d(constant, kernel[:1], stride=2)
    elif by == "pixel_shuffle":
        y = pixel_shuffle(functional.conv2d(constant, kernel), 2)
    else:
        y = functional.conv2d(upsample_nearest(constant, 16), kernel[:1])
    inner = y[0, 0, 4:-4, 4:-4]
    return inner - inner.mean()


@function("pixel_shuffle.undone_by", Kind.MEASURED, example={"by": "pixel_unshuffle"}, shows=(pixel_unshuffle,))
def pixel_shuffle_undone_by(by: Literal["pixel_unshuffle", "average pooling"] = "pixel_unshuffle") -> Run:
    """Say whether this gives back what went into a pixel shuffle: its inverse, or an average over each block."""
    return settle(
        "What went into the pixel shuffle, beside what comes back",
        Holds.IF_EQUAL,
        _not_undone,
        {"by": by},
        [{"by": "pixel_unshuffle"}, {"by": "average pooling"}],
    )


def _not_undone(generator: torch.Generator, by: str) -> Tensor:
    x = randn(generator, 1, 4, 3, 3)
    shuffled = pixel_shuffle(x, 2)
    back = pixel_unshuffle(shuffled, 2) if by == "pixel_unshuffle" else functional.avg_pool2d(shuffled, 2)
    return torch.sub(back, x)[0].flatten(1)
