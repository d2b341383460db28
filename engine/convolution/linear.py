"""The fully connected layer: every output looks at every input, with a weight for each pair.

Source: Goodfellow, Bengio & Courville 2016, "Deep Learning", section 6.
"""

import math

import torch
from torch import Tensor, nn

from engine.errors import Refused


def linear(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Return y[m] = b[m] + Σ_i w[m, i] · x[i] over the last axis, which is x·Wᵀ + b.

    Shapes: x ``(*, in_features)``, weight ``(out_features, in_features)``, bias ``(out_features,)`` to
    ``(*, out_features)``.

    Raises:
        Refused: the last axis of x is not what the weight reads.

    >>> linear(torch.tensor([1.0, 10.0]), torch.tensor([[1.0, 2.0]]), torch.tensor([0.5])).tolist()
    [21.5]
    """
    if x.dim() < 1 or weight.dim() != 2 or x.shape[-1] != weight.shape[1]:
        raise Refused(f"a weight of {tuple(weight.shape)} cannot read x of {tuple(x.shape)}: the last sizes must agree")
    y = (weight * x[..., None, :]).sum(-1)
    return y if bias is None else y + bias


class Linear(nn.Module):
    """A fully connected layer of in_features·out_features weights and out_features biases; see :func:`linear`.

    An image has to be flattened first, row after row. Neighbours in a column then lie a whole row apart, and the layer
    would do as well with any other order: that pixels have neighbours is lost on it.

    Names and first values, uniform within ±1/√in_features, are those of ``torch.nn.Linear``; ``generator`` says whence
    they are drawn.

    >>> sum(parameter.numel() for parameter in Linear(784, 10).parameters())
    7850
    """

    bias: nn.Parameter | None

    def __init__(
        self, in_features: int, out_features: int, bias: bool = True, generator: torch.Generator | None = None
    ) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(out_features, in_features))
        self.register_parameter("bias", nn.Parameter(torch.empty(out_features)) if bias else None)
        for parameter in self.parameters():
            bound = 1 / math.sqrt(in_features)
            nn.init.uniform_(parameter, -bound, bound, generator=generator)

    def forward(self, x: Tensor) -> Tensor:
        """Return ``(*, out_features)``."""
        return linear(x, self.weight, self.bias)

    def extra_repr(self) -> str:
        """Return what torch prints inside the brackets."""
        return f"{self.weight.shape[1]}, {self.weight.shape[0]}, bias={self.bias is not None}"
