"""The answers of a question on a few settings, as data that can be kept, and compared with what they are later."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from dlquiz.banks.proving.brief import brief
from dlquiz.banks.proving.grids import completed
from dlquiz.banks.proving.runs import Runs
from dlquiz.core.domains import Derived, EmptyDomain
from dlquiz.core.expressions import Expression, Undefined, Unreadable, parse
from dlquiz.core.kinds.claims import Claims
from dlquiz.core.kinds.computed import Computed
from dlquiz.core.kinds.construct import Construct
from dlquiz.core.kinds.expression import Symbolic
from dlquiz.core.kinds.order import Order
from dlquiz.core.questions import Question
from dlquiz.core.values import to_json
from dlquiz.core.verdicts import Result, Truth, Unsettled

SETTINGS = 5
"""On how many settings answers are kept."""

Case = tuple[dict[str, Any], Any]
"""The parameters of a setting, and the answer there, as JSON."""


class Unanswerable(Exception):  # noqa: N818 - it names a state of the question
    """The question has no answer on a setting; the text says why."""


def cases(question: Question, runs: Runs) -> list[Case]:
    """Return settings with their answers: the draws of the first seeds, each setting once."""
    found: list[Case] = []
    for seed in range(SETTINGS):
        try:
            drawn = question.domain.draw(question.key, question.rev, seed)
            case = _kept(asked(question, drawn)), answer(question, drawn, runs)
        except (EmptyDomain, Unanswerable):
            continue
        if case[1] is not None and case not in found:
            found.append(case)
    return found


def asked(question: Question, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that are not derived from others."""
    derived = (name for name, kind in question.domain.parameters.items() if isinstance(kind, Derived))
    return {name: values[name] for name in question.domain.parameters.keys() - derived if name in values}


def answer(question: Question, given: Mapping[str, Any], runs: Runs) -> Any:
    """Return the answer on a setting as JSON, None for kinds that have none; raises Unanswerable."""
    if not isinstance(question, Computed | Claims | Order | Construct):
        return None
    values = completed(question.domain, given)
    if values is None:
        raise Unanswerable("a derived value is undefined there")
    values |= _shown_options(question)
    try:
        truth = question.settle(values, runs.outcomes(question.calls(values)))
        return _told(question, values, truth, runs)
    except (Undefined, Unsettled) as error:
        raise Unanswerable(str(error)) from error


def _shown_options(question: Question) -> dict[str, Any]:
    """Return the values that say which options are shown: all of them, as they are written."""
    sampled = question.sample(1)[0]
    return (
        {name: value for name, value in sampled[0].items() if name not in question.domain.parameters} if sampled else {}
    )


def _told(question: Question, values: Mapping[str, Any], truth: Truth, runs: Runs) -> Any:
    if isinstance(question, Claims):
        said = [claim.say.fill("en", values) for claim in question.asked(values)]
        return dict(zip(said, truth.value, strict=True))
    if isinstance(question, Order):
        said = [item.say.fill("en", values) for item in question.asked(values)]
        return [said[number - 1] for number in truth.value]
    if isinstance(question, Construct):
        listed = [typed.fill(values) for typed in (*question.accept, *question.reject)]
        return {text: _accepts(question, text, values, truth, runs) for text in listed}
    return truth.value.written() if isinstance(truth.value, Expression) else to_json(truth.value)


def _accepts(question: Construct, text: str, values: Mapping[str, Any], truth: Truth, runs: Runs) -> bool:
    try:
        read = question.read(text, values)
        reading = question.tried(read, runs.outcomes(question.trial(read, values)))
    except Unreadable:
        return False
    return question.mark(reading, truth, values).result is Result.RIGHT


def differs(question: Question, kept: Any, found: Any) -> str | None:
    """Return what an answer was and what it is, where these differ; None where they are the same."""
    if _form(kept) is not _form(found):
        return f"the answer was {brief(kept)}, and is {brief(found)}"
    if isinstance(question, Claims | Construct):
        changed = next((name for name in kept if name in found and kept[name] is not found[name]), None)
        words = ("accepted", "refused") if isinstance(question, Construct) else ("true", "false")
        return (
            None
            if changed is None
            else f"'{changed}' was {words[not kept[changed]]}, and is {words[not found[changed]]}"
        )
    if isinstance(question, Order):
        before, after = [one for one in kept if one in found], [one for one in found if one in kept]
        return None if before == after else f"the order was {' → '.join(before)}, and is {' → '.join(after)}"
    if isinstance(question, Computed) and _same(question, kept, found):
        return None
    return f"the answer was {kept}, and is {found}"


def _same(question: Computed, kept: Any, found: Any) -> bool:
    if isinstance(question, Symbolic):
        try:
            before, after = (parse(text, question.symbol_names) for text in (kept, found))
        except Unreadable:  # symbols that were there are gone
            return False
        return question.same(before, after, None)
    return question.agree(kept, found)


def _form(answer: Any) -> type:
    """Return the type of an answer as JSON; all numbers are of one."""
    return float if isinstance(answer, int) and not isinstance(answer, bool) else type(answer)


def _kept(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _plain(values[name]) for name in sorted(values)}


def _plain(value: Any) -> Any:
    """Return a value of a parameter as JSON that reads back as the same: fractions of banks are decimals."""
    if isinstance(value, Fraction):
        return to_json(value)
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, Sequence) and not isinstance(value, str) else value
