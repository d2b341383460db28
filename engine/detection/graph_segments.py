"""Segments of an image by merging pixels along a graph, weakest edges first: the start of selective search.

Every pixel is joined to its four neighbours by an edge that weighs as much as their colours differ. Two segments merge
over an edge when it weighs no more than both allow: Int(A) + k/|A|, where Int(A) is the heaviest edge that was used
inside of A. Large k lets segments grow large; with k = 0 only equal colours merge.

Source: Felzenszwalb & Huttenlocher 2004, "Efficient Graph-Based Image Segmentation". Their smoothing before and the
least size of a segment after are left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from torch import Tensor


@dataclass
class UnionFind:
    """Disjoint sets with a representative each, their sizes, and the heaviest edge inside."""

    parent: list[int]
    size: list[int] = field(default_factory=list)
    heaviest: list[float] = field(default_factory=list)

    @classmethod
    def singles(cls, count: int) -> "UnionFind":
        """Return ``count`` sets of one."""
        return cls(list(range(count)), [1] * count, [0.0] * count)

    def find(self, member: int) -> int:
        """Return the representative; paths are halved on the way."""
        while self.parent[member] != member:
            self.parent[member] = self.parent[self.parent[member]]
            member = self.parent[member]
        return member

    def join(self, a: int, b: int, weight: float) -> None:
        """Join the sets of two representatives over an edge."""
        if self.size[a] < self.size[b]:
            a, b = b, a
        self.parent[b] = a
        self.size[a] += self.size[b]
        self.heaviest[a] = max(weight, self.heaviest[a], self.heaviest[b])


def graph_segments(image: Tensor, k: float = 0.0) -> Tensor:
    """Return each pixel's segment, numbered from 0 in the order of reading. Shapes: ``(C, H, W)`` to ``(H, W)``.

    >>> import torch
    >>> graph_segments(torch.tensor([[[0.0, 0.0, 1.0], [1.0, 0.0, 1.0]]])).tolist()
    [[0, 0, 1], [2, 0, 1]]
    """
    _, height, width = image.shape
    sets = UnionFind.singles(height * width)
    for weight, one, other in sorted(_edges(image)):
        a, b = sets.find(one), sets.find(other)
        if a != b and weight <= min(sets.heaviest[s] + k / sets.size[s] for s in (a, b)):
            sets.join(a, b, weight)
    roots = [sets.find(pixel) for pixel in range(height * width)]
    numbers = {root: number for number, root in enumerate(dict.fromkeys(roots))}
    return image.new_tensor([numbers[root] for root in roots]).long().reshape(height, width)


def _edges(image: Tensor) -> Iterator[tuple[float, int, int]]:
    """Yield (weight, pixel, neighbour) to the right and below; pixels are numbered along the rows."""
    _, height, width = image.shape
    across = (image[:, :, 1:] - image[:, :, :-1]).norm(dim=0).tolist()
    down = (image[:, 1:] - image[:, :-1]).norm(dim=0).tolist()
    for row in range(height):
        for column in range(width):
            pixel = row * width + column
            if column + 1 < width:
                yield across[row][column], pixel, pixel + 1
            if row + 1 < height:
                yield down[row][column], pixel, pixel + width
