"""``rnn.*``: what one recurrent unit computes, step by step, and what training it through time costs."""

from collections.abc import Sequence
from typing import Annotated, Literal

import torch
from torch import Tensor, nn

from engine.analysis.depth import longest_path
from engine.arguments import Between, Length
from engine.device import current, for_float64
from engine.evidence import Curve, Run, Series, Table
from engine.layers.recurrent import unroll
from engine.layers.rnn import Nonlinearity, RNNCell
from engine.layers.rnn_backward import bptt
from engine.layers.rnn_forward_gradient import RTRL
from engine.models.elman import ElmanLayer
from engine.registry import Kind, function

Number = Annotated[float, Between(-1e6, 1e6)]
Inputs = Annotated[Sequence[Number], Length(1, 256)]
Steps = Annotated[int, Between(1, 256)]
_UNIT = {"inputs": [1, 0, 0], "weight_ih": 1, "weight_hh": 0.5}


@function("rnn.hidden_state", Kind.MODULE, example=_UNIT, shows=(nn.RNN, RNNCell))
def hidden_state(
    inputs: Inputs,
    weight_ih: Number,
    weight_hh: Number,
    bias: Number = 0.0,
    h0: Number = 0.0,
    nonlinearity: Nonlinearity = "tanh",
) -> Run:
    """Return the last state of one recurrent unit, h ← f(weight_ih·x + weight_hh·h + bias), after all ``inputs``.

    >>> hidden_state([1.0, 0.0, 0.0], 1.0, 0.5, nonlinearity="relu").value
    0.25
    """
    start = torch.tensor(h0, dtype=torch.float64, device=for_float64())
    states = _states(inputs, weight_ih, weight_hh, bias, start, nonlinearity).tolist()
    rows = [(step, x, h) for step, (x, h) in enumerate(zip(inputs, states, strict=True), start=1)]
    return Run(states[-1], lambda: [Table("One unit", ["step", "x", "h"], rows)], str(for_float64()))


@function("rnn.state_gradient", Kind.MEASURED, example={"weight_hh": 0.9, "steps": 50}, shows=(nn.RNN,))
def state_gradient(weight_hh: Number, steps: Steps, nonlinearity: Nonlinearity = "relu", h0: Number = 1.0) -> Run:
    """Return ∂h_T/∂h_0 of one recurrent unit without inputs or bias after T = ``steps`` steps, by autograd.

    >>> round(state_gradient(0.5, 3).value, 9)
    0.125
    """
    start = torch.tensor(h0, dtype=torch.float64, device=for_float64(), requires_grad=True)
    states = _states([0.0] * steps, 0.0, weight_hh, 0.0, start, nonlinearity)
    (found,) = torch.autograd.grad(states[-1], start, retain_graph=True)
    return Run(float(found), lambda: [_gradients(states, start)], str(for_float64()))


def _gradients(states: Tensor, start: Tensor) -> Curve:
    found = [float(torch.autograd.grad(h, start, retain_graph=True)[0]) for h in states]
    series = Series("∂h_t/∂h_0", list(range(1, len(found) + 1)), found)
    return Curve("The gradient through t steps", [series], "t", "gradient")


def _states(
    inputs: Sequence[float], weight_ih: float, weight_hh: float, bias: float, start: Tensor, nonlinearity: str
) -> Tensor:
    """Return the states of a ``torch.nn.RNN`` with one unit."""
    rnn = _torchs_unit(nonlinearity, {"weight_ih_l0": weight_ih, "weight_hh_l0": weight_hh, "bias_ih_l0": bias})
    states: Tensor = rnn.to(start)(start.new_tensor(inputs).reshape(-1, 1, 1), start.reshape(1, 1, 1))[0]
    return states.flatten()


def _torchs_unit(nonlinearity: str, weights: dict[str, float]) -> nn.RNN:
    with torch.random.fork_rng(devices=[]):  # torch draws first weights, which are replaced below
        rnn = nn.RNN(1, 1, nonlinearity=nonlinearity).double()
    for name, parameter in rnn.named_parameters():
        nn.init.constant_(parameter, weights.get(name, 0.0))
    return rnn.requires_grad_(False)


@function("rnn.overflow_step", Kind.MEASURED, example={"weight_hh": 2})
def overflow_step(weight_hh: Annotated[float, Between(1.1, 1e6)]) -> Run:
    """Return the first step at which the state of a ReLU unit, 1 at first, is infinite in float32.

    h ← ReLU(weight_hh·h) without inputs: h_t is weight_hh to the power of t, and float32 ends just below 2¹²⁸.

    >>> overflow_step(2.0).value
    128
    """
    with torch.random.fork_rng(devices=[]):  # first weights are drawn, and replaced below
        cell = RNNCell(1, 1, "none", "relu").to(current())
    nn.init.constant_(cell.weight_hh, weight_hh)
    states = [torch.ones(1, 1, device=current())]
    with torch.no_grad():
        while states[-1].isfinite().all():
            states += cell(torch.zeros_like(states[-1]), (states[-1],))
    heights = [float(h) for h in states[:-1]]
    series = Series(f"weight_hh = {weight_hh}", list(range(len(heights))), heights)
    return Run(len(states) - 1, lambda: [Curve("The state while it is finite", [series], "step", "h", log_y=True)])


@function(
    "rnn.stored_numbers",
    Kind.MEASURED,
    example={"algorithm": "bptt", "hidden_size": 4, "length": 6},
    shows=(bptt, RTRL),
)
def stored_numbers(
    algorithm: Literal["bptt", "rtrl"],
    hidden_size: Annotated[int, Between(1, 24)],
    length: Annotated[int, Between(1, 64)],
) -> Run:
    """Return how many numbers an algorithm holds for the gradient of weight_hh after ``length`` steps of an RNN.

    ``bptt`` keeps every state; ``rtrl`` keeps how each entry of the state depends on each entry of weight_hh.

    >>> stored_numbers("bptt", 4, 6).value, stored_numbers("rtrl", 4, 6).value
    (24, 64)
    """
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        cell = RNNCell(1, hidden_size).to(current())
        x = torch.zeros(length, 1, device=current())
        held = {"bptt": unroll(cell, x[:, None]).output, "rtrl": _sensitivity(cell, x)}
    table = Table(f"After {length} steps", ["algorithm", "numbers"], [(name, t.numel()) for name, t in held.items()])
    return Run(held[algorithm].numel(), lambda: [table])


def _sensitivity(cell: RNNCell, x: Tensor) -> Tensor:
    learner = RTRL(cell)
    for step in x:
        learner.step(step)
    return learner.sensitivity[:, :, 1:-1]  # one column of W_ih stands before W_hh, and the bias after it


@function(
    "rnn.longest_chain",
    Kind.MEASURED,
    example={"layer": "rnn", "length": 20, "num_layers": 2},
    shows=(longest_path, ElmanLayer),
)
def longest_chain(
    layer: Literal["rnn", "conv"],
    length: Annotated[int, Between(1, 200)],
    num_layers: Annotated[int, Between(1, 4)] = 1,
) -> Run:
    """Return how many products with weights must wait for one another, over a sequence of ``length`` steps.

    ``rnn`` is a stack of simple recurrent layers, ``conv`` one of 1-D convolutions of kernel size 3. The chain is the
    longest path through autograd's record of the run, so that products which may run at the same time count once: in
    a stack, layer 2 may take its first step while layer 1 takes its second.

    >>> longest_chain("rnn", 100).value, longest_chain("conv", 100, num_layers=3).value
    (100, 3)
    """
    with torch.device("meta"):
        if layer == "rnn":
            path = longest_path(_Wave(num_layers), torch.empty(length, 1, 4))
        else:
            convolutions = nn.Sequential(*(nn.Conv1d(4, 4, 3, padding=1) for _ in range(num_layers)))
            path = longest_path(convolutions, torch.empty(1, 4, length))
    rows = [(name, path.count(name)) for name in dict.fromkeys(path)]
    return Run(len(path), lambda: [Table("The longest chain", ["matrix", "times"], rows)], device="meta")


class _Wave(nn.Module):
    """A stack of Elman layers that never waits for a whole sequence: each step climbs all layers before the next."""

    def __init__(self, num_layers: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(ElmanLayer(4, 4) for _ in range(num_layers))

    def forward(self, x: Tensor) -> Tensor:
        """Return the last layer's state after the last step."""
        states = [torch.zeros_like(x[0])] * len(self.layers)
        for step in x:
            below = step
            for index, layer in enumerate(self.layers):
                assert isinstance(layer, ElmanLayer)
                states[index] = below = layer.step(below, states[index])
        return states[-1]
