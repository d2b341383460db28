"""Under- and overfitting, told from two errors.

High training error is underfitting (or training that failed); a low one with a far higher validation error is
overfitting. Source: Goodfellow, Bengio & Courville 2016, section 5.2; Ng 2018, "Machine Learning Yearning".
"""

from typing import Literal

Diagnosis = Literal["underfitting", "overfitting", "both", "neither"]


def diagnose(train: float, validation: float, acceptable: float, largest_gap: float) -> Diagnosis:
    """Return what the errors show: training error over ``acceptable``, a gap over ``largest_gap``, both, or neither.

    Both limits are choices. ``acceptable`` is what can be reached, never below the noise of the targets; a gap alone is
    no fault, as some gap is what fitting any sample costs.

    >>> diagnose(0.12, 0.13, acceptable=0.05, largest_gap=0.03)
    'underfitting'
    >>> diagnose(0.01, 0.20, acceptable=0.05, largest_gap=0.03)
    'overfitting'
    """
    high, wide = train > acceptable, validation - train > largest_gap
    if high and wide:
        return "both"
    if high:
        return "underfitting"
    return "overfitting" if wide else "neither"
