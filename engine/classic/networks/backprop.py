"""Back-propagation written out: the recursion for δ = ∂loss/∂z, in both layouts of samples.

Back-propagation finds the gradient by the chain rule; which optimizer then uses it is another matter.
Source: Rumelhart, Hinton & Williams 1986, "Learning representations by back-propagating errors"; both layouts are in
use, "columns" by Nielsen 2015, "Neural Networks and Deep Learning", chapter 2, "rows" by most libraries.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import torch
from torch import Tensor

Layout = Literal["columns", "rows"]
"""A sample is a column and z = W·a + b, W being (out, in); or a row and z = a·W + b, W being (in, out)."""
Hidden = Literal["sigmoid", "tanh", "relu", "identity"]
Loss = Literal["half_sum", "sum", "mean"]
"""½·Σ (a - y)², Σ (a - y)², or its mean over all entries, as ``nn.MSELoss``: δ has the factor 1, 2 or 2/n."""


class Gradients(NamedTuple):
    """What the backward pass finds for one layer."""

    delta: Tensor
    """∂loss/∂z, shaped as the layer's output."""
    weight: Tensor
    """∂loss/∂W, shaped as W."""
    bias: Tensor
    """∂loss/∂b, ``(out,)``."""


def activate(z: Tensor, name: Hidden) -> Tensor:
    """Return f(z)."""
    return {"sigmoid": torch.sigmoid, "tanh": torch.tanh, "relu": torch.relu, "identity": torch.clone}[name](z)


def slope(a: Tensor, name: Hidden) -> Tensor:
    """Return f'(z), written by the output a = f(z): a(1 - a), 1 - a², 1 where a > 0, and 1.

    >>> slope(torch.tensor([0.5]), "sigmoid")
    tensor([0.2500])
    """
    match name:
        case "sigmoid":
            return a * (1 - a)
        case "tanh":
            return 1 - a.square()
        case "relu":
            return (a > 0).to(a)
        case "identity":
            return torch.ones_like(a)


def forward(
    weights: Sequence[Tensor], biases: Sequence[Tensor], x: Tensor, hidden: Hidden, layout: Layout
) -> list[Tensor]:
    """Return the input and the output of every layer; the last layer has no activation."""
    outputs = [x]
    for i, (w, b) in enumerate(zip(weights, biases, strict=True)):
        z = w @ outputs[-1] + b[:, None] if layout == "columns" else outputs[-1] @ w + b
        outputs.append(z if i == len(weights) - 1 else activate(z, hidden))
    return outputs


def backward(
    weights: Sequence[Tensor],
    outputs: Sequence[Tensor],
    y: Tensor,
    hidden: Hidden,
    layout: Layout,
    loss: Loss = "half_sum",
) -> list[Gradients]:
    """Return the gradients of every layer, the first one first, from what :func:`forward` gave.

    ========  ===============================  ==========  =====================
    layout    δ of a hidden layer l            ∂loss/∂W    ∂loss/∂b
    ========  ===============================  ==========  =====================
    columns   (W⁽ˡ⁺¹⁾ᵀ · δ⁽ˡ⁺¹⁾) ⊙ f'(z⁽ˡ⁾)      δ·aᵀ        δ summed over columns
    rows      (δ⁽ˡ⁺¹⁾ · W⁽ˡ⁺¹⁾ᵀ) ⊙ f'(z⁽ˡ⁾)      aᵀ·δ        δ summed over rows
    ========  ===============================  ==========  =====================

    with a the layer's input. At the output δ is the loss's factor times (a - y). Shapes settle the order: mixing the
    first δ with the second is an error unless widths and batch happen to be equal, and then a wrong number.

    >>> w, b, x = [torch.tensor([[2.0]])], [torch.tensor([0.0])], torch.tensor([[3.0]])
    >>> outputs = forward(w, b, x, "identity", "columns")
    >>> backward(w, outputs, torch.tensor([[5.0]]), "identity", "columns")[0].weight
    tensor([[3.]])
    """
    error = outputs[-1] - y
    delta = error * {"half_sum": 1.0, "sum": 2.0, "mean": 2 / error.numel()}[loss]
    found = []
    for i in reversed(range(len(weights))):
        found.append(_of_layer(delta, outputs[i], layout))
        back = weights[i].T @ delta if layout == "columns" else delta @ weights[i].T
        delta = back * slope(outputs[i], hidden)
    return found[::-1]


def _of_layer(delta: Tensor, a: Tensor, layout: Layout) -> Gradients:
    if layout == "columns":
        return Gradients(delta, delta @ a.T, delta.sum(1))
    return Gradients(delta, a.T @ delta, delta.sum(0))
