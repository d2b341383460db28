"""A screen on which a bank's questions are looked at beside its complaints: going from one to the other."""

from abc import abstractmethod
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.events import DescendantFocus

from dlquiz.app import screens
from dlquiz.app.phrases import Say, say_in
from dlquiz.app.screens.trying import TryingScreen
from dlquiz.app.watching.locks import lockable
from dlquiz.app.watching.watched import Watched
from dlquiz.app.widgets.complaint_list import ComplaintList
from dlquiz.app.widgets.instance_cards import InstanceCards
from dlquiz.core.texts import Language
from dlquiz.worker import Worker

_BROWSING = ("step", "reroll", "lock", "try_instance", "other_pane", "explain", "point")


class BrowsingScreen(TryingScreen):
    """Holds a list of complaints and a question pane, and shows in both what is ``watched``."""

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
    ]

    def __init__(self, worker: Worker, language: Language) -> None:
        super().__init__(worker, language)
        self.watched = Watched()

    @property
    def listed(self) -> ComplaintList:
        """The complaints."""
        return self.query_one(ComplaintList)

    @property
    def say(self) -> Say:
        """The phrases of the screen's language."""
        return say_in(self.language)

    @abstractmethod
    def show(self) -> None:
        """Show all that is known, in the screen's language."""

    @abstractmethod
    def show_state(self) -> None:
        """Show what is going on, and which keys have a meaning."""

    def look(self) -> None:
        """Show the question that is looked at, and have the cursor on a complaint about it, if there is one."""
        name = self.watched.chosen
        if self.listed.complaint is not None and self.watched.question_of(self.listed.complaint) != name:
            about = self.watched.complaint_of(name)
            if about is not None:
                self.listed.point(about)
        self.pane.look(self.watched, self.language)

    @on(ComplaintList.Moved)
    def _moved(self, event: ComplaintList.Moved) -> None:
        """Look at the question that the complaint is about."""
        name = self.watched.question_of(event.complaint)
        if name is not None and name != self.watched.chosen:
            self.watched.choose(name)
            self.pane.look(self.watched, self.language)

    @on(ComplaintList.Opened)
    def _opened(self, event: ComplaintList.Opened) -> None:
        self.app.push_screen(screens.page_screen(event.complaint, self.language))

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """On a short screen the half that has the keys is shown."""
        self.set_class(isinstance(event.widget, ComplaintList), "-complaints")
        self.show_state()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool:
        """While an answer is given, letters and arrows are not for the questions."""
        return action not in _BROWSING or not self.pane.trying or self.pane.verdict is not None

    def action_explain(self) -> None:
        """Show the page of the complaint under the cursor."""
        complaint = self.listed.complaint
        if complaint is not None:
            self.app.push_screen(screens.page_screen(complaint, self.language))

    def action_point(self, by: int) -> None:
        """Go to another complaint, wherever the keys are."""
        self.listed.action_cursor_down() if by > 0 else self.listed.action_cursor_up()

    def action_step(self, by: int) -> None:
        """Look at another question."""
        self.watched.step(by)
        self.look()

    def action_reroll(self) -> None:
        """Look at other instances of the question."""
        self.pane.reroll()

    def action_lock(self) -> None:
        """Keep a parameter while the others are drawn."""
        question, instances = self.pane.question, self.pane.instances
        if question is None:
            return
        if not lockable(question):
            self.tell(self.say("watch_no_params"))
            return
        values = instances[0].values if instances else {}
        chosen = screens.lock_screen(question, values, self.pane.locks, self.language)
        self.app.push_screen(chosen, lambda choice: None if choice is None else self.pane.keep(*choice))

    def action_language(self) -> None:
        """Change between English and Chinese."""
        self.language = "zh" if self.language == "en" else "en"
        self.show()

    def action_other_pane(self) -> None:
        """Let the keys go to the other half."""
        if self.pane.trying:
            return
        other = self.query_one(InstanceCards) if self.listed.has_focus or not self.watched.complaints else self.listed
        self.add_class("-complaints") if other is self.listed else self.remove_class("-complaints")
        self.call_after_refresh(other.focus)
