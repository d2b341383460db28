"""Squeeze and excitation: a channel's own mean, together with all others', decides how much that channel counts.

Source: Hu, Shen & Sun 2018, "Squeeze-and-Excitation Networks", section 3. The paper calls the three steps squeeze,
excitation and scale.
"""

from torch import Tensor, nn

from engine.errors import Refused


class SqueezeExcitation(nn.Module):
    """Multiply each channel by a gate: s = σ(W₂·ReLU(W₁·z)) with z the mean of each channel over all places.

    Shapes: ``(N, C, H, W)`` to the same. The gates are ``(N, C)``: each image has its own, and they are C independent
    sigmoids, no softmax: they don't sum to 1. Where in a channel something stands makes no difference to them.

    Parameters: 2·C²/reduction weights; with ``bias``, as in the networks that the authors published, also C/reduction +
    C biases. The paper's text counts the weights alone.

    Args:
        reduction: by how much the hidden layer is narrower than C; 16 in the paper.

    Raises:
        Refused: ``reduction`` does not divide ``channels``.

    >>> sum(p.numel() for p in SqueezeExcitation(64, bias=False).parameters())
    512
    """

    def __init__(self, channels: int, reduction: int = 16, bias: bool = True) -> None:
        super().__init__()
        if channels % reduction:
            raise Refused(f"a reduction of {reduction} does not divide {channels} channels; take a divisor of them")
        self.fc1 = nn.Linear(channels, channels // reduction, bias)
        self.relu = nn.ReLU()
        self.fc2 = nn.Linear(channels // reduction, channels, bias)

    def gates(self, x: Tensor) -> Tensor:
        """Return s in (0, 1) for each image and channel: ``(N, C)``."""
        squeezed = squeeze(x)
        gates: Tensor = self.fc2(self.relu(self.fc1(squeezed))).sigmoid()
        return gates

    def forward(self, x: Tensor) -> Tensor:
        """Return the channels, each times its gate."""
        return x * self.gates(x)[:, :, None, None]


def squeeze(x: Tensor) -> Tensor:
    """Return the mean of each channel over all places: ``(N, C, H, W)`` to ``(N, C)``.

    >>> import torch
    >>> spike = torch.zeros(1, 1, 4, 4)
    >>> spike[0, 0, 1, 2] = 16
    >>> squeeze(spike), squeeze(torch.ones(1, 1, 4, 4))  # cannot be told apart
    (tensor([[1.]]), tensor([[1.]]))
    """
    return x.mean((2, 3))
