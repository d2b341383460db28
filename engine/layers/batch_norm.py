"""Batch normalisation, written out in plain tensor operations.

Source: Ioffe & Szegedy 2015, "Batch Normalization: Accelerating Deep Network Training by Reducing Internal Covariate
Shift", algorithm 1. The running statistics follow torch, not the paper's algorithm 2: see :class:`BatchNorm`.
"""

import torch
from torch import Tensor, nn

from engine.errors import Refused


class BatchNorm(nn.Module):
    """Standardise each channel over the batch, then scale and shift it: y = γ·(x - μ)/√(σ² + ε) + β.

    Shapes: ``(N, C)``, ``(N, C, L)`` or ``(N, C, H, W)`` to the same shape. μ and σ² hold one number per channel, taken
    over every other axis, so over N·H·W values of an image.

    Training normalises with the batch's own mean and *biased* variance (divided by N·H·W), and moves the running
    statistics towards the batch's mean and *unbiased* variance (divided by N·H·W - 1)::

        running ← (1 - momentum)·running + momentum·batch

    Evaluation normalises with the running statistics; without them (``track_running_stats=False``), with the batch's.
    ``momentum`` is the weight of the new batch; None gives every batch so far the same weight.
    ``weight`` is γ and ``bias`` is β; all names are those of ``torch.nn.BatchNorm1d`` and ``BatchNorm2d``.

    >>> BatchNorm(1, eps=0)(torch.tensor([[1.0], [7.0]])).flatten().tolist()
    [-1.0, 1.0]
    """

    weight: nn.Parameter | None
    bias: nn.Parameter | None
    running_mean: Tensor | None
    running_var: Tensor | None
    num_batches_tracked: Tensor | None

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
    ) -> None:
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.register_parameter("weight", nn.Parameter(torch.ones(num_features)) if affine else None)
        self.register_parameter("bias", nn.Parameter(torch.zeros(num_features)) if affine else None)
        self.register_buffer("running_mean", torch.zeros(num_features) if track_running_stats else None)
        self.register_buffer("running_var", torch.ones(num_features) if track_running_stats else None)
        self.register_buffer("num_batches_tracked", torch.tensor(0) if track_running_stats else None)

    def forward(self, x: Tensor) -> Tensor:
        """Return the normalised ``x``; in training mode also update the running statistics.

        Raises:
            Refused: ``x`` has another number of channels, or offers a batch statistic one value per channel only.
        """
        if x.dim() < 2 or x.shape[1] != self.num_features:
            raise Refused(f"BatchNorm({self.num_features}) needs (N, {self.num_features}, ...), not {tuple(x.shape)}")
        if self.training or self.running_mean is None or self.running_var is None:
            mean, var = self._batch_statistics(x)
        else:
            mean, var = self.running_mean, self.running_var
        normalised = (x - per_channel(mean, x)) / torch.sqrt(per_channel(var, x) + self.eps)
        if self.weight is None or self.bias is None:
            return normalised
        return per_channel(self.weight, x) * normalised + per_channel(self.bias, x)

    def _batch_statistics(self, x: Tensor) -> tuple[Tensor, Tensor]:
        count = x.numel() // self.num_features
        if count < 2:
            raise Refused(
                f"BatchNorm needs at least two values per channel to take a batch's variance; {tuple(x.shape)} has "
                f"{count}: enlarge the batch, or call eval() first"
            )
        every_axis_but_c = [axis for axis in range(x.dim()) if axis != 1]
        mean = x.mean(every_axis_but_c)
        var = (x - per_channel(mean, x)).square().mean(every_axis_but_c)
        if self.training:
            self._track(mean.detach(), var.detach() * count / (count - 1))
        return mean, var

    @torch.no_grad()
    def _track(self, mean: Tensor, unbiased_var: Tensor) -> None:
        if self.running_mean is None or self.running_var is None or self.num_batches_tracked is None:
            return
        self.num_batches_tracked += 1
        new = 1 / self.num_batches_tracked.to(mean) if self.momentum is None else self.momentum
        self.running_mean.copy_((1 - new) * self.running_mean + new * mean)
        self.running_var.copy_((1 - new) * self.running_var + new * unbiased_var)

    def extra_repr(self) -> str:
        """Return what torch prints inside the brackets."""
        return f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.weight is not None}"


def per_channel(values: Tensor, x: Tensor) -> Tensor:
    """Return the C ``values`` as ``(1, C, 1, ...)``, so that they meet axis 1 of ``x`` and not its last axis.

    >>> per_channel(torch.zeros(3), torch.zeros(2, 3, 4, 4)).shape
    torch.Size([1, 3, 1, 1])
    """
    return values.view(1, -1, *[1] * (x.dim() - 2))
