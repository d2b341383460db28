"""The names of banks, looked up in the first lines of their files: no bank is read for its name."""

import re
from collections.abc import Iterable
from pathlib import Path

HEAD = 4096
"""Bytes of a file in which its name is sought."""

_NAME = re.compile(rb"""^\xef?\xbb?\xbf?bank:[ \t]*["']?([a-z0-9-]+)""", re.MULTILINE)


def name_of(path: Path) -> str | None:
    """Return the name that a bank gives itself, None where its first lines give none."""
    try:
        with path.open("rb") as file:
            found = _NAME.search(file.read(HEAD))
    except OSError:
        return None
    return found[1].decode() if found else None


def names(paths: Iterable[Path]) -> dict[str, Path]:
    """Return the banks by their names, the first of each."""
    found: dict[str, Path] = {}
    for path in paths:
        if path.is_file() and (name := name_of(path)) is not None:
            found.setdefault(name, path)
    return found
