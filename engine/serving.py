"""Answering requests: one JSON object a line in, replies out, one a line.

=============================================================  =====================================================
request (each with an ``id`` that its replies repeat)          replies
=============================================================  =====================================================
``{"op": "hello", "device": "auto"}``                          :func:`engine.machine.facts`; chooses the device
``{"op": "load"}``                                             ``{"functions": how many}``; imports them all
``{"op": "warm"}``                                             ``{"warm": true}``; see :func:`engine.machine.warm`
``{"op": "call", "calls": [...], "evidence": false,            one a call, in order: :func:`engine.running.run` and
"limit": 10}``                                                 ``more``, which says whether another one follows
``{"op": "functions"}``                                        ``{"functions": [...]}``
``{"op": "source", "call": name}``                             ``{"blocks": [...]}``
=============================================================  =====================================================

Calls are answered one by one, so that whoever waits knows which of them is running. After ``SLICE_S`` seconds the
rest is left (``more`` is false early) to be asked for again: something urgent can go in between.

What cannot be answered gets ``{"error", "message"}``. Nothing ends the process but the end of its input, and what may
hold it forever: ``limit`` and a margin after the start of a call an alarm ends it, even if C code never yields.
"""

import json
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from queue import SimpleQueue
from typing import Any, BinaryIO

import torch

from engine import catalogue, registry
from engine.device import choose
from engine.errors import Refused, nearest
from engine.machine import facts, prepare_torch, warm
from engine.pipes import LINE_LIMIT, read_lines
from engine.running import Reply, in_a_sentence, run
from engine.wire import REPLY_LIMIT, to_line

SLICE_S = 0.05
GRACE_S = 2.0
"""How long a call may go on after the input has ended."""
ALARM_MARGIN_S = 2.0
_END = b""


class Server:
    """Answers requests on the device that ``hello`` chose, ``auto`` until then."""

    def __init__(self) -> None:
        self._device: torch.device | None = None
        self._ops: dict[str, Callable[[Mapping[str, Any]], Iterator[Reply]]] = {
            "hello": self._hello,
            "load": self._load,
            "warm": self._warm,
            "call": self._call,
            "functions": self._functions,
            "source": self._source,
        }

    def replies(self, line: bytes | None) -> Iterator[Reply]:
        """Yield the replies to one line, at least one; None stands for a line that was too long."""
        number = None
        try:
            request = _read(line)
            number = request.get("id")
            for reply in self._op(request)(request):
                yield {"id": number, **reply}
        except Refused as refusal:
            yield {"id": number, "error": "refused", "message": str(refusal)}
        except Exception as failure:
            traceback.print_exc(file=sys.stderr)
            yield {"id": number, "error": "error", "message": f"the engine failed: {in_a_sentence(failure)}"}

    def _op(self, request: Mapping[str, Any]) -> Callable[[Mapping[str, Any]], Iterator[Reply]]:
        op = str(request.get("op"))
        if op not in self._ops:
            known = ", ".join(self._ops)
            raise Refused(f"there is no op '{op:.40}'{nearest(op, self._ops)} (known: {known})")
        return self._ops[op]

    def _hello(self, request: Mapping[str, Any]) -> Iterator[Reply]:
        self._device = choose(str(request.get("device", "auto")))
        yield facts(self._device)

    def _load(self, _: Mapping[str, Any]) -> Iterator[Reply]:
        yield {"functions": len(registry.load())}

    def _warm(self, _: Mapping[str, Any]) -> Iterator[Reply]:
        warm()
        yield {"warm": True}

    def _call(self, request: Mapping[str, Any]) -> Iterator[Reply]:
        calls, limit = request.get("calls"), request.get("limit")
        if not isinstance(calls, list) or not calls:
            raise Refused("'calls' must be a list of at least one call")
        self._device = self._device or choose("auto")
        end = time.perf_counter() + SLICE_S
        for place, call in enumerate(calls, start=1):
            _set_alarm(limit + ALARM_MARGIN_S if isinstance(limit, int | float) else 0)
            reply = run(call, self._device, request.get("evidence") is True)
            _set_alarm(0)
            more = place < len(calls) and time.perf_counter() < end
            yield {**reply, "more": more}
            if not more:
                return

    def _functions(self, _: Mapping[str, Any]) -> Iterator[Reply]:
        yield {"functions": catalogue.functions()}

    def _source(self, request: Mapping[str, Any]) -> Iterator[Reply]:
        yield {"blocks": [block.to_json() for block in catalogue.source(request.get("call"))]}


def serve(requests: BinaryIO, replies: BinaryIO) -> None:
    """Answer until the input ends."""
    prepare_torch()
    lines: SimpleQueue[bytes | None] = SimpleQueue()
    threading.Thread(target=_watch, args=(requests, lines), daemon=True).start()
    server = Server()
    while (line := lines.get()) != _END:
        for reply in server.replies(line):
            replies.write(_bounded(reply))
            replies.flush()


def _watch(requests: BinaryIO, lines: "SimpleQueue[bytes | None]") -> None:
    """Hand over the lines; when the input ends, end the process even if a call is still running."""
    for line in read_lines(requests):
        lines.put(line)
    lines.put(_END)
    time.sleep(GRACE_S)
    os._exit(0)


def _read(line: bytes | None) -> Mapping[str, Any]:
    if line is None:
        raise Refused(f"a request is longer than {LINE_LIMIT} bytes; send fewer calls at once")
    try:
        request = json.loads(line)
    except (ValueError, RecursionError) as problem:
        raise Refused(f"a request is no JSON object: {problem}") from None
    if not isinstance(request, dict):
        raise Refused(f"a request must be a JSON object, not a {type(request).__name__}")
    return request


def _bounded(reply: Reply) -> bytes:
    line = to_line(reply)
    if len(line) <= REPLY_LIMIT:
        return line
    failure = {"error": "error", "message": f"the reply has {len(line)} bytes, more than {REPLY_LIMIT}"}
    return to_line({name: reply[name] for name in ("id", "more") if name in reply} | failure)


def _set_alarm(seconds: float) -> None:
    """Have the system end this process after ``seconds``, whatever runs; 0 takes it back."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds)
