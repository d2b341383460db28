"""Polynomials: the degree of a formula in each of its variables, read off its tree."""

from collections.abc import Iterable

from dlquiz.core.expressions import Tree
from dlquiz.core.expressions.residues import whole_exponent
from dlquiz.core.expressions.tree import free_names


def degree(tree: Tree, name: str) -> int | None:
    """Return a bound on the degree of a polynomial in one name; None where the tree is no polynomial in it.

    Rounding, roots, remainders, comparisons and divisions by a name make no polynomial.

    >>> degree(("*", 4, ("^", ("name", "d"), 2)), "d"), degree(("call", "floor", ("name", "d")), "d")
    (2, None)
    """
    if not isinstance(tree, tuple) or tree[0] == "name":
        return int(isinstance(tree, tuple) and tree[1] == name)
    if not free_names(tree):
        return 0
    if tree[0] == "^":
        base, exponent = degree(tree[1], name), whole_exponent(tree[2])
        return None if base is None or exponent is None or exponent < 0 else base * exponent
    if tree[0] == "/":
        return None if free_names(tree[2]) else degree(tree[1], name)
    if tree[0] not in ("+", "-", "*"):
        return None
    parts = [degree(part, name) for part in tree[1:]]
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    return sum(known) if tree[0] == "*" else max(known)


def degrees(trees: Iterable[Tree], names: Iterable[str]) -> dict[str, int] | None:
    """Return the degree of several trees together in each name; None where one of them is no polynomial."""
    found: dict[str, int] = {}
    each = list(trees)
    for name in names:
        given = [degree(tree, name) for tree in each]
        known = [one for one in given if one is not None]
        if len(known) < len(given):
            return None
        found[name] = max(known, default=0)
    return found
