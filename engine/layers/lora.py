"""Low-rank adaptation: a frozen linear layer and a small trainable correction beside it.

Source: Hu et al. 2021, "LoRA: Low-Rank Adaptation of Large Language Models", section 4.1 (arXiv 2106.09685).
"""

import torch
from torch import Tensor, nn

from engine.errors import Refused


class LoRALinear(nn.Module):
    """h = W·x + b + (alpha/rank)·B·A·x, where W and b are frozen, and A and B are trained.

    Shapes: ``(*, in_features)`` to ``(*, out_features)``; A is ``(rank, in_features)``, B is ``(out_features, rank)``.
    There are rank·(in_features + out_features) trainable parameters, where W alone has in_features·out_features: a rank
    below in_features·out_features/(in_features + out_features) trains fewer.

    B starts at 0, so the layer starts as the one that it adapts. A starts normal; the paper names no deviation, and
    here it is 1/√in_features, which keeps A·x about as large as an entry of x.

    Args:
        base: the layer that is adapted; it is frozen.
        rank: the paper's r, from 1 to min(in_features, out_features), with which B·A can be any matrix.
        alpha: a constant; with the factor alpha/rank another rank needs no other learning rate.

    Raises:
        Refused: the rank is below 1, or above the full rank min(in_features, out_features).

    >>> layer = LoRALinear(nn.Linear(6, 4), rank=2, alpha=4)
    >>> sorted(name for name, weight in layer.named_parameters() if weight.requires_grad)
    ['lora_a', 'lora_b']
    """

    def __init__(self, base: nn.Linear, rank: int, alpha: float = 1.0) -> None:
        super().__init__()
        out_features, in_features = base.weight.shape
        full = min(in_features, out_features)
        if rank < 1:
            raise Refused(f"a rank of {rank} leaves nothing to train; take 1 to {full}")
        if rank > full:
            shape = f"{out_features}×{in_features}"
            raise Refused(f"a rank of {rank} is more than the full rank of a {shape} matrix; take 1 to {full}")
        self.base = base.requires_grad_(False)
        self.scaling = alpha / rank
        self.lora_a = nn.Parameter(torch.randn(rank, in_features).to(base.weight) * in_features**-0.5)
        self.lora_b = nn.Parameter(base.weight.new_zeros(out_features, rank))

    def update(self) -> Tensor:
        """Return (alpha/rank)·B·A, what the correction adds to W."""
        return self.scaling * (self.lora_b @ self.lora_a)

    @torch.no_grad()
    def merged(self) -> nn.Linear:
        """Return one linear layer with the weight W + (alpha/rank)·B·A, which costs no more than the first one did."""
        out_features, in_features = self.base.weight.shape
        layer = nn.Linear(in_features, out_features, bias=self.base.bias is not None).to(self.base.weight)
        layer.weight.copy_(self.base.weight + self.update())
        if self.base.bias is not None:
            layer.bias.copy_(self.base.bias)
        return layer

    def forward(self, x: Tensor) -> Tensor:
        """Return h; the correction is run through its narrow middle, and B·A is never formed."""
        narrow = x @ self.lora_a.mT
        h: Tensor = self.base(x) + self.scaling * (narrow @ self.lora_b.mT)
        return h
