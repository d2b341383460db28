"""Attention and order: what shuffling tokens does, with positions and without, and how far a token reaches."""

from typing import Annotated, Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.arguments import Between
from engine.device import current
from engine.evidence import Run
from engine.experiments._settle import Holds, Thresholds, randn, settle
from engine.experiments.attention._attention import WIDTH, random_attention, self_attend
from engine.layers.attention import scaled_dot_product_attention
from engine.layers.attention_multihead import MultiheadAttention
from engine.layers.masks import causal_mask
from engine.layers.positional_encoding import sinusoidal
from engine.registry import Kind, function

Encoding = Literal["none", "sinusoidal"]
_SHOWS = (MultiheadAttention, sinusoidal)
_LENGTH = 6


@function("attention.commutes_with_shuffling_tokens", Kind.MEASURED, example={}, shows=_SHOWS)
def commutes_with_shuffling_tokens(positions: Encoding = "none", causal: bool = False) -> Run:
    """Say whether shuffling the tokens before self-attention gives the same outputs, shuffled alike (equivariance)."""
    return settle(
        "Self-attention of shuffled tokens, beside the shuffled self-attention of the tokens",
        Holds.IF_EQUAL,
        _shuffling_error,
        {"positions": positions, "causal": causal},
        [
            {"positions": "sinusoidal", "causal": False},
            {"positions": "none", "causal": True},
            {"positions": "none", "causal": False},
        ],
    )


def _shuffling_error(generator: torch.Generator, positions: Encoding, causal: bool) -> Tensor:
    layer, tokens = random_attention(generator), randn(generator, 1, _LENGTH, WIDTH)
    mask = causal_mask(_LENGTH, current()) if causal else None
    encoding = _encoding(positions)
    shuffled = torch.arange(_LENGTH).roll(1)  # no token stays where it was
    after = self_attend(layer, tokens + encoding, mask)[:, shuffled]
    return self_attend(layer, tokens[:, shuffled] + encoding, mask) - after


@function("attention.pooled_output_ignores_order", Kind.MEASURED, example={}, shows=_SHOWS)
def pooled_output_ignores_order(positions: Encoding = "none") -> Run:
    """Say whether the mean of self-attention's outputs stays the same in whatever order the tokens come."""
    return settle(
        "Mean output of shuffled tokens less mean output of the tokens",
        Holds.IF_EQUAL,
        _pooling_error,
        {"positions": positions},
        [{"positions": "sinusoidal"}, {"positions": "none"}],
    )


def _pooling_error(generator: torch.Generator, positions: Encoding) -> Tensor:
    layer, tokens = random_attention(generator), randn(generator, 1, _LENGTH, WIDTH)
    orders = (tokens, tokens.roll(1, dims=1))
    first, second = (self_attend(layer, order + _encoding(positions)).mean(1) for order in orders)
    return first - second


@function("attention.equal_tokens_get_equal_outputs", Kind.MEASURED, example={}, shows=_SHOWS)
def equal_tokens_get_equal_outputs(positions: Encoding = "none") -> Run:
    """Say whether one and the same token at two places of a sequence gets the same output from self-attention."""
    return settle(
        "Output at one place less output at the other, same token at both",
        Holds.IF_EQUAL,
        _twin_difference,
        {"positions": positions},
        [{"positions": "sinusoidal"}, {"positions": "none"}],
    )


def _twin_difference(generator: torch.Generator, positions: Encoding) -> Tensor:
    layer, tokens = random_attention(generator), randn(generator, 1, _LENGTH, WIDTH)
    tokens[:, 4] = tokens[:, 1]
    output = self_attend(layer, tokens + _encoding(positions))
    return output[:, 1] - output[:, 4]


def _encoding(positions: Encoding) -> Tensor:
    encoding = sinusoidal(_LENGTH, WIDTH).to(current())
    return encoding if positions == "sinusoidal" else torch.zeros_like(encoding)


@function("attention.ignores_order_of", Kind.MEASURED, example={"shuffled": "pairs"})
def ignores_order_of(shuffled: Literal["pairs", "keys", "values", "queries"] = "pairs") -> Run:
    """Say whether attention gives the same outputs when these are shuffled: keys with their values, or one of them."""
    return settle(
        "Outputs with the shuffled rows less outputs with the rows in order",
        Holds.IF_EQUAL,
        _row_order_effect,
        {"shuffled": shuffled},
        [{"shuffled": "keys"}, {"shuffled": "values"}, {"shuffled": "queries"}, {"shuffled": "pairs"}],
    )


def _row_order_effect(generator: torch.Generator, shuffled: str) -> Tensor:
    query, key, value = (randn(generator, _LENGTH, WIDTH) for _ in range(3))
    moved = {"queries": (1, 0, 0), "keys": (0, 1, 0), "values": (0, 0, 1), "pairs": (0, 1, 1)}[shuffled]
    in_order = scaled_dot_product_attention(query, key, value).output
    query, key, value = (x.roll(by, dims=0) for x, by in zip((query, key, value), moved, strict=True))
    return scaled_dot_product_attention(query, key, value).output - in_order


@function("attention.reaches_first_token", Kind.MEASURED, example={"layer": "attention"}, shows=(MultiheadAttention,))
def reaches_first_token(
    layer: Literal["attention", "recurrence", "convolution"] = "attention",
    length: Annotated[int, Between(2, 200)] = 100,
) -> Run:
    """Say whether the last output of a layer still has a gradient at the first of ``length`` tokens.

    ``attention`` is one layer; ``recurrence`` is h ← tanh(W·h + x) with a W of gain 0.5; ``convolution`` is two layers
    of kernel size 3. A norm over 10⁻⁶ counts as a gradient, one under 10⁻¹² as none.
    """
    return settle(
        "Norm of the gradient of the last output at the first token",
        Holds.IF_DIFFERENT,
        _first_token_gradient,
        {"layer": layer, "length": length},
        [{"layer": name, "length": 100} for name in ("attention", "recurrence", "convolution")],
        Thresholds(none=1e-12, some=1e-6),
    )


def _first_token_gradient(generator: torch.Generator, layer: str, length: int) -> Tensor:
    run = {"attention": _attention, "recurrence": _recurrence, "convolution": _convolution}[layer]
    tokens = randn(generator, 1, length, WIDTH).requires_grad_()
    last = run(generator, tokens)[:, -1]
    (gradient,) = torch.autograd.grad(last, tokens, randn(generator, *last.shape))
    norm: Tensor = gradient[:, 0].norm()
    return norm


def _attention(generator: torch.Generator, tokens: Tensor) -> Tensor:
    return self_attend(random_attention(generator), tokens)


def _recurrence(generator: torch.Generator, tokens: Tensor) -> Tensor:
    weight = 0.5 * randn(generator, WIDTH, WIDTH) / WIDTH**0.5
    state = torch.zeros_like(tokens[:, 0])
    states = []
    for token in tokens.unbind(1):
        state = (state @ weight + token).tanh()
        states.append(state)
    return torch.stack(states, dim=1)


def _convolution(generator: torch.Generator, tokens: Tensor) -> Tensor:
    x = tokens.mT
    for _ in range(2):
        x = F.conv1d(x, randn(generator, WIDTH, WIDTH, 3) / WIDTH**0.5, padding=1).tanh()
    return x.mT
