"""``attention.*``: how many parameters attention layers have, counted on layers built on the meta device."""

from typing import Annotated

import torch
from torch import nn

from engine.analysis.params import num_params as count_params
from engine.analysis.sizes import sizes
from engine.arguments import Between
from engine.evidence import Run, Table
from engine.layers.attention_additive import AdditiveAttention
from engine.layers.attention_conventions import Convention, multihead
from engine.layers.attention_full_width import FullWidthMultiheadAttention
from engine.registry import Kind, function

Width = Annotated[int, Between(1, 65_536)]
Heads = Annotated[int, Between(1, 128)]


@function(
    "attention.num_params",
    Kind.MODULE,
    example={"embed_dim": 512, "num_heads": 8},
    shows=(nn.MultiheadAttention, FullWidthMultiheadAttention),
)
def num_params(embed_dim: Width, num_heads: Heads, bias: bool = True, convention: Convention = "split_heads") -> Run:
    """Return the trainable parameters of multi-head attention; queries, keys, values are embed_dim wide.

    ``split_heads`` builds ``torch.nn.MultiheadAttention``, where each head gets embed_dim/num_heads features.
    ``full_width`` builds heads with three embed_dim × embed_dim matrices each, and one matrix that projects their
    num_heads·embed_dim joined features back to embed_dim. ``bias`` is for all of these matrices or none.

    >>> num_params(512, 8).value, num_params(512, 8, bias=False).value
    (1050624, 1048576)
    >>> num_params(512, 8, bias=False, convention="full_width").value
    8388608
    """
    return _count(multihead(embed_dim, num_heads, bias, convention))


@function("attention.head_dim", Kind.MODULE, example={"embed_dim": 512, "num_heads": 8})
def head_dim(embed_dim: Width, num_heads: Heads, convention: Convention = "split_heads") -> Run:
    """Return how many features one head attends with: its share of what the built layer's output matrix takes in.

    >>> head_dim(512, 8).value, head_dim(512, 8, convention="full_width").value
    (64, 512)
    """
    joined = multihead(embed_dim, num_heads, convention=convention).out_proj.in_features
    return Run(joined // num_heads, device="meta")


@function(
    "attention.additive_num_params",
    Kind.MODULE,
    example={"query_size": 20, "key_size": 2, "num_hiddens": 8},
    shows=(AdditiveAttention,),
)
def additive_num_params(query_size: Width, key_size: Width, num_hiddens: Width) -> Run:
    """Return the trainable parameters of additive attention, wᵥᵀ·tanh(W_q·q + W_k·k) without biases.

    >>> additive_num_params(20, 2, 8).value
    184
    """
    with torch.device("meta"):
        return _count(AdditiveAttention(query_size, key_size, num_hiddens))


def _count(layer: nn.Module) -> Run:
    rows = [(name, sizes(p.shape), p.numel()) for name, p in layer.named_parameters()]
    table = Table(type(layer).__name__, ["parameter", "shape", "numbers"], rows)
    return Run(count_params(layer), lambda: [table], device="meta")
