"""What engine functions may be given: argument types, and the binder that checks JSON against a signature.

The annotations of a registered function are the whole contract:

    def output_size(size: Size, kernel_size: KernelSize, stride: Stride | None = None) -> Run: ...

==========================================  ==============================================================
annotation                                  JSON that is accepted
==========================================  ==============================================================
``Annotated[int, Between(1, 64)]``          a whole number in the range; true and 2.0 are refused
``Annotated[float, Between(0, 1)]``         a number in the range; NaN and infinities need ``NonFinite()``
``bool``, ``str``                           true or false; a text (``Length(low, high)`` bounds it)
``Literal[...]``, a ``StrEnum``             one of its values
``X | None``, ``X | Y``                     whatever one of them accepts
``list[X]``, ``Sequence[X]``                a list (1024 items at most, unless ``Length`` says otherwise)
``tuple[X, Y]``                             a list of exactly these items
a ``NamedTuple``, a dataclass               an object with its fields
``torch.Tensor``                            nested lists (4096 numbers at most, unless ``Elements`` says otherwise)
==========================================  ==============================================================

``Annotated[X, Conventional()]`` accepts what ``X`` does, and says that definitions differ in this argument.
"""

import inspect
from collections.abc import Callable, Mapping
from functools import cache
from typing import Annotated, Any

from engine.argument_readers import Between, Conventional, Elements, Length, Mismatch, NonFinite, Reader, shown
from engine.argument_types import reader_for
from engine.errors import Refused, nearest
from engine.registry import Function

__all__ = [
    "Between",
    "Channels",
    "Conventional",
    "Count",
    "Dilation",
    "Dilation2d",
    "Elements",
    "Groups",
    "KernelSize",
    "KernelSize2d",
    "Length",
    "NonFinite",
    "Padding",
    "Padding2d",
    "Size",
    "Stride",
    "Stride2d",
    "bind",
]

Size = Annotated[int, Between(1, 65_536)]
"""Height, width or length of an input, in cells."""
KernelSize = Annotated[int, Between(1, 1024)]
Stride = Annotated[int, Between(1, 1024)]
Padding = Annotated[int, Between(0, 1024)]
"""Cells added on each side."""
Dilation = Annotated[int, Between(1, 1024)]
KernelSize2d = KernelSize | tuple[KernelSize, KernelSize]
"""One number for both axes, or height and width."""
Stride2d = Stride | tuple[Stride, Stride]
Padding2d = Padding | tuple[Padding, Padding]
Dilation2d = Dilation | tuple[Dilation, Dilation]
Channels = Annotated[int, Between(1, 65_536)]
Groups = Annotated[int, Between(1, 65_536)]
Count = Annotated[int, Between(1, 1_000_000)]
"""How many of something that costs no memory for each."""


def bind(function: Function, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of ``function`` converted to what its annotations say.

    Arguments that were not given are left to the function's defaults.

    Raises:
        Refused: an argument is unknown, missing or does not fit; the text is one sentence.
    """
    readers, required = _parameters(function.call)
    for name in given:
        if name not in readers:
            raise Refused(f"{function.name} has no argument {shown(name)}{nearest(str(name), readers)}")
    for name in required:
        if name not in given:
            raise Refused(f"{function.name} needs '{name}'")
    try:
        return {name: readers[name].read(value, name) for name, value in given.items()}
    except Mismatch as mismatch:
        raise Refused(f"{function.name}: '{mismatch.where}' {mismatch.complaint}") from None


@cache
def _parameters(call: Callable[..., Any]) -> tuple[Mapping[str, Reader], tuple[str, ...]]:
    parameters = inspect.signature(call, eval_str=True).parameters.values()
    readers = {parameter.name: reader_for(parameter.annotation) for parameter in parameters}
    required = tuple(parameter.name for parameter in parameters if parameter.default is parameter.empty)
    return readers, required
