"""Local response normalisation, written out: a strong channel quietens its neighbours.

Source: Krizhevsky, Sutskever & Hinton 2012, "ImageNet Classification with Deep Convolutional Neural Networks",
section 3.3. It has no trainable parameters.
"""

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.errors import Refused

Convention = Literal["paper", "torch"]


class LocalResponseNorm(nn.Module):
    """Divide each activation by a power of the energy in the channels around it, at the same place.

    b_i = a_i / (k + α·Σ a_j²)^β, where j runs over the channels i - size//2 to i + size//2 that exist.

    Shapes: ``(N, C, *)`` to the same shape.

    Convention: "paper" is the formula above. ``torch.nn.LocalResponseNorm`` ("torch" here) divides α by ``size``, so
    AlexNet's α = 10⁻⁴ with size 5 is written 5·10⁻⁴ there; its window also always holds ``size`` channels, one fewer
    above than below for an even size, where the paper's then holds size + 1.

    >>> LocalResponseNorm(size=3, alpha=1, beta=1, k=1)(torch.tensor([[[1.0], [3.0], [0.0], [0.0]]])).flatten().tolist()
    [0.09090909361839294, 0.27272728085517883, 0.0, 0.0]
    """

    def __init__(
        self,
        size: int = 5,
        alpha: float = 1e-4,
        beta: float = 0.75,
        k: float = 2.0,
        convention: Convention = "paper",
    ) -> None:
        super().__init__()
        self.size, self.alpha, self.beta, self.k, self.convention = size, alpha, beta, k, convention

    def forward(self, x: Tensor) -> Tensor:
        """Return the normalised ``x``.

        Raises:
            Refused: ``x`` has no channel axis with a place beside it.
        """
        if x.dim() < 3:
            raise Refused(f"LocalResponseNorm needs (N, C, ...) with at least three axes, not {tuple(x.shape)}")
        paper = self.convention == "paper"
        below = self.size // 2
        above = below if paper else (self.size - 1) // 2
        padded = F.pad(x.square(), [0, 0] * (x.dim() - 2) + [below, above])
        windows = [padded[:, start : start + x.shape[1]] for start in range(below + 1 + above)]
        energy = torch.stack(windows).sum(0)
        alpha = self.alpha if paper else self.alpha / self.size
        return x / (self.k + alpha * energy) ** self.beta

    def extra_repr(self) -> str:
        """Return what torch prints inside the brackets, and the convention."""
        return f"{self.size}, alpha={self.alpha}, beta={self.beta}, k={self.k}, convention={self.convention!r}"
