"""Text-to-image: the caption's vector is joined to the noise, so that one generator makes what is asked for.

A linear layer on [z, c] is W_z·z + W_c·c + b: the condition moves the layer's bias. The discriminator sees the pair
(x, c), so that a fine sample for the wrong caption is a fake.

Sources: Mirza & Osindero 2014, "Conditional Generative Adversarial Nets"; Reed et al. 2016, "Generative Adversarial
Text to Image Synthesis". Here a caption is one of a few words, one-hot, and an image is a single number.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from engine.generative.adversarial.alternating import Pair, alternate


class ConditionalGenerator(nn.Module):
    """x = W·[z, c] + b for noise z ``(N, 1)`` and a one-hot caption c ``(N, captions)``; samples are ``(N,)``."""

    def __init__(self, captions: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.cat([torch.ones(1), torch.zeros(captions)]).double())
        self.bias = nn.Parameter(torch.zeros((), dtype=torch.float64))

    def forward(self, z_and_caption: Tensor) -> Tensor:
        """Return samples for the joined vectors ``(N, 1 + captions)``."""
        samples: Tensor = z_and_caption @ self.weight + self.bias
        return samples


class ConditionalDiscriminator(nn.Module):
    """The logit c·A·[1, x, x²]: a parabola of its own for each caption; with ``sees_caption=False`` one for all.

    Shapes: ``(N, 1 + captions)``, the sample first, to logits ``(N,)``.
    """

    def __init__(self, captions: int, sees_caption: bool = True) -> None:
        super().__init__()
        self.sees_caption = sees_caption
        self.coefficients = nn.Parameter(torch.zeros(captions if sees_caption else 1, 3, dtype=torch.float64))

    def forward(self, x_and_caption: Tensor) -> Tensor:
        """Return the logits of "x is real and belongs to this caption"."""
        x, caption = x_and_caption[:, 0], x_and_caption[:, 1:]
        features = torch.stack([torch.ones_like(x), x, x.square()], dim=-1)
        weights = caption @ self.coefficients if self.sees_caption else self.coefficients
        return (features * weights).sum(-1)


class CaptionKept(nn.Module):
    """A generator that hands the caption on beside its sample, as the discriminator wants to see it."""

    def __init__(self, generator: ConditionalGenerator) -> None:
        super().__init__()
        self.generator = generator

    def forward(self, z_and_caption: Tensor) -> Tensor:
        """Return ``(N, 1 + captions)``, the sample first."""
        samples = self.generator(z_and_caption)
        return torch.cat([samples[:, None], z_and_caption[:, 1:]], dim=1)


def join(z: Tensor, caption: Tensor) -> Tensor:
    """Return [z, c]: noise ``(N, Z)`` and condition ``(N, C)`` side by side, ``(N, Z + C)``.

    >>> join(torch.zeros(2, 3), torch.ones(2, 4)).shape
    torch.Size([2, 7])
    """
    return torch.cat([z, caption], dim=-1)


def train(means: Sequence[float], sees_caption: bool, rounds: int, chance: torch.Generator) -> ConditionalGenerator:
    """Train on captions drawn evenly, caption i standing for N(means[i], 0.5²), and return the generator."""
    captions = torch.eye(len(means), dtype=torch.float64)
    centres = torch.tensor(means, dtype=torch.float64)

    def normal(count: int) -> Tensor:
        return torch.randn(count, 1, generator=chance, dtype=torch.float64)

    def described(count: int) -> Tensor:
        return captions[torch.randint(len(means), (count,), generator=chance)]

    def data(count: int) -> Tensor:
        caption = described(count)
        return join(caption @ centres[:, None] + 0.5 * normal(count), caption)

    generator = ConditionalGenerator(len(means))
    pair = Pair(CaptionKept(generator), ConditionalDiscriminator(len(means), sees_caption))
    alternate(pair, data, lambda count: join(normal(count), described(count)), rounds, batch=128, lr=0.1)
    return generator
