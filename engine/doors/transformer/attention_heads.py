"""What each head looks at: in torch's multi-head attention, and in the blocks of an encoder."""

from typing import Annotated

import torch
from torch import Tensor, nn

from engine.arguments import Between
from engine.device import for_float64
from engine.errors import Refused
from engine.evidence import Heatmap, Run
from engine.layers.attention_multihead import MultiheadAttention, check_heads
from engine.layers.transformer_encoder import TransformerEncoder, TransformerEncoderLayer
from engine.registry import Kind, function

Few = Annotated[int, Between(1, 16)]
Seed = Annotated[int, Between(0, 10_000)]


@function(
    "attention.head_weights",
    Kind.MODULE,
    example={"num_heads": 2, "length": 3, "embed_dim": 8, "head": 1},
    shows=(MultiheadAttention,),
)
def head_weights(
    num_heads: Few, length: Few, embed_dim: Annotated[int, Between(1, 64)], head: Few = 1, seed: Seed = 0
) -> Run:
    """Return the weights of one head, counted from 1, in self-attention with random weights and tokens.

    >>> rows = head_weights(num_heads=2, length=3, embed_dim=8).value
    >>> [round(sum(row), 9) for row in rows]
    [1.0, 1.0, 1.0]
    """
    check_heads(embed_dim, num_heads)
    if head > num_heads:
        raise Refused(f"'head' is {head}, and {num_heads} heads are numbered 1 to {num_heads}")
    weights = _all_heads(num_heads, length, embed_dim, seed)
    maps = [Heatmap(f"Head {number}", one.tolist(), "key", "query") for number, one in enumerate(weights, start=1)]
    return Run(weights[head - 1].tolist(), lambda: maps, str(weights.device))


@torch.no_grad()
def _all_heads(num_heads: int, length: int, embed_dim: int, seed: int) -> Tensor:
    generator, place = torch.Generator().manual_seed(seed), for_float64()
    with torch.random.fork_rng(devices=[]):  # first weights are drawn globally, and replaced below
        layer = nn.MultiheadAttention(embed_dim, num_heads, bias=False, batch_first=True)
    for parameter in layer.parameters():
        drawn = torch.randn(parameter.shape, generator=generator, dtype=torch.float64)
        parameter.data = (2 * drawn / embed_dim**0.5).to(place)
    tokens = torch.randn(1, length, embed_dim, generator=generator, dtype=torch.float64).to(place)
    weights: Tensor = layer(tokens, tokens, tokens, average_attn_weights=False)[1]
    return weights[0]


@function(
    "transformer.encoder_weights",
    Kind.MODULE,
    example={"num_layers": 2, "num_heads": 2, "length": 4, "layer": 2},
    shows=(TransformerEncoder, TransformerEncoderLayer),
)
@torch.no_grad()
def encoder_weights(
    num_layers: Annotated[int, Between(1, 4)],
    num_heads: Annotated[int, Between(1, 4)],
    length: Few,
    layer: Few = 1,
    head: Few = 1,
    seed: Seed = 0,
) -> Run:
    """Return the weights of one head in one block of an encoder of width 8·num_heads, both counted from 1.

    Weights and tokens are random; the evidence is a grid of all blocks and heads.

    >>> rows = encoder_weights(num_layers=2, num_heads=2, length=3, layer=2).value
    >>> [round(sum(row), 9) for row in rows]
    [1.0, 1.0, 1.0]
    """
    if layer > num_layers or head > num_heads:
        raise Refused(f"there is no head {head} in block {layer}: {num_layers} blocks have {num_heads} heads each")
    generator, place = torch.Generator().manual_seed(seed), for_float64()
    with torch.random.fork_rng(devices=[]):  # first weights are drawn globally, and replaced below
        encoder = TransformerEncoder(TransformerEncoderLayer(8 * num_heads, num_heads, 16) for _ in range(num_layers))
    for parameter in encoder.parameters():
        drawn = torch.randn(parameter.shape, generator=generator, dtype=torch.float64)
        parameter.data = (2 * drawn / parameter.shape[-1] ** 0.5 if parameter.dim() > 1 else drawn).to(place)
    tokens = torch.randn(1, length, 8 * num_heads, generator=generator, dtype=torch.float64).to(place)
    found = encoder(tokens).weights
    maps = [
        Heatmap(f"Block {block}, head {number}", one.tolist(), "key", "query")
        for block, heads in enumerate(found, start=1)
        for number, one in enumerate(heads[0], start=1)
    ]
    return Run(found[layer - 1][0, head - 1].tolist(), lambda: maps, str(tokens.device))
