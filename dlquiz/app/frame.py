"""What every app of ours has: help, two themes, a way to leave, and an end with its terminal."""

import sys
from typing import ClassVar

from textual.app import App
from textual.binding import Binding, BindingType

_LIGHT, _DARK = "textual-light", "textual-dark"
_WATCH_S = 2.0


class Frame(App[None]):
    """The keys that work everywhere; who inherits says what help shows."""

    TITLE = "dlquiz"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "help", "Help", show=False),
        Binding("f4", "light_or_dark", "Light or dark", show=False),
        Binding("ctrl+c", "quit", "Leave", show=False),
    ]

    def on_mount(self) -> None:
        """End with the terminal: where its closing sends no signal, reading from it would never rest."""
        if self._has_terminal():
            self.set_interval(_WATCH_S, self._end_with_terminal)

    def _end_with_terminal(self) -> None:
        if not self._has_terminal():
            self.exit()

    @staticmethod
    def _has_terminal() -> bool:
        stdin = sys.__stdin__
        return stdin is not None and not stdin.closed and stdin.isatty()

    def action_light_or_dark(self) -> None:
        """Change between a dark and a light theme."""
        self.theme = _DARK if self.theme == _LIGHT else _LIGHT

    async def action_quit(self) -> None:
        """Leave by the screen's own way where it has one, else quit."""
        leave = getattr(self.screen, "action_leave", None)
        if leave is None:
            self.exit()
        else:
            leave()
