"""The gradient of batch normalisation in training mode, derived by hand.

Source: Ioffe & Szegedy 2015, section 3; the six lines there collapse into the one for ``x`` below.
"""

from typing import NamedTuple

from torch import Tensor

from engine.layers.batch_norm import per_channel


class BatchNormGradients(NamedTuple):
    """The gradients of a loss with respect to x, γ and β."""

    x: Tensor
    weight: Tensor
    bias: Tensor


def batch_norm_backward(upstream: Tensor, x: Tensor, weight: Tensor, eps: float = 1e-5) -> BatchNormGradients:
    """Return the gradients, given ``upstream`` = g = ∂loss/∂y of ``y = BatchNorm(x)`` in training mode.

    With x̂ = (x - μ)/√(σ² + ε) and means over every axis but the channels::

        ∂β = Σ g        ∂γ = Σ g·x̂        ∂x = γ/√(σ² + ε) · (g - mean(g) - x̂·mean(g·x̂))

    The two subtracted terms are there because μ and σ² are functions of x as well. They make ∂x of each channel
    sum to 0: shifting a whole channel changes nothing.

    Shapes: ``upstream`` and ``x`` are ``(N, C, ...)``; ``weight`` is ``(C,)``.
    """
    axes = [axis for axis in range(x.dim()) if axis != 1]
    mean = x.mean(axes, keepdim=True)
    std = ((x - mean).square().mean(axes, keepdim=True) + eps).sqrt()
    normalised = (x - mean) / std
    through_mean = upstream.mean(axes, keepdim=True)
    through_std = normalised * (upstream * normalised).mean(axes, keepdim=True)
    return BatchNormGradients(
        x=per_channel(weight, x) / std * (upstream - through_mean - through_std),
        weight=(upstream * normalised).sum(axes),
        bias=upstream.sum(axes),
    )
