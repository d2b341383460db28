"""Where banks lie: those that come with dlquiz, the learner's own, and those named on the command line."""

import os
from collections.abc import Collection, Sequence
from pathlib import Path

from dlquiz.errors import DlquizError

SUFFIXES = (".yaml", ".yml")


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


def _files(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.iterdir()) if path.suffix in SUFFIXES and path.is_file()]


def named(paths: Sequence[Path]) -> list[Path]:
    """Return the bank files that paths name: files, and folders of banks; raises DlquizError for any other path."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = banks_in(path)
            if not inside:
                raise DlquizError(f"the folder {path} holds no bank; a bank is a file that ends with .yaml")
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
