"""``rnn.*``: sizes of recurrent networks, counted on torch's modules; ``kind`` is rnn (simple), lstm or gru."""

from typing import Annotated, NamedTuple

import torch
from torch import Tensor, nn

from engine.analysis.matmul_macs import MatmulMacs
from engine.analysis.params import num_params as count_params
from engine.analysis.sizes import sizes
from engine.arguments import Conventional
from engine.device import current
from engine.doors.recurrent._recurrent import Form, Layers, Samples, Steps, Width, check_work, counted, parts, torchs
from engine.errors import Refused
from engine.evidence import Run, Table
from engine.layers.gru import GRUCell
from engine.layers.lstm import LSTMCell
from engine.layers.recurrent import CellKind, Recurrent
from engine.layers.recurrent_cell import Bias
from engine.layers.rnn import RNNCell
from engine.registry import Kind, function

Biases = Annotated[Bias, Conventional()]
_SHOWS = (nn.RNN, nn.LSTM, nn.GRU, Recurrent, RNNCell, LSTMCell, GRUCell)
_SIZES = {"kind": "lstm", "input_size": 28, "hidden_size": 256}
_MOST_CELL_STEPS = 2048
_SEQUENCE = {"kind": "lstm", "input_size": 3, "hidden_size": 5, "length": 7}


@function("rnn.num_params", Kind.MODULE, example=_SIZES, shows=_SHOWS)
def num_params(
    kind: CellKind,
    input_size: Width,
    hidden_size: Width,
    num_layers: Layers = 1,
    bidirectional: bool = False,
    bias: Biases = "two",
) -> Run:
    """Return the trainable parameters of a recurrent network, without an output layer.

    ``bias`` is a convention: torch keeps "two" for each gate or candidate, most books write "one", some "none". Where
    both directions run, each layer above the first reads 2·hidden_size features.

    >>> num_params("lstm", 28, 256).value, num_params("lstm", 28, 256, bias="one").value
    (292864, 291840)
    """
    network = counted(Form(kind, input_size, hidden_size, num_layers, bidirectional), bias)
    rows = [(name, sizes(p.shape), p.numel()) for name, p in network.named_parameters()]
    table = Table(f"{kind}, {bias} bias(es)", ["parameter", "shape", "numbers"], rows)
    return Run(count_params(network), lambda: [table], device="meta")


@function("rnn.layer_num_params", Kind.MODULE, example={**_SIZES, "num_layers": 2, "layer": 2}, shows=_SHOWS)
def layer_num_params(
    kind: CellKind,
    input_size: Width,
    hidden_size: Width,
    num_layers: Layers,
    layer: Layers,
    bidirectional: bool = False,
    bias: Biases = "two",
) -> Run:
    """Return the parameters of one ``layer``, counted from 1, of a deep network; both directions belong to it.

    >>> layer_num_params("lstm", 3, 5, num_layers=2, layer=2).value
    240
    """
    if layer > num_layers:
        raise Refused(f"'layer' is {layer}, and the network has {num_layers}: layers count from 1")
    network = counted(Form(kind, input_size, hidden_size, num_layers, bidirectional), bias)
    counts = [0] * num_layers
    for name, parameter in network.named_parameters():
        counts[_layer_of(name, 2 if bidirectional else 1)] += parameter.numel()
    table = Table(f"{kind}, {bias} bias(es)", ["layer", "parameters"], list(enumerate(counts, start=1)))
    return Run(counts[layer - 1], lambda: [table], device="meta")


def _layer_of(name: str, directions: int) -> int:
    """Return the layer, from 0, of torch's ``weight_ih_l1_reverse`` or of our ``cells.3.weight_ih``."""
    if name.startswith("cells."):
        return int(name.split(".")[1]) // directions
    return int(name.rpartition("_l")[2].removesuffix("_reverse"))


@function("rnn.output_shape", Kind.MODULE, example=_SEQUENCE, shows=(nn.RNN, nn.LSTM, nn.GRU))
def output_shape(
    kind: CellKind,
    input_size: Width,
    hidden_size: Width,
    length: Steps,
    batch: Samples = 1,
    num_layers: Layers = 1,
    bidirectional: bool = False,
    batch_first: bool = False,
) -> Run:
    """Return the shape of the output, [length, batch, features], or with ``batch_first`` [batch, length, features].

    It holds the last layer's h at every step; both directions are joined.

    >>> output_shape("lstm", 3, 5, length=7, batch=4, num_layers=2, bidirectional=True).value
    [7, 4, 10]
    """
    return _shape(_run(Form(kind, input_size, hidden_size, num_layers, bidirectional), length, batch, batch_first), 0)


@function("rnn.hidden_shape", Kind.MODULE, example=_SEQUENCE, shows=(nn.RNN, nn.LSTM, nn.GRU))
def hidden_shape(
    kind: CellKind,
    input_size: Width,
    hidden_size: Width,
    length: Steps,
    batch: Samples = 1,
    num_layers: Layers = 1,
    bidirectional: bool = False,
    batch_first: bool = False,
) -> Run:
    """Return the shape of h_n, the state after the last step: [layers·directions, batch, hidden_size].

    ``batch_first`` changes input and output, and leaves h_n as it is.

    >>> hidden_shape("lstm", 3, 5, length=7, batch=4, num_layers=2, bidirectional=True, batch_first=True).value
    [4, 4, 5]
    """
    return _shape(_run(Form(kind, input_size, hidden_size, num_layers, bidirectional), length, batch, batch_first), 1)


@function("rnn.state_size", Kind.MODULE, example=_SIZES, shows=(nn.RNN, nn.LSTM, nn.GRU))
def state_size(
    kind: CellKind, input_size: Width, hidden_size: Width, num_layers: Layers = 1, bidirectional: bool = False
) -> Run:
    """Return how many numbers pass from one step to the next for one sequence: h, and in an LSTM also c.

    >>> state_size("lstm", 3, 5).value, state_size("gru", 3, 5).value
    (10, 5)
    """
    ran = _run(Form(kind, input_size, hidden_size, num_layers, bidirectional), length=1, batch=1, batch_first=False)
    return Run(sum(part.numel() for part in ran.state), lambda: [ran.table()])


@function("rnn.macs", Kind.MEASURED, example=_SEQUENCE, shows=(Recurrent, RNNCell, LSTMCell, GRUCell, MatmulMacs))
def macs(
    kind: CellKind,
    input_size: Width,
    hidden_size: Width,
    length: Steps,
    num_layers: Layers = 1,
    bidirectional: bool = False,
) -> Run:
    """Return the multiply-adds (MACs) of one sequence's way through the network.

    Products with matrices count; biases, gates multiplied entry by entry, sigmoid and tanh count 0.

    >>> macs("lstm", 3, 5, length=7).value  # 7 steps of 4·(3·5 + 5·5)
    1120
    """
    form = Form(kind, input_size, hidden_size, num_layers, bidirectional)
    check_work(form, length, batch=1)
    if length * num_layers * form.directions > _MOST_CELL_STEPS:
        raise Refused(f"'length' times layers and directions must be at most {_MOST_CELL_STEPS} here; use fewer steps")
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        network = Recurrent(*form).to(current())
        with MatmulMacs() as watched:
            network(torch.zeros(length, 1, input_size, device=current()))
    rows = [(name, sizes(p.shape), p.numel() * length) for name, p in network.named_parameters() if p.dim() == 2]
    return Run(watched.linear, lambda: [Table(f"{length} steps", ["matrix", "shape", "MACs"], rows)])


class _Ran(NamedTuple):
    output: Tensor
    state: tuple[Tensor, ...]

    def table(self) -> Table:
        """Return the shapes."""
        names = ["output", *("h_n", "c_n")[: len(self.state)]]
        rows = [(name, sizes(t.shape), t.numel()) for name, t in zip(names, [self.output, *self.state], strict=True)]
        return Table("What comes out", ["tensor", "shape", "numbers"], rows)


@torch.no_grad()
def _run(form: Form, length: int, batch: int, batch_first: bool) -> _Ran:
    check_work(form, length, batch)
    with torch.random.fork_rng(devices=[]):
        network = torchs(form).to(current())
    network.batch_first = batch_first
    leading = (batch, length) if batch_first else (length, batch)
    output, state = network(torch.zeros(*leading, form.input_size, device=current()))
    return _Ran(output, parts(state))


def _shape(ran: _Ran, index: int) -> Run:
    return Run(list((ran.output, *ran.state)[index].shape), lambda: [ran.table()])
