"""Banks that installed packages bring: a package names itself by an entry point of the group ``dlquiz.banks``.

In the ``pyproject.toml`` of such a package stands ``[project.entry-points."dlquiz.banks"]``, and below it
``lectures = "lecture_banks"``: the YAML files in the folder of the package ``lecture_banks``, and in the folders right
in it, are banks. No code of a package is run to find them. ``importlib.metadata`` would read the same files; importing
it and asking it took 250 ms where this scan took 2 to 14, and every session begins with it.
"""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from dlquiz.banks.folders import shown
from dlquiz.core.calls import Place

GROUP = "dlquiz.banks"

_METADATA = (".dist-info", ".egg-info")
_FILE = "entry_points.txt"


class Provided(NamedTuple):
    """A package that brings banks: its name, its folder if there is one, and where it says so."""

    package: str
    folder: Path | None
    at: Place


def provided(path: Sequence[str] | None = None) -> list[Provided]:
    """Return the packages that bring banks, found on a path for modules, ``sys.path`` if none is given."""
    places = sys.path if path is None else path
    found = [entry for place in dict.fromkeys(places) for entry in _entries(place)]
    return [Provided(package, _folder(package), at) for package, at in found]


def _entries(place: str) -> Iterator[tuple[str, Place]]:
    with suppress(OSError), os.scandir(place or ".") as inside:  # most paths hold no packages, or are no folders
        metadata = sorted(item.path for item in inside if item.name.endswith(_METADATA))
        for file in (os.path.join(folder, _FILE) for folder in metadata):
            with suppress(OSError, UnicodeDecodeError), open(file, "rb") as opened:
                data = opened.read()
                if GROUP.encode() in data:
                    yield from entries(data.decode(), shown(Path(file)))


def entries(text: str, file: str) -> Iterator[tuple[str, Place]]:
    """Yield the packages of our group that a file of entry points names, each with its place.

    >>> [package for package, _ in entries("[dlquiz.banks]\\nlectures = lecture_banks.spring:all [extra]", "e.txt")]
    ['lecture_banks.spring']
    """
    section = ""
    for number, line in enumerate(text.splitlines(), start=1):
        stripped = line.strip()
        if stripped.startswith("["):
            section = stripped.strip("[] ")
        elif section == GROUP and "=" in stripped and not stripped.startswith("#"):
            reference = stripped.partition("=")[2]
            yield reference.partition(":")[0].partition("[")[0].strip(), Place(file, number, 1)


def _folder(package: str) -> Path | None:
    """Return the folder of a package without importing it: its outermost part is located, the rest are folders."""
    from importlib.util import find_spec

    outer, *inner = package.split(".")
    with suppress(ImportError, ValueError):  # a name that is none, or a package that is half installed
        spec = find_spec(outer)
        for place in (spec.submodule_search_locations or ()) if spec is not None else ():
            folder = Path(place, *inner)
            if folder.is_dir():
                return folder
    return None
