"""Help: the keys of the screen below, and how marking works, or whatever else its app is about."""

from typing import Any, ClassVar, Protocol, runtime_checkable

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen, Screen

from dlquiz.app.phrases import say_in
from dlquiz.app.widgets.key_bar import Key, KeyBar
from dlquiz.app.widgets.plain import MUTED, Plain, literal
from dlquiz.app.widgets.rows import EMPTY, Row, Rows
from dlquiz.app.widgets.status_line import StatusLine
from dlquiz.core.texts import Language

_KEY_WIDTH = 8


@runtime_checkable
class Keyed(Protocol):
    """A screen that names its keys."""

    def help_keys(self) -> list[Key]:
        """Return the keys of the screen as it is at present."""
        ...


class HelpScreen(ModalScreen[None]):
    """Closed by Esc, F1, q or ↵. ``subject`` is the phrase that explains, under the heading ``help_subject``."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,f1,q,enter", "dismiss", "Close", show=False)]

    def __init__(self, about: Screen[Any], language: Language, subject: str = "marking") -> None:
        super().__init__()
        self._subject = subject
        self._keys = about.help_keys() if isinstance(about, Keyed) else []
        self._say = say_in(language)

    def compose(self) -> ComposeResult:
        """Lay out the keys over the explanation."""
        yield StatusLine(id="status")
        with VerticalScroll(classes="body"):
            yield Plain(Rows(self._rows()))
        yield KeyBar(id="keys")

    def on_mount(self) -> None:
        """Name the screen and its key."""
        self.query_one(StatusLine).titled(self._say("help_title"))
        self.query_one(KeyBar).keys([Key("Esc", self._say("close"), "screen.dismiss")])

    def _rows(self) -> list[Row]:
        everywhere = [Key("F4", self._say("light_or_dark")), Key("^Q", self._say("quit"))]
        keys = [
            Row(literal(key.word), literal(f"  {key.key:<{_KEY_WIDTH}}", "bold")) for key in [*self._keys, *everywhere]
        ]
        return [
            Row(literal(self._say("help_keys"), MUTED)),
            *keys,
            Row(EMPTY),
            Row(literal(self._say(f"help_{self._subject}"), MUTED)),
            Row(literal(self._say(self._subject)), literal("  ")),
        ]
