"""Claims on least squares, softmax regression and support vectors: what settles the weights, and what does not."""

from typing import Literal

import torch
from torch import Tensor

from engine.classic.linear.least_squares import (
    by_normal_equations,
    by_pseudo_inverse,
    by_qr,
    newton_step,
    with_intercept,
)
from engine.classic.linear.linear_regression import LinearRegression, train
from engine.classic.linear.softmax_regression import SoftmaxRegression
from engine.classic.linear.svm import by_dual
from engine.errors import Refused
from engine.evidence import Run
from engine.experiments._settle import Holds, Thresholds, randn, settle
from engine.registry import Kind, function

Method = Literal["normal equations", "qr", "newton", "sgd", "one gradient step"]


@function(
    "least_squares.reaches_minimum", Kind.MEASURED, example={"method": "newton"}, shows=(newton_step, by_qr, train)
)
def reaches_minimum(method: Method = "newton", noise: bool = True) -> Run:
    """Say whether a method ends where Σ (x·w + b - y)² is least: one step of Newton, 60 epochs of single samples.

    With ``noise`` no line fits exactly, and single samples at a constant rate keep pulling the weights about.
    """
    return settle(
        "Gradient of the loss at the weights",
        Holds.IF_EQUAL,
        _slope_left,
        {"method": method, "noise": noise},
        [
            {"method": "newton", "noise": True},
            {"method": "one gradient step", "noise": True},
            {"method": "sgd", "noise": True},
        ],
        Thresholds(none=1e-6, some=1e-4),
    )


def _slope_left(generator: torch.Generator, method: Method, noise: bool) -> Tensor:
    drawn = randn(generator, 8, 2)
    # Orthogonal columns, not equally long: sgd settles in few epochs, and one gradient step is still not enough.
    basis = torch.linalg.qr(torch.cat([torch.ones_like(drawn[:, :1]), drawn], 1))[0][:, 1:]
    x = with_intercept(basis * basis.new_tensor([3.0, 4.5]))
    y = x @ randn(generator, 3) + noise * randn(generator, 8)
    return x.T @ (x @ _weights(method, x, y, randn(generator, 3)) - y)


def _weights(method: Method, x: Tensor, y: Tensor, start: Tensor) -> Tensor:
    match method:
        case "normal equations":
            return by_normal_equations(x, y)
        case "qr":
            return by_qr(x, y)
        case "newton":
            return newton_step(x, y, start)
        case "one gradient step":
            return start - x.T @ (x @ start - y) / float(torch.linalg.matrix_norm(x, 2)) ** 2
        case "sgd":
            model = LinearRegression(2).to(x)
            train(model, x[:, :2], y, 0.5 / float(x.square().sum(1).max()), 60, 1)
            return torch.cat([model.weight, model.bias[None]]).detach()


@function(
    "least_squares.has_one_solution",
    Kind.MEASURED,
    example={"columns": "independent"},
    shows=(by_normal_equations, by_pseudo_inverse),
)
def has_one_solution(columns: Literal["independent", "one twice", "more than samples"] = "independent") -> Run:
    """Say whether no other weights fit as well, so that XᵀX has an inverse; it lacks one for dependent columns."""
    return settle(
        "A change of the weights that leaves every prediction as it is (0 where only the zero change does)",
        Holds.IF_EQUAL,
        _harmless_change,
        {"columns": columns},
        [{"columns": "independent"}, {"columns": "one twice"}, {"columns": "more than samples"}],
    )


def _harmless_change(generator: torch.Generator, columns: str) -> Tensor:
    x = randn(generator, 3 if columns == "more than samples" else 8, 4)
    if columns == "one twice":
        x = torch.cat([x, x[:, :1]], 1)
    y, change = randn(generator, len(x)), randn(generator, x.shape[1])
    # What the pseudo-inverse makes of X·change is the change itself, less the part that no prediction shows.
    hidden = change - by_pseudo_inverse(x, x @ change)
    try:
        by_normal_equations(x, y)
    except Refused:
        return hidden
    return hidden.where(hidden.abs() > 1e-9, torch.zeros_like(hidden))


@function("least_squares.residuals_orthogonal_to", Kind.MEASURED, example={"what": "inputs"}, shows=(by_qr,))
def residuals_orthogonal_to(what: Literal["inputs", "predictions", "targets"] = "inputs") -> Run:
    """Say whether the residuals of least squares have inner products of 0 with all of these."""
    return settle(
        "Inner products with the residuals",
        Holds.IF_EQUAL,
        _inner_products,
        {"what": what},
        [{"what": "inputs"}, {"what": "targets"}],
    )


def _inner_products(generator: torch.Generator, what: str) -> Tensor:
    x, y = randn(generator, 8, 3), randn(generator, 8)
    fitted = x @ by_qr(x, y)
    return {"inputs": x.T, "predictions": fitted[None], "targets": y[None]}[what] @ (y - fitted)


@function(
    "softmax_regression.unchanged_by",
    Kind.MEASURED,
    example={"change": "vector to every row"},
    shows=(SoftmaxRegression,),
)
def unchanged_by(
    change: Literal[
        "vector to every row", "vector to one row", "number to every bias", "weights doubled"
    ] = "vector to every row",
) -> Run:
    """Say whether adding this to the parameters leaves all probabilities of softmax regression as they are."""
    return settle(
        "Change of the probabilities",
        Holds.IF_EQUAL,
        _changed,
        {"change": change},
        [{"change": "vector to every row"}, {"change": "vector to one row"}, {"change": "weights doubled"}],
    )


def _changed(generator: torch.Generator, change: str) -> Tensor:
    x = randn(generator, 5, 3)
    model = SoftmaxRegression(3, 4).to(x)
    model.weight.data, model.bias.data = randn(generator, 4, 3), randn(generator, 4)
    before = model.probabilities(x)
    shift = randn(generator, 3)
    match change:
        case "vector to every row":
            model.weight.data += shift
        case "vector to one row":
            model.weight.data[0] += shift
        case "number to every bias":
            model.bias.data += shift[0]
        case "weights doubled":
            model.weight.data *= 2
    return model.probabilities(x) - before


@function("svm.depends_on", Kind.MEASURED, example={"samples": "support vectors"}, shows=(by_dual,))
def depends_on(samples: Literal["support vectors", "other samples"] = "support vectors") -> Run:
    """Say whether a linear SVM changes when samples of this kind are left out; logistic regression uses them all."""
    return settle(
        "Change of the weights when they are left out",
        Holds.IF_DIFFERENT,
        _without,
        {"samples": samples},
        [{"samples": "support vectors"}, {"samples": "other samples"}],
        Thresholds(none=1e-6, some=1e-4),
    )


def _without(generator: torch.Generator, samples: str) -> Tensor:
    y = torch.tensor([1.0, -1.0] * 6).to(randn(generator, 1))
    x = torch.cat([randn(generator, 12, 2) + 2 * y[:, None], torch.ones(12, 1).to(y)], 1)
    machine = by_dual(x, y, 1.0, 1e-10)
    support = machine.alpha > 1e-9
    left = ~support if samples == "support vectors" else support
    if not bool(left.any()):
        return machine.weight
    return by_dual(x[left], y[left], 1.0, 1e-10).weight - machine.weight
