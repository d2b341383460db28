"""What ReLU does to data of few dimensions: embed it in n, cut at 0, and see how much of it comes back.

Points X of shape (points, 2) on a spiral are taken to n dimensions by a random T of shape (2, n), ReLU is applied, and
a linear map brings them back. With n = 2 most is lost; with n = 30 next to nothing, for nearly every point then leaves
two units on, and two linear equations give back its two numbers.

Source: Sandler et al. 2018, "MobileNetV2", section 3.2 and figure 1, where the way back is the pseudo-inverse of T.
That one does not come home even for large n: ReLU halves a symmetric signal, so the error tends to 1/2. The best linear
map does come home.
"""

from typing import Literal, NamedTuple

import torch
from torch import Tensor

Activation = Literal["relu", "linear"]
Decoder = Literal["least_squares", "pseudo_inverse"]
POINTS = 500


class Collapse(NamedTuple):
    """``points`` and what came back, both (points, 2), and the values in between, (points, n)."""

    points: Tensor
    returned: Tensor
    hidden: Tensor

    @property
    def error(self) -> float:
        """Relative error, ‖returned - points‖ / ‖points‖: 0 where all came back, 1 where nothing did."""
        return float((self.returned - self.points).norm() / self.points.norm())

    @property
    def recoverable(self) -> float:
        """The share of the points that leave at least 2 units on, so that their two numbers can be solved for."""
        return float(self.hidden.ne(0).sum(1).ge(self.points.shape[1]).double().mean())


def spiral(points: int = POINTS) -> Tensor:
    """Return points on an Archimedean spiral of two turns, centred at the origin, in float64.

    >>> spiral(3).shape
    torch.Size([3, 2])
    """
    angle = torch.linspace(0.5, 4 * torch.pi, points, dtype=torch.float64)
    return torch.stack([angle.cos(), angle.sin()], dim=1) * angle[:, None] / (4 * torch.pi)


def collapse(
    points: Tensor, embedding: Tensor, activation: Activation = "relu", decoder: Decoder = "least_squares"
) -> Collapse:
    """Return how the points look after T, the activation, and the way back.

    "least_squares" is the linear map D that makes |act(X T) D - X| least; "pseudo_inverse" is T⁺, which knows nothing
    of the activation. Shapes: (points, d), (d, n) to (points, d).

    >>> x = spiral(100)
    >>> round(collapse(x, torch.eye(2, dtype=torch.float64), "linear").error, 9)
    0.0
    """
    hidden = points @ embedding
    hidden = hidden.relu() if activation == "relu" else hidden
    back = torch.linalg.pinv(hidden) @ points if decoder == "least_squares" else torch.linalg.pinv(embedding)
    return Collapse(points, hidden @ back, hidden)
