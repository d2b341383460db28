"""Block ``path``: ways over a plane, whose height is drawn in shades."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual.widget import Widget

from dlquiz.app.drawing.axes import Axis
from dlquiz.app.drawing.shades import shade, span
from dlquiz.app.widgets.blocks.plot import Plot, lines_of
from dlquiz.app.widgets.plain import Plain
from dlquiz.core.oracle import Block
from dlquiz.core.printable import printable_line
from dlquiz.core.texts import Language
from dlquiz.core.values import from_json


@dataclass
class PathPlot(Plot):
    """Paths over a contour; row 0 of the contour lies at the lower edge."""

    contour: Sequence[Sequence[float]] = ()

    def background(self, width: int, height: int) -> list[str]:
        """Return the contour as shades, by equal shares of its area, so that a narrow valley still shows."""
        if not self.contour or not self.contour[0]:
            return super().background(width, height)
        ranks = _ranks(self.contour)
        low, high = span(ranks)
        rows, columns = len(ranks), len(ranks[0])
        return [
            "".join(
                shade(ranks[(height - 1 - row) * rows // height][column * columns // width], low, high)
                for column in range(width)
            )
            for row in range(height)
        ]


def path_widget(block: Block, language: Language) -> Widget:
    """Return the plot under its title."""
    left, right, bottom, top = (float(value) for value in block["extent"])
    contour = [[float(value) for value in row] for row in from_json(list(block.get("contour", ())))]
    title = printable_line(str(block["title"]))
    plot = PathPlot(title, lines_of(block["series"]), Axis(left, right), Axis(bottom, top), height=16, contour=contour)
    return Plain(plot, classes="block")


def _ranks(values: Sequence[Sequence[float]]) -> list[list[float]]:
    order = sorted({value for row in values for value in row if value == value})
    rank = {value: float(place) for place, value in enumerate(order)}
    return [[rank.get(value, float("nan")) for value in row] for row in values]
