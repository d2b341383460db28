"""Whether two expressions in the same symbols are one and the same: by values, in bounded time, never by rewriting.

They are compared at points of the symbols' domains, exactly or to 40 digits, and where both are rational also modulo
a large prime. What agrees there is taken for the same: it is the same wherever it is asked.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from dlquiz.core.expressions import precise, residues
from dlquiz.core.expressions.errors import Undefined
from dlquiz.core.expressions.precise import Precise
from dlquiz.core.expressions.tree import Tree, walk
from dlquiz.core.expressions.words import FUNCTIONS

_OPERATIONS = frozenset(["name", "call", "+", "-", "*", "/", "//", "%", "^"])
_RATIONAL_POINTS = 8
"""At how many points rational expressions are evaluated beside the test modulo a prime."""
_FEWEST_POINTS = 4
_MOST_COST = 60


@dataclass(frozen=True)
class Places:
    """Where expressions are compared: ``points`` of their domain, and ``residues`` modulo the prime."""

    points: Sequence[Mapping[str, Any]]
    residues: Sequence[Mapping[str, int]]


def is_arithmetic(tree: Tree) -> bool:
    """Whether a tree is made of numbers, names, arithmetic and functions, without conditions, texts and fields."""
    return all(is_arithmetic_node(node) for node, _ in walk(tree))


def is_arithmetic_node(node: Tree) -> bool:
    """Whether a node by itself is such."""
    if not isinstance(node, tuple):
        return not isinstance(node, bool)
    return node[0] in _OPERATIONS and (node[0] != "call" or node[1] in FUNCTIONS)


def same(one: Tree, other: Tree, places: Places) -> bool:
    """Whether two arithmetic trees agree wherever they are compared, and have a value in the same places.

    >>> h = ("name", "h")
    >>> places = Places([{"h": 2}, {"h": 5}], [{"h": 12345}])
    >>> same(("+", h, h), ("*", 2, h), places), same(("^", h, 2), ("*", 2, h), places)
    (True, False)
    """
    rational = residues.is_rational(one) and residues.is_rational(other)
    if rational and not all(_same_residue(one, other, point) for point in places.residues):
        return False
    most = _RATIONAL_POINTS if rational else _afforded(precise.cost(one) + precise.cost(other))
    return difference(one, other, places.points[:most]) is None


def _afforded(cost: int) -> int:
    """Return at how many points expressions are compared of which one evaluation costs so much."""
    return max(_FEWEST_POINTS, _MOST_COST // max(cost, 1))


def difference(one: Tree, other: Tree, points: Iterable[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Return the first point at which two trees differ; None where there is none."""
    return next((point for point in points if not _agree(value(one, point), value(other, point))), None)


def value(tree: Tree, point: Mapping[str, Any]) -> Precise | None:
    """Return the value at a point, None where there is none."""
    with suppress(Undefined):
        return precise.value_at(tree, point)
    return None


def _agree(one: Precise | None, other: Precise | None) -> bool:
    if one is None or other is None:
        return one is other
    return precise.equal(one, other)


def _same_residue(one: Tree, other: Tree, point: Mapping[str, int]) -> bool:
    """Whether two rational trees agree modulo the prime; where one has a pole there, the point tells nothing."""
    with suppress(Undefined):
        return residues.residue_at(one, point) == residues.residue_at(other, point)
    return True
