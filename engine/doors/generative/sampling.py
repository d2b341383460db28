"""``sampling.*``: the inverse transform, which turns uniform noise into any law on a line."""

from collections.abc import Callable
from functools import partial
from typing import Annotated

import torch
from torch import Tensor, distributions

from engine.arguments import Between, Length
from engine.doors.generative._generative import Number, Probability, line, numbers
from engine.evidence import Blocks, Run
from engine.generative.adversarial.latent import Law, inverse_cdf
from engine.registry import Kind, function

Chances = Annotated[tuple[Probability, ...], Length(1, 256)]
Scale = Annotated[float, Between(1e-6, 1e6)]
_HALF = {"u": [0.5], "law": "exponential", "scale": 0.5}


@function("sampling.inverse_cdf", Kind.LIBRARY, example=_HALF)
def quantiles(u: Chances, law: Law, loc: Number = 0.0, scale: Scale = 1.0) -> Run:
    """Return what ``torch.distributions`` makes of uniform chances u: x with P(X ≤ x) = u, for each of them.

    The exponential law's ``scale`` is its mean.

    >>> [round(x, 6) for x in quantiles((0.5, 0.75), "exponential").value]  # log 2 and 2·log 2
    [0.693147, 1.386294]
    """
    chances = numbers(u)
    found = _torch_quantiles(chances, law) * scale + loc
    return Run(found.tolist(), partial(_curve, law, loc, scale), str(found.device))


@function("sampling.inverse_cdf_formula", Kind.CLOSED_FORM, example=_HALF, shows=(inverse_cdf,))
def quantiles_formula(u: Chances, law: Law, loc: Number = 0.0, scale: Scale = 1.0) -> Run:
    """Return the same by the inverse of each distribution function, such as -log(1 - u)."""
    found = inverse_cdf(numbers(u), law, loc, scale)
    return Run(found.tolist(), partial(_curve, law, loc, scale), str(found.device))


def _torch_quantiles(u: Tensor, law: Law) -> Tensor:
    zero, one = u.new_zeros(()), u.new_ones(())
    makers: dict[Law, Callable[[], distributions.Distribution]] = {
        "exponential": lambda: distributions.Exponential(one),
        "cauchy": lambda: distributions.Cauchy(zero, one),
        "normal": lambda: distributions.Normal(zero, one),
        "uniform": lambda: distributions.Uniform(zero, one),
        "logistic": lambda: distributions.TransformedDistribution(
            distributions.Uniform(zero, one), [distributions.SigmoidTransform().inv]
        ),
    }
    return makers[law]().icdf(u)


def _curve(law: Law, loc: float, scale: float) -> Blocks:
    u = torch.linspace(0.01, 0.99, 99, dtype=torch.float64)
    x = inverse_cdf(u, law, loc, scale)
    return [line(f"From uniform u to the {law} law", law, u.tolist(), x.tolist(), "u", "x")]
