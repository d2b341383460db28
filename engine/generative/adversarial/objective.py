"""What the players of a generative adversarial network want: one value that D raises and G lowers.

    V(D, G) = E[log D(x)] + E[log(1 - D(G(z)))],   x from the data, z from the noise

D(x) is the probability that x is real. D is given by its logits s, D = σ(s), so that no probability rounds to 0 or 1.
Expectations are means over the samples handed in; logarithms are natural.

Source: Goodfellow et al. 2014, "Generative Adversarial Nets", equation 1 and section 3.
"""

from typing import Literal

import torch
from torch import Tensor

from engine.losses.binary_cross_entropy import binary_cross_entropy_with_logits

Form = Literal["saturating", "non_saturating"]


def value(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """Return V(D, G), which is never above 0; it is -log 4 where D answers ½ to everything.

    >>> round(value(torch.zeros(3), torch.zeros(5)).item(), 6)
    -1.386294
    """
    return -discriminator_loss(real_logits, fake_logits)


def discriminator_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """Return -(mean log D(x) + mean log(1 - D(G(z)))): two binary cross-entropies, real labelled 1 and fake 0.

    Convention: their sum, as in the paper. Some programs take their mean, which halves every step.
    """
    on_real = binary_cross_entropy_with_logits(real_logits, torch.ones_like(real_logits))
    on_fake = binary_cross_entropy_with_logits(fake_logits, torch.zeros_like(fake_logits))
    return on_real.mean() + on_fake.mean()


def generator_loss(fake_logits: Tensor, form: Form = "saturating") -> Tensor:
    """Return what G lowers: mean log(1 - D(G(z))), or mean -log D(G(z)).

    The first is G's part of the game's value, so the game is zero-sum. It is flat where D rejects every fake, which is
    how training begins; the second has the same fixed point and is steep there. With the second the two players no
    longer share one value.

    >>> generator_loss(torch.tensor([0.0]), "non_saturating").item() == -generator_loss(torch.tensor([0.0])).item()
    True
    """
    if form == "saturating":
        return -binary_cross_entropy_with_logits(fake_logits, torch.zeros_like(fake_logits)).mean()
    return binary_cross_entropy_with_logits(fake_logits, torch.ones_like(fake_logits)).mean()


def generator_slope(fake_logits: Tensor, form: Form = "saturating") -> Tensor:
    """Return the derivative of each sample's loss by its own logit: -D, or -(1 - D).

    Both push the logit up. Near D = 0 the first vanishes and the second is -1; near D = 1 it is the other way round; at
    D = ½ they are equal.

    >>> [round(slope, 3) for slope in generator_slope(torch.tensor([-6.0, 0.0, 6.0])).tolist()]
    [-0.002, -0.5, -0.998]
    """
    accepted = torch.sigmoid(fake_logits)
    return -accepted if form == "saturating" else accepted - 1
