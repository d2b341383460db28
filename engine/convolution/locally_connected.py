"""The locally connected layer: windows as in a convolution, but every place has weights of its own.

Source: LeCun 1989, "Generalization and Network Design Strategies", which compares full connections, local ones and
local ones with shared weights; Taigman et al. 2014, "DeepFace", section 3, uses them for aligned faces.
"""

import math

import torch
from torch import Tensor, nn

from engine.analysis.window import Both, check_conv, pair, windows
from engine.convolution.sliding import unfold
from engine.errors import Refused


class LocallyConnected2d(nn.Module):
    """y[n, m, l] = b[m, l] + Σ_k w[l, m, k] · window[n, k, l]: a convolution whose weights are not shared by places l.

    Shapes: ``(N, in_channels, *size)`` to ``(N, out_channels, OH, OW)``. It multiplies as often as the convolution and
    has OH·OW times its weights and biases, so that it knows only one size of image and is not shift equivariant.

    >>> sum(p.numel() for p in LocallyConnected2d(1, 1, kernel_size=3, size=5, bias=False).parameters())
    81
    """

    bias: nn.Parameter | None

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Both,
        size: Both,
        stride: Both = 1,
        padding: Both = 0,
        bias: bool = True,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        self.size, self.kernel_size, self.stride, self.padding = pair(size), pair(kernel_size), stride, padding
        both = windows(kernel_size, stride, padding, 1)
        for window, cells, axis in zip(both, self.size, ("height: ", "width: "), strict=True):
            check_conv(cells, window, axis)
        self.output_size = both[0].positions(self.size[0]), both[1].positions(self.size[1])
        fan_in, places = in_channels * math.prod(self.kernel_size), math.prod(self.output_size)
        self.weight = nn.Parameter(torch.empty(places, out_channels, fan_in))
        self.register_parameter("bias", nn.Parameter(torch.empty(out_channels, places)) if bias else None)
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -1 / math.sqrt(fan_in), 1 / math.sqrt(fan_in), generator=generator)

    def forward(self, x: Tensor) -> Tensor:
        """Return ``(N, out_channels, OH, OW)``.

        Raises:
            Refused: the image has another size than the layer has weights for.
        """
        if tuple(x.shape[2:]) != self.size:
            raise Refused(f"this layer has weights for images of {self.size} alone, not for {tuple(x.shape)}")
        columns = unfold(x, self.kernel_size, padding=self.padding, stride=self.stride)
        y = torch.einsum("lmk,nkl->nml", self.weight, columns)
        y = y if self.bias is None else y + self.bias
        return y.reshape(*y.shape[:2], *self.output_size)

    def extra_repr(self) -> str:
        """Return what torch prints inside the brackets."""
        return f"{tuple(self.weight.shape)}, size={self.size}, stride={self.stride}, padding={self.padding}"
