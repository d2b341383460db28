"""``dropout.*``: what dropout gives, exactly: every mask is run, with its probability, in float64."""

from collections.abc import Sequence
from typing import Annotated, Literal

import torch
from torch import Tensor, nn

from engine.arguments import Between, Elements, Length
from engine.device import for_float64
from engine.doors.regularization._arguments import Number, Probability
from engine.errors import Refused
from engine.evidence import Block, Curve, Heatmap, Run, Series, Table, Text
from engine.layers.dropout import Dropout, drop
from engine.layers.dropout_classic import ClassicDropout
from engine.layers.dropout_masks import MOST_UNITS, all_masks, mask_probabilities
from engine.registry import Kind, function

Convention = Literal["inverted", "classic"]
"""Whether kept values are divided by 1 - p in training, or all are multiplied by it in evaluation."""
Values = Annotated[Tensor, Elements(12, 1), Between(-1e6, 1e6)]
_COPIES = 4096


@function("dropout.kept_value", Kind.MODULE, example={"value": 1, "p": 0.2}, shows=(Dropout, ClassicDropout))
def kept_value(value: Number, p: Annotated[float, Between(0, 0.99)], convention: Convention = "inverted") -> Run:
    """Return what a value becomes in training if it is not dropped, p being the probability of dropping.

    Inverted dropout (torch) gives value/(1 - p), the classic form the value itself.
    """
    layer = _layer(p, convention)
    if value == 0:
        raise Refused("a value of 0 stays 0, kept or dropped: give another one")
    outputs = layer(torch.full((_COPIES,), value, dtype=torch.float64, device=for_float64()))
    kept = outputs[outputs != 0]
    rows = [("dropped", 0.0, 1 - len(kept) / _COPIES), ("kept", float(kept[0]), len(kept) / _COPIES)]
    return Run(float(kept[0]), lambda: [Table(f"{layer} on {_COPIES} copies", ["", "output", "share"], rows)])


@function("dropout.evaluated", Kind.MODULE, example={"value": 1, "p": 0.2}, shows=(Dropout, ClassicDropout))
def evaluated(value: Number, p: Probability, convention: Convention = "inverted") -> Run:
    """Return what a value becomes in evaluation: itself with inverted dropout, times 1 - p in the classic form."""
    layer = _layer(p, convention).eval()
    output = float(layer(torch.tensor(value, dtype=torch.float64, device=for_float64())))
    return Run(output, lambda: [Text(f"{layer}, in evaluation mode, makes {output:g} of {value:g}.")])


@function("dropout.output_mean", Kind.MEASURED, example={"values": [2, 4], "p": 0.5}, shows=(drop, all_masks))
def output_mean(
    values: Values, p: Probability, weights: Values | None = None, convention: Convention = "inverted"
) -> Run:
    """Return the mean in training of Σ weight·dropout(value) over all masks; the weights are 1 unless given.

    Inverted dropout keeps the sum without dropout; the classic form gives 1 - p of it, which evaluation then makes.
    """
    outputs, chances, evidence = _all_outputs(values, p, weights, convention)
    return Run(float(chances @ outputs), lambda: evidence)


@function("dropout.output_variance", Kind.MEASURED, example={"values": [2], "p": 0.5}, shows=(drop, all_masks))
def output_variance(
    values: Values, p: Probability, weights: Values | None = None, convention: Convention = "inverted"
) -> Run:
    """Return the variance in training of Σ weight·dropout(value) over all masks, as of one value h: p/(1 - p)·h²."""
    outputs, chances, evidence = _all_outputs(values, p, weights, convention)
    return Run(float(chances @ (outputs - chances @ outputs).square()), lambda: evidence)


@function("dropout.num_subnetworks", Kind.MEASURED, example={"units": [3, 2]}, shows=(all_masks,))
def num_subnetworks(units: Annotated[Sequence[Annotated[int, Between(1, 16)]], Length(1, 8)]) -> Run:
    """Return how many sub-networks dropout on layers of these ``units`` can draw: its different masks, listed.

    Masks that cut the network in two count, too, such as the one that drops everything. All share one set of weights.
    """
    total = sum(units)
    if total > MOST_UNITS:
        raise Refused(f"at most {MOST_UNITS} units in all are listed, and {list(units)} has {total}")
    masks = all_masks(total)
    value = len({tuple(mask) for mask in masks.tolist()})
    title = f"Masks of {total} units, 1 is kept" + (", the first 64" if value > 64 else "")
    return Run(value, lambda: [Heatmap(title, masks[:64].double().tolist(), "unit", "mask")], "cpu")


@function("dropout.active_units", Kind.MEASURED, example={"units": 100, "p": 0.2, "of": "std"})
def active_units(units: Annotated[int, Between(1, 4096)], p: Probability, of: Literal["mean", "std"] = "mean") -> Run:
    """Return the mean, or the standard deviation, of how many of a layer's units are kept: it is not always (1 - p)·n.

    The distribution is built up unit by unit.
    """
    chances = torch.zeros(units + 1, dtype=torch.float64)
    chances[0] = 1
    for _ in range(units):
        chances = p * chances + (1 - p) * chances.roll(1)  # the last entry is still 0, so nothing comes round
    counts = torch.arange(units + 1, dtype=torch.float64)
    mean = chances @ counts
    std = (chances @ (counts - mean).square()).sqrt()
    likely = (counts - mean).abs() <= 4 * std + 1

    def evidence() -> list[Block]:
        series = Series("probability", counts[likely].tolist(), chances[likely].tolist())
        return [Curve(f"Kept units of {units}", [series], "units", "probability")]

    return Run(float(mean if of == "mean" else std), evidence, "cpu")


def _layer(p: float, convention: Convention) -> nn.Module:
    generator = torch.Generator().manual_seed(0)
    return Dropout(p, generator) if convention == "inverted" else ClassicDropout(1 - p, generator)


def _all_outputs(
    values: Tensor, p: float, weights: Tensor | None, convention: Convention
) -> tuple[Tensor, Tensor, list[Block]]:
    """Return the output under every mask, the probability of each, and both as a table."""
    weights = torch.ones_like(values) if weights is None else weights
    if len(weights) != len(values):
        raise Refused(f"every value needs one weight: there are {len(values)} values and {len(weights)} weights")
    masks = all_masks(len(values))
    dropped = drop(values, masks, p) if convention == "inverted" else values * masks
    outputs, chances = dropped @ weights, mask_probabilities(masks, p)
    rows = [
        ("".join("1" if kept else "0" for kept in mask), float(chance), float(output))
        for mask, chance, output in zip(masks.tolist(), chances, outputs, strict=True)
    ]
    title = f"All {len(rows)} masks" + (", the first 32" if len(rows) > 32 else "")
    return outputs, chances, [Table(title, ["kept", "probability", "output"], rows[:32])]
