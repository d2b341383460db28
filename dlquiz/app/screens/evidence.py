"""The evidence screen: blocks, one under the other."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import ScrollableContainer
from textual.screen import ModalScreen

from dlquiz.app.evidence import Exhibit
from dlquiz.app.phrases import say_in
from dlquiz.app.widgets.blocks import block_widget
from dlquiz.app.widgets.key_bar import Key, KeyBar
from dlquiz.app.widgets.plain import Plain
from dlquiz.app.widgets.status_line import StatusLine
from dlquiz.core.texts import Language


class EvidenceScreen(ModalScreen[None]):
    """Shows an exhibit; arrows scroll, Esc closes."""

    CSS_PATH = "evidence.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,v,s", "leave", "Close", show=False),
        Binding("j", "scroll_by(1)", "Down", show=False),
        Binding("k", "scroll_by(-1)", "Up", show=False),
    ]

    def __init__(self, exhibit: Exhibit, language: Language) -> None:
        super().__init__()
        self._exhibit = exhibit
        self._language = language
        self._say = say_in(language)

    def compose(self) -> ComposeResult:
        """Lay out a body that is filled once the blocks are there."""
        yield StatusLine(id="status")
        with ScrollableContainer(id="body", classes="body"):
            yield Plain(self._say("fetching"), id="fetching")
        yield KeyBar(id="keys")

    def on_mount(self) -> None:
        """Begin to fetch the blocks."""
        self.query_one(StatusLine).titled(self._exhibit.title)
        self.query_one(KeyBar).keys(self.help_keys())
        self.query_one("#body").focus()
        self.run_worker(self._fill())

    async def _fill(self) -> None:
        blocks = await self._exhibit.blocks()
        body = self.query_one("#body")
        await body.remove_children()
        await body.mount_all([block_widget(block, self._language) for block in blocks])

    def help_keys(self) -> list[Key]:
        """Return the keys of this screen."""
        return [
            Key("↑↓←→", self._say("scroll")),
            Key("F1", self._say("help"), "app.help"),
            Key("Esc", self._say("close"), "screen.leave"),
        ]

    def action_scroll_by(self, lines: int) -> None:
        """Scroll the blocks."""
        self.query_one("#body").scroll_relative(y=lines, animate=False)

    def action_leave(self) -> None:
        """Close."""
        self.dismiss()
