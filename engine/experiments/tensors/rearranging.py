"""Rearranging: what transposes, reshapes, squeezes, joins and repeats have in common, and what not."""

from collections.abc import Callable
from typing import Annotated, Literal

import torch
from torch import Tensor, nn

from engine.arguments import Between
from engine.evidence import Run
from engine.experiments._settle import Holds, randn, settle
from engine.registry import Kind, function
from engine.tensors.axes import squeeze_shape
from engine.tensors.joining import direct_sum
from engine.tensors.sequence_layout import time_first

Way = Literal["transpose", "permute", "reshape", "view"]
_MOVES: dict[str, Callable[[Tensor], Tensor]] = {
    "transpose": lambda x: x.transpose(0, 1),
    "permute": lambda x: x.permute(1, 0, 2),
    "reshape": lambda x: x.reshape(x.shape[1], x.shape[0], -1),
    "view": lambda x: x.view(x.shape[1], x.shape[0], -1),
}
_BATCH, _STEPS, _FEATURES = 3, 4, 2


@function("tensor.makes_time_first", Kind.MEASURED, example={"by": "permute"}, shows=(time_first,))
def makes_time_first(by: Way = "transpose") -> Run:
    """Say whether this turns a batch ``(B, T, features)`` into ``(T, B, features)`` and leaves samples whole.

    All four give the shape.
    """
    return settle(
        "Result less the steps, stacked one by one",
        Holds.IF_EQUAL,
        _layout_error,
        {"by": by},
        [{"by": "reshape"}, {"by": "view"}, {"by": "transpose"}],
    )


def _layout_error(generator: torch.Generator, by: Way) -> Tensor:
    batch = randn(generator, _BATCH, _STEPS, _FEATURES)
    one_by_one = torch.stack([torch.stack([sample[t] for sample in batch]) for t in range(_STEPS)])
    return _MOVES[by](batch) - one_by_one


@function("tensor.rnn_mixes_samples", Kind.MEASURED, example={"batch_first": False}, shows=(nn.RNN, time_first))
def rnn_mixes_samples(batch_first: bool = False) -> Run:
    """Say whether ``nn.RNN(batch_first=…)`` lets a sample see another one when it is given data ``(B, T, features)``.

    Without ``batch_first`` torch takes axis 0 for time: nothing fails, and samples follow each other as steps.
    """
    return settle(
        "Gradient of the last sample's outputs at the first sample",
        Holds.IF_DIFFERENT,
        _influence_of_others,
        {"batch_first": batch_first},
        [{"batch_first": not batch_first}],
    )


def _influence_of_others(generator: torch.Generator, batch_first: bool) -> Tensor:
    with torch.random.fork_rng(devices=[]):  # torch draws first weights, which are replaced below
        rnn = nn.RNN(_FEATURES, 3, batch_first=batch_first).double()
    data = randn(generator, _BATCH, _STEPS, _FEATURES).requires_grad_()
    for parameter in rnn.parameters():
        parameter.data = randn(generator, *parameter.shape) / 2
    outputs = rnn.to(data)(data)[0]
    (gradient,) = torch.autograd.grad(outputs[-1].sum(), data)
    return gradient[0]


@function("tensor.squeeze_keeps_batch", Kind.MEASURED, example={"batch_size": 8}, shows=(squeeze_shape,))
def squeeze_keeps_batch(batch_size: Annotated[int, Between(1, 64)] = 8, dim: Literal["all", "last"] = "all") -> Run:
    """Say whether squeezing ``(batch_size, 1)`` leaves an axis with a place for each sample.

    ``all`` is ``squeeze()``, which makes a number without axes of a batch of one; ``last`` is ``squeeze(-1)``.
    """
    return settle(
        "Axes missing from the result",
        Holds.IF_EQUAL,
        _missing_axes,
        {"batch_size": batch_size, "dim": dim},
        [{"batch_size": 1, "dim": "all"}, {"batch_size": 1, "dim": "last"}, {"batch_size": 8, "dim": "all"}],
    )


def _missing_axes(generator: torch.Generator, batch_size: int, dim: str) -> Tensor:
    x = randn(generator, batch_size, 1)
    return torch.tensor([1.0 - (x.squeeze() if dim == "all" else x.squeeze(-1)).dim()])


@function("tensor.repeat_equals_interleave", Kind.MEASURED, example={"values": "equal"})
def repeat_equals_interleave(values: Literal["equal", "different"] = "different") -> Run:
    """Say whether repeat(3) and repeat_interleave(3) of a vector give the same."""
    return settle(
        "repeat less repeat_interleave",
        Holds.IF_EQUAL,
        _repeat_difference,
        {"values": values},
        [{"values": "equal"}, {"values": "different"}],
    )


def _repeat_difference(generator: torch.Generator, values: str) -> Tensor:
    x = randn(generator, 1).expand(4) if values == "equal" else randn(generator, 4)
    return x.repeat(3) - x.repeat_interleave(3)


@function("tensor.slices_give_back", Kind.MEASURED, example={"join": "cat"}, shows=(direct_sum,))
def slices_give_back(join: Literal["cat", "stack", "add"] = "cat") -> Run:
    """Say whether two feature maps can be had back from what they were joined to: by cat, by stack, or by adding them.

    From a sum they cannot: the pieces taken are the sum's halves.
    """
    return settle(
        "Pieces less the maps",
        Holds.IF_EQUAL,
        _piece_error,
        {"join": join},
        [{"join": "add"}, {"join": "stack"}, {"join": "cat"}],
    )


def _piece_error(generator: torch.Generator, join: str) -> Tensor:
    a, b = randn(generator, 2, 3, 4, 4), randn(generator, 2, 3, 4, 4)
    if join == "cat":
        first, second = torch.cat([a, b], dim=1).chunk(2, dim=1)
    elif join == "stack":
        first, second = torch.stack([a, b], dim=1).unbind(1)
    else:
        first = second = (a + b) / 2
    return torch.stack([first - a, second - b])
