"""Semi-supervised learning with a GAN: the discriminator is a classifier of K classes and one more, "generated".

Only K logits l are needed, with the extra one held at 0, since a softmax ignores a common shift. Then

    D(x) = p(real) = Z/(Z + 1),   Z = Σ exp l_k,   so that log D = log-sum-exp(l) - softplus(log-sum-exp(l))

Labelled samples train the classes, unlabelled ones only "real, whichever class", generated ones "not real".

Source: Salimans et al. 2016, "Improved Techniques for Training GANs", section 5.
"""

from typing import NamedTuple

from torch import Tensor

from engine.generative.adversarial.objective import discriminator_loss


class Breakdown(NamedTuple):
    """A loss and the two parts that add up to it."""

    total: Tensor
    supervised: Tensor
    unsupervised: Tensor


def real_logit(class_logits: Tensor) -> Tensor:
    """Return the logit of "real", log(D/(1 - D)) = log Σ exp l_k, for class logits ``(N, K)``.

    >>> import torch
    >>> real_logit(torch.zeros(1, 1)).sigmoid().item()  # one class and one fake class, undecided
    0.5
    """
    return class_logits.logsumexp(-1)


def semi_supervised_loss(labelled: Tensor, labels: Tensor, unlabelled: Tensor, generated: Tensor) -> Breakdown:
    """Return the discriminator's loss from class logits ``(N, K)`` of the three kinds of samples.

    supervised = mean of -log p(label given real); unsupervised = the plain GAN's loss of the real logits.
    """
    supervised = -labelled.log_softmax(-1).gather(1, labels[:, None]).mean()
    unsupervised = discriminator_loss(real_logit(unlabelled), real_logit(generated))
    return Breakdown(supervised + unsupervised, supervised, unsupervised)
