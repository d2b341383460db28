"""What the tests of the worker ask of it, and the fake engine that they start."""

import sys
from pathlib import Path
from typing import Any

from dlquiz.core.oracle import Call, Ran
from dlquiz.worker import Worker

ROOT = Path(__file__).parents[3]
SLOW_TO_LOAD = [sys.executable, "-P", str(Path(__file__).with_name("fake_engine.py")), "0.5"]
FAKE = [*SLOW_TO_LOAD[:-1], "0"]
WAIT = 20
"""Seconds after which a test gives up on a future."""


def call(name: str, **given: Any) -> Call:
    return Call(name, given)


def echo(value: Any) -> Call:
    return call("echo", value=value)


def brief(outcomes: Any) -> list[Any]:
    """Return each outcome's value, or the code of its failure in angle brackets."""
    return [outcome.value if isinstance(outcome, Ran) else f"<{outcome.code}>" for outcome in outcomes]


def run(worker: Worker, *calls: Call, **more: Any) -> list[Any]:
    return brief(worker.submit(calls, **more).result(WAIT))
