"""Polynomial and cross features: all products of up to ``degree`` features, with which a linear model bends.

Source: Vapnik 1995; the order of the terms is that of scikit-learn's PolynomialFeatures.
"""

from collections.abc import Iterator
from itertools import combinations, combinations_with_replacement

import torch
from torch import Tensor


def terms(
    num_features: int, degree: int, interaction_only: bool = False, include_bias: bool = True
) -> Iterator[tuple[int, ...]]:
    """Yield each term as the numbers of its factors: () is 1, (0, 0) is x₀², (0, 1) is x₀·x₁; by degree, then in order.

    ``interaction_only`` leaves out terms that hold a feature twice. There are C(n + d, d) terms, bias included.

    >>> list(terms(2, 2))
    [(), (0,), (1,), (0, 0), (0, 1), (1, 1)]
    """
    choose = combinations if interaction_only else combinations_with_replacement
    for size in range(0 if include_bias else 1, degree + 1):
        yield from choose(range(num_features), size)


def expand(x: Tensor, degree: int, interaction_only: bool = False, include_bias: bool = True) -> Tensor:
    """Return a column for each term, ``(n, d)`` to ``(n, terms)``.

    >>> expand(torch.tensor([[2.0, 3.0]]), 2)
    tensor([[1., 2., 3., 4., 6., 9.]])
    """
    columns = [x[:, list(term)].prod(1) for term in terms(x.shape[1], degree, interaction_only, include_bias)]
    return torch.stack(columns, 1)
