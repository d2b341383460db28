"""``nas.*`` and ``prune_search.*``: searches over a toy space of cells, and over per-layer pruning ratios."""

from collections.abc import Sequence
from typing import Annotated, Literal

import torch

from engine.arguments import Between, Length
from engine.compression.architecture_search import exhaustive, random_search, score, space
from engine.compression.pareto import pareto_front
from engine.compression.ratio_search import Network, all_plans, brute_force, greedy, uniform
from engine.errors import Refused
from engine.evidence import Blocks, Curve, Run, Series, Table
from engine.registry import Kind, function

Numbers = Annotated[Sequence[Annotated[float, Between(-1e9, 1e9)]], Length(1, 64)]
Seed = Annotated[int, Between(0, 1_000_000)]


@function(
    "pareto.front",
    Kind.CLOSED_FORM,
    example={"costs": [1, 2, 3, 2], "scores": [0.5, 0.9, 0.8, 0.7]},
    shows=(pareto_front,),
)
def front(costs: Numbers, scores: Numbers) -> Run:
    """Return the numbers (from 0) of the candidates that none beats in both cost and score, the cheapest first.

    >>> front([1, 2, 3, 2], [0.5, 0.9, 0.8, 0.7]).value
    [0, 1]
    """
    if len(costs) != len(scores):
        raise Refused(f"there are {len(costs)} costs for {len(scores)} scores; each candidate has one of both")
    found = pareto_front(costs, scores)
    rows = [(place, costs[place], scores[place], place in found) for place in range(len(costs))]
    return Run(found, lambda: [Table("Candidates", ["number", "cost", "score", "on the front"], rows)])


@function("nas.accuracy", Kind.MEASURED, example={"budget": 2000}, shows=(exhaustive, random_search, score))
def accuracy(
    budget: Annotated[int, Between(1, 1_000_000)],
    search: Literal["exhaustive", "random"] = "exhaustive",
    tries: Annotated[int, Between(1, 18)] = 6,
    seed: Seed = 0,
) -> Run:
    """Return the toy accuracy of the best cell that a search finds within a budget of multiply-adds.

    The space has 18 untrained cells (three kinds of convolution, three widths, two depths), judged by a linear readout
    on noisy pictures of stripes. "random" looks at ``tries`` of them.

    >>> accuracy(2000).value >= accuracy(2000, search="random").value
    True
    """
    generator = torch.Generator().manual_seed(seed)
    found = exhaustive(budget) if search == "exhaustive" else random_search(budget, tries, generator)
    if found is None:
        raise Refused(
            f"none of the cells looked at costs {budget} multiply-adds or less; the cheapest of all costs 128"
        )
    return Run(found.accuracy, lambda: [_cells()], "cpu")


@function("prune_search.error", Kind.MEASURED, example={"budget": 800}, shows=(brute_force, greedy, uniform))
def error(
    budget: Annotated[int, Between(368, 1472)],
    search: Literal["brute_force", "greedy", "uniform"] = "brute_force",
    seed: Seed = 0,
) -> Run:
    """Return the relative output error of a toy network pruned to a budget of multiply-adds, by per-layer ratios.

    Three layers of 512, 768 and 192 weights; each may lose 0, 1/4, 1/2 or 3/4 of them. "uniform" gives all layers one
    ratio, as by hand; "brute_force" runs all 64 choices.

    >>> error(800).value < error(800, search="uniform").value
    True
    """
    network = Network(seed)
    found = {"brute_force": brute_force, "greedy": greedy, "uniform": uniform}[search](network, budget)

    def evidence() -> Blocks:
        plans = sorted(all_plans(network), key=lambda plan: (plan.macs, plan.error))
        best = [plans[place] for place in pareto_front([p.macs for p in plans], [-p.error for p in plans])]
        chosen = ("chosen", str(found.ratios), found.macs, found.error)
        rows = [chosen, *(("on the front", str(plan.ratios), plan.macs, plan.error) for plan in best)]
        line = Series("Pareto front", [plan.macs for plan in best], [plan.error for plan in best])
        columns = ["plan", "pruned of each layer", "MACs left", "error"]
        return [Table("Plans", columns, rows), Curve("Least error by cost", [line], "MACs left", "relative error")]

    return Run(found.error, evidence, "cpu")


def _cells() -> Table:
    scored = [score(cell) for cell in space()]
    best = pareto_front([s.macs for s in scored], [s.accuracy for s in scored])
    order = sorted(range(len(scored)), key=lambda place: scored[place].macs)
    rows = [(*scored[place].cell, scored[place].macs, scored[place].accuracy, place in best) for place in order]
    columns = ["operation", "width", "depth", "MACs", "accuracy", "on the front"]
    return Table("All cells (toy accuracies)", columns, rows)
