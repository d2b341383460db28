"""``penalty.*``: what L1 and L2 penalties do to weights, as gradients, as constraints and as priors, in float64."""

from typing import Annotated, Literal

import torch
from torch import Tensor

from engine.arguments import Between, Elements
from engine.device import for_float64
from engine.doors.regularization._arguments import Index, Lam, Number, Positive, Vector, entry, samples
from engine.doors.regularization._search import minimiser
from engine.errors import Refused
from engine.evidence import Block, Curve, Path, Run, Series, Table, Text
from engine.losses.structural_risk import Penalty
from engine.losses.structural_risk import penalty as penalty_of
from engine.registry import Kind, function
from engine.regularization.constraint_balls import Ball, first_contact, quadratic
from engine.regularization.lasso import soft_threshold
from engine.regularization.priors import Prior, map_weights, negative_log_posterior, negative_log_prior, penalty_weight

Column = Annotated[Tensor, Elements(64, 1), Between(-1e6, 1e6)]
_WRITTEN: dict[Penalty, str] = {"half_l2": "½·Σ w²", "l2": "Σ w²", "l1": "Σ abs(w)"}


@function("penalty.gradient", Kind.MEASURED, example={"weights": [3, -4], "lam": 0.5}, shows=(penalty_of,))
def gradient(weights: Vector, lam: Lam, penalty: Penalty = "half_l2", index: Index = 0) -> Run:
    """Return ∂(λ·penalty)/∂w of one weight by autograd: λw for ½·Σ w², 2λw for Σ w², λ·sign(w) for Σ abs(w).

    At w = 0, where abs(w) has no derivative, autograd takes 0.
    """
    found = {kind: _gradient(weights, lam, kind) for kind in _WRITTEN}
    rows = [(i, float(w), *(float(found[kind][i]) for kind in _WRITTEN)) for i, w in enumerate(weights)]
    table = Table(f"Gradient of the penalty, λ = {lam:g}", ["index", "weight", *_WRITTEN.values()], rows)
    return Run(entry(found[penalty], index, "index"), lambda: [table])


def _gradient(weights: Tensor, lam: float, kind: Penalty) -> Tensor:
    leaf = weights.clone().to(for_float64()).requires_grad_()
    return torch.autograd.grad(lam * penalty_of(leaf, kind), leaf)[0]


@function("penalty.shrunk_weight", Kind.MEASURED, example={"weight": 0.3, "lam": 0.1}, shows=(soft_threshold,))
def shrunk_weight(weight: Number, lam: Lam, penalty: Penalty = "l1") -> Run:
    """Return the w that minimises ½(w - weight)² + λ·penalty(w): L1 moves it by λ or to exactly 0, L2 divides it.

    It is where one weight ends whose inputs have unit length and are uncorrelated with the others'. The minimum is
    searched by the sign of the slope.
    """

    def evidence() -> list[Block]:
        grid = torch.linspace(-abs(weight), abs(weight), 17, dtype=torch.float64)
        ends = {"half_l2": grid / (1 + lam), "l2": grid / (1 + 2 * lam), "l1": soft_threshold(grid, lam)}
        series = [Series(name, grid.tolist(), ends[kind].tolist()) for kind, name in _WRITTEN.items()]
        return [Curve(f"Where a weight ends, λ = {lam:g}", series, "weight without penalty", "weight with penalty")]

    return Run(_shrunk(weight, lam, penalty), evidence)


def _shrunk(weight: float, lam: float, kind: Penalty) -> float:
    reach = abs(weight) + 1
    return minimiser(lambda w: (w - weight).square() / 2 + lam * penalty_of(w, kind), -reach, reach)


@function(
    "penalty.first_contact",
    Kind.MEASURED,
    example={"hessian": [[1, 0], [0, 1]], "centre": [3, 1], "radius": 1, "ball": "l1"},
    shows=(first_contact,),
)
def contact(
    hessian: Annotated[Tensor, Elements(4, 2), Between(-1e6, 1e6)],
    centre: Annotated[Tensor, Elements(2, 1), Between(-1e6, 1e6)],
    radius: Positive,
    ball: Ball,
    coordinate: Literal[0, 1] = 0,
) -> Run:
    """Return a coordinate of the point of the L1 or L2 ball where the loss ½(w - c)ᵀH(w - c) is smallest."""
    if hessian.shape != (2, 2) or centre.shape != (2,):
        raise Refused("'hessian' needs 2 rows of 2 numbers and 'centre' 2 numbers: this is about two weights")
    point = first_contact(hessian, centre, radius, ball)
    return Run(float(point[coordinate]), lambda: _contacts(hessian, centre, radius), "cpu")


def _contacts(hessian: Tensor, centre: Tensor, radius: float) -> list[Block]:
    points = {ball: first_contact(hessian, centre, radius, ball).tolist() for ball in ("l1", "l2")}
    reach = 1.2 * max(radius, *centre.abs().tolist())
    axis = torch.linspace(-reach, reach, 41, dtype=torch.float64)
    grid = torch.stack(torch.meshgrid(axis, axis, indexing="xy"), dim=-1)
    turns = torch.linspace(0, 2 * torch.pi, 49, dtype=torch.float64)
    circle = torch.stack([turns.cos(), turns.sin()]) * radius
    diamond = circle / circle.abs().sum(0) * radius
    outlines = [Series(name, *line.tolist()) for name, line in (("L1 ball", diamond), ("L2 ball", circle))]
    ends = [Series(f"contact with the {ball} ball", [x], [y]) for ball, (x, y) in points.items()]
    contour = quadratic(grid, hessian, centre).tolist()
    extent = (-reach, reach, -reach, reach)
    rows = [(ball, *point, "one weight is 0" if 0 in point else "") for ball, point in points.items()]
    return [
        Path("Loss, both balls, and where they first touch", [*outlines, *ends], contour, extent),
        Table("First contact", ["ball", "w0", "w1", "sparse"], rows),
    ]


@function(
    "penalty.prior_weight",
    Kind.MEASURED,
    example={"noise_std": 2, "prior": "gaussian", "scale": 4},
    shows=(negative_log_prior, penalty_weight),
)
def prior_weight(noise_std: Positive, prior: Prior, scale: Positive) -> Run:
    """Return the λ of ½·Σ residual² + λ·penalty (½·Σ w² or Σ abs(w)) that this prior on the weights amounts to.

    It is measured as noise² times the slope of -log p(w) at w = 1, where both penalties have slope λ. ``scale`` is the
    Gaussian's standard deviation, or Laplace's b.
    """
    w = torch.ones(1, dtype=torch.float64, device=for_float64(), requires_grad=True)
    (slope,) = torch.autograd.grad(negative_log_prior(w, prior, scale), w)
    lam = noise_std**2 * float(slope)
    term, form = ("w²/(2τ²)", "½·(σ²/τ²)·w²") if prior == "gaussian" else ("abs(w)/b", "(σ²/b)·abs(w)")
    steps = [
        ("Bayes' rule", "-log p(w | y) = -log p(y | w) - log p(w) + constant"),
        ("normal noise", "-log p(y | w) = Σ (y - x·w)²/(2σ²) + constant"),
        (f"{prior} prior", f"-log p(w) = Σ {term} + constant"),
        ("times σ²", f"½·Σ (y - x·w)² + Σ {form}"),
        ("so λ is", f"{lam:g} for σ = {noise_std:g} and scale {scale:g}"),
    ]
    return Run(lam, lambda: [Table("From the prior to the penalty", ["step", "gives"], steps)])


@function(
    "penalty.map_weight",
    Kind.MEASURED,
    example={"x": [1, 2], "y": [2, 4], "noise_std": 1, "prior": "gaussian", "scale": 1},
    shows=(negative_log_posterior, map_weights),
)
def map_weight(x: Vector, y: Column, noise_std: Positive, prior: Prior, scale: Positive) -> Run:
    """Return the most probable w of y = w·x + noise under this prior, where -log of the posterior is smallest."""
    column, targets = samples(x[:, None], y)
    if not bool(column.any()):
        raise Refused("'x' is all zeros, so that the data say nothing about the weight")

    def cost(w: Tensor) -> Tensor:
        return negative_log_posterior(w.reshape(1), column, targets, noise_std, prior, scale)

    alone = float((column[:, 0] * targets).sum() / column.square().sum())
    value = minimiser(cost, -abs(alone) - 1, abs(alone) + 1)

    def evidence() -> list[Block]:
        grid = torch.linspace(min(0.0, 2 * alone) - 0.5, max(0.0, 2 * alone) + 0.5, 41, dtype=torch.float64)
        priors = [float(negative_log_prior(w, prior, scale)) for w in grid]
        series = [
            Series("-log posterior", grid.tolist(), [float(cost(w.to(column))) for w in grid]),
            Series("-log prior", grid.tolist(), priors),
        ]
        text = f"Least squares alone gives w = {alone:g}; with the {prior} prior the minimum is at w = {value:g}."
        return [Text(text), Curve("Up to a constant", series, "w", "-log p")]

    return Run(value, evidence)
