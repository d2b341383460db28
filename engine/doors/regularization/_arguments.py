"""What several questions about regularisation are given."""

from typing import Annotated

from torch import Tensor

from engine.arguments import Between, Elements
from engine.device import for_float64
from engine.errors import Refused

Matrix = Annotated[Tensor, Elements(512, 2), Between(-1e6, 1e6)]
"""One row for each sample, one column for each feature."""
Vector = Annotated[Tensor, Elements(64, 1), Between(-1e6, 1e6)]
Lam = Annotated[float, Between(0, 1e6)]
Positive = Annotated[float, Between(1e-6, 1e6)]
Number = Annotated[float, Between(-1e6, 1e6)]
Index = Annotated[int, Between(0, 63)]
Probability = Annotated[float, Between(0, 1)]


def samples(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Return inputs ``(n, d)`` and targets ``(n,)`` on the device, or refuse a pair that does not fit."""
    if len(x) != len(y):
        raise Refused(f"every row of 'x' needs one entry of 'y': there are {len(x)} rows and {len(y)} entries")
    if x.shape[1] > 16:
        raise Refused(f"at most 16 features are fitted, and 'x' has {x.shape[1]} columns")
    return x.to(for_float64()), y.to(for_float64())


def entry(values: Tensor, index: int, name: str) -> float:
    """Return one entry, or refuse an index that there is not."""
    if index >= len(values):
        raise Refused(f"'{name}' is {index}, and the {len(values)} there are are numbered from 0 to {len(values) - 1}")
    return float(values[index])
