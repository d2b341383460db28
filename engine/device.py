"""The device that implementations run on: chosen once by name, then read from the context.

with device.using(device.choose("auto")):
    torch.zeros(3, device=device.current())
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import torch

from engine.errors import Refused, nearest

_KNOWN = ("auto", "cpu", "cuda", "mps")
_CPU = torch.device("cpu")
_current: ContextVar[torch.device] = ContextVar("device")


def choose(name: str = "auto") -> torch.device:
    """Return the device called ``name``: auto, cpu, cuda, cuda:N or mps.

    "auto" is the first CUDA device where there is one, else the CPU. It is never mps, which has no float64.

    Raises:
        Refused: the name is unknown, or this machine has no such device.

    >>> choose("cpu")
    device(type='cpu')
    """
    kind, _, index = name.partition(":")
    if name == "auto":
        return torch.device("cuda:0" if torch.cuda.is_available() else "cpu")
    if kind == "cuda" and re.fullmatch(r"cuda(:[0-9]{1,3})?", name):
        return _cuda(int(index or 0))
    if name == "mps":
        return _mps()
    if name == "cpu":
        return _CPU
    raise Refused(f"there is no device '{name[:40]}'{nearest(name, _KNOWN)} (known: auto, cpu, cuda, cuda:N, mps)")


def current() -> torch.device:
    """Return the device of the innermost :func:`using`; the CPU outside of it."""
    return _current.get(_CPU)


def for_float64() -> torch.device:
    """Return the current device, or the CPU where the current one (mps) has no float64."""
    return _CPU if current().type == "mps" else current()


@contextmanager
def using(device: torch.device) -> Iterator[torch.device]:
    """Make ``device`` the current one inside the ``with`` block."""
    token = _current.set(device)
    try:
        yield device
    finally:
        _current.reset(token)


def _cuda(index: int) -> torch.device:
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if count == 0:
        raise Refused("torch finds no CUDA device here; use 'cpu' or 'auto'")
    if index >= count:
        raise Refused(f"there is no device 'cuda:{index}'; the last one here is 'cuda:{count - 1}'")
    return torch.device("cuda", index)


def _mps() -> torch.device:
    if not torch.backends.mps.is_available():
        raise Refused("torch finds no Apple GPU (mps) here; use 'cpu' or 'auto'")
    return torch.device("mps")
