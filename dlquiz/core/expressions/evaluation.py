"""Trees to functions: every node becomes a closure, so an evaluation only calls; nothing is ever turned into code."""

import operator
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import reduce
from typing import Any, TypeAlias

from dlquiz.core.expressions import limits, words
from dlquiz.core.expressions.errors import Undefined
from dlquiz.core.expressions.functions import FUNCTIONS, NEGATIVE, OPERATORS, Function, Value, field
from dlquiz.core.expressions.tree import COMPARISONS, Tree

Compiled: TypeAlias = Callable[[Mapping[str, Value]], Value]

_LIMIT = limits.VALUE_LIMIT
_NESTED = 8
"""Up to so many parts, a sum or product is a call within a call, which is faster than a loop."""

_FAST: dict[str, Callable[[int, int], int]] = {"+": operator.add, "-": operator.sub, "*": operator.mul}
_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


def compiled(tree: Tree) -> Compiled:
    """Return a function from values to the value of ``tree``; it raises Undefined where there is none."""
    if not isinstance(tree, tuple):
        return lambda values: tree
    head = tree[0]
    if head == "name":
        return _name(tree[1])
    if head == "text":
        return lambda values: tree[1]
    if head == "field":
        return _field(compiled(tree[1]), tree[2])
    if head == "call":
        return _call(tree[1], tree[2:])
    if head == "chain":
        return _chain([compiled(part) for part in tree[1::2]], tree[2::2])
    return _operation(head, [compiled(part) for part in tree[1:]])


def _operation(head: str, parts: list[Compiled]) -> Compiled:
    if head in ("and", "or"):
        return _junction(head, parts)
    if head == "not":
        return lambda values: not _truth(parts[0](values), "not")
    if head in COMPARISONS:
        return _chain(parts, [head])
    if len(parts) == 1:
        return _applied(NEGATIVE, parts)
    if len(parts) > _NESTED:
        return lambda values: reduce(OPERATORS[head], (part(values) for part in parts))
    found = parts[0]
    for part in parts[1:]:
        found = _binary(head, found, part)
    return found


def _name(name: str) -> Compiled:
    def run(values: Mapping[str, Value]) -> Value:
        try:
            value = values[name]
        except KeyError:
            raise Undefined(words.unknown(name, list(values))) from None
        if type(value) is Fraction and value.denominator == 1:
            return value.numerator
        return value

    return run


def _field(record: Compiled, name: str) -> Compiled:
    return lambda values: field(record(values), name)


def _binary(head: str, left: Compiled, right: Compiled) -> Compiled:
    """Return an operation with a short way for integers, which nearly all values are."""
    general = OPERATORS[head]
    if head == "/":
        return _quotient(left, right, general)
    if head not in _FAST:
        return lambda values: general(left(values), right(values))
    fast = _FAST[head]

    def run(values: Mapping[str, Value]) -> Value:
        a, b = left(values), right(values)
        if type(a) is int and type(b) is int:
            c = fast(a, b)
            if -_LIMIT < c < _LIMIT:
                return c
        return general(a, b)

    return run


def _quotient(left: Compiled, right: Compiled, general: Function) -> Compiled:
    def run(values: Mapping[str, Value]) -> Value:
        a, b = left(values), right(values)
        if type(a) is int and type(b) is int and b:
            whole, rest = divmod(a, b)
            if not rest and -_LIMIT < whole < _LIMIT:
                return whole
        return general(a, b)

    return run


def _call(name: str, arguments: Sequence[Tree]) -> Compiled:
    argument = arguments[0]
    if name in ("floor", "ceil") and isinstance(argument, tuple) and argument[0] == "/":
        return _rounded_quotient(name, compiled(argument[1]), compiled(argument[2]))
    return _applied(FUNCTIONS[name], [compiled(part) for part in arguments])


def _rounded_quotient(name: str, left: Compiled, right: Compiled) -> Compiled:
    """Return ``floor(a / b)`` or ``ceil(a / b)``, for integers without making the fraction."""
    divide, rounded, up = OPERATORS["/"], FUNCTIONS[name], name == "ceil"

    def run(values: Mapping[str, Value]) -> Value:
        a, b = left(values), right(values)
        if type(a) is int and type(b) is int and b and -_LIMIT < a < _LIMIT:
            return -(-a // b) if up else a // b
        return rounded(divide(a, b))

    return run


def _applied(function: Function, parts: Sequence[Compiled]) -> Compiled:
    if len(parts) == 1:
        (only,) = parts
        return lambda values: function(only(values))
    return lambda values: function(*[part(values) for part in parts])


def _chain(parts: Sequence[Compiled], signs: Sequence[str]) -> Compiled:
    if len(signs) == 1:
        left, right = parts
        sign = signs[0]
        return lambda values: _compared(left(values), sign, right(values))

    def run(values: Mapping[str, Value]) -> Value:
        last = parts[0](values)
        for sign, part in zip(signs, parts[1:], strict=True):
            this = part(values)
            if not _compared(last, sign, this):
                return False
            last = this
        return True

    return run


def _compared(left: Value, sign: str, right: Value) -> bool:
    """Return whether a comparison holds; only numbers have an order, and a list equals at most a list."""
    if type(left) is int and type(right) is int:
        return _ORDER[sign](left, right)
    lists = isinstance(left, list | tuple), isinstance(right, list | tuple)
    if any(lists) and not (all(lists) and sign in ("==", "!=")):
        raise Undefined("a list cannot be compared with that; compare its min(...), max(...) or sum(...)")
    if sign not in ("==", "!="):
        for value in (left, right):
            if not isinstance(value, int | Fraction | float):
                raise Undefined("'{sign}' compares numbers; use == or != for a text", sign=sign)
    return _ORDER[sign](left, right)


def _junction(word: str, parts: Sequence[Compiled]) -> Compiled:
    """Return ``and`` or ``or``, which stops at the first part that settles it."""
    settles = word == "or"

    def run(values: Mapping[str, Value]) -> Value:
        return settles if any(_truth(part(values), word) is settles for part in parts) else not settles

    return run


def _truth(value: Value, word: str) -> bool:
    if isinstance(value, bool):
        return value
    raise Undefined("'{word}' joins conditions such as a < b, not numbers or texts", word=word)
