"""Writing token by token: what must be remembered, and how often the decoder runs."""

from typing import Annotated, Literal

import torch
from torch import Tensor

from engine.analysis.macs import hooked
from engine.arguments import Between
from engine.device import current
from engine.evidence import Run, Table
from engine.experiments._settle import Holds, settle
from engine.experiments.transformer._networks import BOS, random_transformer, tokens
from engine.layers import transformer_cache as cache
from engine.models.transformer_decoding import write
from engine.registry import Kind, function

Layers = Annotated[int, Between(1, 3)]
Remembers = Literal["everything", "newest token", "no source"]
_LENGTH = 4


@function("transformer.incremental_equals_full", Kind.MEASURED, example={}, shows=(cache.step, cache.start))
def incremental_equals_full(remembers: Remembers = "everything", num_layers: Layers = 2) -> Run:
    """Say whether decoding token by token from remembered keys and values gives the logits of one masked pass.

    ``newest token``: of the target only the newest keys are kept. ``no source``: the source's are set to 0.
    """
    return settle(
        "Logits token by token, less those of one masked pass",
        Holds.IF_EQUAL,
        _incremental_error,
        {"remembers": remembers, "num_layers": num_layers},
        [{"remembers": what, "num_layers": num_layers} for what in ("everything", "newest token", "no source")],
    )


def _incremental_error(generator: torch.Generator, remembers: Remembers, num_layers: int) -> Tensor:
    network = random_transformer(generator, num_layers)
    memory, target = network.encode(tokens(generator, 4)).output, tokens(generator, _LENGTH)
    remembered, embedded, steps = cache.start(network.stacks.decoder, memory), network.target(target), []
    for position in range(_LENGTH):
        if remembers == "newest token":
            none = cache.start(network.stacks.decoder, memory)
            remembered = [
                cache.LayerCache(fresh.own, held.memory) for fresh, held in zip(none, remembered, strict=True)
            ]
        if remembers == "no source":
            remembered = [
                held._replace(memory=cache.KeysValues(*map(torch.zeros_like, held.memory))) for held in remembered
            ]
        output, remembered = cache.step(network.stacks.decoder, embedded[:, position : position + 1], remembered)
        steps.append(network.output(output))
    return (torch.cat(steps, dim=1) - network.decode(target, memory).logits)[0]


@function("transformer.writes_alike_with_cache", Kind.MEASURED, example={}, shows=(write,))
def writes_alike_with_cache(sources: Literal["equal", "other"] = "equal") -> Run:
    """Say whether a Transformer writes the same tokens with a cache as by running the whole prefix at every step.

    With ``other`` sources the two are given different sentences.
    """
    return settle(
        "Tokens written with a cache, less those written without",
        Holds.IF_EQUAL,
        _written_error,
        {"sources": sources},
        [{"sources": "equal"}, {"sources": "other"}],
    )


def _written_error(generator: torch.Generator, sources: str) -> Tensor:
    network = random_transformer(generator, 1)
    source = tokens(generator, 4)
    other = tokens(generator, 4) if sources == "other" else source
    first, second = write(network, source, BOS, None, 4), write(network, other, BOS, None, 4, cached=False)
    return torch.cat([first.logits - second.logits, (first.tokens - second.tokens)[:, None].double()], dim=1)


@function("transformer.passes_are", Kind.MEASURED, example={"phase": "training", "passes": "one"}, shows=(write,))
def passes_are(
    phase: Literal["training", "prediction"] = "prediction",
    passes: Literal["one", "one for each token"] = "one for each token",
) -> Run:
    """Say whether the decoder runs this often, in training or in prediction, for targets of 2 to 8 tokens.

    The end token is one of them.
    """
    lengths = (2, 5, 8)
    counted = {which: [_passes(which, length) for length in lengths] for which in ("training", "prediction")}
    claimed = [1 if passes == "one" else length for length in lengths]
    rows = [(which, *map(str, counted[which])) for which in dict.fromkeys([phase, "training", "prediction"])]
    table = Table("Passes of the decoder", ["phase", *(f"{length} tokens" for length in lengths)], rows)
    return Run(counted[phase] == claimed, lambda: [table])


def _passes(phase: str, length: int) -> int:
    network, ran = random_transformer(torch.Generator().manual_seed(0), 1), []
    source = torch.ones(1, 3, dtype=torch.long, device=current())
    with hooked([network.stacks.decoder], lambda layer, given, output: ran.append(layer)), torch.no_grad():
        if phase == "training":
            network(source, source[:, :1].expand(1, length))
        else:
            write(network, source, BOS, None, length, cached=False)
    return len(ran)
