"""``feed_forward.*``: the position-wise feed-forward network, built from torch's layers."""

from typing import Annotated, Literal

import torch
from torch import nn

from engine.analysis.macs import macs as count_macs
from engine.analysis.params import num_params as count_params
from engine.analysis.sizes import sizes
from engine.arguments import Between
from engine.evidence import Run, Table
from engine.layers.feed_forward import PositionwiseFeedForward
from engine.registry import Kind, function

Width = Annotated[int, Between(1, 65_536)]
Tokens = Annotated[int, Between(1, 65_536)]
_SIZES = {"embed_dim": 512, "dim_feedforward": 2048}
_SHOWS = (PositionwiseFeedForward,)


@function("feed_forward.num_params", Kind.MODULE, example=_SIZES, shows=_SHOWS)
def num_params(embed_dim: Width, dim_feedforward: Width, by: Literal["linear", "convolution"] = "linear") -> Run:
    """Return the trainable parameters of a position-wise FFN, as two linear layers or as two 1×1 convolutions.

    >>> num_params(512, 2048).value, num_params(512, 2048, by="convolution").value
    (2099712, 2099712)
    """
    if by == "linear":
        network = _torchs(embed_dim, dim_feedforward)
    else:
        both = ((embed_dim, dim_feedforward), (dim_feedforward, embed_dim))
        network = nn.Sequential(*(nn.Conv1d(fed, out, kernel_size=1, device="meta") for fed, out in both))
    rows = [(name, sizes(p.shape), p.numel()) for name, p in network.named_parameters()]
    return Run(count_params(network), lambda: [Table(by, ["parameter", "shape", "numbers"], rows)], device="meta")


@function("feed_forward.macs", Kind.MEASURED, example={**_SIZES, "length": 10}, shows=_SHOWS)
def macs(embed_dim: Width, dim_feedforward: Width, length: Tokens) -> Run:
    """Return the multiply-adds of a position-wise FFN for ``length`` tokens: linear in the length.

    >>> macs(512, 2048, 10).value  # 2·10·512·2048
    20971520
    """
    network = _torchs(embed_dim, dim_feedforward)
    costs = [(n, count_macs(network, torch.empty(1, n, embed_dim, device="meta"))) for n in (length, 2 * length)]
    return Run(costs[0][1], lambda: [Table("Multiply-adds", ["tokens", "MACs"], costs)], device="meta")


def _torchs(embed_dim: int, dim_feedforward: int) -> nn.Sequential:
    with torch.device("meta"):
        return nn.Sequential(nn.Linear(embed_dim, dim_feedforward), nn.ReLU(), nn.Linear(dim_feedforward, embed_dim))
