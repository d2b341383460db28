"""The tree of an expression: what crosses the wire, and the few things asked of its form.

Inside, a tree is nested tuples and hashable; as JSON the tuples are arrays. In both::

    tree := integer | true | false
          | ["name", n]            a parameter or symbol
          | ["text", s]            a quoted text
          | ["field", tree, n]     a field of a record, or of each record of a list
          | ["+", tree, tree, ...] and likewise "*": two or more, added or multiplied from left to right
          | ["-", tree]            the negative;  ["-", tree, tree] the difference
          | ["/", tree, tree]      also a decimal: 1.5 is ["/", 3, 2]; the quotient is exact
          | ["//", tree, tree] | ["%", tree, tree]    quotient rounded down, and what it leaves, as in Python
          | ["^", tree, tree]
          | ["call", f, tree, ...] f one of the functions
          | [c, tree, tree]        c one of < <= > >= == !=
          | ["chain", tree, c, tree, c, tree, ...]    a < b <= c: all hold, each tree is evaluated once
          | ["and", tree, tree, ...] | ["or", tree, tree, ...] | ["not", tree]

A minus before a number belongs to it: -2 is the integer, and ``-2^2`` is ["-", ["^", 2, 2]].
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any, TypeAlias

Tree: TypeAlias = int | tuple[Any, ...]
Json: TypeAlias = Any

COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")


def number(value: Fraction) -> Tree:
    """Return the tree of an exact number.

    >>> number(Fraction("1.5"))
    ('/', 3, 2)
    """
    return value.numerator if value.denominator == 1 else ("/", value.numerator, value.denominator)


def joined(operator: str, left: Tree, right: Tree) -> Tree:
    """Return ``left operator right``; a sum, product, ``and`` or ``or`` on the left takes the new part in.

    >>> joined("+", ("+", 1, 2), 3)
    ('+', 1, 2, 3)
    """
    if operator in ("+", "*", "and", "or") and isinstance(left, tuple) and left[0] == operator:
        return (*left, right)
    return (operator, left, right)


def negated(tree: Tree) -> Tree:
    """Return the negative of a tree, taken into a plain number.

    >>> negated(2), negated(("name", "d"))
    (-2, ('-', ('name', 'd')))
    """
    if type(tree) is int:
        return -tree
    if isinstance(tree, tuple) and tree[0] == "/" and type(tree[1]) is int and type(tree[2]) is int:
        return ("/", -tree[1], tree[2])
    return ("-", tree)


def children(tree: Tree) -> tuple[Tree, ...]:
    """Return the trees right below this one."""
    if not isinstance(tree, tuple) or tree[0] in ("name", "text"):
        return ()
    if tree[0] == "call":
        return tree[2:]
    if tree[0] == "chain":
        return tree[1::2]
    return tree[1:2] if tree[0] == "field" else tree[1:]


def walk(tree: Tree) -> Iterator[tuple[Tree, int]]:
    """Yield every tree in this one with its depth, without recursion."""
    waiting: list[tuple[Tree, int]] = [(tree, 1)]
    while waiting:
        node, depth = waiting.pop()
        yield node, depth
        waiting.extend((child, depth + 1) for child in children(node))


def free_names(tree: Tree) -> frozenset[str]:
    """Return the names that a value is needed for."""
    return frozenset(node[1] for node, _ in walk(tree) if isinstance(node, tuple) and node[0] == "name")


def height(tree: Tree) -> int:
    """Return how many operations stand on top of one another."""
    return max(depth for _, depth in walk(tree))


def to_json(tree: Tree) -> Json:
    """Return the tree with arrays for tuples, as it crosses the wire.

    >>> to_json(("*", 4, ("^", ("name", "d"), 2)))
    ['*', 4, ['^', ['name', 'd'], 2]]
    """
    return [to_json(part) for part in tree] if isinstance(tree, tuple) else tree
