"""The evidence screen: blocks, one under the other."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import ScrollableContainer
from textual.screen import ModalScreen
from textual.widget import Widget

from dlquiz.app.evidence import Exhibit
from dlquiz.app.phrases import say_in
from dlquiz.app.screens import Side
from dlquiz.app.widgets.blocks import block_widget
from dlquiz.app.widgets.blocks.source import SourceView
from dlquiz.app.widgets.key_bar import Key, KeyBar
from dlquiz.app.widgets.plain import Plain
from dlquiz.app.widgets.status_line import StatusLine
from dlquiz.core.texts import Language


class EvidenceScreen(ModalScreen[None]):
    """Shows one exhibit of two; v and s change between them, or close the one that is shown, as Esc does."""

    CSS_PATH = "evidence.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", "Close", show=False),
        Binding("v", "turn_to('run')", "The run", show=False),
        Binding("s", "turn_to('code')", "The code", show=False),
        Binding("j", "scroll_by(1)", "Down", show=False),
        Binding("k", "scroll_by(-1)", "Up", show=False),
    ]

    def __init__(self, exhibits: Mapping[Side, Exhibit], side: Side, language: Language) -> None:
        super().__init__()
        self._exhibits = exhibits
        self._side = side
        self._language = language
        self._say = say_in(language)

    def compose(self) -> ComposeResult:
        """Lay out a body that is filled once the blocks are there."""
        yield StatusLine(id="status")
        yield ScrollableContainer(id="body", classes="body")
        yield KeyBar(id="keys")

    async def on_mount(self) -> None:
        """Begin to fetch the blocks."""
        await self._show()

    async def _show(self) -> None:
        self.query_one(StatusLine).titled(self._exhibits[self._side].title)
        self.query_one(KeyBar).keys(self.help_keys())
        body = self.query_one("#body")
        await self._put([Plain(self._say("fetching"))])
        body.focus()
        self.run_worker(self._fill(), exclusive=True)

    async def _fill(self) -> None:
        blocks = await self._exhibits[self._side].blocks()
        await self._put([block_widget(block, self._language) for block in blocks])
        self.call_after_refresh(self._open)

    async def _put(self, widgets: Sequence[Widget]) -> None:
        body = self.query_one("#body")
        await body.remove_children()
        body.scroll_home(animate=False, immediate=True)
        await body.mount_all(widgets)

    def _open(self) -> None:
        """Go to the definition of the function where much stands above it: its name and decorators."""
        body = self.query_one("#body")
        for view in list(body.query(SourceView))[:1]:
            if view.opens_at > body.size.height // 2:
                body.scroll_to(y=view.virtual_region.y + view.opens_at, animate=False)

    def help_keys(self) -> list[Key]:
        """Return the keys of this screen."""
        other = Key("s", self._say("the code"), "screen.turn_to('code')")
        return [
            Key("↑↓←→", self._say("scroll")),
            other if self._side == "run" else Key("v", self._say("the run"), "screen.turn_to('run')"),
            Key("F1", self._say("help"), "app.help"),
            Key("Esc", self._say("close"), "screen.leave"),
        ]

    def action_scroll_by(self, lines: int) -> None:
        """Scroll the blocks."""
        self.query_one("#body").scroll_relative(y=lines, animate=False)

    async def action_turn_to(self, side: Side) -> None:
        """Show the other side; close where this one is shown."""
        if side == self._side:
            self.dismiss()
            return
        self._side = side
        await self._show()

    def action_leave(self) -> None:
        """Close."""
        self.dismiss()
