"""An answer on one line, with a live echo of how it reads."""

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.events import Paste
from textual.geometry import Region
from textual.widgets import Input

from dlquiz.app.phrases import Say, say_in
from dlquiz.app.widgets.answer import AnswerWidget, Read
from dlquiz.app.widgets.plain import MUTED, Plain, literal
from dlquiz.app.widgets.rows import Row, Rows
from dlquiz.core.expressions import Unreadable
from dlquiz.core.printable import printable_line
from dlquiz.core.session import Attempt
from dlquiz.core.texts import Language

LONGEST = 1000
"""No answer is longer; what is pasted is cut here, long before the parser would refuse it."""


class LineInput(Input):
    """A text field that no control character enters; several pasted lines become one. While ``held`` it stays."""

    held = False

    def validate_value(self, value: str) -> str:
        """Return the text with signs in place of what could steer the terminal; what stands there while held."""
        return self.value if self.held else printable_line(value)

    def on_paste(self, event: Paste) -> None:
        """Insert all that was pasted, as far as there is room."""
        event.prevent_default()
        event.stop()
        start, end = sorted(self.selection)
        room = LONGEST - len(self.value) + (end - start)
        self.replace(printable_line(" ".join(event.text.splitlines()))[: max(room, 0)], start, end)


class AnswerLine(AnswerWidget):
    """The field, its echo at the right, and under it a note, or a caret at what cannot be read."""

    def compose(self) -> ComposeResult:
        """Lay out ``> 29▏      read as 29`` over the note."""
        with Horizontal():
            yield Plain("> ", id="mark")
            yield LineInput(id="field", max_length=LONGEST, compact=True, select_on_focus=False)
            yield Plain(id="echo")
        yield Plain(id="note")

    def ask(self, attempt: Attempt, read: Read, language: Language) -> None:
        """Become empty for another attempt."""
        self._read = read
        self._language: Language = language
        self._say: Say = say_in(language)
        self._usual = attempt.instance.question.answer_note(language)
        field = self.field
        field.disabled = False
        with field.prevent(Input.Changed):
            field.value = ""
        self._echo()

    def hold(self, held: bool) -> None:
        """Let the text be changed, or not."""
        super().hold(held)
        self.field.held = held

    def take_focus(self) -> None:
        """Let keys go to the field."""
        self.field.disabled = False
        self.field.focus()

    def clear(self) -> bool:
        """Empty the field; return whether something stood there."""
        written = bool(self.field.value)
        self.field.value = ""
        return written

    def point(self) -> Region:
        """Return the place of the field."""
        return Region(0, 0, self.size.width, 1)

    def close(self) -> None:
        """Take no more input."""
        self.field.disabled = True
        self.query_one("#note", Plain).show("")

    @property
    def field(self) -> LineInput:
        """The text field."""
        return self.query_one(LineInput)

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        if not self.field.disabled:
            self._echo()
            self.call_after_refresh(self.keep_in_view)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.submit()

    def submit(self) -> None:
        """Post the answer as it stands."""
        self.post_message(self.Submitted(self.field.value))

    def _echo(self) -> None:
        text = self.field.value
        echo, note = "", self._usual
        if text:
            try:
                echo = self._say("read_as", text=self._read(text).text)
            except Unreadable as error:
                self._point(error, error.said(self._language), MUTED)
                return
        self.query_one("#echo", Plain).show(echo)
        self.query_one("#note", Plain).show(Rows([Row(literal(note, MUTED))]))

    def refuse(self, error: Unreadable) -> None:
        """Say under the field where the answer stops making sense."""
        sentence = self._say("refused", why=error.said(self._language))
        self._point(error, sentence, "bold $text-warning")

    def _point(self, error: Unreadable, sentence: str, style: str) -> None:
        """Put a caret under the position and the sentence beside it, on its left where the right has no room."""
        field = self.field
        at = cell_len(field.value[: error.position]) - int(field.scroll_offset.x)
        at = min(max(at, 0), max(field.size.width - 1, 0))
        marks = "^" * max(1, min(error.length, 8))
        caret = literal(" " * at + marks + " ", style)
        if at + cell_len(marks) + 1 + cell_len(sentence) > self.query_one("#note").size.width:
            rows = [Row(caret), Row(literal(sentence, style))]
        else:
            rows = [Row(literal(sentence, style), caret)]
        self.query_one("#echo", Plain).show("")
        self.query_one("#note", Plain).show(Rows(rows))
