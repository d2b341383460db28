"""Published figures: how exact the digits are that a source printed."""

from fractions import Fraction

_LARGEST_SHARE = Fraction(1, 1000)
_SLACK = Fraction(1, 10**9)


def is_rounded_to(value: float | Fraction, figure: Fraction) -> bool:
    """Whether a value, rounded to the digits of a figure, is the figure; it may not be off by more than a thousandth.

    The last digit is the last that is not 0: ``15.47e9`` stands for 15.465 to 15.475 billion.

    >>> is_rounded_to(4089184256, Fraction("4.089e9")), is_rounded_to(4089184256, Fraction("4.088e9"))
    (True, False)
    """
    unit = _last_digit(figure)
    slack = min(unit / 2, _LARGEST_SHARE * abs(figure)) + _SLACK * abs(figure)
    return abs(Fraction(value) - figure) <= slack


def _last_digit(figure: Fraction) -> Fraction:
    """Return what the last digit of a figure counts; nothing where its decimals never end."""
    rest = figure.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest > 1 or not figure:
        return Fraction(0)
    unit = Fraction(1)
    while (figure / unit).denominator > 1:
        unit /= 10
    while (figure / (10 * unit)).denominator == 1:
        unit *= 10
    return unit
