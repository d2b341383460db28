"""``precision.*``: the numbers that a floating-point type has, asked of torch itself."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Annotated, Literal

import torch
from torch import Tensor

from engine.arguments import Between, Length
from engine.errors import Refused
from engine.evidence import Curve, Run, Series, Table
from engine.registry import Kind, function
from engine.tensors.float_formats import FORMATS, Format

DType = Literal["float16", "bfloat16", "float32", "float64"]
Number = Annotated[float, Between(-1e300, 1e300)]
_TYPES = {"float16": torch.float16, "bfloat16": torch.bfloat16, "float32": torch.float32, "float64": torch.float64}
_SHOWS = (Format,)


@function("precision.largest", Kind.MODULE, example={"dtype": "float16"}, shows=_SHOWS)
def largest(dtype: DType) -> Run:
    """Return the largest finite number of a type.

    >>> largest("float16").value
    65504.0
    """
    return Run(torch.finfo(_TYPES[dtype]).max, lambda: [_formats()], "cpu")


@function("precision.smallest", Kind.MODULE, example={"dtype": "float16"}, shows=_SHOWS)
def smallest(dtype: DType, subnormal: bool = False) -> Run:
    """Return the smallest positive number of full precision, or with ``subnormal`` the smallest of all.

    >>> smallest("float16").value, smallest("float16", subnormal=True).value == 2**-24
    (6.103515625e-05, True)
    """
    info = torch.finfo(_TYPES[dtype])
    return Run(info.smallest_normal * info.eps if subnormal else info.smallest_normal, lambda: [_formats()], "cpu")


@function("precision.eps", Kind.MODULE, example={"dtype": "float16"}, shows=_SHOWS)
def eps(dtype: DType) -> Run:
    """Return the step from 1 to the next number of a type.

    >>> eps("float16").value == 2**-10
    True
    """
    return Run(torch.finfo(_TYPES[dtype]).eps, lambda: [_formats()], "cpu")


@function("precision.spacing", Kind.MEASURED, example={"value": 2048, "dtype": "float16"}, shows=_SHOWS)
def spacing(value: Number, dtype: DType) -> Run:
    """Return how far the next larger number of a type stands from ``value``, rounded to it.

    >>> spacing(2048, "float16").value, spacing(1, "float16").value
    (2.0, 0.0009765625)
    """
    here = _finite(abs(value), dtype)
    found = float(_next(here, +1)) - float(here)
    if found == float("inf"):
        raise Refused(f"{float(here):g} is the largest number of {dtype}: the next one is infinity")
    magnitudes = [2.0**exponent for exponent in range(-14, 16)]
    steps = [float(_next(torch.tensor(m, dtype=_TYPES[dtype]), 1)) - m for m in magnitudes]
    curve = Curve("Spacing", [Series(dtype, magnitudes, steps)], "number", "to the next", log_y=True)
    return Run(found, lambda: [_line(here), curve], "cpu")


@function("precision.rounded", Kind.MODULE, example={"value": 0.1, "dtype": "float16"}, shows=_SHOWS)
def rounded(value: Number, dtype: DType) -> Run:
    """Return the number that a type stores for ``value``.

    >>> rounded(2049, "float16").value, rounded(0.1, "float16").value
    (2048.0, 0.0999755859375)
    """
    here = _finite(value, dtype)
    return Run(float(here), lambda: [_line(here), _exactly(value, here)], "cpu")


@function("precision.overflows", Kind.MODULE, example={"value": 70000, "dtype": "float16"}, shows=_SHOWS)
def overflows(value: Number, dtype: DType) -> Run:
    """Say whether a type stores infinity for ``value``.

    >>> overflows(65519, "float16").value, overflows(65520, "float16").value
    (False, True)
    """
    found = _stored(value, dtype)
    rows = [(name, str(float(_stored(value, name)))) for name in _TYPES]
    return Run(bool(found.isinf()), lambda: [Table(f"{value:g} is stored as", ["type", "number"], rows)], "cpu")


@function("precision.underflows", Kind.MODULE, example={"value": 1e-8, "dtype": "float16"}, shows=_SHOWS)
def underflows(value: Number, dtype: DType) -> Run:
    """Say whether a type stores 0 for a ``value`` that is not 0.

    >>> underflows(1e-8, "float16").value, underflows(1e-7, "float16").value
    (True, False)
    """
    rows = [(name, str(float(_stored(value, name)))) for name in _TYPES]
    found = value != 0 and float(_stored(value, dtype)) == 0
    return Run(found, lambda: [Table(f"{value:g} is stored as", ["type", "number"], rows)], "cpu")


@function("precision.total", Kind.MEASURED, example={"values": [2048, 1, 1], "dtype": "float16"}, shows=_SHOWS)
def total(values: Annotated[Sequence[Number], Length(1, 256)], dtype: DType) -> Run:
    """Return the sum of ``values``, added one after the other in this type, which rounds after each addition.

    >>> total([2048, 1, 1], "float16").value, total([1, 1, 2048], "float16").value
    (2048.0, 2050.0)
    """
    sums = [_finite(values[0], dtype)]
    for value in values[1:]:
        sums.append(sums[-1] + _finite(value, dtype))
        if not bool(sums[-1].isfinite()):
            raise Refused(f"the sum overflows: {dtype} ends at {torch.finfo(_TYPES[dtype]).max:g}")
    exact = sum(map(Fraction, values))
    rows = [(n, value, float(partial)) for n, (value, partial) in enumerate(zip(values, sums, strict=True), start=1)]
    table = Table(f"Exactly {float(exact):g}", ["addition", "value", f"sum in {dtype}"], rows)
    return Run(float(sums[-1]), lambda: [table], "cpu")


@function("precision.log", Kind.MODULE, example={"value": 0, "dtype": "float32"}, shows=_SHOWS)
def log(value: Annotated[float, Between(0, 1)], dtype: DType, eps: Annotated[float, Between(0, 1)] = 0.0) -> Run:
    """Return log(value + eps) in this type; minus infinity where that is log 0.

    >>> log(0, "float32").value, round(log(0, "float64", eps=1e-12).value, 4)
    (-inf, -27.631)
    """
    found = float((_stored(value, dtype) + _stored(eps, dtype)).log())
    rows = [(name, str(float((_stored(value, name) + _stored(eps, name)).log()))) for name in _TYPES]
    table = Table(f"log({value:g} + {eps:g})", ["type", "number"], rows)
    return Run(found, lambda: [table], "cpu")


def _stored(value: float, dtype: str) -> Tensor:
    return torch.tensor(value, dtype=torch.float64).to(_TYPES[dtype])


def _finite(value: float, dtype: str) -> Tensor:
    found = _stored(value, dtype)
    if not bool(found.isfinite()):
        raise Refused(f"{value:g} overflows: {dtype} ends at {torch.finfo(_TYPES[dtype]).max:g}")
    return found


def _next(here: Tensor, step: int) -> Tensor:
    """Return the neighbour of a positive number: numbers of one sign are ordered as their bits are."""
    bits = {torch.float16: torch.int16, torch.bfloat16: torch.int16, torch.float32: torch.int32}
    return (here.view(bits.get(here.dtype, torch.int64)) + step).view(here.dtype)


def _line(here: Tensor) -> Table:
    """Return the number line around a number: its neighbours, exactly."""
    magnitude = here.abs()
    rows = [("stored", float(magnitude), str(Fraction(float(magnitude))))]
    if magnitude > 0:
        rows.insert(0, ("next below", float(_next(magnitude, -1)), str(Fraction(float(_next(magnitude, -1))))))
    if float(_next(magnitude, 1)) < float("inf"):
        rows.append(("next above", float(_next(magnitude, 1)), str(Fraction(float(_next(magnitude, 1))))))
    return Table("The number line (magnitudes)", ["place", "number", "exactly"], rows)


def _exactly(value: float, here: Tensor) -> Table:
    error = Fraction(float(here)) - Fraction(value)
    return Table("Rounding", ["given", "stored", "error"], [(value, float(here), float(error))])


def _formats() -> Table:
    rows = []
    for name, dtype in _TYPES.items():
        info = torch.finfo(dtype)
        least = info.smallest_normal * info.eps
        rows.append((name, info.bits, FORMATS[name].precision, info.max, info.smallest_normal, least, info.eps))
    columns = ["type", "bits", "precision", "largest", "smallest normal", "smallest", "eps"]
    return Table("Floating-point types", columns, rows)
