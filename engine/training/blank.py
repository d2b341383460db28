"""Layers whose weights are yet to be put in: torch's random state, which first weights would be drawn from, stays."""

import torch
from torch import nn


def linear(
    inputs: int, outputs: int, device: torch.device | None = None, dtype: torch.dtype = torch.float64
) -> nn.Linear:
    """Return a linear layer whose weights and biases hold nothing that may be read before it is written."""
    return nn.Linear(inputs, outputs, device="meta", dtype=dtype).to_empty(device=device or torch.device("cpu"))
