"""Torch's own normalisation layers, built for an input's shape and run; what they refuse becomes a sentence."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from engine.errors import Refused

_BATCH_NORMS = {2: nn.BatchNorm1d, 3: nn.BatchNorm1d, 4: nn.BatchNorm2d, 5: nn.BatchNorm3d}
"""By the number of the input's axes."""


def batch_norm(shape: Sequence[int], eps: float = 1e-5, momentum: float | None = 0.1) -> nn.Module:
    """Return the BatchNorm1d, 2d or 3d that takes inputs of ``shape``, channels on axis 1."""
    check_batch_norm_axes(shape)
    return _BATCH_NORMS[len(shape)](shape[1], eps, momentum)


def layer_norm(shape: Sequence[int], last_axes: int, eps: float = 1e-5) -> nn.Module:
    """Return the LayerNorm over the last axes of inputs of ``shape``."""
    check_last_axes(shape, last_axes)
    return nn.LayerNorm(list(shape[-last_axes:]), eps)


@torch.no_grad()
def run(module: nn.Module, x: Tensor) -> Tensor:
    """Return ``module(x)``.

    Raises:
        Refused: torch refuses; the text holds torch's own reason.
    """
    try:
        y: Tensor = module(x)
    except torch.OutOfMemoryError:
        raise
    except (RuntimeError, ValueError) as error:
        raise Refused(f"torch refuses these settings: {str(error).splitlines()[0]}") from error
    return y


def check_batch_norm_axes(shape: Sequence[int]) -> None:
    """Refuse a shape that no BatchNorm takes."""
    if len(shape) < 2:
        raise Refused("a BatchNorm's input has at least two axes: (N, C), (N, C, L) or (N, C, H, W)")
    if len(shape) > max(_BATCH_NORMS):
        raise Refused(f"a BatchNorm's input has at most five axes, (N, C, D, H, W), and this one has {len(shape)}")


def check_last_axes(shape: Sequence[int], last_axes: int) -> None:
    """Refuse to normalise over more axes than there are."""
    if last_axes > len(shape):
        raise Refused(f"last_axes is {last_axes}, and the input has only {len(shape)} axes")
