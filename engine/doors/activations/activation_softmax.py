"""``activation.softmax*``: probabilities from logits, and how they move with each logit. In float64."""

from typing import Annotated

import torch
from torch import Tensor, nn

from engine.activations import softmax as written_out
from engine.arguments import Between, Length
from engine.device import for_float64
from engine.errors import Refused
from engine.evidence import Blocks, Heatmap, Run, Table
from engine.registry import Kind, function

Logits = Annotated[tuple[Annotated[float, Between(-1e6, 1e6)], ...], Length(1, 64)]
Position = Annotated[int, Between(0, 63)]
Temperature = Annotated[float, Between(1e-3, 1e3)]
_SHOWS = (written_out.softmax, written_out.softmax_jacobian)


@function("activation.softmax", Kind.MODULE, example={"logits": [1, 2, 3]})
def softmax(logits: Logits, temperature: Temperature = 1.0) -> Run:
    """Return the probabilities that ``nn.Softmax`` makes of logits divided by the temperature.

    >>> softmax((0.0, 0.0)).value
    [0.5, 0.5]
    """
    z = _tensor(logits)
    return Run(_torch_softmax(z, temperature).tolist(), lambda: _evidence(z, temperature), str(z.device))


@function("activation.softmax_entry", Kind.MODULE, example={"logits": [1, 2, 3], "position": 2})
def softmax_entry(logits: Logits, position: Position, temperature: Temperature = 1.0) -> Run:
    """Return the probability of one class, counted from 0.

    >>> round(softmax_entry((1.0, 2.0, 3.0), 2).value, 6)
    0.665241
    """
    z = _tensor(logits)
    _check(z, position)
    return Run(_torch_softmax(z, temperature)[position].item(), lambda: _evidence(z, temperature), str(z.device))


@function(
    "activation.softmax_entry_formula", Kind.CLOSED_FORM, example={"logits": [1, 2, 3], "position": 2}, shows=_SHOWS
)
def softmax_entry_formula(logits: Logits, position: Position, temperature: Temperature = 1.0) -> Run:
    """Return the same by exp(z/T)/Σ exp(z/T), the largest logit taken out first."""
    z = _tensor(logits)
    _check(z, position)
    p = written_out.softmax(z, temperature=temperature)
    return Run(p[position].item(), lambda: _evidence(z, temperature), str(z.device))


@function("activation.softmax_slope", Kind.MEASURED, example={"logits": [1, 2, 3], "position": 2, "logit": 0})
def softmax_slope(logits: Logits, position: Position, logit: Position, temperature: Temperature = 1.0) -> Run:
    """Return ∂p/∂z by autograd, p being the probability at ``position`` and z the logit numbered ``logit``.

    >>> softmax_slope((0.0, 0.0), 0, 1).value
    -0.25
    """
    z = _tensor(logits).requires_grad_()
    _check(z, position, logit)
    (row,) = torch.autograd.grad(_torch_softmax(z, temperature)[position], z)
    return Run(row[logit].item(), lambda: _evidence(z.detach(), temperature), str(z.device))


@function(
    "activation.softmax_slope_formula",
    Kind.CLOSED_FORM,
    example={"logits": [1, 2, 3], "position": 2, "logit": 0},
    shows=_SHOWS,
)
def softmax_slope_formula(logits: Logits, position: Position, logit: Position, temperature: Temperature = 1.0) -> Run:
    """Return the same by p_i(δ_ij - p_j)/T, an entry of diag(p) - p·pᵀ over the temperature."""
    z = _tensor(logits)
    _check(z, position, logit)
    jacobian = written_out.softmax_jacobian(z, temperature)
    return Run(jacobian[position, logit].item(), lambda: _evidence(z, temperature), str(z.device))


def _torch_softmax(z: Tensor, temperature: float) -> Tensor:
    p: Tensor = nn.Softmax(-1)(z / temperature)
    return p


def _tensor(logits: tuple[float, ...]) -> Tensor:
    return torch.tensor(logits, dtype=torch.float64, device=for_float64())


def _check(z: Tensor, *places: int) -> None:
    for place in places:
        if place >= len(z):
            raise Refused(f"there are {len(z)} logits, numbered 0 to {len(z) - 1}, and none is numbered {place}")


def _evidence(z: Tensor, temperature: float) -> Blocks:
    p = written_out.softmax(z, temperature=temperature).tolist()
    jacobian = written_out.softmax_jacobian(z, temperature).tolist()
    rows = list(zip(range(len(p)), z.tolist(), p, strict=True))
    return [
        Table(f"Softmax with temperature {temperature:g}", ["class", "logit", "probability"], rows),
        Heatmap("How each probability (row) moves with each logit (column)", jacobian, "logit", "probability"),
    ]
