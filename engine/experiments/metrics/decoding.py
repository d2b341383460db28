"""Which searches find the likeliest sequence, and what length does to the choice, on random models."""

from dataclasses import replace
from typing import Annotated, Any, Literal

import torch
from torch import Tensor

from engine.arguments import Between
from engine.decoding.beam import beam_search
from engine.decoding.exhaustive import exhaustive_search
from engine.decoding.greedy import greedy_search
from engine.decoding.model import Decoded, SequenceModel, random_model
from engine.decoding.viterbi import viterbi_search
from engine.evidence import Run
from engine.experiments._settle import Holds, settle
from engine.registry import Kind, function

Search = Literal["greedy", "beam", "viterbi", "exhaustive"]
Memory = Literal["last token", "whole prefix"]
BeamWidth = Annotated[int, Between(1, 81)]
Longest = Annotated[int, Between(2, 6)]
_VOCABULARY, _MODELS = 3, 24


@function(
    "decoding.finds_likeliest",
    Kind.MEASURED,
    example={"search": "viterbi"},
    shows=(greedy_search, beam_search, viterbi_search, exhaustive_search),
)
def finds_likeliest(
    search: Search = "viterbi", memory: Memory = "last token", beam_width: BeamWidth = 2, length: Longest = 6
) -> Run:
    """Say whether a search finds the likeliest sequence of ``length`` tokens in all of 24 random models a seed.

    There are 3 tokens; the next one depends on the last one alone (a Markov chain) or on the whole prefix.
    """
    return _settled(
        "log P of the likeliest sequence less log P of the one found",
        Holds.IF_EQUAL,
        _missed,
        {"search": search, "memory": memory, "beam_width": beam_width, "length": length},
        [
            {"search": "greedy", "memory": memory, "beam_width": beam_width, "length": 6},
            {"search": "viterbi", "memory": "last token", "beam_width": beam_width, "length": 6},
            {"search": "viterbi", "memory": "whole prefix", "beam_width": beam_width, "length": 6},
        ],
    )


def _missed(generator: torch.Generator, search: Search, memory: Memory, beam_width: int, length: int) -> Tensor:
    gaps = []
    for _ in range(_MODELS):
        model = random_model(generator, _VOCABULARY, length, memory=1 if memory == "last token" else None)
        gaps.append(_greatest_log_prob(model) - _search(model, search, beam_width).log_prob)
    return torch.tensor(gaps, dtype=torch.float64)


def _greatest_log_prob(model: SequenceModel) -> float:
    """Return the greatest log P of all V^T sequences, from their joint distribution: an array with an axis a token.

    It shares nothing with the searches but the model, so that the exhaustive one can be found wrong, too.
    """
    joint = model.tables[0]
    for table in model.tables[1:]:
        joint = joint.unsqueeze(-1) + table
    return float(joint.max())


@function("decoding.equals_greedy", Kind.MEASURED, example={"beam_width": 1}, shows=(beam_search, greedy_search))
def equals_greedy(beam_width: BeamWidth = 1) -> Run:
    """Say whether a beam search of this width gives what greedy search gives, in all of 24 random models a seed."""
    return _settled(
        "log P of the sequence that the beam finds, less log P of the greedy one",
        Holds.IF_EQUAL,
        _gain_over_greedy,
        {"beam_width": beam_width},
        [{"beam_width": 1}, {"beam_width": 2}],
    )


def _gain_over_greedy(generator: torch.Generator, beam_width: int) -> Tensor:
    models = [random_model(generator, _VOCABULARY, length=4) for _ in range(_MODELS)]
    gains = [beam_search(model, beam_width).log_prob - greedy_search(model).log_prob for model in models]
    return torch.tensor(gains, dtype=torch.float64)


@function("decoding.penalty_lengthens", Kind.MEASURED, example={"alpha": 0.75}, shows=(exhaustive_search,))
def penalty_lengthens(alpha: Annotated[float, Between(0, 4)] = 0.75) -> Run:
    """Say whether the best sequence by log P/L^alpha is longer than the likeliest one, on average over 24 models."""
    return _settled(
        "Mean length of the best by log P/L^alpha, less that of the likeliest, for sequences of up to 4 tokens",
        Holds.IF_DIFFERENT,
        _lengthening,
        {"alpha": alpha},
        [{"alpha": 0.0}, {"alpha": 0.75}],
    )


def _lengthening(generator: torch.Generator, alpha: float) -> Tensor:
    models = [random_model(generator, _VOCABULARY, length=4, end=0) for _ in range(_MODELS)]
    gains = [len(exhaustive_search(m, alpha).tokens) - len(exhaustive_search(m).tokens) for m in models]
    return torch.tensor(gains, dtype=torch.float64).mean().clamp(min=0)


def _search(model: SequenceModel, search: Search, beam_width: int) -> Decoded:
    if search == "beam":
        return beam_search(model, beam_width)
    return {"greedy": greedy_search, "viterbi": viterbi_search, "exhaustive": exhaustive_search}[search](model)


def _settled(*claim: Any) -> Run:
    """Settle the claim; these models are searched on the CPU, whatever the device."""
    return replace(settle(*claim), device="cpu")
