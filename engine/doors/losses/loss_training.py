"""``loss.*``: losses as training uses them: masked sequences, penalised weights, the delta of an output unit."""

from typing import Annotated, Literal

import torch
from torch import Tensor, nn

from engine.activations.named import Name as Activation
from engine.activations.named import find
from engine.arguments import Between, Elements, Length
from engine.device import for_float64
from engine.doors.activations._torch_activations import build
from engine.doors.losses._losses import Number, Numbers, one
from engine.errors import Refused
from engine.evidence import Blocks, Curve, Heatmap, Run, Series, Table
from engine.losses import masked_sequence as masking
from engine.losses.masked_sequence import Denominator
from engine.losses.output_delta import cross_entropy_delta, squared_error_delta
from engine.losses.structural_risk import Penalty
from engine.losses.structural_risk import structural_risk as written_out_risk
from engine.registry import Kind, function

Probabilities = Annotated[Tensor, Elements(1024, 2), Between(1e-12, 1)]
"""What a model gives the true token: a row for each sequence, padding included."""
ValidLens = Annotated[tuple[Annotated[int, Between(0, 1024)], ...], Length(1, 1024)]
Lambda = Annotated[float, Between(0, 1e6)]
OutputLoss = Literal["half_squared_error", "bce"]
_PADDING = -100
_SEQUENCES = {"probabilities": [[0.5, 0.25, 0.9]], "valid_lens": [2]}
_RISK = {"prediction": [1, 4], "target": [0, 1], "weights": [3, -4], "lam": 0.1}


@function("loss.masked_sequence", Kind.MODULE, example=_SEQUENCES)
def masked_sequence(probabilities: Probabilities, valid_lens: ValidLens, denominator: Denominator = "valid") -> Run:
    """Return the mean cross-entropy, in nats, of padded sequences, as ``nn.CrossEntropyLoss(ignore_index)`` gives it.

    ``denominator: valid`` divides by the tokens that are no padding, ``all`` by every position, as Dive into Deep
    Learning does.

    >>> p = torch.tensor([[0.5, 0.5, 0.5, 0.5]], dtype=torch.float64)
    >>> round(masked_sequence(p, (2,)).value, 6), round(masked_sequence(p, (2,), "all").value, 6)
    (0.693147, 0.346574)
    """
    p, lens = _sequences(probabilities, valid_lens)
    logits = torch.stack([p.log(), torch.log1p(-p)], -1).flatten(0, 1)
    targets = torch.where(masking.is_valid(lens, p.shape[1]), 0, _PADDING).flatten()
    total: Tensor = nn.CrossEntropyLoss(ignore_index=_PADDING, reduction="sum")(logits, targets)
    value = total / (lens.sum() if denominator == "valid" else p.numel())
    return one(value, lambda: _tokens(p, lens))


@function("loss.masked_sequence_formula", Kind.CLOSED_FORM, example=_SEQUENCES, shows=(masking.masked_mean,))
def masked_sequence_formula(
    probabilities: Probabilities, valid_lens: ValidLens, denominator: Denominator = "valid"
) -> Run:
    """Return the same as Σ -log p over the valid tokens, over their number or that of all positions."""
    p, lens = _sequences(probabilities, valid_lens)
    return one(masking.masked_mean(-p.log(), lens, denominator), lambda: _tokens(p, lens))


@function("loss.structural_risk", Kind.MODULE, example=_RISK)
def structural_risk(
    prediction: Numbers, target: Numbers, weights: Numbers, lam: Lambda, penalty: Penalty = "l2"
) -> Run:
    """Return ``nn.MSELoss`` plus lam times the penalty on the weights: Σ w² (l2), half of it, or Σ abs(w) (l1).

    >>> structural_risk((1.0, 4.0), (0.0, 1.0), (3.0, -4.0), 0.1).value
    7.5
    """
    p, y, w = _risk(prediction, target, weights)
    norm = torch.linalg.vector_norm(w, 1 if penalty == "l1" else 2)
    size = norm if penalty == "l1" else norm**2 * (0.5 if penalty == "half_l2" else 1)
    return one(nn.MSELoss()(p, y) + lam * size, lambda: _parts(p, y, w, lam, penalty))


@function("loss.structural_risk_formula", Kind.CLOSED_FORM, example=_RISK, shows=(written_out_risk,))
def structural_risk_formula(
    prediction: Numbers, target: Numbers, weights: Numbers, lam: Lambda, penalty: Penalty = "l2"
) -> Run:
    """Return the same as mean (ŷ - y)² + λ·penalty, summed by hand."""
    p, y, w = _risk(prediction, target, weights)
    risk = written_out_risk((p - y).square().mean(), w, lam, penalty)
    return one(risk, lambda: _parts(p, y, w, lam, penalty))


@function("loss.output_delta", Kind.MEASURED, example={"loss": "bce", "z": -8, "y": 1})
def output_delta(loss: OutputLoss, z: Number, y: Number, activation: Activation = "sigmoid") -> Run:
    """Return ∂loss/∂z of an output unit by autograd: ½(a - y)² after any activation, or bce after a sigmoid.

    >>> output_delta("half_squared_error", 0.0, 1.0).value, output_delta("bce", 0.0, 1.0).value
    (-0.125, -0.5)
    """
    _check_output(loss, y, activation)
    at, true = _number(z).requires_grad_(), _number(y)
    value = (
        nn.BCEWithLogitsLoss()(at, true)
        if loss == "bce"
        else nn.MSELoss(reduction="sum")(build(activation)(at), true) / 2
    )
    (found,) = torch.autograd.grad(value, at) if value.requires_grad else (torch.zeros_like(at),)
    return one(found, lambda: _deltas(y, activation))


@function(
    "loss.output_delta_formula",
    Kind.CLOSED_FORM,
    example={"loss": "bce", "z": -8, "y": 1},
    shows=(squared_error_delta, cross_entropy_delta),
)
def output_delta_formula(loss: OutputLoss, z: Number, y: Number, activation: Activation = "sigmoid") -> Run:
    """Return the same by the delta rule: (a - y)·f'(z), or a - y for bce after a sigmoid."""
    _check_output(loss, y, activation)
    at, true = _number(z), _number(y)
    found = cross_entropy_delta(at, true) if loss == "bce" else squared_error_delta(at, true, find(activation))
    return one(found, lambda: _deltas(y, activation))


def _sequences(probabilities: Tensor, valid_lens: tuple[int, ...]) -> tuple[Tensor, Tensor]:
    sequences, length = probabilities.shape
    if len(valid_lens) != sequences:
        raise Refused(f"'valid_lens' needs one length for each of the {sequences} sequences, not {len(valid_lens)}")
    if max(valid_lens) > length or not sum(valid_lens):
        raise Refused(f"valid lengths are at most {length}, as long as the rows, and not all of them 0")
    place = for_float64()
    return probabilities.to(place), torch.tensor(valid_lens, device=place)


def _risk(prediction: Numbers, target: Numbers, weights: Numbers) -> tuple[Tensor, Tensor, Tensor]:
    if len(prediction) != len(target):
        raise Refused(f"'target' needs one number for each of the {len(prediction)} predictions, not {len(target)}")
    p, y, w = (
        torch.tensor(numbers, dtype=torch.float64, device=for_float64()) for numbers in (prediction, target, weights)
    )
    return p, y, w


def _number(x: float) -> Tensor:
    return torch.tensor(x, dtype=torch.float64, device=for_float64())


def _check_output(loss: OutputLoss, y: float, activation: Activation) -> None:
    if loss == "bce" and activation != "sigmoid":
        raise Refused("bce needs a probability, so its activation is the sigmoid; ask for half_squared_error instead")
    if loss == "bce" and not 0 <= y <= 1:
        raise Refused(f"bce needs a target from 0 to 1, not {y:g}")


def _tokens(p: Tensor, lens: Tensor) -> Blocks:
    kept = torch.where(masking.is_valid(lens, p.shape[1]), -p.log(), torch.zeros_like(p))
    rows = [(over, masking.masked_mean(-p.log(), lens, over).item()) for over in ("valid", "all")]
    return [
        Heatmap("Loss of each token, 0 for padding", kept[:32, :64].tolist(), "position", "sequence"),
        Table("Their sum", ["over the number of", "loss in nats"], rows),
    ]


def _parts(p: Tensor, y: Tensor, w: Tensor, lam: float, penalty: Penalty) -> Blocks:
    data = (p - y).square().mean()
    lams = [lam * step / 8 for step in range(17)] if lam else [step / 8 for step in range(17)]
    risks = [written_out_risk(data, w, each, penalty).item() for each in lams]
    rows = [("data loss", data.item()), ("λ·penalty", written_out_risk(0 * data, w, lam, penalty).item())]
    return [
        Table("Parts of the risk", ["part", "value"], rows),
        Curve("By λ", [Series("risk", lams, risks)], "λ", "risk"),
    ]


def _deltas(y: float, activation: Activation) -> Blocks:
    line, true = torch.linspace(-8, 8, 129, dtype=torch.float64), _number(y).cpu()
    series = [Series("half squared error", line.tolist(), squared_error_delta(line, true, find(activation)).tolist())]
    if activation == "sigmoid" and 0 <= y <= 1:
        series.append(Series("bce", line.tolist(), cross_entropy_delta(line, true).tolist()))
    return [Curve(f"∂loss/∂z for the target {y:g} after {activation}", series, "z", "delta")]
