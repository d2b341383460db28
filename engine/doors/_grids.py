"""Lists of numbers as arguments and as answers: one place of an answer, and how a matrix is shown."""

from collections.abc import Sequence
from typing import Annotated, Any

from torch import Tensor

from engine.analysis.sizes import sizes
from engine.arguments import Between, Length
from engine.errors import Refused
from engine.evidence import Block, Heatmap, Table

Number = Annotated[float, Between(-1e6, 1e6)]
Numbers = Annotated[Sequence[Number], Length(1, 1024)]
Place = Annotated[Sequence[Annotated[int, Between(0, 4095)]], Length(1, 4)]
"""The index of one number in the answer."""

_MOST_SHOWN = 64
_MOST_NUMBERS = 12


def picked(y: Tensor, at: Place | None) -> Any:
    """Return all of ``y`` as nested lists, or the number that stands ``at`` a place."""
    if at is None:
        return y.tolist()
    if len(at) != y.dim() or any(index >= size for index, size in zip(at, y.shape, strict=True)):
        raise Refused(f"'at' is {list(at)}, and the answer is {sizes(y.shape)}, numbered from 0")
    return y[tuple(at)].item()


def grid(title: str, matrix: Tensor, x_label: str = "column", y_label: str = "row") -> Block:
    """Return the last two axes, those of further ones below each other: as numbers, or as a heatmap if they are many.

    What is too large to be looked at is cut.
    """
    rows = matrix.detach().cpu().reshape(-1, matrix.shape[-1])
    if max(rows.shape) <= _MOST_NUMBERS:
        return Table(
            title, [y_label, *map(str, range(rows.shape[1]))], [(i, *row) for i, row in enumerate(rows.tolist())]
        )
    return Heatmap(title, rows[:_MOST_SHOWN, :_MOST_SHOWN].tolist(), x_label, y_label)
