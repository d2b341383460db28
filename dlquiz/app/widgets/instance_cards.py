"""Instances of a question as learners will see them, one under the other."""

from collections.abc import Mapping, Sequence

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.events import Click

from dlquiz.app.filling import filled
from dlquiz.app.phrases import Say, say_in
from dlquiz.app.watching.drawing import SHOWN, Drawn
from dlquiz.app.watching.locks import listed, lockable, short
from dlquiz.app.widgets.plain import MUTED, Plain, literal
from dlquiz.app.widgets.rows import EMPTY, Row, Rows
from dlquiz.core.expressions import Value
from dlquiz.core.questions import Instance
from dlquiz.core.texts import Language

_INDENT = literal("   ")


class InstanceCards(VerticalScroll):
    """At most three cards; a click on one is a wish to answer it."""

    def compose(self) -> ComposeResult:
        """Lay out the cards over a remark about them."""
        for number in range(1, SHOWN + 1):
            yield InstanceCard(number)
        yield Plain(id="remark")

    def show(self, drawn: Drawn, locks: Mapping[str, Value], old: bool, language: Language) -> None:
        """Show instances; ``old`` ones are said to be so."""
        say = say_in(language)
        for card, number in zip(self.query(InstanceCard), range(SHOWN), strict=True):
            there = number < len(drawn.instances)
            card.display = there
            if there:
                card.show(Rows(instance_rows(number + 1, drawn.instances[number], locks, old, language)))
        few = say("watch_only") if 0 < len(drawn.instances) < SHOWN else ""
        self.remark(_trouble(drawn.trouble, locks, say) or few)

    def empty(self, sentence: str) -> None:
        """Show a sentence in place of instances."""
        for card in self.query(InstanceCard):
            card.display = False
        self.remark(sentence)

    def remark(self, sentence: str) -> None:
        """Show a sentence under the cards."""
        self.query_one("#remark", Plain).show(Rows([Row(literal(sentence, MUTED))]) if sentence else "")


class InstanceCard(Plain):
    """One instance."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number

    async def on_click(self, event: Click) -> None:
        """Answer this one."""
        event.stop()
        await self.run_action(f"screen.try_instance({self._number})")


def instance_rows(
    number: int, instance: Instance, locks: Mapping[str, Value], old: bool, language: Language
) -> list[Row]:
    """Return the rows of an instance: its name and parameters, then what a learner reads."""
    say, question, values = say_in(language), instance.question, instance.values
    mark = f"{say('watch_old_mark')} · " if old else ""
    rows = [
        Row(literal(f"{mark}{_named(instance, locks, say)}", MUTED), literal(f"{number}  ", "bold $text-accent")),
        Row(literal(filled(question.prompt, language, values)), _INDENT),
    ]
    if question.convention is not None:
        here = say("convention", text=filled(question.convention, language, values))
        rows.append(Row(literal(here, MUTED), _INDENT))
    rows += _options(instance, language)
    if language == "zh" and question.prompt.zh is None:
        rows.append(Row(literal(say("watch_untranslated"), MUTED), _INDENT))
    return [*rows, Row(EMPTY)]


def _trouble(sentence: str, locks: Mapping[str, Value], say: Say) -> str:
    """Return why there is no instance, with what is locked, for that may be why."""
    if not sentence or not locks:
        return sentence
    return f"{sentence}\n{say('watch_locked', locks=listed(locks))}"


def _named(instance: Instance, locks: Mapping[str, Value], say: Say) -> str:
    """Return ``#17 · n = 61, k = 9``; an instance with locked parameters has no seed that would draw it again."""
    told = [
        say("watch_kept_mark", name=name, value=short(locks[name]))
        if name in locks
        else f"{name} = {short(instance.values[name])}"
        for name in lockable(instance.question)
    ]
    return " · ".join(part for part in ("" if locks else f"#{instance.seed}", ", ".join(told)) if part)


def _options(instance: Instance, language: Language) -> Sequence[Row]:
    options = instance.question.options(instance.values)
    return [
        Row(literal(filled(option, language, instance.values)), literal(f"   {number}  ", "bold"))
        for number, option in enumerate(options, start=1)
    ]
