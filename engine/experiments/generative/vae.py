"""The variational bound: when it is one, when it is tight, and how gradients get through a draw."""

from typing import Literal

import torch
from torch import Tensor
from torch.distributions import Normal, kl_divergence

from engine.evidence import Run
from engine.experiments._settle import Holds, Thresholds, randn, settle
from engine.generative.variational import linear_gaussian
from engine.generative.variational.gaussian_kl import gaussian_kl
from engine.generative.variational.linear_gaussian import LinearGaussian
from engine.generative.variational.reparametrize import reparametrize
from engine.registry import Kind, function

Formula = Literal["½·Σ(μ² + σ² - 1 - log σ²)", "½·Σ(μ² + σ² - 1 + log σ²)", "½·Σ(μ² + σ - 1 - log σ)", "½·Σ μ²"]
Posterior = Literal["best", "shifted", "prior"]
_SHOWS = (linear_gaussian.elbo, linear_gaussian.log_likelihood)
_EXACT: Formula = "½·Σ(μ² + σ² - 1 - log σ²)"


@function("vae.bound_stays_below", Kind.MEASURED, example={"bound": "elbo"}, shows=_SHOWS)
def bound_stays_below(bound: Literal["elbo", "reconstruction only"] = "elbo") -> Run:
    """Say whether a bound stays below the exact log p(x) for 20 Gaussians q, with or without its KL term.

    The model is linear with Gaussian noise. Each q has the posterior's mean, and widths from tiny to large.
    """
    return settle(
        "By how much the bound exceeds log p(x) (0 where it does not)",
        Holds.IF_EQUAL,
        _excess,
        {"bound": bound},
        [{"bound": "elbo"}, {"bound": "reconstruction only"}],
    )


def _excess(generator: torch.Generator, bound: str) -> Tensor:
    model, x = _model(generator, "any")
    mean, _ = linear_gaussian.best_mean_field(model, x)
    widths = 10 ** torch.linspace(-3, 1, 20, dtype=torch.float64)
    known = linear_gaussian.log_likelihood(model, x)
    over = []
    for width in widths.tolist():
        log_var = 2 * torch.full_like(mean, width).log()
        left_out = gaussian_kl(mean, log_var) if bound == "reconstruction only" else 0.0
        over.append(linear_gaussian.elbo(model, x, mean, log_var) + left_out - known)
    return torch.stack(over).clamp(min=0)


@function("vae.bound_is_tight", Kind.MEASURED, example={"q": "best", "columns": "orthogonal"}, shows=_SHOWS)
def bound_is_tight(q: Posterior = "best", columns: Literal["orthogonal", "any"] = "orthogonal") -> Run:
    """Say whether the bound reaches log p(x) for a q with independent entries: the best one, a shifted one, the prior.

    In a linear model the posterior's entries are independent if the columns of W are orthogonal.
    """
    return settle(
        "log p(x) less the bound",
        Holds.IF_EQUAL,
        _gap,
        {"q": q, "columns": columns},
        [
            {"q": "best", "columns": "orthogonal"},
            {"q": "best", "columns": "any"},
            {"q": "prior", "columns": "orthogonal"},
        ],
        Thresholds(none=1e-9, some=1e-3),
    )


def _gap(generator: torch.Generator, q: Posterior, columns: str) -> Tensor:
    model, x = _model(generator, columns)
    mean, log_var = linear_gaussian.best_mean_field(model, x)
    if q == "shifted":
        mean = mean + 0.3
    if q == "prior":
        mean, log_var = torch.zeros_like(mean), torch.zeros_like(log_var)
    return linear_gaussian.log_likelihood(model, x) - linear_gaussian.elbo(model, x, mean, log_var)


def _model(generator: torch.Generator, columns: str) -> tuple[LinearGaussian, Tensor]:
    weight = randn(generator, 4, 2)
    if columns == "orthogonal":
        weight, _ = torch.linalg.qr(weight)
    else:
        weight[:, 1] += weight[:, 0]
    model = LinearGaussian(weight, randn(generator, 4), noise_std=0.4)
    return model, weight @ randn(generator, 2) + model.bias + 0.4 * randn(generator, 4)


@function("vae.kl_is", Kind.MEASURED, example={"formula": _EXACT}, shows=(gaussian_kl,))
def kl_is(formula: Formula = _EXACT) -> Run:
    """Say whether KL(N(μ, diag σ²), N(0, I)), as torch gives it, is this ``formula``."""
    return settle(
        "Torch's divergence less the formula",
        Holds.IF_EQUAL,
        _formula_error,
        {"formula": formula},
        [{"formula": _EXACT}, {"formula": "½·Σ(μ² + σ² - 1 + log σ²)"}, {"formula": "½·Σ μ²"}],
        Thresholds(none=1e-9, some=1e-3),
    )


def _formula_error(generator: torch.Generator, formula: Formula) -> Tensor:
    mean, std = randn(generator, 5), 0.2 + randn(generator, 5).square()
    known = kl_divergence(Normal(mean, std), Normal(torch.zeros_like(mean), torch.ones_like(std))).sum()
    said = {
        _EXACT: mean**2 + std**2 - 1 - 2 * std.log(),
        "½·Σ(μ² + σ² - 1 + log σ²)": mean**2 + std**2 - 1 + 2 * std.log(),
        "½·Σ(μ² + σ - 1 - log σ)": mean**2 + std - 1 - std.log(),
        "½·Σ μ²": mean**2,
    }[formula]
    return torch.sub(known, said.sum() / 2)


@function("vae.gradient_reaches_encoder", Kind.MEASURED, example={"z": "mean + std·noise"}, shows=(reparametrize,))
def gradient_reaches_encoder(z: Literal["mean + std·noise", "drawn from N(mean, std²)"] = "mean + std·noise") -> Run:
    """Say whether a loss of the code z has a gradient by the mean and log σ² that the encoder gave."""
    return settle(
        "Gradient by mean and log σ²",
        Holds.IF_DIFFERENT,
        _through_code,
        {"z": z},
        [{"z": "mean + std·noise"}, {"z": "drawn from N(mean, std²)"}],
    )


def _through_code(generator: torch.Generator, z: str) -> Tensor:
    given = randn(generator, 2, 6).requires_grad_()
    mean, log_var = given
    noise = randn(generator, 6)
    code = reparametrize(mean, log_var, noise)
    if z != "mean + std·noise":  # a draw is a number, whatever it was drawn from
        code = torch.normal(mean.detach().cpu(), (log_var.detach().cpu() / 2).exp(), generator=generator).to(given)
    loss = code.square().sum() + 0 * given.sum()
    return torch.autograd.grad(loss, given)[0]
