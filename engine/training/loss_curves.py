"""What two curves, the training loss and the test loss, say together about a training that runs.

The rule looks at where each of them is going at the end of the window; a slope counts as flat where the loss changes
by less than a share of its level over the window.

================  ================  ==========================================================================
training loss     test loss         conclusion
================  ================  ==========================================================================
falls             falls             still learning
falls             flat or rises     overfitting
flat              falls             the data must be looked at: the test set is not like the training set
flat              flat              stuck: the learning rate or the batch is too small, or the model is too weak
rises             any               diverging: structure, hyper-parameters or data are wrong
flat              rises             overfitting: what the training still changes helps it no more
================  ================  ==========================================================================
"""

from collections.abc import Mapping, Sequence
from typing import Literal

Trend = Literal["falls", "flat", "rises"]
Conclusion = Literal["learning", "overfitting", "data_problem", "stuck", "diverging"]
FLAT = 0.02
"""A change over the window up to this share of the curve's mean level counts as none."""

_OF_A_FLAT_TRAINING: Mapping[Trend, Conclusion] = {"falls": "data_problem", "flat": "stuck", "rises": "overfitting"}


def slope(losses: Sequence[float]) -> float:
    """Return the least-squares slope per step of a curve with at least two points.

    >>> slope([3.0, 2.0, 1.0])
    -1.0
    """
    middle, level = (len(losses) - 1) / 2, sum(losses) / len(losses)
    spread = sum((step - middle) ** 2 for step in range(len(losses)))
    return sum((step - middle) * (loss - level) for step, loss in enumerate(losses)) / spread


def trend(losses: Sequence[float], flat: float = FLAT) -> Trend:
    """Return where a curve is going: its slope times its length, as a share of its mean level.

    >>> trend([1.0, 0.9, 0.8]), trend([1.0, 1.001, 0.999]), trend([1.0, 1.2, 1.5])
    ('falls', 'flat', 'rises')
    """
    change = slope(losses) * (len(losses) - 1)
    level = sum(abs(loss) for loss in losses) / len(losses)
    if abs(change) <= flat * level:
        return "flat"
    return "falls" if change < 0 else "rises"


def conclusion(train: Trend, test: Trend) -> Conclusion:
    """Return what two trends say together; every pair of them says something.

    >>> conclusion("falls", "rises")
    'overfitting'
    """
    if train == "rises":
        return "diverging"
    if train == "falls":
        return "learning" if test == "falls" else "overfitting"
    return _OF_A_FLAT_TRAINING[test]


def diagnose(train: Sequence[float], test: Sequence[float], flat: float = FLAT) -> Conclusion:
    """Return what the last points of both curves say."""
    return conclusion(trend(train, flat), trend(test, flat))
