"""Activations written out with their derivatives; values and gradients equal torch's.

>>> import torch
>>> from engine.activations.sigmoid import sigmoid, sigmoid_slope
>>> sigmoid(torch.zeros(1)).item(), sigmoid_slope(torch.zeros(1)).item()
(0.5, 0.25)
"""
