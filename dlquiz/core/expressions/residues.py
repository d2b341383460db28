"""Rational expressions modulo a large prime: whether two of them are one and the same, up to a chance of about 10^-17.

Two different expressions of degree D agree at a random point modulo p with a probability of at most D/p (Schwartz 1980,
"Fast Probabilistic Algorithms for Verification of Polynomial Identities"). All arithmetic stays below p, whatever the
powers, so ``(h + d)^300`` costs as little as ``h + d``.
"""

from collections.abc import Mapping
from functools import reduce
from typing import TypeAlias

from dlquiz.core.expressions import precise
from dlquiz.core.expressions.errors import Undefined
from dlquiz.core.expressions.tree import Tree, free_names, walk

PRIME = 2**61 - 1

Residues: TypeAlias = Mapping[str, int]


def is_rational(tree: Tree) -> bool:
    """Whether a tree is made of numbers, names, ``+ - * /`` and whole powers."""
    return all(_is_rational_node(node) for node, _ in walk(tree))


def _is_rational_node(node: Tree) -> bool:
    if not isinstance(node, tuple) or node[0] in ("name", "+", "-", "*", "/"):
        return True
    return node[0] == "^" and whole_exponent(node[2]) is not None


def whole_exponent(tree: Tree) -> int | None:
    """Return the integer that an exponent is, None where it is none."""
    if free_names(tree):
        return None
    try:
        value = precise.value_at(tree, {})
    except Undefined:
        return None
    return value if isinstance(value, int) else None


def degree(tree: Tree, name: str) -> int:
    """Return a bound on the degree of a rational tree in a name, its numerator's and denominator's together.

    >>> degree(("/", ("^", ("name", "d"), 2), ("+", ("name", "d"), 1)), "d")
    3
    """
    if not isinstance(tree, tuple) or tree[0] == "name":
        return int(isinstance(tree, tuple) and tree[1] == name)
    if tree[0] == "^":
        return degree(tree[1], name) * abs(whole_exponent(tree[2]) or 0)
    parts = [degree(part, name) for part in tree[1:]]
    return sum(parts) if tree[0] in ("*", "/") else max(parts)


def residue_at(tree: Tree, point: Residues) -> int:
    """Return the value of a rational tree modulo the prime; raises Undefined where a divisor is 0 there.

    >>> residue_at(("-", ("*", ("/", 1, 3), 3), 1), {})
    0
    """
    if not isinstance(tree, tuple):
        return int(tree) % PRIME
    if tree[0] == "name":
        return point[tree[1]] % PRIME
    base = residue_at(tree[1], point)
    if tree[0] == "^":
        return _power(base, whole_exponent(tree[2]) or 0)
    if len(tree) == 2:
        return -base % PRIME
    return reduce(lambda left, part: _combined(tree[0], left, residue_at(part, point)), tree[2:], base)


def _combined(sign: str, left: int, right: int) -> int:
    if sign == "/":
        right = _power(right, -1)
    return (left + right if sign == "+" else left - right if sign == "-" else left * right) % PRIME


def _power(base: int, exponent: int) -> int:
    if base == 0 and exponent < 0:
        raise Undefined("something is divided by zero")
    return pow(base, exponent, PRIME)
