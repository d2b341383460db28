"""An answer that learners give in their heads: ↵ reveals what there is to know, 1-4 grade how well it was known."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.geometry import Region

from dlquiz.app.phrases import Say, say_in
from dlquiz.app.widgets.answer import AnswerWidget, Read
from dlquiz.app.widgets.plain import MUTED, Plain, literal
from dlquiz.core.expressions import Unreadable
from dlquiz.core.scheduling import Rating
from dlquiz.core.session import Attempt
from dlquiz.core.texts import Language


class SelfGrade(AnswerWidget, can_focus=True):
    """Says what to do; the grade is the answer."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "submit", "Reveal", show=False),
        *(Binding(f"{grade:d}", f"grade({grade:d})", grade.name.title(), show=False) for grade in Rating),
    ]

    def compose(self) -> ComposeResult:
        """Lay out the one line."""
        yield Plain(id="note")

    def ask(self, attempt: Attempt, read: Read, language: Language) -> None:
        """Say what to do with another attempt."""
        self._attempt = attempt
        self._language: Language = language
        self._say: Say = say_in(language)
        self.display = True
        self._note(attempt.instance.question.answer_note(language), MUTED)

    def take_focus(self) -> None:
        """Let keys come here."""
        self.focus()

    def close(self) -> None:
        """Give way to the verdict."""
        self.display = False

    def clear(self) -> bool:
        """Nothing is written here."""
        return False

    def point(self) -> Region:
        """Return the whole line."""
        return self.size.region

    def refuse(self, error: Unreadable) -> None:
        """Say why this is no grade."""
        self._note(self._say("refused", why=error.said(self._language)), "bold $text-warning")

    def submit(self) -> None:
        """Reveal; once that is done, only a grade is an answer."""
        if not self._attempt.revealed:
            self.post_message(self.Submitted(""))

    def action_submit(self) -> None:
        """Reveal."""
        self.submit()

    def action_grade(self, number: int) -> None:
        """Answer with a grade, once there is something to grade."""
        if self._attempt.revealed:
            self.post_message(self.Submitted(str(number)))

    def _note(self, text: str, style: str) -> None:
        self.query_one("#note", Plain).show(literal(text, style))
