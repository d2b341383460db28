"""What all optimizers share: the tensors they step, the learning rate, and what they remember of each tensor.

The interface is that of ``torch.optim``. The base class is not torch's own: building the first ``torch.optim``
optimizer of a process imports torch's compiler, which takes longer than all of the steps that a question asks for.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import ClassVar

import torch
from torch import Tensor

from engine.errors import Refused

Closure = Callable[[], Tensor]
"""Computes the loss at the tensors as they stand, leaves its gradient in their ``grad``, and returns it."""
Rate = float | Tensor
"""A learning rate; a tensor that broadcasts against the stepped ones makes several runs side by side."""
State = dict[str, Tensor]


class Optimizer(ABC):
    """Steps ``params`` downhill; a subclass says in :meth:`update` by which rule.

    ``weight_decay`` λ adds λ·p to the gradient of each tensor p: the gradient of the penalty λ/2·‖p‖².
    ``state`` holds what the rule remembers of each tensor, under torch's names where torch has the same rule.
    """

    differentiates_gradient: ClassVar[bool] = False
    """Whether the closure must leave gradients that can be differentiated once more."""

    def __init__(self, params: Iterable[Tensor], lr: Rate, weight_decay: float = 0.0) -> None:
        self.params = list(params)
        self.lr = lr
        self.weight_decay = weight_decay
        self.state: dict[Tensor, State] = {parameter: {} for parameter in self.params}

    def zero_grad(self) -> None:
        """Forget the gradients."""
        for parameter in self.params:
            parameter.grad = None

    def step(self, closure: Closure | None = None) -> Tensor | None:
        """Step every tensor that has a gradient; with a ``closure``, call it before, and return its loss."""
        loss = closure() if closure else None
        with torch.no_grad():
            for parameter in self.params:
                if parameter.grad is not None:
                    self.update(parameter, self.gradient(parameter, parameter.grad), self.state[parameter])
        return loss

    @abstractmethod
    def update(self, parameter: Tensor, gradient: Tensor, state: State) -> None:
        """Change ``parameter`` and its ``state`` in place."""

    def gradient(self, parameter: Tensor, gradient: Tensor) -> Tensor:
        """Return the gradient of the loss with its penalty."""
        return gradient + self.weight_decay * parameter if self.weight_decay else gradient


class LookAhead(Optimizer):
    """An optimizer that takes the gradient where its velocity is about to carry it: at p + momentum·v."""

    def __init__(self, params: Iterable[Tensor], lr: Rate, momentum: float, weight_decay: float = 0.0) -> None:
        super().__init__(params, lr, weight_decay)
        self.momentum = momentum

    def step(self, closure: Closure | None = None) -> Tensor:
        """Move to the look-ahead point, call ``closure`` there, move back, and step.

        Raises:
            Refused: there is no ``closure``; a gradient taken before the step is one at the wrong point.
        """
        if closure is None:
            raise Refused(f"{type(self).__name__} needs a closure: it asks for the gradient at another point")
        with torch.no_grad():
            homes = [parameter.clone() for parameter in self.params]
            for parameter in self.params:
                parameter += self.momentum * self.velocity(parameter)
        loss = closure()
        with torch.no_grad():
            for parameter, home in zip(self.params, homes, strict=True):
                gradient = None if parameter.grad is None else self.gradient(parameter, parameter.grad)
                parameter.copy_(home)
                if gradient is not None:
                    self.update(parameter, gradient, self.state[parameter])
        return loss

    def velocity(self, parameter: Tensor) -> Tensor:
        """Return v, which is 0 before the first step."""
        return remembered(self.state[parameter], "velocity", parameter)


def remembered(state: State, name: str, parameter: Tensor) -> Tensor:
    """Return what ``state`` holds under ``name``; zeros, shaped as ``parameter``, before the first step."""
    return state[name] if name in state else torch.zeros_like(parameter)


def count_step(state: State) -> Tensor:
    """Return t, the number of this step, which is 1 for the first one."""
    state["step"] = state.get("step", torch.zeros((), dtype=torch.float64)) + 1
    return state["step"]
