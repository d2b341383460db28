"""Metropolis sampling: draw from p by a walk that only ever asks for ratios of p; what a GAN's single pass avoids.

The walk proposes a neighbour j of its state i, and goes there with probability min(1, p_j/p_i), else it stays. So
detailed balance holds, p_i·P_ij = p_j·P_ji, and p is stationary. Samples follow p only after many steps, and those that
follow each other are alike.

Source: Metropolis et al. 1953, "Equation of State Calculations by Fast Computing Machines". States stand on a ring, and
each of both neighbours is proposed half of the time.
"""

import torch
from torch import Tensor


def acceptance(p: Tensor, state: int, proposal: int) -> float:
    """Return min(1, p_j/p_i); ``p`` need not sum to 1.

    >>> acceptance(torch.tensor([4.0, 1.0]), 0, 1), acceptance(torch.tensor([4.0, 1.0]), 1, 0)
    (0.25, 1.0)
    """
    return min(1.0, (p[proposal] / p[state]).item())


def transition_matrix(p: Tensor, rejects: bool = True) -> Tensor:
    """Return P ``(states, states)``, P_ij the probability of going from i to j; at least 3 states, all of p above 0.

    Without rejections it is a blind walk, whose stationary distribution is uniform.
    """
    states = len(p)
    matrix = torch.zeros(states, states, dtype=p.dtype, device=p.device)
    for state in range(states):
        for proposal in ((state - 1) % states, (state + 1) % states):
            matrix[state, proposal] = 0.5 * (acceptance(p, state, proposal) if rejects else 1.0)
        matrix[state, state] = 1 - matrix[state].sum()
    return matrix


def distributions(p: Tensor, start: int, steps: int, rejects: bool = True) -> Tensor:
    """Return the exact distribution over states before and after each step of a walk from ``start``."""
    matrix = transition_matrix(p, rejects)
    rows = [torch.eye(len(p), dtype=p.dtype, device=p.device)[start]]
    for _ in range(steps):
        rows.append(rows[-1] @ matrix)
    return torch.stack(rows)


def walk(generator: torch.Generator, p: Tensor, start: int, steps: int) -> Tensor:
    """Return the states that one walk visits, ``(steps + 1,)``, the start first."""
    chances = torch.rand(steps, 2, generator=generator).tolist()
    states = [start]
    for direction, chance in chances:
        proposal = (states[-1] + (1 if direction < 0.5 else -1)) % len(p)
        states.append(proposal if chance < acceptance(p, states[-1], proposal) else states[-1])
    return torch.tensor(states)


def total_variation(p: Tensor, q: Tensor) -> Tensor:
    """Return ½·Σ|p - q|, from 0 (equal) to 1 (apart)."""
    return 0.5 * (p - q).abs().sum(-1)
