"""The contract of what the engine covers, as data: one file for each group of systems, one row for each system."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import yaml

FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[1]


class Row(NamedTuple):
    """One system: what it is called, how much it matters, what implements it, and which tests hold it to an oracle."""

    id: str
    system: str
    priority: str
    group: str
    implemented: Sequence[str] = ()
    """Dotted names of functions and classes."""
    registry: Sequence[str] = ()
    oracle: Sequence[str] = ()
    """Test functions as pytest names them, without parameters."""
    reports: str = ""
    """Why nothing can be run for it; "" where something is."""


def rows() -> list[Row]:
    """Return all rows in the order of their ids."""
    files = sorted(FOLDER.glob("*.yaml"))
    read = [Row(**row, group=file.stem) for file in files for row in yaml.safe_load(file.read_text(encoding="utf-8"))]
    return sorted(read, key=lambda row: row.id)
