"""The question, an answer and its verdict as in a session, for an answer that is only tried."""

from collections.abc import Sequence
from functools import partial

from dlquiz.app.phrases import Say, say_in
from dlquiz.app.sitting import Trouble
from dlquiz.app.widgets.answer_line import AnswerLine
from dlquiz.app.widgets.key_bar import Key
from dlquiz.app.widgets.plain import MUTED, literal
from dlquiz.app.widgets.question_body import Judged, QuestionBody
from dlquiz.app.widgets.rows import Row
from dlquiz.core.session import Attempt
from dlquiz.core.study import Stored


class TryingBody(QuestionBody):
    """Says nothing of grades and of the log, for there is none."""

    def _rows(self, outcome: Judged, attempt: Attempt) -> Sequence[Row]:
        from dlquiz.app.widgets.verdict_rows import conflict_rows, level_row, trouble_rows, verdict_rows

        say = say_in(self._language)
        if isinstance(outcome, Stored):
            return [
                *verdict_rows(outcome, self._language),
                *conflict_rows(outcome.verdict.truth, partial(say, "watch_conflict")),
                level_row(outcome, looking_keys(outcome, say), self._language),
            ]
        if isinstance(outcome, Trouble):
            first = trouble_rows(outcome.sentence, say)[0]
            return [first, Row(literal(say("watch_trouble_again"), MUTED), literal("  "))]
        return super()._rows(outcome, attempt)

    @property
    def typed(self) -> str:
        """What stands in the field; empty where the answer is picked."""
        return self._answer.field.value if isinstance(self._answer, AnswerLine) else ""

    def retype(self, text: str) -> None:
        """Put a text into the field, where there is one."""
        if isinstance(self._answer, AnswerLine):
            self._answer.field.value = text
            self._answer.field.cursor_position = len(text)


def looking_keys(stored: Stored, say: Say) -> list[Key]:
    """Return the keys that a verdict names: what there is to see behind it."""
    code = [Key("s", say("the code"), "screen.source")] if stored.verdict.truth.run is not None else []
    return [Key("v", say("the run"), "screen.evidence"), *code]
