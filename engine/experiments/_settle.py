"""Settling a claim: measure a difference for several seeds, and insist that all of them say the same.

A *trial* draws its inputs from a generator and returns differences that are either rounding errors or plain to see. A
claim is true when they vanish, or when they don't; its control is the same trial, arranged so that it comes out the
other way.
"""

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import Any, NamedTuple

import torch
from torch import Tensor

from engine.device import current
from engine.errors import Refused
from engine.evidence import Block, Blocks, Heatmap, Run, Table, Text

SEEDS = range(5)

Trial = Callable[..., Tensor]
"""Called with a generator and the arrangement's arguments."""
Arrangement = Mapping[str, Any]
Measured = tuple[Arrangement, Sequence[float]]
"""An arrangement with the largest difference of each seed."""


class Holds(Enum):
    """When a claim is true."""

    IF_EQUAL = "the difference vanishes"
    IF_DIFFERENT = "there is a difference"


class Thresholds(NamedTuple):
    """A difference up to ``none`` counts as no difference, from ``some`` on as one; between them nothing is settled."""

    none: float
    some: float


ROUNDING = Thresholds(none=1e-9, some=1e-4)


class Unsettled(Refused):
    """The seeds disagree, or a difference is neither small nor large."""


def settle(
    compared: str,
    holds: Holds,
    trial: Trial,
    chosen: Arrangement,
    controls: Sequence[Arrangement],
    thresholds: Thresholds = ROUNDING,
) -> Run:
    """Return whether the claim is true for the ``chosen`` arguments; the evidence shows the ``controls`` beside it.

    A control that settles nothing is shown as such, with its differences: the value does not rest on it, and what was
    measured for the others stands. A bank's own control is a call of its own, and there it is refused.

    Raises:
        Unsettled: the seeds disagree about the chosen arrangement; the text names the seed.
    """
    measured = _largest(trial, chosen)
    different = _differs(measured, chosen, thresholds)

    def evidence() -> Blocks:
        beside = [(control, _largest(trial, control)) for control in controls if control != chosen]
        return _evidence(compared, holds, trial, [(chosen, measured), *beside], thresholds)

    return Run(different is (holds is Holds.IF_DIFFERENT), evidence)


def randn(generator: torch.Generator, *shape: int) -> Tensor:
    """Return float64 normal numbers, drawn on the CPU so that every device sees the same, then moved."""
    return torch.randn(*shape, generator=generator, dtype=torch.float64).to(current())


def _largest(trial: Trial, arrangement: Arrangement) -> list[float]:
    """Return the largest difference of each seed."""
    return [float(_run(trial, arrangement, seed).max()) for seed in SEEDS]


def _run(trial: Trial, arrangement: Arrangement, seed: int) -> Tensor:
    return trial(torch.Generator().manual_seed(seed), **arrangement).detach().abs()


def _differs(differences: Sequence[float], arrangement: Arrangement, thresholds: Thresholds) -> bool:
    """Return whether there is a difference, by the largest of each seed; raises Unsettled."""
    verdicts: set[bool] = set()
    for seed, largest in zip(SEEDS, differences, strict=True):
        if not (largest <= thresholds.none or largest >= thresholds.some):
            raise Unsettled(
                f"with seed {seed} and {_words(arrangement)} the largest difference is {largest:.1e}, neither below "
                f"{thresholds.none:g} nor above {thresholds.some:g}: this settles nothing"
            )
        verdicts.add(largest >= thresholds.some)
        if len(verdicts) > 1:
            raise Unsettled(f"seed {seed} disagrees with the seeds before it about {_words(arrangement)}")
    return verdicts.pop()


def _evidence(
    compared: str, holds: Holds, trial: Trial, arrangements: Sequence[Measured], thresholds: Thresholds
) -> Blocks:
    rows = []
    for arrangement, largest in arrangements:
        verdict = _verdict(largest, holds, arrangement, thresholds)
        rows.append((_words(arrangement), f"{min(largest):.2g}", f"{max(largest):.2g}", verdict))
    shown = (_heatmap(trial, arrangement) for arrangement, _ in arrangements[:2])
    return [
        Text(
            f"{compared}. Each of {len(SEEDS)} seeds was run; up to {thresholds.none:g} counts as no difference, from "
            f"{thresholds.some:g} on as one. The claim holds if {holds.value}; the first row is what was asked."
        ),
        Table("What was measured", ["arrangement", "least over seeds", "most over seeds", "claim holds"], rows),
        *(block for block in shown if block),
    ]


def _verdict(
    differences: Sequence[float], holds: Holds, arrangement: Arrangement, thresholds: Thresholds
) -> bool | str:
    """Return whether the claim holds for an arrangement, or that this is not settled."""
    try:
        return _differs(differences, arrangement, thresholds) is (holds is Holds.IF_DIFFERENT)
    except Unsettled:
        return "not settled"


def _heatmap(trial: Trial, arrangement: Arrangement) -> Block | None:
    """Return the differences of the first seed as a matrix, where they are one that can be looked at."""
    differences = _run(trial, arrangement, SEEDS[0])
    if differences.dim() < 2 or differences.numel() == 0:
        return None
    matrix = differences.reshape(differences.shape[0], -1)[:32, :64]
    return Heatmap(f"Differences with {_words(arrangement)}, seed {SEEDS[0]}", matrix.tolist(), "entry", "row")


def _words(arrangement: Arrangement) -> str:
    return ", ".join(f"{name} = {_word(value)}" for name, value in arrangement.items())


def _word(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
