"""What the tests of hostile banks share: how one is written down, and how it is read and checked against the clock."""

import time
from pathlib import Path

from fakes import FakeOracle

from dlquiz.banks.check import check
from dlquiz.banks.complaints import Complaint
from dlquiz.banks.library import Library

HEAD = "dlquiz: 1\nbank: hostile\ntopic: cnn\ntitle: T\nquestions:\n"
SECONDS = 10
"""Of processor time, so much above what any takes that only a hang reaches it; at most."""
INSTANCES = 1_000
"""Instances that are run: what is hostile about a bank shows on these."""
LONGEST = 900
"""Characters of a complaint with its fix."""


def bank(
    params: str = "{n: {int: [16, 64]}}",
    formula: str = "n",
    engine: str = "{call: conv.output_size, with: {size: n, kernel_size: 1}}",
    prompt: str = '"A kernel of 1 over {{n}} and no padding. Outputs?"',
    more: str = "",
) -> str:
    """Return a bank of one question; its parts stand in the lines 8 (prompt), 9 (params), 10 (answer) and 11 (more)."""
    return (
        f"{HEAD}  - id: q\n    kind: number\n    prompt: {prompt}\n    params: {params}\n"
        f"    answer: {{formula: {formula}, engine: {engine}}}\n{f'    {more}' if more else ''}\n"
    )


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "hostile.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
    return path


def complaints(path: Path) -> list[Complaint]:
    """Return what a check complains of; fails where that takes long, or is longer than a sentence."""
    begun = time.process_time()
    library = Library.load([path])
    found = check(library.questions, FakeOracle(), limit=INSTANCES, complaints=library.complaints).complaints
    assert time.process_time() - begun < SECONDS
    assert all(len(str(item)) < LONGEST + len(item.file) for item in found), max(map(str, found), key=len)[:LONGEST]
    return list(found)
