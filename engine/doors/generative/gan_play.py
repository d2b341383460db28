"""``gan.*``: gradient play on V = x·y, where x goes down and y goes up; and trainings of the smallest GANs."""

import math
from typing import Annotated

import torch
from torch import Tensor

from engine.arguments import Between, Length
from engine.doors.generative._generative import Number, distribution
from engine.errors import Refused
from engine.evidence import Blocks, Curve, Heatmap, Path, Run, Series, Table
from engine.generative.adversarial import bilinear_game, mode_collapse
from engine.generative.adversarial.alternating import Pair, Round, alternate
from engine.generative.adversarial.bilinear_game import Update
from engine.generative.adversarial.gaussian_players import AffineGenerator, ParabolaDiscriminator
from engine.generative.adversarial.objective import Form
from engine.registry import Kind, function

Rate = Annotated[float, Between(1e-4, 1)]
Steps = Annotated[int, Between(0, 1000)]
Rounds = Annotated[int, Between(1, 300)]
Learning = Annotated[float, Between(1e-4, 0.5)]
Masses = Annotated[tuple[Annotated[float, Between(1e-6, 1)], ...], Length(2, 64)]
_PLAY = {"lr": 0.1, "steps": 200}


@function("gan.play_distance", Kind.MEASURED, example=_PLAY, shows=(bilinear_game.play, bilinear_game.step))
def play_distance(lr: Rate, steps: Steps, update: Update = "simultaneous", x: Number = 1.0, y: Number = 1.0) -> Run:
    """Return how far from the equilibrium (0, 0) of V = x·y the players stand after so many steps from (x, y).

    >>> round(play_distance(0.1, 200).value, 6)  # √2·1.01¹⁰⁰
    3.825184
    """
    points = bilinear_game.play(torch.tensor([x, y], dtype=torch.float64), lr, steps, update)
    return Run(points[-1].norm().item(), lambda: _played(points, update), "cpu")


@function("gan.play_distance_formula", Kind.CLOSED_FORM, example=_PLAY, shows=(bilinear_game.growth_formula,))
def play_distance_formula(
    lr: Rate, steps: Steps, update: Update = "simultaneous", x: Number = 1.0, y: Number = 1.0
) -> Run:
    """Return the same as √(x² + y²) times the growth per step to the power of steps; alternating play has none."""
    if update == "alternating":
        raise Refused("under alternating play the distance swings, so it has no formula; ask gan.play_distance")
    return Run(math.hypot(x, y) * bilinear_game.growth_formula(lr, update) ** steps)


@function("gan.play_growth", Kind.MEASURED, example={"lr": 0.1}, shows=(bilinear_game.growth, bilinear_game.step))
def play_growth(lr: Rate, update: Update = "simultaneous") -> Run:
    """Return the largest size of an eigenvalue of one step of play on V = x·y: above 1 the players spiral out.

    >>> round(play_growth(0.5).value, 9), round(play_growth(0.5, "alternating").value, 9)
    (1.118033989, 1.0)
    """
    updates: list[Update] = ["simultaneous", "alternating", "extragradient"]
    rows = [(name, bilinear_game.growth(lr, name), bilinear_game.growth_formula(lr, name)) for name in updates]
    table = Table(f"Growth per step at lr = {lr:g}", ["update", "of the step's matrix", "by formula"], rows)
    return Run(bilinear_game.growth(lr, update), lambda: [table], "cpu")


@function("gan.play_growth_formula", Kind.CLOSED_FORM, example={"lr": 0.1}, shows=(bilinear_game.growth_formula,))
def play_growth_formula(lr: Rate, update: Update = "simultaneous") -> Run:
    """Return the same as √(1 + η²), 1, or √(1 - η² + η⁴), for simultaneous, alternating and extragradient play."""
    return Run(bilinear_game.growth_formula(lr, update))


@function(
    "gan.training",
    Kind.MEASURED,
    example={"mean": 1, "std": 0.5, "rounds": 40},
    shows=(alternate, AffineGenerator, ParabolaDiscriminator),
)
def training(
    mean: Annotated[float, Between(-5, 5)],
    std: Annotated[float, Between(0.1, 3)],
    rounds: Rounds = 200,
    k: Annotated[int, Between(0, 5)] = 1,
    lr: Learning = 0.02,
    discriminator_lr: Learning = 0.3,
    form: Form = "non_saturating",
    seed: Annotated[int, Between(0, 1_000_000)] = 0,
) -> Run:
    """Return mean and std of a generator shift + scale·z after training on N(mean, std²) with k D steps a round.

    It starts as N(0, 1). Players step with Adam, β₁ = 0.5, on batches of 64; D's logit is a parabola.
    """
    chance = torch.Generator().manual_seed(seed)

    def noise(count: int) -> Tensor:
        return torch.randn(count, generator=chance, dtype=torch.float64)

    generator = AffineGenerator()
    pair = Pair(generator, ParabolaDiscriminator())
    history = alternate(
        pair,
        lambda count: mean + std * noise(count),
        noise,
        rounds,
        k,
        lr=lr,
        discriminator_lr=discriminator_lr,
        form=form,
    )
    learned = [generator.shift.item(), abs(generator.scale.item())]
    return Run(learned, lambda: _trained(history, mean, std), "cpu")


@function(
    "gan.modes_covered", Kind.MEASURED, example={"p": [0.25] * 4, "generator_steps": 200}, shows=(mode_collapse.train,)
)
def modes_covered(
    p: Masses,
    generator_steps: Annotated[int, Between(1, 500)] = 1,
    rounds: Annotated[int, Between(1, 20)] = 5,
    seed: Annotated[int, Between(0, 1_000_000)] = 0,
) -> Run:
    """Return on how many modes of a mixture a generator keeps at least a tenth of the fair mass, 1/modes.

    The data gives mode i the mass p_i. In each round D takes its best reply, then G ``generator_steps`` gradient steps
    of size 4 in its softmax's scores.
    """
    start = torch.randn(len(p), generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    course = mode_collapse.train(distribution("p", p).cpu(), start, rounds, generator_steps, lr=4.0)
    heatmap = Heatmap("Mass that G gives to each mode", course.masses.tolist(), "mode", "round")
    return Run(mode_collapse.modes_covered(course.masses[-1]), lambda: [heatmap], "cpu")


def _played(points: Tensor, update: Update) -> Blocks:
    x, y = points[:, 0].tolist(), points[:, 1].tolist()
    reach = 1.1 * points.abs().max().item()
    axis = torch.linspace(-reach, reach, 41, dtype=torch.float64)
    grid = torch.stack(torch.meshgrid(axis, axis, indexing="xy"), dim=-1)
    distances = points.norm(dim=1).tolist()
    return [
        Path(
            f"{update} play over V = x·y",
            [Series(update, x, y)],
            bilinear_game.value(grid).tolist(),
            (-reach, reach) * 2,
        ),
        Curve("Distance from (0, 0)", [Series(update, list(range(len(distances))), distances)], "step"),
    ]


def _trained(history: list[Round], mean: float, std: float) -> Blocks:
    """Return both losses, and the fakes' mean and spread at four times of the training."""
    places = sorted({round(share * (len(history) - 1)) for share in (0, 1 / 3, 2 / 3, 1)})
    rows = [(at + 1, history[at].fakes.mean().item(), history[at].fakes.std().item()) for at in places]
    rounds = [float(number) for number in range(1, len(history) + 1)]
    known = [
        (number, turn) for number, turn in zip(rounds, history, strict=True) if not math.isnan(turn.discriminator_loss)
    ]
    series = [Series("generator", rounds, [turn.generator_loss for turn in history])]
    if known:
        series.append(Series("discriminator", [n for n, _ in known], [turn.discriminator_loss for _, turn in known]))
    return [
        Table(f"Fakes; the data has mean {mean:g} and std {std:g}", ["round", "mean", "std"], rows),
        Curve("Losses", series, "round", "loss"),
    ]
