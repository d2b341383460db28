"""Who may import whom: the contracts, what each package may take from outside, and what a process really loads."""

import json
import os
import pkgutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from types import ModuleType

import grimp
import pytest
from importlinter.cli import lint_imports
from requirement_closure import requirements

import dlquiz
import engine

ROOT = Path(__file__).parent.parent
TORCH_SIDE = {"torch", "sympy", "engine"}
QUIZ_SIDE = {"dlquiz", "textual", "typer", "rich", "yaml", "fsrs"}
IMPORT_NAMES = {"pyyaml": "yaml"}


@cache
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("dlquiz", "engine", include_external_packages=True, cache_dir=None)


def outside(package: str) -> set[str]:
    """The top-level packages that a package's modules import, neither the standard library's nor our own."""
    inside = {module for module in graph().modules if module == package or module.startswith(f"{package}.")}
    imported = {name for module in inside for name in graph().find_modules_directly_imported_by(module)}
    return {name.partition(".")[0] for name in imported} - sys.stdlib_module_names - {"dlquiz", "engine"}


def loaded_after(statements: str) -> set[str]:
    """The top-level modules in a new process after it has run the statements."""
    report = f"{statements}\nimport json, sys; print(json.dumps(sorted({{m.partition('.')[0] for m in sys.modules}})))"
    run = subprocess.run([sys.executable, "-c", report], capture_output=True, text=True, cwd=ROOT)
    assert run.returncode == 0, run.stderr
    return set(json.loads(run.stdout.splitlines()[-1]))


def modules_of(package: ModuleType) -> list[str]:
    """Every module below a package, but those that run when they are imported."""
    names = [module.name for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")]
    return [name for name in names if not name.endswith(".__main__")]


def test_the_contracts_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert lint_imports(config_filename="pyproject.toml", no_cache=True) == 0, "run lint-imports to see which"


@pytest.mark.parametrize(
    ("package", "allowed"),
    [
        ("engine", {"torch", "sympy"}),
        ("dlquiz.core", {"fsrs"}),
        ("dlquiz.banks", {"fsrs", "yaml"}),
    ],
)
def test_a_package_takes_no_more_from_outside_than_the_design_allows(package: str, allowed: set[str]) -> None:
    assert outside(package) <= allowed


def test_all_that_is_imported_is_declared() -> None:
    """A dependency that comes only with another, or with the developers' tools, may be gone in a clean install."""
    declared = {IMPORT_NAMES.get(requirement.name, requirement.name) for requirement in requirements()}
    assert outside("dlquiz") | outside("engine") <= declared


def test_the_command_line_loads_neither_torch_nor_the_engine() -> None:
    assert not loaded_after("import dlquiz.cli") & TORCH_SIDE


def test_no_module_of_the_quiz_loads_torch_or_the_engine() -> None:
    """Also by a detour that the import graph doesn't show: through a library, or by name."""
    loaded = loaded_after(f"import importlib\nfor name in {modules_of(dlquiz)!r}: importlib.import_module(name)")
    assert {"textual", "typer", "yaml"} <= loaded
    assert not loaded & TORCH_SIDE


def test_every_engine_module_loads_where_nothing_of_the_quiz_can_be_imported() -> None:
    blocked = f"import importlib, sys; sys.modules.update(dict.fromkeys({sorted(QUIZ_SIDE)!r}))"
    loaded = loaded_after(f"{blocked}\nfor name in {modules_of(engine)!r}: importlib.import_module(name)")
    assert {"engine", "torch"} <= loaded


def test_the_engine_s_door_opens_where_nothing_of_the_quiz_can_be_imported() -> None:
    """The worker's own start, which the test above can't import without running it."""
    blocked = f"import runpy, sys; sys.modules.update(dict.fromkeys({sorted(QUIZ_SIDE)!r}))"
    run = [sys.executable, "-P", "-c", f"{blocked}\nrunpy.run_module('engine', run_name='__main__', alter_sys=True)"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    ended = subprocess.run(run, input="", capture_output=True, text=True, timeout=120, env=environment)
    assert ended.returncode == 0, ended.stderr
