"""``positional_encoding.*``: entries, wavelengths and parameters of positional encodings."""

import math
from typing import Annotated, Literal

import torch
from torch import Tensor, nn

from engine.analysis.params import num_params as count_params
from engine.arguments import Between
from engine.device import for_float64
from engine.errors import Refused
from engine.evidence import Curve, Heatmap, Run, Series, Table
from engine.layers.positional_encoding import LearnedPositionalEncoding, SinusoidalPositionalEncoding, sinusoidal
from engine.registry import Kind, function

Position = Annotated[int, Between(0, 1023)]
Column = Annotated[int, Between(0, 1023)]
EmbedDim = Annotated[int, Between(1, 1024)]
Base = Annotated[float, Between(1, 1e9)]
_LONGEST = 256


@function(
    "positional_encoding.value",
    Kind.MODULE,
    example={"position": 3, "column": 0, "embed_dim": 8},
    shows=(sinusoidal,),
)
def value(position: Position, column: Column, embed_dim: EmbedDim, base: Base = 10_000.0) -> Run:
    """Return P[position, column] of the sinusoidal encoding, from 0: what it adds to a token of zeros.

    >>> value(0, 5, embed_dim=8).value
    1.0
    """
    _check_column(column, embed_dim)
    table = _added(position + 1, embed_dim, base)
    shown = table[-_LONGEST:].tolist()
    return Run(
        float(table[position, column]), lambda: [Heatmap("encoding", shown, "column", "position")], str(table.device)
    )


@function(
    "positional_encoding.wavelength",
    Kind.MEASURED,
    example={"column": 2, "embed_dim": 8},
    shows=(sinusoidal,),
)
def wavelength(column: Column, embed_dim: EmbedDim, base: Base = 10_000.0) -> Run:
    """Return after how many positions the wave in this column repeats, from how far it turns in one step.

    >>> round(wavelength(0, embed_dim=8).value, 6)  # 2π
    6.283185
    """
    _check_column(column, embed_dim)
    first = column - column % 2
    if first + 1 == embed_dim:
        raise Refused(f"column {column} is the last of an odd number and has no cosine beside it to measure it with")
    table = _added(_LONGEST, embed_dim, base)
    sine, cosine = table[1, first : first + 2].tolist()
    series = Series(f"column {column}", list(range(_LONGEST)), table[:, column].tolist())
    length = 2 * math.pi / math.atan2(sine, cosine)
    return Run(length, lambda: [Curve("The wave", [series], "position", "added")], str(table.device))


@function(
    "positional_encoding.num_params",
    Kind.MODULE,
    example={"encoding": "learned", "max_len": 512, "embed_dim": 768},
    shows=(SinusoidalPositionalEncoding, LearnedPositionalEncoding),
)
def num_params(encoding: Literal["sinusoidal", "learned"], max_len: EmbedDim, embed_dim: EmbedDim) -> Run:
    """Return the trainable parameters of a positional encoding of ``max_len`` positions.

    >>> num_params("learned", 512, 768).value, num_params("sinusoidal", 512, 768).value
    (393216, 0)
    """
    kinds = {"sinusoidal": SinusoidalPositionalEncoding, "learned": LearnedPositionalEncoding}
    module: nn.Module = kinds[encoding](embed_dim, max_len)
    rows = [(name, type(tensor).__name__, tensor.numel()) for name, tensor in module.state_dict(keep_vars=True).items()]
    return Run(count_params(module), lambda: [Table(encoding, ["tensor", "type", "numbers"], rows)], device="cpu")


def _check_column(column: int, embed_dim: int) -> None:
    if column >= embed_dim:
        raise Refused(f"'column' is {column}, and an embed_dim of {embed_dim} has the columns 0 to {embed_dim - 1}")


def _added(length: int, embed_dim: int, base: float) -> Tensor:
    """Return what the module adds to ``length`` tokens of zeros."""
    tokens = torch.zeros(1, length, embed_dim, dtype=torch.float64, device=for_float64())
    module = SinusoidalPositionalEncoding(embed_dim, length, base).to(tokens)
    added: Tensor = module(tokens)
    return added[0]
