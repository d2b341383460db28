"""Floating-point formats: which numbers there are, and to which of them a real number is rounded.

A format has p bits of precision (the leading one not stored) and exponents from e_min to e_max. Its numbers are
±m·2^(e - p + 1) with whole m < 2ᵖ. Between 2ᵉ and 2^(e+1) they are evenly spaced, 2^(e - p + 1) apart, so large numbers
stand far apart, and below 2^e_min the spacing stays as it is there (subnormal numbers), down to 0. Everything here is
exact: rational numbers, no floats.

Source: IEEE 754-2019; bfloat16 is float32 with its last 16 bits cut off.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Final


@dataclass(frozen=True)
class Format:
    """A binary format of ``precision`` bits and exponents up to ``e_max``; e_min is 1 - e_max."""

    precision: int
    e_max: int

    @property
    def e_min(self) -> int:
        """The exponent of the smallest normal number."""
        return 1 - self.e_max

    @property
    def largest(self) -> Fraction:
        """The largest finite number, (2 - 2^(1-p))·2^e_max: 65504 in float16."""
        return (2 - Fraction(2) ** (1 - self.precision)) * Fraction(2) ** self.e_max

    @property
    def smallest_normal(self) -> Fraction:
        """The smallest number of full precision, 2^e_min."""
        return Fraction(2) ** self.e_min

    @property
    def smallest_subnormal(self) -> Fraction:
        """The smallest number above 0, 2^(e_min - p + 1)."""
        return Fraction(2) ** (self.e_min - self.precision + 1)

    @property
    def eps(self) -> Fraction:
        """The step from 1 to the next number, 2^(1-p); 1 plus half of it is rounded back to 1."""
        return Fraction(2) ** (1 - self.precision)

    def spacing(self, value: Fraction) -> Fraction:
        """Return how far apart the numbers at ``value`` stand, upwards in magnitude."""
        exponent = max(_exponent(abs(value)), self.e_min) if value else self.e_min
        return Fraction(2) ** (exponent - self.precision + 1)

    def rounded(self, value: Fraction) -> Fraction | None:
        """Return the nearest number of the format, a tie going to the even one; None where it overflows to infinity.

        >>> FORMATS["float16"].rounded(Fraction(1, 10)), FORMATS["float16"].rounded(Fraction(2049))
        (Fraction(819, 8192), Fraction(2048, 1))
        >>> FORMATS["float16"].rounded(Fraction(65520)) is None
        True
        """
        step = self.spacing(value)
        nearest = round(value / step) * step  # Python's round takes ties to the even whole number
        return nearest if abs(nearest) <= self.largest else None


def _exponent(value: Fraction) -> int:
    """Return e with 2ᵉ ≤ value < 2^(e+1), for a value above 0."""
    guess = value.numerator.bit_length() - value.denominator.bit_length()
    return guess if Fraction(2) ** guess <= value else guess - 1


FORMATS: Final = {
    "float16": Format(precision=11, e_max=15),
    "bfloat16": Format(precision=8, e_max=127),
    "float32": Format(precision=24, e_max=127),
    "float64": Format(precision=53, e_max=1023),
}
"""By torch's names."""
