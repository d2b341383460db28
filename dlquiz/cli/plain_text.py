"""What plain mode prints of a question and of a verdict, as lines."""

from collections.abc import Iterator, Sequence

from dlquiz.app.durations import interval, run_time
from dlquiz.app.filling import filled, with_answer
from dlquiz.app.phrases import Say
from dlquiz.cli.phrases import words
from dlquiz.core import phrases
from dlquiz.core.questions import Instance
from dlquiz.core.scheduling import Rating
from dlquiz.core.session import Attempt
from dlquiz.core.study import Stored
from dlquiz.core.texts import Language
from dlquiz.core.verdicts import Result, Truth, Verdict

RIGHT, WRONG = "✓", "✗"


def question_text(attempt: Attempt, language: Language) -> Iterator[str]:
    """Yield the prompt, the convention, the options with their numbers, and what an answer looks like."""
    instance = attempt.instance
    question, values = instance.question, instance.values
    yield filled(question.prompt, language, values)
    if question.convention is not None:
        yield words(language)("convention", text=filled(question.convention, language, values))
    for number, option in enumerate(question.options(values), start=1):
        yield f"{number}. {filled(option, language, values)}"
    yield f"({question.answer_note(language)})"


def revealed_text(instance: Instance, truth: Truth, language: Language) -> Iterator[str]:
    """Yield what a card reveals, and how learners grade themselves."""
    say, known = words(language), with_answer(instance, truth)
    for point in instance.question.revealed(truth, instance.values):
        held = "" if point.right is None else f" ({say('holds' if point.right else 'holds_not')})"
        yield f"{point.number}. {filled(point.text, language, known)}{held}"
    yield backing(truth, say)
    yield say("grade_yourself")


def verdict_line(stored: Stored, language: Language) -> str:
    """Return the one line that a stored review is told by: its mark, the reason, and the wrong ideas that it shows."""
    verdict, instance = stored.verdict, stored.attempt.instance
    mark = RIGHT if verdict.result is Result.RIGHT else WRONG
    named = [] if instance.question.form == "pick_many" else _ideas(stored, language)
    return " ".join([mark, instance.question.reason(verdict, language), *named])


def verdict_text(stored: Stored, language: Language) -> Iterator[str]:
    """Yield what stands under that line: statements misjudged, the explanation, the runs, the grade."""
    verdict, instance, say = stored.verdict, stored.attempt.instance, words(language)
    if instance.question.form == "pick_many":
        yield from _misjudged(instance, verdict, say, language)
    yield from _options(instance, verdict, say, language)
    if instance.question.explain is not None:
        yield filled(instance.question.explain, language, with_answer(instance, verdict.truth))
    yield f"{say('read_as', text=verdict.reading.text)} · {backing(verdict.truth, say)}"
    if verdict.truth.conflict is not None:
        yield phrases.say(language, "conflict", detail=verdict.truth.conflict)
    else:
        shown = (f"{say(rating.name.lower())} {interval(stored.intervals[rating], language)}" for rating in Rating)
        yield say("grades", grade=say(stored.rating.name.lower()), intervals=" · ".join(shown))


def elsewhere_line(instance: Instance, verdict: Verdict, language: Language) -> str:
    """Return the line for an answer that another convention makes right; it does not tell what is right here."""
    say, values = words(language), with_answer(instance, verdict.truth)
    says = [filled(diagnosis.says, language, values) for diagnosis in verdict.diagnoses]
    return " ".join([say("right_elsewhere", given=verdict.reading.text), *says, say("elsewhere_again")])


def backing(truth: Truth, say: Say) -> str:
    """Return how well an answer is backed and what ran: "proved · module on cpu, 0.4 ms"."""
    ran = [leg for leg in truth.legs if leg.function is not None]
    level = say(truth.level.value)
    if not ran:
        return level
    time = run_time(sum(leg.ms or 0.0 for leg in ran))
    device = ", ".join(dict.fromkeys(leg.device or "?" for leg in ran))
    if len(ran) > 1:
        return f"{level} · {say('runs', count=len(ran), device=device, ms=time)}"
    return f"{level} · {say('ran', kind=say(ran[0].kind), device=device, ms=time)} · {ran[0].what}"


def _ideas(stored: Stored, language: Language) -> list[str]:
    values = with_answer(stored.attempt.instance, stored.verdict.truth)
    return [
        f"{filled(idea.says, language, values)} [{idea.id} ×{stored.times_met.get(idea.id, 1)}]"
        for idea in stored.verdict.diagnoses
    ]


def _options(instance: Instance, verdict: Verdict, say: Say, language: Language) -> Iterator[str]:
    """Yield each option with what it stands for, and whether it was picked or placed rightly."""
    known = with_answer(instance, verdict.truth)
    form = instance.question.form
    for option in instance.question.shown(verdict, instance.values) if form != "reveal" else ():
        said = "" if option.right is None else say(f"{form}_{str(option.right).lower()}")
        remarks = ", ".join(filter(None, (option.remark, said)))
        yield f"{option.number}. {filled(option.text, language, known)}{f' ({remarks})' if remarks else ''}"


def _misjudged(instance: Instance, verdict: Verdict, say: Say, language: Language) -> Iterator[str]:
    """Yield each statement that was judged wrongly, whether it holds, and why."""
    found: Sequence[bool] = verdict.truth.value
    judged: Sequence[bool] = verdict.reading.value
    options = instance.question.options(instance.values)
    remarks = iter(verdict.diagnoses)
    known = with_answer(instance, verdict.truth)
    for number, (option, said, holds) in enumerate(zip(options, judged, found, strict=True), start=1):
        if said != holds:
            says = next(remarks).says
            why = "" if says == option else f" {filled(says, language, known)}"
            yield f"{number}. {filled(option, language, known)} {say(f'misjudged_{str(holds).lower()}')}{why}"
