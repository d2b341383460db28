"""Label shift, corrected: new class frequencies from what a classifier answers, without one new label.

Source: Lipton, Wang & Smola 2018, "Detecting and Correcting for Label Shift with Black Box Predictors"; Saerens,
Latinne & Decaestecker 2002 for the corrected posteriors.
"""

import torch
from torch import Tensor

from engine.errors import Refused


def target_priors(confusion: Tensor, answered: Tensor) -> Tensor:
    """Return q(y), ``(k,)``, from C·q = μ: the classifier's confusion and how often it answers each class in use.

    Column y of ``confusion`` ``(k, k)`` holds P(answer given class y), each column summing to 1, and ``answered`` is μ.
    P(x given y) is kept, so these probabilities hold in use too.

    Raises:
        Refused: the classifier cannot tell some classes apart, so that C has no inverse.

    >>> confusion = torch.tensor([[0.9, 0.2], [0.1, 0.8]]).double()
    >>> target_priors(confusion, torch.tensor([0.27, 0.73]).double())
    tensor([0.1000, 0.9000], dtype=torch.float64)
    """
    if int(torch.linalg.matrix_rank(confusion)) < len(confusion):
        raise Refused("the classifier answers some classes alike, so their frequencies cannot be told from its answers")
    priors: Tensor = torch.linalg.solve(confusion, answered)
    return priors


def corrected_posterior(posterior: Tensor, source_priors: Tensor, priors: Tensor) -> Tensor:
    """Return P(y given x) in use, proportional to posterior·q(y)/p(y), ``(k,)``.

    Raises:
        Refused: a class that occurs in use had probability 0 in training, where the weight q/p is infinite.

    >>> corrected_posterior(torch.tensor([0.5, 0.5]), torch.tensor([0.5, 0.5]), torch.tensor([0.2, 0.8]))
    tensor([0.2000, 0.8000])
    """
    if bool(((source_priors == 0) & (priors > 0)).any()):
        raise Refused("a class that occurs in use has probability 0 in training, so no weight q/p exists for it")
    weights = torch.where(
        source_priors > 0, priors / source_priors.where(source_priors > 0, torch.ones_like(priors)), 0
    )
    raw = posterior * weights
    return raw / raw.sum()
