"""Training the smallest GANs: who moves in which step, what is learned, and which modes survive."""

from typing import Annotated, Literal

import torch
from torch import Tensor

from engine.arguments import Between
from engine.evidence import Run
from engine.experiments._settle import Holds, Thresholds, randn, settle
from engine.generative.adversarial import mode_collapse
from engine.generative.adversarial.alternating import Pair, alternate, discriminator_step, generator_step
from engine.generative.adversarial.gaussian_players import AffineGenerator, ParabolaDiscriminator
from engine.generative.adversarial.objective import Form
from engine.generative.adversarial.optimal_discriminator import optimal_discriminator, value_at_optimum
from engine.optim.adam import Adam
from engine.registry import Kind, function

Player = Literal["generator", "discriminator"]
_MODES = 6


@function("gan.learns_mean", Kind.MEASURED, example={"k": 1}, shows=(alternate,))
def learns_mean(k: Annotated[int, Between(0, 2)] = 1, form: Form = "non_saturating") -> Run:
    """Say whether 12 rounds of ``k`` discriminator steps and one generator step bring N(0, 1) near data around 1.

    Near is a mean off by less than 0.4. With k = 0 the discriminator stays undecided.
    """
    return settle(
        "Distance of the generator's mean from that of the data",
        Holds.IF_EQUAL,
        _mean_missed,
        {"k": k, "form": form},
        [{"k": 1, "form": form}, {"k": 0, "form": form}],
        Thresholds(none=0.4, some=0.8),
    )


def _mean_missed(generator: torch.Generator, k: int, form: Form) -> Tensor:
    def noise(count: int) -> Tensor:
        return torch.randn(count, generator=generator, dtype=torch.float64)

    learner = AffineGenerator()
    pair = Pair(learner, ParabolaDiscriminator())
    alternate(pair, lambda count: 1 + 0.5 * noise(count), noise, rounds=12, k=k, lr=0.15, form=form)
    return learner.shift - 1


@function("gan.step_moves", Kind.MEASURED, example={"step": "discriminator", "player": "generator"})
def step_moves(step: Player = "discriminator", player: Player = "generator") -> Run:
    """Say whether a training ``step`` of one side changes any parameter of a ``player``."""
    both: tuple[Player, Player] = ("discriminator", "generator")
    return settle(
        "Largest change of the player's parameters",
        Holds.IF_DIFFERENT,
        _moved,
        {"step": step, "player": player},
        [{"step": a, "player": b} for a in both for b in both],
    )


def _moved(generator: torch.Generator, step: Player, player: Player) -> Tensor:
    pair = Pair(AffineGenerator(), ParabolaDiscriminator())
    pair.discriminator.coefficients.data = randn(generator, 3).cpu()
    watched = list(getattr(pair, player).parameters())
    before = [parameter.detach().clone() for parameter in watched]
    real, noise = randn(generator, 2, 32).cpu()
    if step == "discriminator":
        discriminator_step(pair, Adam(pair.discriminator.parameters(), 0.1), 2 + real, noise)
    else:
        generator_step(pair, Adam(pair.generator.parameters(), 0.1), noise, "non_saturating")
    return torch.stack([(now - then).abs().max() for now, then in zip(watched, before, strict=True)])


@function("gan.keeps_all_modes", Kind.MEASURED, example={"generator_steps": 1}, shows=(mode_collapse.train,))
def keeps_all_modes(generator_steps: Annotated[int, Between(1, 200)] = 1) -> Run:
    """Say whether a generator on a mixture of six equal modes covers them all after three rounds.

    A round renews the discriminator and then takes ``generator_steps`` generator steps against it.
    """
    return settle(
        "Modes that got less than a tenth of their share",
        Holds.IF_EQUAL,
        _modes_lost,
        {"generator_steps": generator_steps},
        [{"generator_steps": 1}, {"generator_steps": 200}],
        Thresholds(none=0, some=1),
    )


def _modes_lost(generator: torch.Generator, generator_steps: int) -> Tensor:
    fair = torch.full((_MODES,), 1 / _MODES, dtype=torch.float64)
    start = 0.5 * randn(generator, _MODES).cpu()
    course = mode_collapse.train(fair, start, rounds=3, generator_steps=generator_steps, lr=4.0)
    return fair.new_tensor(_MODES - mode_collapse.modes_covered(course.masses[-1]))


@function("gan.one_sample_fools", Kind.MEASURED, example={"discriminator": "frozen"})
def one_sample_fools(discriminator: Literal["frozen", "best reply"] = "frozen") -> Run:
    """Say whether making one sample only costs a generator no more than making all that the data holds.

    A frozen discriminator was the best against another generator; the best reply knows the one it faces.
    """
    return settle(
        "Cost of one sample over that of the data's own mixture (0 where it is less)",
        Holds.IF_EQUAL,
        _extra_cost,
        {"discriminator": discriminator},
        [{"discriminator": "frozen"}, {"discriminator": "best reply"}],
        Thresholds(none=1e-9, some=0.05),
    )


def _extra_cost(generator: torch.Generator, discriminator: str) -> Tensor:
    p, other = randn(generator, 2, _MODES).softmax(-1)
    answers = optimal_discriminator(p, other)
    single = torch.eye(_MODES).to(p)[answers.argmax()]
    if discriminator == "best reply":
        return torch.clamp(value_at_optimum(p, single) - value_at_optimum(p, p), min=0)
    cost = torch.log1p(-answers)
    return torch.clamp((single * cost).sum() - (p * cost).sum(), min=0)
