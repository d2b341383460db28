"""The elements of a learning program, model, criterion and optimizer, with its data and metrics, found by type.

Source: one textbook's three elements (Li Hang 2012, "Statistical Learning Methods"); Mitchell 1997 names task,
experience and performance instead. torch's class tree tells the first three apart.
"""

import ast
from typing import Literal

import torch
from torch import nn

Element = Literal["model", "criterion", "optimizer", "data", "metric"]
_LOSS = nn.modules.loss._Loss
_METRICS = ("accuracy", "perplexity", "bleu", "precision", "recall", "f1_score")


def of_name(dotted: str) -> Element | None:
    """Return which element a dotted name of torch stands for; None for what is neither.

    Losses are modules too, so they are asked for first. A layer belongs to the model.

    >>> [of_name(name) for name in ("nn.Linear", "nn.MSELoss", "torch.optim.SGD", "DataLoader", "torch.relu")]
    ['model', 'criterion', 'optimizer', 'data', None]
    """
    *_, last = dotted.split(".")
    if last.lower() in _METRICS:
        return "metric"
    found = [vars(place).get(last) for place in (nn, torch.optim, torch.utils.data)]
    classes = [candidate for candidate in found if isinstance(candidate, type)]
    bases: dict[Element, tuple[type, ...]] = {
        "criterion": (_LOSS,),
        "optimizer": (torch.optim.Optimizer,),
        "data": (torch.utils.data.Dataset, torch.utils.data.DataLoader),
        "model": (nn.Module,),
    }
    return next((name for name, kinds in bases.items() if any(issubclass(one, kinds) for one in classes)), None)


def in_program(program: str) -> dict[Element, list[str]]:
    """Return what a program makes of each element, in the order of its calls; the program is read and not run.

    Raises:
        SyntaxError: it is no Python.

    >>> found = in_program("net = nn.Linear(2, 1)\\nopt = torch.optim.SGD(net.parameters(), lr=0.1)")
    >>> found["model"], found["criterion"], found["optimizer"]
    (['nn.Linear'], [], ['torch.optim.SGD'])
    """
    calls = [node for node in ast.walk(ast.parse(program)) if isinstance(node, ast.Call)]
    calls.sort(key=lambda call: (call.lineno, call.col_offset))
    found: dict[Element, list[str]] = {"model": [], "criterion": [], "optimizer": [], "data": [], "metric": []}
    for call in calls:
        name = ast.unparse(call.func)
        element = of_name(name)
        if element:
            found[element].append(name)
    return found
