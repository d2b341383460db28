"""What the doors of generative models share: the types of their arguments, and evidence on the players' answers."""

from collections.abc import Sequence
from typing import Annotated

import torch
from torch import Tensor

from engine.arguments import Between, Length
from engine.device import for_float64
from engine.errors import Refused
from engine.evidence import Curve, Series, Table

Probability = Annotated[float, Between(1e-9, 1 - 1e-9)]
"""An answer of a discriminator, never quite certain."""
Answers = Annotated[tuple[Probability, ...], Length(1, 256)]
Weight = Annotated[float, Between(0, 1e6)]
"""Of one term of a loss."""
Number = Annotated[float, Between(-1e6, 1e6)]
Mass = Annotated[float, Between(0, 1)]
Distribution = Annotated[tuple[Mass, ...], Length(1, 256)]


def numbers(values: Sequence[float]) -> Tensor:
    """Return the values as a float64 tensor on the device."""
    return torch.tensor(values, dtype=torch.float64, device=for_float64())


def distribution(name: str, masses: Sequence[float]) -> Tensor:
    """Return masses that sum to 1, or refuse them."""
    found = numbers(masses)
    if abs(found.sum().item() - 1) > 1e-6:
        raise Refused(f"'{name}' must sum to 1 as a distribution does, and it sums to {found.sum().item():g}")
    return found / found.sum()


def same_length(first: str, one: Sequence[float], second: str, other: Sequence[float]) -> None:
    """Refuse two lists of different length."""
    if len(one) != len(other):
        raise Refused(f"'{first}' and '{second}' need one length, not {len(one)} and {len(other)}")


def terms(title: str, rows: Sequence[tuple[str, float]]) -> Table:
    """Return a table of the terms of a loss."""
    return Table(title, ["term", "value"], rows)


def line(title: str, name: str, x: Sequence[float], y: Sequence[float], x_label: str, y_label: str = "") -> Curve:
    """Return a curve of one line."""
    return Curve(title, [Series(name, x, y)], x_label, y_label)
