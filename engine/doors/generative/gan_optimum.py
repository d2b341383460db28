"""``gan.*``: the best discriminator against a fixed generator, and the value of the game there."""

from typing import Annotated

import torch
from torch import Tensor, nn

from engine.arguments import Between
from engine.doors.generative._generative import Distribution, distribution, numbers, same_length
from engine.errors import Refused
from engine.evidence import Blocks, Curve, Run, Series, Table
from engine.generative.adversarial import optimal_discriminator as best
from engine.registry import Kind, function

Density = Annotated[float, Between(0, 1e6)]
Share = Annotated[float, Between(1e-6, 1 - 1e-6)]
_TWO = {"p": [0.5, 0.3, 0.2], "q": [0.1, 0.3, 0.6]}


@function(
    "gan.optimal_discriminator", Kind.MEASURED, example={"p": 0.3, "q": 0.1}, shows=(best.searched_discriminator,)
)
def optimal_discriminator(p: Density, q: Density, real_share: Share = 0.5) -> Run:
    """Return the best answer D where the data's density is ``p`` and the generator's ``q``, by search on the slope.

    ``real_share`` is the share of real samples in what D is shown, a half in the paper.

    >>> round(optimal_discriminator(0.3, 0.1).value, 9)
    0.75
    """
    _check(p, q)
    found = best.searched_discriminator(numbers([p]), numbers([q]), real_share)
    return Run(found.item(), lambda: [_shown(p, q, real_share)], str(found.device))


@function(
    "gan.optimal_discriminator_formula",
    Kind.CLOSED_FORM,
    example={"p": 0.3, "q": 0.1},
    shows=(best.optimal_discriminator,),
)
def optimal_discriminator_formula(p: Density, q: Density, real_share: Share = 0.5) -> Run:
    """Return the same as π·p/(π·p + (1 - π)·q), π being ``real_share``."""
    _check(p, q)
    found = best.optimal_discriminator(numbers([p]), numbers([q]), real_share)
    return Run(found.item(), lambda: [_shown(p, q, real_share)], str(found.device))


@function("gan.value_at_optimum", Kind.MEASURED, example=_TWO, shows=(best.searched_discriminator, best.value_of))
def value_at_optimum(p: Distribution, q: Distribution) -> Run:
    """Return V(D, G) for distributions of data (p) and generator (q) once D has been maximised by search.

    >>> round(value_at_optimum((0.5, 0.5), (0.5, 0.5)).value, 6)  # -log 4
    -1.386294
    """
    data, made = _pair(p, q)
    found = best.value_of(best.searched_discriminator(data, made), data, made)
    return Run(found.item(), lambda: _outcomes(data, made), str(found.device))


@function("gan.value_at_optimum_formula", Kind.CLOSED_FORM, example=_TWO, shows=(best.value_at_optimum,))
def value_at_optimum_formula(p: Distribution, q: Distribution) -> Run:
    """Return the same as -log 4 + 2·JSD(p, q)."""
    data, made = _pair(p, q)
    found = best.value_at_optimum(data, made)
    return Run(found.item(), lambda: _outcomes(data, made), str(found.device))


@function("gan.jensen_shannon", Kind.MODULE, example=_TWO)
def jensen_shannon(p: Distribution, q: Distribution) -> Run:
    """Return the Jensen-Shannon divergence in nats, by ``nn.KLDivLoss`` from both to their middle.

    >>> round(jensen_shannon((1.0, 0.0), (0.0, 1.0)).value, 6)  # log 2, the most there is
    0.693147
    """
    one, other = _pair(p, q)
    middle = ((one + other) / 2).clamp(min=torch.finfo(torch.float64).tiny).log()
    divergence = nn.KLDivLoss(reduction="sum")
    found: Tensor = (divergence(middle, one) + divergence(middle, other)) / 2
    return Run(found.item(), lambda: _outcomes(one, other), str(found.device))


@function("gan.jensen_shannon_formula", Kind.CLOSED_FORM, example=_TWO, shows=(best.jensen_shannon,))
def jensen_shannon_formula(p: Distribution, q: Distribution) -> Run:
    """Return the same as ½·KL(p, m) + ½·KL(q, m), m = (p + q)/2."""
    one, other = _pair(p, q)
    found = best.jensen_shannon(one, other)
    return Run(found.item(), lambda: _outcomes(one, other), str(found.device))


def _check(p: float, q: float) -> None:
    if p + q == 0:
        raise Refused("where neither density reaches, p = q = 0, every answer of D is as good")


def _pair(p: Distribution, q: Distribution) -> tuple[Tensor, Tensor]:
    same_length("p", p, "q", q)
    return distribution("p", p), distribution("q", q)


def _shown(p: float, q: float, real_share: float) -> Curve:
    answers = torch.linspace(0.01, 0.99, 99, dtype=torch.float64)
    shown = real_share * p * answers.log() + (1 - real_share) * q * (1 - answers).log()
    line = Series("π·p·log D + (1 - π)·q·log(1 - D)", answers.tolist(), shown.tolist())
    return Curve("What one place adds to V, over D's answer there", [line], "D")


def _outcomes(p: Tensor, q: Tensor) -> Blocks:
    places = list(map(float, range(len(p))))
    answers = best.optimal_discriminator(p, q)
    series = [Series(name, places, values.tolist()) for name, values in (("p", p), ("q", q), ("D*", answers))]
    rows = [("V(D*, G)", best.value_at_optimum(p, q).item()), ("JSD", best.jensen_shannon(p, q).item())]
    return [
        Curve("Data p, generator q and the best answers D*", series, "outcome"),
        Table("In nats", ["quantity", "value"], rows),
    ]
