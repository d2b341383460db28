"""What a transposed convolution is, and is not: a transposed matrix, no inverse; and where it leaves a checkerboard."""

from typing import Annotated, Literal

import torch
from torch import Tensor
from torch.nn import functional

from engine.arguments import Between
from engine.evidence import Run
from engine.experiments._settle import Holds, randn, settle
from engine.registry import Kind, function

Weights = Literal["equal", "random"]
_SIZE = 6


@function("conv_transpose.restores", Kind.MEASURED, example={"what": "shape"}, shows=(functional.conv_transpose2d,))
def restores(what: Literal["shape", "values"] = "shape") -> Run:
    """Say whether a transposed convolution with the weights of a 3×3 convolution gives back what that one took in."""
    return settle(
        "What went into the convolution, beside what comes out of the transposed one",
        Holds.IF_EQUAL,
        _not_restored,
        {"what": what},
        [{"what": "values" if what == "shape" else "shape"}],
    )


def _not_restored(generator: torch.Generator, what: str) -> Tensor:
    x, weight = randn(generator, 1, 1, _SIZE, _SIZE), randn(generator, 1, 1, 3, 3)
    back = functional.conv_transpose2d(functional.conv2d(x, weight), weight)
    if what == "shape":
        return torch.tensor([list(back.shape), list(x.shape)]).double().diff(dim=0)
    return torch.sub(back, x)[0, 0]


@function("conv_transpose.is_transposed_matrix", Kind.MEASURED, example={})
def is_transposed_matrix(stride: Annotated[int, Between(1, 3)] = 1, of: Literal["itself", "rotated"] = "itself") -> Run:
    """Say whether its matrix is the transpose of the convolution's, with the same weights or the kernel rotated."""
    return settle(
        "Matrix of the transposed convolution beside the transposed matrix of the convolution",
        Holds.IF_EQUAL,
        _other_matrix,
        {"stride": stride, "of": of},
        [{"stride": stride, "of": "rotated" if of == "itself" else "itself"}],
    )


def _other_matrix(generator: torch.Generator, stride: int, of: str) -> Tensor:
    weight, length = randn(generator, 1, 1, 4), 4 + 3 * stride  # the windows end at the last input cell
    taken = weight.flip(-1) if of == "rotated" else weight
    cells = torch.eye(length).to(weight)[:, None]  # one cell of the input is 1 in each of these
    matrix = functional.conv1d(cells, taken, stride=stride)[:, 0].mT
    outputs = torch.eye(len(matrix)).to(weight)[:, None]
    transposed = functional.conv_transpose1d(outputs, weight, stride=stride)[:, 0].mT
    return torch.sub(transposed, matrix.mT)


@function("conv_transpose.covers_evenly", Kind.MEASURED, example={"kernel_size": 4, "stride": 2})
def covers_evenly(
    kernel_size: Annotated[int, Between(1, 8)] = 4,
    stride: Annotated[int, Between(1, 4)] = 2,
    weights: Weights = "equal",
) -> Run:
    """Say whether a constant image comes out constant, away from the border, so that there is no checkerboard."""
    return settle(
        "Spread of the output of a constant image, its border cut off",
        Holds.IF_EQUAL,
        _spread,
        {"kernel_size": kernel_size, "stride": stride, "weights": weights},
        [
            {"kernel_size": 3, "stride": 2, "weights": "equal"},
            {"kernel_size": 4, "stride": 2, "weights": "equal"},
            {"kernel_size": 4, "stride": 2, "weights": "random"},
        ],
    )


def _spread(generator: torch.Generator, kernel_size: int, stride: int, weights: Weights) -> Tensor:
    weight = randn(generator, 1, 1, kernel_size, kernel_size)
    weight = weight if weights == "random" else torch.ones_like(weight)
    constant = torch.ones(1, 1, 12, 12).to(weight)
    inner = slice(kernel_size, -kernel_size)
    output = functional.conv_transpose2d(constant, weight, stride=stride)[0, 0, inner, inner]
    return output - output.mean()


@function("conv_transpose.equals_convolution", Kind.MEASURED, example={})
def equals_convolution(
    padding: Literal["k - 1 - p", "k - 1", "p"] = "k - 1 - p",
    zeros_between: Literal["s - 1", "s"] = "s - 1",
    kernel: Literal["rotated", "as it is"] = "rotated",
) -> Run:
    """Say whether it equals a stride-1 convolution of the input with zeros put between and around its cells.

    A transposed convolution with k = 3, s = 2, p = 1 is run; an output of another size is another one.
    """
    chosen = {"padding": padding, "zeros_between": zeros_between, "kernel": kernel}
    right = {"padding": "k - 1 - p", "zeros_between": "s - 1", "kernel": "rotated"}
    controls = [right, {**right, "padding": "k - 1"}, {**right, "kernel": "as it is"}]
    return settle("Transposed convolution beside the convolution", Holds.IF_EQUAL, _not_equal, chosen, controls)


def _not_equal(generator: torch.Generator, padding: str, zeros_between: str, kernel: str) -> Tensor:
    k, s, p, n = 3, 2, 1, 5
    x, weight = randn(generator, 1, 1, n, n), randn(generator, 1, 1, k, k)
    step = s if zeros_between == "s - 1" else s + 1
    spaced = torch.zeros(1, 1, (n - 1) * step + 1, (n - 1) * step + 1).to(x)
    spaced[..., ::step, ::step] = x
    around = {"k - 1 - p": k - 1 - p, "k - 1": k - 1, "p": p}[padding]
    taken = weight.flip((-1, -2)) if kernel == "rotated" else weight
    convolved = functional.conv2d(spaced, taken, padding=around)
    transposed = functional.conv_transpose2d(x, weight, stride=s, padding=p)
    if convolved.shape != transposed.shape:
        return torch.tensor([convolved.shape[-1] - transposed.shape[-1]]).double()
    return torch.sub(convolved, transposed)[0, 0]
