"""What a kept result rests on: the engine's source, its libraries, the device, and the code that checks.

Nothing is started, and no library is imported.
"""

import hashlib
import importlib.metadata
import platform
from pathlib import Path

import dlquiz
from dlquiz.cli import options

_PACKAGE = Path(dlquiz.__file__).parent
_CHECKING = ("banks", "core", "worker")
_LIBRARIES = ("torch", "sympy")
"""What the engine computes and proves with."""


def state(device: str | None) -> str:
    """Return a text that changes when another check might find something else."""
    digest = hashlib.sha256()
    for folder in (_PACKAGE.parent / "engine", *(_PACKAGE / name for name in _CHECKING)):
        for file in sorted(folder.rglob("*.py")):
            digest.update(f"{file.relative_to(folder).as_posix()}\0{file.stat().st_size}\0".encode())
            digest.update(file.read_bytes())
    libraries = " ".join(f"{name} {_version(name)}" for name in _LIBRARIES)
    return f"{digest.hexdigest()} {libraries} python {platform.python_version()} {options.device(device)}"


def _version(library: str) -> str:
    try:
        return importlib.metadata.version(library)
    except importlib.metadata.PackageNotFoundError:
        return "none"
