"""Local response normalisation inside a channel: a strong place quietens the places around it.

Source: the ``WITHIN_CHANNEL`` variant of Caffe's LRN layer (Jia et al. 2014, "Caffe: Convolutional Architecture for
Fast Feature Embedding"), here with the formula of Krizhevsky et al. 2012 and a spatial window. It has no parameters.
"""

from typing import Literal

from torch import Tensor, nn
from torch.nn import functional as F

from engine.errors import Refused

Convention = Literal["sum", "mean"]


class LocalResponseNormWithinChannel(nn.Module):
    """Divide each activation by a power of the energy around it in its own channel.

    b_xy = a_xy / (k + α·Σ a_uv²)^β, where u runs over the rows x - size//2 to x + size//2 that exist, v likewise over
    the columns: a window of ``size`` × ``size`` places for an odd size, of size + 1 for an even one, cut off at the
    border (rows 0 to H - 1, columns 0 to W - 1).

    Shapes: ``(..., H, W)`` to the same shape.

    Convention: "sum" is the formula above. "mean" divides α by ``size``², as Caffe does, whatever the border cuts off.

    >>> import torch
    >>> layer = LocalResponseNormWithinChannel(size=3, alpha=1, beta=1, k=1)
    >>> layer(torch.tensor([[3.0, 0.0, 0.0, 2.0]])).tolist()
    [[0.30000001192092896, 0.0, 0.0, 0.4000000059604645]]
    """

    def __init__(
        self,
        size: int = 3,
        alpha: float = 1e-4,
        beta: float = 0.75,
        k: float = 2.0,
        convention: Convention = "sum",
    ) -> None:
        super().__init__()
        self.size, self.alpha, self.beta, self.k, self.convention = size, alpha, beta, k, convention

    def forward(self, x: Tensor) -> Tensor:
        """Return the normalised ``x``.

        Raises:
            Refused: ``x`` has no rows and columns.
        """
        if x.dim() < 2:
            raise Refused(f"LocalResponseNormWithinChannel needs (..., H, W), not {tuple(x.shape)}")
        reach = self.size // 2
        padded = F.pad(x.square(), [reach] * 4)
        rows = padded.unfold(-2, 2 * reach + 1, 1).sum(-1)
        energy = rows.unfold(-1, 2 * reach + 1, 1).sum(-1)
        alpha = self.alpha if self.convention == "sum" else self.alpha / self.size**2
        return x / (self.k + alpha * energy) ** self.beta

    def extra_repr(self) -> str:
        """Return what torch prints inside the brackets, and the convention."""
        return f"{self.size}, alpha={self.alpha}, beta={self.beta}, k={self.k}, convention={self.convention!r}"
