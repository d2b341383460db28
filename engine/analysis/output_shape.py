"""The shape that a layer really gives: the layer is built and run.

Small runs are real ones, on the current device; large ones happen on the meta device, which computes shapes and no
numbers. Callers check first what the meta device does not (:mod:`engine.analysis.window`).
"""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import nn

from engine import device
from engine.analysis.sizes import sizes
from engine.errors import Refused

MOST_WORK = 2 * 10**6
"""The largest real run, in MACs or in elements, whichever is more: some 0.1 s on one core at worst."""
MOST_ELEMENTS = 10**12
"""The largest tensor that is run on the meta device; far beyond it torch's own 64-bit counts overflow."""

META = torch.device("meta")
_CPU = torch.device("cpu")


class Ran(NamedTuple):
    """The output's shape, with the batch, and the device that ran."""

    shape: tuple[int, ...]
    device: torch.device


def output_shape(make: Callable[[torch.device], nn.Module], shape: Sequence[int], work: int) -> Ran:
    """Run ``make(device)`` on zeros of ``shape`` and return the shape of what comes out.

    ``work`` is what a real run would cost; above :data:`MOST_WORK` the meta device is used. The global random
    state is left as it was, although torch fills the layer's weights from it.

    Raises:
        Refused: torch refuses the settings; the text holds torch's own reason.
    """
    real = max(work, math.prod(shape)) <= MOST_WORK
    place = device.current() if real else META
    try:
        with torch.random.fork_rng(devices=[]), torch.no_grad():
            layer = make(_CPU if real else META).to(place)
            return Ran(tuple(layer(torch.zeros(*shape, device=place)).shape), place)
    except torch.OutOfMemoryError:
        raise
    except (RuntimeError, ValueError) as error:
        raise Refused(f"torch refuses these settings: {str(error).splitlines()[0]}") from error


def check_elements(what: str, shape: Sequence[int]) -> None:
    """Refuse a tensor beyond :data:`MOST_ELEMENTS`."""
    if math.prod(shape) > MOST_ELEMENTS:
        raise Refused(f"{what} of {sizes(shape)} has more than {MOST_ELEMENTS:,} elements; use smaller sizes")
