"""Attention pooling: score each key by the query, turn the scores into weights, mix the values by the weights.

Source: Bahdanau, Cho & Bengio 2015, "Neural Machine Translation by Jointly Learning to Align and Translate"; the names
query, key and value are from Vaswani et al. 2017, "Attention Is All You Need".
"""

from torch import Tensor

from engine.attention.scores import Score, scaled_dot
from engine.errors import Refused
from engine.layers.attention import Attended, attend


def attention_pooling(
    query: Tensor, key: Tensor, value: Tensor, score: Score = scaled_dot, attn_mask: Tensor | None = None
) -> Attended:
    """Return Σᵢ αᵢ·vᵢ with α = softmax over i of score(q, kᵢ), and the weights α.

    Shapes: query ``(..., L, Eq)``, key ``(..., S, Ek)``, value ``(..., S, Ev)`` to output ``(..., L, Ev)``: a row for
    each query, as wide as a value. Keys are used for the weights alone and values for the mixture alone, so pairs (key,
    value) may come in any order, and S is no size of the output. ``attn_mask`` is True where a query may look.

    Raises:
        Refused: there are not as many values as keys, or the score takes no such widths.

    >>> import torch
    >>> keys, values = torch.tensor([[0.0], [1000.0]]), torch.tensor([[10.0, 20.0], [30.0, 40.0]])
    >>> attention_pooling(torch.tensor([[1.0]]), keys, values).output
    tensor([[30., 40.]])
    """
    if key.shape[-2] != value.shape[-2]:
        raise Refused(f"every key needs one value: there are {key.shape[-2]} keys and {value.shape[-2]} values")
    return attend(score(query, key), value, attn_mask)
