"""Axes: where a value lies, and which round values to name."""

import math
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Axis:
    """A range of values, linear or logarithmic; ``low < high``, and both are positive when it is logarithmic."""

    low: float
    high: float
    log: bool = False

    def place(self, value: float) -> float:
        """Return where a value lies: 0 at ``low``, 1 at ``high``.

        >>> Axis(0, 10).place(2.5), Axis(1, 100, log=True).place(10)
        (0.25, 0.5)
        """
        if self.log:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)

    def shows(self, value: float) -> bool:
        """Whether a value can be placed."""
        return math.isfinite(value) and (value > 0 or not self.log)

    def ticks(self, most: int) -> list[float]:
        """Return at most ``most`` round values on the axis: steps of 1, 2 or 5, or powers of ten; its ends if none.

        >>> Axis(0, 10).ticks(5), Axis(0.5, 2000, log=True).ticks(5)
        ([0.0, 5.0, 10.0], [1.0, 10.0, 100.0, 1000.0])
        """
        found = self._powers(most) if self.log else self._steps(most)
        return found if len(found) > 1 else [self.low, self.high]

    def _steps(self, most: int) -> list[float]:
        power = 10.0 ** math.floor(math.log10((self.high - self.low) / max(most, 1)))
        found: list[float] = []
        for factor in (1, 2, 5, 10, 20, 50):
            step = power * factor
            first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
            if last - first < most:
                found = [number * step for number in range(first, last + 1)]
                break
        return found

    def _powers(self, most: int) -> list[float]:
        first, last = math.ceil(math.log10(self.low) - 1e-9), math.floor(math.log10(self.high) + 1e-9)
        stride = max(1, math.ceil((last - first + 1) / max(most, 1)))
        return [10.0**power for power in range(first, last + 1, stride)]


def axis_over(values: Iterable[float], log: bool = False) -> Axis:
    """Return the axis that just holds all values that can be shown; a single value gets room around it."""
    shown = [value for value in values if math.isfinite(value) and (value > 0 or not log)]
    low, high = (min(shown), max(shown)) if shown else (1.0, 10.0)
    if low < high and (high - low) > 1e-12 * max(abs(low), abs(high)):
        return Axis(low, high, log)
    room = abs(low) / 2 or 1.0
    return Axis(low / 2, high * 2, log) if log else Axis(low - room, high + room)


def tick_text(value: float) -> str:
    """Return a tick's value in few characters.

    >>> tick_text(0.30000000000000004), tick_text(120000.0), tick_text(0.0)
    ('0.3', '1.2e+05', '0')
    """
    return f"{value:.4g}" if value else "0"
