"""The oracle: whoever runs engine functions for us. In the app it is a child process, in tests a fake.

Core and banks see this protocol and nothing of what is behind it.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from typing import Any, Literal, NamedTuple, Protocol

_TOLD = 8
"""How long a list is written in full; of a longer one the first half of that."""

_LONGEST = 200
"""Characters of a text or a number that is written in full."""

LegKind = Literal["closed_form", "module", "measured", "library"]
Block = Mapping[str, Any]
"""One block of evidence as JSON; its ``block`` field is text, table, curve, heatmap, path or source."""


class Call(NamedTuple):
    """An engine function by its registered name, with JSON arguments."""

    function: str
    arguments: Mapping[str, Any]

    def __str__(self) -> str:
        """Return the call as a person would write it.

        >>> str(Call("conv.output_size", {"size": 7, "kernel_size": 3}))
        'conv.output_size(size=7, kernel_size=3)'
        >>> str(Call("optim.point", {"settings": {"momentum": 0.5}, "gradients": [1] * 64, "exact": True}))
        'optim.point(settings={momentum: 0.5}, gradients=[1, 1, 1, 1, … 64 in all], exact=true)'
        """
        arguments = ", ".join(f"{name}={_written(value)}" for name, value in self.arguments.items())
        return f"{self.function[:_LONGEST]}({arguments})"


def _written(value: Any) -> str:
    """Return an argument as a bank writes it, a long list by its first entries."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name}: {_written(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        told = [_written(item) for item in value[:_TOLD]]
        rest = [] if len(value) <= _TOLD else [f"… {len(value)} in all"]
        return f"[{', '.join([*told[: _TOLD - 4], *rest] if rest else told)}]"
    if isinstance(value, float):
        return f"{value:.6g}"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


class Ran(NamedTuple):
    """A call that was run: its value, how it was reached, where, and in how many milliseconds."""

    call: Call
    value: Any
    kind: LegKind
    device: str
    ms: float
    evidence: Sequence[Block] = ()


class Failed(NamedTuple):
    """A call that gave no value, and why, in one sentence.

    ``refused``: the engine declines these arguments. ``error``: the implementation raised. ``timeout``: it was
    stopped at its time limit. ``died``: the engine process ended.
    """

    call: Call
    code: Literal["refused", "error", "timeout", "died"]
    message: str


Outcome = Ran | Failed


class Oracle(Protocol):
    """Runs batches of calls, one after the other, and says what came of each."""

    def submit(self, calls: Sequence[Call], *, evidence: bool = False) -> "Future[Sequence[Outcome]]":
        """Return a future of one outcome a call, in order; the future itself never fails."""
        ...
