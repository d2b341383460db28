"""Soft and hard attention: a mean of all values, or one value that is drawn.

Source: Xu et al. 2015, "Show, Attend and Tell: Neural Image Caption Generation with Visual Attention", sections 4.1
(hard) and 4.2 (soft).
"""

from collections.abc import Callable

import torch
from torch import Tensor

from engine.layers.attention import masked_softmax


def soft(scores: Tensor, value: Tensor) -> Tensor:
    """Return Σᵢ αᵢ·vᵢ, the expectation: ``(..., S)`` and ``(..., S, Ev)`` to ``(..., Ev)``; it has a gradient.

    >>> soft(torch.zeros(2), torch.tensor([[1.0], [5.0]]))
    tensor([3.])
    """
    return (masked_softmax(scores)[..., None, :] @ value).squeeze(-2)


def hard(scores: Tensor, value: Tensor, generator: torch.Generator) -> Tensor:
    """Return one of the values, the i-th with probability αᵢ: ``(S,)`` and ``(S, Ev)`` to ``(Ev,)``.

    The draw has no gradient, so the scores learn nothing through it; REINFORCE gives them one
    (:mod:`engine.reinforcement.score_function`). Taking the likeliest place is hard attention too, and not random.
    """
    place = torch.multinomial(masked_softmax(scores).cpu(), 1, generator=generator)
    return value[int(place)]


def expected(scores: Tensor, value: Tensor, after: Callable[[Tensor], Tensor] = lambda v: v) -> Tensor:
    """Return Σᵢ αᵢ·f(vᵢ): the mean of what ``after`` makes of hard attention's value, over all draws.

    For a linear f it is f of soft attention's output. For any other it is not: a mean of features is no feature.
    """
    outcomes = torch.stack([after(one) for one in value])
    return masked_softmax(scores) @ outcomes
