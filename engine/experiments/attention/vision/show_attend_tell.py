"""Show, attend and tell: where the first state comes from, and what attention does at each word."""

from typing import Literal

import torch
from torch import Tensor

from engine.evidence import Run
from engine.experiments._settle import Holds, randn, settle
from engine.models.show_attend_tell import CaptionDecoder
from engine.registry import Kind, function

_PARTS, _CHANNELS, _WORDS = 9, 4, 5
_SHOWS = (CaptionDecoder,)


@function("show_attend_tell.first_state_ignores_order", Kind.MEASURED, example={"first_state": "mean"}, shows=_SHOWS)
def first_state_ignores_order(first_state: Literal["mean", "joined"] = "mean") -> Run:
    """Say whether shuffling the image's annotations leaves the first state as it is.

    ``mean`` is the paper's, a layer on the mean of all annotations; ``joined`` is a layer on all of them in a row.
    """
    return settle(
        "First state after shuffling less first state before",
        Holds.IF_EQUAL,
        _change_of_first_state,
        {"first_state": first_state},
        [{"first_state": "joined" if first_state == "mean" else "mean"}],
    )


def _change_of_first_state(generator: torch.Generator, first_state: str) -> Tensor:
    decoder, annotations = _decoder(generator), randn(generator, 1, _PARTS, _CHANNELS)
    shuffled = annotations.roll(1, dims=1)
    if first_state == "mean":
        return torch.sub(decoder.first_state(shuffled)[0], decoder.first_state(annotations)[0])
    weight = randn(generator, 3, _PARTS * _CHANNELS)
    return (shuffled.flatten(1) @ weight.mT).tanh() - (annotations.flatten(1) @ weight.mT).tanh()


@function("show_attend_tell.attention_shapes", Kind.MEASURED, example={"what": "words"}, shows=_SHOWS)
def attention_shapes(what: Literal["first_state", "words"] = "words") -> Run:
    """Say whether the attention's parameters have a gradient in the first state, or in the scores of the words."""
    return settle(
        "Gradient at the attention's parameters",
        Holds.IF_DIFFERENT,
        _attention_gradient,
        {"what": what},
        [{"what": "first_state" if what == "words" else "words"}],
    )


def _attention_gradient(generator: torch.Generator, what: str) -> Tensor:
    decoder, annotations = _decoder(generator), randn(generator, 1, _PARTS, _CHANNELS)
    words = torch.zeros(1, _WORDS, dtype=torch.long, device=annotations.device)
    made = decoder.first_state(annotations)[0] if what == "first_state" else decoder(annotations, words).logits
    parameters = list(decoder.attention.parameters())
    found = torch.autograd.grad(made, parameters, randn(generator, *made.shape), materialize_grads=True)
    return torch.cat([gradient.flatten() for gradient in found])


@function("show_attend_tell.weights_sum_to_one_over", Kind.MEASURED, example={"what": "parts"}, shows=_SHOWS)
def weights_sum_to_one_over(what: Literal["parts", "words"] = "parts") -> Run:
    """Say whether a word's weights over the image's parts sum to 1, or a part's weights over all words.

    The second is what the paper's penalty asks for, and nothing forces.
    """
    return settle(
        f"Sum over the {what} less 1",
        Holds.IF_EQUAL,
        _weight_sum_error,
        {"what": what},
        [{"what": "words" if what == "parts" else "parts"}],
    )


def _weight_sum_error(generator: torch.Generator, what: str) -> Tensor:
    decoder, annotations = _decoder(generator), randn(generator, 1, _PARTS, _CHANNELS)
    words = torch.arange(_WORDS, device=annotations.device)[None] % 3
    weights: Tensor = decoder(annotations, words).weights
    return weights.sum(-1 if what == "parts" else 1) - 1


def _decoder(generator: torch.Generator) -> CaptionDecoder:
    with torch.random.fork_rng(devices=[]):  # torch draws first weights, which are replaced below
        decoder = CaptionDecoder(7, _CHANNELS, embed_size=3, hidden_size=3, attention_size=5)
    for parameter in decoder.parameters():
        parameter.data = randn(generator, *parameter.shape)
    return decoder
