"""Global average pooling: one number for each channel, the mean over all places.

Source: Lin, Chen & Yan 2014, "Network In Network", section 3.2.
"""

from torch import Tensor, nn

from engine.errors import Refused


def global_avg_pool2d(x: Tensor) -> Tensor:
    """Return Σ_i Σ_j x[n, c, i, j] / (H·W).

    Shapes: ``(N, C, H, W)`` to ``(N, C)``. It has no parameters and takes any size. A fully connected layer to K
    classes behind it needs C·K weights, where one on the flattened map needs C·H·W·K; where things stand is lost.

    Raises:
        Refused: ``x`` is no batch of images.

    >>> import torch
    >>> global_avg_pool2d(torch.tensor([[[[1.0, 2.0], [3.0, 6.0]], [[0.0, 0.0], [0.0, 4.0]]]])).tolist()
    [[3.0, 1.0]]
    """
    if x.dim() != 4:
        raise Refused(f"global average pooling needs (N, C, H, W), not {tuple(x.shape)}")
    return x.sum((2, 3)) / (x.shape[2] * x.shape[3])


class GlobalAvgPool2d(nn.Module):
    """:func:`global_avg_pool2d` as a layer."""

    def forward(self, x: Tensor) -> Tensor:
        """Return ``(N, C)``."""
        return global_avg_pool2d(x)
