"""Losses written out with their gradients; values and gradients equal torch's.

A residual is prediction - target throughout. Functions give one loss for each prediction, and
:mod:`engine.losses.reduction` makes one number of them.

>>> import torch
>>> from engine.losses.huber import huber
>>> huber(torch.tensor([0.5, 3.0]), torch.zeros(2), delta=1.0).tolist()
[0.125, 2.5]
"""
