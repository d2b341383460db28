"""Depthwise convolution: every channel has its own kernels, and no channel looks at another.

Source: Sifre & Mallat 2014, "Rigid-Motion Scattering for Texture Classification"; Chollet 2017, "Xception", section 2.
"""

from torch import Tensor

from engine.analysis.window import Both, windows
from engine.convolution.sliding import unfold
from engine.errors import Refused


def depthwise_conv2d(
    x: Tensor, weight: Tensor, bias: Tensor | None = None, stride: Both = 1, padding: Both = 0, dilation: Both = 1
) -> Tensor:
    """Return y[n, c·q + r] = the cross-correlation of channel c with its r-th kernel: nothing is summed over channels.

    Shapes: x ``(N, C, H, W)``, weight ``(C·q, 1, kh, kw)`` to ``(N, C·q, OH, OW)``; q is the channel multiplier. It is
    the grouped convolution with as many groups as channels. MACs for q = 1: OH·OW·kh·kw·C, which is 1/M of a dense
    layer from C to M channels.

    Raises:
        Refused: the kernels are no multiple of the channels, or read more than one channel.

    >>> import torch
    >>> x = torch.tensor([[[[1.0, 2.0]], [[10.0, 20.0]]]])
    >>> depthwise_conv2d(x, torch.tensor([1.0, 1.0, 0.0, 3.0]).reshape(2, 1, 1, 2)).flatten().tolist()
    [3.0, 60.0]
    """
    channels = x.shape[1] if x.dim() == 4 else 0
    if not channels or weight.dim() != 4 or weight.shape[1] != 1 or len(weight) % channels:
        raise Refused(
            f"a depthwise convolution needs x (N, C, H, W) and weight (C·q, 1, kh, kw), not {tuple(x.shape)} and "
            f"{tuple(weight.shape)}"
        )
    rows, columns_window = windows((weight.shape[2], weight.shape[3]), stride, padding, dilation)
    columns = unfold(x, (weight.shape[2], weight.shape[3]), dilation, padding, stride)
    of_channel = columns.reshape(len(x), channels, -1, columns.shape[2])
    kernels = weight.reshape(channels, -1, weight.shape[2] * weight.shape[3])
    y = (kernels @ of_channel).reshape(
        len(x), len(weight), rows.positions(x.shape[2]), columns_window.positions(x.shape[3])
    )
    return y if bias is None else y + bias[:, None, None]
