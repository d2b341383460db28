"""Dropout as an ensemble: the sub-networks of all masks, averaged, beside the one network with scaled units.

Dropout trains 2ⁿ sub-networks that share their weights. Asking all of them is too much work, so evaluation asks one
network whose dropped layer is scaled by the share of kept units (the *weight scaling rule*). For a linear output that
is exactly their mean, for one softmax layer exactly their normalised *geometric* mean, and with a non-linear layer in
between neither.

Source: Goodfellow, Bengio & Courville 2016, section 7.12; Srivastava et al. 2014, section 1.
"""

from collections.abc import Callable
from typing import Literal

from torch import Tensor

from engine.layers.dropout_masks import all_masks, mask_probabilities

Network = Callable[[Tensor], Tensor]
"""What follows the dropped layer: its values ``(..., n)`` to outputs ``(..., k)``."""
Mean = Literal["arithmetic", "geometric"]


def subnetwork_outputs(network: Network, x: Tensor, p: float) -> tuple[Tensor, Tensor]:
    """Return the output of every sub-network, ``(2**n, k)``, and the probability of each, ``(2**n,)``.

    ``x`` ``(n,)`` holds the values that dropout acts on; a dropped one is 0 and a kept one itself (nothing is scaled).
    """
    masks = all_masks(len(x)).to(x.device)
    return network(x * masks), mask_probabilities(masks, p).to(x)


def ensemble(network: Network, x: Tensor, p: float, mean: Mean = "arithmetic") -> Tensor:
    """Return the mean of all sub-networks' outputs, each weighed by its probability, ``(k,)``.

    The geometric mean is of probabilities, Π qᵢ^πᵢ, divided by its sum over the classes.

    >>> import torch
    >>> ensemble(lambda h: h.sum(-1, keepdim=True), torch.tensor([2.0, 4.0]), p=0.5)
    tensor([3.])
    """
    outputs, chances = subnetwork_outputs(network, x, p)
    if mean == "arithmetic":
        return chances @ outputs
    products = (chances @ outputs.log()).exp()
    return products / products.sum(-1, keepdim=True)


def scaled_network(network: Network, x: Tensor, p: float) -> Tensor:
    """Return the output of the one network with every value of ``x`` times 1 - p, ``(k,)``.

    >>> import torch
    >>> scaled_network(lambda h: h.sum(-1, keepdim=True), torch.tensor([2.0, 4.0]), p=0.5)
    tensor([3.])
    """
    return network((1 - p) * x)
