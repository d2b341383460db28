"""The screen on which a parameter is locked: its present value is kept, or another one is typed."""

from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input

from dlquiz.app.phrases import say_in
from dlquiz.app.watching.locks import NotTaken, lockable, read_value, short, values_of
from dlquiz.app.widgets.answer_line import LONGEST, LineInput
from dlquiz.app.widgets.key_bar import Key, KeyBar
from dlquiz.app.widgets.plain import FAINT, MUTED, Plain, literal
from dlquiz.app.widgets.rows import Row, Rows
from dlquiz.app.widgets.status_line import StatusLine
from dlquiz.core.expressions import Value
from dlquiz.core.questions import Instance
from dlquiz.core.texts import Language


class Choice(NamedTuple):
    """A parameter, and the value that it is to keep; None lets it go."""

    name: str
    value: Value | None


class LockScreen(ModalScreen[Choice | None]):
    """Dismissed with what was chosen, or None. The arrows choose a parameter, what is typed is its value."""

    CSS_PATH = "lock.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Close", show=False),
        Binding("up", "choose(-1)", "Up", show=False),
        Binding("down,tab", "choose(1)", "Down", show=False),
    ]

    def __init__(self, instance: Instance, locks: Mapping[str, Value], language: Language) -> None:
        super().__init__()
        self._instance = instance
        self._locks = locks
        self._language = language
        self._say = say_in(language)
        self._parameters = lockable(instance.question)
        self._at = 0

    def compose(self) -> ComposeResult:
        """Lay out the parameters over the field."""
        yield StatusLine()
        yield Plain(id="parameters")
        yield LineInput(id="value", max_length=LONGEST, compact=True, select_on_focus=False)
        yield Plain(id="note")
        yield KeyBar()

    def on_mount(self) -> None:
        """Show the parameters; the cursor is on the first one."""
        self.query_one(StatusLine).titled(self._say("lock_title", key=self._instance.question.key))
        self.query_one(KeyBar).keys(self.help_keys())
        self._tell(self._say("lock_how"), MUTED)
        self._show()
        self.query_one(Input).focus()

    def help_keys(self) -> list[Key]:
        """Return the keys of this screen."""
        return [
            Key("↑↓", self._say("knob")),
            Key("↵", self._say("keep"), "screen.submit"),
            Key("F1", self._say("help"), "app.help"),
            Key("Esc", self._say("close"), "screen.leave"),
        ]

    @property
    def _parameter(self) -> str:
        return list(self._parameters)[self._at]

    def action_choose(self, by: int) -> None:
        """Go to another parameter; what was typed was meant for the former."""
        self._at = (self._at + by) % len(self._parameters)
        self.query_one(Input).value = ""
        self._tell(self._say("lock_how"), MUTED)
        self._show()

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self.action_submit()

    def action_submit(self) -> None:
        """Keep the value that is typed; without one keep the present value, or let it go where it is kept."""
        name, text = self._parameter, self.query_one(Input).value
        if not text.strip():
            present: Any = self._instance.values[name]
            self.dismiss(Choice(name, None if name in self._locks else present))
            return
        try:
            self.dismiss(Choice(name, read_value(name, self._parameters[name], text, self._language, self._say)))
        except NotTaken as error:
            self._tell(str(error), "bold $text-warning")

    def action_leave(self) -> None:
        """Close, and change nothing."""
        self.dismiss(None)

    def _tell(self, sentence: str, style: str) -> None:
        self.query_one("#note", Plain).show(Rows([Row(literal(sentence, style))]))

    def _show(self) -> None:
        width = max(map(len, self._parameters))
        self.query_one("#parameters", Plain).show(Rows([self._row(name, width) for name in self._parameters]))
        self.query_one(Input).placeholder = self._say("lock_value", name=self._parameter)

    def _row(self, name: str, width: int) -> Row:
        here = name == self._parameter
        lead = Content.assemble(("› " if here else "  ", "bold $text-accent"), (f"{name:<{width}}  ", MUTED))
        value = literal(short(self._locks.get(name, self._instance.values[name])), "bold" if here else "")
        mark = literal(f"  {self._say('locked')}", "bold $text-success") if name in self._locks else literal("")
        return Row(value + mark + literal(f"   {values_of(self._parameters[name], self._say)}", FAINT), lead)
