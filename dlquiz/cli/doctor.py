"""``dlquiz doctor``: what dlquiz runs on, and what is wrong with it."""

from typing import TYPE_CHECKING, Any

import typer

from dlquiz.cli import options
from dlquiz.cli.printing import as_json, line

if TYPE_CHECKING:
    from dlquiz.cli.health import Health


def command(db: options.Database = None, device: options.Device = None, json: options.Json = False) -> None:
    """Look for what is wrong with the installation."""
    from dlquiz.cli.errors import FINDINGS
    from dlquiz.cli.health import examine

    health = examine(db, device)
    if json:
        as_json(to_json(health))
    else:
        for text in report(health):
            line(text)
    if not health.ok:
        raise typer.Exit(FINDINGS)


def to_json(health: "Health") -> dict[str, Any]:
    """Return what ``doctor --json`` promises."""
    engine = health.engine
    return {
        "ok": health.ok,
        "problems": health.problems,
        "device": engine and engine.device,
        "versions": health.versions,
        "device_name": engine and engine.device_name,
        "torch_build": engine and engine.torch_build,
        "gpu_unused": engine and engine.gpu_unused,
        "engine_start_ms": health.start_ms,
        "database": health.database,
        "banks": health.banks,
        "questions": health.questions,
    }


def report(health: "Health") -> list[str]:
    """Return the facts, then the problems."""
    versions = ", ".join(f"{name} {version or 'missing'}" for name, version in health.versions.items())
    lines = [f"versions  {versions}", f"engine    {_engine(health)}", f"database  {health.database}"]
    lines.append(f"banks     {health.banks}, with {health.questions} questions")
    return [*lines, *(f"problem   {sentence}" for sentence in health.problems or ["none"])]


def _engine(health: "Health") -> str:
    engine = health.engine
    if engine is None:
        return "none"
    unused = ", a GPU goes unused" if engine.gpu_unused else ""
    name = f"{engine.device} ({engine.device_name}), torch's {engine.torch_build} build{unused}"
    return f"{name}, started in {(health.start_ms or 0) / 1000:.1f} s"
