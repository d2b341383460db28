"""``lstm.*``: one step of torch's LSTM cell with gates that are given."""

from collections.abc import Sequence
from typing import Annotated

import torch
from torch import Tensor, nn

from engine.arguments import Between, Length
from engine.device import for_float64
from engine.doors.recurrent._forced_gates import force
from engine.errors import Refused
from engine.evidence import Run, Table
from engine.layers.lstm import LSTMCell
from engine.registry import Kind, function

Gate = Annotated[float, Between(0, 1)]
Candidate = Annotated[float, Between(-1, 1)]
CellState = Annotated[float, Between(-1e6, 1e6)]
MOST_STEPS = 1000
Steps = Annotated[int, Between(1, MOST_STEPS)]
_STEP = {"forget_gate": 0.5, "input_gate": 0.25, "candidate": -1, "cell_state": 4}
_SHOWS = (nn.LSTMCell, LSTMCell)


@function("lstm.cell_state", Kind.MODULE, example=_STEP, shows=_SHOWS)
def cell_state(
    forget_gate: Gate, input_gate: Gate, candidate: Candidate, cell_state: CellState, steps: Steps = 1
) -> Run:
    """Return c after ``steps`` steps of a cell with one unit whose gates and candidate have these values.

    ``cell_state`` is c before; biases force the gates of ``torch.nn.LSTMCell``.

    >>> cell_state(forget_gate=0.5, input_gate=0.25, candidate=-1.0, cell_state=4.0).value
    1.75
    """
    gates = {"forget_gate": forget_gate, "input_gate": input_gate, "candidate": candidate}
    return _run([gates] * steps, cell_state, "c")


@function("lstm.hidden_state", Kind.MODULE, example={**_STEP, "output_gate": 0.5}, shows=_SHOWS)
def hidden_state(
    forget_gate: Gate, input_gate: Gate, candidate: Candidate, output_gate: Gate, cell_state: CellState
) -> Run:
    """Return h after one step of a cell with one unit whose gates and candidate have these values.

    >>> round(hidden_state(1.0, 0.0, 0.0, output_gate=0.5, cell_state=1.0).value, 6)  # 0.5·tanh(1)
    0.380797
    """
    gates = {"forget_gate": forget_gate, "input_gate": input_gate, "candidate": candidate, "output_gate": output_gate}
    return _run([gates], cell_state, "h")


@function("lstm.cell_gradient", Kind.MEASURED, example={"forget_gates": [0.5, 0.9]}, shows=_SHOWS)
def cell_gradient(forget_gates: Annotated[Sequence[Gate], Length(1, 64)], repeats: Steps = 1) -> Run:
    """Return ∂c_T/∂c_0 by autograd, on the direct path: the gates do not depend on the state.

    The list of ``forget_gates``, one for each step, is run through ``repeats`` times.

    >>> round(cell_gradient([0.99], repeats=100).value, 6)
    0.366032
    """
    if len(forget_gates) * repeats > MOST_STEPS:
        raise Refused(f"'forget_gates' times 'repeats' makes {len(forget_gates) * repeats} steps, over {MOST_STEPS}")
    start = torch.ones(1, 1, dtype=torch.float64, device=for_float64(), requires_grad=True)
    c = _states([{"forget_gate": gate} for gate in forget_gates] * repeats, start)[-1][1]
    (found,) = torch.autograd.grad(c, start)
    rows = [(step, gate) for step, gate in enumerate(forget_gates, start=1)]
    return Run(float(found), lambda: [Table("Forget gates", ["step", "f"], rows)], str(for_float64()))


def _run(gates: Sequence[dict[str, float]], cell_state: float, part: str) -> Run:
    start = torch.full((1, 1), cell_state, dtype=torch.float64, device=for_float64())
    with torch.no_grad():
        states = _states(gates, start)
    rows = [(step, float(h), float(c)) for step, (h, c) in enumerate(states, start=1)]
    value = rows[-1][1 if part == "h" else 2]
    return Run(value, lambda: [Table("Steps", ["step", "h", "c"], rows)], str(for_float64()))


def _states(gates: Sequence[dict[str, float]], c: Tensor) -> list[tuple[Tensor, Tensor]]:
    """Return (h, c) after each step; steps with the same gates share a cell."""
    cells: dict[tuple[float, ...], nn.LSTMCell] = {}
    states, h = [], torch.zeros_like(c)
    for step in gates:
        key = tuple(step.values())
        if key not in cells:
            cells[key] = _forced(step).to(c.device)
        h, c = cells[key](c.new_zeros(1, 1), (h, c))
        states.append((h, c))
    return states


def _forced(gates: dict[str, float]) -> nn.LSTMCell:
    with torch.random.fork_rng(devices=[]):  # torch draws first weights, which are replaced
        cell = nn.LSTMCell(1, 1).double().requires_grad_(False)
    force(cell, LSTMCell.blocks, gates)
    return cell
