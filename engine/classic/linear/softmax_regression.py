"""Softmax regression: one linear layer, softmax, and the cross-entropy; logistic regression for many classes.

Source: Bridle 1990, "Probabilistic Interpretation of Feedforward Classification Network Outputs"; Zhang, Lipton, Li &
Smola 2023, "Dive into Deep Learning", chapter 4.
"""

import torch
from torch import Tensor, nn


class SoftmaxRegression(nn.Module):
    """Logits z = W·x + b, ``(n, d)`` to ``(n, classes)``, and what is made of them; all parameters 0 at first.

    Boundaries between classes are where two logits are equal, so they are straight. Adding one vector to every row of
    W, or one number to every entry of b, moves all logits of a sample alike and changes no probability: of the
    (d + 1)·classes parameters d + 1 are redundant.

    >>> SoftmaxRegression(2, 4).probabilities(torch.tensor([[5.0, -1.0]]))
    tensor([[0.2500, 0.2500, 0.2500, 0.2500]], grad_fn=<DivBackward0>)
    """

    def __init__(self, in_features: int, classes: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(classes, in_features))
        self.bias = nn.Parameter(torch.zeros(classes))

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits."""
        return x @ self.weight.T + self.bias

    def probabilities(self, x: Tensor) -> Tensor:
        """Return exp(z)/Σ exp(z), the largest logit taken out first so that nothing overflows."""
        z: Tensor = self(x)
        powers = (z - z.amax(1, keepdim=True)).exp()
        return powers / powers.sum(1, keepdim=True)

    def loss(self, x: Tensor, targets: Tensor) -> Tensor:
        """Return the mean of -log p(true class) in nats; ``targets`` ``(n,)`` holds class numbers."""
        z: Tensor = self(x)
        shifted = z - z.amax(1, keepdim=True)
        log_p = shifted - shifted.exp().sum(1, keepdim=True).log()
        return -log_p.gather(1, targets[:, None]).mean()

    def gradient(self, x: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        """Return ∂loss/∂W = (p - y)ᵀ·X/n and ∂loss/∂b = mean (p - y), with y one-hot."""
        p = self.probabilities(x).detach()
        error = (p - nn.functional.one_hot(targets, p.shape[1])) / len(x)
        return error.T @ x, error.sum(0)
