"""The app: home, a session, its summary, and home again."""

from collections.abc import Sequence
from typing import ClassVar

from textual import work

from dlquiz.app import screens
from dlquiz.app.desk import Desk
from dlquiz.app.frame import Frame
from dlquiz.app.sitting import Sitting
from dlquiz.core.printable import printable
from dlquiz.errors import DlquizError


class DlquizApp(Frame):
    """Studies ``topics`` at a desk, all of them if there are none in the list; starts on the home screen if it is None.

    The banks of the topics are loaded at once: what is wrong with them is a DlquizError before the screen changes.
    """

    CSS_PATH: ClassVar = ["application.tcss", "screens/study.tcss"]  # one pass over both, before the first question

    def __init__(self, desk: Desk, topics: Sequence[str] | None) -> None:
        super().__init__()
        self._desk = desk
        self._first = None if topics is None else self._sit_down(topics)

    def on_mount(self) -> None:
        """Begin."""
        self._go_on()

    @work
    async def _go_on(self) -> None:
        """Go from screen to screen until the learner quits."""
        sitting = self._first
        while sitting or (sitting := await self._choose()):
            if not await self._study(sitting):
                break
            sitting = None
        self.exit()

    async def _choose(self) -> Sitting | None:
        """Return the session that the learner chose on the home screen, or None to quit."""
        while True:
            topics = await self.push_screen_wait(screens.home_screen(self._desk))
            if topics is None:
                return None
            try:
                return self._sit_down(topics)
            except DlquizError as error:
                self._tell(error)

    def _sit_down(self, topics: Sequence[str]) -> Sitting:
        library = self._desk.library(topics or None)
        warnings = [*library.warnings(), *self._desk.store.warnings]
        return Sitting(self._desk.study(library, topics), self._desk.now, warnings)

    async def _study(self, sitting: Sitting) -> bool:
        """Go through a session; return whether the learner goes on to another one."""
        try:
            attempt = sitting.advance()
        except DlquizError as error:
            self.exit(return_code=error.exit_code, message=printable(str(error)))
            return False
        if attempt is not None:
            await self.push_screen_wait(screens.study_screen(sitting, self._desk))
            if not sitting.study.history:
                return self._first is not sitting
        at_home = self._first is not sitting
        return await self.push_screen_wait(screens.summary_screen(sitting, self._desk, at_home))

    def _tell(self, error: DlquizError) -> None:
        self.notify(printable(str(error)), severity="error", markup=False)

    def action_help(self) -> None:
        """Show the keys of the screen, and how marking works."""
        self.push_screen(screens.help_screen(self.screen, self._desk.language))
