"""Values as JSON: what a function returned, in a form that another process can read.

=================================  ===============================================================
value                              JSON
=================================  ===============================================================
None, bool, str, an enum of texts  itself
int                                itself, exact, up to 4300 digits (where Python stops, too)
float                              itself; "nan", "inf" and "-inf" for what JSON cannot write
Fraction                           an int when it is whole, else the nearest float
torch.Tensor                       nested lists, a number when it has no dimensions
list, tuple, range, torch.Size     a list
NamedTuple, dataclass              an object with its fields, as :mod:`engine.arguments` reads them
mapping with text keys             an object
=================================  ===============================================================

Everything else is an error that says what it met, so that no function sends something that only looks right.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from fractions import Fraction
from typing import Any

import torch

ELEMENTS_LIMIT = 2_000_000
"""The most numbers a tensor may have to be sent."""
REPLY_LIMIT = 64 * 2**20
"""The longest reply, in bytes."""
_DIGITS = 4300
_TOO_LONG = 10**_DIGITS


class Unsendable(TypeError):  # noqa: N818 - it is said of a value
    """A value that has no JSON form here; the text is a clause about the value."""


def encode(value: Any) -> Any:
    """Return ``value`` as JSON types only.

    >>> encode((1, 2.5, float("nan"), Fraction(7, 2), torch.ones(1, 2)))
    [1, 2.5, 'nan', 3.5, [[1.0, 1.0]]]
    """
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, int):
        return _whole(value)
    if isinstance(value, list | range) or (isinstance(value, tuple) and not hasattr(value, "_fields")):
        return [encode(item) for item in value]
    if isinstance(value, Mapping):
        return {_key(name): encode(item) for name, item in value.items()}
    if isinstance(value, torch.Tensor):
        return _tensor(value)
    return _rarer(value)


def to_line(reply: Mapping[str, Any]) -> bytes:
    """Return one line of the wire, in ASCII."""
    return json.dumps(reply, allow_nan=False, separators=(",", ":")).encode("ascii") + b"\n"


def _whole(value: int) -> int:
    if abs(value) >= _TOO_LONG:
        raise Unsendable(f"it holds a whole number of {value.bit_length()} bits, more than {_DIGITS} digits")
    return value


def _key(name: Any) -> str:
    if not isinstance(name, str):
        raise Unsendable(f"it holds a mapping with the key {name!r:.40}, which is no text")
    return name


def _tensor(value: torch.Tensor) -> Any:
    if value.is_meta:
        raise Unsendable("it holds a tensor on the meta device, which has a shape and no numbers")
    if value.numel() > ELEMENTS_LIMIT:
        raise Unsendable(f"it holds a tensor of {value.numel()} numbers, more than {ELEMENTS_LIMIT}")
    return encode(value.tolist())


def _rarer(value: Any) -> Any:
    if isinstance(value, Fraction):
        return encode(int(value) if value.denominator == 1 else float(value))
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return {name: encode(item) for name, item in zip(value._fields, value, strict=True)}
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: encode(getattr(value, field.name)) for field in fields(value)}
    raise Unsendable(f"it holds a {type(value).__name__}, which has no JSON form")
