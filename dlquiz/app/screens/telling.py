"""Screens that tell in a corner what happened, as plain text."""

from collections.abc import Iterator
from contextlib import contextmanager

from textual.notifications import SeverityLevel
from textual.screen import Screen, ScreenResultType

from dlquiz.core.printable import printable
from dlquiz.errors import DlquizError


class TellingScreen(Screen[ScreenResultType]):
    """A screen that goes on after an error that is a sentence."""

    def tell(self, sentence: str, severity: SeverityLevel = "information") -> None:
        """Show a sentence for a few seconds."""
        self.notify(printable(sentence), severity=severity, markup=False)

    @contextmanager
    def telling(self) -> Iterator[None]:
        """Tell of what the store or the engine refuses, and go on."""
        try:
            yield
        except DlquizError as error:
            self.tell(str(error), "error")
