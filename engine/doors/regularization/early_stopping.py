"""``early_stopping.*``: where a training with given validation losses stops, and what it goes back to."""

from collections.abc import Sequence
from typing import Annotated

from engine.arguments import Between, Length
from engine.evidence import Curve, Run, Series, Text
from engine.registry import Kind, function
from engine.regularization.early_stopping import EarlyStopping, stop

Losses = Annotated[Sequence[Annotated[float, Between(-1e9, 1e9)]], Length(1, 1024)]
"""The validation loss of each epoch."""
Patience = Annotated[int, Between(1, 1024)]
MinDelta = Annotated[float, Between(0, 1e9)]
_EXAMPLE = {"losses": [1.0, 0.5, 0.6, 0.7, 0.1], "patience": 2}


@function("early_stopping.last_epoch", Kind.MEASURED, example=_EXAMPLE, shows=(EarlyStopping, stop))
def last_epoch(losses: Losses, patience: Patience, min_delta: MinDelta = 0.0) -> Run:
    """Return the last epoch that is trained, counted from 1: the ``patience``-th in a row without an improvement.

    An improvement is a loss below the best so far by more than ``min_delta``. If patience never runs out, all epochs
    are trained.
    """
    stopped = stop(losses, patience, min_delta)
    return Run(stopped.last_epoch, lambda: _evidence(losses, patience, min_delta), "cpu")


@function("early_stopping.best_epoch", Kind.MEASURED, example=_EXAMPLE, shows=(EarlyStopping, stop))
def best_epoch(losses: Losses, patience: Patience, min_delta: MinDelta = 0.0) -> Run:
    """Return the epoch whose weights are restored, counted from 1; what would have come later is never seen."""
    stopped = stop(losses, patience, min_delta)
    return Run(stopped.best_epoch, lambda: _evidence(losses, patience, min_delta), "cpu")


def _evidence(losses: Sequence[float], patience: int, min_delta: float) -> list[Text | Curve]:
    stopped = stop(losses, patience, min_delta)
    seen, epochs = list(losses[: stopped.last_epoch]), list(range(1, len(losses) + 1))
    ran_out = stopped.last_epoch - stopped.best_epoch >= patience
    why = f"patience {patience} ran out" if ran_out else "the losses ended before patience ran out"
    series = [
        Series("validation loss", epochs[: stopped.last_epoch], seen),
        Series("restored", [stopped.best_epoch], [stopped.best_loss]),
        Series("never trained", epochs[stopped.last_epoch :], list(losses[stopped.last_epoch :])),
    ]
    return [
        Text(f"Training ends after epoch {stopped.last_epoch}: {why}. Epoch {stopped.best_epoch} is restored."),
        Curve("Validation loss", [line for line in series if line.x], "epoch", "loss"),
    ]
