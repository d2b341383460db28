"""The panel under the answer: the verdict, or why there is none."""

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from dlquiz.app.widgets.plain import MUTED, Plain, literal
from dlquiz.app.widgets.rows import Row, Rows
from dlquiz.core.scheduling import Rating


class VerdictView(Plain):
    """Rows of text; it takes the focus while a verdict is shown, so that single letters are keys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "screen.evidence", "The run", show=False),
        Binding("s", "screen.source", "The code", show=False),
        Binding("l", "screen.laboratory", "The laboratory", show=False),
        Binding("p", "screen.practise", "Practise", show=False),
        Binding("u", "screen.undo", "Undo", show=False),
        Binding("q", "screen.leave", "Leave", show=False),
        Binding("enter,space", "screen.next", "Next", show=False),
        *(Binding(f"{grade:d}", f"screen.regrade({grade:d})", grade.name.title(), show=False) for grade in Rating),
    ]

    def judged(self, rows: Sequence[Row], final: bool) -> None:
        """Show what came of an answer; a ``final`` verdict takes the keys."""
        self._rows(rows, keys=final)
        if final:
            self.focus()
        self.call_after_refresh(self.keep_in_view)

    def keep_in_view(self) -> None:
        """Scroll until it is seen, from its first line on."""
        self.scroll_visible(animate=False, immediate=True)

    def note(self, sentence: str) -> None:
        """Show a sentence, or nothing if it is empty; the answer stays where it is seen."""
        self._rows([Row(literal(sentence, MUTED))] if sentence else [])

    def _rows(self, rows: Sequence[Row], keys: bool = False) -> None:
        self.can_focus = keys
        self.show(Rows(rows))
        self.display = bool(rows)
