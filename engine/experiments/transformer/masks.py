"""What the causal mask does in a decoder, in training and in prediction."""

from typing import Annotated, Literal

import torch
from torch import Tensor

from engine.arguments import Between
from engine.device import current
from engine.evidence import Run
from engine.experiments._settle import Holds, settle
from engine.experiments.transformer._networks import random_transformer, tokens, with_another
from engine.layers import transformer_cache as cache
from engine.layers.masks import causal_mask
from engine.models.transformer import Transformer
from engine.registry import Kind, function

Layers = Annotated[int, Between(1, 3)]
Mask = Literal["causal", "none"]
_SHOWS = (Transformer, causal_mask)
_LENGTH = 5


@function("transformer.decoder_leaks", Kind.MEASURED, example={"mask": "none"}, shows=_SHOWS)
def decoder_leaks(mask: Mask = "none", num_layers: Layers = 2) -> Run:
    """Say whether another third target token changes the decoder's logits at the first: it would see the answer."""
    return settle(
        "First logits with another third token, less first logits",
        Holds.IF_DIFFERENT,
        _leak,
        {"mask": mask, "num_layers": num_layers},
        [{"mask": way, "num_layers": num_layers} for way in ("causal", "none")],
    )


def _leak(generator: torch.Generator, mask: Mask, num_layers: int) -> Tensor:
    network = random_transformer(generator, num_layers)
    memory, target = network.encode(tokens(generator, 4)).output, tokens(generator, _LENGTH)
    before, after = (
        network.decode(ids, memory, causal=mask == "causal").logits for ids in (target, with_another(target, 2))
    )
    return (after - before)[:, 0]


@function("transformer.changed_token_reaches", Kind.MEASURED, example={"token": 3, "position": 2}, shows=_SHOWS)
def changed_token_reaches(
    token: Annotated[int, Between(1, 5)] = 3, position: Annotated[int, Between(1, 5)] = 3, mask: Mask = "causal"
) -> Run:
    """Say whether changing this target token, of five, changes the logits at this position; both count from 1."""
    return settle(
        "Logits at the position with another token, less the logits",
        Holds.IF_DIFFERENT,
        _reach,
        {"token": token, "position": position, "mask": mask},
        [{"token": 3, "position": at, "mask": "causal"} for at in (2, 3, 5)],
    )


def _reach(generator: torch.Generator, token: int, position: int, mask: Mask) -> Tensor:
    network = random_transformer(generator)
    memory, target = network.encode(tokens(generator, 4)).output, tokens(generator, _LENGTH)
    before, after = (
        network.decode(ids, memory, causal=mask == "causal").logits for ids in (target, with_another(target, token - 1))
    )
    return (after - before)[:, position - 1]


@function("transformer.one_pass_equals_prefixes", Kind.MEASURED, example={"mask": "causal"}, shows=_SHOWS)
def one_pass_equals_prefixes(mask: Mask = "causal", num_layers: Layers = 2) -> Run:
    """Say whether one pass over the target gives at each position what a pass over the tokens so far gives there.

    It is what lets training predict all positions at once.
    """
    return settle(
        "Logits of one pass, less those of a pass over each prefix",
        Holds.IF_EQUAL,
        _prefix_error,
        {"mask": mask, "num_layers": num_layers},
        [{"mask": way, "num_layers": num_layers} for way in ("causal", "none")],
    )


def _prefix_error(generator: torch.Generator, mask: Mask, num_layers: int) -> Tensor:
    network = random_transformer(generator, num_layers)
    memory, target = network.encode(tokens(generator, 4)).output, tokens(generator, 3)
    causal = mask == "causal"
    whole = network.decode(target, memory, causal=causal).logits
    prefixes = [network.decode(target[:, :end], memory, causal=causal).logits[:, -1] for end in range(1, 4)]
    return (whole - torch.stack(prefixes, dim=1))[0]


@function(
    "transformer.prediction_needs_mask", Kind.MEASURED, example={"num_layers": 2}, shows=(Transformer, cache.step)
)
def prediction_needs_mask(num_layers: Layers = 2, cached: bool = False) -> Run:
    """Say whether the newest token's logits are wrong when the decoder applies no causal mask in prediction.

    Right are those of training. Without a cache the whole prefix runs again; ``cached``, the newest token alone runs,
    and looks at remembered keys and values.
    """
    return settle(
        "Logits of the newest token without a mask, less those of training",
        Holds.IF_DIFFERENT,
        _unmasked_error,
        {"num_layers": num_layers, "cached": cached},
        [{"num_layers": layers, "cached": held} for layers, held in ((1, False), (2, False), (2, True))],
    )


def _unmasked_error(generator: torch.Generator, num_layers: int, cached: bool) -> Tensor:
    network = random_transformer(generator, num_layers)
    memory, target = network.encode(tokens(generator, 4)).output, tokens(generator, _LENGTH)
    taught = network.decode(target, memory).logits[:, -1]
    if not cached:
        return network.decode(target, memory, causal=False).logits[:, -1] - taught
    remembered, embedded = cache.start(network.stacks.decoder, memory), network.target(target)
    for position in range(_LENGTH):
        output, remembered = cache.step(network.stacks.decoder, embedded[:, position : position + 1], remembered)
    last: Tensor = network.output(output)[:, -1]
    return last - taught


@function("transformer.ignores_source_padding", Kind.MEASURED, example={"masked": True}, shows=(Transformer,))
def ignores_source_padding(masked: bool = True) -> Run:
    """Say whether the logits stay the same when the tokens behind the source's end are changed.

    ``masked`` gives the source's valid length, three of five; a causal mask does nothing about it.
    """
    return settle(
        "Logits with other padding, less logits",
        Holds.IF_EQUAL,
        _padding_effect,
        {"masked": masked},
        [{"masked": True}, {"masked": False}],
    )


def _padding_effect(generator: torch.Generator, masked: bool) -> Tensor:
    network = random_transformer(generator)
    source, target = tokens(generator, 5), tokens(generator, _LENGTH)
    lengths = torch.tensor([3], device=current()) if masked else None
    before, after = (network(ids, target, lengths).logits for ids in (source, with_another(source, 4)))
    difference: Tensor = (after - before)[0]
    return difference
