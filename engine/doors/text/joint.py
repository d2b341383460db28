"""``joint.*``: language models that are written down whole, as a table of the probabilities of all sequences."""

import math
from collections.abc import Sequence
from typing import Annotated

import torch
from torch import Tensor

from engine.arguments import Between, Elements, Length
from engine.errors import Refused
from engine.evidence import Block, Run, Table
from engine.registry import Kind, function
from engine.text.joint_table import chain, conditional, dependence_order

Joint = Annotated[Tensor, Elements(256), Between(0, 1)]
"""``joint[a][b][c]`` is the probability of the sequence a b c; its numbers sum to 1."""
Tokens = Annotated[Sequence[Annotated[int, Between(0, 255)]], Length(0, 8)]
Probabilities = Annotated[Sequence[Annotated[float, Between(0, 1)]], Length(1, 64)]
_JOINT = [[0.3, 0.1], [0.2, 0.4]]


@function(
    "joint.conditional", Kind.MEASURED, example={"joint": _JOINT, "token": 1, "context": [0]}, shows=(conditional,)
)
def conditional_of(joint: Joint, token: Annotated[int, Between(0, 255)], context: Tokens = ()) -> Run:
    """Return P(token | context) from the table of all sequences; tokens are numbered from 0.

    >>> conditional_of(torch.tensor([[0.3, 0.1], [0.2, 0.4]], dtype=torch.float64), 1, [0]).value
    0.25
    """
    _check(joint)
    if len(context) >= joint.dim() or max(token, *context, 0) >= len(joint):
        raise Refused(f"the table holds sequences of {joint.dim()} tokens, numbered 0 to {len(joint) - 1}")
    row = conditional(joint, len(context))[tuple(context)]
    if bool(row.isnan().any()):
        raise Refused(f"the context {list(context)} never occurs, so nothing follows it")
    rows = list(enumerate(row.tolist()))
    table = Table(f"What follows {list(context)}", ["token", "probability"], rows)
    return Run(float(row[token]), lambda: [table], device="cpu")


@function("joint.probability", Kind.MEASURED, example={"conditionals": [0.5, 0.25, 0.4]})
def probability(conditionals: Probabilities) -> Run:
    """Return the probability of a sequence from those of its tokens, each given all tokens before it (chain rule).

    It is added up as logarithms, as language models do, which cannot underflow on the way.

    >>> round(probability([0.5, 0.25, 0.4]).value, 12)
    0.05
    """
    logs = torch.tensor(conditionals, dtype=torch.float64).log()
    so_far = logs.cumsum(0)
    rows = list(zip(range(1, len(logs) + 1), conditionals, so_far.tolist(), so_far.exp().tolist(), strict=True))
    table = Table("Chain rule", ["token", "P(token | before)", "log P so far", "P so far"], rows)
    return Run(math.exp(float(logs.sum())), lambda: [table], device="cpu")


@function("joint.markov_order", Kind.MEASURED, example={"joint": _JOINT}, shows=(dependence_order, chain))
def markov_order(joint: Joint) -> Run:
    """Return the least k such that each token depends on the last k before it alone; 0 where all are independent.

    >>> markov_order(torch.full((2, 2, 2), 0.125, dtype=torch.float64)).value
    0
    """
    _check(joint)
    errors = [(k, float((chain(joint, k) - joint).abs().max())) for k in range(joint.dim())]
    table = Table("Markov chains of the table", ["order", "largest error of a sequence's probability"], errors)
    return Run(dependence_order(joint), lambda: [_dependencies(joint), table], device="cpu")


def _dependencies(joint: Tensor) -> Block:
    """Return which earlier tokens each token is judged by, in a chain of the order found."""
    order = dependence_order(joint)
    rows = [
        (f"x{t}", " ".join(f"x{s}" for s in range(max(1, t - order), t)) or "nothing")
        for t in range(1, joint.dim() + 1)
    ]
    return Table("Who depends on whom", ["token", "depends on"], rows)


def _check(joint: Tensor) -> None:
    if len(set(joint.shape)) > 1:
        raise Refused("every place of the sequence needs the same tokens: all sides of the table must be equally long")
    if abs(float(joint.sum()) - 1) > 1e-9:
        raise Refused(f"the probabilities of all sequences must sum to 1, and these sum to {float(joint.sum()):g}")
