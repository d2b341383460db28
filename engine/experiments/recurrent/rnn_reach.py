"""What an output of a recurrent network depends on: which steps, which order, which matrix."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.arguments import Between
from engine.evidence import Run
from engine.experiments._settle import Holds, randn, settle
from engine.experiments.recurrent._recurrent import INPUTS, fill, random_network, sequence
from engine.layers.recurrent import CellKind, Recurrent
from engine.layers.rnn import RNNCell
from engine.models.elman import ElmanNetwork
from engine.registry import Kind, function

Side = Literal["earlier", "same", "later"]
Layers = Annotated[int, Between(1, 4)]
_LENGTH, _AT = 6, 2


@function("rnn.output_depends_on", Kind.MEASURED, example={"inputs": "earlier"}, shows=(Recurrent,))
def output_depends_on(inputs: Side, bidirectional: bool = False, kind: CellKind = "rnn", num_layers: Layers = 1) -> Run:
    """Say whether a recurrent network's output at one step depends on earlier inputs, the same step's, or later ones.

    It is the gradient of the third of six outputs.
    """
    chosen: dict[str, Any] = {
        "inputs": inputs,
        "bidirectional": bidirectional,
        "kind": kind,
        "num_layers": num_layers,
    }
    controls = [chosen | {"inputs": side, "bidirectional": both} for both in (False, True) for side in _SIDES]
    return settle("Gradient of output 3 of 6 at the inputs", Holds.IF_DIFFERENT, _gradient_at, chosen, controls)


_SIDES: Mapping[Side, slice] = {"earlier": slice(0, _AT), "same": slice(_AT, _AT + 1), "later": slice(_AT + 1, None)}


def _gradient_at(
    generator: torch.Generator, inputs: Side, bidirectional: bool, kind: CellKind, num_layers: int
) -> Tensor:
    network, x = random_network(generator, kind, num_layers, bidirectional), sequence(generator, _LENGTH)
    output = network(x.requires_grad_()).output[_AT]
    (gradient,) = torch.autograd.grad(output, x, randn(generator, *output.shape))
    return gradient[_SIDES[inputs]].flatten(1)


@function("rnn.reads_neighbours", Kind.MEASURED, example={"layer": "conv3"}, shows=(Recurrent,))
def reads_neighbours(layer: Literal["linear", "conv1", "conv3", "rnn"] = "conv3") -> Run:
    """Say whether a layer's output at one step depends on any other step's input.

    ``linear`` is a linear layer at each step, ``conv1`` and ``conv3`` are 1-D convolutions of these kernel sizes.
    """
    names = ("conv3", "rnn", "linear", "conv1")
    return settle(
        "Gradient of output 3 of 6 at the other steps' inputs",
        Holds.IF_DIFFERENT,
        _neighbour_gradient,
        {"layer": layer},
        [{"layer": name} for name in names],
    )


def _neighbour_gradient(generator: torch.Generator, layer: str) -> Tensor:
    x = sequence(generator, _LENGTH).requires_grad_()
    if layer == "rnn":
        output = random_network(generator)(x).output
    else:
        size = 3 if layer == "conv3" else 1
        kernel = randn(generator, INPUTS, INPUTS, size)
        convolved = F.conv1d(x.permute(1, 2, 0), kernel, padding=size // 2).permute(2, 0, 1)
        output = F.linear(x, kernel[..., 0]) if layer == "linear" else convolved
    (gradient,) = torch.autograd.grad(output[_AT].sum(), x)
    gradient[_AT] = 0
    return gradient[:, 0]


@function("rnn.ignores_order", Kind.MEASURED, example={"layer": "mean_pool"}, shows=(Recurrent,))
def ignores_order(layer: Literal["mean_pool", "max_pool", "mlp", "rnn"] = "mean_pool") -> Run:
    """Say whether a sequence's summary stays the same when its steps are shuffled.

    ``mean_pool`` and ``max_pool`` are taken of a linear layer at each step, ``mlp`` reads all steps joined to one long
    vector, ``rnn`` is a simple recurrent network's last state.
    """
    return settle(
        "Summary of the shuffled sequence less that of the sequence",
        Holds.IF_EQUAL,
        _effect_of_order,
        {"layer": layer},
        [{"layer": name} for name in ("mean_pool", "rnn", "mlp", "max_pool")],
    )


def _effect_of_order(generator: torch.Generator, layer: str) -> Tensor:
    x, network = sequence(generator, _LENGTH), random_network(generator)
    each, joined = randn(generator, 4, INPUTS), randn(generator, 4, _LENGTH * INPUTS)
    summaries: dict[str, Callable[[Tensor], Tensor]] = {
        "mean_pool": lambda x: F.linear(x, each).mean(0),
        "max_pool": lambda x: F.linear(x, each).amax(0),
        "mlp": lambda x: F.linear(x.transpose(0, 1).flatten(1), joined).tanh(),
        "rnn": lambda x: network(x).output[-1],
    }
    return summaries[layer](x.roll(1, dims=0)) - summaries[layer](x)


@function("rnn.remembers_without", Kind.MEASURED, example={"matrix": "V"}, shows=(ElmanNetwork,))
def remembers_without(matrix: Literal["U", "W", "V"], of: Literal["state", "output"] = "state") -> Run:
    """Say whether a state, or output, still depends on earlier inputs once a matrix of the network is 0.

    s_t = tanh(U·x_t + W·s_{t-1}) is the state, o_t = softmax(V·s_t) the output.
    """
    return settle(
        "Gradient of the last state or output at earlier inputs",
        Holds.IF_DIFFERENT,
        _memory_without,
        {"matrix": matrix, "of": of},
        [{"matrix": letter, "of": what} for what in ("state", "output") for letter in ("V", "W", "U")],
    )


def _memory_without(generator: torch.Generator, matrix: str, of: str) -> Tensor:
    with torch.random.fork_rng(devices=[]):  # first weights are drawn globally, and replaced below
        network = ElmanNetwork(INPUTS, 6, 4)
    fill(network, generator)
    {"U": network.hidden.U, "W": network.hidden.W, "V": network.V}[matrix].weight.data.zero_()
    x = sequence(generator, _LENGTH).requires_grad_()
    last = (network.hidden(x) if of == "state" else network(x))[-1]
    (gradient,) = torch.autograd.grad(last, x, randn(generator, *last.shape))
    return gradient[:-1, 0]


@function("rnn.unrolled_equals_torch", Kind.MEASURED, example={"weights": "shared"}, shows=(RNNCell,))
def unrolled_equals_torch(weights: Literal["shared", "own_for_each_step"] = "shared") -> Run:
    """Say whether a loop over steps gives what ``torch.nn.RNN`` gives, with one set of weights or one for each step."""
    return settle(
        "Outputs of the loop less those of torch.nn.RNN",
        Holds.IF_EQUAL,
        _loop_error,
        {"weights": weights},
        [{"weights": "shared"}, {"weights": "own_for_each_step"}],
    )


def _loop_error(generator: torch.Generator, weights: str) -> Tensor:
    with torch.random.fork_rng(devices=[]):  # first weights are drawn globally, and replaced below
        twin = torch.nn.RNN(INPUTS, 6).double()
        cells = [RNNCell(INPUTS, 6).double() for _ in range(_LENGTH)]
    for module in (twin, *cells):
        fill(module, generator)
    if weights == "shared":
        cells = cells[:1] * _LENGTH
    cells[0].load_state_dict({name.removesuffix("_l0"): value for name, value in twin.state_dict().items()})
    x = sequence(generator, _LENGTH)
    state, outputs = cells[0].to(x).initial_state(1), []
    for cell, step in zip(cells, x, strict=True):
        state = cell(step, state)
        outputs.append(state[0])
    difference: Tensor = torch.stack(outputs) - twin.to(x)(x)[0]
    return difference[:, 0]
