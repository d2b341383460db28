"""The screen that ends a session."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import Screen

from dlquiz.app.desk import Desk
from dlquiz.app.phrases import say_in
from dlquiz.app.sitting import Sitting
from dlquiz.app.tally import tally
from dlquiz.app.widgets.key_bar import Key, KeyBar
from dlquiz.app.widgets.plain import Plain
from dlquiz.app.widgets.rows import Rows
from dlquiz.app.widgets.status_line import StatusLine
from dlquiz.app.widgets.tally_rows import tally_rows
from dlquiz.errors import DlquizError


class SummaryScreen(Screen[bool]):
    """Dismissed with whether the learner goes on. ``from_home``: the session was started on the home screen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "go_on", "Go on", show=False),
        Binding("escape", "back", "Back", show=False),
        Binding("q", "leave", "Quit", show=False),
    ]

    def __init__(self, sitting: Sitting, desk: Desk, from_home: bool = False) -> None:
        super().__init__()
        self._sitting = sitting
        self._from_home = from_home
        self._desk = desk
        self._language = desk.language
        self._say = say_in(desk.language)

    def compose(self) -> ComposeResult:
        """Lay out the figures."""
        yield StatusLine(id="status")
        with VerticalScroll(classes="body"):
            yield Plain(id="figures")
        yield KeyBar(id="keys")

    def on_mount(self) -> None:
        """Count."""
        self.query_one(StatusLine).titled(self._say("summary"))
        self.query_one(KeyBar).keys(self.help_keys())
        words = self._desk.words(self._sitting.study.session.questions)
        figures = self.query_one("#figures", Plain)
        try:
            figures.show(Rows(tally_rows(tally(self._sitting), words, self._language)))
        except DlquizError as error:
            figures.show(str(error))

    def help_keys(self) -> list[Key]:
        """Return the keys of this screen."""
        return [
            Key("↵", self._say("home"), "screen.go_on"),
            Key("q" if self._from_home else "Esc", self._say("quit"), "screen.leave"),
            Key("F1", self._say("help"), "app.help"),
        ]

    def action_go_on(self) -> None:
        """Go to the home screen."""
        self.dismiss(True)

    def action_back(self) -> None:
        """Go to where the session was started: the home screen, or the shell."""
        self.dismiss(self._from_home)

    def action_leave(self) -> None:
        """Quit."""
        self.dismiss(False)
