"""The question screen: a question, an answer, a verdict, the next question."""

import asyncio
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Resize
from textual.visual import Visual

from dlquiz.app import screens
from dlquiz.app.asking import asking_keys
from dlquiz.app.desk import Desk
from dlquiz.app.garbage import look_briefly
from dlquiz.app.phrases import say_in
from dlquiz.app.screens.telling import TellingScreen
from dlquiz.app.sitting import Sitting
from dlquiz.app.widgets.answer import AnswerWidget
from dlquiz.app.widgets.key_bar import Key, KeyBar, bar
from dlquiz.app.widgets.question_body import QuestionBody
from dlquiz.app.widgets.status_line import StatusLine
from dlquiz.core.scheduling import Rating
from dlquiz.core.session import Attempt
from dlquiz.core.study import Stored

_SHORT = 16
"""A screen of fewer lines shows no blank ones."""


class StudyScreen(TellingScreen[None]):
    """Asks until the session is over or the learner leaves."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "hint", "Hint", show=False),
        Binding("ctrl+z", "undo", "Undo", show=False),
        Binding("ctrl+n", "skip", "Skip", show=False),
        Binding("escape", "leave", "Leave", show=False),
        Binding("pageup", "scroll(-1)", "Scroll up", show=False),
        Binding("pagedown", "scroll(1)", "Scroll down", show=False),
    ]

    def __init__(self, sitting: Sitting, desk: Desk) -> None:
        super().__init__()
        self.sitting = sitting
        self._desk = desk
        self._say = say_in(desk.language)
        self._busy = False
        self._warned = False

    def compose(self) -> ComposeResult:
        """Lay out the status line, what scrolls, and the keys."""
        yield StatusLine()
        yield QuestionBody(self.sitting.present.instance.question.form, self._desk.language)
        yield KeyBar()

    async def on_mount(self) -> None:
        """Ask the first question; the engine starts once it is on the screen."""
        await self._ask(self.sitting.present)
        self.call_after_refresh(self.run_worker, self._begin())

    def on_resize(self, event: Resize) -> None:
        """Keep in view what has the keys, and use a short screen for text alone."""
        short = event.size.height < _SHORT
        self.set_class(short, "-short")
        self._body.fit(short)

    async def _begin(self) -> None:
        import dlquiz.app.judged  # noqa: F401 - while the learner reads, so that the first verdict need not wait for it

        look_briefly()
        for sentence in self.sitting.warnings:
            self.tell(sentence, "warning")
        self.run_worker(self._back_up())
        with self.telling():
            await self.sitting.meet(self._desk.worker.hello())

    async def _back_up(self) -> None:
        failed = await asyncio.to_thread(self._desk.store.back_up, self.sitting.now())
        if failed is not None:
            self.tell(failed, "warning")

    async def _ask(self, attempt: Attempt, note: str = "") -> None:
        await self._body.ask(attempt, self.sitting, note)
        self._show_status()
        self.call_after_refresh(self.sitting.begin_run)

    @property
    def _body(self) -> QuestionBody:
        return self.query_one(QuestionBody)

    @on(AnswerWidget.Submitted)
    def _submitted(self, event: AnswerWidget.Submitted) -> None:
        if not self._busy and self.sitting.allows("submit"):
            self._judging(True)
            self.run_worker(self._judge(event.text), group="answer", exclusive=True)

    async def _judge(self, text: str) -> None:
        with self._body.waiting(partial(self.sitting.running, self._say)):
            outcome = await self.sitting.answer(text)
        self._judging(False)
        self._body.show(outcome, self.sitting.present)
        self._show_status()
        if isinstance(outcome, Stored):
            self.call_after_refresh(self.sitting.look_ahead)

    def _judging(self, busy: bool) -> None:
        """Leave the answer as it is while it is judged."""
        self._busy, self._warned = busy, False
        self._body.hold(busy)

    def _show_status(self) -> None:
        self.query_one(KeyBar).show(self._bottom_line())
        with self.telling():
            counts = self.sitting.study.session.counts(self.sitting.now())
            self.query_one(StatusLine).where(self.sitting.present, counts, self._say)

    def _bottom_line(self) -> Visual:
        if self.sitting.stored is None:
            return bar(self.help_keys())
        from dlquiz.app.judged import judged_line

        return judged_line(self.sitting.stored, self._desk.language)

    def help_keys(self) -> list[Key]:
        """Return the keys of this screen as it is at present."""
        if self.sitting.stored is None:
            return asking_keys(self.sitting.present, self._say)
        from dlquiz.app.judged import judged_keys

        return judged_keys(self.sitting.stored, self._say)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool:
        """Some keys are for a question, others for a verdict; while an answer is judged, one can only leave."""
        return self.sitting.allows(action) and not (self._busy and action in ("hint", "submit"))

    def action_submit(self) -> None:
        """Answer with what stands there, as ↵ does."""
        self._body.submit()

    def action_hint(self) -> None:
        """Show one more hint; from then on a right answer counts as Hard."""
        if self.sitting.hint() is None:
            self._body.note(self._say("no_more_hints" if self.sitting.hints_shown else "no_hint"))
        self._body.show_hints(self.sitting.present, self.sitting.hints_shown)

    async def action_skip(self) -> None:
        """Leave this question out of the session."""
        self._stop_waiting()
        self.sitting.skip()
        await self.action_next()

    async def action_next(self) -> None:
        """Go to the next question, or end the session."""
        with self.telling():
            attempt = self.sitting.advance()
            if attempt is None:
                self.dismiss()
            else:
                await self._ask(attempt)

    async def action_practise(self) -> None:
        """Ask the same once more, where the mistake would show; nothing is rescheduled."""
        with self.telling():
            await self._ask(self.sitting.practise())

    async def action_undo(self) -> None:
        """Empty the answer; where it is empty take back the newest review, and ask its question again where it can."""
        self._stop_waiting()
        if self.sitting.stored is None and self._body.clear():
            return
        with self.telling():
            undone = self.sitting.undo()
            if undone is None:
                self.tell(self._say("nothing_to_undo"))
            elif undone.attempt is not None:
                await self._ask(undone.attempt, self._say("undone", answer=undone.answer))
            else:
                self.tell(self._say(undone.phrase, answer=undone.answer, key=undone.key))
                self._show_status()

    def action_regrade(self, number: int) -> None:
        """Change the grade of the verdict on the screen."""
        with self.telling():
            self.sitting.regrade(Rating(number))
            self._show_status()
            self.sitting.look_ahead()

    def action_evidence(self) -> None:
        """Show the run behind the verdict."""
        if self.sitting.stored is not None:
            self.app.push_screen(screens.evidence_screen(self.sitting.stored, self._desk, "run"))

    def action_source(self) -> None:
        """Show the code that ran."""
        if self.sitting.stored is not None:
            self.app.push_screen(screens.evidence_screen(self.sitting.stored, self._desk, "code"))

    def action_laboratory(self) -> None:
        """Change the parameters of the instance, and see the answer follow."""
        if self.sitting.stored is not None:
            laboratory = screens.laboratory_screen(self.sitting.stored, self._desk)
            if laboratory is None:
                self.tell(self._say("no_laboratory"))
            else:
                self.app.push_screen(laboratory)

    def action_leave(self) -> None:
        """End the session; what is stored stays. Practice that is left goes on with the session."""
        if self._busy and not self._warned:
            self._warned = True
            self.tell(self._say("still_judged"), "warning")
            return
        self._stop_waiting()
        if self.sitting.present.practice and self.sitting.stored is None:
            self.run_worker(self.action_next())
        else:
            self.dismiss()

    def action_scroll(self, pages: int) -> None:
        """Scroll a long question while the answer has the focus."""
        self._body.scroll_pages(pages)

    def _stop_waiting(self) -> None:
        self.workers.cancel_group(self, "answer")
        if self._busy:
            self._judging(False)
