"""``minibatch.*``: how far mini-batch gradients scatter, by listing every batch."""

from typing import Annotated

from engine.arguments import Between
from engine.doors.regularization._arguments import Vector
from engine.errors import Refused
from engine.evidence import Block, Curve, Run, Series
from engine.registry import Kind, function
from engine.regularization.batch_noise import batch_mean_variance, batch_mean_variance_formula

BatchSize = Annotated[int, Between(1, 16)]
_EXAMPLE = {"gradients": [1, 2, 3, 6], "batch_size": 2}


@function("minibatch.gradient_variance", Kind.MEASURED, example=_EXAMPLE, shows=(batch_mean_variance,))
def gradient_variance(gradients: Vector, batch_size: BatchSize, replacement: bool = False) -> Run:
    """Return the variance of a mini-batch's mean gradient over every batch of the samples with these gradients."""
    value = float(batch_mean_variance(gradients, batch_size, replacement))

    def evidence() -> list[Block]:
        sizes = list(range(1, len(gradients) + 1))
        formulas = [
            Series(name, sizes, [float(batch_mean_variance_formula(gradients, size, kind)) for size in sizes])
            for name, kind in (("with replacement", True), ("without replacement", False))
        ]
        return [Curve("Variance of the mean gradient", formulas, "batch size", "variance")]

    return Run(value, evidence, "cpu")


@function(
    "minibatch.gradient_variance_formula", Kind.CLOSED_FORM, example=_EXAMPLE, shows=(batch_mean_variance_formula,)
)
def gradient_variance_formula(gradients: Vector, batch_size: BatchSize, replacement: bool = False) -> Run:
    """Return the same as σ²/m, without replacement times (n - m)/(n - 1)."""
    if not replacement and batch_size > len(gradients):
        raise Refused(f"without replacement a batch has at most all {len(gradients)} samples, not {batch_size}")
    return Run(float(batch_mean_variance_formula(gradients, batch_size, replacement)), device="cpu")
