"""The convolutional layer: many kernels over many channels, written as one matrix product for each group.

Source: LeCun, Bottou, Bengio & Haffner 1998, "Gradient-Based Learning Applied to Document Recognition", section II.A;
groups from Krizhevsky, Sutskever & Hinton 2012, dilation from Yu & Koltun 2016.
"""

import math

import torch
from torch import Tensor, nn

from engine.analysis.window import Both, check_groups, pair, windows
from engine.convolution.sliding import unfold
from engine.errors import Refused


def conv2d(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Both = 1,
    padding: Both = 0,
    dilation: Both = 1,
    groups: int = 1,
) -> Tensor:
    """Return y[n, m, i, j] = b[m] + Σ_c Σ_a Σ_b x[n, c, i·s + a·d - p, j·s + b·d - p] · w[m, c, a, b].

    Each output channel m *sums* over all input channels c of its group, and knows nothing of other output channels.

    Shapes: x ``(N, C, H, W)``, weight ``(M, C/groups, kh, kw)``, bias ``(M,)`` to ``(N, M, OH, OW)`` with
    OH = ⌊(H + 2p - d(kh - 1) - 1)/s⌋ + 1. It is a cross-correlation: no kernel is flipped. The padding is of zeros.

    Raises:
        Refused: weight and x do not fit one another, groups do not divide the channels, or the kernel does not fit.

    >>> x = torch.stack([torch.ones(2, 2), 10 * torch.ones(2, 2)])[None]
    >>> conv2d(x, torch.ones(1, 2, 2, 2), torch.tensor([0.5])).tolist()
    [[[[44.5]]]]
    """
    check_channels(x, weight, groups)
    rows, columns_window = windows((weight.shape[2], weight.shape[3]), stride, padding, dilation)
    columns = unfold(x, (weight.shape[2], weight.shape[3]), dilation, padding, stride)
    of_group = columns.reshape(len(x), groups, -1, columns.shape[2])
    kernels = weight.reshape(groups, weight.shape[0] // groups, -1)
    y = (kernels @ of_group).reshape(
        len(x), len(weight), rows.positions(x.shape[2]), columns_window.positions(x.shape[3])
    )
    return y if bias is None else y + bias[:, None, None]


def check_channels(x: Tensor, weight: Tensor, groups: int) -> None:
    """Refuse an image and a weight that do not fit one another."""
    if x.dim() != 4 or weight.dim() != 4:
        raise Refused(
            f"a 2-D convolution needs x (N, C, H, W) and weight (M, C/groups, kh, kw), not {tuple(x.shape)} and "
            f"{tuple(weight.shape)}"
        )
    check_groups(x.shape[1], weight.shape[0], groups)
    if weight.shape[1] * groups != x.shape[1]:
        raise Refused(
            f"x has {x.shape[1]} channels, and a weight of {tuple(weight.shape)} with groups {groups} reads "
            f"{weight.shape[1] * groups}"
        )


class Conv2d(nn.Module):
    """A layer of ``out_channels`` kernels, each as deep as its group has input channels; see :func:`conv2d`.

    Parameters: out_channels · in_channels/groups · kh · kw weights and out_channels biases, whatever the size of the
    image. Names and first values, uniform within ±1/√fan_in with fan_in = in_channels/groups · kh · kw, are those of
    ``torch.nn.Conv2d``; ``generator`` says whence they are drawn.

    >>> layer = Conv2d(3, 8, kernel_size=5)
    >>> tuple(layer.weight.shape), sum(p.numel() for p in layer.parameters())
    ((8, 3, 5, 5), 608)
    """

    bias: nn.Parameter | None

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Both,
        stride: Both = 1,
        padding: Both = 0,
        dilation: Both = 1,
        groups: int = 1,
        bias: bool = True,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        check_groups(in_channels, out_channels, groups)
        self.stride, self.padding, self.dilation, self.groups = stride, padding, dilation, groups
        self.weight = nn.Parameter(torch.empty(out_channels, in_channels // groups, *pair(kernel_size)))
        self.register_parameter("bias", nn.Parameter(torch.empty(out_channels)) if bias else None)
        bound = 1 / math.sqrt(math.prod(self.weight.shape[1:]))
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -bound, bound, generator=generator)

    def forward(self, x: Tensor) -> Tensor:
        """Return ``(N, out_channels, OH, OW)``."""
        return conv2d(x, self.weight, self.bias, self.stride, self.padding, self.dilation, self.groups)

    def extra_repr(self) -> str:
        """Return what torch prints inside the brackets."""
        return f"{tuple(self.weight.shape)}, stride={self.stride}, padding={self.padding}, groups={self.groups}"
