"""``gan.*``: the losses of both players, from the discriminator's answers D, and the generator's gradient."""

from typing import Literal

import torch
from torch import Tensor, nn

from engine.doors.generative._generative import Answers, Probability, numbers, terms
from engine.evidence import Blocks, Curve, Run, Series
from engine.generative.adversarial import objective
from engine.generative.adversarial.objective import Form
from engine.registry import Kind, function

By = Literal["logit", "probability"]
_ANSWERS = {"real": [0.9, 0.8], "fake": [0.1, 0.3]}


@function("gan.discriminator_loss", Kind.MODULE, example=_ANSWERS)
def discriminator_loss(real: Answers, fake: Answers) -> Run:
    """Return the discriminator's loss as two ``nn.BCELoss`` make it, for its answers to real and fake samples.

    An answer is the probability of "real". The two means are added, not averaged.

    >>> round(discriminator_loss((0.5,), (0.5,)).value, 6)  # 2·log 2
    1.386294
    """
    on_real, on_fake = _bce(numbers(real), 1.0), _bce(numbers(fake), 0.0)
    rows = [("real, labelled 1", on_real.item()), ("fake, labelled 0", on_fake.item())]
    return Run((on_real + on_fake).item(), lambda: [terms("Mean cross-entropy", rows)], str(on_real.device))


@function("gan.discriminator_loss_formula", Kind.CLOSED_FORM, example=_ANSWERS, shows=(objective.discriminator_loss,))
def discriminator_loss_formula(real: Answers, fake: Answers) -> Run:
    """Return the same as -(mean log D(x) + mean log(1 - D(G(z))))."""
    loss = objective.discriminator_loss(numbers(real).logit(), numbers(fake).logit())
    return Run(loss.item(), lambda: [_losses_over_answers()], str(loss.device))


@function("gan.value", Kind.MODULE, example=_ANSWERS)
def value(real: Answers, fake: Answers) -> Run:
    """Return V(D, G), which D raises and G lowers: the discriminator's loss with the other sign.

    >>> round(value((0.5,), (0.5,)).value, 6)  # -log 4
    -1.386294
    """
    run = discriminator_loss(real, fake)
    return Run(-run.value, run.evidence, run.device)


@function("gan.value_formula", Kind.CLOSED_FORM, example=_ANSWERS, shows=(objective.value,))
def value_formula(real: Answers, fake: Answers) -> Run:
    """Return the same as mean log D(x) + mean log(1 - D(G(z)))."""
    found = objective.value(numbers(real).logit(), numbers(fake).logit())
    return Run(found.item(), lambda: [_losses_over_answers()], str(found.device))


@function("gan.generator_loss", Kind.MODULE, example={"fake": [0.1, 0.3], "form": "non_saturating"})
def generator_loss(fake: Answers, form: Form = "saturating") -> Run:
    """Return what the generator lowers, by ``nn.BCELoss``: mean log(1 - D), or with ``non_saturating`` mean -log D.

    >>> round(generator_loss((0.5,)).value, 6), round(generator_loss((0.5,), "non_saturating").value, 6)
    (-0.693147, 0.693147)
    """
    answers = numbers(fake)
    loss = -_bce(answers, 0.0) if form == "saturating" else _bce(answers, 1.0)
    return Run(loss.item(), lambda: [_losses_over_answers()], str(loss.device))


@function(
    "gan.generator_loss_formula", Kind.CLOSED_FORM, example={"fake": [0.1, 0.3]}, shows=(objective.generator_loss,)
)
def generator_loss_formula(fake: Answers, form: Form = "saturating") -> Run:
    """Return the same by its formula."""
    loss = objective.generator_loss(numbers(fake).logit(), form)
    return Run(loss.item(), lambda: [_losses_over_answers()], str(loss.device))


@function("gan.generator_gradient", Kind.MEASURED, example={"answer": 0.001, "form": "saturating"})
def generator_gradient(answer: Probability, form: Form = "saturating", by: By = "logit") -> Run:
    """Return the derivative of the generator's loss, by autograd, where D gives a fake this ``answer``.

    By D's logit, as it flows on into the generator, or by D itself.

    >>> round(generator_gradient(0.25).value, 9), round(generator_gradient(0.25, "non_saturating").value, 9)
    (-0.25, -0.75)
    """
    given = numbers([answer])
    asked = (given.logit() if by == "logit" else given).requires_grad_()
    loss = (nn.BCEWithLogitsLoss() if by == "logit" else nn.BCELoss())(asked, torch.full_like(asked, _label(form)))
    (slope,) = torch.autograd.grad(-loss if form == "saturating" else loss, asked)
    return Run(slope.item(), _slopes_over_logits, str(slope.device))


@function(
    "gan.generator_gradient_formula", Kind.CLOSED_FORM, example={"answer": 0.001}, shows=(objective.generator_slope,)
)
def generator_gradient_formula(answer: Probability, form: Form = "saturating", by: By = "logit") -> Run:
    """Return the same by its formula: -D or -(1 - D) by the logit; divided by D·(1 - D) by D itself."""
    given = numbers([answer])
    slope = objective.generator_slope(given.logit(), form)
    slope = slope if by == "logit" else slope / (given * (1 - given))
    return Run(slope.item(), _slopes_over_logits, str(slope.device))


def _label(form: Form) -> float:
    return 0.0 if form == "saturating" else 1.0


def _bce(answers: Tensor, label: float) -> Tensor:
    loss: Tensor = nn.BCELoss()(answers, torch.full_like(answers, label))
    return loss


def _losses_over_answers() -> Curve:
    answers = torch.linspace(0.02, 0.98, 49, dtype=torch.float64)
    forms: list[Form] = ["saturating", "non_saturating"]
    series = [
        Series(form, answers.tolist(), [objective.generator_loss(a.logit(), form).item() for a in answers])
        for form in forms
    ]
    return Curve("The generator's loss over D(G(z))", series, "D(G(z))", "loss")


def _slopes_over_logits() -> Blocks:
    logits = torch.linspace(-8, 8, 65, dtype=torch.float64)
    forms: list[Form] = ["saturating", "non_saturating"]
    series = [Series(form, logits.tolist(), objective.generator_slope(logits, form).tolist()) for form in forms]
    return [Curve("Derivative by the logit of D: flat where nothing is learned", series, "logit", "derivative")]
