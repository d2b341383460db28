"""The Kullback-Leibler divergence of a Gaussian with independent entries from the standard normal.

    KL(N(μ, diag σ²), N(0, I)) = ½·Σ (μ² + σ² - 1 - log σ²)

Source: Kingma & Welling 2014, "Auto-Encoding Variational Bayes", appendix B (which writes its negative).
"""

from torch import Tensor


def gaussian_kl(mean: Tensor, log_var: Tensor) -> Tensor:
    """Return the divergence in nats, summed over the last axis; ``log_var`` is log σ², what an encoder gives.

    It is 0 only at μ = 0, σ = 1, grows with μ² and, for σ towards 0, like -log σ.

    >>> import torch
    >>> gaussian_kl(torch.tensor([1.0, 2.0]), torch.zeros(2)).item()  # ½·(1 + 4)
    2.5
    """
    return 0.5 * (mean.square() + log_var.exp() - 1 - log_var).sum(-1)
