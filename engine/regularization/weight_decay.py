"""Weight decay and the L2 penalty: one step of descent by each, and when they are the same thing.

Source: Hanson & Pratt 1988, "Comparing Biases for Minimal Network Construction with Back-Propagation"; that the two
part company under adaptive methods is Loshchilov & Hutter 2019, "Decoupled Weight Decay Regularization". The
optimizers themselves are :class:`engine.optim.sgd.SGD`, whose ``weight_decay`` is a penalty, and
:class:`engine.optim.adam.AdamW`, whose ``weight_decay`` is a decay.
"""

from collections.abc import Callable
from typing import Literal

import torch
from torch import Tensor

from engine.losses.structural_risk import penalty
from engine.optim.optimizer import Optimizer

Convention = Literal["half_l2", "l2"]


def decayed_step(w: Tensor, gradient: Tensor, lr: float, weight_decay: float) -> Tensor:
    """Return (1 - lr·λ)·w - lr·g: the weight shrinks by a fixed factor, and then takes its step.

    >>> decayed_step(torch.tensor([2.0]), torch.tensor([1.0]), lr=0.5, weight_decay=0.5)
    tensor([1.])
    """
    return (1 - lr * weight_decay) * w - lr * gradient


def penalised_step(w: Tensor, gradient: Tensor, lr: float, lam: float, convention: Convention = "half_l2") -> Tensor:
    """Return w - lr·(g + ∂penalty/∂w), for the penalty ½·λ·Σ w² ("half_l2") or λ·Σ w² ("l2"), by autograd.

    With ½ this is :func:`decayed_step` with ``weight_decay`` λ; without it, with 2·λ.

    >>> penalised_step(torch.tensor([2.0]), torch.tensor([1.0]), lr=0.5, lam=0.5)
    tensor([1.])
    """
    leaf = w.detach().requires_grad_()
    (extra,) = torch.autograd.grad(lam * penalty(leaf, convention), leaf)
    return w - lr * (gradient + extra)


def weights_without_gradient(start: Tensor, build: Callable[[list[Tensor]], Optimizer], steps: int) -> Tensor:
    """Return the weights before and after each of ``steps`` with a loss that does not depend on them.

    What still moves them is their decay, or what the optimizer makes of the penalty. Shape: ``(steps + 1, *start)``.
    """
    w = start.clone()
    optimizer = build([w])
    path = [w.clone()]
    for _ in range(steps):
        w.grad = torch.zeros_like(w)
        optimizer.step()
        path.append(w.clone())
    return torch.stack(path)
