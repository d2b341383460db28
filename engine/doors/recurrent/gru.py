"""``gru.*``: one step of a GRU cell with one unit, in each of its forms."""

from typing import Annotated

import torch
from torch import Tensor, nn

from engine.arguments import Between, Conventional
from engine.device import for_float64
from engine.doors.recurrent._forced_gates import force
from engine.evidence import Run, Table
from engine.layers.gru import GRUCell, Reset, Update
from engine.registry import Kind, function

Gate = Annotated[float, Between(0, 1)]
Candidate = Annotated[float, Between(-1, 1)]
Number = Annotated[float, Between(-1e6, 1e6)]
UpdateForm = Annotated[Update, Conventional()]
ResetForm = Annotated[Reset, Conventional()]


@function(
    "gru.state",
    Kind.MODULE,
    example={"update_gate": 0.75, "candidate": -1, "hidden_state": 1},
    shows=(nn.GRUCell, GRUCell),
)
def state(update_gate: Gate, candidate: Candidate, hidden_state: Number, update: UpdateForm = "keeps_old") -> Run:
    """Return h after one step of a cell whose update gate and candidate have these values.

    ``update`` is a convention: an update gate of 1 "keeps_old" in torch (h = z·h + (1 - z)·n); in other texts it
    "takes_new" (h = (1 - z)·h + z·n).

    >>> state(0.75, -1.0, 1.0).value, state(0.75, -1.0, 1.0, update="takes_new").value
    (0.5, -0.5)
    """
    cell = _cell(update, "after")
    force(cell, GRUCell.blocks, {"update_gate": update_gate, "candidate": candidate})
    h = _step(cell, hidden_state)
    table = Table(f"z {update}", ["z", "n", "h before", "h after"], [(update_gate, candidate, hidden_state, h)])
    return Run(h, lambda: [table], str(for_float64()))


@function(
    "gru.candidate",
    Kind.MODULE,
    example={"reset_gate": 0.5, "weight_hh": 2, "bias_hh": 1, "hidden_state": 0.25},
    shows=(nn.GRUCell, GRUCell),
)
def candidate(
    reset_gate: Gate, weight_hh: Number, hidden_state: Number, bias_hh: Number = 0.0, reset: ResetForm = "after"
) -> Run:
    """Return the candidate of a cell with this reset gate, weight and recurrent bias, for an input of 0.

    ``reset`` is a convention: r acts "after" the product in torch, n = tanh(r·(weight_hh·h + bias_hh)), and "before"
    it in other texts, n = tanh(weight_hh·(r·h) + bias_hh).

    >>> round(candidate(0.5, weight_hh=2.0, hidden_state=0.25, bias_hh=1.0).value, 6)  # tanh(0.75)
    0.635149
    """
    cell = _cell("keeps_old", reset)
    force(cell, GRUCell.blocks, {"reset_gate": reset_gate, "update_gate": 0.0})  # z = 0: the candidate is the state
    assert isinstance(cell.bias_hh, Tensor)
    cell.weight_hh[-1], cell.bias_hh[-1] = weight_hh, bias_hh
    n = _step(cell, hidden_state)
    table = Table(f"r {reset} the product", ["r", "h before", "n"], [(reset_gate, hidden_state, n)])
    return Run(n, lambda: [table], str(for_float64()))


def _cell(update: Update, reset: Reset) -> nn.GRUCell | GRUCell:
    """Return torch's cell where it has this form, else ours."""
    torchs = (update, reset) == ("keeps_old", "after")
    with torch.random.fork_rng(devices=[]):  # first weights are drawn, and replaced
        cell = nn.GRUCell(1, 1) if torchs else GRUCell(1, 1, "two", update, reset)
    return cell.double().requires_grad_(False)


def _step(cell: nn.GRUCell | GRUCell, hidden_state: float) -> float:
    h = torch.full((1, 1), hidden_state, dtype=torch.float64, device=for_float64())
    x, cell = torch.zeros_like(h), cell.to(h.device)
    return float(cell(x, h) if isinstance(cell, nn.GRUCell) else cell(x, (h,))[0])
