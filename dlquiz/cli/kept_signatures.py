"""What the engine says of its functions, kept between checks: whoever changes no code need not ask again.

A file holds the functions of one state (see :mod:`dlquiz.cli.provenance`), so it cannot be out of date. A damaged one
is as good as none.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from dlquiz.banks.signatures import Described, Signatures

MOST = 4
"""Files that are kept, each of some 600 kB; the oldest make room."""


def signatures(folder: Path, state: str, ask: Callable[[], Iterable[Described]]) -> Signatures:
    """Return what is known of every function, from ``folder`` where it is kept there for this state."""
    file = folder / f"{hashlib.sha256(state.encode()).hexdigest()[:32]}.json"
    if (kept := _read(file)) is not None:
        return kept
    known = Signatures.of(ask())
    with suppress(OSError):  # nothing is lost but the time that it saves
        _write(file, known)
    return known


def _read(file: Path) -> Signatures | None:
    """Return what a file holds; an engine without functions would check nothing, so an empty file is damaged."""
    try:
        kept = Signatures.from_json(json.loads(file.read_bytes()))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return kept if kept.functions else None


def _write(file: Path, known: Signatures) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_suffix(f".{os.getpid()}.partial")
    partial.write_text(json.dumps(known.to_json()), encoding="utf-8")
    os.replace(partial, file)
    for old in sorted(file.parent.iterdir(), key=os.path.getmtime)[:-MOST]:
        old.unlink(missing_ok=True)
