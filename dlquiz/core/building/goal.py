"""What a built thing has to reach: conditions, each on what an engine call gives of it."""

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from dlquiz.core.calls import NOWHERE, CallTemplate, Given, Place
from dlquiz.core.expressions import Expression
from dlquiz.core.formulas import Formula
from dlquiz.core.oracle import Failed, Outcome
from dlquiz.core.phrases import quantity, say
from dlquiz.core.questions import Fault, described
from dlquiz.core.texts import LANGUAGES, Language, Text
from dlquiz.core.values import from_json, show

BUILT = "built"
"""The name under which the arguments of a condition's call use what was built."""


def _equal(value: Any, wanted: Any) -> bool:
    return isinstance(value, bool) == isinstance(wanted, bool) and bool(value == wanted)


def _different(value: Any, wanted: Any) -> bool:
    return not _equal(value, wanted)


_HOLDS: Mapping[str, Callable[[Any, Any], bool]] = {
    "is": _equal,
    "is_not": _different,
    "at_least": operator.ge,
    "above": operator.gt,
    "at_most": operator.le,
    "below": operator.lt,
}


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Condition:
    """An engine call on what was built, and the bounds that its value has to keep."""

    call: CallTemplate = described("What is asked of the thing, which is called built.", names=(BUILT,), inline=True)
    equals: Given | None = described("The value it has to give.", None, key="is")
    differs: Given | None = described("A value it must not give.", None, key="is_not")
    at_least: Formula | None = described("The lowest value allowed.", None)
    at_most: Formula | None = described("The highest value allowed.", None)
    above: Formula | None = described("The value has to be larger than this.", None)
    below: Formula | None = described("The value has to be smaller than this.", None)
    name: Text | None = described("What readers are told this quantity is called.", None)
    says: Text | None = described("What to tell somebody who misses it.", None, names=("answer",))
    id: str = described("Name of the condition; it is counted when missed.", "")
    at: Place = NOWHERE

    _FIELDS: ClassVar[Mapping[str, str]] = {"is": "equals", "is_not": "differs"}

    def wanted(self, values: Mapping[str, Any]) -> list[tuple[str, Any]]:
        """Return each bound by its key, on these values; raises Undefined."""
        written = ((key, getattr(self, self._FIELDS.get(key, key))) for key in _HOLDS)
        return [(key, _value(bound, values)) for key, bound in written if bound is not None]

    def called(self, language: Language) -> str:
        """Return what the quantity is called."""
        return self.name.fill(language, {}) if self.name else quantity(language, self.call.function)

    def faults(self) -> Iterable[Fault]:
        """No bound, a call that does not look at what was built, and a name that differs from instance to instance."""
        if all(getattr(self, self._FIELDS.get(key, key)) is None for key in _HOLDS):
            yield Fault(self.at, "the condition bounds nothing", f"add one of {', '.join(_HOLDS)}")
        if not any(BUILT in expression.names for expression in _expressions(self.call.arguments)):
            message = f"{self.call.function} does not look at what was built"
            yield Fault(self.call.at, message, f"let one of its arguments be {BUILT}, as in with: {{layers: {BUILT}}}")
        if self.name is not None and any(self.name.template(language).holes for language in LANGUAGES):
            yield Fault(self.at, "the name of a quantity puts in no values", "say the value in the prompt")


class Finding(NamedTuple):
    """What a condition came to: the value and each bound with whether it is kept; or why there is no value."""

    condition: Condition
    value: Any = None
    bounds: Sequence[tuple[str, Any, bool]] = ()
    refusal: str | None = None

    @property
    def holds(self) -> bool:
        """Whether there is a value and all bounds are kept."""
        return self.refusal is None and all(kept for _, _, kept in self.bounds)

    def told(self, language: Language) -> str:
        """Return what the built thing gives, beside the bounds that matter: those it breaks, or else all."""
        name = self.condition.called(language)
        if self.refusal is not None:
            return say(language, "has_none", name=name, why=self.refusal.rstrip("."))
        given = _shown(self.value, language)
        if self.holds:
            bounds = [_bound(language, key, wanted) for key, wanted, _ in self.bounds if key != "is"]
            phrase = "gives_within" if bounds else "gives"
            return say(language, phrase, name=name, given=given, bounds=say(language, "and").join(bounds))
        if isinstance(self.value, bool):
            return say(language, "gives", name=name, given=given)
        key, bound = next((key, wanted) for key, wanted, kept in self.bounds if not kept)
        wanted = _shown(bound, language)
        if not key.startswith("is") and (isinstance(self.value, str | list) or self.value != self.value):  # no order
            key, wanted = "is", _bound(language, key, bound)
        return say(language, f"not_{key}", name=name, given=given, wanted=wanted)


def found(condition: Condition, outcome: Outcome, values: Mapping[str, Any]) -> Finding:
    """Return what a condition came to; raises Undefined where a bound has no value."""
    if isinstance(outcome, Failed):
        return Finding(condition, refusal=outcome.message)
    return judged(condition, from_json(outcome.value), values)


def judged(condition: Condition, value: Any, values: Mapping[str, Any]) -> Finding:
    """Return what a value comes to under the bounds of a condition; raises Undefined where one has no value."""
    bounds = [(key, wanted, _kept(key, value, wanted)) for key, wanted in condition.wanted(values)]
    return Finding(condition, value, bounds)


def told(findings: Sequence[Finding], language: Language) -> str:
    """Return in a sentence or two what is missed, then what is reached."""
    missed = _joined((finding for finding in findings if not finding.holds), language)
    reached = _joined((finding for finding in findings if finding.holds), language)
    if not missed:
        return reached
    return say(language, "missed_and_reached" if reached else "missed", missed=missed, reached=reached)


def _joined(findings: Iterable[Finding], language: Language) -> str:
    """Return all that is told; a refusal that several conditions met with is told once."""
    by_refusal: dict[str, Finding] = {}
    for number, finding in enumerate(findings):
        by_refusal.setdefault(finding.refusal or str(number), finding)
    return say(language, "next_finding").join(finding.told(language) for finding in by_refusal.values())


def _value(bound: Given | Formula, values: Mapping[str, Any]) -> Any:
    return bound.fill(values) if isinstance(bound, Given) else bound.evaluate(values)


def _kept(key: str, value: Any, wanted: Any) -> bool:
    try:
        return _HOLDS[key](value, wanted)
    except TypeError:  # a text or a list has no order
        return False


def _bound(language: Language, key: str, wanted: Any) -> str:
    return say(language, f"bound_{key}", wanted=_shown(wanted, language))


def _shown(value: Any, language: Language) -> str:
    return say(language, "yes" if value else "no") if isinstance(value, bool) else show(value)


def _expressions(data: Any) -> Iterator[Expression]:
    if isinstance(data, Expression):
        yield data
    elif isinstance(data, Mapping):
        for item in data.values():
            yield from _expressions(item)
    elif isinstance(data, list | tuple):
        for item in data:
            yield from _expressions(item)
