"""``softmax_regression.*`` and ``svm.*``: linear classifiers, and what they answer."""

from typing import Annotated

import torch
from torch import Tensor, nn

from engine.arguments import Between, Elements
from engine.classic.linear.softmax_regression import SoftmaxRegression
from engine.classic.linear.svm import Machine, by_dual, by_subgradient, objective
from engine.device import for_float64
from engine.doors._classes import Targets
from engine.doors.regularization._arguments import Index, Matrix, Vector, entry, samples
from engine.errors import Refused
from engine.evidence import Block, Heatmap, Run, Table
from engine.registry import Kind, function

Bias = Annotated[Tensor, Elements(64, 1), Between(-1e6, 1e6)]
C = Annotated[float, Between(1e-3, 1e3)]
_MODEL = {"x": [[1, 2], [0, 1]], "weight": [[1, 0], [0, 1], [1, 1]], "bias": [0, 0, -1]}
_TWO = {"x": [[2, 0], [1, 1], [-1, 0], [-2, -1]], "y": [1, 1, -1, -1]}


@function("softmax_regression.loss", Kind.MODULE, example={**_MODEL, "targets": [2, 1]}, shows=(SoftmaxRegression,))
def loss(x: Matrix, weight: Matrix, bias: Bias, targets: Targets) -> Run:
    """Return ``nn.CrossEntropyLoss``, the mean in nats, of the logits W·x + b; W has a row for each class."""
    model = _model(x, weight, bias)
    classes = _targets(x, weight, targets)
    logits = nn.functional.linear(x.to(model.weight), model.weight, model.bias)
    return Run(float(nn.CrossEntropyLoss()(logits, classes).detach()), lambda: _shown(model, x))


@function(
    "softmax_regression.loss_formula",
    Kind.CLOSED_FORM,
    example={**_MODEL, "targets": [2, 1]},
    shows=(SoftmaxRegression,),
)
def loss_formula(x: Matrix, weight: Matrix, bias: Bias, targets: Targets) -> Run:
    """Return the same as the mean of log Σ exp(z) - z of the true class, with z = W·x + b."""
    model = _model(x, weight, bias)
    return Run(float(model.loss(x.to(model.weight), _targets(x, weight, targets)).detach()), lambda: _shown(model, x))


@function(
    "softmax_regression.gradient",
    Kind.MEASURED,
    example={**_MODEL, "targets": [2, 1], "of_class": 0},
    shows=(SoftmaxRegression,),
)
def gradient(
    x: Matrix, weight: Matrix, bias: Bias, targets: Targets, of_class: Index, feature: Index | None = None
) -> Run:
    """Return ∂loss/∂W for a class and feature by autograd, or ∂loss/∂b of the class where no feature is given."""
    model = _model(x, weight, bias)
    torch.autograd.backward(model.loss(x.to(model.weight), _targets(x, weight, targets)))
    return Run(_of_class((model.weight.grad, model.bias.grad), of_class, feature), lambda: _shown(model, x))


@function(
    "softmax_regression.gradient_formula",
    Kind.CLOSED_FORM,
    example={**_MODEL, "targets": [2, 1], "of_class": 0},
    shows=(SoftmaxRegression,),
)
def gradient_formula(
    x: Matrix, weight: Matrix, bias: Bias, targets: Targets, of_class: Index, feature: Index | None = None
) -> Run:
    """Return the same as (p - y)ᵀ·X/n, or the mean of p - y for the bias."""
    model = _model(x, weight, bias)
    found = model.gradient(x.to(model.weight), _targets(x, weight, targets))
    return Run(_of_class(found, of_class, feature), lambda: _shown(model, x))


@function("softmax_regression.class_of", Kind.MEASURED, example={**_MODEL, "sample": 0}, shows=(SoftmaxRegression,))
def class_of(x: Matrix, weight: Matrix, bias: Bias, sample: Index) -> Run:
    """Return the class, counted from 0, that a sample most likely has by the model."""
    model = _model(x, weight, bias)
    classes = model(x.to(model.weight)).argmax(1)
    return Run(int(entry(classes, sample, "sample")), lambda: _shown(model, x))


def _of_class(gradients: tuple[Tensor | None, Tensor | None], of_class: int, feature: int | None) -> float:
    weight, bias = gradients
    assert weight is not None
    assert bias is not None
    if feature is None:
        return entry(bias, of_class, "of_class")
    entry(bias, of_class, "of_class")
    return entry(weight[of_class], feature, "feature")


def _model(x: Tensor, weight: Tensor, bias: Tensor) -> SoftmaxRegression:
    if weight.shape[1] != x.shape[1] or len(bias) != len(weight):
        raise Refused(
            f"'weight' needs a column for each of the {x.shape[1]} columns of 'x', and 'bias' an entry for each row of "
            f"'weight': they have {weight.shape[1]} and {len(bias)}"
        )
    x, _ = samples(x, x[:, 0])
    model = SoftmaxRegression(x.shape[1], len(weight)).to(x)
    model.weight.data, model.bias.data = weight.to(x), bias.to(x)
    return model


def _targets(x: Tensor, weight: Tensor, targets: Targets) -> Tensor:
    if len(targets) != len(x):
        raise Refused(f"'targets' needs one class for each of the {len(x)} rows of 'x', not {len(targets)}")
    if max(targets) >= len(weight):
        raise Refused(f"'targets' holds class {max(targets)}, and {len(weight)} classes are numbered from 0")
    return torch.tensor(targets, device=for_float64())


def _shown(model: SoftmaxRegression, x: Tensor) -> list[Block]:
    p = model.probabilities(x.to(model.weight)).detach()
    blocks: list[Block] = [Table("Probabilities", [f"class {i}" for i in range(p.shape[1])], p.tolist())]
    if x.shape[1] == 2:
        side = torch.linspace(-4, 4, 25).to(p)
        plane = torch.cartesian_prod(side, side).flip(1)
        regions = model(plane).argmax(1).reshape(25, 25).flip(0)
        blocks.append(Heatmap("Most likely class from -4 to 4", regions.tolist(), "feature 0", "feature 1"))
    return blocks


@function("svm.weight", Kind.MEASURED, example={**_TWO, "c": 1}, shows=(by_dual, objective))
def svm_weight(x: Matrix, y: Vector, c: C, feature: Index = 0) -> Run:
    """Return a weight of the linear SVM ½‖w‖² + C·Σ hinge; give a column of ones for an intercept, labels -1 and 1."""
    machine, evidence = _machine(x, y, c)
    return Run(entry(machine.weight, feature, "feature"), lambda: evidence)


@function("svm.margin", Kind.MEASURED, example={**_TWO, "c": 1}, shows=(by_dual, objective))
def svm_margin(x: Matrix, y: Vector, c: C) -> Run:
    """Return 2/‖w‖, the width of the street between x·w = -1 and x·w = 1, of the linear SVM."""
    machine, evidence = _machine(x, y, c)
    return Run(float(machine.margin), lambda: evidence)


@function("svm.num_support_vectors", Kind.MEASURED, example={**_TWO, "c": 1}, shows=(by_dual, by_subgradient))
def svm_num_support_vectors(x: Matrix, y: Vector, c: C) -> Run:
    """Return how many samples have a dual variable over 0: those on the margin, inside it, or on the wrong side."""
    machine, evidence = _machine(x, y, c)
    return Run(int((machine.alpha > 1e-9 * c).sum()), lambda: evidence)


def _machine(x: Tensor, y: Tensor, c: float) -> tuple[Machine, list[Block]]:
    x, y = samples(x, y)
    if set(y.tolist()) != {-1.0, 1.0}:
        raise Refused("'y' must hold the labels -1 and 1, each at least once")
    if not bool(x.any()):
        raise Refused("every entry of 'x' is 0, so there is nothing to tell the classes by")
    machine = by_dual(x, y, c)
    distances = (y * (x @ machine.weight)).tolist()
    rows = list(zip(range(len(x)), y.tolist(), distances, machine.alpha.tolist(), strict=True))
    return machine, [Table("Samples and their dual variables", ["sample", "y", "y·(x·w)", "α"], rows)]
