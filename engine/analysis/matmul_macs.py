"""Multiply-adds (MACs) of the matrix products in a computation, also of those that are no layer of their own.

Hooks on layers do not see products that are written out, such as ``query @ key.mT`` in attention; here torch's own
calls are watched. Convention: one multiplication with its addition is 1 MAC.
"""

from collections.abc import Callable, Sequence
from typing import Any

from torch.overrides import TorchFunctionMode

from engine.errors import Refused

_PRODUCTS = {"matmul", "__matmul__", "mm", "bmm", "linear"}
_CONVOLUTIONS = {"conv1d", "conv2d", "conv3d"}
_TRANSPOSED = {"conv_transpose1d", "conv_transpose2d", "conv_transpose3d"}
_UNREAD = {"einsum", "tensordot", "addmm", "addbmm", "baddbmm", "mv", "addmv", "dot", "scaled_dot_product_attention"}
"""Products whose MACs are not worked out here."""


class FunctionMacs(TorchFunctionMode):
    """Tells ``note`` the name and the MACs of every matrix product and convolution inside the ``with`` block.

    A product of ``(..., L, E)`` and ``(..., E, S)`` spends E on each element of ``(..., L, S)``, a convolution the
    numbers of one kernel on each output element, a transposed one on each input element. Additions, softmax and
    products element by element count 0. Only calls that torch functions see are noted, not those inside of modules that
    torch fuses, such as ``nn.MultiheadAttention``.

    Raises:
        Refused: a product is called by a function that hides its sizes, such as ``torch.einsum``.
    """

    def __init__(self, note: Callable[[str, int], None]) -> None:
        super().__init__()
        self.note = note

    def __torch_function__(self, func: Any, types: Any, args: Sequence[Any] = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        name = getattr(func, "__name__", "")
        if name in _PRODUCTS:
            self.note(name, result.numel() * args[0].shape[-1])
        elif name in _CONVOLUTIONS:
            self.note(name, result.numel() * args[1][0].numel())
        elif name in _TRANSPOSED:
            self.note(name, args[0].numel() * args[1][0].numel())
        elif name in _UNREAD:
            raise Refused(f"the MACs of torch's {name} cannot be counted; write the product with @")
        return result


class MatmulMacs(FunctionMacs):
    """Counts inside the ``with`` block: ``products`` between tensors, and ``linear`` layers' products with weights.

    >>> import torch
    >>> with MatmulMacs() as counted:
    ...     _ = torch.ones(2, 3) @ torch.ones(3, 5)
    >>> counted.products, counted.linear
    (30, 0)
    """

    def __init__(self) -> None:
        super().__init__(self._count)
        self.products, self.linear = 0, 0

    def _count(self, name: str, macs: int) -> None:
        if name == "linear":
            self.linear += macs
        elif name in _PRODUCTS:
            self.products += macs
