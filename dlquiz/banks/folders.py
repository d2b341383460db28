"""Where banks lie: those that come with dlquiz, the learner's own, and those named on the command line."""

import os
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from dlquiz.errors import DlquizError

SUFFIXES = (".yaml", ".yml")
"""How the names of banks end, in small letters or capitals."""
MOST = 5_000
"""How many banks a folder that was named may hold, with all folders below it."""
MOST_ENTRIES = 200_000
"""How many files and folders may lie there: whoever names the root of a disk is told, and does not wait."""


def installed() -> Path:
    """Return the folder of the banks that come with dlquiz: inside the package, or beside it in a checkout."""
    package = Path(__file__).parents[1]
    inside = package / "questions"
    return inside if inside.is_dir() else package.parent / "questions"


def topics_of(folder: Path) -> list[str]:
    """Return the names of the folders of a folder that hold banks, sorted; each is a topic."""
    return sorted({path.parent.name for path in banks_in(folder) if path.parent != folder})


def banks_in(folder: Path, topics: Collection[str] | None = None) -> list[Path]:
    """Return the bank files of a folder and of the folders right in it, sorted; of those, only some topics if asked."""
    if not folder.is_dir():
        return []
    parts = [folder] if topics is None else []
    parts += [part for part in sorted(folder.iterdir()) if part.is_dir() and (topics is None or part.name in topics)]
    return [path for part in parts for path in _files(part)]


def beside(file: Path) -> list[Path]:
    """Return the other bank files of the folder that a file lies in, sorted; none where it may not be listed."""
    try:
        return [path for path in _files(file.parent) if path != file]
    except OSError:
        return []


def is_named_as_bank(path: Path) -> bool:
    """Whether the name of a file ends as those of banks do."""
    return path.suffix.lower() in SUFFIXES


def _files(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.iterdir()) if is_named_as_bank(path) and path.is_file()]


def below(folder: Path) -> list[Path]:
    """Return the bank files of a folder and of all folders below it, however deep, those of each folder sorted.

    Hidden files and folders are passed over, and a folder to which several links lead is looked at once. Raises
    DlquizError where there are too many.
    """
    found: list[Path] = []
    for inner in _folders(folder):
        found += [path for path in _files(inner) if not path.name.startswith(".")]
        if len(found) > MOST:
            raise DlquizError(f"the folder {folder} holds more than {MOST:,} banks; name some of the folders in it")
    return found


def _folders(folder: Path) -> Iterator[Path]:
    """Yield a folder and those below it, each before what it holds."""
    waiting, seen, entries = [folder], set(), 0
    while waiting:
        here = waiting.pop()
        status = here.stat()
        if (status.st_dev, status.st_ino) in seen:
            continue
        seen.add((status.st_dev, status.st_ino))
        yield here
        inside = sorted(here.iterdir(), reverse=True)
        entries += len(inside)
        if entries > MOST_ENTRIES:
            raise DlquizError(f"the folder {folder} holds more than {MOST_ENTRIES:,} files; name some folders in it")
        waiting += [path for path in inside if path.is_dir() and not path.name.startswith(".")]


def named(paths: Sequence[Path]) -> list[Path]:
    """Return the bank files that paths name: files, and folders with all that lies below; raises DlquizError else."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = below(path)
            if not inside:
                raise DlquizError(f"the folder {path} holds no bank; a bank is a file that ends with .yaml or .yml")
            found += inside
        elif path.exists():
            found.append(path)
        else:
            raise DlquizError(f"there is no file or folder {path}; name a bank, or a folder of banks")
    return each_once(found)


def each_once(paths: Sequence[Path]) -> list[Path]:
    """Return paths without those that lead to a file already named, whatever they are called."""
    found: dict[str, Path] = {}
    for path in paths:
        found.setdefault(os.path.realpath(path), path)
    return list(found.values())


def shown(path: Path) -> str:
    """Return a path as messages show it: relative where it lies below the current folder."""
    absolute, here = os.path.abspath(path), os.path.join(os.getcwd(), "")
    return absolute[len(here) :] if absolute.startswith(here) else str(path)
