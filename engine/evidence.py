"""Blocks of evidence: what a run hands back to be looked at.

A block is data. Whoever shows it decides how: a terminal draws a heatmap with half blocks, a page with pixels.
Every block turns into a JSON object whose ``block`` field names its type.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar

Cell = str | int | float | bool | None


@dataclass(frozen=True)
class Block:
    """The common part of all blocks."""

    block: ClassVar[str]

    def to_json(self) -> dict[str, Any]:
        """Return the block as a JSON object."""
        return {"block": self.block, **asdict(self)}


@dataclass(frozen=True)
class Text(Block):
    """A sentence or two of plain text; never markup."""

    block = "text"
    text: str


@dataclass(frozen=True)
class Table(Block):
    """Rows under column names; every row has one cell for each column."""

    block = "table"
    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True)
class Series:
    """One named line of a curve: y over x."""

    name: str
    x: Sequence[float]
    y: Sequence[float]


@dataclass(frozen=True)
class Curve(Block):
    """Lines in one pair of axes; ``log_y`` asks for a logarithmic y axis."""

    block = "curve"
    title: str
    series: Sequence[Series]
    x_label: str = ""
    y_label: str = ""
    log_y: bool = False


@dataclass(frozen=True)
class Heatmap(Block):
    """A matrix of numbers, row 0 at the top."""

    block = "heatmap"
    title: str
    values: Sequence[Sequence[float]]
    x_label: str = ""
    y_label: str = ""


@dataclass(frozen=True)
class Path(Block):
    """Paths over a plane, as of optimizers over a loss; ``contour`` has its values on a grid, row 0 at y_min."""

    block = "path"
    title: str
    series: Sequence[Series]
    contour: Sequence[Sequence[float]] = field(default_factory=list)
    extent: tuple[float, float, float, float] = (0.0, 1.0, 0.0, 1.0)


@dataclass(frozen=True)
class Source(Block):
    """The source code that ran: where it stands and its text."""

    block = "source"
    name: str
    file: str
    line: int
    code: str


Blocks = Sequence[Block]


@dataclass(frozen=True)
class Run:
    """The value of a run, and a way to make its evidence when somebody asks to see it.

    ``device`` names where the numbers were really computed ("cpu", "cuda:0", "meta"); None means the device that the
    worker chose.
    """

    value: Any
    evidence: Callable[[], Blocks] = list
    device: str | None = None
