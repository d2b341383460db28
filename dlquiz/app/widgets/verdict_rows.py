"""A verdict as rows of text: the sign, what was right, what the mistake was, why, and what it all rests on."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from textual.content import Content

from dlquiz.app.durations import run_time
from dlquiz.app.filling import filled, with_answer
from dlquiz.app.phrases import Say, say_in
from dlquiz.app.widgets.key_bar import Key, key_text
from dlquiz.app.widgets.plain import MUTED, literal
from dlquiz.app.widgets.rows import EMPTY, Row
from dlquiz.core.questions import Shown
from dlquiz.core.session import Attempt
from dlquiz.core.study import Stored
from dlquiz.core.texts import Language, Text
from dlquiz.core.verdicts import Leg, Result, Truth, Verdict

_RIGHT, _WRONG, _OTHER = ("✓ ", "bold $text-success"), ("✗ ", "bold $text-error"), ("! ", "bold $text-warning")
_NEITHER = ("  ", "")
_INDENT = literal("  ")
_DEEPER = literal("     ")


def verdict_rows(stored: Stored, language: Language) -> list[Row]:
    """Return the rows of a stored verdict, without the keys, and without a word of whether the bank is right."""
    verdict, attempt = stored.verdict, stored.attempt
    question = attempt.instance.question
    sign = _RIGHT if verdict.result is Result.RIGHT else _WRONG
    reason = literal(question.reason(verdict, language), "bold")
    picked = question.form == "pick_many"
    rows = [Row(reason, literal(*sign))] if picked or not verdict.diagnoses else []
    rows += _statements(stored, language) if picked else _diagnosed(stored, reason, literal(*sign), language)
    rows += _options(stored, language)
    rows += _explained(question.explain, attempt, verdict, language)
    return rows


def conflict_rows(truth: Truth, say: Callable[..., str]) -> list[Row]:
    """Return the row that tells where bank and engine disagree, none where they agree.

    ``say`` puts the detail into a sentence.
    """
    return [] if truth.conflict is None else [Row(literal(say(detail=truth.conflict)), literal(*_OTHER))]


def elsewhere_rows(attempt: Attempt, verdict: Verdict, language: Language) -> list[Row]:
    """Return the rows for an answer that another convention makes right; they do not tell what is right here."""
    values, say = with_answer(attempt.instance, verdict.truth), say_in(language)
    given = literal(say("right_elsewhere", given=verdict.reading.text), "bold")
    says = [literal(filled(diagnosis.says, language, values)) for diagnosis in verdict.diagnoses]
    convention = attempt.instance.question.convention
    here = [literal(say("convention", text=filled(convention, language, values)))] if convention else []
    rest = [*here, literal(say("elsewhere_again"), MUTED)]
    return [Row(literal("  ").join([given, *says]), literal(*_OTHER)), *(Row(text, _INDENT) for text in rest)]


def revealed_rows(attempt: Attempt, truth: Truth, language: Language) -> list[Row]:
    """Return the rows of what a card reveals, and how learners grade themselves."""
    say = say_in(language)
    rows = list(_listed(attempt, attempt.instance.question.revealed(truth, attempt.instance.values), truth, language))
    return [
        *rows,
        Row(literal(level_text(truth, say), MUTED), _INDENT),
        Row(literal(say("grade_yourself"), "bold"), _INDENT),
    ]


def trouble_rows(sentence: str, say: Say) -> list[Row]:
    """Return the rows for an answer that could not be marked or stored."""
    return [Row(literal(sentence, "bold"), literal(*_OTHER)), Row(literal(say("trouble_again"), MUTED), _INDENT)]


def level_row(stored: Stored, keys: Sequence[Key], language: Language) -> Row:
    """Return how well the answer is backed and what ran, with the keys that show more."""
    backing = literal(level_text(stored.verdict.truth, say_in(language)), MUTED)
    return Row(backing, tail=literal("  ").join(key_text(key) for key in keys))


def level_text(truth: Truth, say: Say) -> str:
    """Return "proved · module on cpu, 0.4 ms"; for several runs their number and their time together.

    Nothing is proved where bank and engine disagree: then it tells what ran alone.
    """
    ran = [leg for leg in truth.legs if leg.function is not None]
    level = [] if truth.conflict is not None else [say(truth.level.value)]
    return " · ".join([*level, *([_ran(ran, say)] if ran else [])])


def _ran(ran: Sequence[Leg], say: Say) -> str:
    device = ", ".join(dict.fromkeys(leg.device or "?" for leg in ran))
    time = run_time(sum(leg.ms or 0.0 for leg in ran))
    if len(ran) == 1:
        return say("ran", kind=say(ran[0].kind), device=device, ms=time)
    return say("runs", count=len(ran), device=device, ms=time)


def _diagnosed(stored: Stored, reason: Content, sign: Content, language: Language) -> Iterator[Row]:
    """Yield what each wrong idea's author says to it, the first beside the reason; with how often it was met."""
    values = with_answer(stored.attempt.instance, stored.verdict.truth)
    for place, diagnosis in enumerate(stored.verdict.diagnoses):
        says = literal(filled(diagnosis.says, language, values))
        first = place == 0
        yield Row(reason + "  " + says if first else says, sign if first else _INDENT, _met(stored, diagnosis.id))


def _met(stored: Stored, idea: str) -> Content:
    if not idea:
        return EMPTY
    return literal(f"{idea} ×{stored.times_met.get(idea, 1)}", MUTED)


def _statements(stored: Stored, language: Language) -> Iterator[Row]:
    """Yield each statement with how it was judged and whether it holds, and for a misjudged one why."""
    instance, verdict, say = stored.attempt.instance, stored.verdict, say_in(language)
    options = instance.question.options(instance.values)
    values = with_answer(instance, verdict.truth)
    misjudged = iter(verdict.diagnoses)
    judged: Sequence[bool] = verdict.reading.value
    found: Sequence[bool] = verdict.truth.value
    for number, (option, said, holds) in enumerate(zip(options, judged, found, strict=True), start=1):
        sign, style = _RIGHT if said == holds else _WRONG
        lead = literal(f"{sign}{number}  ", style)
        text, verb = literal(filled(option, language, values)), say("holds" if holds else "holds_not")
        yield Row(text, lead, literal(verb, MUTED if said == holds else "bold"))
        if said != holds and (why := _why(next(misjudged).says, option, values, language)):
            yield Row(literal(why), _DEEPER)


def _options(stored: Stored, language: Language) -> Iterator[Row]:
    """Yield each option with whether it was picked or placed rightly, and what it stands for."""
    instance = stored.attempt.instance
    shown = instance.question.shown(stored.verdict, instance.values)
    yield from _listed(stored.attempt, shown, stored.verdict.truth, language)


def _listed(attempt: Attempt, shown: Sequence[Shown], truth: Truth, language: Language) -> Iterator[Row]:
    values = with_answer(attempt.instance, truth)
    for option in shown:
        sign, style = _NEITHER if option.right is None else _RIGHT if option.right else _WRONG
        lead = literal(f"  {sign}{option.number}  ", style)
        yield Row(literal(filled(option.text, language, values)), lead, literal(option.remark, MUTED))


def _why(says: Text, option: Text, values: Mapping[str, Any], language: Language) -> str:
    """Return what the author says to somebody who misjudged; nothing where that is the statement itself."""
    return "" if says == option else filled(says, language, values)


def _explained(explain: Text | None, attempt: Attempt, verdict: Verdict, language: Language) -> Iterator[Row]:
    if explain is not None:
        yield Row(literal(filled(explain, language, with_answer(attempt.instance, verdict.truth))), _INDENT)
