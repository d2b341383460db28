"""What is asked: the prompt, the convention that it is asked under, and the hints shown so far."""

from collections.abc import Sequence

from dlquiz.app.filling import filled
from dlquiz.app.phrases import say_in
from dlquiz.app.widgets.plain import MUTED, Plain, literal
from dlquiz.app.widgets.rows import EMPTY, Row, Rows
from dlquiz.core.session import Attempt
from dlquiz.core.texts import Language

_GAP = Row(EMPTY)


class PromptView(Plain):
    """The question as it is read; ``tight`` leaves the blank lines out."""

    tight = False
    _shown: Sequence[Row] = ()

    def ask(self, attempt: Attempt, language: Language, hints: int) -> None:
        """Show the question of an attempt with its first ``hints`` hints."""
        question, values = attempt.instance.question, attempt.instance.values
        say = say_in(language)
        rows = [Row(literal(filled(question.prompt, language, values))), _GAP]
        if question.convention is not None:
            here = say("convention", text=filled(question.convention, language, values))
            rows += [Row(literal(here, MUTED)), _GAP]
        for number, hint in enumerate(question.hints[:hints], start=1):
            lead = say("hint_line", number=number, count=len(question.hints)) + "  "
            rows.append(Row(literal(filled(hint, language, values)), literal(lead, "$text-warning")))
        self._shown = [*rows, _GAP] if hints else rows
        self._draw()

    def tighten(self, tight: bool) -> None:
        """Leave the blank lines out, or put them in again."""
        if tight is not self.tight:
            self.tight = tight
            self._draw()

    def _draw(self) -> None:
        self.show(Rows([row for row in self._shown if not (self.tight and row is _GAP)]))
