"""Spatial transformer: a layer that looks at an image, chooses an affine map for it, and warps it by that map.

Source: Jaderberg, Simonyan, Zisserman & Kavukcuoglu 2015, "Spatial Transformer Networks".
"""

import torch
from torch import Tensor, nn

from engine.attention.affine_grid import affine_grid, identity
from engine.attention.sampling_kernels import sample


class SpatialTransformer(nn.Module):
    """Localisation net, grid generator, sampler: θ = net(U), points = θ·(x_t, y_t, 1)ᵀ, V = U sampled at the points.

    Shapes: ``(N, C, H, W)`` to ``(N, C, *output_size)``; one θ for each image, shared by all of its channels. Every
    part has a gradient, so the localisation net learns from the loss of what comes after, without labels of its own.

    Args:
        localisation: any network that turns the image into ``(N, features)``.
        features: how many numbers it gives; a linear layer turns them into θ and starts as the identity map.
        output_size: height and width of what comes out, which θ does not change.
        kernel: "bilinear", or "nearest", through which θ learns nothing.

    >>> layer = SpatialTransformer(nn.Flatten(), features=16, output_size=(4, 4))
    >>> image = torch.arange(16.0).reshape(1, 1, 4, 4)
    >>> torch.equal(layer(image), image)  # at first it changes nothing
    True
    """

    def __init__(
        self, localisation: nn.Module, features: int, output_size: tuple[int, int], kernel: str = "bilinear"
    ) -> None:
        super().__init__()
        self.localisation = localisation
        self.to_theta = nn.Linear(features, 6)
        self.output_size, self.kernel = output_size, kernel
        nn.init.zeros_(self.to_theta.weight)
        with torch.no_grad():
            self.to_theta.bias.copy_(identity().flatten())

    def theta(self, image: Tensor) -> Tensor:
        """Return the affine map that the net chooses for each image: ``(N, 2, 3)``."""
        theta: Tensor = self.to_theta(self.localisation(image)).reshape(-1, 2, 3)
        return theta

    def forward(self, image: Tensor) -> Tensor:
        """Return the warped images."""
        return sample(image, affine_grid(self.theta(image), *self.output_size), self.kernel)


class SmallLocalisation(nn.Module):
    """The localisation net of many a digit classifier: two convolutions with pooling and ReLU, then a linear layer.

    Shapes: ``(N, in_channels, size, size)`` to ``(N, features)``.
    """

    def __init__(self, in_channels: int = 1, size: int = 28, features: int = 32) -> None:
        super().__init__()
        side = ((size - 6) // 2 - 4) // 2
        self.net = nn.Sequential(
            nn.Conv2d(in_channels, 8, kernel_size=7),
            nn.MaxPool2d(2),
            nn.ReLU(),
            nn.Conv2d(8, 10, kernel_size=5),
            nn.MaxPool2d(2),
            nn.ReLU(),
            nn.Flatten(),
            nn.Linear(10 * side * side, features),
            nn.ReLU(),
        )

    def forward(self, image: Tensor) -> Tensor:
        """Return the features from which θ is made."""
        features: Tensor = self.net(image)
        return features
