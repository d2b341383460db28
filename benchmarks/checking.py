"""Instances that ``dlquiz check`` verifies in a second over the shipped banks, beside a plain loop that builds layers.

The loop builds an ``nn.Conv2d`` and runs it for every instance of one question of the banks: what an author would
write in a notebook, with one way of arriving at the answer and no second leg, no wrong ideas and no texts.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator

from benchmarks.figures import Figure
from dlquiz.banks.check import check
from dlquiz.banks.library import Library
from dlquiz.worker import Worker

QUESTION = "convolution/conv-output-size"
_LOOP = """
import sys, time, json
import torch
torch.set_num_threads(1)
instances = json.load(sys.stdin)
begun = time.perf_counter()
with torch.no_grad():
    for values in instances:
        layer = torch.nn.Conv2d(1, 1, values["k"], stride=values["s"], padding=values["p"])
        layer(torch.zeros(1, 1, values["n"], values["n"])).shape[-1]
print(len(instances) / (time.perf_counter() - begun))
"""


def run() -> Iterator[Figure]:
    library = Library.load()
    with Worker("cpu") as worker:
        worker.hello().result()
        before = time.perf_counter()
        report = check(library.questions, worker, complaints=library.complaints)
        seconds = time.perf_counter() - before
        instances = sum(question.instances for question in report.questions)
        yield Figure(f"check of {len(report.questions)} questions, {report.proved} proved", seconds, "s")
        yield Figure("instances verified", instances / seconds, "per s")
        one = [library.question(QUESTION)]
        before = time.perf_counter()
        checked = check(one, worker).questions[0].instances
        rate = checked / (time.perf_counter() - before)
    yield Figure(f"instances of {QUESTION}", rate, "per s", _loop_rate(library))


def _loop_rate(library: Library) -> float:
    domain = library.question(QUESTION).domain
    instances = json.dumps(list(domain.enumerate()))
    done = subprocess.run([sys.executable, "-c", _LOOP], input=instances, capture_output=True, text=True, check=True)
    return float(done.stdout)
