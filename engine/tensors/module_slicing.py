"""Cutting a network: ``nn.Sequential(*list(net.children())[:-2])``, and what that keeps.

``children()`` are the direct submodules in the order in which ``__init__`` names them. What ``forward`` does between
them, such as a flatten, is no child and is lost.
"""

from collections.abc import Sequence
from typing import NamedTuple

from torch import nn


class Cut(NamedTuple):
    """Names of children, kept and dropped by a slice."""

    kept: list[str]
    dropped: list[str]


def children(network: nn.Module) -> list[str]:
    """Return the names of the direct children, in order.

    >>> children(nn.Sequential(nn.Linear(2, 2), nn.ReLU()))
    ['0', '1']
    """
    return [name for name, _ in network.named_children()]


def cut(names: Sequence[str], start: int | None = None, stop: int | None = None) -> Cut:
    """Return what ``[start:stop]`` keeps of the children, and what it drops; negative numbers count from the end.

    >>> cut(["conv1", "bn1", "avgpool", "fc"], stop=-2)
    Cut(kept=['conv1', 'bn1'], dropped=['avgpool', 'fc'])
    """
    kept = list(names[start:stop])
    return Cut(kept, [name for name in names if name not in kept])


def sliced(network: nn.Module, start: int | None = None, stop: int | None = None) -> nn.Sequential:
    """Return the children ``[start:stop]`` as a chain, sharing their parameters with the network.

    >>> sliced(nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1)), stop=-1)
    Sequential(
      (0): Linear(in_features=2, out_features=3, bias=True)
      (1): ReLU()
    )
    """
    return nn.Sequential(*list(network.children())[start:stop])
