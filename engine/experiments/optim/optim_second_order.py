"""Newton's method and its approximations: where one step leads, which points attract, what the matrix becomes."""

from typing import Annotated, Literal

import torch
from torch import Tensor

from engine.arguments import Between
from engine.evidence import Run
from engine.experiments._settle import Holds, Thresholds, randn, settle
from engine.optim.descent import Loss, trajectory
from engine.optim.newton import Newton
from engine.optim.quasi_newton import Pair, two_loop, updated_inverse
from engine.optim.sgd import SGD
from engine.optim.surfaces import find as find_surface
from engine.registry import Kind, function

Method = Literal["newton", "sgd"]
_N = 4
_NEAR = Thresholds(none=1e-6, some=1e-2)
_MATRIX = Thresholds(none=1e-6, some=1e-3)


@function("optim.newton_needs_one_step", Kind.MEASURED, example={"loss": "quadratic"}, shows=(Newton,))
def newton_needs_one_step(loss: Literal["quadratic", "quartic"] = "quadratic", method: Method = "newton") -> Run:
    """Say whether one step reaches the minimum from anywhere: of a random quadratic, or of the convex Σ xᵢ⁴."""
    return settle(
        "Distance to the minimum after one step, along each axis",
        Holds.IF_EQUAL,
        _distance_after_one,
        {"loss": loss, "method": method},
        [{"loss": "quartic", "method": "newton"}, {"loss": "quadratic", "method": "sgd"}],
        _NEAR,
    )


def _distance_after_one(generator: torch.Generator, loss: str, method: Method) -> Tensor:
    matrix, start = _definite(generator), randn(generator, _N).exp()

    def value(x: Tensor) -> Tensor:
        return 0.5 * x @ matrix @ x if loss == "quadratic" else (x**4).sum()

    return _after(method, value, start, 1)


@function("optim.ends_at_saddle", Kind.MEASURED, example={"method": "newton"}, shows=(Newton, SGD))
def ends_at_saddle(method: Method = "newton", kind: Literal["saddle", "maximum"] = "saddle") -> Run:
    """Say whether runs that start near a saddle (of x² - y²), or near a maximum (of x⁴/4 - x²/2), end there."""
    return settle(
        "Distance to that stationary point after 10 steps, along each axis, started up to 0.4 from it",
        Holds.IF_EQUAL,
        _distance_to_stationary,
        {"method": method, "kind": kind},
        [{"method": "newton", "kind": kind}, {"method": "sgd", "kind": kind}],
        _NEAR,
    )


def _distance_to_stationary(generator: torch.Generator, method: Method, kind: str) -> Tensor:
    surface = find_surface("saddle" if kind == "saddle" else "double_well")
    start = 0.1 + 0.3 * randn(generator, surface.dims).sigmoid()
    return _after(method, surface.value, start, 10)


def _after(method: Method, value: Loss, start: Tensor, steps: int) -> Tensor:
    def build(params: list[Tensor]) -> Newton | SGD:
        return Newton(params) if method == "newton" else SGD(params, 0.1)

    return trajectory(build, value, start, steps)[-1]


@function("optim.bfgs_finds_inverse_hessian", Kind.MEASURED, example={"steps": 4}, shows=(updated_inverse,))
def bfgs_finds_inverse_hessian(steps: Annotated[int, Between(1, 4)] = 4) -> Run:
    """Say whether BFGS's matrix is H⁻¹ after this many exact line searches on a quadratic of four variables."""
    return settle(
        "Entries of BFGS's matrix less those of the inverse Hessian",
        Holds.IF_EQUAL,
        lambda generator, steps: _inverse_after(_definite(generator), randn(generator, _N), steps),
        {"steps": steps},
        [{"steps": 4}, {"steps": 2}],
        _MATRIX,
    )


def _inverse_after(matrix: Tensor, start: Tensor, steps: int) -> Tensor:
    """Return the error of the matrix after line searches that go to the lowest point of each line."""
    inverse = torch.eye(_N).to(matrix)
    for step, change in _exact_steps(matrix, start, steps):
        inverse = updated_inverse(inverse, step, change)
    return torch.sub(inverse, torch.linalg.inv(matrix))


@function(
    "optim.bfgs_stays_positive_definite", Kind.MEASURED, example={"curvature": "positive"}, shows=(updated_inverse,)
)
def bfgs_stays_positive_definite(curvature: Literal["positive", "negative"] = "positive") -> Run:
    """Say whether BFGS's matrix keeps positive eigenvalues after an update with yᵀs of this sign."""
    return settle(
        "How far the lowest eigenvalue lies below 0",
        Holds.IF_EQUAL,
        _below_zero,
        {"curvature": curvature},
        [{"curvature": "positive"}, {"curvature": "negative"}],
        _MATRIX,
    )


def _below_zero(generator: torch.Generator, curvature: str) -> Tensor:
    step, change = randn(generator, _N), randn(generator, _N)
    wanted = 1.0 if curvature == "positive" else -1.0
    change = change * (change @ step).sign() * wanted
    return torch.clamp(-torch.linalg.eigvalsh(updated_inverse(_definite(generator), step, change)).min(), min=0)


@function("optim.two_loop_equals_bfgs", Kind.MEASURED, example={"history_size": 4}, shows=(two_loop, updated_inverse))
def two_loop_equals_bfgs(history_size: Annotated[int, Between(1, 4)] = 4) -> Run:
    """Say whether L-BFGS with this history gives BFGS's direction after four steps, both begun with the identity."""
    return settle(
        "L-BFGS's direction less that of BFGS",
        Holds.IF_EQUAL,
        _two_loop_error,
        {"history_size": history_size},
        [{"history_size": 4}, {"history_size": 2}],
        _MATRIX,
    )


def _two_loop_error(generator: torch.Generator, history_size: int) -> Tensor:
    matrix, gradient = _definite(generator), randn(generator, _N)
    steps = [randn(generator, _N) for _ in range(4)]
    pairs = [(step, matrix @ step) for step in steps]
    inverse = torch.eye(_N).to(matrix)
    for step, change in pairs:
        inverse = updated_inverse(inverse, step, change)
    return torch.sub(two_loop(gradient, pairs[-history_size:]), inverse @ gradient)


def _exact_steps(matrix: Tensor, point: Tensor, count: int) -> list[Pair]:
    """Return the pairs of BFGS on ½·xᵀAx with exact line searches."""
    inverse, pairs = torch.eye(_N).to(matrix), list[Pair]()
    for _ in range(count):
        gradient = matrix @ point
        direction = -inverse @ gradient
        step = -(gradient @ direction) / (direction @ matrix @ direction) * direction
        pairs.append((step, matrix @ step))
        inverse, point = updated_inverse(inverse, *pairs[-1]), point + step
    return pairs


def _definite(generator: torch.Generator) -> Tensor:
    """Return a symmetric matrix whose eigenvalues are 1 to 4."""
    rotation, _ = torch.linalg.qr(randn(generator, _N, _N))
    eigenvalues = torch.arange(1, _N + 1).to(rotation)
    result: Tensor = rotation * eigenvalues @ rotation.T
    return result
