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
    names = "".join(_right(say(name)) for name in ("due", "new", "seen"))
    return " " * _first(width) + names + "   " + say("learned")


def topic_line(topic: Topic, width: int, say: Say, here: bool = False) -> Content:
    """Return one topic with its figures and a bar of what is learned and seen; ``here`` marks the one at the cursor."""
    learned, seen = _share(topic.learned, topic), _share(topic.seen, topic)
    seen_of = say("seen_of", seen=topic.seen, questions=topic.questions)
    figures = "".join(map(_right, (str(topic.due), str(topic.new), seen_of)))
    return Content.assemble(
        literal("› " if here else "  ", "bold $text-accent"),
        literal(set_cell_size(printable_line(topic.name), _first(width) - 2), "bold"),
        literal(figures),
        literal("   " + "█" * learned, "$text-success"),
        literal("▒" * (seen - learned), "$text-success"),
        literal("─" * (_BAR - seen), FAINT),
        literal(f" {topic.learned}", MUTED),
    )


def _share(count: int, topic: Topic) -> int:
    """Return how much of the bar a number of questions takes: at least one cell, and all of it for all of them only."""
    if count in (0, topic.questions):
        return _BAR if count else 0
    return min(max(round(count / topic.questions * _BAR), 1), _BAR - 1)


def _first(width: int) -> int:
    return min(max(width, 12), 24) + 2


def _right(text: str) -> str:
    return " " * max(1, _COLUMN - cell_len(text)) + text
