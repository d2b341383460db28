"""Formulas that are right for all values: polynomials that agree with runs on more points than their degrees need.

Two polynomials of degree at most D in each variable that agree on a grid of D + 1 values for each are the same one.
The formula's degrees are read off its tree. That a run counts a polynomial of no higher degree can't be read anywhere,
so it is put to the test: one variable after the other, and all at once, is given values that the grid lacks, outside of
the domain where the engine takes them. A formula that is linear where the count is square fits every grid of two values
and fails there; so does one that divides where the engine rounds. Parameters that are no numbers, or have fewer values
than a degree asks for, are gone through one by one.
"""

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any, NamedTuple

from dlquiz.banks.proving.grids import Setting, beyond, completed, grid, numeric
from dlquiz.banks.proving.polynomials import degrees
from dlquiz.banks.proving.runs import Runs
from dlquiz.core.domains import Choice, Derived, Domain, IntRange
from dlquiz.core.expressions import Undefined, substituted
from dlquiz.core.expressions.tree import Tree, free_names
from dlquiz.core.kinds.computed import Computed
from dlquiz.core.kinds.expression import Symbolic
from dlquiz.core.oracle import Ran
from dlquiz.core.values import from_json

CASES = 64
"""Into how many cases a formula is split, at most."""


class Agreement(NamedTuple):
    """Variables that may have any value, and on how many points of a grid formula and runs agree."""

    variables: tuple[str, ...]
    points: int


def for_all(question: Computed, runs: Runs) -> Agreement | None:
    """Return what holds for all values of some variables, None where that cannot be said."""
    formula = question.answer.formula
    if formula is None or not question.answer.engine or question.answer.tolerance is not None:
        return None
    domain = question.domain
    if isinstance(question, Symbolic):
        domain = Domain({**domain.parameters, **question.symbols.parameters}, domain.where)
    trees = [_plain(part.tree, domain) for part in formula.parts]
    return _Search(question, domain, trees, runs).agreement()


def _plain(tree: Tree, domain: Domain) -> Tree:
    """Return a tree in which derived parameters are written out."""
    derived = {name: kind.expression.tree for name, kind in domain.parameters.items() if isinstance(kind, Derived)}
    for name in reversed(derived):
        tree = _put(tree, name, derived[name])
    return tree


def _put(tree: Tree, name: str, other: Tree) -> Tree:
    if not isinstance(tree, tuple):
        return tree
    if tree[0] == "name":
        return other if tree[1] == name else tree
    return tuple(_put(part, name, other) if isinstance(part, tuple) else part for part in tree)


class _Search(NamedTuple):
    question: Computed
    domain: Domain
    trees: Sequence[Tree]
    runs: Runs

    def agreement(self) -> Agreement | None:
        """Go through the cases; all of them must have a grid on which everything agrees, and agree beyond it."""
        variables = self._variables()
        rest = {name: kind for name, kind in self.domain.parameters.items() if name not in variables}
        rest = {name: kind for name, kind in rest.items() if not isinstance(kind, Derived)}
        if not variables or any(not isinstance(kind, Choice | IntRange) or kind.size > CASES for kind in rest.values()):
            return None
        cases = list(product(*(list(kind.every({})) for kind in rest.values())))
        if len(cases) > CASES:
            return None
        points, met = 0, False
        for case in cases:
            fixed = dict(zip(rest, case, strict=True))
            found = self._points(variables, fixed)
            if found is None and self._possible(fixed):
                return None
            points, met = points + (found or 0), met or found is not None
        return Agreement(tuple(variables), points) if met else None

    def _variables(self) -> list[str]:
        """Return the numeric parameters with more values than the formula's degree in them."""
        names = numeric(self.domain)
        used = frozenset().union(*(free_names(tree) for tree in self.trees))
        found = []
        for name in names:
            others = {other: next(iter(kind.every({}))) for other, kind in self._drawn() if other != name}
            trees = [substituted(tree, others) for tree in self.trees]
            degree = degrees(trees, [name])
            if degree is not None and self.domain.parameters[name].size > degree[name] and name in used:
                found.append(name)
        return found

    def _drawn(self) -> list[tuple[str, Any]]:
        return [(name, kind) for name, kind in self.domain.parameters.items() if not isinstance(kind, Derived)]

    def _possible(self, fixed: Mapping[str, Any]) -> bool:
        """Whether the domain has a setting of this case."""
        narrowed = {
            name: Choice((fixed[name],)) if name in fixed else kind for name, kind in self.domain.parameters.items()
        }
        return bool(Domain(narrowed, self.domain.where).sample(self.question.key, 1, 1)[0])

    def _points(self, variables: Sequence[str], fixed: Mapping[str, Any]) -> int | None:
        """Return on how many points of a case formula and runs agree; None where there is no grid, or they do not."""
        found = degrees([substituted(tree, fixed) for tree in self.trees], variables)
        points = None if found is None else grid(self.domain, self.question.key, fixed, found)
        if points is None or not self._agree(points):
            return None
        last, changed = points[-1], {}
        for name in variables:
            found_beyond = self._beyond(last, name, [point[name] for point in points])
            if found_beyond is None:
                return None
            changed[name] = found_beyond[name]
        together = completed(self.domain, {**last, **changed})
        if together is not None and self._agrees(together) is False:
            return None
        return len(points)

    def _beyond(self, point: Setting, name: str, used: Sequence[Any]) -> Setting | None:
        """Return the last setting beyond the grid that the engine takes; None where none is, or one disagrees."""
        found = None
        for one in beyond(self.domain, point, name, used):
            agrees = self._agrees(one)
            if agrees is False:
                return None
            found = one if agrees else found
        return found

    def _agree(self, points: Sequence[Setting]) -> bool:
        self.runs.start(call.fill(point) for point in points for call in self.question.answer.engine)
        return all(self._agrees(point) for point in points)

    def _agrees(self, point: Setting) -> bool | None:
        """Whether all runs give what the formula gives, in whole numbers; None where one of them gives nothing."""
        formula = self.question.answer.formula
        assert formula is not None, "only questions with a formula are searched"
        try:
            believed = formula.evaluate(point)
            outcomes = self.runs.outcomes([call.fill(point) for call in self.question.answer.engine])
        except Undefined:
            return None
        ran = [outcome for outcome in outcomes if isinstance(outcome, Ran)]
        if len(ran) < len(outcomes):
            return None
        counted = [one for one in ran if one.kind != "closed_form"]
        return bool(counted) and all(_whole(believed) and from_json(one.value) == believed for one in counted)


def _whole(value: Any) -> bool:
    parts = value if isinstance(value, list) else [value]
    return all(isinstance(part, int) and not isinstance(part, bool) for part in parts)
