"""The app of ``dlquiz watch``: one screen, and what it opens."""

from collections.abc import Callable
from datetime import datetime
from typing import ClassVar

from dlquiz.app import screens
from dlquiz.app.frame import Frame
from dlquiz.app.screens.watch import WatchScreen
from dlquiz.app.watching.checking import Sources
from dlquiz.core.texts import Language


class WatchApp(Frame):
    """Watches a bank until its author has seen enough. ``now`` gives the local time."""

    CSS_PATH: ClassVar = ["../application.tcss", "../screens/study.tcss"]

    def __init__(self, sources: Sources, now: Callable[[], datetime], language: Language = "en") -> None:
        super().__init__()
        self._watching = WatchScreen(sources, now, language)

    def on_mount(self) -> None:
        """Show the screen, and end with it."""
        self.push_screen(self._watching, lambda _: self.exit())

    async def action_quit(self) -> None:
        """Quit at once, also where an answer is tried; close what lies over the bank."""
        if self.screen is self._watching:
            self.exit()
        else:
            await super().action_quit()

    def action_help(self) -> None:
        """Show the keys of the screen, and how watching works."""
        self.push_screen(screens.help_screen(self.screen, self._watching.language, "watching"))
