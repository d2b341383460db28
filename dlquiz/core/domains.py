"""The settings of a question: its parameters under its conditions, drawn from a seed, sampled or gone through.

Every draw comes from SHA-256, so a seed gives the same instance on every machine and every version of Python.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, islice, product
from math import prod

from dlquiz.core.chance import drawn
from dlquiz.core.emptiness import holds, why_empty
from dlquiz.core.expressions import Expression, Undefined, Value
from dlquiz.core.parameters import (
    BadDomain,
    Choice,
    Derived,
    FloatRange,
    IntRange,
    Parameter,
    Records,
    combinations,
    drawn_record,
    identity,
    is_record,
    most_steps,
    most_values,
    steps,
)
from dlquiz.errors import nearest

__all__ = [
    "BadDomain",
    "Choice",
    "Derived",
    "Domain",
    "EmptyDomain",
    "FloatRange",
    "IntRange",
    "Parameter",
    "Records",
]

DRAWS = 10_000
"""How often an instance is drawn anew before the conditions count as impossible."""

TRIES = 20
"""How many attempts a sample takes on average for each seed, at most: rare settings cost no more than others."""

VALUES = 500_000
"""The most single values that the settings of a sample have together."""

STEPS = 1_000_000
"""The most values that are drawn, and steps that are computed, for one instance; an attempt takes a hundred at most.

A sample, or a domain that is gone through, has twenty times as many.
"""

ENUMERABLE = 200_000
"""The most settings, before the conditions, that :meth:`Domain.sample` goes through one by one."""

CORNERS = 256
"""The most corners that are taken in all combinations; beyond, each parameter in turn differs from all others."""


class EmptyDomain(ValueError):  # noqa: N818 (the name says it)
    """Conditions that no setting was found to satisfy; the text is one sentence."""


@dataclass(frozen=True, repr=False)
class Domain:
    """Every combination of the parameters for which all of ``where`` holds.

    Parameters are set in the order of their declaration. A combination for which a derived value or a condition is
    undefined is left out. Raises BadDomain when an expression uses a name that is not declared before it.
    """

    parameters: Mapping[str, Parameter]
    where: tuple[Expression, ...] = ()

    def __post_init__(self) -> None:
        _check_derived(self.parameters, [])
        for condition in self.where:
            _check_names(condition, list(self.parameters), f"the condition '{condition.text}'")

    def raw_size(self) -> int:
        """Return the number of combinations before the conditions."""
        return prod(parameter.size for parameter in self.parameters.values())

    def draw(self, key: str, rev: int, seed: int) -> dict[str, Value]:
        """Return the setting of a seed: its first attempt that satisfies the conditions.

        A parameter takes the value at place ``SHA-256(key, rev, seed, name, attempt) mod size``; the parts of a list
        of records are named ``name.length`` and ``name[0].field``. Raises EmptyDomain after ``DRAWS`` attempts, fewer
        where each of them takes long.
        """
        found = next((values for values in self._tries(key, rev, seed) if values is not None), None)
        if found is None:
            attempts = (lambda number: self._attempt(key, rev, seed, number)), self._attempts
            raise EmptyDomain(why_empty(self, key, *attempts))
        return found

    def enumerate(self) -> Iterator[dict[str, Value]]:
        """Return every setting, the last parameter changing fastest; meant for a small :meth:`raw_size` only."""
        order = list(self.parameters)
        ready: dict[str, list[Expression]] = {name: [] for name in order}
        for condition in self.where:
            if condition.names:
                ready[max(condition.names, key=order.index)].append(condition)
            elif not holds(condition, {}):
                return iter(())
        return combinations(
            self.parameters, {}, lambda name, values: all(holds(condition, values) for condition in ready[name])
        )

    def corners(self) -> Iterator[dict[str, Value]]:
        """Yield the settings that have every parameter at its lowest or highest value."""
        free = [name for name, parameter in self.parameters.items() if not isinstance(parameter, Derived)]
        seen = set()
        for pattern in _patterns(len(free)):
            values = self._corner(dict(zip(free, pattern, strict=True)))
            if values is not None and identity(values) not in seen:
                seen.add(identity(values))
                yield values

    def contains(self, values: Mapping[str, Value]) -> bool:
        """Return whether ``values`` is a setting, with exactly the parameters for names."""
        try:
            inside = is_record(self.parameters, values, {})
        except Undefined:
            return False
        return inside and all(holds(condition, values) for condition in self.where)

    def sample(self, key: str, rev: int, limit: int) -> tuple[list[dict[str, Value]], bool]:
        """Return at most ``limit`` different settings, and whether there are no others.

        A domain of at most ``ENUMERABLE`` combinations is gone through. If it is larger, or has more than ``limit``
        settings, the corners are taken and then the draws of the seeds 0, 1, 2, ...; an impossible one gives none.
        Where a setting has many values, or its conditions are long, there are fewer: see ``VALUES`` and ``STEPS``.
        """
        if self.raw_size() <= min(ENUMERABLE, 20 * STEPS // self._steps):
            found = list(islice(self.enumerate(), limit + 1))
            if len(found) <= limit:
                return found, True
        limit = min(limit, max(1, VALUES // max(1, most_values(self.parameters))))
        chosen: dict[object, dict[str, Value]] = {}
        for values in chain(self.corners(), self._draws(key, rev, 4 * limit)):
            if len(chosen) == limit:
                break
            chosen.setdefault(identity(values), values)
        return list(chosen.values()), False

    @cached_property
    def _steps(self) -> int:
        """How many values are drawn, and steps computed, for an attempt."""
        return 1 + most_values(self.parameters) + most_steps(self.parameters) + sum(map(steps, self.where))

    @property
    def _attempts(self) -> int:
        """How often an instance is drawn anew at most."""
        return max(1, min(DRAWS, STEPS // self._steps))

    def _attempt(self, key: str, rev: int, seed: int, attempt: int) -> dict[str, Value]:
        return drawn_record(self.parameters, "", lambda name, size: drawn(key, rev, seed, name, attempt) % size, {})

    def _tries(self, key: str, rev: int, seed: int) -> Iterator[dict[str, Value] | None]:
        """Yield the setting of each attempt, None where it does not satisfy the conditions."""
        for attempt in range(self._attempts):
            try:
                values = self._attempt(key, rev, seed, attempt)
            except Undefined:
                yield None
                continue
            yield values if all(holds(condition, values) for condition in self.where) else None

    def _draws(self, key: str, rev: int, count: int) -> Iterator[dict[str, Value]]:
        """Yield the settings of at most ``count`` seeds; ends early where settings are rare among the attempts."""
        left = min(TRIES * count, 20 * STEPS // self._steps)
        for seed in range(count):
            for values in self._tries(key, rev, seed):
                left -= 1
                if values is not None:
                    yield values
                    break
                if left <= 0:
                    return
            else:
                return

    def _corner(self, high: Mapping[str, bool]) -> dict[str, Value] | None:
        values: dict[str, Value] = {}
        try:
            for name, parameter in self.parameters.items():
                values[name] = parameter.extreme(high.get(name, False), values)
        except Undefined:
            return None
        return values if all(holds(condition, values) for condition in self.where) else None


def _patterns(count: int) -> Iterator[tuple[bool, ...]]:
    """Yield which of ``count`` parameters are at their highest value."""
    if 2**count <= CORNERS:
        yield from product((False, True), repeat=count)
        return
    for others in (False, True):
        yield (others,) * count
        for alone in range(count):
            yield tuple((place == alone) != others for place in range(count))


def _check_derived(parameters: Mapping[str, Parameter], known: list[str]) -> None:
    for name, parameter in parameters.items():
        if isinstance(parameter, Derived):
            _check_names(parameter.expression, known, f"'{name}'")
        elif isinstance(parameter, Records):
            _check_derived(parameter.fields, known)
        known = [*known, name]


def _check_names(expression: Expression, known: list[str], where: str) -> None:
    for name in sorted(expression.names - set(known)):
        raise BadDomain(f"{where} uses '{name}', which is not declared before it{nearest(name, known)}")
