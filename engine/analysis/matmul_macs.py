"""Multiply-adds (MACs) of the matrix products in a computation, also of those that are no layer of their own.

Hooks on layers (:mod:`engine.analysis.macs`) do not see products that are written out, such as ``query @ key.mT`` in
attention; here torch's own calls are watched. Convention: one multiplication with its addition is 1 MAC.
"""

from collections.abc import Sequence
from typing import Any

from torch import Tensor
from torch.overrides import TorchFunctionMode

_PRODUCTS = {"matmul", "__matmul__", "mm", "bmm"}


class MatmulMacs(TorchFunctionMode):
    """Counts inside the ``with`` block: ``products`` between tensors, and ``linear`` layers' products with weights.

    A product of ``(..., L, E)`` and ``(..., E, S)`` spends E on each element of ``(..., L, S)``. Additions, softmax and
    products element by element count 0. Only calls that torch functions see are counted, not those inside of modules
    that torch fuses, such as ``nn.MultiheadAttention``.

    >>> import torch
    >>> with MatmulMacs() as counted:
    ...     _ = torch.ones(2, 3) @ torch.ones(3, 5)
    >>> counted.products, counted.linear
    (30, 0)
    """

    def __init__(self) -> None:
        super().__init__()
        self.products, self.linear = 0, 0

    def __torch_function__(self, func: Any, types: Any, args: Sequence[Any] = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        name = getattr(func, "__name__", "")
        if name in _PRODUCTS:
            self.products += _macs(args[0], result)
        elif name == "linear":
            self.linear += _macs(args[0], result)
        return result


def _macs(left: Tensor, result: Tensor) -> int:
    return result.numel() * left.shape[-1]
