"""What positions and the scale of embeddings do to a Transformer, and when self-attention is the cheaper layer."""

from typing import Annotated, Literal

import torch
from torch import Tensor

from engine.analysis.matmul_macs import MatmulMacs
from engine.arguments import Between
from engine.evidence import Run, Table
from engine.experiments._settle import Holds, Thresholds, randn, settle
from engine.experiments.transformer._networks import random_transformer, tokens
from engine.layers.attention import scaled_dot_product_attention
from engine.layers.embedding_positions import Positions, TokenAndPosition
from engine.layers.positional_encoding import sinusoidal
from engine.layers.transformer_rivals import Recurrence, SelfAttention
from engine.registry import Kind, function


@function("transformer.knows_order", Kind.MEASURED, example={"positions": "sinusoidal"}, shows=(TokenAndPosition,))
def knows_order(positions: Positions = "sinusoidal", part: Literal["encoder", "decoder"] = "encoder") -> Run:
    """Say whether swapping two early tokens changes the mean of the encoder's outputs, or the decoder's last output.

    The decoder is causal, and the tokens that are swapped are both in the last one's past.
    """
    return settle(
        "Output for swapped tokens, less output",
        Holds.IF_DIFFERENT,
        _effect_of_swap,
        {"positions": positions, "part": part},
        [
            {"positions": kind, "part": where}
            for where, kind in (("encoder", "none"), ("encoder", "sinusoidal"), ("decoder", "none"))
        ],
    )


def _effect_of_swap(generator: torch.Generator, positions: Positions, part: str) -> Tensor:
    network = random_transformer(generator, 2, positions)
    ids = torch.cat([torch.tensor([[1, 2]]), torch.tensor([[3, 4]])], dim=1).to(network.output.weight.device)
    swapped = ids[:, [1, 0, 2, 3]]
    if part == "encoder":
        first, second = (network.encode(one).output.mean(1) for one in (ids, swapped))
    else:
        memory = network.encode(tokens(generator, 3)).output
        first, second = (network.decode(one, memory).logits[:, -1] for one in (ids, swapped))
    return second - first


@function(
    "transformer.positions_drown_tokens", Kind.MEASURED, example={"scale": "1/sqrt(d)"}, shows=(TokenAndPosition,)
)
def positions_drown_tokens(scale: Literal["sqrt(d)", "1", "1/sqrt(d)"] = "1/sqrt(d)") -> Run:
    """Say whether positions, not tokens, decide which inputs are alike: embeddings of std 1/√d, times ``scale``.

    Compared are the distance of two tokens at one position, and of one token at two distant positions, at a width of
    256; drowned means under a quarter of it.
    """
    return settle(
        "By how much a quarter of the distance of positions exceeds the distance of tokens, over the former",
        Holds.IF_DIFFERENT,
        _drowning,
        {"scale": scale},
        [{"scale": name} for name in ("sqrt(d)", "1", "1/sqrt(d)")],
        Thresholds(none=0.0, some=0.01),
    )


def _drowning(generator: torch.Generator, scale: str) -> Tensor:
    width = 256
    factor = {"sqrt(d)": width**0.5, "1": 1.0, "1/sqrt(d)": width**-0.5}[scale]
    with torch.random.fork_rng(devices=[]):  # first weights are drawn globally, and replaced below
        layer = TokenAndPosition(2, width, 64, scale=factor)
    layer.embedding.weight.data = randn(generator, 2, width) / width**0.5
    first, second = layer.embedding.weight.detach() * factor
    positions = sinusoidal(64, width).to(first)
    quarter = (positions[40] - positions[0]).norm() / 4
    drowned: Tensor = ((quarter - (first - second).norm()) / quarter).clamp(min=0)
    return drowned


@function("sequence_layer.attention_is_cheaper", Kind.MEASURED, example={"length": 16, "width": 64})
def attention_is_cheaper(
    length: Annotated[int, Between(2, 200)], width: Annotated[int, Between(1, 1024)], projections: bool = False
) -> Run:
    """Say whether self-attention takes fewer multiply-adds than a recurrence, for this many tokens of this width.

    Without ``projections`` only the products of queries with keys and of weights with values count, and of the
    recurrence only those with the state: n²·d and n·d², up to a constant (Vaswani et al. 2017, table 1).
    """
    sizes = dict.fromkeys([(length, width), (16, 64), (64, 16)])
    rows = [(n, d, *_both_costs(n, d, projections)) for n, d in sizes]
    columns = ["tokens", "width", "self-attention", "recurrence"]
    return Run(rows[0][2] < rows[0][3], lambda: [Table("Multiply-adds", columns, rows)], device="meta")


def _both_costs(length: int, width: int, projections: bool) -> tuple[int, int]:
    with torch.device("meta"), torch.no_grad():
        x = torch.empty(1, length, width)
        with MatmulMacs() as attention:
            if projections:
                SelfAttention(width, 3)(x)
            else:
                scaled_dot_product_attention(x, x, x)
        with MatmulMacs() as recurrence:
            Recurrence(width, 3)(x)
    return attention.products + attention.linear, recurrence.linear // (1 if projections else 2)
