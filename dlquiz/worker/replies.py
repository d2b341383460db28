"""What the engine's replies say, as types."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from dlquiz.core.oracle import Block, Call, Failed, LegKind, Outcome, Ran
from dlquiz.errors import DlquizError

Reply = Mapping[str, Any]


class EngineError(DlquizError):
    """The engine cannot start or declines a question about itself; the text is one sentence."""


class Hello(NamedTuple):
    """What the engine runs on.

    ``versions`` has python, torch and sympy; ``torch_build`` is "cpu", "CUDA 12.6" or "ROCm 6.2"; ``gpu_unused`` says
    that the machine has a GPU that is left idle; ``fingerprint`` names the engine's source files by their hash.
    """

    versions: Mapping[str, str]
    device: str
    device_name: str
    torch_build: str
    gpu_unused: bool
    fingerprint: str


class Parameter(NamedTuple):
    """An argument of an engine function; ``type`` is words, as in "a whole number from 1 to 64".

    ``convention``: definitions differ in what it chooses.
    """

    name: str
    type: str
    required: bool
    default: Any
    convention: bool = False


class FunctionInfo(NamedTuple):
    """An engine function as a bank may call it."""

    name: str
    kind: LegKind
    signature: str
    summary: str
    example: Mapping[str, Any]
    parameters: Sequence[Parameter]


def outcome(call: Call, reply: Reply) -> Outcome:
    """Return what came of the call; KeyError or TypeError when the reply is not one."""
    if "error" in reply:
        return Failed(call, "refused" if reply["error"] == "refused" else "error", str(reply["message"]))
    evidence = tuple(reply["evidence"])
    return Ran(call, reply["value"], reply["kind"], reply["device"], float(reply["ms"]), evidence)


def hello(reply: Reply) -> Hello:
    """Return the facts about the engine."""
    return Hello(
        versions=reply["versions"],
        device=reply["device"],
        device_name=reply["device_name"],
        torch_build=reply["torch_build"],
        gpu_unused=reply["gpu_unused"],
        fingerprint=reply["engine"],
    )


def functions(reply: Reply) -> list[FunctionInfo]:
    """Return the engine's functions, sorted by name."""
    return [
        FunctionInfo(**{**entry, "parameters": [Parameter(**parameter) for parameter in entry["parameters"]]})
        for entry in reply["functions"]
    ]


def blocks(reply: Reply) -> list[Block]:
    """Return the blocks of source code."""
    return list(reply["blocks"])
