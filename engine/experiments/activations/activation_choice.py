"""Which activation goes where: what a place in a network demands, and which units meet it, found by running them."""

from collections.abc import Callable, Mapping
from typing import Final, Literal

import torch
from torch import Tensor

from engine.activations.named import Name, find
from engine.activations.softmax import softmax
from engine.evidence import Run, Table
from engine.experiments._settle import Holds, Thresholds, randn, settle
from engine.registry import Kind, function

Unit = Name | Literal["softmax"]
Place = Literal[
    "one_probability", "class_probabilities", "gate", "recurrent_state", "any_real_target", "positive_target"
]
_CLASSES = 5
_NEAR = 0.05


@function(
    "activation.fits_output", Kind.MEASURED, example={"unit": "sigmoid", "place": "one_probability"}, shows=(find,)
)
def fits_output(unit: Unit, place: Place) -> Run:
    """Say whether outputs of these units, for logits of all sizes, are what the place demands.

    one_probability and gate: between 0 and 1, near both ends and halfway too; class_probabilities: also summing to 1
    over the units; recurrent_state: bounded by 1, of both signs, with slope 1 at 0; any_real_target: of both signs and
    of any size; positive_target: never negative, and of any size.
    """
    chosen: dict[str, Unit | Place] = {"unit": unit, "place": place}
    controls: list[dict[str, Unit | Place]] = [{"unit": each, "place": place} for each in ("relu", "sigmoid")]
    compared = "How far the outputs are from what the place demands"
    settled = settle(compared, Holds.IF_EQUAL, _unmet, chosen, controls, Thresholds(none=1e-9, some=1e-3))
    return Run(settled.value, lambda: [*settled.evidence(), _all_places(unit)])


def _unmet(generator: torch.Generator, unit: Unit, place: Place) -> Tensor:
    logits = randn(generator, 400, _CLASSES)
    logits = logits * torch.logspace(-2, 6, 400, dtype=torch.float64, device=logits.device)[:, None]
    logits = torch.cat([logits, -logits])
    outputs = softmax(logits) if unit == "softmax" else find(unit).value(logits)
    return torch.stack([outputs.new_tensor(demand) for demand in _DEMANDS[place](outputs, unit)]).max()


def _in_unit_interval(outputs: Tensor) -> list[float]:
    low, high = float(outputs.min()), float(outputs.max())
    between = bool(((outputs > 0.1) & (outputs < 0.9)).any())
    return [max(0.0, -low), max(0.0, high - 1), max(0.0, low - _NEAR), max(0.0, 1 - _NEAR - high), float(not between)]


def _one_probability(outputs: Tensor, unit: Unit) -> list[float]:
    # a unit by itself: softmax over one logit is 1 whatever the logit
    return _in_unit_interval(torch.ones_like(outputs) if unit == "softmax" else outputs)


def _class_probabilities(outputs: Tensor, unit: Unit) -> list[float]:
    return [*_in_unit_interval(outputs), float((outputs.sum(-1) - 1).abs().max())]


def _recurrent_state(outputs: Tensor, unit: Unit) -> list[float]:
    zero = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    y = zero if unit == "softmax" else find(unit).value(zero)
    slope = float(torch.autograd.grad(y.sum(), zero)[0]) if y.requires_grad else 0.0
    return [
        max(0.0, float(outputs.abs().max()) - 1),
        max(0.0, float(outputs.min()) + 1 - _NEAR),
        max(0.0, 1 - _NEAR - float(outputs.max())),
        abs(slope - 1),
    ]


def _any_real_target(outputs: Tensor, unit: Unit) -> list[float]:
    return [max(0.0, 100 + float(outputs.min())), max(0.0, 100 - float(outputs.max()))]


def _positive_target(outputs: Tensor, unit: Unit) -> list[float]:
    return [max(0.0, -float(outputs.min())), max(0.0, 100 - float(outputs.max()))]


_DEMANDS: Final[Mapping[Place, Callable[[Tensor, Unit], list[float]]]] = {
    "one_probability": _one_probability,
    "gate": _one_probability,
    "class_probabilities": _class_probabilities,
    "recurrent_state": _recurrent_state,
    "any_real_target": _any_real_target,
    "positive_target": _positive_target,
}


def _all_places(unit: Unit) -> Table:
    generator = torch.Generator()
    rows = [(place, float(_unmet(generator.manual_seed(0), unit, place)) < 1e-9) for place in _DEMANDS]
    return Table(f"Where {unit} fits", ["place", "fits"], rows)
