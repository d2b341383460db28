"""``bias_variance.*`` and ``diagnosis.*``: the parts of an error, and what training and validation error show."""

from typing import Annotated, Literal

import torch
from torch import Tensor

from engine.arguments import Between, Elements
from engine.classic.generalisation.bias_variance import Parts, of_predictions, of_smoother, ridge_smoother
from engine.classic.generalisation.diagnosis import diagnose
from engine.classic.generalisation.simplicity import polynomial_fit
from engine.device import for_float64
from engine.doors.regularization._arguments import Lam, Number, Vector
from engine.errors import Refused
from engine.evidence import Block, Curve, Run, Series, Table
from engine.layers.dropout_masks import all_masks
from engine.registry import Kind, function
from engine.regularization.capacity import polynomial_features

Part = Literal["bias", "variance", "noise", "total"]
Predictions = Annotated[Tensor, Elements(1024, 2), Between(-1e6, 1e6)]
Std = Annotated[float, Between(0, 1e3)]
Degree = Annotated[int, Between(0, 11)]
Samples = Annotated[int, Between(4, 12)]
Error = Annotated[float, Between(0, 1e9)]


@function(
    "bias_variance.of_predictions",
    Kind.MEASURED,
    example={"predictions": [[1, 2], [3, 2]], "truth": [1, 2]},
    shows=(of_predictions,),
)
def of_given(predictions: Predictions, truth: Vector, part: Part = "total", noise_std: Std = 0.0) -> Run:
    """Return squared bias, variance, noise or their sum; a row of ``predictions`` for each training set.

    Each is a mean over places, and the variance divides by the number of training sets.
    """
    if predictions.shape[1] != len(truth):
        raise Refused(f"'truth' needs one entry for each of the {predictions.shape[1]} places, not {len(truth)}")
    found = of_predictions(predictions.to(for_float64()), truth.to(for_float64()), noise_std)
    return Run(float(getattr(found, part)), lambda: [_table(found)])


@function("bias_variance.total", Kind.CLOSED_FORM, example={"bias": 0.3, "variance": 0.04, "noise_std": 0.2})
def total(bias: Number, variance: Error, noise_std: Std) -> Run:
    """Return the expected squared error bias² + variance + σ²; ``bias`` and ``noise_std`` are not yet squared."""
    return Run(bias**2 + variance + noise_std**2)


@function(
    "bias_variance.of_polynomial", Kind.MEASURED, example={"degree": 3, "part": "variance"}, shows=(of_predictions,)
)
def of_polynomial(
    degree: Degree, part: Part = "total", lam: Lam = 0.0, samples: Samples = 10, noise_std: Std = 0.3
) -> Run:
    """Return a part of the error of polynomial ridge on sin(3x), fitted to noise of every pattern of signs.

    Inputs are evenly spread over [-1, 1], places those of the training; all 2ⁿ training sets are fitted.
    """
    features, truth = _data(degree, samples)
    targets = truth + noise_std * (2 * all_masks(samples).to(truth) - 1)
    found = of_predictions(targets @ ridge_smoother(features, lam).T, truth, noise_std)
    return Run(
        float(getattr(found, part)), lambda: [_by_degree(lam, samples, noise_std), _by_lam(degree, samples, noise_std)]
    )


@function(
    "bias_variance.of_polynomial_formula",
    Kind.CLOSED_FORM,
    example={"degree": 3, "part": "variance"},
    shows=(of_smoother, ridge_smoother),
)
def of_polynomial_formula(
    degree: Degree, part: Part = "total", lam: Lam = 0.0, samples: Samples = 10, noise_std: Std = 0.3
) -> Run:
    """Return the same from the smoother ŷ = S·y: ‖S·f - f‖²/n, σ²·Σ S²/n and σ²."""
    features, truth = _data(degree, samples)
    found = of_smoother(ridge_smoother(features, lam), truth, noise_std)
    return Run(float(getattr(found, part)), lambda: [_table(found)])


@function(
    "diagnosis.of_errors",
    Kind.CLOSED_FORM,
    example={"train": 0.12, "validation": 0.13, "acceptable": 0.05, "largest_gap": 0.03},
    shows=(diagnose,),
)
def of_errors(train: Error, validation: Error, acceptable: Error, largest_gap: Error) -> Run:
    """Return "underfitting", "overfitting", "both" or "neither" from two errors and two limits."""
    rows = [("training error", train, acceptable), ("gap", validation - train, largest_gap)]
    table = Table("What is compared", ["what", "found", "limit"], rows)
    return Run(diagnose(train, validation, acceptable, largest_gap), lambda: [table])


@function("occam.weight_norm", Kind.MEASURED, example={"degree": 3}, shows=(polynomial_fit,))
def weight_norm(degree: Degree, lam: Lam = 0.0, of: Literal["norm", "train_error"] = "norm") -> Run:
    """Return ‖w‖ of a polynomial fit to 12 samples of sin(3x) with noise of ±0.3 in turn, or its training error."""
    x = torch.linspace(-1, 1, 12, dtype=torch.float64, device=for_float64())
    y = (3 * x).sin() + 0.3 * (-1.0) ** torch.arange(12).to(x)

    def evidence() -> list[Block]:
        degrees = list(range(12))
        norms = [float(polynomial_fit(x, y, at, lam).norm) for at in degrees]
        fits = [("fit", degree, lam), ("simpler fit", degree, max(1.0, 10 * lam))]
        places = torch.linspace(-1, 1, 81, dtype=torch.float64).to(x)
        lines = [
            Series(
                f"{name}, λ = {at:g}",
                places.tolist(),
                (polynomial_features(places, d) @ polynomial_fit(x, y, d, at).weights).tolist(),
            )
            for name, d, at in fits
        ]
        return [
            Curve("Length of the weights by degree", [Series("norm", degrees, norms)], "degree", "‖w‖", log_y=True),
            Curve("The fits", [Series("data", x.tolist(), y.tolist()), *lines], "x", "y"),
        ]

    return Run(float(getattr(polynomial_fit(x, y, degree, lam), of)), evidence)


def _data(degree: int, samples: int) -> tuple[Tensor, Tensor]:
    x = torch.linspace(-1, 1, samples, dtype=torch.float64, device=for_float64())
    return polynomial_features(x, degree), (3 * x).sin()


def _table(found: Parts) -> Table:
    rows = [(name, float(getattr(found, name))) for name in ("bias", "variance", "noise", "total")]
    return Table("Expected squared error", ["part (bias is squared)", "value"], rows)


def _by_degree(lam: float, samples: int, noise_std: float) -> Curve:
    degrees = list(range(samples))
    found = [of_smoother(ridge_smoother(f, lam), t, noise_std) for f, t in (_data(d, samples) for d in degrees)]
    return Curve("By degree", _series(degrees, found), "degree", "error")


def _by_lam(degree: int, samples: int, noise_std: float) -> Curve:
    powers = [p / 2 for p in range(-8, 5)]
    features, truth = _data(degree, samples)
    found = [of_smoother(ridge_smoother(features, 10**p), truth, noise_std) for p in powers]
    return Curve("By λ", _series(powers, found), "log10 λ", "error")


def _series(x: list[int] | list[float], found: list[Parts]) -> list[Series]:
    return [
        Series(name, x, [float(getattr(f, name)) for f in found]) for name in ("bias", "variance", "noise", "total")
    ]
