"""The home screen: the topics, and how far the learner is with each."""

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import OptionList

from dlquiz.app.desk import Desk
from dlquiz.app.phrases import say_in
from dlquiz.app.shelf import Topic, topics_of
from dlquiz.app.widgets.key_bar import Key, KeyBar
from dlquiz.app.widgets.plain import Plain
from dlquiz.app.widgets.status_line import StatusLine
from dlquiz.app.widgets.topic_table import column_names, topic_line
from dlquiz.errors import DlquizError


class HomeScreen(Screen[Sequence[str] | None]):
    """Dismissed with the chosen topics, an empty list for all of them, or None to quit."""

    CSS_PATH = "home.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "all", "All topics", show=False),
        Binding("q,escape", "leave", "Quit", show=False),
        Binding("j", "move('down')", "Down", show=False),
        Binding("k", "move('up')", "Up", show=False),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._say = say_in(desk.language)
        self._topics: list[Topic] = []

    def compose(self) -> ComposeResult:
        """Lay out a heading over the list of topics."""
        yield StatusLine(id="status")
        yield Plain(id="heading")
        yield OptionList(id="topics", markup=False, compact=True)
        yield KeyBar(id="keys")

    def on_mount(self) -> None:
        """Count what is due, and list the topics."""
        self.query_one(StatusLine).titled(self._say("choose"))
        self.query_one(KeyBar).keys(self.help_keys())
        self._list()

    def _list(self) -> None:
        heading, shown = self.query_one("#heading", Plain), self.query_one(OptionList)
        try:
            self._topics = topics_of(self._desk.library(), self._desk.store.cards(), self._desk.now())
        except DlquizError as error:
            heading.show(str(error))
            return
        heading.show(column_names(self._width, self._say) if self._topics else self._say("no_topics"))
        shown.add_options([topic_line(topic, self._width, self._say) for topic in self._topics])
        shown.highlighted = 0 if self._topics else None
        shown.focus()

    @property
    def _width(self) -> int:
        return max((cell_len(topic.name) for topic in self._topics), default=0)

    @on(OptionList.OptionHighlighted)
    def _mark(self, event: OptionList.OptionHighlighted) -> None:
        """Point at the topic with a sign, too: a colour alone is not seen by everybody."""
        for place, topic in enumerate(self._topics):
            line = topic_line(topic, self._width, self._say, here=place == event.option_index)
            event.option_list.replace_option_prompt_at_index(place, line)

    def help_keys(self) -> list[Key]:
        """Return the keys of this screen."""
        return [
            Key("↵", self._say("start"), "screen.start"),
            Key("a", self._say("all topics"), "screen.all"),
            Key("F1", self._say("help"), "app.help"),
            Key("q", self._say("quit"), "screen.leave"),
        ]

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss([self._topics[event.option_index].name])

    def action_start(self) -> None:
        """Study the topic at the cursor."""
        self.query_one(OptionList).action_select()

    def action_all(self) -> None:
        """Study all topics, taking turns."""
        if self._topics:
            self.dismiss([])

    def action_move(self, way: str) -> None:
        """Go up or down."""
        topics = self.query_one(OptionList)
        topics.action_cursor_up() if way == "up" else topics.action_cursor_down()

    def action_leave(self) -> None:
        """Quit."""
        self.dismiss(None)
