"""``attention.*``: masks as 0/1 matrices, and what a mask lets through, measured by gradients.

A row for each query, a column for each key, and 1 means "may look". The measurements run torch's own attention and ask
which values have a gradient in which outputs, so they know nothing of how a mask was made.
"""

from typing import Annotated, Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.arguments import Between, Elements
from engine.device import for_float64
from engine.errors import Refused
from engine.evidence import Blocks, Heatmap, Run
from engine.layers.masks import causal_mask, padding_mask
from engine.registry import Kind, function

MaskKind = Literal["none", "causal", "padding", "causal_padding"]
Tokens = Annotated[int, Between(1, 64)]
Given = Annotated[Tensor, Elements(4096, 2), Between(0, 1)]
"""A mask that somebody wrote: rows of 0 and 1."""
_MOST_TOKENS, _WIDTH = 64, 2
_CAUSAL = {"kind": "causal", "length": 4}


@function("attention.mask", Kind.CLOSED_FORM, example=_CAUSAL, shows=(causal_mask, padding_mask))
def mask(kind: MaskKind, length: Tokens, valid_len: Tokens | None = None) -> Run:
    """Return the mask of self-attention over ``length`` positions, a row for each query; 1 means "may look".

    ``causal``: query t sees the keys 0 to t. ``padding``: every query sees the first ``valid_len`` keys.
    ``causal_padding``: both must allow it.

    >>> mask("causal", 3).value
    [[1, 0, 0], [1, 1, 0], [1, 1, 1]]
    """
    _check_valid_len(kind, length, valid_len)
    allowed = torch.ones(length, length, dtype=torch.bool)
    if "causal" in kind:
        allowed &= causal_mask(length)
    if valid_len is not None:
        allowed &= padding_mask(torch.tensor([valid_len]), length)[0]
    return Run(allowed.int().tolist(), lambda: _heatmap(allowed), device="cpu")


@function("attention.visible", Kind.MEASURED, example=_CAUSAL, shows=(nn.MultiheadAttention,))
def visible(kind: MaskKind, length: Tokens, valid_len: Tokens | None = None) -> Run:
    """Return which values reach which outputs of ``torch.nn.MultiheadAttention`` under this mask, as a 0/1 matrix."""
    found = _through_torchs_layer(kind, length, valid_len)
    return Run(found.int().tolist(), lambda: _heatmap(found), str(found.device))


@function("attention.num_visible", Kind.MEASURED, example=_CAUSAL, shows=(nn.MultiheadAttention,))
def num_visible(
    kind: MaskKind,
    length: Tokens,
    valid_len: Tokens | None = None,
    position: Annotated[int, Between(0, 63)] | None = None,
) -> Run:
    """Return how many pairs of query and key a mask allows, or how many keys the query at ``position`` (from 0) sees.

    >>> num_visible("causal", 4).value, num_visible("causal", 4, position=0).value
    (10, 1)
    """
    if position is not None and position >= length:
        raise Refused(f"'position' is {position}, and {length} queries are numbered 0 to {length - 1}")
    found = _through_torchs_layer(kind, length, valid_len)
    counted = found if position is None else found[position]
    return Run(int(counted.sum()), lambda: _heatmap(found), str(found.device))


@function("attention.sees_future", Kind.MEASURED, example={"mask": [[1, 0], [1, 1]]})
def sees_future(mask: Given) -> Run:
    """Say whether some position gets anything from a later one when attention runs under this mask."""
    found = _through(mask, square=True)
    return Run(bool(found.triu(1).any()), lambda: _heatmap(found), str(found.device))


@function("attention.is_causal", Kind.MEASURED, example={"mask": [[1, 0], [1, 1]]})
def is_causal(mask: Given) -> Run:
    """Say whether under this mask each position gets something from itself and all earlier ones, and from no later."""
    found = _through(mask, square=True)
    return Run(torch.equal(found, torch.ones_like(found).tril()), lambda: _heatmap(found), str(found.device))


@function("attention.sees_padding", Kind.MEASURED, example={"mask": [[1, 0], [1, 0]], "valid_len": 1})
def sees_padding(mask: Given, valid_len: Tokens) -> Run:
    """Say whether some query gets anything from a key at ``valid_len`` or later when attention runs under this mask."""
    found = _through(mask)
    return Run(bool(found[:, valid_len:].any()), lambda: _heatmap(found), str(found.device))


@function("attention.blind_queries", Kind.MEASURED, example={"mask": [[0, 0], [1, 1]]})
def blind_queries(mask: Given) -> Run:
    """Return how many queries get nothing from any key when attention runs under this mask."""
    found = _through(mask)
    return Run(int((~found.any(1)).sum()), lambda: _heatmap(found), str(found.device))


@function("attention.visible_pairs", Kind.MEASURED, example={"mask": [[1, 0], [1, 1]]})
def visible_pairs(mask: Given) -> Run:
    """Return how many pairs of query and key pass anything on when attention runs under this mask."""
    found = _through(mask)
    return Run(int(found.sum()), lambda: _heatmap(found), str(found.device))


def _check_valid_len(kind: MaskKind, length: int, valid_len: int | None) -> None:
    if ("padding" in kind) != (valid_len is not None):
        raise Refused(f"a mask of kind '{kind}' {'needs' if valid_len is None else 'takes no'} 'valid_len'")
    if valid_len is not None and valid_len > length:
        raise Refused(f"'valid_len' is {valid_len}, and there are only {length} positions")


def _through(mask: Tensor, square: bool = False) -> Tensor:
    """Return the pairs (query, key) between which torch's attention function passes something on under ``mask``."""
    if not bool(((mask == 0) | (mask == 1)).all()):
        raise Refused("a mask holds only 0 (hidden) and 1 (may look)")
    if max(mask.shape) > _MOST_TOKENS:
        raise Refused(f"at most {_MOST_TOKENS} queries and keys are run, and the mask is {len(mask)} by {len(mask[0])}")
    if square and len(mask) != mask.shape[1]:
        raise Refused(f"earlier and later need a square mask, not {len(mask)} by {mask.shape[1]}")
    query, key, value = _tokens(len(mask)), _tokens(mask.shape[1]), _tokens(mask.shape[1])
    allowed = mask.to(query.device) == 1
    return _dependence(F.scaled_dot_product_attention(query, key, value, attn_mask=allowed), value)


def _through_torchs_layer(kind: MaskKind, length: int, valid_len: int | None) -> Tensor:
    """Return the same pairs for torch's layer, whose own masks are built here: True means hidden."""
    _check_valid_len(kind, length, valid_len)
    query, key, value = _tokens(length), _tokens(length), _tokens(length)
    with torch.random.fork_rng(devices=[]):
        layer = nn.MultiheadAttention(_WIDTH, num_heads=1).to(query)
    for parameter in layer.parameters():
        nn.init.ones_(parameter)  # no weight is 0, and no path cancels another
    future = nn.Transformer.generate_square_subsequent_mask(length, query.device).isinf() if "causal" in kind else None
    padding = torch.arange(length, device=query.device) >= (length if valid_len is None else valid_len)
    output, _ = layer(query, key, value, attn_mask=future, key_padding_mask=padding)
    return _dependence(output, value)


def _tokens(count: int) -> Tensor:
    """Return small tokens ``(count, 2)``, no two alike, whose softmax cannot underflow."""
    steps = torch.arange(count * _WIDTH, dtype=torch.float64, device=for_float64())
    return steps.cos().reshape(count, _WIDTH).requires_grad_()


def _dependence(output: Tensor, value: Tensor) -> Tensor:
    """Return ``(L, S)``: whether the gradient of output t at value s is anything but 0."""
    rows = [torch.autograd.grad(row.sum(), value, retain_graph=True)[0] for row in output]
    return torch.stack(rows).ne(0).any(-1)


def _heatmap(pairs: Tensor) -> Blocks:
    return [Heatmap("Which query (row) gets something from which key (column)", pairs.int().tolist(), "key", "query")]
