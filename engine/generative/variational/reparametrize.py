"""The reparametrisation trick: z ~ N(μ, σ²) drawn as μ + σ·ε, with the chance outside of what is trained.

A draw from N(μ, σ²) has no derivative by μ and σ. For fixed ε the same number does: ∂z/∂μ = 1, ∂z/∂σ = ε.

Source: Kingma & Welling 2014, "Auto-Encoding Variational Bayes", section 2.4.
"""

from torch import Tensor


def reparametrize(mean: Tensor, log_var: Tensor, noise: Tensor) -> Tensor:
    """Return z = mean + exp(log_var/2)·noise, elementwise; with noise from N(0, 1) a draw from N(mean, exp(log_var)).

    >>> import torch
    >>> reparametrize(torch.tensor(3.0), torch.tensor(0.0), torch.tensor(-1.0)).item()
    2.0
    """
    return mean + (log_var / 2).exp() * noise
