"""``vae.*``: the divergence in a variational autoencoder's bound, and the bound beside a likelihood that is known."""

from collections.abc import Callable
from typing import Annotated

import torch
from torch import Tensor
from torch.distributions import MultivariateNormal, Normal, kl_divergence

from engine.arguments import Between, Elements, Length
from engine.device import for_float64
from engine.doors.generative._generative import numbers, same_length
from engine.errors import Refused
from engine.evidence import Blocks, Curve, Run, Series, Table
from engine.generative.variational import linear_gaussian
from engine.generative.variational.gaussian_kl import gaussian_kl
from engine.generative.variational.linear_gaussian import LinearGaussian
from engine.generative.variational.reparametrize import reparametrize
from engine.registry import Kind, function

Number = Annotated[float, Between(-1e3, 1e3)]
Std = Annotated[float, Between(1e-3, 1e3)]
Numbers = Annotated[tuple[Number, ...], Length(1, 64)]
Stds = Annotated[tuple[Std, ...], Length(1, 64)]
Matrix = Annotated[Tensor, Elements(256, dims=2), Between(-1e3, 1e3)]
_CODE = {"mean": [1, 0], "std": [0.5, 1]}
_MODEL = {"weight": [[1, 0], [1, 1], [0, 2]], "x": [1, 0, 2], "noise_std": 0.5}
_BOUND = {**_MODEL, "mean": [0.5, 0.8], "std": [0.3, 0.2]}


@function("vae.kl", Kind.LIBRARY, example=_CODE)
def kl(mean: Numbers, std: Stds) -> Run:
    """Return KL(N(mean, diag std²), N(0, I)) in nats as ``torch.distributions.kl_divergence`` gives it.

    >>> kl((1.0, 2.0), (1.0, 1.0)).value
    2.5
    """
    centre, width = _gaussian(mean, std)
    each = kl_divergence(Normal(centre, width), Normal(torch.zeros_like(centre), torch.ones_like(width)))
    return Run(each.sum().item(), lambda: _each(mean, std, each), str(each.device))


@function("vae.kl_formula", Kind.CLOSED_FORM, example=_CODE, shows=(gaussian_kl,))
def kl_formula(mean: Numbers, std: Stds) -> Run:
    """Return the same as ½·Σ (μ² + σ² - 1 - log σ²)."""
    centre, width = _gaussian(mean, std)
    each = gaussian_kl(centre[:, None], 2 * width.log()[:, None])
    return Run(gaussian_kl(centre, 2 * width.log()).item(), lambda: _each(mean, std, each), str(centre.device))


@function("vae.latent", Kind.CLOSED_FORM, example={**_CODE, "noise": [-1, 2]}, shows=(reparametrize,))
def latent(mean: Numbers, std: Stds, noise: Numbers) -> Run:
    """Return the code z = mean + std·noise that the reparametrisation trick draws.

    >>> latent((1.0, 0.0), (0.5, 1.0), (-1.0, 2.0)).value
    [0.5, 2.0]
    """
    same_length("mean", mean, "noise", noise)
    centre, width = _gaussian(mean, std)
    return Run(reparametrize(centre, 2 * width.log(), numbers(noise)).tolist())


@function("vae.log_likelihood", Kind.LIBRARY, example=_MODEL)
def log_likelihood(weight: Matrix, x: Numbers, noise_std: Std) -> Run:
    """Return log p(x) of the model z ~ N(0, I), x = W·z + N(0, s²·I), by ``torch.distributions.MultivariateNormal``.

    ``weight`` is W, a row for each entry of x and a column for each of z; ``noise_std`` is s.

    >>> round(log_likelihood(torch.ones(1, 1, dtype=torch.float64), (0.0,), 1.0).value, 6)  # -½·log 4π
    -1.265512
    """
    model, point = _model(weight, x, noise_std)
    covariance = model.weight @ model.weight.mT + noise_std**2 * torch.eye(len(point)).to(point)
    log_prob: Callable[[Tensor], Tensor] = MultivariateNormal(model.bias, covariance).log_prob
    found = log_prob(point)
    return Run(found.item(), lambda: _bounds(model, point), str(found.device))


@function("vae.log_likelihood_formula", Kind.CLOSED_FORM, example=_MODEL, shows=(linear_gaussian.log_likelihood,))
def log_likelihood_formula(weight: Matrix, x: Numbers, noise_std: Std) -> Run:
    """Return the same as -½·(xᵀ·C⁻¹·x + log det C + D·log 2π), C = W·Wᵀ + s²·I."""
    model, point = _model(weight, x, noise_std)
    return Run(linear_gaussian.log_likelihood(model, point).item(), lambda: _bounds(model, point), str(point.device))


@function("vae.elbo", Kind.MEASURED, example=_BOUND)
def elbo(weight: Matrix, x: Numbers, noise_std: Std, mean: Numbers, std: Stds) -> Run:
    """Return the evidence lower bound of log p(x) for q = N(mean, diag std²) by averaging over codes.

    The codes are mean ± √K·std along each of K axes: their mean is exact, as log p(x given z) is quadratic in z.
    """
    model, point = _model(weight, x, noise_std)
    centre, width = _code(model, mean, std)
    shifts = torch.diag(width) * len(width) ** 0.5
    codes = torch.cat([centre + shifts, centre - shifts])
    log_prob: Callable[[Tensor], Tensor] = Normal(codes @ model.weight.mT, noise_std).log_prob
    expected = log_prob(point).sum(-1).mean()
    found = expected - kl(mean, std).value
    return Run(found.item(), lambda: _bounds(model, point), str(point.device))


@function("vae.elbo_formula", Kind.CLOSED_FORM, example=_BOUND, shows=(linear_gaussian.elbo,))
def elbo_formula(weight: Matrix, x: Numbers, noise_std: Std, mean: Numbers, std: Stds) -> Run:
    """Return the same as E[log p(x given z)] - KL(q, N(0, I)), both by their formulas."""
    model, point = _model(weight, x, noise_std)
    centre, width = _code(model, mean, std)
    found = linear_gaussian.elbo(model, point, centre, 2 * width.log())
    return Run(found.item(), lambda: _bounds(model, point), str(point.device))


def _gaussian(mean: Numbers, std: Stds) -> tuple[Tensor, Tensor]:
    same_length("mean", mean, "std", std)
    return numbers(mean), numbers(std)


def _model(weight: Tensor, x: Numbers, noise_std: float) -> tuple[LinearGaussian, Tensor]:
    if weight.shape[0] != len(x):
        raise Refused(f"'weight' needs a row for each of the {len(x)} entries of x, not {weight.shape[0]}")
    point = numbers(x)
    return LinearGaussian(weight.to(for_float64()), torch.zeros_like(point), noise_std), point


def _code(model: LinearGaussian, mean: Numbers, std: Stds) -> tuple[Tensor, Tensor]:
    columns = model.weight.shape[1]
    if len(mean) != columns:
        raise Refused(f"'mean' needs one number for each of W's {columns} columns, not {len(mean)}")
    return _gaussian(mean, std)


def _each(mean: Numbers, std: Stds, each: Tensor) -> Blocks:
    rows = list(zip(mean, std, each.tolist(), strict=True))
    widths = torch.linspace(0.1, 3, 59, dtype=torch.float64)
    curve = gaussian_kl(torch.zeros(59, 1, dtype=torch.float64), 2 * widths.log()[:, None])
    return [
        Table("Each entry of the code", ["mean", "std", "divergence"], rows),
        Curve("Divergence at mean 0", [Series("KL", widths.tolist(), curve.tolist())], "std"),
    ]


def _bounds(model: LinearGaussian, x: Tensor) -> Blocks:
    """Return log p(x) beside the best bound, and the bound over the width of q around its best mean."""
    mean, log_var = linear_gaussian.best_mean_field(model, x)
    known = linear_gaussian.log_likelihood(model, x).item()
    best = linear_gaussian.elbo(model, x, mean, log_var).item()
    factors = torch.linspace(0.3, 2.5, 45, dtype=torch.float64)
    bounds = [linear_gaussian.elbo(model, x, mean, log_var + 2 * factor.log()).item() for factor in factors]
    series = [
        Series("bound", factors.tolist(), bounds),
        Series("log p(x)", factors.tolist(), [known] * len(bounds)),
    ]
    return [
        Table("In nats", ["quantity", "value"], [("log p(x)", known), ("best bound with independent entries", best)]),
        Curve("The bound over the widths of q, in units of the best ones", series, "factor"),
    ]
