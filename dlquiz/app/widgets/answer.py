"""How an answer is given: a widget for each form of question, and what all of them can do."""

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

from textual.containers import Vertical
from textual.geometry import Region
from textual.message import Message
from textual.widget import Widget

from dlquiz.core.expressions import Unreadable
from dlquiz.core.questions import Form
from dlquiz.core.session import Attempt
from dlquiz.core.texts import Language
from dlquiz.core.verdicts import Reading

Read = Callable[[str], Reading]
"""Reads a typed answer; raises Unreadable."""


class AnswerWidget(Vertical):
    """Takes an answer, and echoes how it is understood.

    Each form writes the abstract methods; Textual's metaclass leaves it to mypy to see that none is missing.
    """

    def __init__(self, form: Form) -> None:
        super().__init__()
        self.form = form
        self.held = False

    @dataclass
    class Submitted(Message):
        """The learner pressed ↵ on this answer."""

        text: str

    @abstractmethod
    def ask(self, attempt: Attempt, read: Read, language: Language) -> None:
        """Become empty for another attempt."""

    def hold(self, held: bool) -> None:
        """Let the answer be changed, or leave it as it was given, while it is judged."""
        self.held = held

    @abstractmethod
    def submit(self) -> None:
        """Post the answer as it stands."""

    @abstractmethod
    def refuse(self, error: Unreadable) -> None:
        """Say that the answer was not read, and where it stops making sense."""

    @abstractmethod
    def close(self) -> None:
        """Take no more input; the answer stays to be seen."""

    @abstractmethod
    def clear(self) -> bool:
        """Become empty; return whether something stood there."""

    @abstractmethod
    def take_focus(self) -> None:
        """Let keys go to the answer."""

    @abstractmethod
    def point(self) -> Region:
        """Return the part that the keys go to, seen from the top left of this widget."""

    def keep_in_view(self) -> None:
        """Scroll until the whole answer is seen, or where that has no room the part that the keys go to."""
        if isinstance(self.parent, Widget):
            fits = self.size.height <= self.parent.size.height
            place = (self.size.region if fits else self.point()).translate(self.virtual_region.offset)
            self.parent.scroll_to_region(place, animate=False, immediate=True)


def answer_widget(form: Form) -> AnswerWidget:
    """Return the widget for a form, empty."""
    if form == "line":
        from dlquiz.app.widgets.answer_line import AnswerLine

        return AnswerLine(form)
    if form == "reveal":
        from dlquiz.app.widgets.self_grade import SelfGrade

        return SelfGrade(form)
    from dlquiz.app.widgets.picks import Picks

    return Picks(form)
