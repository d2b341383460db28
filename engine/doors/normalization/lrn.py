"""``lrn.*``: local response normalisation across channels, in float64."""

from typing import Annotated

import torch
from torch import Tensor

from engine.arguments import Between, Elements
from engine.device import current
from engine.errors import Refused
from engine.evidence import Heatmap, Run, Table
from engine.layers.local_response_norm import Convention, LocalResponseNorm
from engine.registry import Kind, function

Window = Annotated[int, Between(1, 255)]
Number = Annotated[float, Between(0, 1e6)]


@function("lrn.forward", Kind.MODULE, example={"x": [1, 3, 0, 0, 0]}, shows=(LocalResponseNorm,))
def forward(
    x: Annotated[Tensor, Elements(4096, 1)],
    size: Window = 5,
    alpha: Number = 1e-4,
    beta: Number = 0.75,
    k: Number = 2.0,
    convention: Convention = "paper",
) -> Run:
    """Return the normalised activations of the channels ``x`` at one place."""
    layer = LocalResponseNorm(size, alpha, beta, k, convention)
    y = layer(x.to(current())[None, :, None]).flatten().tolist()
    rows = list(zip(range(len(y)), x.tolist(), y, strict=True))
    bars = Heatmap("Activations before (above) and after, by channel", [x.tolist(), y], "channel", "")
    return Run(y, lambda: [Table(f"{layer}", ["channel", "before", "after"], rows), bars])


@function("lrn.neighbours", Kind.MEASURED, example={"channel": 1, "channels": 96}, shows=(LocalResponseNorm,))
def neighbours(
    channel: Annotated[int, Between(0, 255)], channels: Annotated[int, Between(1, 256)], size: Window = 5
) -> Run:
    """Return the channels whose activations change the output of ``channel``, found by the gradient."""
    if channel >= channels:
        raise Refused(f"'channel' is {channel}, and {channels} channels are numbered 0 to {channels - 1}")
    jacobian = _jacobian(LocalResponseNorm(size, alpha=1.0, k=1.0), channels)
    value = jacobian[channel].nonzero().flatten().tolist()
    title = "Which channel's output (row) feels which channel (column)"
    return Run(value, lambda: [Heatmap(title, jacobian.abs().tolist(), "input channel", "output channel")])


def _jacobian(layer: LocalResponseNorm, channels: int) -> Tensor:
    """Return ∂output/∂input, ``(channels, channels)``, where every activation is 1."""
    ones = torch.ones(channels, dtype=torch.float64, device=current())
    jacobian: Tensor = torch.func.jacrev(lambda x: layer(x[None, :, None]).flatten())(ones)
    return jacobian
