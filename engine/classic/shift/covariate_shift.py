"""Covariate shift, corrected: training losses are weighted by how much likelier an input is in use.

Source: Shimodaira 2000, "Improving Predictive Inference under Covariate Shift by Weighting the
Log-Likelihood Function".
"""

import torch
from torch import Tensor

from engine.errors import Refused


def importance_weights(source: Tensor, target: Tensor) -> Tensor:
    """Return q(x)/p(x) for each input, from its probability p in training and q in use; ``(m,)``.

    Raises:
        Refused: an input occurs in use and never in training, where no weight helps.

    >>> importance_weights(torch.tensor([0.5, 0.5]), torch.tensor([0.25, 0.75]))
    tensor([0.5000, 1.5000])
    """
    if bool(((source == 0) & (target > 0)).any()):
        raise Refused(
            "something that occurs in use has probability 0 in training: no weight makes up for data not seen"
        )
    return torch.where(source > 0, target / source.where(source > 0, torch.ones_like(source)), 0)


def weighted_risk(losses: Tensor, source: Tensor, target: Tensor) -> Tensor:
    """Return Σ p·(q/p)·loss: the mean of weighted losses on training data, which is the risk in use, Σ q·loss.

    ``losses`` holds the mean loss at each input, which rests on P(y given x) being the same in both.

    >>> weighted_risk(torch.tensor([1.0, 0.0]), torch.tensor([0.8, 0.2]), torch.tensor([0.5, 0.5])).item()
    0.5
    """
    return (source * importance_weights(source, target) * losses).sum()


def effective_sample_size(weights: Tensor) -> Tensor:
    """Return (Σ w)²/Σ w²: how many equally weighted samples scatter as much as these (Kish 1965).

    >>> effective_sample_size(torch.tensor([1.0, 1.0, 0.0, 0.0])).item()
    2.0
    """
    return weights.sum().square() / weights.square().sum()
