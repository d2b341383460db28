"""The gradient's way through an LSTM: the product of the forget gates, what keeps it alive, and that it may explode."""

from typing import Annotated, Literal

import torch
from torch import Tensor

from engine.arguments import Between
from engine.evidence import Curve, Run, Series
from engine.experiments._settle import SEEDS, Holds, Thresholds, randn, settle
from engine.experiments.recurrent._recurrent import HIDDEN, random_cell, random_lstm, sequence
from engine.layers.lstm import LSTMCell
from engine.layers.recurrent_cell import RecurrentCell, State
from engine.layers.rnn import RNNCell
from engine.registry import Kind, function

Bias = Annotated[float, Between(-20, 20)]
Gain = Annotated[float, Between(0, 10)]
Steps = Annotated[int, Between(1, 100)]
_ORDERS = Thresholds(none=2.0, some=4.0)


@function("lstm.gradient_is_product_of_forget_gates", Kind.MEASURED, example={"recurrent": False}, shows=(LSTMCell,))
def gradient_is_product_of_forget_gates(recurrent: bool = False, steps: Steps = 10) -> Run:
    """Say whether ∂c_T/∂c_0 is exactly the product of all forget gates.

    Without ``recurrent`` weights (weight_hh = 0) the gates do not depend on the state, and only the direct path is
    left; with them paths through h and the gates are added.
    """
    return settle(
        "∂c_T/∂c_0 by autograd less the product of the forget gates, relative to it",
        Holds.IF_EQUAL,
        _product_error,
        {"recurrent": recurrent, "steps": steps},
        [{"recurrent": False, "steps": steps}, {"recurrent": True, "steps": steps}],
    )


def _product_error(generator: torch.Generator, recurrent: bool, steps: int) -> Tensor:
    cell = random_lstm(generator, gain=1.0)
    if not recurrent:
        torch.nn.init.zeros_(cell.weight_hh)
    h, start = randn(generator, 1, HIDDEN), randn(generator, 1, HIDDEN).requires_grad_()
    c, product = start, torch.ones_like(start)
    for x in sequence(generator, steps):
        product = product * cell.gates(x, h).forget_gate.detach()
        h, c = cell(x, (h, c))
    (gradient,) = torch.autograd.grad(c.sum(), start)
    return gradient / product - 1


@function("lstm.keeps_gradient", Kind.MEASURED, example={"forget_bias": 4}, shows=(LSTMCell, RNNCell))
def keeps_gradient(cell: Literal["lstm", "rnn"] = "lstm", forget_bias: Bias = 4.0, steps: Steps = 60) -> Run:
    """Say whether a gradient survives its way back from an LSTM's last state to the first, or a simple RNN's.

    It counts as kept if its norm loses less than two orders of magnitude, as lost from four on. Recurrent weights have
    variance 1/(4·hidden_size); ``forget_bias`` is for the LSTM alone.
    """
    chosen = {"cell": cell, "forget_bias": forget_bias, "steps": steps}
    settled = settle(
        "Orders of magnitude that the gradient loses",
        Holds.IF_EQUAL,
        _orders_lost,
        chosen,
        [chosen | {"cell": "lstm", "forget_bias": bias} for bias in (4.0, 0.0)] + [chosen | {"cell": "rnn"}],
        _ORDERS,
    )
    return Run(settled.value, lambda: [*settled.evidence(), _by_lag(steps)])


def _orders_lost(generator: torch.Generator, cell: str, forget_bias: float, steps: int) -> Tensor:
    return (-torch.log10(_driven(generator, cell, forget_bias, steps)[-1])).clamp(min=0)


@function("lstm.gradient_explodes", Kind.MEASURED, example={"gain": 4}, shows=(LSTMCell,))
def gradient_explodes(gain: Gain = 4.0, forget_bias: Bias = 4.0, steps: Steps = 60) -> Run:
    """Say whether an LSTM's gradient grows by four orders of magnitude or more on its way back.

    Recurrent weights have variance gain²/hidden_size: with a gain of 0 only the direct path is left, which cannot grow.
    The network rests: its inputs, first state and other biases are 0, where tanh is steepest.
    """
    chosen = {"gain": gain, "forget_bias": forget_bias, "steps": steps}
    return settle(
        "Orders of magnitude that the gradient gains",
        Holds.IF_DIFFERENT,
        _orders_gained,
        chosen,
        [chosen | {"gain": other} for other in (4.0, 0.0)],
        _ORDERS,
    )


def _orders_gained(generator: torch.Generator, gain: float, forget_bias: float, steps: int) -> Tensor:
    cell = random_lstm(generator, input_gate=0.0, forget_gate=forget_bias, candidate=0.0, output_gate=0.0)
    cell.weight_hh.data *= gain
    at_rest = tuple(torch.zeros_like(part).requires_grad_() for part in cell.initial_state(1))
    norms = _norms(cell, at_rest, torch.zeros_like(sequence(generator, steps)), generator)
    return torch.log10(norms[-1]).clamp(min=0)


def _driven(generator: torch.Generator, kind: str, forget_bias: float, steps: int) -> Tensor:
    """Return the norms in a cell that starts from a random state and reads random inputs."""
    cell = random_lstm(generator, forget_gate=forget_bias) if kind == "lstm" else random_cell(generator)
    cell.weight_hh.data *= 0.5
    start = tuple(randn(generator, *part.shape).requires_grad_() for part in cell.initial_state(1))
    return _norms(cell, start, sequence(generator, steps), generator)


def _norms(cell: RecurrentCell, state: State, x: Tensor, generator: torch.Generator) -> Tensor:
    """Return the norm of a gradient, 1 at the last c (or h), after going back 1, 2, ..., T steps."""
    memories = [state[-1]]
    for step in x:
        state = cell(step, state)
        memories.append(state[-1])
    upstream = randn(generator, 1, HIDDEN)
    gradients = torch.autograd.grad(memories[-1], memories[:-1], upstream / upstream.norm())
    norms: Tensor = torch.cat(gradients).norm(dim=1)
    return norms.flip(0)


def _by_lag(steps: int) -> Curve:
    lines = {"LSTM, forget bias 4": ("lstm", 4.0), "LSTM, forget bias 0": ("lstm", 0.0), "simple RNN": ("rnn", 0.0)}
    series = []
    for name, (kind, bias) in lines.items():
        norms = _driven(torch.Generator().manual_seed(SEEDS[0]), kind, bias, steps).tolist()
        series.append(Series(name, list(range(1, steps + 1)), norms))
    return Curve("Norm of the gradient", series, "steps back", "norm", log_y=True)
