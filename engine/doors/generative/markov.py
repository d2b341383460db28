"""``markov.*``: Metropolis sampling on a ring of states, each step of which is known exactly."""

from typing import Annotated

import torch
from torch import Tensor

from engine.arguments import Between, Length
from engine.doors.generative._generative import numbers
from engine.errors import Refused
from engine.evidence import Blocks, Curve, Heatmap, Run, Series
from engine.generative import markov_chain
from engine.registry import Kind, function

Masses = Annotated[tuple[Annotated[float, Between(1e-6, 1e6)], ...], Length(3, 64)]
State = Annotated[int, Between(0, 63)]
_TARGET = {"p": [1, 2, 3, 2]}


@function("markov.stationary", Kind.MEASURED, example={**_TARGET, "state": 2}, shows=(markov_chain.transition_matrix,))
def stationary(p: Masses, state: State, rejects: bool = True) -> Run:
    """Return the mass that a Metropolis walk settles at on a state, from the eigenvector of its matrix.

    ``p`` holds the target's masses, of any sum, on states around a ring. With ``rejects: false`` every proposal is
    taken.

    >>> round(stationary((1.0, 2.0, 3.0, 2.0), 2).value, 9), round(stationary((1.0, 2.0, 3.0, 2.0), 2, False).value, 9)
    (0.375, 0.25)
    """
    target = _target(p, state)
    eigenvalues, eigenvectors = torch.linalg.eig(markov_chain.transition_matrix(target, rejects).mT)
    settled: Tensor = eigenvectors[:, eigenvalues.real.argmax()].real
    settled = settled / settled.sum()
    return Run(settled[state].item(), lambda: _course(target, 0), str(target.device))


@function("markov.stationary_formula", Kind.CLOSED_FORM, example={**_TARGET, "state": 2})
def stationary_formula(p: Masses, state: State) -> Run:
    """Return the same for a walk that rejects: p_i over the sum of p."""
    target = _target(p, state)
    return Run((target / target.sum())[state].item(), lambda: _course(target, 0), str(target.device))


@function(
    "markov.probability_after",
    Kind.MEASURED,
    example={**_TARGET, "start": 0, "steps": 10, "state": 2},
    shows=(markov_chain.distributions,),
)
def probability_after(p: Masses, start: State, steps: Annotated[int, Between(0, 1000)], state: State) -> Run:
    """Return the probability that a Metropolis walk from ``start`` stands on ``state`` after so many steps.

    >>> probability_after((1.0, 2.0, 3.0, 2.0), 0, 1, 1).value  # proposed half of the time, and never rejected
    0.5
    """
    target = _target(p, max(start, state))
    found = markov_chain.distributions(target, start, steps)[-1, state]
    return Run(found.item(), lambda: _course(target, start), str(target.device))


@function(
    "markov.acceptance",
    Kind.CLOSED_FORM,
    example={**_TARGET, "state": 2, "proposal": 3},
    shows=(markov_chain.acceptance,),
)
def acceptance(p: Masses, state: State, proposal: State) -> Run:
    """Return the probability min(1, p_j/p_i) with which a Metropolis walk on state i takes a proposal j.

    >>> round(acceptance((1.0, 2.0, 3.0, 2.0), 2, 3).value, 6)
    0.666667
    """
    target = _target(p, max(state, proposal))
    return Run(markov_chain.acceptance(target, state, proposal), lambda: _course(target, state), str(target.device))


def _target(p: Masses, state: int) -> Tensor:
    if state >= len(p):
        raise Refused(f"there are {len(p)} states, numbered from 0, so none is {state}")
    return numbers(p)


def _course(p: Tensor, start: int) -> Blocks:
    rows = markov_chain.distributions(p, start, 60)
    distance = markov_chain.total_variation(rows, p / p.sum()).tolist()
    steps = [float(step) for step in range(len(distance))]
    return [
        Heatmap("Distribution over the states, a row for each step", rows[:24].tolist(), "state", "step"),
        Curve("Distance from the target (total variation)", [Series("walk", steps, distance)], "step"),
    ]
