"""``attention.*_shape``: the shapes that attention really gives, on the meta device."""

from typing import Annotated, Literal, NamedTuple

import torch
from torch import nn

from engine.analysis.output_shape import check_elements
from engine.analysis.sizes import sizes
from engine.arguments import Between
from engine.errors import Refused
from engine.evidence import Run, Table
from engine.layers.attention import Attended, scaled_dot_product_attention
from engine.layers.attention_additive import AdditiveAttention
from engine.layers.attention_multihead import check_heads
from engine.registry import Kind, function

Attention = Literal["dot", "additive", "multihead"]
Size = Annotated[int, Between(1, 65_536)]
Shape = tuple[Size, Size, Size]
"""Batch, positions, features."""
_EXAMPLE = {"query": [2, 1, 8], "key": [2, 10, 8], "value": [2, 10, 4]}
_SHOWS = (scaled_dot_product_attention, AdditiveAttention, nn.MultiheadAttention)


class _Inputs(NamedTuple):
    query: Shape
    key: Shape
    value: Shape


@function("attention.output_shape", Kind.MODULE, example=_EXAMPLE, shows=_SHOWS)
def output_shape(
    query: Shape, key: Shape, value: Shape, attention: Attention = "dot", num_heads: Annotated[int, Between(1, 128)] = 1
) -> Run:
    """Return the shape [N, L, E] of the output for a query, a key and a value of these shapes.

    ``dot`` and ``additive`` mix the values as they are; ``multihead`` (``torch.nn.MultiheadAttention``, kdim and vdim
    as the shapes say) projects to the query's width.

    >>> output_shape((2, 1, 8), (2, 10, 8), (2, 10, 4)).value
    [2, 1, 4]
    """
    return _run(_Inputs(query, key, value), attention, num_heads, "output")


@function("attention.weights_shape", Kind.MODULE, example=_EXAMPLE, shows=_SHOWS)
def weights_shape(
    query: Shape, key: Shape, value: Shape, attention: Attention = "dot", num_heads: Annotated[int, Between(1, 128)] = 1
) -> Run:
    """Return the shape of the weights: [N, L, S], and with ``multihead`` [N, num_heads, L, S], each head's own.

    >>> weights_shape((2, 7, 8), (2, 10, 8), (2, 10, 8), attention="multihead", num_heads=4).value
    [2, 4, 7, 10]
    """
    return _run(_Inputs(query, key, value), attention, num_heads, "weights")


def _run(inputs: _Inputs, attention: Attention, num_heads: int, what: Literal["output", "weights"]) -> Run:
    _check(inputs, attention, num_heads)
    with torch.no_grad():
        ran = _attended(inputs, attention, num_heads)
    shapes = [(name, sizes(shape)) for name, shape in inputs._asdict().items()]
    found = [(name, sizes(tensor.shape)) for name, tensor in ran._asdict().items()]
    value = list(getattr(ran, what).shape)
    return Run(value, lambda: [Table(f"{attention} attention", ["tensor", "shape"], shapes + found)], device="meta")


def _attended(inputs: _Inputs, attention: Attention, num_heads: int) -> Attended:
    with torch.device("meta"):
        query, key, value = (torch.empty(shape) for shape in inputs)
        if attention == "dot":
            return scaled_dot_product_attention(query, key, value)
        if attention == "additive":
            attended: Attended = AdditiveAttention(query.shape[-1], key.shape[-1], num_hiddens=1)(query, key, value)
            return attended
        widths = {"kdim": key.shape[-1], "vdim": value.shape[-1]}
        layer = nn.MultiheadAttention(query.shape[-1], num_heads, batch_first=True, **widths)
        return Attended(*layer(query, key, value, average_attn_weights=False))


def _check(inputs: _Inputs, attention: Attention, num_heads: int) -> None:
    """Refuse what torch refuses late, or on the meta device not at all."""
    batches, (_, keys, _), (_, values, _) = {shape[0] for shape in inputs}, inputs.key, inputs.value
    if len(batches) > 1:
        raise Refused(f"query, key and value need one batch size, the first number; these have {sorted(batches)}")
    if keys != values:
        raise Refused(f"every key needs one value: there are {keys} keys and {values} values")
    if attention == "multihead":
        check_heads(inputs.query[-1], num_heads)
    elif num_heads > 1:
        raise Refused(f"'num_heads' is for multihead attention; {attention} attention has one")
    for name, shape in inputs._asdict().items():
        check_elements(f"a {name}", shape)
    check_elements("a weight matrix for each head", (num_heads, *inputs.query[:2], keys))
