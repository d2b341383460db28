"""The question that is looked at: three instances, or one of them with an answer that is tried."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message

from dlquiz.app.phrases import Say, say_in
from dlquiz.app.watching.state_rows import heading_rows
from dlquiz.app.watching.trial import Trial
from dlquiz.app.watching.viewing import Viewing
from dlquiz.app.watching.watched import Entry, Watched
from dlquiz.app.widgets.answer import AnswerWidget
from dlquiz.app.widgets.instance_cards import InstanceCards
from dlquiz.app.widgets.plain import Plain
from dlquiz.app.widgets.rows import Row, Rows
from dlquiz.app.widgets.trying_body import TryingBody
from dlquiz.core.expressions import Value
from dlquiz.core.questions import Instance, Question
from dlquiz.core.session import Attempt
from dlquiz.core.study import Stored
from dlquiz.core.texts import Language
from dlquiz.worker import Worker


class QuestionPane(Vertical):
    """Follows the bank: what is saved while an answer is tried is asked anew, and the answer is marked anew."""

    def __init__(self, worker: Worker, language: Language) -> None:
        super().__init__(id="right")
        self._worker = worker
        self._language = language
        self._viewing = Viewing()
        self._entry: Entry | None = None
        self._trial: Trial | None = None
        self._number = 0
        self._answer = ""
        self._short = self._tiny = False
        self._heading: list[Row] = []

    @dataclass
    class Turned(Message):
        """Other keys have a meaning; ``sentence`` is to be told, if there is one."""

        sentence: str = ""

    def compose(self) -> ComposeResult:
        """Lay out the heading over the instances."""
        yield Plain(id="question")
        yield InstanceCards(classes="body")

    @property
    def trying(self) -> bool:
        """Whether an answer is being tried, or its verdict is shown."""
        return self._trial is not None

    @property
    def attempt(self) -> Attempt | None:
        """The attempt that an answer is tried for."""
        return None if self._trial is None else self._trial.attempt

    @property
    def verdict(self) -> Stored | None:
        """The verdict that is shown."""
        return None if self._trial is None else self._trial.verdict

    @property
    def question(self) -> Question | None:
        """The question that is looked at, where it could be read."""
        return None if self._entry is None else self._entry.question

    @property
    def instances(self) -> tuple[Instance, ...]:
        """The instances that are looked at."""
        return self._viewing.drawn.instances if self.question is not None else ()

    @property
    def locks(self) -> Mapping[str, Value]:
        """The locked parameters of the question."""
        return {} if self.question is None else self._viewing.locks(self.question)

    @property
    def _say(self) -> Say:
        return say_in(self._language)

    def look(self, watched: Watched, language: Language) -> None:
        """Show the question that is looked at; nothing moves where it is the same in the same language."""
        former, self._entry = self._entry, watched.entry
        other = former is None or self._entry is None or former.id != self._entry.id
        anew = language != self._language or (self._entry is not None and self._entry.id in watched.changed)
        same = not other and language == self._language and former is not None and former.question is self.question
        self._language = language
        self.set_class(self._entry is not None and self._entry.old, "-old")
        self._heading = heading_rows(watched, self._say)
        self._show_heading()
        if not same or former != self._entry:
            self._draw(other, anew and not same)

    def _show_heading(self) -> None:
        self.query_one("#question", Plain).show("" if self._tiny else Rows(self._heading))

    @work(group="draw", exclusive=True)
    async def _draw(self, other: bool, anew: bool) -> None:
        """Draw the instances again; what is tried is asked again where it is another text."""
        question = self.question
        if other or question is None:
            await self.stop_trying()
        if question is None:
            self.query_one(InstanceCards).empty(self._say("watch_nothing" if self._entry is None else "watch_unread"))
            self.post_message(self.Turned())
            return
        lost = self._viewing.drop(question)
        drawn = await self._viewing.draw(question)
        old = self._entry is not None and self._entry.old
        cards = self.query_one(InstanceCards)
        cards.show(drawn, self._viewing.locks(question), old, self._language)
        if other:
            cards.scroll_home(animate=False)
        self.post_message(self.Turned(self._say("watch_dropped", names=", ".join(lost)) if lost else ""))
        if self.trying and anew:
            await self._ask_again()

    def reroll(self) -> None:
        """Show other instances."""
        if self.question is not None:
            self._viewing.reroll(self.question)
            self._redraw()

    def keep(self, name: str, value: Value | None) -> None:
        """Keep a parameter at a value; None lets it go."""
        if self.question is not None:
            if value is None:
                self._viewing.unlock(self.question, name)
            else:
                self._viewing.lock(self.question, name, value)
            self._redraw()

    def _redraw(self) -> None:
        self._draw(True, False)

    async def try_instance(self, number: int, answer: str = "") -> None:
        """Ask an instance, counted from 1, as a session would; ``answer`` stands in the field."""
        if not 1 <= number <= len(self.instances):
            return
        self._number, self._answer = number, ""
        self._trial = Trial(self.instances[number - 1], self._worker, self._language)
        body = TryingBody(self._trial.attempt.instance.question.form, self._language)
        await self._take(body)
        await body.ask(self._trial.attempt, self._trial)
        body.fit(self._short)
        body.retype(answer)
        self.post_message(self.Turned())

    async def try_again(self) -> None:
        """Ask the same instance again."""
        await self.try_instance(self._number)

    async def _ask_again(self) -> None:
        """Ask the instance in its new text; what was answered is marked again, what was typed stays."""
        answer = self._answer if self.verdict is not None else self._under_way
        typed = self.query_one(TryingBody).typed
        if self._number > len(self.instances):
            await self.stop_trying()
        else:
            await self.try_instance(self._number, typed if answer is None else answer)
            if answer is not None:
                self._begin_judging(answer)

    @property
    def _under_way(self) -> str | None:
        return None if self._trial is None else self._trial.running

    @work
    async def leave(self) -> None:
        """Go back to the instances."""
        await self.stop_trying()

    async def stop_trying(self) -> None:
        """Show the instances again."""
        if self._trial is not None:
            self._trial = None
            await self._take(None)
            self.query_one(InstanceCards).focus()
            self.post_message(self.Turned())

    async def _take(self, body: TryingBody | None) -> None:
        """Have a question in the place of the instances, or none."""
        self.workers.cancel_group(self, "answer")
        with self.app.batch_update():
            await self.query(TryingBody).remove()
            self.query_one(InstanceCards).display = body is None
            if body is not None:
                await self.mount(body)

    @on(AnswerWidget.Submitted)
    def _submitted(self, event: AnswerWidget.Submitted) -> None:
        event.stop()
        self._begin_judging(event.text)

    @work(group="answer", exclusive=True)
    async def _begin_judging(self, text: str) -> None:
        await self._judge(text)

    async def _judge(self, text: str) -> None:
        trial, body = self._trial, self.query_one(TryingBody)
        if trial is None:
            return
        body.hold(True)
        try:
            with body.waiting(partial(self._run_told, trial.attempt.instance)):
                outcome = await trial.answer(text)
        finally:
            body.hold(False)
        self._answer = text
        body.show(outcome, trial.attempt)
        self.post_message(self.Turned())

    def _run_told(self, instance: Instance, seconds: int) -> str:
        what = instance.calls[0].function if instance.calls else instance.question.key
        return f"{self._say('running', what=what)} {self._say('seconds', seconds=seconds)}"

    def submit(self) -> None:
        """Answer with what stands there, as ↵ does."""
        self.query_one(TryingBody).submit()

    def hint(self) -> None:
        """Show one more hint of what is tried."""
        if self._trial is not None:
            body = self.query_one(TryingBody)
            if not self._trial.hint():
                body.note(self._say("no_more_hints" if self._trial.hints_shown else "no_hint"))
            body.show_hints(self._trial.attempt, self._trial.hints_shown)

    def fit(self, short: bool, tiny: bool) -> None:
        """Keep in view what has the keys, at a new size: a ``short`` screen without blank lines, a ``tiny`` one with
        the question alone.
        """
        self._short, self._tiny = short, tiny
        self._show_heading()
        for body in self.query(TryingBody):
            body.fit(short)

    def scroll_pages(self, pages: int) -> None:
        """Scroll what is tried, by pages."""
        for body in self.query(TryingBody):
            body.scroll_pages(pages)
