"""The screen for authors: a bank's complaints, and beside them its questions as learners will see them."""

import gc
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.events import DescendantFocus, Resize
from textual.message import Message

from dlquiz.app import screens
from dlquiz.app.phrases import Say, say_in
from dlquiz.app.screens.trying import TryingScreen
from dlquiz.app.watching.checking import Checking, Progress, Read, Sources, Stopped, Told
from dlquiz.app.watching.keys import bar_keys, every_key
from dlquiz.app.watching.locks import lockable
from dlquiz.app.watching.saves import Saves
from dlquiz.app.watching.state_rows import state_of, status_row, summary_rows
from dlquiz.app.watching.watched import Watched
from dlquiz.app.widgets.complaint_list import ComplaintList, more_of
from dlquiz.app.widgets.instance_cards import InstanceCards
from dlquiz.app.widgets.key_bar import Key, KeyBar
from dlquiz.app.widgets.plain import Plain
from dlquiz.app.widgets.question_pane import QuestionPane
from dlquiz.app.widgets.rows import Rows
from dlquiz.app.widgets.status_line import StatusLine
from dlquiz.banks.folders import shown
from dlquiz.core.texts import Language

_WIDE, _SHORT, _TINY = 100, 16, 8
"""Columns from which both halves stand side by side; lines under which one is shown, and under which no keys are."""
_GARBAGE = 10_000
"""New objects between two looks for garbage: a check makes many, and each look holds the screen."""
_TURN_S = 0.001
"""How long the thread that checks may go on while the screen has something to do."""
_BROWSING = ("step", "reroll", "lock", "try_instance", "other_pane", "explain", "point")


class WatchScreen(TryingScreen):
    """Lives on while the bank is checked: threads read, prove and draw, and post what they found."""

    CSS_PATH = "watch.tcss"
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n,right", "step(1)", "Next question", show=False),
        Binding("p,left", "step(-1)", "Question before", show=False),
        Binding("r", "reroll", "Reroll", show=False),
        Binding("l", "lock", "Lock", show=False),
        Binding("f3", "language", "Language", show=False),
        Binding("j", "point(1)", "Complaint below", show=False),
        Binding("k", "point(-1)", "Complaint above", show=False),
        Binding("enter", "explain", "Explain", show=False),
        Binding("tab", "other_pane", "Other half", show=False),
        Binding("escape,q", "leave", "Back or quit", show=False),
    ]

    @dataclass
    class Heard(Message):
        """What a check told."""

        number: int
        told: Told

    class Saved(Message):
        """The file was saved."""

    def __init__(self, sources: Sources, now: Callable[[], datetime], language: Language) -> None:
        super().__init__(sources.worker, language)
        self._now = now
        self._file = shown(sources.file)
        self._watched = Watched()
        self._checking = Checking(sources, lambda number, told: self._post(self.Heard(number, told)))
        self._saves = Saves(sources.file, lambda: self._post(self.Saved()))
        self._time = ""
        self._tiny = False

    def _post(self, message: Message) -> None:
        """Post from a thread; nobody hears it any more once the app has ended."""
        with suppress(RuntimeError):
            self.post_message(message)

    def compose(self) -> ComposeResult:
        """Lay out the complaints and the question between the status line and the keys."""
        yield StatusLine()
        with Container(id="panes"):
            with Vertical(id="left"):
                yield Plain(id="summary")
                yield ComplaintList()
                yield Plain(id="more")
            yield QuestionPane(self.worker, self.language)
        yield KeyBar()

    def on_mount(self) -> None:
        """Look at the file, and at what becomes of it."""
        self.worker.start()
        self._saves.start()
        self._begin()
        self.query_one(InstanceCards).focus()
        self.call_after_refresh(self._stay_lively)

    @staticmethod
    def _stay_lively() -> None:
        """Keep what threads and garbage do to the screen short, once everything is imported."""
        gc.freeze()
        gc.set_threshold(_GARBAGE)
        sys.setswitchinterval(_TURN_S)

    def on_unmount(self) -> None:
        """Leave the threads to their end."""
        self._saves.stop()
        self._checking.give_up()

    def on_resize(self, event: Resize) -> None:
        """Put the halves side by side where there is room; on a short screen show one of them."""
        width, height = event.size
        self._tiny = height < _TINY
        self.set_class(width >= _WIDE and height >= _SHORT, "-wide")
        self.set_class(height < _SHORT, "-short")
        self.pane.fit(height < _SHORT, self._tiny)
        self._show_state()

    @on(Saved)
    def _begin(self) -> None:
        self._watched.begin()
        self._checking.begin()
        self._show_state()

    @on(Heard)
    def _heard(self, event: Heard) -> None:
        """Take in what the check of the newest save told."""
        if event.number != self._checking.number:
            return
        match event.told:
            case Read():
                self._watched.take(event.told)
            case Progress():
                self._watched.advance(event.told)
                self._checking.heard()
            case Stopped(sentence):
                self._watched.stop(sentence)
            case report:
                self._watched.prove(report)
        self._time = f"{self._now():%H:%M:%S}"
        self._show()

    @property
    def _say(self) -> Say:
        return say_in(self.language)

    def _show(self) -> None:
        self._show_state()
        listed, cards = self.query_one(ComplaintList), self.query_one(InstanceCards)
        had_keys, was_there = listed.has_focus, listed.display
        listed.show_all(self._watched.complaints, self._say)
        self.query_one("#more", Plain).show(more_of(self._watched.complaints, self._say))
        if had_keys and not listed.display:
            cards.focus()
        elif listed.display and not was_there and not self.pane.trying and not self.has_class("-short"):
            listed.focus()
        self._look()

    def _look(self) -> None:
        """Show the question that is looked at, and have the cursor on a complaint about it, if there is one."""
        listed, name = self.query_one(ComplaintList), self._watched.chosen
        if listed.complaint is not None and self._watched.question_of(listed.complaint) != name:
            about = self._watched.complaint_of(name)
            if about is not None:
                listed.point(about)
        self.pane.look(self._watched, self.language)

    def _show_state(self) -> None:
        state = state_of(self._watched, self._time, self._say, self._tiny)
        self.query_one(StatusLine).show(Rows([status_row(self._file, state, self.size.width, self._tiny)]))
        self.query_one("#summary", Plain).show("" if self._tiny else Rows(summary_rows(self._watched, self._say)))
        bar = self.query_one(KeyBar)
        bar.keys(bar_keys(self.pane, self._watched, self._say))
        bar.display = not self._tiny

    def help_keys(self) -> list[Key]:
        """Return the keys of this screen."""
        return every_key(self.pane, self._say)

    @on(QuestionPane.Turned)
    def _turned(self, event: QuestionPane.Turned) -> None:
        self.set_class(self.pane.trying, "-trying")
        self._show_state()
        if event.sentence:
            self.tell(event.sentence, "warning")

    @on(ComplaintList.Moved)
    def _moved(self, event: ComplaintList.Moved) -> None:
        """Look at the question that the complaint is about."""
        name = self._watched.question_of(event.complaint)
        if name is not None and name != self._watched.chosen:
            self._watched.choose(name)
            self.pane.look(self._watched, self.language)

    @on(ComplaintList.Opened)
    def _opened(self, event: ComplaintList.Opened) -> None:
        self.app.push_screen(screens.page_screen(event.complaint, self.language))

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """On a short screen the half that has the keys is shown."""
        self.set_class(isinstance(event.widget, ComplaintList), "-complaints")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool:
        """While an answer is given, letters and arrows are not for the questions."""
        return action not in _BROWSING or not self.pane.trying or self.pane.verdict is not None

    def action_explain(self) -> None:
        """Show the page of the complaint under the cursor."""
        complaint = self.query_one(ComplaintList).complaint
        if complaint is not None:
            self.app.push_screen(screens.page_screen(complaint, self.language))

    def action_point(self, by: int) -> None:
        """Go to another complaint, wherever the keys are."""
        listed = self.query_one(ComplaintList)
        listed.action_cursor_down() if by > 0 else listed.action_cursor_up()

    def action_step(self, by: int) -> None:
        """Look at another question."""
        self._watched.step(by)
        self._look()

    def action_reroll(self) -> None:
        """Look at other instances of the question."""
        self.pane.reroll()

    def action_lock(self) -> None:
        """Keep a parameter while the others are drawn."""
        if not self.pane.instances:
            return
        instance = self.pane.instances[0]
        if not lockable(instance.question):
            self.tell(self._say("watch_no_params"))
            return
        chosen = screens.lock_screen(instance, self.pane.locks, self.language)
        self.app.push_screen(chosen, lambda choice: None if choice is None else self.pane.keep(*choice))

    def action_language(self) -> None:
        """Change between English and Chinese."""
        self.language = "zh" if self.language == "en" else "en"
        self._show()

    def action_other_pane(self) -> None:
        """Let the keys go to the other half."""
        if self.pane.trying:
            return
        listed = self.query_one(ComplaintList)
        other = self.query_one(InstanceCards) if listed.has_focus or not self._watched.complaints else listed
        self.add_class("-complaints") if other is listed else self.remove_class("-complaints")
        self.call_after_refresh(other.focus)

    def action_leave(self) -> None:
        """Go back to the instances, or quit."""
        if self.pane.trying:
            self.pane.leave()
        else:
            self.dismiss()
