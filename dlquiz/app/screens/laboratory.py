"""The laboratory screen: the parameters of an instance to turn, and under them what they come to, run live."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen

from dlquiz.app.desk import Desk
from dlquiz.app.durations import run_time
from dlquiz.app.filling import filled
from dlquiz.app.phrases import say_in
from dlquiz.app.widgets.blocks import block_widget
from dlquiz.app.widgets.key_bar import Key, KeyBar
from dlquiz.app.widgets.plain import FAINT, MUTED, Plain, literal
from dlquiz.app.widgets.rows import EMPTY, Row, Rows
from dlquiz.app.widgets.status_line import StatusLine
from dlquiz.core.expressions import Undefined
from dlquiz.core.laboratory import Laboratory, Result
from dlquiz.core.values import show

_SCALE = 24
_FAST = 10
_SHORT = 16
"""Lines under which a screen shows the parameters without the question."""
_SETTLED_S = 0.06
"""How long a setting stands before it is run: a key that is held down runs where it stops."""


class LaboratoryScreen(ModalScreen[None]):
    """Arrows choose a parameter and change it; every change is run at once."""

    CSS_PATH = "laboratory.tcss"
    AUTO_FOCUS = ""  # the arrows belong to the parameters
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,l", "leave", "Close", show=False),
        Binding("up,k", "choose(-1)", "Choose", show=False),
        Binding("down,j", "choose(1)", "Choose", show=False),
        Binding("left,h,minus", "turn(-1)", "Less", show=False),
        Binding("right,plus", "turn(1)", "More", show=False),
        Binding("shift+left,left_square_bracket", f"turn(-{_FAST})", "Much less", show=False),
        Binding("shift+right,right_square_bracket", f"turn({_FAST})", "Much more", show=False),
        Binding("pageup", "scroll_pages(-1)", "Scroll up", show=False),
        Binding("pagedown", "scroll_pages(1)", "Scroll down", show=False),
        Binding("r", "reset", "Reset", show=False),
    ]

    def __init__(self, laboratory: Laboratory, desk: Desk) -> None:
        super().__init__()
        self._laboratory = laboratory
        self._desk = desk
        self._language = desk.language
        self._say = say_in(desk.language)
        self._chosen = 0

    def compose(self) -> ComposeResult:
        """Lay out the question and its parameters over their results and the evidence of the run."""
        yield StatusLine(id="status")
        yield Plain(id="setting")
        results, evidence = Plain(id="results"), Vertical(id="evidence")
        yield VerticalScroll(results, evidence, id="body", classes="body", can_focus=False)
        yield KeyBar(id="keys")

    def on_mount(self) -> None:
        """Show the instance as it was asked."""
        self.query_one(StatusLine).titled(self._say("laboratory", key=self._laboratory.question.key))
        self.query_one(KeyBar).keys(self.help_keys())
        self._changed()

    def on_resize(self) -> None:
        """Leave the question out where it would take the room of its parameters."""
        self._show_setting()

    def help_keys(self) -> list[Key]:
        """Return the keys of this screen."""
        return [
            Key("↑↓", self._say("knob")),
            Key("←→", self._say("turn")),
            Key("⇧←→", self._say("change_fast", count=_FAST)),
            Key("r", self._say("reset"), "screen.reset"),
            Key("Esc", self._say("close"), "screen.leave"),
        ]

    def action_choose(self, by: int) -> None:
        """Go to another parameter."""
        self._chosen = (self._chosen + by) % len(self._laboratory.knobs)
        self._show_setting()

    def action_turn(self, by: int) -> None:
        """Change the chosen parameter."""
        self._laboratory.turn(list(self._laboratory.knobs)[self._chosen], by)
        self._changed()

    def action_reset(self) -> None:
        """Go back to the instance."""
        self._laboratory.reset()
        self._changed()

    def action_scroll_pages(self, pages: int) -> None:
        """Scroll what the setting comes to."""
        body = self.query_one("#body")
        body.scroll_relative(y=pages * max(body.size.height - 1, 1), animate=False)

    def action_leave(self) -> None:
        """Close."""
        self.dismiss()

    def _changed(self) -> None:
        self._show_setting()
        self.run_worker(self._run(), group="run", exclusive=True)

    def _show_setting(self) -> None:
        laboratory = self._laboratory
        prompt = literal(filled(laboratory.question.prompt, self._language, laboratory.values))
        asked = [] if self.app.size.height < _SHORT else [Row(prompt), Row(EMPTY)]
        rows = [*asked, *(self._knob(at, name) for at, name in enumerate(laboratory.knobs))]
        unasked = laboratory.unasked()
        if unasked:
            rows.append(Row(literal(self._say("unasked", conditions=", ".join(unasked)), "$text-warning")))
        self.query_one("#setting", Plain).show(Rows(rows))

    def _knob(self, at: int, name: str) -> Row:
        knob, here = self._laboratory.knobs[name], at == self._chosen
        place = self._laboratory.place(name)
        dot = round(place * (_SCALE - 1) / (knob.size - 1))
        scale = "─" * dot + "●" + "─" * (_SCALE - 1 - dot)
        width = max(map(len, self._laboratory.knobs))
        lead = Content.assemble(("› " if here else "  ", "bold $text-accent"), (f"{name:<{width}}  ", MUTED))
        value = literal(f"{_named(self._laboratory.values[name]):<12}  ", "bold" if here else "")
        ends = f"{_named(knob.value(0)):>6} {scale} {_named(knob.value(knob.size - 1))}"
        return Row(value + literal(ends, "" if here else FAINT), lead)

    async def _run(self) -> None:
        """Run the setting, and show what came of it; a newer setting takes over, and what still waits is taken back."""
        try:
            calls = self._laboratory.calls()
        except Undefined as error:
            await self._show([], literal(error.said(self._language), "$text-warning"))
            return
        await asyncio.sleep(_SETTLED_S)
        self.query_one("#results", Plain).show(literal(self._say("running", what=calls[0].function), MUTED))
        run = self._desk.worker.submit(calls, evidence=True)
        try:
            outcomes = await asyncio.shield(asyncio.wrap_future(run))
        except asyncio.CancelledError:
            run.cancel()
            raise
        await self._show(self._laboratory.results(outcomes), EMPTY)

    async def _show(self, results: Sequence[Result], trouble: Content) -> None:
        rows = [Row(trouble)] if trouble else [self._result(result, results) for result in results]
        self.query_one("#results", Plain).show(Rows(rows))
        blocks = [block for result in results if result.ran is not None for block in result.ran.evidence]
        place = self.query_one("#evidence")
        with self.app.batch_update():
            await place.remove_children()
            await place.mount_all(block_widget(block, self._language) for block in blocks)

    def _result(self, result: Result, results: Sequence[Result]) -> Row:
        """Return the row of a value: a wrong idea that happens to be right here says so."""
        if result.value is None:
            return Row(literal(result.trouble, "$text-warning"), literal(f"    {result.idea or '–'}  ", MUTED))
        if result.idea is None:
            ran = result.ran
            how = self._say("formula") if ran is None else f"{self._say(ran.kind)} · {ran.device} · {run_time(ran.ms)}"
            return Row(
                literal(f"  {result.what}", MUTED), literal(f"{show(result.value)}", "bold"), literal(how, FAINT)
            )
        question, right = self._laboratory.question, results[0].value
        met = right is not None and question.same(result.value, right, question.answer.tolerance)
        sign = literal("= " if met else "✗ ", "$text-warning" if met else "$text-error")
        note = self._say("coincides") if met else ""
        return Row(
            literal(f"  {result.idea}: {result.what}", MUTED),
            sign + literal(show(result.value)),
            literal(note, "$text-warning"),
        )


def _named(value: Any) -> str:
    """Return a value in few letters: of a record its first text, which names it."""
    if isinstance(value, Mapping):
        value = next((item for item in value.values() if isinstance(item, str)), next(iter(value.values())))
    return show(value)
