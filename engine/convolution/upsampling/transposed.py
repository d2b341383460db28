"""Transposed convolution, in two ways: every input cell stamps the kernel, or zeros go in and a convolution follows.

It goes from the shape of a convolution's output back to the shape of its input, by the transposed matrix. It is no
inverse: the values do not come back. "Deconvolution" is an old name for it and means something else in signal
processing.
Source: Dumoulin & Visin 2016, "A guide to convolution arithmetic for deep learning", chapter 4; Zeiler et al. 2010.
"""

from torch import Tensor
from torch.nn import functional as F

from engine.analysis.window import Both, check_conv_transpose, check_groups, pair, transposed_size, windows
from engine.convolution.backward import exchange_channels, insert_zeros
from engine.convolution.conv2d import conv2d
from engine.convolution.sliding import fold
from engine.errors import Refused


def conv_transpose2d(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Both = 1,
    padding: Both = 0,
    output_padding: Both = 0,
    groups: int = 1,
    dilation: Both = 1,
) -> Tensor:
    """Return the sum of kernels stamped s cells apart, each times the input cell that stamps it.

    Shapes: x ``(N, C, H, W)``, weight ``(C, M/groups, kh, kw)`` (input channels first), bias ``(M,)`` to
    ``(N, M, OH, OW)``, OH = (H - 1)s - 2p + d(kh - 1) + output_padding + 1. ``padding`` is cut off each side;
    ``output_padding`` chooses among the s sizes that the convolution would map to H, and adds no data.

    Raises:
        Refused: weight and x do not fit, the padding cuts everything away, or output_padding ≥ stride and dilation.

    >>> import torch
    >>> x = torch.tensor([[[[1.0, 2.0]]]])
    >>> conv_transpose2d(x, torch.tensor([[[[1.0, 10.0, 100.0]]]]), stride=(1, 2)).flatten().tolist()
    [1.0, 10.0, 102.0, 20.0, 200.0]
    """
    height, width = _output_size(x, weight, stride, padding, output_padding, groups, dilation)
    of_group = x.reshape(len(x), groups, x.shape[1] // groups, -1)
    kernels = weight.reshape(groups, x.shape[1] // groups, -1)
    stamps = (kernels.mT @ of_group).flatten(1, 2)
    (down, across), extra = pair(padding), pair(output_padding)
    uncut = height + 2 * down - extra[0], width + 2 * across - extra[1]
    y = fold(stamps, uncut, (weight.shape[2], weight.shape[3]), dilation, 0, stride)
    y = F.pad(y, (0, extra[1], 0, extra[0]))[:, :, down : down + height, across : across + width]
    return y if bias is None else y + bias[:, None, None]


def conv_transpose2d_by_insertion(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Both = 1,
    padding: Both = 0,
    output_padding: Both = 0,
    groups: int = 1,
    dilation: Both = 1,
) -> Tensor:
    """Return the same as a convolution of stride 1: insert s - 1 zeros, pad by d(k - 1) - p, turn the kernels.

    Turned means: both axes flipped, input and output channels exchanged. The output padding is more zeros at the end
    of the input; where p > d(k - 1) cells are cut off instead of added.

    >>> import torch
    >>> x = torch.tensor([[[[1.0, 2.0]]]])
    >>> conv_transpose2d_by_insertion(x, torch.tensor([[[[1.0, 10.0, 100.0]]]]), stride=(1, 2)).flatten().tolist()
    [1.0, 10.0, 102.0, 20.0, 200.0]
    """
    _output_size(x, weight, stride, padding, output_padding, groups, dilation)
    rows, columns = windows((weight.shape[2], weight.shape[3]), stride, padding, dilation)
    down, across = (window.extent - 1 - window.padding for window in (rows, columns))
    extra = pair(output_padding)
    spread = F.pad(insert_zeros(x, stride), (across, across + extra[1], down, down + extra[0]))
    turned = exchange_channels(weight, groups).flip((-1, -2))
    return conv2d(spread, turned, bias, dilation=dilation, groups=groups)


def _output_size(
    x: Tensor, weight: Tensor, stride: Both, padding: Both, output_padding: Both, groups: int, dilation: Both
) -> tuple[int, int]:
    """Return height and width of the output, or refuse."""
    if x.dim() != 4 or weight.dim() != 4 or weight.shape[0] != x.shape[1]:
        raise Refused(
            f"a transposed convolution needs x (N, C, H, W) and weight (C, M/groups, kh, kw), not {tuple(x.shape)} and "
            f"{tuple(weight.shape)}"
        )
    check_groups(x.shape[1], weight.shape[1] * groups, groups)
    both = windows((weight.shape[2], weight.shape[3]), stride, padding, dilation)
    sizes = []
    for window, size, extra, axis in zip(both, x.shape[2:], pair(output_padding), ("height: ", "width: "), strict=True):
        check_conv_transpose(size, window, extra, axis)
        sizes.append(transposed_size(size, window, extra))
    return sizes[0], sizes[1]
