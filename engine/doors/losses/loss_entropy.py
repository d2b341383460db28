"""``loss.*``: cross-entropy over classes, from logits or between distributions, in nats (base e) or bits (base 2)."""

import math
from collections.abc import Callable
from typing import Annotated

import torch
from torch import Tensor, nn

from engine.arguments import Between, Length
from engine.device import for_float64
from engine.doors._classes import Logits, Targets, checked
from engine.errors import Refused
from engine.evidence import Blocks, Heatmap, Run, Table
from engine.losses import cross_entropy as written_out
from engine.losses import divergence
from engine.losses.cross_entropy import Base
from engine.losses.reduction import Reduction, factor
from engine.registry import Kind, function

Smoothing = Annotated[float, Between(0, 1)]
Distribution = Annotated[tuple[Annotated[float, Between(0, 1)], ...], Length(1, 256)]
Position = Annotated[int, Between(0, 4095)]
_SCORES = {"logits": [[2, 0, 0], [0, 1, 0]], "targets": [0, 2]}
_TWO = {"p": [0.5, 0.5], "q": [0.25, 0.75]}


@function("loss.cross_entropy", Kind.MODULE, example=_SCORES)
def cross_entropy(
    logits: Logits,
    targets: Targets,
    label_smoothing: Smoothing = 0.0,
    reduction: Reduction = "mean",
    base: Base = "e",
) -> Run:
    """Return what ``nn.CrossEntropyLoss`` gives for logits, a row for each sample, and true classes from 0.

    >>> round(cross_entropy(torch.zeros(1, 8, dtype=torch.float64), [3], base="2").value, 9)
    3.0
    """
    z, y = checked(logits, targets)
    losses: Tensor = nn.CrossEntropyLoss(reduction="none", label_smoothing=label_smoothing)(z, y)
    value = losses.sum() * factor(len(y), reduction) / _nats_per_unit(base)
    return Run(value.item(), lambda: _samples(z, y, label_smoothing))


@function("loss.cross_entropy_formula", Kind.CLOSED_FORM, example=_SCORES, shows=(written_out.cross_entropy,))
def cross_entropy_formula(
    logits: Logits,
    targets: Targets,
    label_smoothing: Smoothing = 0.0,
    reduction: Reduction = "mean",
    base: Base = "e",
) -> Run:
    """Return the same by -Σ y·log p, with log p = z - log Σ exp z."""
    z, y = checked(logits, targets)
    losses = written_out.cross_entropy(z, y, label_smoothing, base)
    return Run(losses.sum().item() * factor(len(y), reduction), lambda: _samples(z, y, label_smoothing))


@function("loss.cross_entropy_gradient", Kind.MEASURED, example={**_SCORES, "sample": 1, "logit": 2})
def cross_entropy_gradient(
    logits: Logits,
    targets: Targets,
    sample: Position = 0,
    logit: Position = 0,
    label_smoothing: Smoothing = 0.0,
    reduction: Reduction = "mean",
) -> Run:
    """Return ∂loss/∂logit of one sample, in nats, by autograd through ``nn.CrossEntropyLoss``.

    >>> cross_entropy_gradient(torch.zeros(1, 2, dtype=torch.float64), [1], 0, 1).value
    -0.5
    """
    z, y = checked(logits, targets)
    _check(z, sample, logit)
    asked = z.clone().requires_grad_()
    losses: Tensor = nn.CrossEntropyLoss(reduction="sum", label_smoothing=label_smoothing)(asked, y)
    (found,) = torch.autograd.grad(losses * factor(len(y), reduction), asked)
    return Run(found[sample, logit].item(), lambda: _samples(z, y, label_smoothing))


@function(
    "loss.cross_entropy_gradient_formula",
    Kind.CLOSED_FORM,
    example={**_SCORES, "sample": 1, "logit": 2},
    shows=(written_out.cross_entropy_slope,),
)
def cross_entropy_gradient_formula(
    logits: Logits,
    targets: Targets,
    sample: Position = 0,
    logit: Position = 0,
    label_smoothing: Smoothing = 0.0,
    reduction: Reduction = "mean",
) -> Run:
    """Return the same as softmax less the target distribution, p - y."""
    z, y = checked(logits, targets)
    _check(z, sample, logit)
    slope = written_out.cross_entropy_slope(z, y, label_smoothing) * factor(len(y), reduction)
    return Run(slope[sample, logit].item(), lambda: _samples(z, y, label_smoothing))


@function("loss.smoothed_target", Kind.MEASURED, example={"classes": 10, "label_smoothing": 0.1})
def smoothed_target(
    classes: Annotated[int, Between(2, 4096)], label_smoothing: Smoothing, true_class: bool = True
) -> Run:
    """Return the target probability of the true class, or of any other one, that torch's label smoothing aims at.

    It is read off the gradient p - y of ``nn.CrossEntropyLoss`` at equal logits, where p = 1/K.

    >>> round(smoothed_target(10, 0.1).value, 9), round(smoothed_target(10, 0.1, true_class=False).value, 9)
    (0.91, 0.01)
    """
    z = torch.zeros(1, classes, dtype=torch.float64, device=for_float64(), requires_grad=True)
    true = torch.zeros(1, dtype=torch.long, device=z.device)
    loss: Tensor = nn.CrossEntropyLoss(label_smoothing=label_smoothing)(z, true)
    (slope,) = torch.autograd.grad(loss, z)
    aims = (1 / classes - slope[0]).tolist()
    rows = [("true class", aims[0]), ("each other class", aims[1]), ("sum", sum(aims))]
    table = Table("Target probabilities", ["of", "probability"], rows)
    return Run(aims[0] if true_class else aims[1], lambda: [table], str(z.device))


@function("loss.entropy", Kind.LIBRARY, example={"p": [0.5, 0.25, 0.25], "base": "2"})
def entropy(p: Distribution, base: Base = "e") -> Run:
    """Return H(p) as ``torch.distributions.Categorical`` gives it.

    >>> round(entropy((0.5, 0.25, 0.25), "2").value, 9)
    1.5
    """
    mass = _distribution("p", p)
    entropy_of: Callable[[], Tensor] = torch.distributions.Categorical(mass).entropy
    nats = entropy_of()
    return Run(nats.item() / _nats_per_unit(base), lambda: _masses(mass, mass), str(mass.device))


@function("loss.entropy_formula", Kind.CLOSED_FORM, example={"p": [0.5, 0.5]}, shows=(divergence.entropy,))
def entropy_formula(p: Distribution, base: Base = "e") -> Run:
    """Return H(p) = -Σ p·log p."""
    mass = _distribution("p", p)
    return Run(divergence.entropy(mass, base).item(), lambda: _masses(mass, mass), str(mass.device))


@function("loss.cross_entropy_of", Kind.MODULE, example=_TWO)
def cross_entropy_of(p: Distribution, q: Distribution, base: Base = "e") -> Run:
    """Return H(p, q), p being the true distribution, as ``nn.CrossEntropyLoss`` gives it for the logits log q.

    >>> round(cross_entropy_of((1.0, 0.0), (0.25, 0.75), "2").value, 9)
    2.0
    """
    true, guess = _two(p, q)
    nats: Tensor = nn.CrossEntropyLoss()(guess.clamp(min=torch.finfo(guess.dtype).tiny).log()[None], true[None])
    if bool(((guess == 0) & (true > 0)).any()):
        nats = torch.full_like(nats, math.inf)
    return Run(nats.item() / _nats_per_unit(base), lambda: _masses(true, guess), str(true.device))


@function("loss.cross_entropy_of_formula", Kind.CLOSED_FORM, example=_TWO, shows=(divergence.cross_entropy_of,))
def cross_entropy_of_formula(p: Distribution, q: Distribution, base: Base = "e") -> Run:
    """Return H(p, q) = -Σ p·log q."""
    true, guess = _two(p, q)
    return Run(divergence.cross_entropy_of(true, guess, base).item(), lambda: _masses(true, guess), str(true.device))


@function("loss.kl_divergence", Kind.MODULE, example=_TWO)
def kl_divergence(p: Distribution, q: Distribution, base: Base = "e") -> Run:
    """Return KL(p, q), p being the true distribution, as ``nn.KLDivLoss`` gives it (its input is log q, its target p).

    >>> kl_divergence((0.5, 0.5), (0.5, 0.5)).value
    0.0
    """
    true, guess = _two(p, q)
    each: Tensor = nn.KLDivLoss(reduction="none")(guess.log(), true)
    nats = torch.where(true > 0, each, torch.zeros_like(each)).sum()
    return Run(nats.item() / _nats_per_unit(base), lambda: _masses(true, guess), str(true.device))


@function("loss.kl_divergence_formula", Kind.CLOSED_FORM, example=_TWO, shows=(divergence.kl_divergence,))
def kl_divergence_formula(p: Distribution, q: Distribution, base: Base = "e") -> Run:
    """Return KL(p, q) = H(p, q) - H(p)."""
    true, guess = _two(p, q)
    return Run(divergence.kl_divergence(true, guess, base).item(), lambda: _masses(true, guess), str(true.device))


def _nats_per_unit(base: Base) -> float:
    return 1.0 if base == "e" else math.log(2)


def _distribution(name: str, masses: tuple[float, ...]) -> Tensor:
    total = math.fsum(masses)
    if not math.isclose(total, 1, abs_tol=1e-6):
        raise Refused(f"'{name}' must sum to 1 as a distribution does, and it sums to {total:g}")
    return torch.tensor(masses, dtype=torch.float64, device=for_float64()) / total


def _two(p: tuple[float, ...], q: tuple[float, ...]) -> tuple[Tensor, Tensor]:
    if len(p) != len(q):
        raise Refused(f"p and q need the same outcomes, and p has {len(p)}, q {len(q)}")
    return _distribution("p", p), _distribution("q", q)


def _check(logits: Tensor, sample: int, logit: int) -> None:
    samples, classes = logits.shape
    if sample >= samples or logit >= classes:
        raise Refused(f"there are {samples} samples and {classes} logits each, numbered from 0")


def _samples(z: Tensor, y: Tensor, label_smoothing: float) -> Blocks:
    losses = written_out.cross_entropy(z, y, label_smoothing)
    chosen = z.softmax(-1)[torch.arange(len(y)), y]
    rows = list(zip(y.tolist()[:32], chosen.tolist()[:32], losses.tolist()[:32], strict=True))
    slope = written_out.cross_entropy_slope(z, y, label_smoothing)[:32, :64]
    return [
        Table("Each sample", ["true class", "its probability", "loss in nats"], rows),
        Heatmap("p - y, the gradient of each sample's loss", slope.tolist(), "class", "sample"),
    ]


def _masses(p: Tensor, q: Tensor) -> Blocks:
    rows = list(zip(range(len(p)), p.tolist(), q.tolist(), strict=True))[:64]
    sums = [
        (f"{divergence.entropy(p).item():.10g}", f"{divergence.cross_entropy_of(p, q).item():.10g}"),
        (f"{divergence.entropy(q).item():.10g}", f"{divergence.cross_entropy_of(q, p).item():.10g}"),
    ]
    table = Table(
        "In nats",
        ["true distribution", "entropy", "cross-entropy to the other"],
        [
            ("p", *sums[0]),
            ("q", *sums[1]),
        ],
    )
    return [Table("The distributions", ["outcome", "p", "q"], rows), table]
