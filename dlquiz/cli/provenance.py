"""What a kept result rests on: the engine's source, torch, the device, and the code that checks; nothing is started."""

import hashlib
import importlib.metadata
import platform
from pathlib import Path

import dlquiz
from dlquiz.cli import options

_PACKAGE = Path(dlquiz.__file__).parent
_CHECKING = ("banks", "core", "worker")


def state(device: str | None) -> str:
    """Return a text that changes when another check might find something else."""
    digest = hashlib.sha256()
    for folder in (_PACKAGE.parent / "engine", *(_PACKAGE / name for name in _CHECKING)):
        for file in sorted(folder.rglob("*.py")):
            digest.update(f"{file.relative_to(folder).as_posix()}\0{file.stat().st_size}\0".encode())
            digest.update(file.read_bytes())
    return f"{digest.hexdigest()} torch {_torch()} python {platform.python_version()} {options.device(device)}"


def _torch() -> str:
    try:
        return importlib.metadata.version("torch")
    except importlib.metadata.PackageNotFoundError:
        return "none"
