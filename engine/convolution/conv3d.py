"""3-D convolution: the kernel also slides along time (or depth), and sees a fixed number of frames at once.

Source: Tran et al. 2015, "Learning Spatiotemporal Features with 3D Convolutional Networks", section 3.1.
"""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.analysis.window import Both, Window, check_conv
from engine.convolution.conv2d import conv2d
from engine.errors import Refused


def conv3d(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Both = 1,
    padding: Both = 0,
    time_stride: int = 1,
    time_padding: int = 0,
) -> Tensor:
    """Return the sum of kD two-dimensional convolutions, slice t of the kernel over frame t of each window of frames.

    Shapes: x ``(N, C, T, H, W)``, weight ``(M, C, kD, kh, kw)``, bias ``(M,)`` to ``(N, M, OT, OH, OW)``. ``stride``
    and ``padding`` are those of height and width. One filter is four-dimensional, the layer's weight five-dimensional:
    M·C·kD·kh·kw numbers. Any T ≥ kD goes in. With kD = T all frames are merged at once, as a 2-D convolution merges
    frames that are stacked as channels.

    Raises:
        Refused: channels that do not fit, or fewer frames than the kernel is deep.

    >>> conv3d(torch.arange(4.0).reshape(1, 1, 4, 1, 1), torch.ones(1, 1, 2, 1, 1)).flatten().tolist()
    [1.0, 3.0, 5.0]
    """
    if x.dim() != 5 or weight.dim() != 5:
        raise Refused(
            f"a 3-D convolution needs x (N, C, T, H, W) and weight (M, C, kD, kh, kw), not {tuple(x.shape)} and "
            f"{tuple(weight.shape)}"
        )
    window = Window(weight.shape[2], time_stride, time_padding)
    check_conv(x.shape[2], window, "time: ")
    frames = F.pad(x, (0, 0, 0, 0, time_padding, time_padding)).unbind(2)
    y = torch.stack([_merge(frames[start:], weight, stride, padding) for start in _starts(window, x.shape[2])], dim=2)
    return y if bias is None else y + bias[:, None, None, None]


def _starts(window: Window, frames: int) -> range:
    return range(0, window.positions(frames) * window.stride, window.stride)


def _merge(frames: Sequence[Tensor], weight: Tensor, stride: Both, padding: Both) -> Tensor:
    """Return one output frame: the first kD frames, each convolved with its slice of the kernel, summed."""
    pairs = zip(frames, weight.unbind(2), strict=False)
    return torch.stack([conv2d(frame, part, None, stride, padding) for frame, part in pairs]).sum(0)
