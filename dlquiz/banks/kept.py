"""Banks kept between starts: one that has not changed is not read again.

Reading the four banks of one topic took a tenth of the time to the first question, and grows with every bank. A bank
that was read without a complaint is pickled under the hash of its text, its name, and the state of the code that read
it, so it cannot be out of date. Unpickling is restricted to the classes of ``dlquiz.core``, the bank and fractions:
a file that names anything else, or is damaged, is as good as none.
"""

import hashlib
import io
import os
import pickle
from contextlib import suppress
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from dlquiz.banks.bank import Bank
from dlquiz.banks.complaints import Complaint

MOST = 200
"""Banks that are kept; the oldest make room."""

_PACKAGE = Path(__file__).parent.parent
_PLAIN = {("fractions", "Fraction"): Fraction, ("dlquiz.banks.bank", "Bank"): Bank}


def bank(text: str, file: str, folder: Path | None) -> tuple[Bank | None, list[Complaint]]:
    """Return what :func:`dlquiz.banks.reading.read_bank` returns, from ``folder`` where it is kept there."""
    path = None if folder is None else folder / f"{_digest(text, file)}.bank"
    if path is not None and (found := _read(path)) is not None:
        return found, []
    from dlquiz.banks.reading import read_bank

    read, complaints = read_bank(text, file)
    if path is not None and read is not None and not complaints:
        with suppress(OSError):  # nothing is lost but the time that it saves
            _write(path, read)
    return read, complaints


def _digest(text: str, file: str) -> str:
    return hashlib.sha256("\0".join((_code(), file, text)).encode("utf-8", "surrogatepass")).hexdigest()[:32]


@cache
def _code() -> str:
    """Return what changes when the code does that reads banks and makes questions of them."""
    states = []
    for folder in ("banks", "core", "core/building", "core/kinds", "core/expressions"):
        with os.scandir(_PACKAGE / folder) as found:
            files = [(entry.name, entry.stat()) for entry in found if entry.name.endswith(".py")]
        states += sorted((folder, name, state.st_size, state.st_mtime_ns) for name, state in files)
    return repr(states)


class _OurClasses(pickle.Unpickler):
    """Unpickles questions, and what they are made of; raises UnpicklingError for everything else."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _PLAIN:
            return _PLAIN[module, name]
        found = super().find_class(module, name) if module.startswith("dlquiz.core.") else None
        if isinstance(found, type) and found.__module__ == module:
            return found
        raise pickle.UnpicklingError(f"{module}.{name} is no part of a question")


def _read(path: Path) -> Bank | None:
    """Return the bank of a file; None where there is none, or the file is not what was written."""
    try:
        found = _OurClasses(io.BytesIO(path.read_bytes())).load()
    except Exception:  # a damaged pickle may raise anything, and the text is there to be read instead
        return None
    return found if isinstance(found, Bank) else None


def _write(path: Path, read: Bank) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    for old in sorted(path.parent.iterdir(), key=os.path.getmtime)[: -MOST + 1]:
        old.unlink(missing_ok=True)
    partial = path.with_suffix(f".{os.getpid()}.partial")
    partial.write_bytes(pickle.dumps(read, pickle.HIGHEST_PROTOCOL))
    os.replace(partial, path)
