"""The variational autoencoder: an encoder gives each x a Gaussian over codes, a decoder gives each code an x.

Source: Kingma & Welling 2014, "Auto-Encoding Variational Bayes", section 3 and appendix C (MLPs with tanh).
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from engine.generative.variational.gaussian_kl import gaussian_kl
from engine.generative.variational.reparametrize import reparametrize
from engine.losses.binary_cross_entropy import binary_cross_entropy_with_logits
from engine.models.zoo import model


class ELBO(NamedTuple):
    """The evidence lower bound of each sample and its two parts, in nats; shapes ``(N,)``."""

    value: Tensor
    """reconstruction - kl, at most log p(x) on average over the noise."""
    reconstruction: Tensor
    """log p(x given z) at the drawn z."""
    kl: Tensor
    """KL(q(z given x), N(0, I)), in closed form."""


class VAE(nn.Module):
    """Encoder q(z|x) = N(mean(x), diag(std(x)²)), decoder p(x|z) = Bernoulli(σ(logits(z))), prior N(0, I).

    Shapes: ``(N, ...)`` with ``in_features`` numbers in [0, 1] for each sample, to logits of the same shape.

    The encoder gives log σ², which may be any number. Without noise ``forward`` uses z = mean.
    """

    def __init__(self, in_features: int = 784, hidden_features: int = 500, latent_features: int = 20) -> None:
        super().__init__()
        self.encoder = nn.Linear(in_features, hidden_features)
        self.mean = nn.Linear(hidden_features, latent_features)
        self.log_var = nn.Linear(hidden_features, latent_features)
        self.decoder = nn.Linear(latent_features, hidden_features)
        self.logits = nn.Linear(hidden_features, in_features)
        self.tanh = nn.Tanh()
        self.stages = {name: name for name in ("encoder", "mean", "log_var", "decoder", "logits")}

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return the mean and log σ² of q(z|x), each ``(N, latent_features)``."""
        hidden = self.tanh(self.encoder(torch.flatten(x, start_dim=1)))
        return self.mean(hidden), self.log_var(hidden)

    def decode(self, z: Tensor) -> Tensor:
        """Return the logits of each number of x, ``(N, in_features)``."""
        logits: Tensor = self.logits(self.tanh(self.decoder(z)))
        return logits

    def forward(self, x: Tensor, noise: Tensor | None = None) -> Tensor:
        """Return the logits of the reconstruction from z = mean + std·noise."""
        mean, log_var = self.encode(x)
        noise = torch.zeros_like(mean) if noise is None else noise
        return self.decode(reparametrize(mean, log_var, noise)).reshape(x.shape)

    def elbo(self, x: Tensor, noise: Tensor) -> ELBO:
        """Return the bound for each sample, with one draw z = mean + std·noise."""
        mean, log_var = self.encode(x)
        logits = self.decode(reparametrize(mean, log_var, noise))
        reconstruction = -binary_cross_entropy_with_logits(logits, torch.flatten(x, start_dim=1)).sum(-1)
        kl = gaussian_kl(mean, log_var)
        return ELBO(reconstruction - kl, reconstruction, kl)


@model(size=28, channels=1)
def vae_mnist() -> VAE:
    """Return the network for digits with 500 hidden units and a code of 20: 815,824 parameters."""
    return VAE()
