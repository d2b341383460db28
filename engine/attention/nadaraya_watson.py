"""Nadaraya-Watson regression: the oldest attention pooling. A query's answer is a mean of the values of near keys.

Sources: Nadaraya 1964, "On Estimating Regression"; Watson 1964, "Smooth Regression Analysis". Written as attention, and
with a weight to be learned, in Zhang et al., "Dive into Deep Learning", section 11.2.
"""

from collections.abc import Callable, Mapping
from typing import Final

import torch
from torch import Tensor, nn

from engine.layers.attention import Attended, attend

KERNELS: Final[Mapping[str, Callable[[Tensor], Tensor]]] = {
    "gaussian": lambda u: (-(u**2) / 2).exp(),
    "boxcar": lambda u: (u.abs() <= 1).to(u),
    "epanechnikov": lambda u: (1 - u**2).clamp(min=0),
    "constant": torch.ones_like,
}
"""Kernels K(u) of the scaled distance u; factors that do not depend on u cancel and are left out."""


def nadaraya_watson(
    query: Tensor, key: Tensor, value: Tensor, kernel: str = "gaussian", bandwidth: float = 1.0
) -> Attended:
    """Return Σᵢ K(uᵢ)·yᵢ / Σⱼ K(uⱼ) with uᵢ = (x - xᵢ)/bandwidth, and the weights.

    Shapes: query x ``(L,)``, key xᵢ and value yᵢ ``(S,)``, to output ``(L,)`` and weights ``(L, S)``. "constant" is
    average pooling, which ignores the query. A query with no key inside of a boxcar or Epanechnikov kernel gets NaN:
    0/0 is no answer.

    >>> keys, values = torch.tensor([0.0, 1.0, 2.0]), torch.tensor([0.0, 10.0, 20.0])
    >>> nadaraya_watson(torch.tensor([1.0]), keys, values).output
    tensor([10.])
    """
    heights = KERNELS[kernel]((query[:, None] - key) / bandwidth)
    weights = heights / heights.sum(-1, keepdim=True)
    return Attended(weights @ value, weights)


def gaussian_as_softmax(query: Tensor, key: Tensor, value: Tensor, bandwidth: float = 1.0) -> Attended:
    """Return the Gaussian case as attention: softmax over i of -(x - xᵢ)²/(2·bandwidth²).

    The same numbers as :func:`nadaraya_watson`, but no kernel underflows: far from all keys, the nearest still counts.
    """
    scores = -(((query[:, None] - key) / bandwidth) ** 2) / 2
    output, weights = attend(scores, value[:, None])
    return Attended(output.squeeze(-1), weights)


def snippet(query: Tensor, key: Tensor, value: Tensor) -> Attended:
    """Return what a shortened copy of the code gives: softmax over i of x - xᵢ, with the square left out.

    It is no kernel. The query cancels: exp(x - xᵢ)/Σⱼ exp(x - xⱼ) = exp(-xᵢ)/Σⱼ exp(-xⱼ), so every query gets the same
    weights, and the smallest key gets the most.

    >>> keys = torch.tensor([1.0, 2.0, 3.0])
    >>> [[round(weight, 4) for weight in row] for row in snippet(keys, keys, keys).weights.tolist()][0]
    [0.6652, 0.2447, 0.09]
    """
    queries = query.repeat_interleave(len(key)).reshape(-1, len(key))  # row l holds query l, S times
    weights = (queries - key).softmax(dim=1)
    return Attended(weights @ value, weights)


class NadarayaWatson(nn.Module):
    """The Gaussian case with one parameter w, 1/bandwidth: softmax over i of -((x - xᵢ)·w)²/2.

    A large w makes the kernel narrow, and the curve follows every value.
    """

    def __init__(self, weight: float = 1.0) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.tensor([weight], dtype=torch.float64))

    def forward(self, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        """Return the answers ``(L,)``."""
        scores = -(((query[:, None] - key) * self.weight) ** 2) / 2
        return attend(scores, value[:, None]).output.squeeze(-1)
