"""Why nothing could be drawn: the conditions that never hold, or that hold too rarely to be met by chance."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Protocol

from dlquiz.core.expressions import Expression, Tree, Undefined, Value
from dlquiz.core.parameters import Derived, Parameter, Scope, combinations, is_record

_TOLD = 3
"""How many conditions are told, and how many parameters that could be fixed."""


class _Domain(Protocol):
    @property
    def parameters(self) -> Mapping[str, Parameter]: ...

    @property
    def where(self) -> Sequence[Expression]: ...

    def raw_size(self) -> int: ...

    def enumerate(self) -> Iterator[dict[str, Value]]: ...


def holds(condition: Expression, values: Scope) -> bool:
    """Return whether a condition is true; one without a value is not."""
    try:
        return condition.evaluate(values) is True
    except Undefined:
        return False


def why_empty(domain: _Domain, key: str, attempt: Callable[[int], dict[str, Value]], attempts: int) -> str:
    """Return the sentence for a draw that failed in all its attempts: what, the conditions to blame, and a fix.

    That a condition is *never* true is only said of a domain of no more settings than there were attempts: all of them
    are gone through. ``attempt`` draws a setting, and may raise Undefined.
    """
    drawn, undefined = _drawn(attempt, attempts)
    lead, said, unmet = f"{attempts:,} draws", "true on none of them", _unmet(domain.where, drawn)
    if undefined:
        blamed = f"; a derived value is undefined: {undefined}"
    else:
        if domain.raw_size() <= attempts and next(domain.enumerate(), None) is None:
            unmet = _unmet(domain.where, combinations(domain.parameters, {}))
            lead, said = f"the {domain.raw_size():,} settings", "never true"
        blamed = f"; {said}: {_listed([condition.text for condition in unmet])}" if unmet else ""
    return f"none of {lead} satisfies the conditions of {key}{blamed}; {_fix(domain.parameters, unmet)}"


def _drawn(attempt: Callable[[int], dict[str, Value]], attempts: int) -> tuple[list[dict[str, Value]], str]:
    """Return the settings that were drawn, and why one of them has a value that is undefined."""
    found, undefined = [], ""
    for number in range(attempts):
        try:
            found.append(attempt(number))
        except Undefined as error:
            undefined = str(error)
    return found, undefined


def _unmet(conditions: Sequence[Expression], settings: Iterable[Scope]) -> list[Expression]:
    """Return the conditions that hold in none of the settings."""
    unmet = list(conditions)
    for values in settings:
        unmet = [condition for condition in unmet if not holds(condition, values)]
        if not unmet:
            break
    return unmet


def _fix(parameters: Mapping[str, Parameter], unmet: Iterable[Expression]) -> str:
    """Return what to do; a parameter that has to have one of its values had better be fixed."""
    fixed = {name: value for condition in unmet for name, value in _demanded(condition.tree)}
    able = [
        f"{name}: {{choice: [{value}]}}"
        for name, value in fixed.items()
        if name in parameters
        and not isinstance(parameters[name], Derived)
        and is_record({name: parameters[name]}, {name: value}, {})
    ]
    fix = "widen the ranges or the conditions"
    return f"{fix}, or fix the parameter: {_listed(able)}" if able else fix


def _demanded(tree: Tree) -> Iterator[tuple[str, int]]:
    """Yield each name with the whole number that it has to equal."""
    if not isinstance(tree, tuple):
        return
    if tree[0] == "and":
        for part in tree[1:]:
            yield from _demanded(part)
    elif tree[0] == "==":
        for one, other in (tree[1:], tree[:0:-1]):
            if isinstance(one, tuple) and one[0] == "name" and type(other) is int:
                yield one[1], other


def _listed(texts: Sequence[str]) -> str:
    return ", ".join([*islice(texts, _TOLD), *(["…"] if len(texts) > _TOLD else [])])
