"""Training, validation and test data: disjoint parts, each for one purpose.

Parameters are fitted to the first, hyperparameters are chosen on the second, and the third is looked at once.
Source: Hastie, Tibshirani & Friedman 2009, section 7.2; leakage: Kaufman, Rosset, Perlich & Stitelman 2012.
"""

from collections.abc import Hashable, Sequence
from typing import NamedTuple

import torch

from engine.errors import Refused


class Split(NamedTuple):
    """The numbers of the samples in each part."""

    train: list[int]
    validation: list[int]
    test: list[int]


def sizes(n: int, validation: float, test: float) -> tuple[int, int, int]:
    """Return how many of ``n`` samples each part gets: shares are rounded down, and training gets the rest.

    Raises:
        Refused: nothing would be left to train on.

    >>> sizes(10, validation=0.25, test=0.1)
    (7, 2, 1)
    """
    # A share such as 0.29 of 100 is a hair below 29 in floating point, and means 29.
    num_validation, num_test = int(n * validation + 1e-9), int(n * test + 1e-9)
    if num_validation + num_test >= n:
        raise Refused(f"of {n} samples {num_validation} + {num_test} are set aside, which leaves none to train on")
    return n - num_validation - num_test, num_validation, num_test


def split(n: int, validation: float, test: float, generator: torch.Generator | None = None) -> Split:
    """Return the parts of samples 0 to n - 1, shuffled by ``generator``; without one they stay in their order.

    Order is for data that are sorted by time, where the test must be the future. Data sorted by anything else, such as
    their class, must be shuffled, or the parts come from different distributions.

    >>> split(5, validation=0.2, test=0.2)
    Split(train=[0, 1, 2], validation=[3], test=[4])
    """
    order = list(range(n)) if generator is None else torch.randperm(n, generator=generator).tolist()
    num_train, num_validation, _ = sizes(n, validation, test)
    end = num_train + num_validation
    return Split(order[:num_train], order[num_train:end], order[end:])


def by_groups(groups: Sequence[Hashable], test_groups: Sequence[Hashable]) -> Split:
    """Return a split that keeps each group (a patient, a speaker) whole: all of ``test_groups`` are tested on.

    >>> by_groups(["ann", "bob", "ann"], ["bob"])
    Split(train=[0, 2], validation=[], test=[1])
    """
    tested = set(test_groups)
    train = [i for i, group in enumerate(groups) if group not in tested]
    return Split(train, [], [i for i, group in enumerate(groups) if group in tested])


def leaked(train: Sequence[Hashable], held_out: Sequence[Hashable]) -> list[Hashable]:
    """Return what stands in both parts, each once and in the order of ``held_out``; empty for a clean split.

    Give the samples themselves, which finds duplicates, or the groups they belong to.

    >>> leaked(["a", "b", "b"], ["c", "b", "b"])
    ['b']
    """
    known = set(train)
    return list(dict.fromkeys(item for item in held_out if item in known))
