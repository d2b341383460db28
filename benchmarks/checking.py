"""How quickly banks are checked: shipped ones cold and warm, one question beside a plain loop, 10,000 questions.

The loop builds an ``nn.Conv2d`` on the CPU and runs it for every instance of one question of the banks: what an author
would write in a notebook, with one way of arriving at the answer and no second leg, no wrong ideas and no texts. Both
sides count instances of which a torch module was really run; the checker's are counted by what the engine replied.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future

import yaml

from benchmarks.figures import Figure
from dlquiz.banks.check import check
from dlquiz.banks.library import Library
from dlquiz.banks.reading import read_bank
from dlquiz.core.oracle import Call, Outcome, Ran
from dlquiz.worker import Worker

QUESTION = "convolution/conv-output-size"
QUESTIONS = 10_000
ROUNDS = 3
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


class Counted:
    """A worker that counts the calls of which a module or a measurement was really run."""

    def __init__(self, worker: Worker) -> None:
        self.worker = worker
        self.ran = 0

    def submit(self, calls: Sequence[Call], *, evidence: bool = False) -> "Future[Sequence[Outcome]]":
        future = self.worker.submit(calls, evidence=evidence)
        future.add_done_callback(lambda done: self._count(done.result()))
        return future

    def _count(self, outcomes: Sequence[Outcome]) -> None:
        self.ran += sum(isinstance(one, Ran) and one.kind in ("module", "measured") for one in outcomes)


def run() -> Iterator[Figure]:
    yield from _shipped()
    yield from _one_question()
    yield _large_bank()


def _shipped() -> Iterator[Figure]:
    """Time ``dlquiz check`` as it is typed, in a home of its own: everything is run, then nothing has changed."""
    with tempfile.TemporaryDirectory() as home:
        cold = _checked(home)
        warm = _checked(home)
    yield Figure("dlquiz check of all shipped banks, cold", cold, "s")
    yield Figure("the same again, warm", warm, "s", cold)


def _checked(home: str) -> float:
    command = [sys.executable, "-m", "dlquiz", "check"]
    before = time.perf_counter()
    subprocess.run(command, env={**os.environ, "DLQUIZ_HOME": home}, capture_output=True, check=True)
    return time.perf_counter() - before


def _one_question() -> Iterator[Figure]:
    library = Library.load()
    question = library.question(QUESTION)
    rates, baselines = [], []
    with Worker("cpu") as worker:
        check([question], worker, limit=16)  # what torch imports at its first call is no part of either side
        for _ in range(ROUNDS):
            counted = Counted(worker)
            before = time.perf_counter()
            checked = check([question], counted).questions[0].instances
            seconds = time.perf_counter() - before
            rates.append(min(checked, counted.ran) / seconds)
            baselines.append(_loop_rate(library))
    yield Figure(f"instances of {QUESTION} verified", _median(rates), "per s", _median(baselines))


def _loop_rate(library: Library) -> float:
    domain = library.question(QUESTION).domain
    instances = json.dumps(list(domain.enumerate()))
    done = subprocess.run([sys.executable, "-c", _LOOP], input=instances, capture_output=True, text=True, check=True)
    return float(done.stdout)


def _large_bank() -> Figure:
    """Read and validate 10,000 questions, beside the bare parser on the same text, in turns.

    A file may have a million bytes, so they would fill three; the text is read as it is.
    """
    text = _bank(QUESTIONS)
    ours, bare = [], []
    for _ in range(ROUNDS):
        before = time.process_time()
        bank, complaints = read_bank(text, "large.yaml")
        ours.append(time.process_time() - before)
        assert bank is not None, "the bank is sound"
        assert len(bank.questions) == QUESTIONS
        assert complaints == []
        before = time.process_time()
        yaml.load(text, Loader=yaml.CSafeLoader)
        bare.append(time.process_time() - before)
    return Figure(f"{QUESTIONS:,} questions read and validated", _median(ours), "s", _median(bare))


def _bank(count: int) -> str:
    head = "dlquiz: 1\nbank: large\ntopic: large\ntitle: Large\nquestions:\n"
    return head + "".join(_question(number) for number in range(count))


def _question(number: int) -> str:
    return (
        f'  - id: q{number}\n    kind: number\n    prompt: "{number}: a kernel of 3 on {{{{n}}}}?"\n'
        f"    params: {{n: {{int: [16, {64 + number}]}}}}\n    answer:\n      formula: n - 2\n"
        "      engine: {call: conv.output_size, with: {size: n, kernel_size: 3}}\n"
    )


def _median(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 2]
