"""Block ``curve``: lines in one pair of axes."""

from textual.widget import Widget

from dlquiz.app.drawing.axes import axis_over
from dlquiz.app.phrases import say_in
from dlquiz.app.widgets.blocks.plot import Plot, lines_of
from dlquiz.app.widgets.plain import Plain
from dlquiz.core.oracle import Block
from dlquiz.core.printable import printable_line
from dlquiz.core.texts import Language


def curve_widget(block: Block, language: Language) -> Widget:
    """Return the plot under its title."""
    lines = lines_of(block["series"])
    points = [point for line in lines for point in line.points]
    x = axis_over(x for x, _ in points)
    y = axis_over((y for _, y in points), log=bool(block.get("log_y")))
    left_out = sum(1 for point in points if not (x.shows(point[0]) and y.shows(point[1])))
    plot = Plot(
        printable_line(str(block["title"])),
        lines,
        x,
        y,
        printable_line(str(block.get("x_label", ""))),
        printable_line(str(block.get("y_label", ""))),
        (say_in(language)("left_out", count=left_out),) if left_out else (),
    )
    return Plain(plot, classes="block")
