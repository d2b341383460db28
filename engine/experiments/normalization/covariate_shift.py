"""Internal covariate shift: how the inputs of a hidden layer drift while the layers before it learn.

It is the motivation of Ioffe & Szegedy 2015, figure 1, and measured here as they do, by quantiles. Whether the drift is
*why* batch normalisation helps is disputed: Santurkar et al. 2018, "How Does Batch Normalization Help Optimization?",
find networks that drift more and train as well; the D2L book sees the noise of the batches at work.
"""

from typing import Annotated, Literal

import torch
from torch import Tensor

from engine.arguments import Between
from engine.evidence import Block, Curve, Run, Series
from engine.experiments._settle import Holds, Thresholds, randn, settle
from engine.layers.batch_norm import BatchNorm
from engine.registry import Kind, function

Layer = Literal["batch", "none"]
_SAMPLES, _WIDTH, _QUANTILES = 64, 12, (0.15, 0.5, 0.85)


def hidden_quantiles(generator: torch.Generator, layer: Layer, steps: int, lr: float) -> Tensor:
    """Return quantiles 0.15, 0.5 and 0.85 of each unit's input over the samples, before and after each training step.

    The network is x → sigmoid(W₁x) → Norm(W₂·) → sigmoid → w₃: the units are those of the second layer, right before
    their sigmoid. It is trained to sin(2·Σx) + Σx by plain descent on 64 fixed samples. Shape: ``(steps + 1, 3, 12)``.
    Drawn in this order: x (64, 4), W₁ (12, 4), W₂ (12, 12) times ½, w₃ (12,).
    """
    x = randn(generator, _SAMPLES, 4)
    first, second, last = randn(generator, _WIDTH, 4), randn(generator, _WIDTH, _WIDTH) / 2, randn(generator, _WIDTH)
    norm = BatchNorm(_WIDTH).to(x) if layer == "batch" else None
    weights = [first, second, last, *([] if norm is None else norm.parameters())]
    for weight in weights:
        weight.requires_grad_()
    total = x.sum(1)
    y, seen = (2 * total).sin() + total, []
    for _ in range(steps + 1):
        summed = torch.sigmoid(x @ first.T) @ second.T
        inputs = summed if norm is None else norm.forward(summed)
        seen.append(inputs.detach().quantile(x.new_tensor(_QUANTILES), dim=0))
        loss = (torch.sigmoid(inputs) @ last - y).square().mean()
        slopes = torch.autograd.grad(loss, weights)
        with torch.no_grad():
            for weight, slope in zip(weights, slopes, strict=True):
                weight -= lr * slope
    return torch.stack(seen)


def drift(quantiles: Tensor) -> Tensor:
    """Return how far each unit's median moved at most, in units of its first spread (0.85 less 0.15 quantile)."""
    medians, spread = quantiles[:, 1], quantiles[0, 2] - quantiles[0, 0]
    return (medians - medians[0]).abs().amax(0) / spread


@function(
    "norm.hidden_drift",
    Kind.MEASURED,
    example={"layer": "none"},
    shows=(hidden_quantiles, drift),
)
def hidden_drift(
    layer: Layer,
    steps: Annotated[int, Between(1, 200)] = 25,
    lr: Annotated[float, Between(0, 1)] = 0.3,
    seed: Annotated[int, Between(0, 1000)] = 0,
) -> Run:
    """Return by how many spreads the median input of a hidden unit moved in training, on average over 12 units."""

    def quantiles(of: Layer) -> Tensor:
        return hidden_quantiles(torch.Generator().manual_seed(seed), of, steps, lr)

    def evidence() -> list[Block]:
        names: tuple[Layer, ...] = ("none", "batch")
        return [_curve(of, quantiles(of)) for of in names]

    return Run(float(drift(quantiles(layer)).mean()), evidence)


def _curve(layer: Layer, quantiles: Tensor) -> Curve:
    """Return the quantiles of the unit that moved most, as the paper draws those of a typical one."""
    unit = int(drift(quantiles).argmax())
    steps = sorted({round((len(quantiles) - 1) * part / 10) for part in range(11)})
    series = [
        Series(f"quantile {share}", steps, quantiles[steps, index, unit].tolist())
        for index, share in enumerate(_QUANTILES)
    ]
    title = "with batch normalisation" if layer == "batch" else "without normalisation"
    return Curve(f"Inputs of one hidden unit, {title}", series, "step", "input")


@function("norm.hidden_inputs_drift", Kind.MEASURED, example={"layer": "none"}, shows=(hidden_quantiles, drift))
def hidden_inputs_drift(layer: Layer = "none") -> Run:
    """Say whether the median inputs of hidden units move, in 25 steps of training, by over their spread.

    That is the mean over 12 units; below 0.5 they do not. It is what batch normalisation was made against.
    """
    return settle(
        "How far the median input of a hidden unit moved, in spreads, on average",
        Holds.IF_DIFFERENT,
        lambda generator, layer: drift(hidden_quantiles(generator, layer, 25, 0.3)).mean(),
        {"layer": layer},
        [{"layer": "none"}, {"layer": "batch"}],
        Thresholds(none=0.5, some=1.0),
    )
