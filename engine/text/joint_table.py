"""A language model small enough to be written down whole: the probability of every sequence of T tokens.

The chain rule P(x₁ … x_T) = Π P(x_t | x₁ … x_{t-1}) holds for every such table. A Markov assumption of order k cuts the
contexts to the last k tokens, P(x_t | x_{t-k} … x_{t-1}), and holds only for some.
"""

from collections.abc import Callable
from itertools import product

import torch
from torch import Tensor


def conditional(joint: Tensor, place: int, memory: int | None = None) -> Tensor:
    """Return P(x_place | the ``memory`` tokens before it), or given all before it.

    Shapes: a table ``(V,)·T`` of probabilities to ``(V,)·(k + 1)``, contexts first, where k is how many tokens stand in
    the context. Places are counted from 0. A context of probability 0 gives NaN.

    >>> fair_then_same = torch.tensor([[0.5, 0.0], [0.0, 0.5]])
    >>> conditional(fair_then_same, 1).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    first = 0 if memory is None else max(0, place - memory)
    others = [axis for axis in range(joint.dim()) if not first <= axis <= place]
    window = joint.sum(others) if others else joint
    return window / window.sum(-1, keepdim=True)


def chain(joint: Tensor, memory: int | None = None) -> Tensor:
    """Return the product of the conditionals, again a table: the same one, or its Markov chain of order ``memory``."""
    table = torch.ones_like(joint)
    for place in range(joint.dim()):
        factor = conditional(joint, place, memory).nan_to_num(0.0)
        before = place + 1 - factor.dim()
        table = table * factor.reshape(*[1] * before, *factor.shape, *[1] * (joint.dim() - place - 1))
    return table


def dependence_order(joint: Tensor, tolerance: float = 1e-9) -> int:
    """Return the smallest k for which the table is a Markov chain of order k; 0 where the tokens are independent.

    Order k means P(x_t | all before) = P(x_t | the last k), here for every t and every sequence that can occur.
    """
    for memory in range(joint.dim()):
        if float((chain(joint, memory) - joint).abs().max()) <= tolerance:
            return memory
    raise ValueError("the probabilities do not sum to 1, so they are no product of conditionals")


def from_conditionals(next_token: Callable[[tuple[int, ...]], Tensor], vocabulary: int, length: int) -> Tensor:
    """Return the table of a model that gives the next token's probabilities ``(V,)`` after every prefix.

    >>> from_conditionals(lambda prefix: torch.tensor([0.25, 0.75]), vocabulary=2, length=2).tolist()
    [[0.0625, 0.1875], [0.1875, 0.5625]]
    """
    table = torch.ones((), dtype=torch.float64)
    for place in range(length):
        rows = torch.stack([next_token(prefix) for prefix in product(range(vocabulary), repeat=place)])
        table = table[..., None] * rows.reshape(*[vocabulary] * (place + 1))
    return table
