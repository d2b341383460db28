"""``auxiliary.*``: the training loss of a network with auxiliary heads, and what a head weighs."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated

import torch

from engine.arguments import Between, Length
from engine.doors.models._blocks import BlockChannels, params_of
from engine.evidence import Cell, Run, Table
from engine.layers.inception_auxiliary import AuxiliaryClassifier, with_auxiliary
from engine.registry import Kind, function

Loss = Annotated[float, Between(-1e6, 1e6)]


@function("auxiliary.loss", Kind.CLOSED_FORM, example={"main": 2.0, "auxiliary": [3.0, 7.0]}, shows=(with_auxiliary,))
def loss(
    main: Loss, auxiliary: Annotated[Sequence[Loss], Length(0, 16)], weight: Annotated[float, Between(0, 100)] = 0.3
) -> Run:
    """Return the training loss: the main loss plus ``weight`` times the sum of the auxiliary losses.

    >>> loss(2.0, [3.0, 7.0]).value
    5.0
    """
    heads = [torch.tensor(value, dtype=torch.float64) for value in auxiliary]
    total = float(with_auxiliary(torch.tensor(main, dtype=torch.float64), heads, weight))
    heads_rows = [(f"head {n}", v, weight, _shown(weight * v)) for n, v in enumerate(auxiliary, 1)]
    rows: list[tuple[Cell, ...]] = [("main", main, 1.0, _shown(main)), *heads_rows, ("total", "", "", _shown(total))]
    table = Table("The training loss", ("part", "loss", "weight", "counts"), rows)
    return Run(total, lambda: [table], "cpu")


def _shown(value: float) -> float:
    """Return a number without what rounding left in its last digits."""
    return float(f"{value:.12g}")


@function("auxiliary.head_num_params", Kind.MODULE, example={"in_channels": 512}, shows=(AuxiliaryClassifier,))
def head_num_params(in_channels: BlockChannels, num_classes: Annotated[int, Between(1, 100_000)] = 1000) -> Run:
    """Return the parameters of one of GoogLeNet's auxiliary heads (2014, with biases and without BatchNorm).

    >>> head_num_params(512).value
    3188840
    """
    return params_of(partial(AuxiliaryClassifier, in_channels, num_classes))
