"""Metropolis sampling: what the rejections are for, and what the start costs."""

from typing import Annotated

import torch
from torch import Tensor

from engine.arguments import Between
from engine.evidence import Run
from engine.experiments._settle import Holds, Thresholds, randn, settle
from engine.generative import markov_chain
from engine.registry import Kind, function

_STATES = 5


@function("markov.settles_at_target", Kind.MEASURED, example={"rejects": True}, shows=(markov_chain.distributions,))
def settles_at_target(rejects: bool = True, steps: Annotated[int, Between(0, 400)] = 400) -> Run:
    """Say whether a Metropolis walk on a ring of five states has its target's distribution after so many ``steps``.

    Without ``rejects`` every proposal is taken.
    """
    return settle(
        "Distance between the walk's distribution and the target (total variation)",
        Holds.IF_EQUAL,
        _distance,
        {"rejects": rejects, "steps": steps},
        [
            {"rejects": True, "steps": 400},
            {"rejects": False, "steps": 400},
            {"rejects": True, "steps": 1},
        ],
        Thresholds(none=1e-6, some=0.05),
    )


def _distance(generator: torch.Generator, rejects: bool, steps: int) -> Tensor:
    target = (0.7 * randn(generator, _STATES)).softmax(0)
    reached = torch.linalg.matrix_power(markov_chain.transition_matrix(target, rejects), steps)[0]
    return markov_chain.total_variation(reached, target)


@function("markov.is_reversible", Kind.MEASURED, example={"rejects": True}, shows=(markov_chain.transition_matrix,))
def is_reversible(rejects: bool = True) -> Run:
    """Say whether the walk goes from i to j as often as back under the target: p_i·P_ij = p_j·P_ji."""
    return settle(
        "p_i·P_ij less p_j·P_ji",
        Holds.IF_EQUAL,
        _imbalance,
        {"rejects": rejects},
        [{"rejects": True}, {"rejects": False}],
        Thresholds(none=1e-9, some=1e-3),
    )


def _imbalance(generator: torch.Generator, rejects: bool) -> Tensor:
    target = randn(generator, _STATES).softmax(0)
    flow = target[:, None] * markov_chain.transition_matrix(target, rejects)
    return flow - flow.mT
