"""Normalisation inside a recurrent network: which sequences and batches it can serve."""

from typing import Literal

import torch
from torch import Tensor

from engine.device import current
from engine.errors import Refused
from engine.evidence import Curve, Run, Series, Table
from engine.experiments._settle import Holds, randn, settle
from engine.layers.layer_norm_rnn import NormalisedRNN
from engine.registry import Kind, function

Normalised = Literal["layer", "batch"]
Case = Literal["sequences as long as trained", "longer sequences", "training on a batch of 1"]
_LENGTH, _HIDDEN = 6, 5


@function("norm.rnn_serves", Kind.MEASURED, example={"normalisation": "layer"}, shows=(NormalisedRNN,))
def rnn_serves(normalisation: Normalised = "layer", case: Case = "longer sequences") -> Run:
    """Say whether a recurrent network, normalised at every step and trained on sequences of 6 steps, takes this input.

    Batch statistics belong to a step, and there are none for steps that training never saw.
    """
    cases: tuple[Case, ...] = ("sequences as long as trained", "longer sequences", "training on a batch of 1")
    kinds: tuple[Normalised, ...] = ("layer", "batch")
    rows = [(kind, each, _complaint(kind, each) or "served") for kind in kinds for each in cases]
    rows.sort(key=lambda row: row[:2] != (normalisation, case))

    def evidence() -> list[Table | Curve]:
        return [Table("A network trained on 6 steps", ["normalisation", "case", "what happened"], rows), _statistics()]

    return Run(rows[0][2] == "served", evidence)


def _complaint(normalisation: Normalised, case: Case) -> str | None:
    generator = torch.Generator().manual_seed(0)
    network = _network(generator, normalisation)
    length, batch = (_LENGTH + 3 if case == "longer sequences" else _LENGTH), (1 if case.startswith("training") else 4)
    try:
        network.train(case.startswith("training"))(randn(generator, length, batch, 3))
    except Refused as refusal:
        return str(refusal)
    return None


def _network(generator: torch.Generator, normalisation: Normalised) -> NormalisedRNN:
    """Return the network after one batch of training, with random weights."""
    network = NormalisedRNN(3, _HIDDEN, normalisation, _LENGTH).to(current(), torch.float64)
    network.weight_ih.data = randn(generator, _HIDDEN, 3)
    network.weight_hh.data = randn(generator, _HIDDEN, _HIDDEN)
    network(randn(generator, _LENGTH, 4, 3))
    return network


def _statistics() -> Curve:
    """Return the running mean of each step's summed inputs, which is why steps cannot share one."""
    generator = torch.Generator().manual_seed(0)
    network = _network(generator, "batch")
    for _ in range(30):
        network(randn(generator, _LENGTH, 32, 3) + 1)
    means = torch.stack([step.get_buffer("running_mean") for step in network.steps])
    series = [Series(f"unit {unit}", list(range(1, _LENGTH + 1)), means[:, unit].tolist()) for unit in range(3)]
    return Curve("Running mean of three units' summed inputs, by step", series, "step", "mean")


@function("norm.rnn_sample_stands_alone", Kind.MEASURED, example={"normalisation": "layer"}, shows=(NormalisedRNN,))
def rnn_sample_stands_alone(normalisation: Normalised = "layer") -> Run:
    """Say whether a sequence gets the same states whatever the other sequences of its batch are, in training mode."""
    return settle(
        "States of the first sequence beside two different rests of the batch",
        Holds.IF_EQUAL,
        _change_of_states,
        {"normalisation": normalisation},
        [{"normalisation": "layer"}, {"normalisation": "batch"}],
    )


def _change_of_states(generator: torch.Generator, normalisation: Normalised) -> Tensor:
    network = _network(generator, normalisation)
    x, others = randn(generator, _LENGTH, 4, 3), randn(generator, _LENGTH, 4, 3)
    others[:, 0] = x[:, 0]
    return torch.sub(network(x), network(others))[:, 0]
