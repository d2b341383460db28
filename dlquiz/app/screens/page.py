"""The page of a complaint's code, under the complaint."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen

from dlquiz.app.phrases import say_in
from dlquiz.app.widgets.key_bar import Key, KeyBar
from dlquiz.app.widgets.plain import MUTED, Plain, literal
from dlquiz.app.widgets.rows import EMPTY, Row, Rows
from dlquiz.app.widgets.status_line import StatusLine
from dlquiz.banks.codes.pages import page
from dlquiz.banks.complaints import Complaint
from dlquiz.core.texts import Language


class PageScreen(ModalScreen[None]):
    """Closed by Esc, q or ↵; what it says is written once, for ``dlquiz explain``."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,enter", "leave", "Close", show=False)]

    def __init__(self, complaint: Complaint, language: Language) -> None:
        super().__init__()
        self._complaint = complaint
        self._say = say_in(language)

    def compose(self) -> ComposeResult:
        """Lay out the complaint over the page."""
        yield StatusLine()
        with VerticalScroll(classes="body"):
            yield Plain(Rows(self._rows()))
        yield KeyBar()

    def on_mount(self) -> None:
        """Name the page, and let the arrows scroll it."""
        self.query_one(StatusLine).titled(self._say("page_title", code=self._complaint.code))
        self.query_one(KeyBar).keys(self.help_keys())
        self.query_one(VerticalScroll).focus()

    def help_keys(self) -> list[Key]:
        """Return the keys of this screen."""
        return [Key("↑↓", self._say("scroll")), Key("Esc", self._say("close"), "screen.leave")]

    def action_leave(self) -> None:
        """Close."""
        self.dismiss()

    def _rows(self) -> list[Row]:
        one = self._complaint
        told = literal(f"{one.file}:{one.line}:{one.column}", "bold") + literal(f"  {one.message}; {one.fix}")
        return [Row(told), Row(EMPTY), *map(_line, page(one.code).text().split("\n"))]


def _line(text: str) -> Row:
    """Return a line of a page; an example keeps its indent where it wraps."""
    indent = " " * (len(text) - len(text.lstrip()))
    return Row(literal(text.strip(), MUTED if indent else ""), literal(indent))
