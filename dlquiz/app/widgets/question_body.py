"""What scrolls on the question screen: the question, the answer, and the verdict under it."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from textual.app import ComposeResult
from textual.containers import VerticalScroll

from dlquiz.app.sitting import Elsewhere, Outcome, Revealed, Trouble, Unread
from dlquiz.app.widgets.answer import answer_widget
from dlquiz.app.widgets.prompt_view import PromptView
from dlquiz.app.widgets.rows import Row
from dlquiz.app.widgets.verdict_view import VerdictView
from dlquiz.core.questions import Form
from dlquiz.core.session import Attempt
from dlquiz.core.study import Stored
from dlquiz.core.texts import Language
from dlquiz.core.verdicts import Reading

PATIENCE_S = 0.15
"""A run that takes longer than this is announced."""

Judged = Stored | Elsewhere | Revealed | Trouble
"""What came of an answer that could be read."""


class Asked(Protocol):
    """What the body asks of whoever holds the attempt."""

    hints_shown: int

    def read(self, text: str) -> Reading:
        """Return a typed answer as it is understood; raises Unreadable."""
        ...


class QuestionBody(VerticalScroll, can_focus=False):
    """Made for the form of its first question; another form brings another widget for the answer."""

    def __init__(self, form: Form, language: Language) -> None:
        super().__init__(classes="body")
        self._answer = answer_widget(form)
        self._language = language

    def compose(self) -> ComposeResult:
        """Lay out the three parts."""
        yield PromptView()
        yield self._answer
        yield VerdictView()

    async def ask(self, attempt: Attempt, asked: Asked, note: str = "") -> None:
        """Show a question, its answer empty, and a note under it if there is one."""
        self.query_one(PromptView).ask(attempt, self._language, asked.hints_shown)
        await self._take(attempt.instance.question.form)
        self._answer.ask(attempt, asked.read, self._language)
        self._answer.take_focus()
        self.note(note)
        self.scroll_home(animate=False)
        self.call_after_refresh(self._answer.keep_in_view)

    async def _take(self, form: Form) -> None:
        """Have the widget for a form in the place of the answer."""
        if self._answer.form == form:
            return
        former, self._answer = self._answer, answer_widget(form)
        await self.mount(self._answer, after=former)
        await former.remove()

    def show(self, outcome: Outcome, attempt: Attempt) -> None:
        """Show what came of an answer."""
        answer, panel = self._answer, self.query_one(VerdictView)
        if isinstance(outcome, Unread):
            panel.note("")
            answer.refuse(outcome.error)
            self.call_after_refresh(answer.keep_in_view)
            return
        final = isinstance(outcome, Stored)
        if final:
            answer.close()
        panel.judged(self._rows(outcome, attempt), final)

    def _rows(self, outcome: Judged, attempt: Attempt) -> Sequence[Row]:
        """Return the rows of the panel under the answer."""
        from dlquiz.app.judged import judged_rows

        return judged_rows(outcome, attempt, self._language)

    def show_hints(self, attempt: Attempt, count: int) -> None:
        """Show the first ``count`` hints."""
        self.query_one(PromptView).ask(attempt, self._language, count)
        self.call_after_refresh(self._keep_in_view)

    def fit(self, short: bool) -> None:
        """Keep in view what has the keys, at a new size; on a ``short`` screen without blank lines."""
        self.query_one(PromptView).tighten(short)
        self.call_after_refresh(self._keep_in_view)

    def _keep_in_view(self) -> None:
        panel = self.query_one(VerdictView)
        if panel.has_focus:
            panel.keep_in_view()
        else:
            self._answer.keep_in_view()

    def note(self, sentence: str) -> None:
        """Show a sentence in place of the verdict, or nothing if it is empty."""
        self.query_one(VerdictView).note(sentence)

    def clear(self) -> bool:
        """Empty the answer; return whether something stood there."""
        self.note("")
        return self._answer.clear()

    def hold(self, held: bool) -> None:
        """Let the answer be changed, or not."""
        self._answer.hold(held)

    def submit(self) -> None:
        """Answer with what stands there."""
        self._answer.submit()

    @contextmanager
    def waiting(self, sentence: Callable[[int], str]) -> Iterator[None]:
        """Meanwhile show a sentence, made from the seconds that passed, once waiting is noticed."""
        begun = time.monotonic()
        timer = self.set_interval(PATIENCE_S, lambda: self.note(sentence(int(time.monotonic() - begun))))
        try:
            yield
        finally:
            timer.stop()

    def scroll_pages(self, pages: int) -> None:
        """Scroll by pages."""
        self.scroll_relative(y=pages * max(self.size.height - 1, 1), animate=False)
