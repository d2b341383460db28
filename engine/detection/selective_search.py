"""Selective search: proposals from colour alone. Merge the two most similar neighbouring segments, again and again.

Each segment that ever stood gives its bounding box as a proposal: small ones early, the whole image last. Nothing is
learned, so it has no parameters; R-CNN and Fast R-CNN take their proposals from it, Faster R-CNN no longer does.

Similarity of two segments = overlap of their colour histograms + (1 - their share of the image) + how well the two fill
their common bounding box. The paper adds texture, and several colour spaces and starts; these are left out.

Source: Uijlings, van de Sande, Gevers & Smeulders 2013, "Selective Search for Object Recognition", section 3.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from engine.detection.graph_segments import graph_segments

BINS = 8


@dataclass(frozen=True)
class Segment:
    """A set of pixels: how many, their histogram (sums to 1), and the pixels' bounding box, pixels included."""

    size: int
    histogram: Tensor
    x1: int
    y1: int
    x2: int
    y2: int

    def merged(self, other: "Segment") -> "Segment":
        """Return both together."""
        size = self.size + other.size
        histogram = (self.size * self.histogram + other.size * other.histogram) / size
        corners = (min(self.x1, other.x1), min(self.y1, other.y1), max(self.x2, other.x2), max(self.y2, other.y2))
        return Segment(size, histogram, *corners)

    @property
    def box(self) -> tuple[int, int, int, int]:
        """(x1, y1, x2, y2) with the far edges outside of the last pixel."""
        return self.x1, self.y1, self.x2 + 1, self.y2 + 1


def similarity(a: Segment, b: Segment, pixels: int) -> float:
    """Return colour + size + fill, each from 0 to 1, for an image of so many pixels."""
    x1, y1, x2, y2 = a.merged(b).box
    colour = float(torch.minimum(a.histogram, b.histogram).sum())
    return colour + 1 - (a.size + b.size) / pixels + 1 - ((x2 - x1) * (y2 - y1) - a.size - b.size) / pixels


def selective_search(image: Tensor, k: float = 0.0) -> Tensor:
    """Return the bounding boxes of all segments that ever stood, first those of the graph, then merged ones.

    ``image`` has values from 0 to 1; equal boxes are given once. Shapes: ``(C, H, W)`` to ``(P, 4)``.

    >>> image = torch.zeros(1, 6, 8)
    >>> image[0, 1:3, 2:6] = 1.0
    >>> selective_search(image).tolist()
    [[0.0, 0.0, 8.0, 6.0], [2.0, 1.0, 6.0, 3.0]]
    """
    numbers = graph_segments(image, k)
    segments = {number: _segment(image, numbers == number) for number in range(int(numbers.max()) + 1)}
    neighbours = _neighbours(numbers)
    boxes = dict.fromkeys(segment.box for segment in segments.values())
    while neighbours:
        pair = max(sorted(neighbours), key=lambda ab: similarity(segments[ab[0]], segments[ab[1]], numbers.numel()))
        new = len(segments)
        segments[new] = segments[pair[0]].merged(segments[pair[1]])
        boxes[segments[new].box] = None
        neighbours = _rejoined(neighbours, pair, new)
    return torch.tensor(list(boxes), dtype=image.dtype)


def _segment(image: Tensor, mask: Tensor) -> Segment:
    rows, columns = mask.any(1).nonzero()[:, 0], mask.any(0).nonzero()[:, 0]
    colours = image[:, mask]
    level = (colours * BINS).long().clamp(0, BINS - 1)
    histogram = torch.stack([level.eq(bin_).double().sum(1) for bin_ in range(BINS)], dim=1)
    corners = (int(columns[0]), int(rows[0]), int(columns[-1]), int(rows[-1]))
    return Segment(int(mask.sum()), histogram / histogram.sum(), *corners)


def _neighbours(numbers: Tensor) -> set[tuple[int, int]]:
    """Return the pairs of segments that share an edge, the smaller number first."""
    across = torch.stack([numbers[:, :-1].flatten(), numbers[:, 1:].flatten()], dim=1)
    down = torch.stack([numbers[:-1].flatten(), numbers[1:].flatten()], dim=1)
    pairs = torch.cat([across, down]).tolist()
    return {(min(pair), max(pair)) for pair in pairs if pair[0] != pair[1]}


def _rejoined(neighbours: set[tuple[int, int]], gone: tuple[int, int], new: int) -> set[tuple[int, int]]:
    """Return the pairs after two segments became one: what touched either touches the new one."""
    renamed = ({new if one in gone else one for one in pair} for pair in neighbours)
    return {(min(pair), max(pair)) for pair in renamed if len(pair) == 2}
