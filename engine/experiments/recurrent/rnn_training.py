"""Training through time: ways to the gradient, truncation, and what happens to the state between batches."""

from typing import Annotated, Literal

import torch
from torch import Tensor

from engine.arguments import Between
from engine.evidence import Run
from engine.experiments._settle import Holds, randn, settle
from engine.experiments.recurrent._recurrent import HIDDEN, INPUTS, fill, sequence
from engine.layers.recurrent import unroll
from engine.layers.rnn import RNNCell
from engine.layers.rnn_backward import RNNGradients, bptt
from engine.layers.rnn_forward_gradient import RTRL
from engine.registry import Kind, function

Method = Literal["bptt", "rtrl", "truncated_bptt"]
Handover = Literal["carried", "detached", "reset"]
_LENGTH, _CHUNK = 12, 4


@function("rnn.gives_full_gradient", Kind.MEASURED, example={"method": "rtrl"}, shows=(bptt, RTRL))
def gives_full_gradient(method: Method = "bptt") -> Run:
    """Say whether a method gives the gradient that autograd finds through the whole sequence of 12 steps.

    ``bptt`` goes back through time, ``rtrl`` carries sensitivities forward, and ``truncated_bptt`` goes back to the
    start of each chunk of four steps.
    """
    return settle(
        "Gradient of the recurrent matrix less autograd's",
        Holds.IF_EQUAL,
        _gradient_error,
        {"method": method},
        [{"method": name} for name in ("bptt", "rtrl", "truncated_bptt")],
    )


def _gradient_error(generator: torch.Generator, method: Method) -> Tensor:
    cell, x, upstream = _cell(generator), sequence(generator, _LENGTH), randn(generator, _LENGTH, 1, HIDDEN)
    output = unroll(cell, x).output
    (expected,) = torch.autograd.grad(output, cell.weight_hh, upstream)
    with torch.no_grad():
        if method == "rtrl":
            return _rtrl(cell, x[:, 0], upstream[:, 0]) - expected
        return _bptt(cell, x, upstream, None if method == "bptt" else _CHUNK).weight_hh - expected


def _bptt(cell: RNNCell, x: Tensor, upstream: Tensor, detach_every: int | None) -> RNNGradients:
    output = unroll(cell, x).output
    return bptt(cell, x, torch.cat([torch.zeros_like(output[:1]), output]), upstream, detach_every)


def _rtrl(cell: RNNCell, x: Tensor, upstream: Tensor) -> Tensor:
    learner, total = RTRL(cell), torch.zeros_like(cell.weight_hh)
    for step, direct in zip(x, upstream, strict=True):
        learner.step(step)
        total += learner.gradients(direct).weight_hh
    return total


@function("rnn.truncated_gradient_reaches", Kind.MEASURED, example={"step": 9})
def truncated_gradient_reaches(
    step: Annotated[int, Between(1, 12)] = 9, chunk: Annotated[int, Between(1, 12)] = 4
) -> Run:
    """Say whether the last of 12 outputs has a gradient at the input of a ``step``, counted from 1, after truncation.

    The state is detached at the border of each ``chunk`` of steps: after steps 4 and 8 for chunks of four.
    """
    return settle(
        "Gradient of output 12 at the step's input",
        Holds.IF_DIFFERENT,
        _truncated_gradient,
        {"step": step, "chunk": chunk},
        [{"step": at, "chunk": size} for at, size in ((9, 4), (8, 4), (8, 12))],
    )


def _truncated_gradient(generator: torch.Generator, step: int, chunk: int) -> Tensor:
    cell, x = _cell(generator), sequence(generator, _LENGTH).requires_grad_()
    last = _in_chunks(cell, x, chunk, "detached")[-1]
    (gradient,) = torch.autograd.grad(last, x, randn(generator, *last.shape))
    return gradient[step - 1]


@function("rnn.chunks_equal_one_pass", Kind.MEASURED, example={"handover": "detached"})
def chunks_equal_one_pass(handover: Handover = "carried", of: Literal["outputs", "gradient"] = "outputs") -> Run:
    """Say whether a sequence in three chunks gives the outputs, or the weights' gradient, of one long pass.

    At the borders the state is carried on, carried on but detached, or reset to zero.
    """
    return settle(
        "Outputs, or gradient of the recurrent matrix, in chunks less in one pass",
        Holds.IF_EQUAL,
        _chunking_error,
        {"handover": handover, "of": of},
        [{"handover": way, "of": what} for what in ("outputs", "gradient") for way in ("carried", "detached", "reset")],
    )


def _chunking_error(generator: torch.Generator, handover: Handover, of: str) -> Tensor:
    cell, x, upstream = _cell(generator), sequence(generator, _LENGTH), randn(generator, _LENGTH, 1, HIDDEN)
    runs = [_in_chunks(cell, x, _CHUNK, handover), unroll(cell, x).output]
    if of == "outputs":
        return (runs[0] - runs[1])[:, 0]
    chunked, whole = (torch.autograd.grad(output, cell.weight_hh, upstream)[0] for output in runs)
    return chunked - whole


def _in_chunks(cell: RNNCell, x: Tensor, chunk: int, handover: Handover) -> Tensor:
    outputs, state = [], None
    for part in torch.split(x, chunk):
        output, after = unroll(cell, part, state)
        outputs.append(output)
        state = {"carried": after, "detached": tuple(h.detach() for h in after), "reset": None}[handover]
    return torch.cat(outputs)


def _cell(generator: torch.Generator) -> RNNCell:
    with torch.random.fork_rng(devices=[]):  # first weights are drawn globally, and replaced below
        cell = RNNCell(INPUTS, HIDDEN, "one")
    fill(cell, generator)
    return cell
