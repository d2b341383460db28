"""Running one call: find the function, bind its arguments, run it on the device, time it, and say what came of it."""

import sys
import time
import traceback
from collections.abc import Mapping
from typing import Any

import torch

from engine import registry
from engine.arguments import bind
from engine.device import using
from engine.errors import Refused
from engine.evidence import Run, Text
from engine.wire import encode

Reply = dict[str, Any]
_CPU = torch.device("cpu")
_SENTENCE = 300


def run(call: Any, device: torch.device, evidence: bool = False) -> Reply:
    """Return what came of ``{"call": name, "with": arguments}`` as a JSON object; nothing that it raises gets out.

    ``{"value", "kind", "device", "ms", "evidence"}``, or ``{"error": "refused" or "error", "message"}``. ``ms`` is the
    time of the function alone: the arguments are bound before, the evidence is made after.
    """
    try:
        function, given = _read(call)
        return _run(function, given, device, evidence)
    except Refused as refusal:
        return {"error": "refused", "message": str(refusal)}
    except BaseException as failure:
        traceback.print_exc(file=sys.stderr)
        return {"error": "error", "message": f"{call['call']} failed: {in_a_sentence(failure)}"}


def in_a_sentence(failure: BaseException) -> str:
    """Return the type and the first line of an exception, cut to a length that can be read.

    >>> in_a_sentence(ValueError("no such axis\\nat all"))
    'ValueError: no such axis'
    """
    line = traceback.format_exception_only(failure)[-1].splitlines()[0]
    return line if len(line) <= _SENTENCE else line[: _SENTENCE - 1] + "…"


def _read(call: Any) -> tuple[registry.Function, Mapping[str, Any]]:
    match call:
        case {"call": str(name), "with": dict(given)}:
            return registry.find(name), given
    raise Refused('a call must look like {"call": "conv.output_size", "with": {"size": 7, "kernel_size": 3}}')


def _run(function: registry.Function, given: Mapping[str, Any], device: torch.device, evidence: bool) -> Reply:
    try:
        return _attempt(function, given, device, evidence)
    except torch.OutOfMemoryError as failure:
        if device == _CPU:
            raise
        print(f"{function.name} goes to the cpu: {in_a_sentence(failure)}", file=sys.stderr)
    # Outside of the handler, where no traceback keeps the tensors of the failed attempt alive.
    torch.cuda.empty_cache()
    return _attempt(function, given, _CPU, evidence)


def _attempt(function: registry.Function, given: Mapping[str, Any], device: torch.device, evidence: bool) -> Reply:
    with using(device):
        arguments = bind(function, given)
        torch.default_generator.manual_seed(0)  # the value must not depend on what ran before
        _finish(device)
        start = time.perf_counter()
        outcome = function.call(**arguments)
        _finish(device)
        ms = (time.perf_counter() - start) * 1e3
        done = outcome if isinstance(outcome, Run) else Run(outcome)
        return {
            "value": encode(done.value),
            "kind": function.kind.value,
            "device": done.device or str(device),
            "ms": ms,
            "evidence": _evidence(done) if evidence else [],
        }


def _finish(device: torch.device) -> None:
    """Wait for the kernels that were launched; without it a GPU's time is the time of the launch."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()


def _evidence(done: Run) -> list[Any]:
    try:
        return [encode(block.to_json()) for block in done.evidence()]
    except Exception as failure:
        traceback.print_exc(file=sys.stderr)
        return [Text(f"The value stands, but its evidence could not be made: {in_a_sentence(failure)}").to_json()]
