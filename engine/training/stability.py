"""Three formulas that overflow, or divide by zero, as they stand in books, and their forms that do neither."""

from torch import Tensor


def log_sum_exp(z: Tensor) -> Tensor:
    """Return log Σ exp zᵢ over the last axis as m + log Σ exp(zᵢ − m) with m = max z: no exponent is above 0.

    >>> import torch
    >>> log_sum_exp(torch.tensor([1000.0, 1000.0], dtype=torch.float64)).item()  # 1000 + log 2
    1000.6931471805599
    """
    largest = z.max(dim=-1, keepdim=True).values
    return (largest + (z - largest).exp().sum(-1, keepdim=True).log()).squeeze(-1)


def naive_log_sum_exp(z: Tensor) -> Tensor:
    """Return log Σ exp zᵢ as it is written; in float32 exp overflows from about 88.7 on."""
    return z.exp().sum(-1).log()


def clipped_log(p: Tensor, eps: float = 1e-12) -> Tensor:
    """Return log max(p, eps): a probability of 0 costs −log eps, and not infinity."""
    return p.clamp(min=eps).log()


def inverse_std(x: Tensor, eps: float = 1e-5) -> Tensor:
    """Return 1/√(σ² + ε) over the last axis with the biased variance; constant inputs give 1/√ε, and not infinity."""
    return (x.var(dim=-1, correction=0) + eps).rsqrt()
