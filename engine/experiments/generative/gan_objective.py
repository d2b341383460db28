"""What the two players' losses do: who gets a gradient, from which samples, and how large it is."""

from typing import Annotated, Literal

import torch
from torch import Tensor

from engine.arguments import Between
from engine.evidence import Run
from engine.experiments._settle import Holds, Thresholds, randn, settle
from engine.generative.adversarial.gaussian_players import AffineGenerator, ParabolaDiscriminator
from engine.generative.adversarial.objective import Form, discriminator_loss, generator_loss, generator_slope
from engine.registry import Kind, function

Answer = Annotated[float, Between(1e-6, 1 - 1e-6)]


@function("gan.generator_gets_gradient", Kind.MEASURED, example={"form": "non_saturating"}, shows=(generator_loss,))
def generator_gets_gradient(form: Form = "saturating", answer: Answer = 1e-4) -> Run:
    """Say whether the generator still gets a gradient when the discriminator gives its fakes about this ``answer``.

    Measured is the gradient by the generator's shift, for a linear D of slope 1: over 0.3 is one, under 0.01 is none.
    """
    return settle(
        "Gradient of the generator's loss by its shift",
        Holds.IF_DIFFERENT,
        _shift_gradient,
        {"form": form, "answer": answer},
        [
            {"form": "saturating", "answer": 1e-4},
            {"form": "non_saturating", "answer": 1e-4},
            {"form": "saturating", "answer": 0.5},
        ],
        Thresholds(none=0.01, some=0.3),
    )


def _shift_gradient(generator: torch.Generator, form: Form, answer: float) -> Tensor:
    players = AffineGenerator(scale=0.1)
    fakes = players(randn(generator, 64).cpu())
    logits = fakes + torch.tensor(answer, dtype=torch.float64).logit()
    (gradient,) = torch.autograd.grad(generator_loss(logits, form), players.shift)
    return gradient


@function("gan.generator_losses_push_alike", Kind.MEASURED, example={"answer": 0.5}, shows=(generator_slope,))
def generator_losses_push_alike(answer: Answer = 0.5) -> Run:
    """Say whether log(1 - D) and -log D have one derivative by the logit where D gives a fake this ``answer``."""
    return settle(
        "Derivative of the one loss less that of the other",
        Holds.IF_EQUAL,
        _slopes_apart,
        {"answer": answer},
        [{"answer": 0.5}, {"answer": 0.01}, {"answer": 0.99}],
    )


def _slopes_apart(generator: torch.Generator, answer: float) -> Tensor:
    logit = randn(generator, 1).new_full((1,), answer).logit().requires_grad_()
    forms: list[Form] = ["saturating", "non_saturating"]
    slopes = [torch.autograd.grad(generator_loss(logit, form), logit)[0] for form in forms]
    return torch.sub(*slopes)


@function("gan.is_zero_sum", Kind.MEASURED, example={"form": "saturating"}, shows=(generator_loss, discriminator_loss))
def is_zero_sum(form: Form = "saturating") -> Run:
    """Say whether the players' losses pull the fakes' logits exactly against each other."""
    return settle(
        "Sum of both losses' derivatives by the fakes' logits",
        Holds.IF_EQUAL,
        _sum_of_pulls,
        {"form": form},
        [{"form": "saturating"}, {"form": "non_saturating"}],
    )


def _sum_of_pulls(generator: torch.Generator, form: Form) -> Tensor:
    real, fake = randn(generator, 8), randn(generator, 8).requires_grad_()
    both = discriminator_loss(real, fake) + generator_loss(fake, form)
    return torch.autograd.grad(both, fake)[0]


@function("gan.generator_learns_from", Kind.MEASURED, example={"samples": "fake"}, shows=(discriminator_loss,))
def generator_learns_from(samples: Literal["real", "fake"] = "fake") -> Run:
    """Say whether the game's value has a gradient by the generator through the term of real, or of fake, samples."""
    return settle(
        "Gradient of the term by the generator's shift and scale",
        Holds.IF_DIFFERENT,
        _through_term,
        {"samples": samples},
        [{"samples": "fake"}, {"samples": "real"}],
    )


def _through_term(generator: torch.Generator, samples: str) -> Tensor:
    players, judge = AffineGenerator(), ParabolaDiscriminator()
    judge.coefficients.data = randn(generator, 3).cpu()
    logits = {"real": judge(randn(generator, 32).cpu()), "fake": judge(players(randn(generator, 32).cpu()))}
    sides = {"real": 1.0, "fake": -1.0}
    term = torch.nn.functional.logsigmoid(sides[samples] * logits[samples]).mean()
    parameters = list(players.parameters())
    found = torch.autograd.grad(term, parameters, allow_unused=True)
    return torch.stack([torch.zeros_like(p) if g is None else g for p, g in zip(parameters, found, strict=True)])


@function("gan.discriminator_loss_reaches_generator", Kind.MEASURED, example={"detach": True})
def discriminator_loss_reaches_generator(detach: bool = True) -> Run:
    """Say whether backward of the discriminator's loss leaves a gradient in the generator, whose fakes it saw."""
    return settle(
        "Gradient that the generator holds afterwards",
        Holds.IF_DIFFERENT,
        _leaked,
        {"detach": detach},
        [{"detach": True}, {"detach": False}],
    )


def _leaked(generator: torch.Generator, detach: bool) -> Tensor:
    players, judge = AffineGenerator(), ParabolaDiscriminator()
    judge.coefficients.data = randn(generator, 3).cpu()
    fakes = players(randn(generator, 32).cpu())
    loss = discriminator_loss(judge(randn(generator, 32).cpu()), judge(fakes.detach() if detach else fakes))
    torch.autograd.backward(loss)
    return torch.zeros(1) if players.shift.grad is None else players.shift.grad


@function("gan.discriminator_gets_gradient_from", Kind.MEASURED, example={"score": "value"})
def discriminator_gets_gradient_from(score: Literal["value", "accuracy"] = "value") -> Run:
    """Say whether a small change of the discriminator changes the ``score``: the game's value, or its accuracy."""
    return settle(
        "Change of the score over the change of 10⁻⁶ of the logits",
        Holds.IF_DIFFERENT,
        _score_slope,
        {"score": score},
        [{"score": "value"}, {"score": "accuracy"}],
        Thresholds(none=1e-9, some=1e-3),
    )


def _score_slope(generator: torch.Generator, score: str) -> Tensor:
    real, fake = randn(generator, 50) + 1, randn(generator, 50)

    def scored(change: float) -> Tensor:
        if score == "value":
            return -discriminator_loss(real + change, fake)
        return ((real + change > 0).double().mean() + (fake < 0).double().mean()) / 2

    return (scored(1e-6) - scored(0.0)) / 1e-6


@function("gan.answers_teach_generator", Kind.MEASURED, example={"answers": "probabilities"})
def answers_teach_generator(answers: Literal["probabilities", "margins", "decisions"] = "probabilities") -> Run:
    """Say whether a generator gets a gradient when it is judged by a discriminator's answers of this kind.

    Probabilities are those of a network; margins, the scores of a support vector machine; decisions, their signs.
    """
    return settle(
        "Gradient of the mean answer by the generator's shift",
        Holds.IF_DIFFERENT,
        _taught,
        {"answers": answers},
        [{"answers": other} for other in ("probabilities", "margins", "decisions")],
    )


def _taught(generator: torch.Generator, answers: str) -> Tensor:
    players = AffineGenerator()
    scores = 0.5 + players(randn(generator, 32).cpu())
    judged = {"probabilities": scores.sigmoid(), "margins": scores, "decisions": scores.sign()}[answers]
    return torch.autograd.grad(-judged.mean(), players.shift)[0]
