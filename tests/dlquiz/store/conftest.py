"""A store in a fresh folder, reviews to put into it, and programs that run beside it."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sample_review import A_REVIEW, NOON

from dlquiz.core.scheduling import Scheduler
from dlquiz.store import Review, Store

ROOT = Path(__file__).parents[3]


@pytest.fixture
def now() -> int:
    return NOON


@pytest.fixture
def review() -> Callable[..., Review]:
    """`review(key=..., rating=...)`: a wrong answer with a misconception, changed as asked."""
    return lambda **changes: A_REVIEW._replace(**changes)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "dlquiz.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with Store.open(path, Scheduler(), NOON) as opened:
        yield opened


_BESIDE = """
import sys
from pathlib import Path
from dlquiz.core.scheduling import Rating, Scheduler
from dlquiz.errors import DlquizError
from dlquiz.store import Review, Store
from sample_review import A_REVIEW, NOON
path = Path(sys.argv[1])
"""


@pytest.fixture
def beside() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """`beside(code, path)`: another Python process with the store imported; killed when the test ends."""
    started: list[subprocess.Popen[str]] = []

    def start(code: str, path: Path) -> subprocess.Popen[str]:
        environment = os.environ | {
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(Path(__file__).parent)]),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        command = [sys.executable, "-c", _BESIDE + code, str(path)]
        started.append(subprocess.Popen(command, env=environment, text=True, **pipes))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()
