"""The lines of the home screen's table: aligned by cells, so that Chinese words stand straight, too."""

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from dlquiz.app.phrases import Say
from dlquiz.app.shelf import Topic
from dlquiz.app.widgets.plain import FAINT, MUTED, literal
from dlquiz.core.printable import printable_line

_BAR = 10
_COLUMN = 11


def column_names(width: int, say: Say) -> str:
    """Return the line of column names; ``width`` is that of the longest topic."""
    names = "".join(_right(say(name)) for name in ("due", "new", "questions"))
    return " " * _first(width) + names + "   " + say("learned")


def topic_line(topic: Topic, width: int, here: bool = False) -> Content:
    """Return one topic with its figures and a bar of what is learned; ``here`` marks the one at the cursor."""
    full = round(topic.share * _BAR)
    figures = "".join(_right(str(count)) for count in (topic.due, topic.new, topic.questions))
    return Content.assemble(
        literal("› " if here else "  ", "bold $text-accent"),
        literal(set_cell_size(printable_line(topic.name), _first(width) - 2), "bold"),
        literal(figures),
        literal("   " + "━" * full, "$text-success"),
        literal("─" * (_BAR - full), FAINT),
        literal(f" {topic.share:4.0%}", MUTED),
    )


def _first(width: int) -> int:
    return min(max(width, 12), 24) + 2


def _right(text: str) -> str:
    return " " * max(1, _COLUMN - cell_len(text)) + text
