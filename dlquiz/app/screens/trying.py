"""A screen on which answers are tried: what its keys do to the question pane, and what there is behind a verdict."""

from typing import ClassVar

from textual.binding import Binding, BindingType

from dlquiz.app import screens
from dlquiz.app.screens.telling import TellingScreen
from dlquiz.app.widgets.question_pane import QuestionPane
from dlquiz.core.study import Stored
from dlquiz.core.texts import Language
from dlquiz.worker import Worker


class TryingScreen(TellingScreen[None]):
    """Holds a question pane, in one language at a time; its actions have the names that a verdict's keys ask for."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(str(number), f"try_instance({number})", "Try", show=False) for number in (1, 2, 3)),
        Binding("f2", "hint", "Hint", show=False),
        Binding("pageup", "scroll(-1)", "Scroll up", show=False),
        Binding("pagedown", "scroll(1)", "Scroll down", show=False),
    ]

    def __init__(self, worker: Worker, language: Language) -> None:
        super().__init__()
        self.worker = worker
        self.language: Language = language

    @property
    def pane(self) -> QuestionPane:
        """The question that is looked at."""
        return self.query_one(QuestionPane)

    async def action_try_instance(self, number: int) -> None:
        """Answer an instance."""
        await self.pane.try_instance(number)

    async def action_next(self) -> None:
        """Answer the instance once more."""
        await self.pane.try_again()

    def action_submit(self) -> None:
        """Answer with what stands there."""
        self.pane.submit()

    def action_hint(self) -> None:
        """Show a hint of the question that is answered."""
        self.pane.hint()

    def action_evidence(self) -> None:
        """Show the run behind the verdict."""
        if self.pane.verdict is not None:
            self._show_behind("run", self.pane.verdict)

    def action_source(self) -> None:
        """Show the code that ran."""
        if self.pane.verdict is not None:
            self._show_behind("code", self.pane.verdict)

    def _show_behind(self, side: screens.Side, verdict: Stored) -> None:
        self.app.push_screen(screens.evidence_screen(verdict, self, side, seeded=not self.pane.locks))

    def action_scroll(self, pages: int) -> None:
        """Scroll the question while its answer has the keys."""
        self.pane.scroll_pages(pages)
