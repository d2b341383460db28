"""``shift.*`` and ``drift.*``: distributions that change between training and use, and how to correct for it."""

from collections.abc import Sequence
from typing import Annotated, Literal

import torch
from torch import Tensor

from engine.arguments import Between, Elements, Length
from engine.classic.shift.concept_drift import follow, lag, noise_variance
from engine.classic.shift.covariate_shift import effective_sample_size, importance_weights, weighted_risk
from engine.classic.shift.factors import Kept, kept
from engine.classic.shift.label_shift import corrected_posterior, target_priors
from engine.device import for_float64
from engine.doors.regularization._arguments import Index, entry
from engine.errors import Refused
from engine.evidence import Curve, Run, Series, Table
from engine.registry import Kind, function

Joint = Annotated[Tensor, Elements(256, 2), Between(0, 1)]
Distribution = Annotated[Tensor, Elements(64, 1), Between(0, 1)]
Losses = Annotated[Tensor, Elements(64, 1), Between(-1e6, 1e6)]
Decay = Annotated[float, Between(0, 0.999)]
Targets = Annotated[Sequence[Annotated[float, Between(-1e6, 1e6)]], Length(1, 1024)]
_JOINTS = {"source": [[0.4, 0.1], [0.1, 0.4]], "target": [[0.16, 0.04], [0.16, 0.64]]}


@function("shift.names", Kind.MEASURED, example=_JOINTS, shows=(kept, Kept))
def names(source: Joint, target: Joint) -> Run:
    """Return which of covariate, label and concept shift fit two joint tables: rows are x, columns y."""
    found = _kept(source, target)
    return Run(found.shifts, lambda: [_factors(found)])


@function("shift.keeps", Kind.MEASURED, example={**_JOINTS, "factor": "P(y given x)"}, shows=(kept, Kept))
def keeps(source: Joint, target: Joint, factor: Literal["P(x)", "P(y)", "P(y given x)", "P(x given y)"]) -> Run:
    """Say whether a factor of the joint distribution is the same in both tables."""
    found = _kept(source, target)
    return Run(
        dict(zip(("P(x)", "P(y)", "P(y given x)", "P(x given y)"), found, strict=True))[factor],
        lambda: [_factors(found)],
    )


@function(
    "shift.importance_weight",
    Kind.CLOSED_FORM,
    example={"source": [0.5, 0.5], "target": [0.25, 0.75], "at": 1},
    shows=(importance_weights,),
)
def importance_weight(source: Distribution, target: Distribution, at: Index) -> Run:
    """Return q(x)/p(x), by which a training loss at x counts under covariate shift."""
    source, target = _pair(source, target)
    weights = importance_weights(source, target)
    return Run(entry(weights, at, "at"), lambda: [_densities(source, target)])


@function(
    "shift.weighted_risk",
    Kind.MEASURED,
    example={"losses": [1, 0], "source": [0.8, 0.2], "target": [0.5, 0.5]},
    shows=(weighted_risk, importance_weights),
)
def shift_weighted_risk(losses: Losses, source: Distribution, target: Distribution, weighted: bool = True) -> Run:
    """Return the expected training loss with losses weighted by q/p, which is that in use; or unweighted."""
    source, target = _pair(source, target)
    if len(losses) != len(source):
        raise Refused(f"'losses' needs one entry for each of the {len(source)} inputs, not {len(losses)}")
    losses = losses.to(source)
    value = weighted_risk(losses, source, target if weighted else source)
    return Run(float(value), lambda: [_densities(source, target)])


@function(
    "shift.effective_sample_size", Kind.CLOSED_FORM, example={"weights": [1, 1, 0, 0]}, shows=(effective_sample_size,)
)
def shift_effective_sample_size(weights: Annotated[Tensor, Elements(64, 1), Between(0, 1e6)]) -> Run:
    """Return (Σ w)²/Σ w²: how many equally weighted samples scatter as much as these."""
    if not bool(weights.any()):
        raise Refused("every weight is 0, so no sample counts at all")
    return Run(float(effective_sample_size(weights.to(for_float64()))))


@function(
    "shift.target_prior",
    Kind.MEASURED,
    example={"confusion": [[0.9, 0.2], [0.1, 0.8]], "answered": [0.27, 0.73], "label": 0},
    shows=(target_priors,),
)
def target_prior(confusion: Joint, answered: Distribution, label: Index) -> Run:
    """Return a class's frequency in use under label shift, from C·q = μ: column y of C is P(answer given y)."""
    confusion, answered = confusion.to(for_float64()), answered.to(for_float64())
    if confusion.shape != (len(answered), len(answered)):
        raise Refused(f"'confusion' needs a row and a column for each of the {len(answered)} entries of 'answered'")
    if not torch.allclose(confusion.sum(0), torch.ones_like(answered)):
        raise Refused("each column of 'confusion' must sum to 1: it holds what is answered for one true class")
    q = target_priors(confusion, answered)
    rows = list(zip(range(len(q)), answered.tolist(), q.tolist(), strict=True))
    return Run(entry(q, label, "label"), lambda: [Table("Frequencies in use", ["class", "answered", "true"], rows)])


@function(
    "shift.posterior",
    Kind.CLOSED_FORM,
    example={"posterior": [0.5, 0.5], "source": [0.5, 0.5], "target": [0.2, 0.8], "label": 1},
    shows=(corrected_posterior,),
)
def shift_posterior(posterior: Distribution, source: Distribution, target: Distribution, label: Index) -> Run:
    """Return P(y given x) under label shift: the old one times q(y)/p(y), made to sum to 1."""
    source, target = _pair(source, target)
    posterior, _ = _pair(posterior, source)
    return Run(entry(corrected_posterior(posterior, source, target), label, "label"))


@function("drift.estimate", Kind.MEASURED, example={"targets": [1, 1, 1], "decay": 0.5}, shows=(follow,))
def drift_estimate(targets: Targets, decay: Decay) -> Run:
    """Return a moving average after the last target, e ← decay·e + (1 - decay)·target from 0."""
    estimates = follow(targets, decay)
    steps = list(range(1, len(targets) + 1))
    series = [Series("target", steps, list(targets)), Series("estimate", steps, estimates)]
    errors = [abs(t - e) for t, e in zip(targets, estimates, strict=True)]
    curves = [
        Curve("Following", series, "step", ""),
        Curve("Error over time", [Series("error", steps, errors)], "step", ""),
    ]
    return Run(estimates[-1], lambda: curves)


@function("drift.lag", Kind.MEASURED, example={"slope": 2, "decay": 0.75}, shows=(follow, lag))
def drift_lag(slope: Annotated[float, Between(-1e3, 1e3)], decay: Decay) -> Run:
    """Return how far a moving average stays behind a target that grows by ``slope`` a step, run until it settles."""
    steps = 40 + int(40 / (1 - decay))
    targets = [slope * t for t in range(1, steps + 1)]
    estimates = follow(targets, decay)
    shown = list(range(1, min(steps, 200) + 1))
    behind = [t - e for t, e in zip(targets, estimates, strict=True)]
    return Run(
        behind[-1], lambda: [Curve("Lag", [Series("lag", shown, behind[: len(shown)])], "step", "target - estimate")]
    )


@function("drift.lag_formula", Kind.CLOSED_FORM, example={"slope": 2, "decay": 0.75}, shows=(lag, noise_variance))
def drift_lag_formula(slope: Annotated[float, Between(-1e3, 1e3)], decay: Decay) -> Run:
    """Return the same as slope·decay/(1 - decay)."""
    return Run(lag(slope, decay))


@function("drift.noise_variance", Kind.CLOSED_FORM, example={"decay": 0.5}, shows=(noise_variance,))
def drift_noise_variance(decay: Decay) -> Run:
    """Return the variance (1 - decay)/(1 + decay) that a moving average keeps of independent noise of variance 1."""
    return Run(noise_variance(decay))


def _kept(source: Tensor, target: Tensor) -> Kept:
    source, target = source.to(for_float64()), target.to(for_float64())
    if source.shape != target.shape:
        raise Refused("'source' and 'target' need the same rows (inputs) and columns (labels)")
    for name, table in (("source", source), ("target", target)):
        if abs(float(table.sum()) - 1) > 1e-9:
            raise Refused(f"'{name}' must sum to 1, and sums to {float(table.sum()):g}")
    return kept(source, target)


def _factors(found: Kept) -> Table:
    rows = list(zip(("P(x)", "P(y)", "P(y given x)", "P(x given y)"), found, strict=True))
    return Table("Which factors are kept", ["factor", "kept"], rows)


def _pair(source: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    source, target = source.to(for_float64()), target.to(for_float64())
    if source.shape != target.shape or any(abs(float(p.sum()) - 1) > 1e-9 for p in (source, target)):
        raise Refused("both distributions need the same number of entries, and each must sum to 1")
    return source, target


def _densities(source: Tensor, target: Tensor) -> Curve:
    places = list(range(len(source)))
    return Curve(
        "Probabilities",
        [Series("training", places, source.tolist()), Series("use", places, target.tolist())],
        "x",
        "P(x)",
    )
