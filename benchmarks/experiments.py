"""How long an experiment takes, its controls and seeds included, in processor time of one core.

A learner waits for it, and a card may reveal a dozen. Each runs its example three times; the quickest counts, for what
else runs on the machine only adds.
"""

import statistics
import time
from collections.abc import Iterator

import torch

from benchmarks.figures import Figure
from engine.arguments import bind
from engine.registry import Function, load

ROUNDS = 3


def run() -> Iterator[Figure]:
    torch.set_num_threads(1)
    experiments = [function for function in load().values() if _module(function).startswith("engine.experiments")]
    seconds = {function.name: min(_seconds(function) for _ in range(ROUNDS)) for function in experiments}
    slowest = max(seconds, key=lambda name: seconds[name])
    yield Figure(f"median of {len(seconds)} experiments", statistics.median(seconds.values()), "s", target="below 0.1")
    yield Figure(f"slowest experiment, {slowest}", seconds[slowest], "s", target="at most 0.5")


def _module(function: Function) -> str:
    return function.call.__module__


def _seconds(function: Function) -> float:
    begun = time.process_time()
    function.call(**bind(function, function.example))
    return time.process_time() - begun
