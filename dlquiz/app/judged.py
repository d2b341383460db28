"""What stands on the question screen once an answer was judged; the first question is painted without it."""

from functools import partial

from textual.visual import Visual

from dlquiz.app.phrases import Say, say_in
from dlquiz.app.sitting import Elsewhere, Revealed, Trouble, schedules
from dlquiz.app.widgets.grade_line import grade_line
from dlquiz.app.widgets.key_bar import Key, bar
from dlquiz.app.widgets.rows import Row
from dlquiz.app.widgets.verdict_rows import (
    conflict_rows,
    elsewhere_rows,
    level_row,
    revealed_rows,
    trouble_rows,
    verdict_rows,
)
from dlquiz.core import phrases
from dlquiz.core.laboratory import suits
from dlquiz.core.session import Attempt
from dlquiz.core.study import Stored
from dlquiz.core.texts import Language
from dlquiz.core.verdicts import Result


def judged_rows(outcome: Stored | Elsewhere | Revealed | Trouble, attempt: Attempt, language: Language) -> list[Row]:
    """Return the rows of the panel under the answer."""
    say = say_in(language)
    match outcome:
        case Elsewhere(verdict):
            return elsewhere_rows(attempt, verdict, language)
        case Revealed(truth):
            return revealed_rows(attempt, truth, language)
        case Trouble(sentence):
            return trouble_rows(sentence, say)
        case Stored():
            conflict = conflict_rows(outcome.verdict.truth, partial(phrases.say, language, "conflict"))
            level = level_row(outcome, looking_keys(outcome, say), language)
            return [*verdict_rows(outcome, language), *conflict, level]


def judged_line(stored: Stored, language: Language) -> Visual:
    """Return the bottom line: the grades, and the keys beside them."""
    return bar(grading_keys(stored, say_in(language)), grade_line(stored, language))


def judged_keys(stored: Stored, say: Say) -> list[Key]:
    """Return every key while a verdict is shown."""
    return [*grading_keys(stored, say), *looking_keys(stored, say), Key("q", say("leave"), "screen.leave")]


def looking_keys(stored: Stored, say: Say) -> list[Key]:
    """Return the keys that a verdict itself names: what there is to see, and to do about it."""
    code = [Key("s", say("the code"), "screen.source")] if stored.verdict.truth.run is not None else []
    lab = [Key("l", say("the lab"), "screen.laboratory")] if suits(stored.attempt.instance.question) else []
    practise = [Key("p", say("practise"), "screen.practise")] if stored.verdict.result is Result.WRONG else []
    return [Key("v", say("the run"), "screen.evidence"), *code, *lab, *practise, Key("u", say("undo"), "screen.undo")]


def grading_keys(stored: Stored, say: Say) -> list[Key]:
    """Return the keys beside the grades."""
    grades = [Key("1-4", say("change"))] if schedules(stored) else []
    return [*grades, Key("↵", say("next"), "screen.next")]
