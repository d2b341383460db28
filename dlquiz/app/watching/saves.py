"""When a file is saved: its times, its size and its place on the disk are looked at ten times a second.

Editors put another file in the place of the old one, or empty it and write it anew. So a save counts once the file has
looked the same twice, and a file that is gone for less than that was never gone.
"""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

EVERY_S = 0.1

Signature: TypeAlias = tuple[int, ...] | None


def signature(path: Path) -> Signature:
    """Return what changes with a file, its permissions too; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino, found.st_dev


class Saves:
    """Tells of each save, from a thread of its own: a network may keep whoever looks at a file waiting."""

    def __init__(self, path: Path, saved: Callable[[], None], every_s: float = EVERY_S) -> None:
        self._path = path
        self._saved = saved
        self._every_s = every_s
        self._ended = threading.Event()

    def start(self) -> None:
        """Begin; what is there at this moment is no save."""
        threading.Thread(target=self._look, args=(signature(self._path),), name="saves", daemon=True).start()

    def stop(self) -> None:
        """Tell no more."""
        self._ended.set()

    def _look(self, told: Signature) -> None:
        before = told
        while not self._ended.wait(self._every_s):
            found = signature(self._path)
            if found == before and found != told:
                told = found
                self._saved()
            before = found
