"""Add and norm: what post-norm and pre-norm guarantee, and what a residual asks of its sublayer."""

from typing import Literal

import torch
from torch import Tensor

from engine.device import current
from engine.errors import Refused
from engine.evidence import Run, Table
from engine.experiments._settle import Holds, randn, settle
from engine.experiments.transformer._networks import HEADS, HIDDEN, WIDTH, fill
from engine.layers.add_norm import AddNorm
from engine.layers.transformer_encoder import TransformerEncoderLayer
from engine.registry import Kind, function

_SHOWS = (AddNorm, TransformerEncoderLayer)


@function("add_norm.output_is_standardised", Kind.MEASURED, example={"norm_first": False}, shows=_SHOWS)
def output_is_standardised(norm_first: bool = False) -> Run:
    """Say whether every token that leaves an encoder block has mean 0 and variance 1 (γ = 1, β = 0)."""
    return settle(
        "Mean, and variance less 1, of each token's features behind the block",
        Holds.IF_EQUAL,
        _distance_from_standard,
        {"norm_first": norm_first},
        [{"norm_first": False}, {"norm_first": True}],
    )


def _distance_from_standard(generator: torch.Generator, norm_first: bool) -> Tensor:
    block = _block(generator, norm_first)
    for add_norm in (block.add_norm1, block.add_norm2):
        add_norm.norm.eps = 0.0  # ε makes the variance a little smaller than 1
        for parameter, value in zip(add_norm.norm.parameters(), (1.0, 0.0), strict=True):
            torch.nn.init.constant_(parameter, value)
    tokens = block(3 * randn(generator, 1, 4, WIDTH)).output[0]
    return torch.stack([tokens.mean(-1), tokens.var(-1, correction=0) - 1])


@function("add_norm.silent_block_is_identity", Kind.MEASURED, example={"norm_first": True}, shows=_SHOWS)
def silent_block_is_identity(norm_first: bool = True) -> Run:
    """Say whether a block whose sublayers give 0 passes its input on unchanged: a free way for signal and gradient."""
    return settle(
        "Output of the block less its input",
        Holds.IF_EQUAL,
        _change_by_silent_block,
        {"norm_first": norm_first},
        [{"norm_first": True}, {"norm_first": False}],
    )


def _change_by_silent_block(generator: torch.Generator, norm_first: bool) -> Tensor:
    block, x = _block(generator, norm_first), 3 * randn(generator, 1, 4, WIDTH)
    for linear in (block.self_attn.out_proj, block.feed_forward.linear2):
        for parameter in linear.parameters():
            torch.nn.init.zeros_(parameter)
    difference: Tensor = (block(x).output - x)[0]
    return difference


@function("add_norm.can_add", Kind.MEASURED, example={"change": "nothing"}, shows=(AddNorm,))
def can_add(change: Literal["nothing", "width", "length"] = "nothing") -> Run:
    """Say whether add and norm takes a sublayer's output when the sublayer changed nothing, the width or the length."""
    rows = [(name, _adds(name)) for name in dict.fromkeys([change, "nothing", "width", "length"])]
    return Run(rows[0][1], lambda: [Table("Input (1, 4, 8)", ["what the sublayer changes", "can be added"], rows)])


def _adds(change: str) -> bool:
    x = torch.ones(1, 4, WIDTH, device=current())
    y = torch.ones(1, 4 + (change == "length"), WIDTH + (change == "width"), device=current())
    try:
        AddNorm(WIDTH).to(current())(x, y)
    except Refused:
        return False
    return True


@function("add_norm.order_is", Kind.MEASURED, example={"order": "norm(x + f(x))"}, shows=(AddNorm,))
def order_is(order: Literal["norm(x + f(x))", "x + f(norm(x))", "x + norm(f(x))"], norm_first: bool = False) -> Run:
    """Say whether torch's encoder block, with or without ``norm_first``, adds its feed-forward part in this order."""
    return settle(
        "Output of torch's block, less the formula's",
        Holds.IF_EQUAL,
        _order_error,
        {"order": order, "norm_first": norm_first},
        [
            {"order": name, "norm_first": first}
            for first in (norm_first, not norm_first)
            for name in ("norm(x + f(x))", "x + f(norm(x))", "x + norm(f(x))")
        ],
    )


def _order_error(generator: torch.Generator, order: str, norm_first: bool) -> Tensor:
    with torch.random.fork_rng(devices=[]):  # first weights are drawn globally, and replaced below
        block = torch.nn.TransformerEncoderLayer(WIDTH, HEADS, HIDDEN, batch_first=True, norm_first=norm_first).eval()
    fill(block, generator)
    for parameter in block.self_attn.parameters():
        torch.nn.init.zeros_(parameter)  # so that its attention gives 0, and the feed-forward part is what is left
    x = randn(generator, 1, 4, WIDTH)
    entering = x if norm_first else block.norm1(x)

    def sublayer(tokens: Tensor) -> Tensor:
        y: Tensor = block.linear2(block.linear1(tokens).relu())
        return y

    formulas = {
        "norm(x + f(x))": lambda z: block.norm2(z + sublayer(z)),
        "x + f(norm(x))": lambda z: z + sublayer(block.norm2(z)),
        "x + norm(f(x))": lambda z: z + block.norm2(sublayer(z)),
    }
    with torch.no_grad():
        difference: Tensor = block(x) - formulas[order](entering)
    return difference[0]


def _block(generator: torch.Generator, norm_first: bool) -> TransformerEncoderLayer:
    with torch.random.fork_rng(devices=[]):  # first weights are drawn globally, and replaced below
        block = TransformerEncoderLayer(WIDTH, HEADS, HIDDEN, norm_first=norm_first)
    fill(block, generator)
    return block.eval()
