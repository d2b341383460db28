"""Text on the screen, always literal: no markup is read in it and no control character leaves it."""

from typing import Any, Final

from textual.content import Content
from textual.events import Click
from textual.style import Style
from textual.visual import Visual
from textual.widgets import Static

from dlquiz.app.widgets.rows import Row, Rows
from dlquiz.core.printable import printable

MUTED: Final = "$foreground 65%"
"""Style of what is secondary."""
FAINT: Final = "$foreground 40%"
"""Style of what only separates."""
_ACTION = "dlquiz-action"


def literal(text: str, style: str = "") -> Content:
    """Return text as it is, in one style.

    >>> literal("[CLS] x[i]").plain
    '[CLS] x[i]'
    """
    return Content.styled(printable(text), style)


def clickable(text: Content, action: str) -> Content:
    """Return text that runs an action when it is clicked."""
    return text.stylize(Style.from_meta({_ACTION: action}))


class Plain(Static):
    """A widget of literal text; strings are made printable and wrapped, visuals are taken as they are."""

    def __init__(self, content: str | Visual = "", **kwargs: Any) -> None:
        super().__init__(_safe(content), markup=False, **kwargs)

    def show(self, content: str | Visual) -> None:
        """Show something else; an empty string takes no room."""
        self.update(_safe(content))
        self.display = content != ""

    async def on_click(self, event: Click) -> None:
        """Run the action of the text under the mouse."""
        action = event.style.meta.get(_ACTION)
        if action is not None:
            event.stop()
            await self.run_action(action)


def _safe(content: str | Visual) -> Visual:
    if isinstance(content, str):
        return Rows([Row(literal(content))]) if content else literal("")
    return content
