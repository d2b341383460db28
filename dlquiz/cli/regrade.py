"""``dlquiz regrade``: past reviews whose verdict is another one under the banks as they are; nothing is changed."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dlquiz.cli import options
from dlquiz.cli.printing import as_json, line, tell

if TYPE_CHECKING:
    from dlquiz.banks.library import Library
    from dlquiz.core.regrading import Marked, Unmarked
    from dlquiz.core.texts import Language
    from dlquiz.store.records import Entry

_BATCH = 8
"""Calls of a batch: few, so that engines end together and the bar moves, though some take a quarter of a second."""
_WORTH_AN_ENGINE = 200
"""Reviews that take about as long to mark as another engine takes to start."""

_WHY = {
    "undone": "taken back",
    "self_graded": "graded by yourself",
    "gone": "no bank at hand has the question",
    "broken": "the question has an error",
    "parameters": "the question is not asked with these parameters any more",
    "reworded": "the question is worded otherwise",
    "unreadable": "the answer cannot be read any more",
    "unsettled": "there is no value",
    "conflict": "bank and engine disagree",
}
"""Why an answer was not marked again, by :class:`dlquiz.core.regrading.Why`."""


def command(
    topics: Annotated[list[str] | None, typer.Argument(metavar="TOPIC", help="Topics; all if none.")] = None,
    bank: options.Banks = None,
    db: options.Database = None,
    lang: options.Language = None,
    jobs: options.Jobs = None,
    device: options.Device = None,
    json: options.Json = False,
) -> None:
    """List past reviews that the banks as they are mark otherwise."""
    from dlquiz.cli.errors import FINDINGS
    from dlquiz.core.regrading import Marked, Unmarked

    library = _library(topics, bank)
    found = _found(library, _entries(library, topics, bank, db), device, options.jobs(jobs))
    marked = [one for one in found if isinstance(one, Marked)]
    unmarked = [one for one in found if isinstance(one, Unmarked)]
    changed = [one for one in marked if one.changed]
    (_print_json if json else _print)(changed, marked, unmarked, options.language(lang).value)
    if changed:
        raise typer.Exit(FINDINGS)


def _library(topics: Sequence[str] | None, banks: Any) -> "Library":
    """Return the banks that are looked at; raises DlquizError for a topic that there is not."""
    from dlquiz.banks.library import Library
    from dlquiz.cli import places

    found = Library.load(tuple(banks or ()), topics or None, places.home())
    for warning in found.warnings():
        tell(warning)
    for topic in topics or ():
        found.topic(topic)
    return found


def _entries(library: "Library", topics: Any, banks: Any, database: Any) -> "list[Entry]":
    """Return the reviews, newest first: of the banks that were named, or all that there are."""
    from dlquiz.cli.desk import exists, log

    if not exists(database):
        return []
    with log(database) as store:
        entries = store.reviews()
    names = {bank.name for bank in library.banks}
    return [one for one in entries if not (topics or banks) or one.review.key.partition("/")[0] in names]


def _found(library: "Library", entries: "Sequence[Entry]", device: str | None, jobs: int) -> "list[Marked | Unmarked]":
    """Return what becomes of the reviews; several engines share the runs."""
    from dlquiz.banks.proving.runs import Runs
    from dlquiz.cli.engines import engines
    from dlquiz.cli.progress import progress
    from dlquiz.core.regrading import mark_again

    broken = {f"{one.name}/{id_}" for one in library.banks for id_ in one.broken}
    questions = {question.key: question for question in library.questions}
    worth = 1 + len(entries) // _WORTH_AN_ENGINE
    with engines(device, min(jobs, worth)) as running, progress(len(entries), "reviews") as told:
        return mark_again(entries, questions, broken, Runs(running.oracle, _BATCH), told)


def _print(
    changed: "Sequence[Marked]", marked: "Sequence[Marked]", unmarked: "Sequence[Unmarked]", language: "Language"
) -> None:
    from dlquiz.cli.due import local
    from dlquiz.core.printable import printable_line

    for one in changed:
        review = one.entry.review
        answer = printable_line(review.answer)
        at = local(review.at_ms, review.offset_minutes)
        line(f"{_name(one)}{_setting(one)}  {at}  {answer}  {review.outcome} → {one.verdict.result.value}")
        line(f"    {printable_line(' '.join(_reason(one, language).split()))}")
        line(f"    {_grades(one)}")
    for text in _summary(len(changed), len(marked), unmarked):
        tell(text)


def _print_json(
    changed: "Sequence[Marked]", marked: "Sequence[Marked]", unmarked: "Sequence[Unmarked]", language: "Language"
) -> None:
    counted = Counter(one.why.value for one in unmarked)
    as_json(
        {
            "reviews": len(marked) + len(unmarked),
            "compared": len(marked),
            "changed": [_to_json(one, language) for one in changed],
            "not_compared": {why: counted[why] for why in _WHY},
        }
    )


def _to_json(one: "Marked", language: "Language") -> dict[str, Any]:
    from dlquiz.cli.due import utc
    from dlquiz.core.values import to_json

    review, own = one.entry.review, one.own_grade
    return {
        "instance": _name(one),
        "params": to_json(dict(one.instance.values)),
        "rev_now": one.instance.question.rev,
        "at_utc": utc(review.at_ms),
        "answer": review.answer,
        "was": review.outcome,
        "is": one.verdict.result.value,
        "reason": _reason(one, language),
        "misconceptions": [diagnosis.id for diagnosis in one.verdict.diagnoses if diagnosis.id],
        "counts": review.counts,
        "grade": int(review.rating),
        "grade_now": int(one.grade),
        "own_grade": None if own is None else int(own),
    }


def _name(one: "Marked") -> str:
    """Return the name of the instance, with the revision under which it was asked."""
    review = one.entry.review
    return f"{review.key}@{review.rev}#{review.seed}"


def _setting(one: "Marked") -> str:
    """Return the parameters that were asked, in brackets; nothing where there are none."""
    from dlquiz.banks.proving.brief import setting

    told = setting(one.instance.values).removeprefix(", with ")
    return f" ({told})" if told else ""


def _reason(one: "Marked", language: "Language") -> str:
    from dlquiz.app.filling import filled, with_answer

    question, truth = one.instance.question, one.verdict.truth
    known = with_answer(one.instance, truth)
    says = (filled(diagnosis.says, language, known) for diagnosis in one.verdict.diagnoses)
    return " ".join([question.reason(one.verdict, language), *says])


def _grades(one: "Marked") -> str:
    """Say which grade the review has, and which the verdict would give; nothing is graded anew."""
    review, rev = one.entry.review, one.instance.question.rev
    said = [] if rev == review.rev else [f"the bank has revision {rev}"]
    was, now = review.rating.name.lower(), one.grade.name.lower()
    if one.own_grade is not None:
        said.append(f"your own grade stands: {one.own_grade.name.lower()}")
    elif review.counts:
        said.append(f"graded {was}; it would be {now}")
    else:
        said.append("schedules nothing")
    return "; ".join(said)


def _summary(changed: int, compared: int, unmarked: "Sequence[Unmarked]") -> list[str]:
    """Return how many reviews changed of how many, and for each reason how many could not be compared."""
    whole = compared + len(unmarked)
    if not whole:
        return ["there is no review of these banks; dlquiz study begins"]
    reviews = "1 review" if whole == 1 else f"{whole:,} reviews"
    told = [f"{reviews}: {compared:,} compared, {changed:,} changed, {len(unmarked):,} not compared"]
    counted = Counter(one.why.value for one in unmarked)
    for why, sentence in _WHY.items():
        if counted[why]:
            told.append(f"not compared: {counted[why]:,}, {sentence}{_example(why, unmarked)}")
    return told


def _example(why: str, unmarked: "Sequence[Unmarked]") -> str:
    """Return one of the reviews with that reason, and what more there is to say of it."""
    if why in ("undone", "self_graded"):
        return ""
    first = next(one for one in unmarked if one.why.value == why)
    review = first.entry.review
    return f", such as {review.key}@{review.rev}#{review.seed}" + (f" ({first.said})" if first.said else "")
