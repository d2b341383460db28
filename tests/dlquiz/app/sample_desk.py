"""A desk for tests: one fixed sample collection, a real store in a folder of the test, and an engine that is a fake."""

import random
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dlquiz.app.desk import Desk
from dlquiz.banks.library import Library
from dlquiz.core.oracle import Block, Call, Failed, Outcome, Ran
from dlquiz.core.scheduling import Scheduler, StudyClock
from dlquiz.core.session import Limits
from dlquiz.core.texts import Language
from dlquiz.store.store import Store
from dlquiz.worker import EngineError, Hello

SAMPLE = Path(__file__).parent / "sample"
NOW = 1_760_000_000_000
MARKUP = "[CLS] token x[i] [/] [@click=app.quit]x[/]"

EVIDENCE: list[Block] = [
    {"block": "text", "text": "The layer was built and run on zeros."},
    {
        "block": "table",
        "title": "Where the kernel stands",
        "columns": ["position", "from", "to", "note"],
        "rows": [[0, -4, 4, "starts in the padding"], [1, -2, 6, "层"], [30, 56, 64, None]],
    },
    {
        "block": "curve",
        "title": "Loss",
        "x_label": "step",
        "y_label": "loss",
        "log_y": True,
        "series": [
            {"name": "SGD", "x": list(range(50)), "y": [10 * 0.9**step for step in range(50)]},
            {"name": "Adam", "x": list(range(50)), "y": [10 * 0.8**step + 0.01 for step in range(50)]},
        ],
    },
    {
        "block": "heatmap",
        "title": "Gradient",
        "x_label": "column",
        "y_label": "row",
        "values": [[(8 - abs(x - 8)) * (4 - abs(y - 4)) / 32 for x in range(17)] for y in range(9)],
    },
    {
        "block": "path",
        "title": "Paths over the valley",
        "extent": [-2.0, 2.0, -1.0, 1.0],
        "contour": [[(x / 10) ** 2 + 10 * (y / 10) ** 2 for x in range(-20, 21)] for y in range(-10, 11)],
        "series": [{"name": "SGD", "x": [-1.8, -1.0, -0.4, 0.0], "y": [0.9, -0.5, 0.2, 0.0]}],
    },
]
SOURCE: Block = {
    "block": "source",
    "name": "output_size",
    "file": "engine/doors/conv.py",
    "line": 41,
    "code": 'def output_size(size: int) -> int:\n    """[/] literal [@click=app.quit]x[/]."""\n    return size[0]\n',
}


def conv_output_size(size: int, kernel_size: int, stride: int, padding: int) -> int:
    return (size + 2 * padding - kernel_size) // stride + 1


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "conv.output_size": conv_output_size,
    "attention.num_params": lambda embed_dim, num_heads: 4 * num_heads * embed_dim**2,
    "norm.depends": lambda layer: layer == "batch",
    "norm.takes_one": lambda layer: layer == "layer",
    "norm.keeps_statistics": lambda layer: layer == "batch",
    "hostile.value": lambda n: n,
}


class FakeWorker:
    """An engine that answers at once, unless ``failures`` or ``hangs`` say otherwise of its next submissions."""

    def __init__(self) -> None:
        self.failures: list[str] = []
        self.hangs = 0
        self.submitted: list[Sequence[Call]] = []
        self.held: list[tuple[Future[Sequence[Outcome]], Sequence[Call]]] = []
        self.functions = dict(FUNCTIONS)
        self.missing = ""

    def submit(self, calls: Sequence[Call], *, evidence: bool = False) -> Future[Sequence[Outcome]]:
        self.submitted.append(calls)
        future: Future[Sequence[Outcome]] = Future()
        if self.hangs:
            self.hangs -= 1
            future.set_running_or_notify_cancel()  # it runs, so nobody can take it back
            self.held.append((future, calls))
        elif self.failures:
            sentence = self.failures.pop(0)
            future.set_result([Failed(call, "died", sentence) for call in calls])
        else:
            future.set_result(self.outcomes(calls))
        return future

    def outcomes(self, calls: Sequence[Call]) -> list[Outcome]:
        return [
            Ran(call, self.functions[call.function](**call.arguments), "module", "cpu", 0.42, EVIDENCE)
            for call in calls
        ]

    def release(self) -> None:
        for future, calls in self.held:
            future.set_result(self.outcomes(calls))

    def hello(self) -> Future[Hello]:
        future: Future[Hello] = Future()
        if self.missing:
            future.set_exception(EngineError(self.missing))
        else:
            future.set_result(Hello({"torch": "2.13.0"}, "cpu", "a cpu", "cpu", False, "f00d"))
        return future

    def source(self, name: str) -> Future[list[Block]]:
        future: Future[list[Block]] = Future()
        future.set_result([SOURCE])
        return future


@dataclass
class Clock:
    """A clock that tests turn by hand."""

    now: int = NOW

    def __call__(self) -> int:
        return self.now


@dataclass(frozen=True)
class SampleDesk(Desk):
    """A desk whose library is the sample collection."""

    def library(self, topics: Sequence[str] | None = None) -> Library:
        found = Library.load((SAMPLE,))
        return found if topics is None else replace(found, banks=tuple(b for b in found.banks if b.topic in topics))


def sample_desk(folder: Path, language: Language = "en", limits: Limits | None = None) -> SampleDesk:
    scheduler = Scheduler()
    return SampleDesk(
        store=Store.open(folder / "reviews.db", scheduler, NOW, backup=False),
        worker=FakeWorker(),  # type: ignore[arg-type]
        scheduler=scheduler,
        now=Clock(),
        clock=lambda: StudyClock(0),
        rng=random.Random(7),
        language=language,
        limits=limits or Limits(),
    )
