"""The screen on which a parameter is locked: its present value is kept, or another one is typed."""

from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.events import Resize
from textual.geometry import Region
from textual.screen import ModalScreen
from textual.widgets import Input

from dlquiz.app import stumbling
from dlquiz.app.phrases import say_in
from dlquiz.app.watching.locks import NotTaken, lockable, read_value, ruled_out, short, values_of
from dlquiz.app.watching.threads import apart
from dlquiz.app.widgets.answer_line import LONGEST, LineInput
from dlquiz.app.widgets.key_bar import Key, KeyBar
from dlquiz.app.widgets.plain import FAINT, MUTED, Plain, literal
from dlquiz.app.widgets.rows import Row, Rows
from dlquiz.app.widgets.status_line import StatusLine
from dlquiz.core.expressions import Value
from dlquiz.core.questions import Question
from dlquiz.core.texts import Language
from dlquiz.errors import DlquizError

_SHORT = 16
"""Lines under which the screen goes without rules."""
_REFUSED = "bold $text-warning"


class Choice(NamedTuple):
    """A parameter, and the value that it is to keep; None lets it go."""

    name: str
    value: Value | None


class LockScreen(ModalScreen[Choice | None]):
    """Dismissed with what was chosen, or None. The arrows choose a parameter, what is typed is its value.

    ``values`` are those of the instance that is looked at, none where the locks leave no instance.
    """

    CSS_PATH = "lock.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Close", show=False),
        Binding("up", "choose(-1)", "Up", show=False),
        Binding("down,tab", "choose(1)", "Down", show=False),
    ]

    def __init__(
        self, question: Question, values: Mapping[str, Any], locks: Mapping[str, Value], language: Language
    ) -> None:
        super().__init__()
        self._question = question
        self._present = {**values, **locks}
        self._locks = locks
        self._language = language
        self._say = say_in(language)
        self._parameters = lockable(question)
        self._at = 0

    def compose(self) -> ComposeResult:
        """Lay out the parameters over the field."""
        yield StatusLine()
        with VerticalScroll(id="middle", classes="body", can_focus=False):
            yield Plain(id="parameters")
        yield LineInput(id="value", max_length=LONGEST, compact=True, select_on_focus=False)
        yield Plain(id="note")
        yield KeyBar()

    def on_mount(self) -> None:
        """Show the parameters; the cursor is on the first one."""
        self.query_one(StatusLine).titled(self._say("lock_title", name=self._question.id))
        self.query_one(KeyBar).keys(self.help_keys())
        self._tell(self._say("lock_how"), MUTED)
        self._show()
        self.query_one(Input).focus()

    def on_resize(self, event: Resize) -> None:
        """Leave out the rules on a short screen."""
        self.set_class(event.size.height < _SHORT, "-short")
        self.call_after_refresh(self._fit)

    def _fit(self) -> None:
        """Let the parameters have what room the rest leaves, and bring the chosen one into it."""
        middle, others = self.query_one("#middle"), (StatusLine, Input, "#note", KeyBar)
        taken = sum(self.query_one(one).outer_size.height + self.query_one(one).styles.margin.height for one in others)
        middle.styles.max_height = max(self.size.height - taken, 1)
        rows, width = self._rows(), self.query_one("#parameters").size.width
        heights = [len(row.lines(width)) for row in rows[: self._at + 1]]
        here = Region(0, sum(heights[:-1]), width, heights[-1])
        self.call_after_refresh(middle.scroll_to_region, here, animate=False, immediate=True)

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
        self.workers.cancel_node(self)
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
        try:
            if text.strip():
                self._keep(name, read_value(name, self._parameters[name], text, self._language, self._say))
            else:
                self.dismiss(Choice(name, None if name in self._locks else self._value_of(name)))
        except NotTaken as error:
            self._tell(str(error), _REFUSED)

    def _value_of(self, name: str) -> Value:
        if name not in self._present:
            raise NotTaken(self._say("lock_nothing", name=name))
        value: Value = self._present[name]
        return value

    @work(exclusive=True)
    async def _keep(self, name: str, value: Value) -> None:
        """Keep a value with which an instance can be drawn; a rare condition may take its time."""
        self._tell(self._say("lock_trying", name=name, value=short(value)), MUTED)
        locks = {**self._locks, name: value}
        why = await apart(lambda: self._why_not(name, locks))
        if why:
            self._tell(why, _REFUSED)
        else:
            self.dismiss(Choice(name, value))

    def _why_not(self, name: str, locks: Mapping[str, Value]) -> str:
        try:
            with stumbling.marking(self._language):
                return ruled_out(self._question, locks, name, self._say)
        except DlquizError as error:
            return str(error)

    def action_leave(self) -> None:
        """Close, and change nothing."""
        self.dismiss(None)

    def _tell(self, sentence: str, style: str) -> None:
        self.query_one("#note", Plain).show(Rows([Row(literal(sentence, style))]))
        self.call_after_refresh(self._fit)

    def _rows(self) -> list[Row]:
        width = max(map(len, self._parameters))
        return [self._row(name, width) for name in self._parameters]

    def _show(self) -> None:
        self.query_one("#parameters", Plain).show(Rows(self._rows()))
        self.query_one(Input).placeholder = self._say("lock_value", name=self._parameter)

    def _row(self, name: str, width: int) -> Row:
        here = name == self._parameter
        lead = Content.assemble(("› " if here else "  ", "bold $text-accent"), (f"{name:<{width}}  ", MUTED))
        value = literal(short(self._present[name]) if name in self._present else "–", "bold" if here else "")
        mark = literal(f"  {self._say('locked')}", "bold $text-success") if name in self._locks else literal("")
        return Row(value + mark + literal(f"   {values_of(self._parameters[name], self._say)}", FAINT), lead)
