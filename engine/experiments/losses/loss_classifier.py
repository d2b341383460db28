"""What losses do to classifiers: vanishing gradients, divergences, padding, and a sigmoid too many."""

from typing import Annotated, Literal

import torch
from torch import Tensor, nn

from engine.activations.named import find
from engine.activations.softmax import softmax
from engine.arguments import Between
from engine.evidence import Curve, Run, Series
from engine.experiments._settle import Holds, Thresholds, randn, settle
from engine.losses.cross_entropy import cross_entropy, cross_entropy_slope
from engine.losses.divergence import cross_entropy_of, entropy, kl_divergence
from engine.losses.masked_sequence import Denominator, masked_cross_entropy
from engine.losses.output_delta import cross_entropy_delta, squared_error_delta
from engine.registry import Kind, function

OutputLoss = Literal["half_squared_error", "bce"]
_CLASSES = 5


@function(
    "loss.wrong_output_gets_gradient",
    Kind.MEASURED,
    example={"loss": "bce"},
    shows=(squared_error_delta, cross_entropy_delta),
)
def wrong_output_gets_gradient(loss: OutputLoss = "bce", z: Annotated[float, Between(0, 100)] = 8.0) -> Run:
    """Say whether a sigmoid output that is wrong with a logit of this size still gets a gradient of over 0.05.

    Under 0.01 counts as none. Squared error multiplies the error by a·(1 - a), which is 0 where the sigmoid saturates.
    """
    chosen = {"loss": loss, "z": z}
    controls: list[dict[str, str | float]] = [
        {"loss": "half_squared_error", "z": 8.0},
        {"loss": "half_squared_error", "z": 0.0},
        {"loss": "bce", "z": 8.0},
    ]
    settled = settle(
        "∂loss/∂z of the wrong output", Holds.IF_DIFFERENT, _wrong_delta, chosen, controls, Thresholds(0.01, 0.05)
    )
    return Run(settled.value, lambda: [*settled.evidence(), _delta_curves()])


def _wrong_delta(generator: torch.Generator, loss: str, z: float) -> Tensor:
    wrong = -(z + 0.1 * randn(generator, 4).abs())
    true = torch.ones_like(wrong)
    if loss == "bce":
        return cross_entropy_delta(wrong, true)
    return squared_error_delta(wrong, true, find("sigmoid"))


def _delta_curves() -> Curve:
    z = torch.linspace(-10, 10, 101, dtype=torch.float64)
    true = torch.ones_like(z)
    series = [
        Series("half squared error", z.tolist(), squared_error_delta(z, true, find("sigmoid")).tolist()),
        Series("bce", z.tolist(), cross_entropy_delta(z, true).tolist()),
    ]
    return Curve("∂loss/∂z for the target 1", series, "z", "delta")


@function("loss.leaves_saturation", Kind.MEASURED, example={"loss": "bce"})
def leaves_saturation(loss: OutputLoss = "bce", start: Annotated[float, Between(0, 50)] = 8.0) -> Run:
    """Say whether 100 steps of gradient descent (rate 0.5) put a sigmoid output right that starts wrong."""
    chosen = {"loss": loss, "start": start}
    controls: list[dict[str, str | float]] = [
        {"loss": "half_squared_error", "start": start},
        {"loss": "half_squared_error", "start": 0.5},
        {"loss": "bce", "start": start},
    ]
    compared = "Share of the outputs that end on the right side"
    settled = settle(compared, Holds.IF_DIFFERENT, _turned, chosen, controls, Thresholds(none=0, some=1))
    return Run(settled.value, lambda: [*settled.evidence(), _courses(start)])


def _course(z: Tensor, loss: str) -> list[Tensor]:
    true, course = torch.ones_like(z), [z]
    for _ in range(100):
        delta = cross_entropy_delta(z, true) if loss == "bce" else squared_error_delta(z, true, find("sigmoid"))
        z = z - 0.5 * delta
        course.append(z)
    return course


def _turned(generator: torch.Generator, loss: str, start: float) -> Tensor:
    z = _course(-(start + 0.1 * randn(generator, 4).abs()), loss)[-1]
    return (z > 0).double().mean()


def _courses(start: float) -> Curve:
    z = torch.tensor([-start], dtype=torch.float64)
    series = [
        Series(loss, list(range(101)), [torch.sigmoid(each).item() for each in _course(z, loss)])
        for loss in ("half_squared_error", "bce")
    ]
    return Curve("Output for the target 1", series, "step", "σ(z)")


@function("loss.cross_entropy_gradient_is", Kind.MEASURED, example={"formula": "p - y"}, shows=(cross_entropy_slope,))
def cross_entropy_gradient_is(formula: Literal["p - y", "y - p", "(p - y)p(1 - p)", "-y/p"] = "p - y") -> Run:
    """Say whether the gradient of softmax and cross-entropy with respect to the logits is this, p being the softmax."""
    controls = [{"formula": "(p - y)p(1 - p)"}, {"formula": "p - y"}]
    compared = "Autograd's gradient less the formula"
    return settle(compared, Holds.IF_EQUAL, _formula_error, {"formula": formula}, controls)


def _formula_error(generator: torch.Generator, formula: str) -> Tensor:
    z = randn(generator, 4, _CLASSES).requires_grad_()
    targets = torch.randint(_CLASSES, (4,), generator=generator).to(z.device)
    (found,) = torch.autograd.grad(cross_entropy(z, targets).sum(), z)
    p, y = softmax(z.detach()), nn.functional.one_hot(targets, _CLASSES)
    return found - {"p - y": p - y, "y - p": y - p, "(p - y)p(1 - p)": (p - y) * p * (1 - p), "-y/p": -y / p}[formula]


@function("loss.divergence_is", Kind.MEASURED, example={"of": "kl", "what": "symmetric"}, shows=(kl_divergence,))
def divergence_is(
    of: Literal["kl", "cross_entropy"] = "kl",
    what: Literal[
        "zero for p = q", "symmetric", "never negative", "entropy plus kl", "least at q = p"
    ] = "never negative",
    p: Literal["any", "one-hot"] = "any",
) -> Run:
    """Say whether KL(p, q) or the cross-entropy H(p, q) has this property, for random distributions or one-hot p.

    "entropy plus kl" means that it equals H(p) + KL(p, q).
    """
    chosen = {"of": of, "what": what, "p": p}
    controls = [
        {"of": other, "what": what, "p": each} for other in ("kl", "cross_entropy") for each in ("any", "one-hot")
    ]
    return settle("By how much the property fails", Holds.IF_EQUAL, _failure, chosen, controls)


def _failure(generator: torch.Generator, of: str, what: str, p: str) -> Tensor:
    f = kl_divergence if of == "kl" else cross_entropy_of
    true, guess = softmax(randn(generator, 2, 16, _CLASSES))
    if p == "one-hot":
        true = nn.functional.one_hot(true.argmax(-1), _CLASSES).to(true)
    near = 0.99 * true + 0.01 * guess
    if what == "symmetric":
        # of a one-hot p the other direction is infinite, as far from symmetric as can be
        return (f(true, guess) - f(guess, true)).clamp(-1e3, 1e3)
    return {
        "zero for p = q": lambda: f(true, true),
        "never negative": lambda: f(true, guess).clamp(max=0),
        "entropy plus kl": lambda: f(true, guess) - entropy(true) - kl_divergence(true, guess),
        "least at q = p": lambda: (f(true, true) - f(true, near)).clamp(min=0),
    }[what]()


@function("loss.survives_large_logits", Kind.MEASURED, example={"computed_from": "logits"})
def survives_large_logits(
    computed_from: Literal["logits", "probability"] = "logits", size: Annotated[float, Between(1, 1e4)] = 800.0
) -> Run:
    """Say whether binary cross-entropy of a wrong logit of this size is the size itself, and not infinite.

    ``computed_from: probability`` takes -log σ(z) literally, in float64.
    """
    chosen = {"computed_from": computed_from, "size": size}
    controls: list[dict[str, str | float]] = [
        {"computed_from": "probability", "size": size},
        {"computed_from": "logits", "size": size},
    ]
    compared = "The loss less log(1 + e^size), over the size, infinity counting as 1"
    return settle(compared, Holds.IF_EQUAL, _logit_error, chosen, controls, Thresholds(none=1e-9, some=1e-3))


def _logit_error(generator: torch.Generator, computed_from: str, size: float) -> Tensor:
    z = -(size + randn(generator, 4).abs())
    true = torch.ones_like(z)
    if computed_from == "logits":
        loss: Tensor = nn.BCEWithLogitsLoss(reduction="none")(z, true)
    else:
        loss = -find("sigmoid").value(z).log()
    return ((loss - torch.logaddexp(-z, 0 * z)) / z).clamp(-1, 1)


@function("loss.can_reach_zero", Kind.MEASURED, example={"fed_with": "logit"})
def can_reach_zero(fed_with: Literal["logit", "probability"] = "logit") -> Run:
    """Say whether ``nn.BCEWithLogitsLoss`` comes near 0 on a right answer when it is fed with this.

    Fed with a probability it applies the sigmoid a second time, and ln(1 + e⁻¹) = 0.3133 is as low as it gets.
    """
    compared = "The loss at the most certain right answer"
    controls = [{"fed_with": "probability"}, {"fed_with": "logit"}]
    return settle(compared, Holds.IF_EQUAL, _least, {"fed_with": fed_with}, controls)


def _least(generator: torch.Generator, fed_with: str) -> Tensor:
    z = 50 + randn(generator, 4).abs()
    fed = z if fed_with == "logit" else torch.sigmoid(z)
    loss: Tensor = nn.BCEWithLogitsLoss(reduction="none")(fed, torch.ones_like(z))
    return loss


@function("loss.ignores_padding", Kind.MEASURED, example={"change": "more padding"}, shows=(masked_cross_entropy,))
def ignores_padding(
    change: Literal["padded logits", "more padding", "valid logits"] = "padded logits",
    denominator: Denominator = "valid",
) -> Run:
    """Say whether the masked loss of two sequences is unmoved by a change: other logits at padding, or more padding."""
    chosen = {"change": change, "denominator": denominator}
    controls = [
        {"change": "more padding", "denominator": "all"},
        {"change": "more padding", "denominator": "valid"},
        {"change": "valid logits", "denominator": denominator},
    ]
    return settle("Loss after the change less that before", Holds.IF_EQUAL, _padding_error, chosen, controls)


def _padding_error(generator: torch.Generator, change: str, denominator: Denominator) -> Tensor:
    logits = randn(generator, 2, 6, _CLASSES)
    targets = torch.randint(_CLASSES, (2, 6), generator=generator).to(logits.device)
    lens = torch.tensor([3, 5], device=logits.device)
    before = masked_cross_entropy(logits, targets, lens, denominator)
    after = logits.clone()
    if change == "more padding":
        after = torch.cat([after, randn(generator, 2, 4, _CLASSES)], 1)
        targets = torch.cat([targets, targets[:, :4]], 1)
    elif change == "padded logits":
        after[0, 4] += 10 * randn(generator, _CLASSES)
    else:
        after[0, 1] += 10 * randn(generator, _CLASSES)
    return masked_cross_entropy(after, targets, lens, denominator) - before


@function("loss.rewards_ever_larger_logits", Kind.MEASURED, example={"label_smoothing": 0}, shows=(cross_entropy,))
def rewards_ever_larger_logits(label_smoothing: Annotated[float, Between(0, 0.9)] = 0.0) -> Run:
    """Say whether raising the true class's logit from 10 to 20, all others 0, still lowers the cross-entropy.

    With hard labels it always does; with smoothed ones too certain an answer costs more.
    """
    chosen = {"label_smoothing": label_smoothing}
    controls = [{"label_smoothing": 0.1}, {"label_smoothing": 0.0}]
    compared = "By how much the loss falls"
    settled = settle(compared, Holds.IF_DIFFERENT, _fall, chosen, controls, Thresholds(none=0, some=1e-6))
    return Run(settled.value, lambda: [*settled.evidence(), _by_logit(label_smoothing)])


def _fall(generator: torch.Generator, label_smoothing: float) -> Tensor:
    target = torch.randint(_CLASSES, (1,), generator=generator)
    low, high = (_loss_at(size, target, label_smoothing) for size in (10.0, 20.0))
    return (low - high).clamp(min=0)


def _loss_at(size: float, target: Tensor, label_smoothing: float) -> Tensor:
    logits = size * nn.functional.one_hot(target, _CLASSES).double()
    return cross_entropy(logits, target, label_smoothing)[0]


def _by_logit(label_smoothing: float) -> Curve:
    target, sizes = torch.tensor([0]), [step / 2 for step in range(41)]
    series = [
        Series(f"smoothing {each:g}", sizes, [_loss_at(size, target, each).item() for size in sizes])
        for each in sorted({0.0, 0.1, label_smoothing})
    ]
    return Curve("Cross-entropy by the true class's logit", series, "logit", "loss")
