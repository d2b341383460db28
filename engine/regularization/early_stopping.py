"""Early stopping: end the training when the validation loss no longer falls, and go back to its best epoch.

Source: Prechelt 1998, "Early Stopping - But When?"; Goodfellow, Bengio & Courville 2016, algorithm 7.1. That a stopped
descent shrinks weights as an L2 penalty does is their section 7.8.
"""

import copy
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import torch
from torch import Tensor

from engine.errors import Refused


class EarlyStopping:
    """Watches one loss per epoch and says when to stop.

    An epoch improves if its loss is below the best so far by more than ``min_delta``. After ``patience`` epochs in a
    row without an improvement, :attr:`stopped` is True. The weights that belong to the best loss are kept, and they are
    what :meth:`best_state` gives back, not those of the epoch at which training stopped.

    The loss to watch is that of *validation* data: the training loss keeps falling while a model overfits.

    >>> stopping = EarlyStopping(patience=2)
    >>> for epoch, loss in enumerate([1.0, 0.5, 0.6, 0.7], start=1):
    ...     stopping.update(loss, {"w": torch.tensor(float(epoch))})
    >>> stopping.stopped, stopping.best_epoch, stopping.best_state()
    (True, 2, {'w': tensor(2.)})
    """

    def __init__(self, patience: int = 5, min_delta: float = 0.0) -> None:
        self.patience, self.min_delta = patience, min_delta
        self.best_loss = float("inf")
        self.best_epoch = 0
        self.epoch = 0
        self._state: Mapping[str, Tensor] = {}

    def update(self, loss: float, state: Mapping[str, Tensor] | None = None) -> None:
        """Take the loss of the next epoch, with the model's ``state_dict()``, which is copied if it is the best.

        A loss that is not a number is no improvement.
        """
        self.epoch += 1
        if loss < self.best_loss - self.min_delta:
            self.best_loss, self.best_epoch = loss, self.epoch
            self._state = copy.deepcopy(dict(state or {}))

    @property
    def stopped(self) -> bool:
        """Whether ``patience`` epochs have passed since the best one."""
        return self.epoch - self.best_epoch >= self.patience

    def best_state(self) -> Mapping[str, Tensor]:
        """Return the weights of the best epoch."""
        return self._state


class Stop(NamedTuple):
    """How a training ended; epochs are counted from 1."""

    last_epoch: int
    """The last epoch that was trained."""
    best_epoch: int
    """The epoch whose weights are restored."""
    best_loss: float


def stop(losses: Iterable[float], patience: int, min_delta: float = 0.0) -> Stop:
    """Return where a training with these validation losses stops; at its end if patience never runs out.

    Raises:
        Refused: there are no losses, or none is a number below infinity.

    >>> stop([1.0, 0.5, 0.6, 0.7, 0.1], patience=2)
    Stop(last_epoch=4, best_epoch=2, best_loss=0.5)
    """
    watcher = EarlyStopping(patience, min_delta)
    for loss in losses:
        watcher.update(loss)
        if watcher.stopped:
            break
    if watcher.best_epoch == 0:
        raise Refused("early stopping needs at least one loss that is a number, or there is no epoch to go back to")
    return Stop(watcher.epoch, watcher.best_epoch, watcher.best_loss)


def stopped_descent(x: Tensor, y: Tensor, lr: float, steps: int) -> Tensor:
    """Return w after ``steps`` of gradient descent from 0 on ½·‖X·w - y‖², the whole data in each step.

    Along the singular direction of ``x`` with singular value s it has gone the share 1 - (1 - lr·s²)^steps of the way,
    where ridge goes s²/(s² + λ): small s are held back by both, and few steps are like a large λ (about 1/(lr·steps)).
    """
    w = torch.zeros(x.shape[1]).to(x)
    for _ in range(steps):
        w = w - lr * x.T @ (x @ w - y)
    return w


def descent_share(x: Tensor, lr: float, steps: int) -> Tensor:
    """Return 1 - (1 - lr·s²)^steps for the singular values s of ``x`` in falling order."""
    left: Tensor = (1 - lr * torch.linalg.svdvals(x).square()) ** steps
    return 1 - left
