"""What depth buys: a sawtooth of 2ᴸ pieces, by L layers of two units or by one layer of 2ᴸ units.

The tent t(x) = 2·ReLU(x) - 4·ReLU(x - 1/2) folds [0, 1] in two; folding L times gives 2ᴸ linear pieces. A single hidden
layer has at most one piece more than units, so it must be exponentially wide.

Source: Telgarsky 2016, "Benefits of Depth in Neural Networks", section 1 and lemma 3.
"""

import torch
from torch import nn


def deep_sawtooth(num_layers: int) -> nn.Sequential:
    """Return t∘...∘t on ``(N, 1)`` as ``num_layers`` hidden layers of two ReLU units: 6L + 1 parameters.

    >>> deep_sawtooth(2)(torch.tensor([[0.25], [0.5], [0.75]], dtype=torch.float64)).flatten().tolist()
    [1.0, 0.0, 1.0]
    """
    fold, split = torch.tensor([[2.0, -4.0]]), torch.tensor([[1.0], [1.0]])
    kinks = torch.tensor([0.0, -0.5])
    layers = [_linear(split, kinks), nn.ReLU()]
    for _ in range(num_layers - 1):
        layers += [_linear(split @ fold, kinks), nn.ReLU()]
    return nn.Sequential(*layers, _linear(fold, torch.zeros(1)))


def shallow_sawtooth(num_layers: int) -> nn.Sequential:
    """Return the same function with one hidden layer of 2ᴸ ReLU units, one for each kink: 3·2ᴸ + 1 parameters.

    >>> shallow_sawtooth(2)(torch.tensor([[0.25], [0.5], [0.75]], dtype=torch.float64)).flatten().tolist()
    [1.0, 0.0, 1.0]
    """
    units = 2**num_layers
    turns = 2.0 * units * (-1.0) ** torch.arange(units)
    turns[0] /= 2  # from slope 0 to 2ᴸ; every later kink turns 2ᴸ into -2ᴸ or back
    kinks = -torch.arange(units) / units
    return nn.Sequential(_linear(torch.ones(units, 1), kinks), nn.ReLU(), _linear(turns[None], torch.zeros(1)))


def _linear(weight: torch.Tensor, bias: torch.Tensor) -> nn.Module:
    layer = nn.Linear(weight.shape[1], weight.shape[0], device="meta", dtype=torch.float64)
    layer.weight = nn.Parameter(weight.double())
    layer.bias = nn.Parameter(bias.double())
    return layer
