"""Layer normalisation, written out in plain tensor operations.

Source: Ba, Kiros & Hinton 2016, "Layer Normalization", equation 3.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from engine.errors import Refused


class LayerNorm(nn.Module):
    """Standardise over the last axes of each sample, then scale and shift: y = γ·(x - μ)/√(σ² + ε) + β.

    Shapes: ``(*, *normalized_shape)`` to the same shape. μ and the *biased* σ² hold one number for each position of the
    leading axes; γ (``weight``) and β (``bias``) hold one number for each entry of ``normalized_shape``.

    - ``LayerNorm(D)`` on ``(N, D)`` standardises each sample; on ``(N, L, D)`` each token, as Transformers do.
    - ``LayerNorm([C, H, W])`` on ``(N, C, H, W)`` standardises each image.

    Nothing is remembered between calls, so training and evaluation agree. Names are those of ``torch.nn.LayerNorm``.

    >>> LayerNorm(2, eps=0)(torch.tensor([[1.0, 7.0], [30.0, 20.0]])).tolist()
    [[-1.0, 1.0], [1.0, -1.0]]
    """

    weight: nn.Parameter | None
    bias: nn.Parameter | None

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
    ) -> None:
        super().__init__()
        shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
        self.normalized_shape, self.eps = shape, eps
        self.register_parameter("weight", nn.Parameter(torch.ones(shape)) if elementwise_affine else None)
        self.register_parameter("bias", nn.Parameter(torch.zeros(shape)) if elementwise_affine and bias else None)

    def forward(self, x: Tensor) -> Tensor:
        """Return the normalised ``x``.

        Raises:
            Refused: the last axes of ``x`` are not ``normalized_shape``.
        """
        axes = list(range(-len(self.normalized_shape), 0))
        if tuple(x.shape[axes[0] :]) != self.normalized_shape:
            wanted = ", ".join(map(str, self.normalized_shape))
            raise Refused(f"LayerNorm([{wanted}]) needs (..., {wanted}), not {tuple(x.shape)}")
        mean = x.mean(axes, keepdim=True)
        var = (x - mean).square().mean(axes, keepdim=True)
        normalised = (x - mean) / torch.sqrt(var + self.eps)
        if self.weight is not None:
            normalised = self.weight * normalised
        return normalised if self.bias is None else normalised + self.bias

    def extra_repr(self) -> str:
        """Return what torch prints inside the brackets."""
        return f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.weight is not None}"
