"""Dropout on attention weights: some keys are forgotten for a query, after the softmax.

Source: Vaswani et al. 2017 apply it in their implementation; it is ``dropout_p`` of
``torch.nn.functional.scaled_dot_product_attention`` and ``dropout`` of ``torch.nn.MultiheadAttention``.
"""

from torch import Tensor

from engine.layers.attention import Attended, scaled_dot_product_attention
from engine.layers.dropout import Dropout, drop


def attention_with_dropout(
    query: Tensor, key: Tensor, value: Tensor, dropout: Dropout, attn_mask: Tensor | None = None
) -> Attended:
    """Return attention whose weights went through ``dropout``, and these weights.

    Shapes: query ``(..., L, E)``, key ``(..., S, E)``, value ``(..., S, Ev)``; the weights are ``(..., L, S)``.

    Dropping follows the softmax, and nothing is divided by the new sum: a row of the weights then sums to 1 only on
    average, and the output is a mean of the values only in evaluation. Dropping a score *before* the softmax would be
    another thing: a score of 0 is not a weight of 0.

    >>> import torch
    >>> keys, values = torch.zeros(2, 3), torch.tensor([[1.0], [5.0]])
    >>> layer = Dropout(0.5, torch.Generator().manual_seed(0))
    >>> attention_with_dropout(torch.ones(1, 3), keys, values, layer)  # the second key is dropped, the first doubled
    Attended(output=tensor([[1.]]), weights=tensor([[1., 0.]]))
    """
    weights = dropout(scaled_dot_product_attention(query, key, value, attn_mask).weights)
    return Attended(weights @ value, weights)


def attention_under_mask(query: Tensor, key: Tensor, value: Tensor, kept: Tensor, p: float) -> Tensor:
    """Return the output when exactly the weights in ``kept`` ``(..., L, S)`` survive, divided by 1 - p.

    Over all masks, each by its probability, these outputs average to attention without dropout.
    """
    return drop(scaled_dot_product_attention(query, key, value).weights, kept, p) @ value
