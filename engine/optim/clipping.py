"""Gradient clipping: by the norm of all gradients together, or each number by itself.

Source: Pascanu, Mikolov & Bengio 2013, "On the difficulty of training recurrent neural networks", algorithm 1.
"""

from collections.abc import Sequence

import torch
from torch import Tensor


def global_norm(gradients: Sequence[Tensor]) -> Tensor:
    """Return the Euclidean norm of all gradients as one long vector.

    >>> global_norm([torch.tensor([3.0]), torch.tensor([[0.0, 4.0]])]).item()
    5.0
    """
    return torch.stack([gradient.square().sum() for gradient in gradients]).sum().sqrt()


def clip_grad_norm(gradients: Sequence[Tensor], max_norm: float, eps: float = 1e-6) -> list[Tensor]:
    """Return all gradients times min(1, max_norm/(norm + ε)), with one norm for all of them.

    Their direction stays. ε is torch's; the paper has none. A gradient that is already short is left alone, so this
    stops explosions and does nothing for gradients that vanish.

    >>> [g.tolist() for g in clip_grad_norm([torch.tensor([3.0]), torch.tensor([4.0])], max_norm=1.0, eps=0.0)]
    [[0.6000000238418579], [0.800000011920929]]
    """
    factor = (max_norm / (global_norm(gradients) + eps)).clamp(max=1.0)
    return [gradient * factor for gradient in gradients]


def clip_grad_value(gradients: Sequence[Tensor], clip_value: float) -> list[Tensor]:
    """Return each number moved into [-clip_value, clip_value], which may turn the direction.

    >>> clip_grad_value([torch.tensor([3.0, -0.5])], clip_value=1.0)[0].tolist()
    [1.0, -0.5]
    """
    return [gradient.clamp(-clip_value, clip_value) for gradient in gradients]
