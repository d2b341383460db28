"""Attention layers with random weights for experiments, drawn from a generator."""

import torch
from torch import Tensor, nn

from engine.experiments._settle import randn
from engine.layers.attention_multihead import MultiheadAttention

WIDTH, HEADS = 8, 2


def random_attention(generator: torch.Generator, embed_dim: int = WIDTH, num_heads: int = HEADS) -> MultiheadAttention:
    """Return a multi-head attention whose weights have variance 1/embed_dim, so that tokens keep their size."""
    with torch.random.fork_rng(devices=[]):  # torch draws first weights, which are replaced below
        layer = MultiheadAttention(embed_dim, num_heads, bias=False)
    for parameter in layer.parameters():
        parameter.data = randn(generator, *parameter.shape) / parameter.shape[1] ** 0.5
    return layer


def self_attend(layer: nn.Module, tokens: Tensor, attn_mask: Tensor | None = None) -> Tensor:
    """Return the outputs of attention among ``(N, L, E)`` tokens."""
    output: Tensor = layer(tokens, tokens, tokens, attn_mask).output
    return output
