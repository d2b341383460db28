"""The screen for authors: a bank's complaints, and beside them its questions as learners will see them."""

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
from textual.events import Resize
from textual.message import Message

from dlquiz.app.garbage import look_briefly
from dlquiz.app.screens.browsing import BrowsingScreen
from dlquiz.app.watching.checking import Checking, Progress, Read, Sources, Stopped, Told
from dlquiz.app.watching.keys import bar_keys, every_key, half_keys
from dlquiz.app.watching.saves import Saves
from dlquiz.app.watching.state_rows import state_of, status_row, summary_rows
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
_TURN_S = 0.001
"""How long the thread that checks may go on while the screen has something to do."""


class WatchScreen(BrowsingScreen):
    """Lives on while the bank is checked: threads read, prove and draw, and post what they found."""

    CSS_PATH = "watch.tcss"
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", show=False),
        Binding("q", "leave", "Back or quit", show=False),
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
        look_briefly()
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
        self.show_state()

    @on(Saved)
    def _begin(self) -> None:
        self.watched.begin()
        self._checking.begin()
        self.show_state()

    @on(Heard)
    def _heard(self, event: Heard) -> None:
        """Take in what the check of the newest save told."""
        if event.number != self._checking.number:
            return
        match event.told:
            case Read():
                self.watched.take(event.told)
            case Progress():
                self.watched.advance(event.told)
                self._checking.heard()
            case Stopped(sentence):
                self.watched.stop(sentence)
            case report:
                self.watched.prove(report)
        self._time = f"{self._now():%H:%M:%S}"
        self.show()

    def show(self) -> None:
        """Show all that is known, in the screen's language; the keys stay with what is there."""
        self.show_state()
        listed, cards = self.listed, self.query_one(InstanceCards)
        had_keys, was_there = listed.has_focus, listed.display
        listed.show_all(self.watched.complaints, self.say)
        self.query_one("#more", Plain).show(more_of(self.watched.complaints, self.say))
        if had_keys and not listed.display:
            cards.focus()
        elif listed.display and not was_there and not self.pane.trying and not self.has_class("-short"):
            listed.focus()
        self.look()

    def show_state(self) -> None:
        """Show the first line, the counts and the keys."""
        short, wide = self.has_class("-short"), self.has_class("-wide")
        state = state_of(self.watched, self._time, self.say, short)
        self.query_one(StatusLine).show(Rows([status_row(self._file, state, self.size.width, self._tiny)]))
        summary = summary_rows(self.watched, self.say, brief=self.pane.trying and not wide)
        self.query_one("#summary", Plain).show("" if self._tiny else Rows(summary))
        bar = self.query_one(KeyBar)
        bar.keys(self._bar_keys())
        bar.display = not self._tiny

    def _bar_keys(self) -> list[Key]:
        if self.has_class("-short"):
            return half_keys(self.pane, self.watched, self.has_class("-complaints"), self.say)
        return bar_keys(self.pane, self.watched, self.say)

    def help_keys(self) -> list[Key]:
        """Return the keys of this screen."""
        return every_key(self.pane, self.say)

    @on(QuestionPane.Turned)
    def _turned(self, event: QuestionPane.Turned) -> None:
        self.set_class(self.pane.trying, "-trying")
        self.show_state()
        if event.sentence:
            self.tell(event.sentence, "warning")

    def action_back(self) -> None:
        """Go back to the instances; from there only q leaves, for Esc is soon pressed once too often."""
        if self.pane.trying:
            self.pane.leave()
        else:
            self.tell(self.say("watch_leaves"))

    def action_leave(self) -> None:
        """Go back to the instances, or quit."""
        if self.pane.trying:
            self.pane.leave()
        else:
            self.dismiss()
