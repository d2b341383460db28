"""The optimizers that a question can name, and what each may be set to.

The bare names are torch's forms; ``_book`` is the textbook's (Goodfellow, Bengio & Courville 2016) where it differs.
"""

import inspect
from collections.abc import Mapping, Sequence
from typing import Any

from torch import Tensor

from engine.errors import Refused, nearest
from engine.optim.adadelta import Adadelta
from engine.optim.adagrad import Adagrad
from engine.optim.adam import Adam, AdamW
from engine.optim.adamax import Adamax
from engine.optim.momentum import Momentum, MomentumBook
from engine.optim.nadam import Nadam, NadamDozat
from engine.optim.nesterov import Nesterov, NesterovBook
from engine.optim.newton import Newton
from engine.optim.optimizer import Optimizer, Rate
from engine.optim.quasi_newton import BFGS, LBFGS
from engine.optim.rmsprop import RMSprop, RMSpropBook, RMSpropNesterov
from engine.optim.sgd import SGD

KNOWN: Mapping[str, type[Optimizer]] = {
    "sgd": SGD,
    "momentum": Momentum,
    "momentum_book": MomentumBook,
    "nesterov": Nesterov,
    "nesterov_book": NesterovBook,
    "adagrad": Adagrad,
    "rmsprop": RMSprop,
    "rmsprop_book": RMSpropBook,
    "rmsprop_nesterov": RMSpropNesterov,
    "adadelta": Adadelta,
    "adam": Adam,
    "adamw": AdamW,
    "adamax": Adamax,
    "nadam": Nadam,
    "nadam_dozat": NadamDozat,
    "newton": Newton,
    "bfgs": BFGS,
    "lbfgs": LBFGS,
}
USES_LOSS: tuple[type[Optimizer], ...] = (Newton, BFGS, LBFGS)
"""Those that need more of the loss than one gradient a step."""


def find(name: str) -> type[Optimizer]:
    """Return the optimizer called ``name``, or refuse with the nearest name.

    >>> find("adm")
    Traceback (most recent call last):
    engine.errors.Refused: there is no optimizer 'adm'; did you mean 'adam'? (known: sgd, momentum, momentum_book, \
nesterov, nesterov_book, adagrad, rmsprop, rmsprop_book, rmsprop_nesterov, adadelta, adam, adamw, adamax, nadam, \
nadam_dozat, newton, bfgs, lbfgs)
    """
    if name not in KNOWN:
        raise Refused(f"there is no optimizer '{name[:40]}'{nearest(name, KNOWN)} (known: {', '.join(KNOWN)})")
    return KNOWN[name]


def settings_of(name: str) -> list[str]:
    """Return what the optimizer can be set to.

    >>> settings_of("momentum")
    ['lr', 'momentum', 'dampening', 'weight_decay']
    """
    return [setting for setting in inspect.signature(find(name)).parameters if setting != "params"]


def check_settings(name: str, settings: Mapping[str, Any]) -> None:
    """Refuse a setting that the optimizer does not have.

    >>> check_settings("adam", {"momentum": 0.9})
    Traceback (most recent call last):
    engine.errors.Refused: 'adam' has no setting 'momentum'; it has lr, betas, eps, weight_decay, bias_correction
    """
    known = settings_of(name)
    for setting in settings:
        if setting not in known:
            raise Refused(f"'{name}' has no setting '{setting}'; it has {', '.join(known)}")


def build(name: str, params: Sequence[Tensor], lr: Rate | None = None, **settings: Any) -> Optimizer:
    """Return the optimizer called ``name`` over ``params``; whatever is not given has its usual value."""
    given = settings if lr is None else {"lr": lr, **settings}
    check_settings(name, given)
    return find(name)(params, **given)
