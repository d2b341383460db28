"""Architecture search over a tiny space of cells, each judged by its multiply-adds and a toy accuracy.

A toy, and named so: eighteen cells, untrained, on pictures of stripes. What is real is the search: every candidate is
built, counted and scored, and random search is compared with looking at all of them. Published searches (Zoph & Le
2017, "Neural Architecture Search with Reinforcement Learning"; Tan et al. 2019, "MnasNet") differ in the size of the
space and in the searcher, not in this outline.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import product
from typing import Literal, NamedTuple, get_args

import torch
from torch import Tensor, nn

from engine.analysis.convolution_cost import convolution
from engine.analysis.macs import macs

Operation = Literal["pointwise", "standard", "separable"]
_SIDE, _SAMPLES = 8, 64


class Cell(NamedTuple):
    """One candidate: ``depth`` layers of ``operation`` with ``width`` channels and ReLU, then global max pooling."""

    operation: Operation
    width: int
    depth: int


class Scored(NamedTuple):
    """A cell with its multiply-adds on one picture and its toy accuracy."""

    cell: Cell
    macs: int
    accuracy: float


def space() -> list[Cell]:
    """Return all cells, in a fixed order.

    >>> len(space())
    18
    """
    return [Cell(*choice) for choice in product(get_args(Operation), (2, 4, 8), (1, 2))]


def build(cell: Cell) -> nn.Sequential:
    """Return the cell; its weights are seeded by its place in the space."""
    layers: list[nn.Module] = []
    with torch.random.fork_rng(devices=[]):
        for depth in range(cell.depth):
            layers += [convolution(cell.operation, cell.width if depth else 1, cell.width), nn.ReLU()]
    network = nn.Sequential(*layers, nn.AdaptiveMaxPool2d(1), nn.Flatten()).double()
    generator = torch.Generator().manual_seed(space().index(cell))
    for weight in network.parameters():
        weight.data = torch.randn(weight.shape, generator=generator, dtype=torch.float64)
    return network


@cache
def score(cell: Cell) -> Scored:
    """Return the cell's multiply-adds, and how often a linear readout of its features tells the stripes apart.

    The readout is fitted by least squares to one half of the pictures and judged on the other.
    """
    network = build(cell)
    pictures, labels = stripes(torch.Generator().manual_seed(0))
    with torch.no_grad():
        features = torch.cat([network(pictures), torch.ones(len(pictures), 1, dtype=torch.float64)], dim=1)
    seen, fresh = features.chunk(2)
    ridge = seen.mT @ seen + 1e-6 * torch.eye(seen.shape[1], dtype=torch.float64)
    readout = torch.linalg.solve(ridge, seen.mT @ labels[: len(seen)])
    right = (fresh @ readout).sign() == labels[len(seen) :]
    return Scored(cell, macs(network, pictures[:1]), float(right.double().mean()))


def exhaustive(budget: int) -> Scored | None:
    """Return the most accurate cell within ``budget`` multiply-adds, of equals the cheapest; None if none fits."""
    return best(space(), budget)


def random_search(budget: int, tries: int, generator: torch.Generator) -> Scored | None:
    """Return the best of ``tries`` cells drawn without putting back."""
    drawn = torch.randperm(len(space()), generator=generator)[:tries].tolist()
    return best([space()[place] for place in drawn], budget)


def best(cells: Sequence[Cell], budget: int) -> Scored | None:
    """Return the most accurate of these cells within the budget."""
    fitting = [scored for scored in map(score, cells) if scored.macs <= budget]
    return max(fitting, key=lambda scored: (scored.accuracy, -scored.macs), default=None)


def stripes(generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Return noisy pictures of one bright line, across (label 1) or down (label -1)."""
    pictures = 0.4 * torch.randn(2 * _SAMPLES, 1, _SIDE, _SIDE, generator=generator, dtype=torch.float64)
    labels = torch.tensor([1.0, -1.0], dtype=torch.float64).repeat(_SAMPLES)
    for number, place in enumerate(_places(generator)):
        line = (0, place) if number % 2 == 0 else (0, slice(None), place)
        pictures[number][line] += 1
    return pictures, labels


def _places(generator: torch.Generator) -> Iterator[int]:
    yield from torch.randint(_SIDE, (2 * _SAMPLES,), generator=generator).tolist()
