"""Weight sharing: k-means finds a few values, and each weight is stored as the number of its nearest one.

Source: Han, Mao & Dally 2016, "Deep Compression", section 3: clusters within a layer, Lloyd's iteration, and centroids
that start evenly spread from the smallest to the largest weight ("linear"), which the paper found best.
"""

from typing import Literal, NamedTuple

import torch
from torch import Tensor

Start = Literal["linear", "density"]


class Codebook(NamedTuple):
    """``centroids``, ascending, and for each weight the number of its centroid."""

    centroids: Tensor
    codes: Tensor

    def decoded(self) -> Tensor:
        """Return the weights as they will be used."""
        return self.centroids[self.codes]


def first_centroids(weights: Tensor, clusters: int, start: Start = "linear") -> Tensor:
    """Return where k-means begins: evenly from min to max ("linear"), or at evenly spaced quantiles ("density").

    >>> first_centroids(torch.tensor([0.0, 1.0, 2.0, 8.0]), clusters=3).tolist()
    [0.0, 4.0, 8.0]
    """
    places = torch.linspace(0, 1, clusters, dtype=weights.dtype)
    if start == "density":
        return weights.flatten().quantile(places)
    least, most = weights.min(), weights.max()
    return least + places * (most - least)


def share_weights(weights: Tensor, clusters: int, start: Start = "linear", most_steps: int = 100) -> Codebook:
    """Return ``clusters`` shared values by Lloyd's k-means in one dimension.

    Each step gives every weight to its nearest centroid (of two equally near the smaller) and moves each centroid to
    the mean of its weights, until nothing moves. A centroid without weights stays where it is. The squared error
    Σ(w - c)² never rises, and ends at a local minimum that depends on the start.

    Shapes: weights of any shape; codes have the same one.

    >>> share_weights(torch.tensor([0.0, 0.2, 0.9, 1.1]), clusters=2).centroids.tolist()
    [0.10000000149011612, 1.0]
    """
    centroids = first_centroids(weights, clusters, start)
    for _ in range(most_steps):
        codes = _nearest(weights, centroids)
        moved = centroids.clone()
        for code in set(codes.flatten().tolist()):
            moved[code] = weights[codes == code].mean()
        if torch.equal(moved, centroids):
            break
        centroids = moved
    return Codebook(centroids, _nearest(weights, centroids))


def _nearest(weights: Tensor, centroids: Tensor) -> Tensor:
    distances = (weights[..., None] - centroids).abs()
    return distances.argmin(-1)
