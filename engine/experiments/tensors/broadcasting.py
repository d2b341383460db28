"""Broadcasting's classic mistakes: a target of the wrong shape, a vector along the wrong axis, a lost axis."""

from typing import Literal

import torch
from torch import Tensor

from engine.evidence import Run
from engine.experiments._settle import Holds, randn, settle
from engine.registry import Kind, function
from engine.tensors.broadcasting import broadcast_shape
from engine.tensors.reductions import reduced_shape

_SAMPLES, _SIDE = 5, 4


@function("tensor.true_line_is_a_minimum", Kind.MEASURED, example={"target": "(N, 1)"}, shows=(broadcast_shape,))
def true_line_is_a_minimum(target: Literal["(N, 1)", "(N,)"] = "(N, 1)") -> Run:
    """Say whether the mean squared error of ``(N, 1)`` predictions has gradient 0 at the line that made the targets.

    With targets of shape ``(N,)`` the difference is broadcast to N×N, each prediction against each target.
    """
    return settle(
        "Gradient of the loss at the true line",
        Holds.IF_EQUAL,
        _gradient_at_truth,
        {"target": target},
        [{"target": "(N,)" if target == "(N, 1)" else "(N, 1)"}],
    )


def _gradient_at_truth(generator: torch.Generator, target: str) -> Tensor:
    x, line = randn(generator, _SAMPLES, 1), (1 + randn(generator, 2).abs()).requires_grad_()
    y = (line[0] * x + line[1]).detach()
    loss = (line[0] * x + line[1] - (y if target == "(N, 1)" else y.squeeze(1))).square().mean()
    (gradient,) = torch.autograd.grad(loss, line)
    return gradient


@function("tensor.scales_each_channel", Kind.MEASURED, example={"shape": "(1, C, 1, 1)"}, shows=(broadcast_shape,))
def scales_each_channel(shape: Literal["(1, C, 1, 1)", "(C, 1, 1)", "(C,)"] = "(1, C, 1, 1)") -> Run:
    """Say whether a factor for each channel, in this shape, times an image batch ``(N, C, H, W)`` scales the channels.

    C and W are both 4, so nothing fails: ``(C,)`` is aligned with the last axis, W, and scales columns.
    """
    return settle(
        "Product less the channels scaled one by one",
        Holds.IF_EQUAL,
        _scaling_error,
        {"shape": shape},
        [{"shape": "(C,)"}, {"shape": "(C, 1, 1)"}, {"shape": "(1, C, 1, 1)"}],
    )


def _scaling_error(generator: torch.Generator, shape: str) -> Tensor:
    images, factors = randn(generator, 2, _SIDE, 3, _SIDE), randn(generator, _SIDE)
    shaped = factors.reshape({"(1, C, 1, 1)": (1, -1, 1, 1), "(C, 1, 1)": (-1, 1, 1), "(C,)": (-1,)}[shape])
    one_by_one = torch.stack([images[:, c] * factors[c] for c in range(_SIDE)], dim=1)
    return images * shaped - one_by_one


@function("tensor.vector_is_taken_from_each", Kind.MEASURED, example={"what": "row"}, shows=(broadcast_shape,))
def vector_is_taken_from_each(what: Literal["row", "column"] = "row") -> Run:
    """Say whether matrix - vector takes the vector's entries from the entries of each row, or of each column."""
    return settle(
        "Matrix minus vector, beside a loop",
        Holds.IF_EQUAL,
        _subtraction_error,
        {"what": what},
        [{"what": "column" if what == "row" else "row"}],
    )


def _subtraction_error(generator: torch.Generator, what: str) -> Tensor:
    matrix, vector = randn(generator, _SIDE, _SIDE), randn(generator, _SIDE)
    lines = matrix.unbind(0 if what == "row" else 1)
    looped = torch.stack([line - vector for line in lines], dim=0 if what == "row" else 1)
    return matrix - vector - looped


@function("tensor.centred_rows", Kind.MEASURED, example={"keepdim": True}, shows=(reduced_shape,))
def centred_rows(keepdim: bool = True) -> Run:
    """Say whether ``x - x.mean(1, keepdim)`` of a *square* matrix has rows of mean 0.

    Without ``keepdim`` the means are a row themselves, and each is taken from a column. In a matrix that is not square
    torch would refuse.
    """
    return settle(
        "Means of the rows afterwards",
        Holds.IF_EQUAL,
        _row_means,
        {"keepdim": keepdim},
        [{"keepdim": not keepdim}],
    )


def _row_means(generator: torch.Generator, keepdim: bool) -> Tensor:
    x = randn(generator, _SIDE, _SIDE)
    return (x - x.mean(1, keepdim=keepdim)).mean(1)


@function("tensor.unsqueeze_pairs", Kind.MEASURED, example={"query_dim": 2, "key_dim": 1}, shows=(broadcast_shape,))
def unsqueeze_pairs(query_dim: Literal[1, 2] = 2, key_dim: Literal[1, 2] = 1) -> Run:
    """Say whether query.unsqueeze(a) + key.unsqueeze(b) holds query i plus key j at [:, i, j].

    Queries and keys are ``(2, 3, 4)``, so that no arrangement fails.
    """
    return settle(
        "Sum less a loop over pairs",
        Holds.IF_EQUAL,
        _pair_error,
        {"query_dim": query_dim, "key_dim": key_dim},
        [{"query_dim": 1, "key_dim": 2}, {"query_dim": 1, "key_dim": 1}, {"query_dim": 2, "key_dim": 1}],
    )


def _pair_error(generator: torch.Generator, query_dim: int, key_dim: int) -> Tensor:
    query, key = randn(generator, 2, 3, 4), randn(generator, 2, 3, 4)
    looped = torch.stack([torch.stack([query[:, i] + key[:, j] for j in range(3)], 1) for i in range(3)], 1)
    return query.unsqueeze(query_dim) + key.unsqueeze(key_dim) - looped
