"""What the tests of the command line share: where things are, and what becomes of a command line."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

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
