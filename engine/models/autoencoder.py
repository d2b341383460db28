"""Autoencoders: an encoder squeezes x into a short code, a decoder rebuilds x from it.

Source: Hinton & Salakhutdinov 2006, "Reducing the Dimensionality of Data with Neural Networks" (784-1000-500-250-30 and
back, logistic units, a linear code). The paper trains each layer as a restricted Boltzmann machine first; the layers
are the same without that.
"""

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

from engine.models.zoo import model


class Autoencoder(nn.Module):
    """Linear layers with sigmoids between them down to the code, and the same widths back up; code and end are linear.

    Shapes: ``(N, ...)`` with ``widths[0]`` numbers for each sample, to logits of the same shape; the code is
    ``(N, widths[-1])``. With two widths encoder and decoder are one linear map each.

    Args:
        widths: from the input to the code.
        bias: whether the linear layers have biases.
    """

    def __init__(self, widths: Sequence[int], bias: bool = True) -> None:
        super().__init__()
        self.encoder = _layers(widths, bias)
        self.decoder = _layers(widths[::-1], bias)
        parts = (("encoder", self.encoder), ("decoder", self.decoder))
        self.stages = {
            f"{part}{number // 2 + 1}": f"{part}.{number}"
            for part, layers in parts
            for number, layer in enumerate(layers)
            if isinstance(layer, nn.Linear)
        }

    def encode(self, x: Tensor) -> Tensor:
        """Return the codes."""
        code: Tensor = self.encoder(torch.flatten(x, start_dim=1))
        return code

    def forward(self, x: Tensor) -> Tensor:
        """Return the reconstruction of x: as numbers, or as logits where the data are probabilities."""
        rebuilt: Tensor = self.decoder(self.encode(x))
        return rebuilt.reshape(x.shape)


def _layers(widths: Sequence[int], bias: bool) -> nn.Sequential:
    layers: list[nn.Module] = []
    for fed, given in pairwise(widths):
        layers += [nn.Linear(fed, given, bias=bias), nn.Sigmoid()]
    return nn.Sequential(*layers[:-1])


@model(size=28, channels=1)
def autoencoder_mnist() -> Autoencoder:
    """Return the autoencoder of digits with a code of 30: 2,837,314 parameters."""
    return Autoencoder([784, 1000, 500, 250, 30])
