"""What masks do: hide the future, hide padding, and what becomes of a query that may look at nothing."""

import math
from typing import Annotated, Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.arguments import Between
from engine.device import current
from engine.evidence import Run
from engine.experiments._settle import Holds, randn, settle
from engine.experiments.attention._attention import WIDTH, random_attention, self_attend
from engine.layers.attention import masked_softmax
from engine.layers.attention_multihead import MultiheadAttention
from engine.layers.masks import causal_mask, padding_mask
from engine.registry import Kind, function

Layers = Annotated[int, Between(1, 8)]
Triangle = Literal["none", "causal", "strictly_causal", "anti_causal"]
_SHOWS = (MultiheadAttention, causal_mask)
_LENGTH, _VALID = 6, 4


@function("attention.hides_future", Kind.MEASURED, example={"mask": "causal"}, shows=_SHOWS)
def hides_future(mask: Triangle = "causal", num_layers: Layers = 1) -> Run:
    """Say whether no output of a stack of self-attention layers has a gradient at a later token.

    ``causal``: position t sees 0 to t; ``strictly_causal``: 0 to t - 1, the first itself; ``anti_causal``: t and later.
    """
    return settle(
        "Gradient of the outputs at later tokens",
        Holds.IF_EQUAL,
        _future_gradient,
        {"mask": mask, "num_layers": num_layers},
        [{"mask": "none", "num_layers": num_layers}, {"mask": "anti_causal", "num_layers": num_layers}],
    )


def _future_gradient(generator: torch.Generator, mask: Triangle, num_layers: int) -> Tensor:
    return _influence(generator, mask, num_layers).triu(1)


@function("attention.sees_whole_past", Kind.MEASURED, example={"mask": "causal"}, shows=_SHOWS)
def sees_whole_past(mask: Triangle = "causal") -> Run:
    """Say whether the last output of one self-attention layer has a gradient at every token, its own included."""
    return settle(
        "Least gradient of the last output at a token",
        Holds.IF_DIFFERENT,
        _least_past_gradient,
        {"mask": mask},
        [{"mask": "anti_causal"}, {"mask": "causal"}],
    )


def _least_past_gradient(generator: torch.Generator, mask: Triangle) -> Tensor:
    return _influence(generator, mask, 1)[-1].min()


def _influence(generator: torch.Generator, mask: Triangle, num_layers: int) -> Tensor:
    """Return ``(L, L)``: the norm of the gradient of output t at token s."""
    layers = [random_attention(generator) for _ in range(num_layers)]
    allowed = _triangle(mask)
    tokens = randn(generator, 1, _LENGTH, WIDTH)

    def run(x: Tensor) -> Tensor:
        for layer in layers:
            x = self_attend(layer, x, allowed)
        return x

    jacobian: Tensor = torch.func.jacrev(run)(tokens)
    return jacobian.squeeze(3).squeeze(0).square().sum((1, 3)).sqrt()


def _triangle(mask: Triangle) -> Tensor:
    causal = causal_mask(_LENGTH, current())
    if mask == "strictly_causal":
        first = torch.eye(_LENGTH, dtype=torch.bool, device=current())
        first[1:] = False
        return causal.tril(-1) | first
    return {"none": torch.ones_like(causal), "causal": causal, "anti_causal": causal.mT}[mask]


@function("attention.ignores_padding", Kind.MEASURED, example={"by": "mask"}, shows=(masked_softmax, padding_mask))
def ignores_padding(by: Literal["mask", "nothing", "zero_embeddings", "zero_weights"] = "mask") -> Run:
    """Say whether a padded sequence gives the outputs of the sequence without its padding.

    ``mask`` hides the padding before the softmax; ``zero_weights`` sets its weights to 0 after the softmax and leaves
    the others as they are; ``zero_embeddings`` only pads with tokens of zeros.
    """
    return settle(
        "Outputs with padding less outputs without it",
        Holds.IF_EQUAL,
        _padding_effect,
        {"by": by},
        [{"by": "nothing"}, {"by": "zero_embeddings"}, {"by": "zero_weights"}, {"by": "mask"}],
    )


def _padding_effect(generator: torch.Generator, by: str) -> Tensor:
    query, key, value = (randn(generator, _LENGTH, WIDTH) for _ in range(3))
    if by == "zero_embeddings":  # projections without biases send zeros to zeros
        key[_VALID:], value[_VALID:] = 0, 0
    valid = padding_mask(torch.tensor([_VALID], device=current()), _LENGTH)[0]
    scores = query @ key.mT * WIDTH**-0.5
    weights = masked_softmax(scores, valid if by == "mask" else None)
    weights = weights * valid if by == "zero_weights" else weights
    alone = masked_softmax(scores[:, :_VALID]) @ value[:_VALID]
    return (weights @ value - alone)[:_VALID]


@function("attention.all_masked_row_is", Kind.MEASURED, example={"what": "nan"}, shows=(masked_softmax,))
def all_masked_row_is(
    what: Literal["nan", "uniform", "zero"] = "nan", by: Literal["-inf", "-1e6", "torch"] = "-inf"
) -> Run:
    """Say whether a query that may look at no key gets weights that are NaN, uniform or zero.

    ``-inf`` and ``-1e6`` fill the hidden scores before a plain softmax; ``torch`` is what
    ``torch.nn.functional.scaled_dot_product_attention`` does.
    """
    return settle(
        f"Entries of the row that are not {what}",
        Holds.IF_EQUAL,
        _other_entries,
        {"what": what, "by": by},
        [
            {"what": "nan", "by": "-inf"},
            {"what": "uniform", "by": "-1e6"},
            {"what": "zero", "by": "torch"},
            {"what": "uniform", "by": "-inf"},
        ],
    )


def _other_entries(generator: torch.Generator, what: str, by: str) -> Tensor:
    scores = randn(generator, 1, 4)
    nothing = torch.zeros_like(scores, dtype=torch.bool)
    if by == "torch":
        keys = torch.eye(4).to(scores)
        row = F.scaled_dot_product_attention(scores, keys, keys, attn_mask=nothing, scale=1.0)
    else:
        row = masked_softmax(scores, nothing, fill=-math.inf if by == "-inf" else -1e6)
    if what == "nan":
        return (~row.isnan()).double()
    return (row - (0.25 if what == "uniform" else 0)).nan_to_num(nan=1.0)


@function("attention.last_output_same_without_mask", Kind.MEASURED, example={"num_layers": 1}, shows=_SHOWS)
def last_output_same_without_mask(num_layers: Layers = 2, cached: bool = False) -> Run:
    """Say whether the newest position of a causal stack gets the same output when no mask is applied at prediction.

    Without a cache the whole prefix is run again. ``cached`` keeps each layer's inputs as keys and values, so that the
    newest token is the only query and has no future to look at.
    """
    return settle(
        "Output of the last position without a mask, less its output in the masked pass over all positions",
        Holds.IF_EQUAL,
        _unmasked_less_masked,
        {"num_layers": num_layers, "cached": cached},
        [{"num_layers": 1, "cached": False}, {"num_layers": 2, "cached": False}, {"num_layers": 2, "cached": True}],
    )


def _unmasked_less_masked(generator: torch.Generator, num_layers: int, cached: bool) -> Tensor:
    layers = [random_attention(generator) for _ in range(num_layers)]
    masked = unmasked = tokens = randn(generator, 1, _LENGTH, WIDTH)
    causal = causal_mask(_LENGTH, current())
    for layer in layers:
        masked = self_attend(layer, masked, causal)
        unmasked = self_attend(layer, unmasked)
    last = _decode(layers, tokens) if cached else unmasked[:, -1]
    return last - masked[:, -1]


def _decode(layers: list[MultiheadAttention], tokens: Tensor) -> Tensor:
    """Return the last output of decoding token by token, every layer remembering what it was given."""
    memory = [tokens[:, :0] for _ in layers]
    for position in range(tokens.shape[1]):
        x = tokens[:, position : position + 1]
        for depth, layer in enumerate(layers):
            memory[depth] = torch.cat([memory[depth], x], dim=1)
            x = layer(x, memory[depth], memory[depth]).output
    return x[:, -1]
