"""The shortest program of PyTorch that learns: y = 2x from three points, and what beginners write into it by mistake.

The corrected program is :func:`learn_double`. :data:`LINES` holds single lines as they stand in many old notes, each
with what must be written today; :func:`outcome` really runs a line.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import torch
from torch import Tensor, nn

from engine.optim import SGD
from engine.training.blank import linear
from engine.training.loop import train

X = ((1.0,), (2.0,), (3.0,))
Y = ((2.0,), (4.0,), (6.0,))


def learn_double(steps: int = 2000, lr: float = 0.01, generator: torch.Generator | None = None) -> nn.Linear:
    """Return a linear layer trained on y = 2x by the mean squared error and plain gradient descent.

    >>> layer = learn_double(generator=torch.Generator().manual_seed(0))
    >>> round(layer(torch.tensor([4.0])).item(), 1)
    8.0
    """
    layer = linear(1, 1, dtype=torch.float32)
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.copy_(torch.rand(parameter.shape, generator=generator) * 2 - 1)
    batch = torch.tensor(X), torch.tensor(Y)
    train(layer, nn.MSELoss(), SGD(layer.parameters(), lr=lr), [batch] * steps)
    return layer


class Line(NamedTuple):
    """A line of the program: how it is written, what runs it, and what to write where it does not run."""

    written: str
    run: Callable[[], object]
    right: str


def _network() -> nn.Module:
    return nn.Linear(1, 1, device="meta")


LINES: Mapping[str, Line] = {
    "linear": Line("torch.nn.linear(1, 1)", lambda: getattr(nn, "linear")(1, 1), "torch.nn.Linear(1, 1)"),  # noqa: B009
    "Linear": Line("torch.nn.Linear(1, 1)", _network, ""),
    "paramters": Line("model.paramters()", lambda: getattr(_network(), "paramters")(), "model.parameters()"),  # noqa: B009
    "parameters": Line("model.parameters()", lambda: list(_network().parameters()), ""),
    "tensor_of_rows": Line(
        "torch.Tensor([1.], [2.], [3.])",
        lambda: torch.Tensor(*([1.0], [2.0], [3.0])),
        "torch.tensor([[1.], [2.], [3.]])",
    ),
    "tensor_of_list": Line("torch.tensor([[1.], [2.], [3.]])", lambda: torch.tensor(X), ""),
    "loss_data_0": Line("loss.data[0]", lambda: torch.zeros(()).data[0], "loss.item()"),
    "loss_item": Line("loss.item()", lambda: torch.zeros(()).item(), ""),
    "variable": Line("torch.autograd.Variable(x)", lambda: _variable(torch.tensor(X)), "x itself: tensors are enough"),
}


def _variable(x: Tensor) -> Tensor:
    wrapped: Tensor = torch.autograd.Variable(x)
    return wrapped


def outcome(line: str) -> str:
    """Return "" where a line of :data:`LINES` runs, else the error that torch raises, by its type and first line.

    >>> outcome("Linear"), outcome("linear").split(":")[0]
    ('', 'AttributeError')
    """
    try:
        LINES[line].run()
    except (AttributeError, TypeError, IndexError) as error:
        return f"{type(error).__name__}: {str(error).splitlines()[0]}"
    return ""
