"""How many multiply-adds (MACs) one forward pass of a network needs, counted by forward hooks.

Convention: one multiplication with its addition is 1 MAC (so FLOPs are about twice as many). Convolutions, transposed
convolutions and linear layers count, and products that a ``forward`` writes out (``q @ k.mT``) count for the module
that writes them; adding a bias, pooling, normalisation, activations and additions of branches count 0. Multiplications
with padded zeros count, as they do in every published table, and so do products with what a mask hides.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn

from engine.analysis.matmul_macs import FunctionMacs
from engine.errors import Refused

Hook = Callable[[nn.Module, tuple[Any, ...], Any], None]
CountedHook = Callable[[nn.Module, Any, int], None]

_CONVOLUTIONS = (nn.Conv1d, nn.Conv2d, nn.Conv3d)
_TRANSPOSED = (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)
_UNCOUNTED = (nn.MultiheadAttention, nn.RNNBase, nn.RNNCellBase, nn.Bilinear)


def macs(module: nn.Module, *inputs: torch.Tensor) -> int:
    """Return the MACs of ``module(*inputs)`` in evaluation mode; a layer that runs twice counts twice.

    The pass is really run. On the meta device (module and inputs) it costs neither memory nor arithmetic.
    The module's training flags and buffers are left as they were.

    Raises:
        Refused: the module holds a layer whose products cannot be seen, such as ``nn.MultiheadAttention``.

    >>> macs(nn.Conv2d(3, 8, kernel_size=3, padding=1), torch.zeros(1, 3, 10, 10))  # 8·10·10 outputs of 3·3·3 each
    21600
    """
    counted: list[int] = []
    run_counting(module, inputs, lambda layer, output, own: counted.append(own))
    return sum(counted)


def run_counting(module: nn.Module, inputs: Iterable[torch.Tensor], note: CountedHook) -> None:
    """Run ``module(*inputs)`` and call ``note(layer, output, macs)`` after each layer's pass, the inner ones first.

    ``macs`` are those of the layer itself, without its children's: what :func:`layer_macs` says of a layer of torch's,
    and of any other module the products that its ``forward`` writes out.
    """
    written: list[int] = []
    """Of the modules that are running, the innermost last."""

    def enter(layer: nn.Module, given: tuple[Any, ...]) -> None:
        written.append(0)

    def write(name: str, macs: int) -> None:
        written[-1] += macs

    def leave(layer: nn.Module, given: tuple[Any, ...], output: Any) -> None:
        own = written.pop()
        note(layer, output, layer_macs(layer, given, output) or own)

    handles = [layer.register_forward_pre_hook(enter) for layer in module.modules()]
    try:
        with hooked(module.modules(), leave), FunctionMacs(write):
            run_in_eval_mode(module, *inputs)
    finally:
        for handle in handles:
            handle.remove()


def layer_macs(layer: nn.Module, inputs: tuple[Any, ...], output: Any) -> int:
    """Return the MACs that ``layer`` itself, without its children, spent on turning ``inputs`` into ``output``.

    A convolution spends C_in/groups · kernel cells on each output element, a transposed convolution C_out/groups ·
    kernel cells on each *input* element (also where padding then cuts the result off), a linear layer in_features
    on each output element.
    """
    if isinstance(layer, _CONVOLUTIONS):
        return int(output.numel()) * (layer.in_channels // layer.groups) * math.prod(layer.kernel_size)
    if isinstance(layer, _TRANSPOSED):
        return int(inputs[0].numel()) * (layer.out_channels // layer.groups) * math.prod(layer.kernel_size)
    if isinstance(layer, nn.Linear):
        return int(output.numel()) * layer.in_features
    if isinstance(layer, _UNCOUNTED):
        raise Refused(f"the MACs of {type(layer).__name__} cannot be counted: its products are not layers of their own")
    return 0


@contextmanager
def hooked(layers: Iterable[nn.Module], hook: Hook) -> Iterator[None]:
    """Call ``hook(layer, inputs, output)`` after each forward pass of the layers inside the ``with`` block."""
    handles = [layer.register_forward_hook(hook) for layer in layers]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def run_in_eval_mode(module: nn.Module, *inputs: torch.Tensor) -> Any:
    """Return ``module(*inputs)`` without gradients or dropout and with its buffers untouched; restore its flags."""
    flags = [(layer, layer.training) for layer in module.modules()]
    module.eval()
    try:
        with torch.no_grad():
            return module(*inputs)
    finally:
        for layer, training in flags:
            layer.training = training
