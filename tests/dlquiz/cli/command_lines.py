"""What the tests of the command line share: where things are, and what becomes of a command line."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from dlquiz.core.chance import drawn

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
SAMPLE = HERE / "sample"
ENGINE = [sys.executable, "-P", str(HERE / "sample_engine.py")]


class Ended(NamedTuple):
    """What became of a command line."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


Run = Callable[..., Ended]


def rare_bank() -> str:
    """Return a bank that reads well, for its seed 0 can be drawn, though hardly any other seed can."""
    only = drawn("rare/rare", 1, 0, "n") % 1_000_000
    return f"""
dlquiz: 1
bank: rare
topic: rare
title: Rare
questions:
  - id: rare
    kind: number
    prompt: "What is {{{{n}}}}?"
    params: {{n: {{int: [0, 999999]}}}}
    where: "n == {only}"
    answer: {{formula: n, engine: {{call: echo.value, with: {{value: n}}}}}}
"""
