"""Parameters that are kept while the others are drawn anew: at the value that they have, or at one that is typed."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from dlquiz.app.phrases import Say
from dlquiz.core.domains import Choice, Derived, Domain, EmptyDomain, FloatRange, IntRange, Parameter
from dlquiz.core.expressions import Undefined, Unreadable, Value, parse
from dlquiz.core.questions import Question
from dlquiz.core.texts import Language
from dlquiz.core.values import show
from dlquiz.errors import DlquizError

_LISTED = 12
"""Values of a choice that are told; of a longer one only so many."""


class NotTaken(DlquizError):  # noqa: N818 - it names the value
    """A value that a parameter does not take; the text is one sentence."""


def lockable(question: Question) -> dict[str, Parameter]:
    """Return the parameters that are drawn, and not derived from others."""
    return {name: one for name, one in question.domain.parameters.items() if not isinstance(one, Derived)}


def holding(question: Question, locks: Mapping[str, Value]) -> dict[str, Value]:
    """Return those locks that the question still has a parameter for, and that still takes the value."""
    known = lockable(question)
    return {name: value for name, value in locks.items() if name in known and known[name].contains(value, {})}


def locked(question: Question, locks: Mapping[str, Value]) -> Question:
    """Return the question with its parameters kept at some values; the others are drawn as before."""
    if not locks:
        return question
    kept = {name: Choice((value,)) for name, value in locks.items()}
    return replace(question, domain=Domain({**question.domain.parameters, **kept}, question.domain.where))


def ruled_out(question: Question, locks: Mapping[str, Value], name: str, say: Say) -> str:
    """Return why a parameter cannot be locked at its value in ``locks``; nothing where some draw satisfies everything.

    It is the value alone that is blamed where that suffices, else all locks together. Where hardly any setting
    satisfies the conditions, it takes a while.
    """
    for blamed in ({name: locks[name]}, dict(locks)):
        kept = locked(question, blamed)
        if not _drawn(kept.domain, question):
            never = next(_never(kept.domain, question), None)
            phrase = "lock_together" if never is None else "lock_never"
            return say(phrase, locks=listed(blamed), condition=never)
    return ""


def _never(domain: Domain, question: Question) -> Iterator[str]:
    """Yield the conditions that no draw satisfies, each looked at alone."""
    alone = (Domain(domain.parameters, (condition,)) for condition in domain.where)
    return (one.where[0].text for one in alone if not _drawn(one, question))


def _drawn(domain: Domain, question: Question) -> bool:
    try:
        domain.draw(question.key, question.rev, 0)
    except EmptyDomain:
        return False
    return True


def read_value(name: str, parameter: Parameter, text: str, language: Language, say: Say) -> Value:
    """Return the typed value of a parameter; raises NotTaken, with what it takes, where it is none of them."""
    if isinstance(parameter, Choice):
        named = {show(value).casefold(): value for value in parameter.values}
        if text.strip().casefold() in named:
            return named[text.strip().casefold()]
    elif not isinstance(parameter, IntRange | FloatRange):
        raise NotTaken(say("lock_typed", name=name))
    try:
        value = parse(text).evaluate({})
    except Unreadable as error:
        raise NotTaken(say("lock_unread", text=text, why=error.said(language))) from error
    except Undefined as error:
        raise NotTaken(say("lock_unread", text=text, why=error.said(language))) from error
    if not parameter.contains(value, {}):
        raise NotTaken(say("lock_outside", text=text, name=name, values=values_of(parameter, say)))
    return value


def listed(locks: Mapping[str, Value]) -> str:
    """Return locked parameters with their values.

    >>> listed({"n": 20, "k": 9})
    'n = 20, k = 9'
    """
    return ", ".join(f"{name} = {short(value)}" for name, value in locks.items())


def values_of(parameter: Parameter, say: Say) -> str:
    """Return which values a parameter takes, in words."""
    match parameter:
        case IntRange(low, high, step):
            return say("lock_ints" if step == 1 else "lock_steps", low=show(low), high=show(high), step=show(step))
        case FloatRange(low, high, step):
            return say("lock_steps", low=show(low), high=show(high), step=show(step))
        case Choice(values):
            more = [] if len(values) <= _LISTED else ["…"]
            return ", ".join([*map(short, values[:_LISTED]), *more])
        case _:
            return say("lock_records")


def short(value: Any) -> str:
    """Return a value on one line.

    >>> short([{"k": 3, "s": 1}, {"k": 5, "s": 2}])
    '[k=3, s=1; k=5, s=2]'
    """
    if isinstance(value, list | tuple) and any(isinstance(item, Mapping) for item in value):
        return f"[{'; '.join(map(show, value))}]"
    return f"[{show(value)}]" if isinstance(value, Mapping) else show(value)
