"""A small child that speaks the engine's protocol, with functions that go wrong in every way we could think of.

It is started as ``python -P fake_engine.py SECONDS``, which is how long it takes to load its functions. It loads no
torch, so a test may kill it as often as it likes.
"""

import functools
import json
import os
import sys
import time
from typing import Any


def say(reply: dict[str, Any]) -> None:
    """Write one reply."""
    sys.stdout.write(json.dumps(reply) + "\n")
    sys.stdout.flush()


@functools.cache
def load() -> None:
    """Take the time that loading the functions takes, once."""
    time.sleep(float(sys.argv[1]))


def run(number: int, name: str, given: dict[str, Any]) -> Any:
    """Run one of the functions."""
    match name:
        case "echo":
            return given["value"]
        case "sleep":
            time.sleep(given["s"])
        case "exit":
            os._exit(given["code"])
        case "segfault":
            os.kill(os.getpid(), 11)
        case "big":
            return [0.5] * given["n"]
        case "pid":
            return os.getpid()
        case "babble":
            sys.stdout.write(f'no json\n\n[1]\n{"[" * 5000}\n{{"id": {number - 1}, "value": "stale"}}\n{{}}\n')
        case "malformed":
            say({"id": number, "surprise": True})
        case "mutter":
            for line in range(100_000):
                sys.stderr.write(f"line {line}\n")
    return None


def main() -> None:
    """Answer requests until the input ends."""
    for line in sys.stdin:
        request = json.loads(line)
        number, op = request["id"], request["op"]
        if op == "hello":
            facts = {"versions": {"python": "3"}, "device_name": "a fake", "torch_build": "none", "gpu_unused": False}
            say({"id": number, "device": request["device"], "engine": "f00d", **facts})
        elif op == "call":
            load()
            calls = request["calls"][:100]
            for place, call in enumerate(calls, start=1):
                value = run(number, call["call"], call["with"])
                reply = {"id": number, "more": place < len(calls), "value": value, "kind": "module"}
                for _ in range(2 if call["call"] == "stutter" else 1):
                    say({**reply, "device": "cpu", "ms": 0.1, "evidence": []})
        else:
            load()
            say({"id": number, "functions": []})


if __name__ == "__main__":
    main()
