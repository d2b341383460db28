"""Claims on generalisation: bias and variance, remedies, choices made on test data, folds, and simplicity."""

from typing import Annotated, Literal

import torch
from torch import Tensor

from engine.arguments import Between
from engine.classic.generalisation.bias_variance import of_predictions, of_smoother, ridge_smoother
from engine.classic.generalisation.k_fold import fold_errors, folds, leave_one_out_error
from engine.classic.generalisation.simplicity import polynomial_fit
from engine.errors import Refused
from engine.evidence import Run, Table
from engine.experiments._settle import Holds, Thresholds, randn, settle
from engine.registry import Kind, function
from engine.regularization.capacity import fitted, polynomial_features

_SAMPLES = 15


@function(
    "bias_variance.moves_with",
    Kind.MEASURED,
    example={"knob": "lam", "part": "variance", "way": "falls"},
    shows=(of_smoother,),
)
def moves_with(
    knob: Literal["degree", "lam"] = "lam",
    part: Literal["bias", "variance", "total"] = "variance",
    way: Literal["rises", "falls"] = "falls",
) -> Run:
    """Say whether a part of the expected error only rises, or only falls, as the degree or λ of a fit grows."""
    other = "rises" if way == "falls" else "falls"
    return settle(
        "Largest step the other way from one degree or λ to the next",
        Holds.IF_EQUAL,
        _other_way,
        {"knob": knob, "part": part, "way": way},
        [{"knob": knob, "part": part, "way": other}, {"knob": knob, "part": "total", "way": way}],
        Thresholds(none=1e-9, some=1e-5),
    )


def _other_way(generator: torch.Generator, knob: str, part: str, way: str) -> Tensor:
    x = torch.linspace(-1, 1, _SAMPLES).to(randn(generator, 1))
    truth = (3 * x).sin() + 0.3 * x.square() * float(torch.rand(1, generator=generator))
    if knob == "degree":
        smoothers = [ridge_smoother(polynomial_features(x, degree), 0.0) for degree in range(13)]
    else:
        smoothers = [ridge_smoother(polynomial_features(x, 9), 10.0**power) for power in range(-4, 3)]
    steps = torch.stack([getattr(of_smoother(s, truth, 0.5), part) for s in smoothers]).diff()
    return (steps if way == "falls" else -steps).clamp(min=0).max()


@function("bias_variance.best_at_crossing", Kind.MEASURED, example={"bias": "1/t", "variance": "t"})
def best_at_crossing(
    bias: Literal["1/t", "1/t²", "exp(-t)"] = "1/t", variance: Literal["t", "t²", "0.1·t"] = "t"
) -> Run:
    """Say whether squared bias plus variance, as functions of capacity t, is least where the two curves cross."""
    t = torch.linspace(0.05, 8, 15901, dtype=torch.float64)
    falling = {"1/t": 1 / t, "1/t²": t**-2, "exp(-t)": (-t).exp()}
    rising = {"t": t, "t²": t.square(), "0.1·t": 0.1 * t}

    def places(down: str, up: str) -> tuple[float, float]:
        best = (falling[down] + rising[up]).argmin()
        return float(t[best]), float(t[(falling[down] - rising[up]).abs().argmin()])

    pairs = dict.fromkeys([(bias, variance), ("1/t", "t"), ("1/t²", "t")])
    rows = [(down, up, *places(down, up)) for down, up in pairs]
    shown = [(*row, abs(row[2] - row[3]) < 0.005) for row in rows]
    columns = ["squared bias", "variance", "sum is least at", "curves cross at", "claim holds"]
    return Run(shown[0][-1], lambda: [Table("Capacity t", columns, shown)])


@function(
    "bias_variance.sums_to_error", Kind.MEASURED, example={"parts": "bias² + variance + noise"}, shows=(of_predictions,)
)
def sums_to_error(
    parts: Literal[
        "bias² + variance + noise", "bias² + variance", "bias + variance + noise"
    ] = "bias² + variance + noise",
    noisy_targets: bool = True,
) -> Run:
    """Say whether these make up the mean squared error at new targets, which are noisy or the truth itself."""
    return settle(
        "Mean squared error less the sum of the parts",
        Holds.IF_EQUAL,
        _missing_part,
        {"parts": parts, "noisy_targets": noisy_targets},
        [{"parts": p, "noisy_targets": noisy_targets} for p in ("bias² + variance + noise", "bias² + variance")],
    )


def _missing_part(generator: torch.Generator, parts: str, noisy_targets: bool) -> Tensor:
    predictions, truth = randn(generator, 6, 4) + 1, randn(generator, 4)
    std = 0.5
    found = of_predictions(predictions, truth, std)
    # Noise of ±std has the variance std², and averaging over both signs is exact.
    noises = (std, -std) if noisy_targets else (0.0, 0.0)
    error = torch.stack([(predictions - truth - noise).square().mean() for noise in noises]).mean()
    bias = found.bias.sqrt() if parts.startswith("bias +") else found.bias
    return error - bias - found.variance - (found.noise if parts.endswith("noise") else 0)


@function(
    "diagnosis.remedy_helps",
    Kind.MEASURED,
    example={"problem": "underfitting", "remedy": "higher degree"},
    shows=(fitted,),
)
def remedy_helps(
    problem: Literal["underfitting", "overfitting"] = "underfitting",
    remedy: Literal["higher degree", "lower degree", "more samples"] = "higher degree",
) -> Run:
    """Say whether a remedy at least halves the test error: of a line through sin(3x), or of degree 14 on 15 samples.

    Higher is degree 5, or 24; lower is a constant, or degree 5; more samples are 200.
    """
    return settle(
        "Test error that is left, as a share of what it was",
        Holds.IF_EQUAL,
        _left_over,
        {"problem": problem, "remedy": remedy},
        [{"problem": problem, "remedy": other} for other in ("higher degree", "lower degree", "more samples")],
        Thresholds(none=0.5, some=0.75),
    )


def _left_over(generator: torch.Generator, problem: str, remedy: str) -> Tensor:
    seed = int(torch.randint(1000, (), generator=generator))
    degree = 1 if problem == "underfitting" else 14
    degrees = {
        "underfitting": {"higher degree": 5, "lower degree": 0},
        "overfitting": {"higher degree": 24, "lower degree": 5},
    }
    samples = 200 if remedy == "more samples" else 15
    before = fitted("degree", degree, 15, 0.2, seed).test
    after = fitted("degree", degrees[problem].get(remedy, degree), samples, 0.2, seed).test
    return torch.div(after, before)


@function("split.choice_flatters", Kind.MEASURED, example={"chosen_on": "test"})
def choice_flatters(
    chosen_on: Literal["test", "validation"] = "test", models: Annotated[int, Between(1, 500)] = 200
) -> Run:
    """Say whether the best of many models that only guess looks better than chance on the test data, on average by 3 %.

    Labels are coin tosses. Chosen on the test data the best scores well there; chosen on others, about 50 %.
    """
    return settle(
        "Mean test accuracy of the chosen model over 60 data sets of 100 samples, less ½",
        Holds.IF_DIFFERENT,
        _flattery,
        {"chosen_on": chosen_on, "models": models},
        [
            {"chosen_on": "test", "models": 200},
            {"chosen_on": "validation", "models": 200},
            {"chosen_on": "test", "models": 1},
        ],
        Thresholds(none=0.025, some=0.03),
    )


def _flattery(generator: torch.Generator, chosen_on: str, models: int) -> Tensor:
    tosses = torch.full((60, models, 2), 100.0, dtype=torch.float64)
    accuracy = torch.binomial(tosses, torch.full_like(tosses, 0.5), generator) / 100
    best = accuracy[..., 0 if chosen_on == "test" else 1].argmax(1, keepdim=True)
    return accuracy[..., 0].gather(1, best).mean() - 0.5


@function(
    "k_fold.leave_one_out_is",
    Kind.MEASURED,
    example={"formula": "mean (r/(1 - h))²"},
    shows=(fold_errors, leave_one_out_error),
)
def leave_one_out_is(formula: Literal["mean (r/(1 - h))²", "mean r²"] = "mean (r/(1 - h))²") -> Run:
    """Say whether n fits, each without one sample, err by this formula of one fit: residuals r, leverages h."""
    return settle(
        "Error of n fits less the formula",
        Holds.IF_EQUAL,
        _one_fit_error,
        {"formula": formula},
        [{"formula": "mean (r/(1 - h))²"}, {"formula": "mean r²"}],
    )


def _one_fit_error(generator: torch.Generator, formula: str) -> Tensor:
    x, y = randn(generator, 9, 3), randn(generator, 9)
    squares = (x @ (torch.linalg.pinv(x) @ y) - y).square()
    one = squares.mean() if formula == "mean r²" else leave_one_out_error(x, y)
    return torch.sub(fold_errors(x, y, 9).mean(), one)


@function("k_fold.validates_each_once", Kind.MEASURED, example={"n": 10, "k": 3, "remainder": "spread"}, shows=(folds,))
def validates_each_once(
    n: Annotated[int, Between(2, 512)] = 10,
    k: Annotated[int, Between(2, 512)] = 3,
    remainder: Literal["spread", "drop", "last"] = "spread",
) -> Run:
    """Say whether every sample is validated on exactly once and trained on k - 1 times; dropped ones are not."""
    if k > n:
        raise Refused(f"{n} samples can be cut into 2 to {n} folds, not {k}")

    def counts(rule: Literal["spread", "drop", "last"]) -> tuple[set[int], set[int]]:
        made = folds(n, k, rule)
        validated = {sum(i in fold.validation for fold in made) for i in range(n)}
        return validated, {sum(i in set(fold.train) for fold in made) for i in range(n)}

    rows = []
    for rule in dict.fromkeys([remainder, "spread", "drop"]):
        validated, trained = counts(rule)
        once = validated == {1} and trained == {k - 1}
        rows.append((rule, str(sorted(validated)), str(sorted(trained)), once))
    table = Table(
        f"{n} samples, {k} folds", ["remainder", "times validated on", "times trained on", "claim holds"], rows
    )
    return Run(rows[0][-1] is True, lambda: [table])


@function("occam.grows_with_degree", Kind.MEASURED, example={"what": "norm"}, shows=(polynomial_fit,))
def grows_with_degree(
    what: Literal["norm", "train_error"] = "norm", lam: Annotated[float, Between(0, 1e3)] = 0.0
) -> Run:
    """Say whether degree 11 has over 10 times the weights (or the error) of degree 3 on noisy data; λ prevents it."""
    return settle(
        "How many times degree 3 it is, capped at 20",
        Holds.IF_DIFFERENT,
        _growth,
        {"what": what, "lam": lam},
        [{"what": "norm", "lam": 0.0}, {"what": "norm", "lam": 1.0}, {"what": "train_error", "lam": 0.0}],
        Thresholds(none=5.0, some=10.0),
    )


def _growth(generator: torch.Generator, what: str, lam: float) -> Tensor:
    noise = randn(generator, 12)
    x = torch.linspace(-1, 1, 12).to(noise)
    y = (3 * x).sin() + 0.3 * noise
    low, high = (getattr(polynomial_fit(x, y, degree, lam), what) for degree in (3, 11))
    return torch.div(high, low).clamp(max=20)
