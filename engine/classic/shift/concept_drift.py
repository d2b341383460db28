"""Concept drift, followed: an exponential moving average of a target that keeps moving, and how far it stays behind.

Source: Gama, Žliobaitė, Bifet, Pechenizkiy & Bouchachia 2014, "A Survey on Concept Drift Adaptation"; the moving
average is one step of gradient descent on ½(estimate - target)² with the rate 1 - decay.
"""

from collections.abc import Sequence


def follow(targets: Sequence[float], decay: float, start: float = 0.0) -> list[float]:
    """Return the estimates after each target: e ← decay·e + (1 - decay)·target.

    >>> follow([1.0, 1.0], decay=0.5)
    [0.5, 0.75]
    """
    estimates = []
    for target in targets:
        start = decay * start + (1 - decay) * target
        estimates.append(start)
    return estimates


def lag(slope: float, decay: float) -> float:
    """Return by how much the estimate is behind in the long run, target - estimate, if each target is ``slope`` more.

    slope·decay/(1 - decay): a slow average smooths noise and follows late, a fast one the other way round.

    >>> lag(slope=2.0, decay=0.75)
    6.0
    """
    return slope * decay / (1 - decay)


def noise_variance(decay: float) -> float:
    """Return the long-run variance of the estimate for targets with independent noise of variance 1.

    (1 - decay)/(1 + decay)

    >>> noise_variance(0.5)
    0.3333333333333333
    """
    return (1 - decay) / (1 + decay)
