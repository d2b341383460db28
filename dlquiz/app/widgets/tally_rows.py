"""The summary of a session as rows of text."""

from collections.abc import Iterator

from dlquiz.app.durations import interval, spent
from dlquiz.app.filling import filled, with_answer
from dlquiz.app.phrases import Say, say_in
from dlquiz.app.tally import Idea, Tally
from dlquiz.app.widgets.plain import MUTED, literal
from dlquiz.app.widgets.rows import EMPTY, Row
from dlquiz.core.texts import Language

_INDENT = literal("  ")
_DEEPER = literal("    ")
_GAP = Row(EMPTY)


def tally_rows(tally: Tally, words: str, language: Language) -> list[Row]:
    """Return the rows of the summary; where nothing was answered, when there will be something to answer."""
    say = say_in(language)
    answered = tally.right + tally.wrong + tally.practice
    rows = list(_figures(tally, say, language)) if answered else [Row(literal(say("nothing_due"), "bold"))]
    return [*rows, *_ideas(tally, say, language), *_returns(tally, say, language), *_next(tally, words, say, language)]


def _figures(tally: Tally, say: Say, language: Language) -> Iterator[Row]:
    figures = say("tally", right=tally.right, wrong=tally.wrong, hinted=tally.hinted)
    practice = [say("tally_practice", count=tally.practice)] if tally.practice else []
    time = say("time_spent", time=spent(tally.spent_ms, language))
    yield Row(literal(" · ".join([figures, *practice]), "bold"), tail=literal(time, MUTED))


def _ideas(tally: Tally, say: Say, language: Language) -> Iterator[Row]:
    if tally.ideas:
        yield _GAP
        yield Row(literal(say("ideas_met"), MUTED))
    for idea in tally.ideas:
        yield from _idea(idea, say, language)


def _idea(idea: Idea, say: Say, language: Language) -> Iterator[Row]:
    """Yield what is said to a wrong idea; where that was the misjudging of a claim, under the claim."""
    values = with_answer(idea.last.attempt.instance, idea.last.verdict.truth)
    says = literal(filled(idea.diagnosis.says, language, values))
    count = literal(f"{idea.diagnosis.id} ×{idea.count}".strip(), MUTED)
    if idea.claim is None:
        yield Row(says, _INDENT, count)
        return
    yield Row(literal(filled(idea.claim, language, values)), _INDENT, count)
    why = EMPTY if idea.diagnosis.says == idea.claim else literal("  ") + says
    yield Row(literal(say("misjudged_true" if idea.holds else "misjudged_false"), "bold") + why, _DEEPER)


def _returns(tally: Tally, say: Say, language: Language) -> Iterator[Row]:
    if tally.returns:
        yield _GAP
        yield Row(literal(say("comes_back"), MUTED))
    for key, ms in tally.returns:
        yield Row(literal(key), _INDENT, literal(interval(ms, language)))


def _next(tally: Tally, words: str, say: Say, language: Language) -> Iterator[Row]:
    if tally.returns or tally.next_due_ms is None:
        return
    yield Row(literal(say("next_due", time=interval(tally.next_due_ms, language))))
    yield _GAP
    yield Row(literal(say("ahead", words=words), MUTED))
