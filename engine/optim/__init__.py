"""Optimizers written out as update rules, with the interface of ``torch.optim``.

>>> import torch
>>> from engine.optim import Adam
>>> p = torch.tensor([1.0], requires_grad=True)
>>> optimizer = Adam([p], lr=0.1)
>>> p.square().sum().backward()
>>> optimizer.step()
>>> round(p.item(), 4)
0.9
"""

from engine.optim.adadelta import Adadelta
from engine.optim.adagrad import Adagrad
from engine.optim.adam import Adam, AdamW
from engine.optim.adamax import Adamax
from engine.optim.momentum import Momentum, MomentumBook
from engine.optim.nadam import Nadam, NadamDozat
from engine.optim.nesterov import Nesterov, NesterovBook
from engine.optim.newton import Newton
from engine.optim.optimizer import Optimizer
from engine.optim.quasi_newton import BFGS, LBFGS
from engine.optim.rmsprop import RMSprop, RMSpropBook, RMSpropNesterov
from engine.optim.sgd import SGD

__all__ = [
    "BFGS",
    "LBFGS",
    "SGD",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Momentum",
    "MomentumBook",
    "Nadam",
    "NadamDozat",
    "Nesterov",
    "NesterovBook",
    "Newton",
    "Optimizer",
    "RMSprop",
    "RMSpropBook",
    "RMSpropNesterov",
]
