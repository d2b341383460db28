"""Arithmetic on single numbers: exact for integers and fractions, checked for size, a float only where it must be."""

import math
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeAlias

from dlquiz.core.expressions import limits
from dlquiz.core.expressions.errors import Undefined

Scalar: TypeAlias = int | Fraction | float


def too_large(digits: int = limits.VALUE_DIGITS) -> Undefined:
    """Return what is raised for a value of too many digits."""
    return Undefined("the value has more than {most} digits", most=digits)


def settled(value: Scalar) -> Scalar:
    """Return the value, a whole fraction as an int; raises Undefined for one too large, infinite or not a number."""
    if isinstance(value, float):
        if not math.isfinite(value):
            raise Undefined("the value is infinite or not a number")
        return value
    if max(abs(value.numerator), value.denominator) >= limits.VALUE_LIMIT:
        raise too_large()
    return value.numerator if value.denominator == 1 else value


def divide(left: Scalar, right: Scalar) -> Scalar:
    """Return the quotient, exact for exact numbers."""
    refuse_zero(right)
    if isinstance(left, float) or isinstance(right, float):
        return left / right
    return Fraction(left, right)


def floor_divide(left: Scalar, right: Scalar) -> Scalar:
    """Return the quotient rounded down."""
    refuse_zero(right)
    return left // right


def remainder(left: Scalar, right: Scalar) -> Scalar:
    """Return ``left - right * floor(left / right)``, which has the sign of ``right``."""
    refuse_zero(right)
    return left % right


def refuse_zero(divisor: Scalar | Decimal) -> None:
    """Raise Undefined for a divisor of 0."""
    if divisor == 0:
        raise Undefined("something is divided by zero")


def power(base: Scalar, exponent: Scalar) -> Scalar:
    """Return ``base`` to the ``exponent``: exact where the result is rational and both are exact; 0^0 is 1."""
    if base == 0 and exponent < 0:
        raise Undefined("0 to a negative power divides by zero")
    if isinstance(base, float):
        return _float_power(base, exponent)
    if isinstance(exponent, int):
        return whole_power(Fraction(base), exponent)
    if isinstance(exponent, Fraction) and base >= 0:
        root = exact_root(Fraction(base), exponent.denominator)
        if root is not None:
            return whole_power(root, exponent.numerator)
    return _float_power(base, exponent)


def whole_power(base: Fraction, exponent: int, digits: int = limits.VALUE_DIGITS) -> Fraction:
    """Return ``base`` to a whole ``exponent``; raises Undefined before computing one of too many digits."""
    bits = max(base.numerator.bit_length(), base.denominator.bit_length()) - 1
    if bits * abs(exponent) > math.ceil(digits * math.log2(10)):
        raise too_large(digits)
    return Fraction(base**exponent)


def _float_power(base: Scalar, exponent: Scalar) -> float:
    if base < 0 and exponent != math.floor(exponent):
        raise Undefined("a negative number to a fractional power has no real value")
    near = float(base)
    if near == 0 and exponent < 0:  # a base that is 0 was refused before; this one is too small for a float
        raise OverflowError
    return math.pow(near, exponent)


def exact_root(value: Fraction, degree: int) -> Fraction | None:
    """Return the root of a number that is not negative where it is rational, else None.

    >>> exact_root(Fraction(8, 27), 3), exact_root(Fraction(2), 2)
    (Fraction(2, 3), None)
    """
    top, bottom = _whole_root(value.numerator, degree), _whole_root(value.denominator, degree)
    return None if top is None or bottom is None else Fraction(top, bottom)


def _whole_root(value: int, degree: int) -> int | None:
    if value < 2:
        return value
    if degree >= value.bit_length():
        return None
    root = 1 << -(-value.bit_length() // degree)
    while (closer := ((degree - 1) * root + value // root ** (degree - 1)) // degree) < root:
        root = closer
    return root if root**degree == value else None


def square_root(value: Scalar) -> Scalar:
    """Return the square root."""
    if value < 0:
        raise Undefined("the square root of a negative number is not real")
    return power(value, Fraction(1, 2))


def exponential(value: Scalar) -> Scalar:
    """Return e to the ``value``."""
    return 1 if value == 0 and not isinstance(value, float) else math.exp(value)


def natural_logarithm(value: Scalar) -> Scalar:
    """Return the logarithm to the base e."""
    _refuse_logarithm(value)
    return 0 if value == 1 and not isinstance(value, float) else _approximate(math.log, value)


def logarithm(base: int, approximate: Callable[[Any], float]) -> Callable[[Scalar], Scalar]:
    """Return the logarithm to a base, exact for its powers; ``approximate`` gives it otherwise."""

    def function(value: Scalar) -> Scalar:
        _refuse_logarithm(value)
        near = _approximate(approximate, value)
        whole = round(near)
        return whole if not isinstance(value, float) and Fraction(base) ** whole == value else near

    return function


def _refuse_logarithm(value: Scalar) -> None:
    if value <= 0:
        raise Undefined("only a positive number has a logarithm")


def _approximate(function: Callable[[Any], float], value: Scalar) -> float:
    """Return a logarithm of a number whose float may be out of range."""
    if isinstance(value, Fraction) and not 1e-300 < value < 1e300:
        return function(value.numerator) - function(value.denominator)
    return function(value)
