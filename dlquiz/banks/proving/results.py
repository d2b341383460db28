"""What checks found, kept between them: a question that has not changed is not run again.

A result is a JSON file under the hash of the question with the places of its parts, what the record says of it, the
number of instances, and ``state``: the engine's source, torch, the device, and the code that checks. So it cannot be
out of date. Complaints are kept by their distance from the question, which may have moved in its file. A damaged file
is as good as none.
"""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dlquiz.banks.complaints import Complaint, complaint
from dlquiz.banks.proving.canonical import canonical, digest
from dlquiz.banks.proving.examining import Checked, Found
from dlquiz.banks.proving.extents import Extent, Proof
from dlquiz.banks.proving.revisions import Entry
from dlquiz.core.calls import Place
from dlquiz.core.questions import Question
from dlquiz.core.verdicts import Level

MOST = 20_000
"""Results that are kept; the oldest make room."""


@dataclass(frozen=True)
class KeptResults:
    """Results in a folder; those of another state are not seen."""

    folder: Path
    state: str

    def get(self, question: Question, limit: int, entry: Entry | None) -> Found | None:
        """Return what was found of this very question, None where it was not checked."""
        try:
            return _found(json.loads(self._file(question, limit, entry).read_bytes()), question.at)
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def put(self, question: Question, limit: int, entry: Entry | None, found: Found) -> None:
        """Keep what was found; nothing is lost but time where that fails."""
        file = self._file(question, limit, entry)
        with suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            partial = file.with_suffix(f".{os.getpid()}.partial")
            partial.write_text(json.dumps(_plain(found, question.at), ensure_ascii=False), encoding="utf-8")
            os.replace(partial, file)

    def tidy(self) -> None:
        """Take the oldest results out where there are too many."""
        with suppress(OSError):
            files = sorted(self.folder.iterdir(), key=os.path.getmtime)
            for old in files[:-MOST]:
                old.unlink(missing_ok=True)

    def _file(self, question: Question, limit: int, entry: Entry | None) -> Path:
        said = [self.state, limit, question.key, entry, canonical(question, question.at)]
        return self.folder / f"{digest(said)}.json"


def _plain(found: Found, at: Place) -> dict[str, Any]:
    checked, proof = found.checked, found.checked.proof
    return {
        "checked": [checked.key, checked.level, checked.instances, checked.complete, checked.sound],
        "proof": [proof.extent, proof.instances, proof.points, proof.variables],
        "complaints": [[one.line - at.line, one.column, one.code, one.message, one.fix] for one in found.complaints],
        "cases": found.cases,
        "waived": found.waived,
    }


def _found(kept: Mapping[str, Any], at: Place) -> Found:
    key, level, instances, complete, sound = kept["checked"]
    extent, gone_through, points, variables = kept["proof"]
    proof = Proof(Extent(extent), gone_through, points, tuple(variables))
    checked = Checked(key, Level(level), instances, complete, sound, proof)
    complaints = tuple(_complaint(at, *one) for one in kept["complaints"])
    cases = tuple((given, answer) for given, answer in kept["cases"])
    return Found(checked, complaints, cases, waived=tuple(kept["waived"]))


def _complaint(at: Place, line: int, column: int, code: str, message: str, fix: str) -> Complaint:
    return complaint(Place(at.file, at.line + line, column), code, message, fix)
