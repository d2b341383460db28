"""The sinusoidal encoding: what it lets a layer know of positions, and how large it is beside the embeddings."""

from typing import Annotated, Literal

import torch
from torch import Tensor

from engine.arguments import Between
from engine.device import current
from engine.evidence import Run
from engine.experiments._settle import Holds, Thresholds, randn, settle
from engine.layers.positional_encoding import sinusoidal
from engine.registry import Kind, function

Encoding = Literal["sinusoidal", "random"]
_SHOWS = (sinusoidal,)
_LENGTH, _WIDTH = 64, 8


@function("positional_encoding.shift_is_linear", Kind.MEASURED, example={"shift": 3}, shows=_SHOWS)
def shift_is_linear(shift: Annotated[int, Between(1, 16)] = 3, encoding: Encoding = "sinusoidal") -> Run:
    """Say whether one matrix takes the encoding of every position to that of the position ``shift`` further on.

    The matrix is fitted to the first half of the positions and tried on the second. ``random`` has a random vector for
    each position.
    """
    return settle(
        "Shifted encoding by the fitted matrix, beside the real one",
        Holds.IF_EQUAL,
        _shift_error,
        {"shift": shift, "encoding": encoding},
        [{"shift": shift, "encoding": "random"}, {"shift": shift, "encoding": "sinusoidal"}],
        Thresholds(none=1e-6, some=1e-1),
    )


def _shift_error(generator: torch.Generator, shift: int, encoding: Encoding) -> Tensor:
    table = _table(generator, encoding)
    before, after = table[:-shift], table[shift:]
    half = _LENGTH // 2
    matrix = torch.linalg.pinv(before[:half]) @ after[:half]
    return torch.sub(before[half:] @ matrix, after[half:])


@function("positional_encoding.product_depends_on_offset_only", Kind.MEASURED, example={}, shows=_SHOWS)
def product_depends_on_offset_only(encoding: Encoding = "sinusoidal") -> Run:
    """Say whether the dot product of two positions' encodings is the same wherever they are equally far apart."""
    return settle(
        "Products of positions t and t + 5, less the one at t = 0",
        Holds.IF_EQUAL,
        _product_spread,
        {"encoding": encoding},
        [{"encoding": "random"}, {"encoding": "sinusoidal"}],
    )


def _product_spread(generator: torch.Generator, encoding: Encoding) -> Tensor:
    table = _table(generator, encoding)
    products = (table[:-5] * table[5:]).sum(-1)
    return products - products[0]


@function("positional_encoding.tells_positions_apart", Kind.MEASURED, example={}, shows=_SHOWS)
def tells_positions_apart(waves: Literal["all", "fastest", "slowest", "none"] = "all") -> Run:
    """Say whether any two of 64 positions get encodings at least 0.5 apart (not: two within 0.1), by these waves.

    The width is 32: 16 waves, each in a sine and a cosine column.
    """
    return settle(
        "Least distance between the encodings of two positions",
        Holds.IF_DIFFERENT,
        _least_distance,
        {"waves": waves},
        [{"waves": "fastest"}, {"waves": "slowest"}, {"waves": "none"}, {"waves": "all"}],
        Thresholds(none=0.1, some=0.5),
    )


def _least_distance(generator: torch.Generator, waves: str) -> Tensor:
    columns = {"all": slice(None), "fastest": slice(0, 2), "slowest": slice(-2, None), "none": slice(0)}[waves]
    rows = sinusoidal(_LENGTH, 32)[:, columns].to(current())
    earlier, later = torch.triu_indices(_LENGTH, _LENGTH, 1)
    return torch.cdist(rows, rows)[earlier, later].min()


@function("positional_encoding.embedding_keeps_up", Kind.MEASURED, example={"scale": "sqrt(d)"}, shows=_SHOWS)
def embedding_keeps_up(
    scale: Literal["sqrt(d)", "1", "1/sqrt(d)"] = "sqrt(d)", std: Literal["1/sqrt(d)", "1"] = "1/sqrt(d)"
) -> Run:
    """Say whether embeddings of this ``std``, times ``scale``, are at least half as large as the encoding (width 512).

    Under a tenth of its size they do not keep up. Sizes are root mean squares.
    """
    return settle(
        "Root mean square of the scaled embeddings over that of the encoding",
        Holds.IF_DIFFERENT,
        _relative_size,
        {"scale": scale, "std": std},
        [
            {"scale": "1", "std": "1/sqrt(d)"},
            {"scale": "1/sqrt(d)", "std": "1/sqrt(d)"},
            {"scale": "sqrt(d)", "std": "1/sqrt(d)"},
            {"scale": "sqrt(d)", "std": "1"},
        ],
        Thresholds(none=0.1, some=0.5),
    )


def _relative_size(generator: torch.Generator, scale: str, std: str) -> Tensor:
    width = 512
    factor = {"sqrt(d)": width**0.5, "1": 1.0, "1/sqrt(d)": width**-0.5}
    embeddings = factor[scale] * factor[std] * randn(generator, _LENGTH, width)
    encoding = sinusoidal(_LENGTH, width).to(embeddings)
    return torch.div(embeddings.square().mean(), encoding.square().mean()).sqrt()


def _table(generator: torch.Generator, encoding: Encoding) -> Tensor:
    random = randn(generator, _LENGTH, _WIDTH)
    return sinusoidal(_LENGTH, _WIDTH).to(random) if encoding == "sinusoidal" else random
