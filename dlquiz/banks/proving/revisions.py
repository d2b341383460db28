"""The record of what was proved: each question's revision, kind, tolerance, and its answers on a few settings.

It is a file ``revisions.json`` beside the banks, one line a question, kept in git with them; ``dlquiz check --record``
writes it. What changes an answer has to raise ``rev``, or old reviews would be read as answers to another question.
An entry is never taken out: an id that is gone stays taken.
"""

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from dlquiz.banks.proving.answers import Case, Unanswerable, answer, asked, differs
from dlquiz.banks.proving.brief import brief, setting
from dlquiz.banks.proving.runs import Runs
from dlquiz.core.kinds.computed import Computed, Tolerance
from dlquiz.core.questions import Question
from dlquiz.errors import DlquizError

NAME = "revisions.json"

Entry = Mapping[str, Any]


@dataclass
class Record:
    """The entries of a file, by the keys of questions; a file that is not there has none."""

    file: Path
    entries: dict[str, Entry] = field(default_factory=dict)

    @classmethod
    def beside(cls, bank: Path) -> "Record":
        """Return the record of a bank: in its folder, or in the one around it; else one to be made in its folder."""
        folders = (bank.parent, bank.parent.parent)
        file = next((folder / NAME for folder in folders if (folder / NAME).is_file()), bank.parent / NAME)
        return cls(file, _read(file) if file.is_file() else {})

    def write(self, entries: Mapping[str, Entry]) -> int:
        """Put entries in, and return how many are new or changed; the file is left alone where none is."""
        changed = [key for key, entry in entries.items() if self.entries.get(key) != entry]
        if changed:
            merged = {**self.entries, **entries}
            lines = (f"{json.dumps(key)}: {json.dumps(merged[key], ensure_ascii=False)}" for key in sorted(merged))
            partial = self.file.with_suffix(f".{os.getpid()}.partial")
            partial.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
            os.replace(partial, self.file)
        return len(changed)


def _read(file: Path) -> dict[str, Entry]:
    try:
        found = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise DlquizError(
            f"the record {file} cannot be read: {error}; restore it, for it says what was proved"
        ) from error
    if not isinstance(found, dict) or not all(map(_is_entry, found.values())):
        raise DlquizError(f"{file} is no record of what was proved; restore it, or move it away")
    return found


def _is_entry(value: Any) -> bool:
    """Whether JSON has the form that :func:`entry` gives: whoever may change a bank may change its record."""
    if not isinstance(value, dict) or type(value.get("rev")) is not int:
        return False
    cases = value.get("answers", [])
    return isinstance(cases, list) and all(
        isinstance(case, list) and len(case) == 2 and isinstance(case[0], dict) for case in cases
    )


def entry(question: Question, found: Iterable[Case]) -> Entry:
    """Return what is kept of a question, JSON as it will be read again."""
    kept: Entry = {"rev": question.rev, "kind": question.kind, **_tolerance(question), "answers": [*map(list, found)]}
    return dict(json.loads(json.dumps(kept)))


def _tolerance(question: Question) -> dict[str, str]:
    tolerance: Tolerance | None = question.answer.tolerance if isinstance(question, Computed) else None
    if tolerance is None:
        return {}
    return {"abs": str(tolerance.abs)} if tolerance.abs is not None else {"rel": str(tolerance.rel)}


def changes(question: Question, kept: Entry, runs: Runs) -> Iterator[tuple[str, str, str]]:
    """Yield the code, the message and the fix for each way in which a question contradicts its entry."""
    rev, kind = kept["rev"], kept.get("kind")
    if kind != question.kind:
        message = f"the id '{question.id}' was that of a question of kind {kind}, whose reviews it would inherit"
        yield "DQ462", message, "give this question an id that was never used"
    elif question.rev < rev:
        yield "DQ461", f"rev is {question.rev}, and revision {rev} was proved before", f"write rev: {rev + 1}"
    elif question.rev == rev:
        what = _changed(question, kept, runs)
        if what is not None:
            yield "DQ461", f"{what}, and rev is still {rev}", f"write rev: {rev + 1}, or take the change back"


def _changed(question: Question, kept: Entry, runs: Runs) -> str | None:
    """Return the first way in which an answer is another one than the entry says."""
    before, after = (
        {name: one[name] for name in ("abs", "rel") if name in one} for one in (kept, _tolerance(question))
    )
    if before != after:
        return f"the tolerance was {_told(before)}, and is {_told(after)}"
    for given, was in kept.get("answers", ()):
        values = {name: _exact(value) for name, value in given.items()}
        if set(values) != set(_drawn(question)):
            return "the parameters are others than they were"
        try:
            what = differs(question, was, json.loads(json.dumps(answer(question, values, runs))))
        except Unanswerable as error:
            return f"the answer was {brief(was)}, and there is none{setting(values)} ({str(error).rstrip('.')})"
        if what is not None:
            return f"{what}{setting(values)}"
    return None


def _drawn(question: Question) -> Mapping[str, Any]:
    return asked(question, dict.fromkeys(question.domain.parameters))


def _told(tolerance: Mapping[str, str]) -> str:
    return next((f"{name}: {size}" for name, size in tolerance.items()), "none")


def _exact(value: Any) -> Any:
    """Return a decimal as the fraction that it is written as, as banks read it."""
    if isinstance(value, float):
        return Fraction(repr(value))
    if isinstance(value, Mapping):
        return {name: _exact(item) for name, item in value.items()}
    return [_exact(item) for item in value] if isinstance(value, list) else value
