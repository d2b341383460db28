"""An answer by picking from numbered options: one of them, any number of them, or all of them in an order."""

from collections.abc import Iterable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Click
from textual.geometry import Region
from textual.reactive import reactive
from textual.style import Style

from dlquiz.app.filling import filled
from dlquiz.app.phrases import Say, say_in
from dlquiz.app.widgets.answer import AnswerWidget, Read
from dlquiz.app.widgets.plain import MUTED, Plain, literal
from dlquiz.app.widgets.rows import Row, Rows
from dlquiz.core.expressions import Unreadable
from dlquiz.core.questions import Form
from dlquiz.core.session import Attempt
from dlquiz.core.texts import Language

_NUMBER = "statement"


class Picks(AnswerWidget, can_focus=True):
    """Boxes with numbers; 1-9 toggle, arrows and space too, ↵ submits. An order is the order of picking."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(str(number), f"pick({number})", f"Pick {number}", show=False) for number in range(1, 10)),
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("space", "pick_here", "Pick", show=False),
        Binding("enter", "submit", "Answer", show=False),
    ]

    cursor = reactive(0)
    picked: reactive[tuple[int, ...]] = reactive(())

    def __init__(self, form: Form) -> None:
        super().__init__(form)
        self._statements: list[str] = []

    def compose(self) -> ComposeResult:
        """Lay out the statements over the echo."""
        yield Plain(id="statements")
        yield Plain(id="note")

    def ask(self, attempt: Attempt, read: Read, language: Language) -> None:
        """Show the statements of another attempt, none picked."""
        instance = attempt.instance
        self._language: Language = language
        self._say: Say = say_in(language)
        self._read = read
        self._usual = instance.question.answer_note(language)
        options = instance.question.options(instance.values)
        self._statements = [filled(option, language, instance.values) for option in options]
        self.display = True
        self.set_reactive(Picks.cursor, 0)
        self.set_reactive(Picks.picked, ())
        self._draw()

    @property
    def text(self) -> str:
        """The answer as it would be typed."""
        numbers = self.picked if self.form == "arrange" else sorted(self.picked)
        return " ".join(str(number) for number in numbers)

    def take_focus(self) -> None:
        """Let keys go to the statements."""
        self.focus()

    def close(self) -> None:
        """Give way to the verdict, which shows the statements again with what holds."""
        self.display = False

    def clear(self) -> bool:
        """Pick nothing; return whether something was picked."""
        written = bool(self.picked)
        self.picked = ()
        return written

    def point(self) -> Region:
        """Return the place of the statement at the cursor."""
        above, here = (self._height(rows) for rows in (range(self.cursor), [self.cursor]))
        return Region(0, above, self.size.width, here)

    def _height(self, places: Iterable[int]) -> int:
        return sum(len(self._row(place).lines(self.size.width)) for place in places) if self.size.width else 0

    def refuse(self, error: Unreadable) -> None:
        """Say why the picks are no answer."""
        sentence = self._say("refused", why=error.said(self._language))
        self._note(literal(sentence, "bold $text-warning"))

    def action_move(self, by: int) -> None:
        """Go up or down."""
        self.cursor = (self.cursor + by) % max(len(self._statements), 1)

    def action_pick_here(self) -> None:
        """Pick the statement at the cursor, or no longer."""
        self.action_pick(self.cursor + 1)

    def action_pick(self, number: int) -> None:
        """Pick a statement, or no longer."""
        if self.held or not 1 <= number <= len(self._statements):
            return
        self.cursor = number - 1
        if self.form == "pick_one":
            self.picked = (number,)
        elif number in self.picked:
            self.picked = tuple(other for other in self.picked if other != number)
        else:
            self.picked = (*self.picked, number)

    def action_submit(self) -> None:
        """Answer with what is picked."""
        self.submit()

    def submit(self) -> None:
        """Post the answer as it stands."""
        self.post_message(self.Submitted(self.text))

    def watch_cursor(self) -> None:
        """Draw the cursor where it is, and scroll there."""
        self._draw()
        self.call_after_refresh(self.keep_in_view)

    def watch_picked(self) -> None:
        """Draw what is picked."""
        self._draw()

    def on_click(self, event: Click) -> None:
        """Toggle the statement under the mouse."""
        number = event.style.meta.get(_NUMBER)
        if number is not None:
            self.action_pick(number)

    def watch_has_focus(self, value: bool) -> None:
        """Show the cursor, or hide it."""
        super().watch_has_focus(value)
        self._draw()

    def _draw(self) -> None:
        if not self.is_mounted or not self._statements:
            return
        self.query_one("#statements", Plain).show(Rows([self._row(place) for place in range(len(self._statements))]))
        direction = [self._usual] if self.form == "arrange" or not self.picked else []
        self._note(*(literal(line, MUTED) for line in [*direction, *([self._echo()] if self.picked else [])]))

    def _echo(self) -> str:
        """Return how the picks read, or what they still lack."""
        try:
            return self._say("read_as", text=self._read(self.text).text)
        except Unreadable as error:
            return error.said(self._language)

    def _note(self, *lines: Content) -> None:
        self.query_one("#note", Plain).show(Rows([Row(line) for line in lines]))

    def _row(self, place: int) -> Row:
        number, here = place + 1, place == self.cursor and self.has_focus
        on = number in self.picked
        box = self._box(number, on)
        lead = Content.assemble(
            ("› " if here else "  ", "bold $text-accent"), (box, "bold $text-accent" if on else ""), f" {number}  "
        )
        mark = Style.from_meta({_NUMBER: number})
        text = literal(self._statements[place], "bold" if here else "")
        return Row(text.stylize(mark), lead.stylize(mark))

    def _box(self, number: int, on: bool) -> str:
        if self.form == "pick_one":
            return "(•)" if on else "( )"
        mark = str(self.picked.index(number) + 1) if on and self.form == "arrange" else "✓" if on else " "
        return f"[{mark}]"
