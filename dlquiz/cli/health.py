"""What dlquiz runs on, and what is wrong with it: each problem one sentence with its remedy."""

import importlib.metadata
import os
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from dlquiz import __version__
from dlquiz.banks.library import Library
from dlquiz.cli import desk, options, places
from dlquiz.errors import DlquizError
from dlquiz.worker import Hello

PACKAGES = ("torch", "sympy", "textual", "fsrs", "typer", "pyyaml")
"""What dlquiz asks of the installation, by the names that pip knows."""


@dataclass
class Health:
    """The facts found so far, and the problems among them."""

    problems: list[str] = field(default_factory=list)
    versions: dict[str, str | None] = field(default_factory=dict)
    engine: Hello | None = None
    start_ms: float | None = None
    database: str = ""
    banks: int = 0
    questions: int = 0

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems


def examine(database: Path | None, device: str | None) -> Health:
    """Look at packages, engine, database and banks; nothing that is broken keeps the rest from being looked at."""
    health = Health()
    _packages(health)
    _engine(health, device)
    with _noting(health):
        _database(health, database)
    with _noting(health):
        _banks(health)
    return health


@contextmanager
def _noting(health: Health) -> Iterator[None]:
    try:
        yield
    except DlquizError as error:
        health.problems.append(str(error))


def _packages(health: Health) -> None:
    own = {"dlquiz": __version__, "python": sys.version.split()[0], "sqlite": sqlite3.sqlite_version}
    health.versions |= own | {name: _version(name) for name in PACKAGES}
    for name in PACKAGES:
        if health.versions[name] is None:
            health.problems.append(f"the package {name} is not installed; run pip install {name}")


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _engine(health: Health, device: str | None) -> None:
    """Start the engine, and ask what it runs on."""
    with desk.engine(device) as worker:
        begun = time.perf_counter()
        try:
            health.engine = worker.hello().result()
        except DlquizError as error:
            health.problems.append(str(error).removesuffix("; run dlquiz doctor") + _said(worker.stderr_tail))
            return
        health.start_ms = 1000 * (time.perf_counter() - begun)
    health.versions |= health.engine.versions
    if health.engine.gpu_unused and options.device(device) != "cpu":
        health.problems.append(_unused(health.engine))


def _said(stderr: list[str]) -> str:
    return "; install dlquiz again with all that it needs: pip install dlquiz" if any(map(_is_import, stderr)) else ""


def _is_import(text: str) -> bool:
    return text.startswith(("ModuleNotFoundError", "ImportError"))


def _unused(engine: Hello) -> str:
    remedy = "install PyTorch's build for it" if engine.torch_build == "cpu" else "check its driver with nvidia-smi"
    return (
        f"this machine has a GPU, and torch ({engine.torch_build} build) leaves it unused; {remedy}, "
        "or say DLQUIZ_DEVICE=cpu"
    )


def _database(health: Health, named: Path | None) -> None:
    path = places.database(named)
    health.database = str(path)
    if path.exists():
        with desk.log(named) as store:
            health.problems += store.verify()
        return
    folder = next(parent for parent in path.absolute().parents if parent.exists())
    if not (folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)):
        health.problems.append(
            f"no database can be made at {path}: {folder} is no folder that can be written; "
            "name another with --db or DLQUIZ_HOME"
        )
    elif named is not None:
        health.problems.append(str(desk.no_database(path)))


def _banks(health: Health) -> None:
    library = Library.load((), None, places.home())
    health.banks, health.questions = len(library.banks), len(library.questions)
    health.problems += library.warnings()
    if not library.questions:
        health.problems.append("there is no question to study; install dlquiz again: pip install dlquiz")
