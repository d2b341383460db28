"""What clipping does to gradients: their direction, and what it cannot do for those that vanished."""

from typing import Annotated, Literal

import torch
from torch import Tensor

from engine.arguments import Between
from engine.evidence import Run
from engine.experiments._settle import Holds, Thresholds, randn, settle
from engine.optim.clipping import clip_grad_norm, clip_grad_value, global_norm
from engine.registry import Kind, function

_WIDTH, _DEPTH, _BOUND = 8, 30, 1.0


@function(
    "optim.clipping_keeps_direction", Kind.MEASURED, example={"by": "norm"}, shows=(clip_grad_norm, clip_grad_value)
)
def clipping_keeps_direction(by: Literal["norm", "value", "norm_of_each"] = "norm") -> Run:
    """Say whether clipped gradients of two parameters point where they did, together.

    Clipped is by the norm of both, by value, or each parameter by its own norm.
    """
    return settle(
        "1 - cosine between all gradients before and after clipping",
        Holds.IF_EQUAL,
        _turned,
        {"by": by},
        [{"by": "norm"}, {"by": "value"}, {"by": "norm_of_each"}],
    )


def _turned(generator: torch.Generator, by: str) -> Tensor:
    before = [5 * randn(generator, 6), 50 * randn(generator, 2, 3)]
    clipped = {
        "norm": lambda: clip_grad_norm(before, _BOUND),
        "value": lambda: clip_grad_value(before, _BOUND),
        "norm_of_each": lambda: [clip_grad_norm([gradient], _BOUND)[0] for gradient in before],
    }
    first, second = (torch.cat([g.flatten() for g in gradients]) for gradients in (before, clipped[by]()))
    return torch.sub(1, torch.cosine_similarity(first, second, dim=0))


@function("optim.clipping_restores_size", Kind.MEASURED, example={"gain": 2}, shows=(clip_grad_norm,))
def clipping_restores_size(gain: Annotated[float, Between(0.01, 10)] = 2) -> Run:
    """Say whether clipping by norm brings the gradient at the first of 30 linear layers to the bound of 1.

    Each layer multiplies lengths by ``gain``: over 1 the gradient explodes, under 1 it vanishes.
    """
    return settle(
        "|log10(norm after clipping/bound)| of the gradient at the input",
        Holds.IF_EQUAL,
        _orders_from_bound,
        {"gain": gain},
        [{"gain": 2.0}, {"gain": 0.5}],
        Thresholds(none=1e-3, some=1.0),
    )


def _orders_from_bound(generator: torch.Generator, gain: float) -> Tensor:
    x = randn(generator, _WIDTH).requires_grad_()
    y = x
    for _ in range(_DEPTH):
        rotation, _ = torch.linalg.qr(randn(generator, _WIDTH, _WIDTH))
        y = gain * rotation @ y
    upstream = randn(generator, _WIDTH)
    (gradient,) = torch.autograd.grad(y, x, upstream / upstream.norm())
    return torch.log10(global_norm(clip_grad_norm([gradient], _BOUND)) / _BOUND)
