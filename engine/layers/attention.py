"""Scaled dot-product attention, written out in plain tensor operations.

Source: Vaswani et al. 2017, "Attention Is All You Need", equation 1 and section 3.2.1.
"""

import math
from typing import NamedTuple

from torch import Tensor
from torch.nn import functional as F

from engine.errors import Refused


class Attended(NamedTuple):
    """What comes out of attention, and the weights by which it was mixed."""

    output: Tensor
    """``(..., L, Ev)``: for each query a mean of the values, weighted."""
    weights: Tensor
    """``(..., L, S)``: for each query one weight per key, before dropout; a row sums to 1."""


def scaled_dot_product_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attn_mask: Tensor | None = None,
    dropout_p: float = 0.0,
    scale: float | None = None,
) -> Attended:
    """Return softmax(Q·Kᵀ·scale)·V and the softmax; it has no parameters.

    Shapes: query ``(..., L, E)``, key ``(..., S, E)``, value ``(..., S, Ev)``. L queries, S keys, E features. ``scale``
    is 1/√E unless given: for independent entries of mean 0 and variance 1, q·k has variance E, and q·k/√E has 1.
    ``attn_mask`` is boolean and broadcasts to ``(..., L, S)``; **True means that the query may look at the key**, as in
    ``torch.nn.functional.scaled_dot_product_attention`` (``nn.MultiheadAttention`` means the opposite). Dropout, with
    probability ``dropout_p`` of dropping, acts on the weights.

    Raises:
        Refused: the widths of queries and keys differ, or there are not as many values as keys.

    >>> import torch
    >>> keys, values = torch.zeros(2, 3), torch.tensor([[1.0], [5.0]])  # equal scores: the plain mean
    >>> scaled_dot_product_attention(torch.ones(1, 3), keys, values).output
    tensor([[3.]])
    """
    if query.shape[-1] != key.shape[-1]:
        raise Refused(f"a dot product needs queries and keys of one width, not {query.shape[-1]} and {key.shape[-1]}")
    if key.shape[-2] != value.shape[-2]:
        raise Refused(f"every key needs one value: there are {key.shape[-2]} keys and {value.shape[-2]} values")
    scale = 1 / math.sqrt(query.shape[-1]) if scale is None else scale
    return attend(query @ key.mT * scale, value, attn_mask, dropout_p)


def attend(scores: Tensor, value: Tensor, attn_mask: Tensor | None = None, dropout_p: float = 0.0) -> Attended:
    """Return the values ``(..., S, Ev)`` mixed by the softmax of ``scores`` ``(..., L, S)``: attention pooling."""
    weights = masked_softmax(scores, attn_mask)
    return Attended(F.dropout(weights, dropout_p) @ value, weights)


def masked_softmax(scores: Tensor, attn_mask: Tensor | None = None, fill: float = -math.inf) -> Tensor:
    """Return exp(s)/Σ exp(s) over the last axis, where scores that the mask hides (False) count as ``fill``.

    With ``fill`` = -∞ a hidden key gets exactly 0, and a row with nothing to look at is NaN. With a large negative
    number, such as -10⁶, such a row becomes uniform.

    >>> import torch
    >>> masked_softmax(torch.zeros(4), torch.tensor([True, True, False, False])).tolist()
    [0.5, 0.5, 0.0, 0.0]
    """
    if attn_mask is not None:
        scores = scores.masked_fill(~attn_mask, fill)
    largest = scores.amax(-1, keepdim=True).detach()  # softmax is the same for s and s - c, and exp cannot overflow
    exponentials = (scores - largest).exp()
    return exponentials / exponentials.sum(-1, keepdim=True)
