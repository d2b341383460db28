"""Recurrent attention model: a network that sees an image through a few glimpses and chooses where each one falls.

Source: Mnih, Heess, Graves & Kavukcuoglu 2014, "Recurrent Models of Visual Attention", section 3.1 and appendix; sizes
are those of its digit experiments.
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn

from engine.attention.glimpse_sensor import glimpse


class Seen(NamedTuple):
    """What comes out of one pass."""

    log_probabilities: Tensor
    """``(N, num_classes)``, from the last state."""
    locations: Tensor
    """``(T, N, 2)``: where the agent looked, the first one given."""
    location_log_probabilities: Tensor
    """``(T - 1, N)``: of the locations that were drawn; REINFORCE multiplies them by the reward."""


class GlimpseNetwork(nn.Module):
    """Turn what is seen and where into one vector: ReLU(W·ReLU(what) + V·ReLU(where)).

    Shapes: image ``(N, C, H, W)`` and location ``(N, 2)`` to ``(N, hidden_size)``.
    """

    def __init__(self, size: int, num_scales: int, channels: int, glimpse_size: int, hidden_size: int) -> None:
        super().__init__()
        self.size, self.num_scales = size, num_scales
        self.what = nn.Linear(num_scales * channels * size * size, glimpse_size)
        self.where = nn.Linear(2, glimpse_size)
        self.from_what = nn.Linear(glimpse_size, hidden_size)
        self.from_where = nn.Linear(glimpse_size, hidden_size)

    def forward(self, image: Tensor, location: Tensor) -> Tensor:
        """Return the glimpse vector."""
        patches = glimpse(image, location, self.size, self.num_scales).flatten(start_dim=1)
        seen = self.from_what(self.what(patches).relu()) + self.from_where(self.where(location).relu())
        vector: Tensor = seen.relu()
        return vector


class RecurrentAttention(nn.Module):
    """For each glimpse: h_t = ReLU(U·h_{t-1} + W·g_t); the next location is drawn around tanh(V·h_t).

    Shapes: image ``(N, C, H, W)`` and first location ``(N, 2)`` to :class:`Seen`. What is drawn has a normal
    distribution of standard deviation ``std`` around its mean, and is cut off at -1 and 1.

    Two kinds of learning meet here. The classifier and the core get the gradient of a loss. The draw has none: the
    location head learns by REINFORCE, from the logarithms of the drawn locations' probabilities, and no gradient of
    that goes back into the core (``detach``).
    """

    def __init__(
        self,
        size: int = 8,
        num_scales: int = 1,
        channels: int = 1,
        glimpse_size: int = 128,
        hidden_size: int = 256,
        num_classes: int = 10,
        std: float = 0.1,
    ) -> None:
        super().__init__()
        self.glimpse_network = GlimpseNetwork(size, num_scales, channels, glimpse_size, hidden_size)
        self.from_state = nn.Linear(hidden_size, hidden_size)
        self.from_glimpse = nn.Linear(hidden_size, hidden_size)
        self.locator = nn.Linear(hidden_size, 2)
        self.classifier = nn.Linear(hidden_size, num_classes)
        self.std = std

    def forward(self, image: Tensor, location: Tensor, num_glimpses: int, generator: torch.Generator) -> Seen:
        """Look ``num_glimpses`` times, starting at ``location``; draws come from ``generator``, on the CPU."""
        state = image.new_zeros(len(image), self.from_state.in_features)
        locations, log_probabilities = [location], []
        for step in range(num_glimpses):
            state = self.step(image, locations[-1], state)
            if step + 1 < num_glimpses:
                mean = self.locator(state.detach()).tanh()
                noise = torch.randn(mean.shape, generator=generator, dtype=mean.dtype).to(mean)
                drawn = (mean + self.std * noise).clamp(-1, 1).detach()
                locations.append(drawn)
                log_probabilities.append(normal_log_density(drawn, mean, self.std).sum(-1))
        drawn_log = torch.stack(log_probabilities) if log_probabilities else image.new_zeros(0, len(image))
        return Seen(self.classifier(state).log_softmax(-1), torch.stack(locations), drawn_log)

    def step(self, image: Tensor, location: Tensor, state: Tensor) -> Tensor:
        """Return the state after one more glimpse."""
        seen = self.glimpse_network(image, location)
        after: Tensor = (self.from_state(state) + self.from_glimpse(seen)).relu()
        return after


def normal_log_density(x: Tensor, mean: Tensor, std: float) -> Tensor:
    """Return -(x - mean)²/(2·std²) - log(std·√(2π)), entry by entry.

    >>> round(float(normal_log_density(torch.tensor(0.0), torch.tensor(0.0), 1.0)), 4)
    -0.9189
    """
    return -(((x - mean) / std) ** 2) / 2 - math.log(std * math.sqrt(2 * math.pi))
