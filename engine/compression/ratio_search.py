"""Which share of each layer to prune, under a budget of multiply-adds: a search that replaces a hand-made rule.

A toy, and named so: a three-layer network with seeded weights, judged by how far its outputs move. What is real is the
search over per-layer ratios, which is what AutoML for model compression automates.
Source: He, Lin, Liu, Wang, Li & Han 2018, "AMC: AutoML for Model Compression and Acceleration on Mobile Devices".
"""

from collections.abc import Sequence
from itertools import product
from typing import NamedTuple

import torch
from torch import Tensor

from engine.compression.pruning import prune

RATIOS = (0.0, 0.25, 0.5, 0.75)
WIDTHS = (16, 32, 24, 8)
"""Inputs, two hidden layers, outputs: the layers have 512, 768 and 192 weights."""


class Plan(NamedTuple):
    """A share to prune for each layer, the multiply-adds that are left, and the relative error of the outputs."""

    ratios: tuple[float, ...]
    macs: int
    error: float


class Network:
    """Linear layers with ReLU between them, seeded; inputs are normal noise."""

    def __init__(self, seed: int = 0) -> None:
        generator = torch.Generator().manual_seed(seed)
        pairs = zip(WIDTHS[1:], WIDTHS[:-1], strict=True)
        self.weights = [torch.randn(pair, generator=generator, dtype=torch.float64) for pair in pairs]
        self.inputs = torch.randn(32, WIDTHS[0], generator=generator, dtype=torch.float64)

    def outputs(self, weights: Sequence[Tensor]) -> Tensor:
        """Return what the network gives with these weights."""
        x = self.inputs
        for number, weight in enumerate(weights):
            x = (x.relu() if number else x) @ weight.mT
        return x

    def plan(self, ratios: Sequence[float]) -> Plan:
        """Prune each layer by its ratio, run, and return the plan with what it costs and loses."""
        pruned = [prune(weight, ratio) for weight, ratio in zip(self.weights, ratios, strict=True)]
        full = self.outputs(self.weights)
        error = float((self.outputs(pruned) - full).norm() / full.norm())
        return Plan(tuple(ratios), sum(int(weight.count_nonzero()) for weight in pruned), error)


def all_plans(network: Network) -> list[Plan]:
    """Return every choice of a ratio for each layer: 4³ = 64 plans."""
    return [network.plan(ratios) for ratios in product(RATIOS, repeat=len(network.weights))]


def brute_force(network: Network, budget: int) -> Plan:
    """Return the plan of least error among all that stay within the budget."""
    return min((plan for plan in all_plans(network) if plan.macs <= budget), key=lambda plan: plan.error)


def uniform(network: Network, budget: int) -> Plan:
    """Return the hand-made rule: the least of the ratios that, given to all layers alike, stays within the budget."""
    plans = (network.plan([ratio] * len(network.weights)) for ratio in RATIOS)
    return next(plan for plan in plans if plan.macs <= budget)


def greedy(network: Network, budget: int) -> Plan:
    """Start unpruned and raise, again and again, the ratio that costs least error per multiply-add saved."""
    plan = network.plan([RATIOS[0]] * len(network.weights))
    while plan.macs > budget:
        now = plan
        steps = [network.plan(raised) for raised in _raised(now.ratios)]
        plan = min(steps, key=lambda step: (step.error - now.error) / (now.macs - step.macs))
    return plan


def _raised(ratios: Sequence[float]) -> list[tuple[float, ...]]:
    """Return the plans that prune one layer by one step more."""
    found = []
    for layer, ratio in enumerate(ratios):
        if ratio < RATIOS[-1]:
            higher = RATIOS[RATIOS.index(ratio) + 1]
            found.append((*ratios[:layer], higher, *ratios[layer + 1 :]))
    return found
