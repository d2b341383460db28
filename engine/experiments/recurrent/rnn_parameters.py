"""How the sizes of recurrent networks compare: exact ratios, whatever the widths."""

from typing import Annotated, Literal

import torch

from engine.analysis.params import num_params
from engine.arguments import Between
from engine.evidence import Run, Table
from engine.layers.recurrent import CellKind, Recurrent
from engine.layers.recurrent_cell import Bias
from engine.registry import Kind, function

_WIDTHS = ((3, 5), (28, 256), (100, 100), (1, 64))
_KINDS: tuple[CellKind, ...] = ("rnn", "gru", "lstm")


@function("rnn.params_are", Kind.MEASURED, example={"kind": "gru", "times": 0.75, "of": "lstm"}, shows=(Recurrent,))
def params_are(
    kind: CellKind, times: Annotated[float, Between(0.01, 10)], of: CellKind = "rnn", bias: Bias = "two"
) -> Run:
    """Say whether one kind of layer has exactly ``times`` the parameters of another, for every width."""
    counts = {name: [_count(name, *widths, bias=bias) for widths in _WIDTHS] for name in _KINDS}
    rows: list[list[str | int]] = [
        [f"{inputs}→{hidden}", *(counts[name][row] for name in _KINDS)] for row, (inputs, hidden) in enumerate(_WIDTHS)
    ]
    holds = all(one == times * other for one, other in zip(counts[kind], counts[of], strict=True))
    return Run(holds, lambda: [Table(f"Parameters, bias: {bias}", ["widths", *_KINDS], rows)], device="meta")


@function("rnn.both_directions_double_params", Kind.MEASURED, example={"num_layers": 1}, shows=(Recurrent,))
def both_directions_double_params(num_layers: Annotated[int, Between(1, 4)] = 1, kind: CellKind = "lstm") -> Run:
    """Say whether running in both directions exactly doubles a network's parameters, for every width.

    From the second layer on the inputs are twice as wide, too.
    """
    rows = []
    for layers in dict.fromkeys([num_layers, 1, 2]):
        one, two = (_count(kind, 3, 5, layers, both) for both in (False, True))
        rows.append((layers, one, two, two == 2 * one))
    columns = ["layers", "one direction", "both directions", "claim holds"]
    return Run(rows[0][-1], lambda: [Table(f"Parameters of {kind} 3→5", columns, rows)], device="meta")


@function("rnn.params_grow_with", Kind.MEASURED, example={"what": "hidden_size"}, shows=(Recurrent,))
def params_grow_with(what: Literal["hidden_size", "input_size", "length", "batch"] = "hidden_size") -> Run:
    """Say whether a network that serves more of this has more parameters: wider states or inputs, more steps, samples.

    Each network is run on a sequence of the sizes.
    """
    base = {"input_size": 3, "hidden_size": 5, "length": 4, "batch": 2}
    rows = [("-", _count_of_network_that_runs(**base))]
    rows += [(name, _count_of_network_that_runs(**(base | {name: 2 * base[name]}))) for name in base]
    holds = dict(rows)[what] > rows[0][1]
    return Run(holds, lambda: [Table("Parameters of an RNN", ["doubled", "parameters"], rows)], device="meta")


def _count_of_network_that_runs(input_size: int, hidden_size: int, length: int, batch: int) -> int:
    with torch.device("meta"), torch.no_grad():
        network = Recurrent("rnn", input_size, hidden_size)
        network(torch.empty(length, batch, input_size))
    return num_params(network)


def _count(
    kind: CellKind,
    input_size: int,
    hidden_size: int,
    num_layers: int = 1,
    bidirectional: bool = False,
    bias: Bias = "two",
) -> int:
    with torch.device("meta"):
        return num_params(Recurrent(kind, input_size, hidden_size, num_layers, bidirectional, bias))
