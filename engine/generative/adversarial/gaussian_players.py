"""The smallest players that can learn a Gaussian on a line: G shifts and scales its noise, D is a parabola.

The logit of the best discriminator between two Gaussians is a polynomial of degree 2 in x,

    log p(x)/q(x) = log(τ/σ) - (x - μ)²/2σ² + (x - ν)²/2τ²

so nothing is lost by giving D just these three numbers, and the game's fixed point, G = data, is within reach.
"""

import torch
from torch import Tensor, nn


class AffineGenerator(nn.Module):
    """G(z) = scale·z + shift. For z from N(0, 1) it makes N(shift, scale²).

    Shapes: ``(N,)`` to ``(N,)``.
    """

    def __init__(self, shift: float = 0.0, scale: float = 1.0) -> None:
        super().__init__()
        self.shift = nn.Parameter(torch.tensor(shift, dtype=torch.float64))
        self.scale = nn.Parameter(torch.tensor(scale, dtype=torch.float64))

    def forward(self, z: Tensor) -> Tensor:
        """Return the samples."""
        return self.scale * z + self.shift


class ParabolaDiscriminator(nn.Module):
    """The logit c₀ + c₁·x + c₂·x²; it starts undecided, D = ½ everywhere.

    Shapes: ``(N,)`` to ``(N,)``.
    """

    def __init__(self) -> None:
        super().__init__()
        self.coefficients = nn.Parameter(torch.zeros(3, dtype=torch.float64))

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits."""
        logits: Tensor = torch.stack([torch.ones_like(x), x, x.square()], dim=-1) @ self.coefficients
        return logits
