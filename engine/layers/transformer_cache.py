"""Decoding token by token with remembered keys and values, so that no earlier token is run again.

In a causal stack nothing of an earlier position ever changes: its keys and values can be kept. A step then has one
query, the newest token, whose keys are all tokens so far; it has no future to look at and needs no causal mask. The
source's keys and values are the same at every step and are projected once. Memory grows by 2·T·d numbers a block.

Source: Shazeer 2019, "Fast Transformer Decoding: One Write-Head is All You Need", section 2.4 (the incremental form).
"""

from typing import NamedTuple

import torch
from torch import Tensor

from engine.layers.attention import scaled_dot_product_attention
from engine.layers.attention_multihead import MultiheadAttention
from engine.layers.transformer_decoder import TransformerDecoder, TransformerDecoderLayer


class KeysValues(NamedTuple):
    """Projected keys and values, each ``(N, num_heads, S, head_dim)``."""

    key: Tensor
    value: Tensor

    def followed_by(self, newer: "KeysValues") -> "KeysValues":
        """Return these with the newer ones behind them."""
        return KeysValues(torch.cat([self.key, newer.key], dim=2), torch.cat([self.value, newer.value], dim=2))


class LayerCache(NamedTuple):
    """What one decoder block remembers."""

    own: KeysValues
    """Of the target tokens so far; it grows by one position a step."""
    memory: KeysValues
    """Of the source; it stays as it is."""


Cache = list[LayerCache]
"""One entry for each block."""


def keys_values(attention: MultiheadAttention, tokens: Tensor) -> KeysValues:
    """Return the keys and values that an attention makes of ``(N, S, embed_dim)`` tokens."""
    return KeysValues(*(_split(linear(tokens), attention) for linear in (attention.k_proj, attention.v_proj)))


def attend(
    attention: MultiheadAttention, query: Tensor, remembered: KeysValues, attn_mask: Tensor | None = None
) -> Tensor:
    """Return attention's output ``(N, L, embed_dim)`` for keys and values that are projected already."""
    heads = scaled_dot_product_attention(_split(attention.q_proj(query), attention), *remembered, attn_mask)
    output: Tensor = attention.out_proj(heads.output.transpose(1, 2).flatten(2))
    return output


def start(decoder: TransformerDecoder, memory: Tensor) -> Cache:
    """Return the cache before the first step: the source's keys and values of every block, and none of the target."""
    return [
        LayerCache(keys_values(layer.self_attn, memory[:, :0]), keys_values(layer.cross_attn, memory))
        for layer in _blocks(decoder)
    ]


def step(
    decoder: TransformerDecoder, x: Tensor, cache: Cache, memory_mask: Tensor | None = None
) -> tuple[Tensor, Cache]:
    """Return the output for the newest token ``(N, 1, embed_dim)``, and the cache with that token in it.

    For use in evaluation mode: there is no dropout on the weights.
    """
    grown: Cache = []
    for layer, remembered in zip(_blocks(decoder), cache, strict=True):
        token = layer.add_norm1.before(x)
        own = remembered.own.followed_by(keys_values(layer.self_attn, token))
        x = layer.add_norm1(x, attend(layer.self_attn, token, own))
        looked = attend(layer.cross_attn, layer.add_norm2.before(x), remembered.memory, memory_mask)
        x = layer.add_norm2(x, looked)
        x = layer.add_norm3(x, layer.feed_forward(layer.add_norm3.before(x)))
        grown.append(LayerCache(own, remembered.memory))
    output: Tensor = decoder.norm(x)
    return output, grown


def _split(features: Tensor, attention: MultiheadAttention) -> Tensor:
    """Return ``(N, L, embed_dim)`` as ``(N, num_heads, L, head_dim)``, as the attention does."""
    heads = (attention.num_heads, attention.embed_dim // attention.num_heads)
    return features.reshape(*features.shape[:-1], *heads).transpose(1, 2)


def _blocks(decoder: TransformerDecoder) -> list[TransformerDecoderLayer]:
    return [layer for layer in decoder.layers if isinstance(layer, TransformerDecoderLayer)]
