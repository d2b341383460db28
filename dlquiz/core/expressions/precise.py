"""What an expression is worth at a point: an exact rational number wherever it is one, else 40 digits; never a float.

Two expressions are compared by such values, so no difference is lost to rounding: ``sqrt(2)*sqrt(2)`` equals 2, and
``sqrt(2)`` differs from 1.41421356237309504880. A decimal that agrees with an integer to 45 digits counts as it where
it is rounded down or up, so ``floor(log(8)/log(2))`` is 3. Every bound is checked before the work is done.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Context, Decimal, DecimalException, DivisionByZero, InvalidOperation, Overflow, localcontext
from fractions import Fraction
from functools import reduce
from math import ceil, floor
from typing import Any, TypeAlias

from dlquiz.core.expressions import exact, limits
from dlquiz.core.expressions.errors import Undefined
from dlquiz.core.expressions.tree import Tree, walk

Precise: TypeAlias = int | Fraction | Decimal
Point: TypeAlias = Mapping[str, int | Fraction]

_DIGITS = limits.PRECISE_DIGITS
_LIMIT = 10**_DIGITS
_CONTEXT = Context(prec=56, Emax=_DIGITS, Emin=-_DIGITS, traps=[DivisionByZero, InvalidOperation, Overflow])
_SURE = Decimal("1e-40")
_WHOLE = Decimal("1e-45")
_COSTLY = ("exp", "log", "log2", "log10")


def value_at(tree: Tree, point: Point) -> Precise:
    """Return the value of arithmetic at a point; raises Undefined where there is none, or one too large to compute.

    >>> value_at(("/", ("name", "n"), 4), {"n": 6}), value_at(("call", "sqrt", 9), {})
    (Fraction(3, 2), 3)
    """
    with localcontext(_CONTEXT):
        try:
            return _value(tree, point)
        except DecimalException:
            raise exact.too_large(_DIGITS) from None


def cost(tree: Tree) -> int:
    """Return how many operations of a tree take a series: exponentials, logarithms, powers that are not whole.

    >>> cost(("+", ("call", "log", ("name", "n")), ("^", ("name", "n"), ("/", 1, 3)))), cost(("^", ("name", "n"), 2))
    (2, 0)
    """
    return sum(_is_costly(node) for node, _ in walk(tree))


def _is_costly(node: Tree) -> bool:
    if not isinstance(node, tuple):
        return False
    return (node[0] == "call" and node[1] in _COSTLY) or (node[0] == "^" and type(node[2]) is not int)


def equal(one: Precise, other: Precise) -> bool:
    """Whether two values are the same: exactly where both are rational, else to 40 digits."""
    if not (isinstance(one, Decimal) or isinstance(other, Decimal)):
        return one == other
    with localcontext(_CONTEXT):
        left, right = _decimal(one), _decimal(other)
        return abs(left - right) <= _SURE * max(abs(left), abs(right), Decimal(1))


def _value(tree: Tree, point: Point) -> Precise:
    if not isinstance(tree, tuple):
        return int(tree)
    if tree[0] == "name":
        return point[tree[1]]
    if tree[0] == "call":
        return _settled(_FUNCTIONS[tree[1]]([_value(part, point) for part in tree[2:]]))
    parts = [_value(part, point) for part in tree[1:]]
    if len(parts) == 1:
        return -parts[0]
    operation = _OPERATIONS[tree[0]]
    return reduce(lambda left, right: _settled(operation(left, right)), parts)


def _settled(value: Precise) -> Precise:
    if isinstance(value, Decimal):
        return value
    if max(abs(value.numerator), value.denominator) >= _LIMIT:
        raise exact.too_large(_DIGITS)
    return value.numerator if value.denominator == 1 else value


def _decimal(value: Precise) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(value.numerator) / Decimal(value.denominator)


def _alike(operation: Callable[[Any, Any], Any]) -> Callable[[Precise, Precise], Precise]:
    """Return an operation that turns both numbers into decimals where one of them is."""

    def applied(left: Precise, right: Precise) -> Precise:
        if isinstance(left, Decimal) or isinstance(right, Decimal):
            left, right = _decimal(left), _decimal(right)
        found: Precise = operation(left, right)
        return found

    return applied


def _quotient(left: Any, right: Any) -> Any:
    exact.refuse_zero(right)
    return left / right if isinstance(left, Decimal) else Fraction(left, right)


def _rounded_quotient(left: Any, right: Any) -> Any:
    return _rounded(floor, _quotient(left, right))


def _remainder(left: Any, right: Any) -> Any:
    return left - right * _decimal_like(left, _rounded_quotient(left, right))


def _decimal_like(model: Precise, value: Precise) -> Precise:
    return _decimal(value) if isinstance(model, Decimal) else value


def _power(base: Precise, exponent: Precise) -> Precise:
    if base == 0 and exponent < 0:
        raise Undefined("0 to a negative power divides by zero")
    if base == 0:
        return 1 if exponent == 0 else 0
    if isinstance(exponent, int):
        return base**exponent if isinstance(base, Decimal) else exact.whole_power(Fraction(base), exponent, _DIGITS)
    if base < 0:
        raise Undefined("a negative number to a fractional power has no real value")
    if isinstance(exponent, Fraction) and not isinstance(base, Decimal):
        root = exact.exact_root(Fraction(base), exponent.denominator)
        if root is not None:
            return exact.whole_power(root, exponent.numerator, _DIGITS)
    return _decimal(base) ** _decimal(exponent)


def _root(value: Precise) -> Precise:
    if value < 0:
        raise Undefined("the square root of a negative number is not real")
    root = None if isinstance(value, Decimal) else exact.exact_root(Fraction(value), 2)
    return _decimal(value).sqrt() if root is None else root


def _exponential(value: Precise) -> Precise:
    return 1 if value == 0 else _decimal(value).exp()


def _logarithm(value: Precise) -> Decimal:
    if value <= 0:
        raise Undefined("only a positive number has a logarithm")
    return _decimal(value).ln()


def _logarithm_to(base: int) -> Callable[[Precise], Precise]:
    """Return the logarithm to a base, an integer for its powers."""

    def function(value: Precise) -> Precise:
        found = _logarithm(value) / Decimal(base).ln()
        whole = round(found)
        return whole if not isinstance(value, Decimal) and Fraction(base) ** whole == value else found

    return function


def _rounded(rounding: Callable[[Any], int], value: Precise) -> int:
    nearest = round(value)
    if isinstance(value, Decimal) and abs(value - nearest) <= _WHOLE * max(abs(value), Decimal(1)):
        return nearest
    return rounding(value)


def _one(function: Callable[[Precise], Precise]) -> Callable[[Sequence[Precise]], Precise]:
    return lambda values: function(values[0])


def _all(operation: Callable[[Precise, Precise], Precise]) -> Callable[[Sequence[Precise]], Precise]:
    return lambda values: reduce(lambda left, right: _settled(operation(left, right)), values)


_OPERATIONS: dict[str, Callable[[Precise, Precise], Precise]] = {
    "+": _alike(lambda left, right: left + right),
    "-": _alike(lambda left, right: left - right),
    "*": _alike(lambda left, right: left * right),
    "/": _alike(_quotient),
    "//": _alike(_rounded_quotient),
    "%": _alike(_remainder),
    "^": _power,
}

_FUNCTIONS: dict[str, Callable[[Sequence[Precise]], Precise]] = {
    "floor": _one(lambda value: _rounded(floor, value)),
    "ceil": _one(lambda value: _rounded(ceil, value)),
    "sqrt": _one(_root),
    "exp": _one(_exponential),
    "log": _one(lambda value: 0 if value == 1 else _logarithm(value)),
    "log2": _one(_logarithm_to(2)),
    "log10": _one(_logarithm_to(10)),
    "abs": _one(lambda value: -value if value < 0 else value),
    "min": lambda values: min(values),
    "max": lambda values: max(values),
    "sum": _all(_OPERATIONS["+"]),
    "prod": _all(_OPERATIONS["*"]),
}
