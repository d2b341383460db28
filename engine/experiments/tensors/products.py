"""Products and softmax: which are the same, which commute, and along which axis numbers sum to 1."""

from typing import Literal

import torch
from torch import Tensor

from engine.evidence import Run
from engine.experiments._settle import Holds, randn, settle
from engine.registry import Kind, function
from engine.tensors.matmul import bmm
from engine.tensors.products import PRODUCTS, hadamard, outer
from engine.tensors.softmax_along import repeated_minus, softmax

Product = Literal["matrix", "hadamard", "inner", "outer"]
_SIDE = 3


@function("tensor.product_commutes", Kind.MEASURED, example={"product": "hadamard"}, shows=tuple(PRODUCTS.values()))
def product_commutes(product: Product = "hadamard") -> Run:
    """Say whether a∘b is b∘a for this product of square matrices (of vectors, for the outer product)."""
    return settle(
        "a∘b less b∘a",
        Holds.IF_EQUAL,
        _commutator,
        {"product": product},
        [{"product": "matrix"}, {"product": "outer"}, {"product": "hadamard"}],
    )


def _commutator(generator: torch.Generator, product: Product) -> Tensor:
    shape = (_SIDE,) if product == "outer" else (_SIDE, _SIDE)
    a, b = randn(generator, *shape), randn(generator, *shape)
    return torch.sub(PRODUCTS[product](a, b), PRODUCTS[product](b, a)).reshape(-1)


@function("tensor.hadamard_equals_matrix_product", Kind.MEASURED, example={"matrices": "diagonal"}, shows=(hadamard,))
def hadamard_equals_matrix_product(matrices: Literal["diagonal", "full"] = "full") -> Run:
    """Say whether ``a * b`` and ``a @ b`` are the same, for diagonal matrices or for full ones."""
    return settle(
        "Hadamard product less matrix product",
        Holds.IF_EQUAL,
        _hadamard_less_matrix,
        {"matrices": matrices},
        [{"matrices": "full" if matrices == "diagonal" else "diagonal"}],
    )


def _hadamard_less_matrix(generator: torch.Generator, matrices: str) -> Tensor:
    a, b = randn(generator, _SIDE, _SIDE), randn(generator, _SIDE, _SIDE)
    if matrices == "diagonal":
        a, b = a.diag().diag(), b.diag().diag()
    return a * b - a @ b


@function("tensor.has_rank_one", Kind.MEASURED, example={"product": "outer"}, shows=(outer,))
def has_rank_one(product: Literal["outer", "matrix"] = "outer") -> Run:
    """Say whether the outer product of two vectors, or the product of two random matrices, is a matrix of rank 1.

    Measured by the second singular value.
    """
    return settle(
        "Second singular value",
        Holds.IF_EQUAL,
        _second_singular_value,
        {"product": product},
        [{"product": "matrix" if product == "outer" else "outer"}],
    )


def _second_singular_value(generator: torch.Generator, product: str) -> Tensor:
    shape = (_SIDE,) if product == "outer" else (_SIDE, _SIDE)
    made = PRODUCTS[product](randn(generator, *shape), randn(generator, *shape))
    values: Tensor = torch.linalg.svdvals(made)
    return values[1:2]


@function("tensor.bmm_equals_loop", Kind.MEASURED, example={"product": "bmm"}, shows=(bmm,))
def bmm_equals_loop(product: Literal["bmm", "hadamard", "swapped"] = "bmm") -> Run:
    """Say whether this product of two stacks of square matrices is the list of the products a[n] @ b[n].

    ``swapped`` is bmm(b, a).
    """
    return settle(
        "Product less the loop",
        Holds.IF_EQUAL,
        _stack_error,
        {"product": product},
        [{"product": "hadamard"}, {"product": "swapped"}, {"product": "bmm"}],
    )


def _stack_error(generator: torch.Generator, product: str) -> Tensor:
    a, b = randn(generator, 4, _SIDE, _SIDE), randn(generator, 4, _SIDE, _SIDE)
    made = {"bmm": torch.bmm(a, b), "hadamard": a * b, "swapped": torch.bmm(b, a)}[product]
    return made - bmm(a, b)


@function("tensor.softmax_sums_to_one", Kind.MEASURED, example={"dim": 1, "over": 1}, shows=(softmax,))
def softmax_sums_to_one(dim: Literal[0, 1] = 1, over: Literal[0, 1] = 1) -> Run:
    """Say whether softmax along ``dim`` of a matrix sums to 1 over the axis ``over``; 1 runs along each row."""
    return settle(
        "Sums less 1",
        Holds.IF_EQUAL,
        _sum_error,
        {"dim": dim, "over": over},
        [{"dim": 1 - dim, "over": over}, {"dim": dim, "over": 1 - over}],
    )


def _sum_error(generator: torch.Generator, dim: int, over: int) -> Tensor:
    return softmax(randn(generator, 4, 5), dim).sum(over) - 1


@function("tensor.snippet_rows_are_equal", Kind.MEASURED, example={"dim": 1}, shows=(repeated_minus, softmax))
def snippet_rows_are_equal(dim: Literal[0, 1] = 1, matrix: Literal["differences", "random"] = "differences") -> Run:
    """Say whether softmax along ``dim`` of c[i, j] = a[i] - a[j] has equal rows; ``random`` takes any matrix."""
    return settle(
        "Rows less the first",
        Holds.IF_EQUAL,
        _row_difference,
        {"dim": dim, "matrix": matrix},
        [
            {"dim": 0, "matrix": "differences"},
            {"dim": 1, "matrix": "random"},
            {"dim": 1, "matrix": "differences"},
        ],
    )


def _row_difference(generator: torch.Generator, dim: int, matrix: str) -> Tensor:
    given = randn(generator, 4, 4) if matrix == "random" else repeated_minus(randn(generator, 4))
    rows = softmax(given, dim)
    return rows - rows[0]
