"""Whether a number survives: the form in which books write a formula, and the form that programs need."""

from typing import Literal

import torch
from torch import Tensor

from engine.device import current
from engine.evidence import Run, Table
from engine.registry import Kind, function
from engine.training.graphs import Node, traced, where_positive
from engine.training.stability import clipped_log, inverse_std, log_sum_exp, naive_log_sum_exp

Formula = Literal["log_sum_exp", "log", "inverse_std"]
Form = Literal["naive", "stable"]


@function(
    "training.stays_finite", Kind.MEASURED, example={"formula": "log_sum_exp", "form": "stable"}, shows=(log_sum_exp,)
)
def stays_finite(formula: Formula = "log_sum_exp", form: Form = "stable") -> Run:
    """Say whether a formula stays finite in float32 at extreme inputs: logits of ±200, p = 0, equal numbers."""
    found = {
        (name, way): _value(name, way) for name in ("log_sum_exp", "log", "inverse_std") for way in ("naive", "stable")
    }
    rows = [(name, way, _shown(value), bool(value.isfinite().all())) for (name, way), value in found.items()]
    asked = found[formula, form]
    first = [(formula, form, _shown(asked), bool(asked.isfinite().all()))]
    table = Table(
        "At extreme inputs", ["formula", "form", "value", "claim holds"], [*first, *(r for r in rows if r != first[0])]
    )
    return Run(bool(asked.isfinite().all()), lambda: [table])


def _value(formula: str, form: str) -> Tensor:
    stable = form == "stable"
    logits = torch.tensor([[200.0, 199.0], [-200.0, -201.0]], device=current())
    zero = torch.zeros(1, device=current())
    match formula:
        case "log_sum_exp":
            return log_sum_exp(logits) if stable else naive_log_sum_exp(logits)
        case "log":
            return clipped_log(zero) if stable else zero.log()
    equal = torch.full((1, 4), 3.0, device=current())
    return inverse_std(equal, 1e-5 if stable else 0.0)


def _shown(value: Tensor) -> str:
    return ", ".join(f"{number:g}" for number in value.flatten().tolist())


@function("training.follows_data_in_branch", Kind.MEASURED, example={"way": "eager"}, shows=(traced, where_positive))
def follows_data_in_branch(way: Literal["eager", "static", "traced"] = "eager") -> Run:
    """Say whether |x| by a Python ``if`` is right for 3 and for −3: eager, as a graph with a choice, or traced at 3."""
    rows = [
        (name, _absolute(name, 3.0), _absolute(name, -3.0))
        for name in dict.fromkeys((way, "eager", "static", "traced"))
    ]
    table = Table(
        "|x| by its branches",
        ["way", "x = 3", "x = -3", "claim holds"],
        [(*row, row[1:] == (3.0, 3.0)) for row in rows],
    )
    return Run(rows[0][1:] == (3.0, 3.0), lambda: [table])


def _absolute(way: str, x: float) -> float:
    if way == "eager":
        return x if x > 0 else -x
    node = Node("input", name="x")
    if way == "static":
        return where_positive(node, node, node * -1).run({"x": x})
    return traced(lambda value: value > 0, node, node * -1, example=3.0).run({"x": x})
