"""A question added to the text of a bank: what stands there stays as it is, byte by byte."""

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from dlquiz.banks import folders
from dlquiz.banks.authoring.drafts import draft, ids
from dlquiz.banks.authoring.unfilled import unfilled
from dlquiz.banks.bank import Bank
from dlquiz.banks.composing import compose
from dlquiz.banks.files import LARGEST, decode
from dlquiz.banks.nodes import ListNode, MapNode
from dlquiz.banks.proving.duplicates import duplicates
from dlquiz.banks.reading import VERSION, read_bank
from dlquiz.errors import DlquizError

_USUAL = 2
"""How far questions are indented where none stands there yet."""


@dataclass(frozen=True)
class Added:
    """The bytes of a bank with further questions, the ids of these, and the line in which the first begins."""

    data: bytes
    ids: tuple[str, ...]
    line: int


def header(bank: str, topic: str) -> bytes:
    """Return the bytes of a bank up to its questions."""
    return f"dlquiz: {VERSION}\nbank: {bank}\ntopic: {topic}\ntitle: {bank}\nquestions:\n".encode()


def read(path: Path) -> bytes:
    """Return the bytes of a file; raises DlquizError where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise DlquizError(f"{path} cannot be read: {error.strerror or error}") from error


def topic_of(path: Path, data: bytes) -> str:
    """Return the topic of a bank, which may have no question yet; raises DlquizError where it cannot be read."""
    file = folders.shown(path)
    without = unfilled(data, file)
    return _bank(data, file).topic if without is None else without.topic


def started(start: bytes, name: str, question_id: str | None) -> Added:
    """Return a bank that begins with a header, and its first question."""
    return _with(start, name, question_id, _USUAL, set(), "the bank")


def added(data: bytes, name: str, question_id: str | None, file: str) -> Added:
    """Return a bank with one more question; raises DlquizError where none can be added.

    ``name`` is that of a draft. Without an id the question bears that of the draft, with a number where it is taken.
    """
    if (without := unfilled(data, file)) is not None:
        return _with(without.before, name, question_id, _USUAL, set(), file, without.after)
    bank = _bank(data, file)
    taken = {question.id for question in bank.questions} | set(bank.broken)
    return _with(data, name, question_id, _indent(data, file), taken, file)


def _with(
    data: bytes, name: str, question_id: str | None, indent: int, taken: set[str], file: str, after: bytes = b""
) -> Added:
    """Return a bank with a question between ``data`` and what comes ``after`` it; ``taken`` are the ids it has."""
    text = draft(name, _free(ids(draft(name))[0], taken) if question_id is None else question_id)
    if clash := next((one for one in ids(text) if one in taken), None):
        raise DlquizError(f"{file} has a question '{clash}' already; give another id with --id")
    end = b"\r\n" if data.partition(b"\n")[0].endswith(b"\r") else b"\n"
    start = data if data.endswith(b"\n") or not data else data + end
    lines = "".join(" " * indent + line if line.strip() else line for line in text.splitlines(keepends=True))
    whole = start + lines.encode().replace(b"\n", end) + after
    _hold(whole, ids(text), file)
    return Added(whole, tuple(ids(text)), start.count(b"\n") + 1)


def _free(wanted: str, taken: set[str]) -> str:
    numbered = (f"{wanted}-{number}" for number in range(2, len(taken) + 3))
    return wanted if wanted not in taken else next(name for name in numbered if name not in taken)


def _bank(data: bytes, file: str) -> Bank:
    text, complaints = decode(data, file)
    if text is not None:
        bank, found = read_bank(text, file)
        if bank is not None:
            return bank
        complaints = [*complaints, *found]
    first = next(item for item in complaints if item.severity == "error")
    raise DlquizError(f"no question can be added: {file}:{first.line}:{first.column}: {first.message}; {first.fix}")


def _indent(data: bytes, file: str) -> int:
    """Return how far the questions of a bank are indented; raises DlquizError where nothing can follow them."""
    text = decode(data, file)[0] or ""
    root, _ = compose(text, file)
    listed = root.values["questions"] if isinstance(root, MapNode) else None
    if isinstance(root, MapNode) and isinstance(listed, ListNode):
        last, first = max(key.line for key in root.keys.values()), listed.items[0]
        dash = re.match(r"( *)- ", text.splitlines()[first.line - 1])
        if dash and first.line > last:
            return len(dash[1])
    raise DlquizError(
        f"no question can be added to {file}: let questions: be its last field, and each question begin with '- ' "
        "on a line of its own"
    )


def _hold(data: bytes, wanted: list[str], file: str) -> None:
    """Raise DlquizError unless the bank reads well with the questions that were added."""
    if len(data) > LARGEST:
        raise DlquizError(f"no question can be added to {file}: a bank may have {LARGEST:,} bytes; begin another one")
    bank = _bank(data, file)
    if not {question.id for question in bank.questions}.issuperset(wanted):
        raise DlquizError(f"no question can be added to the end of {file}; see dlquiz check {shlex.quote(file)}")
    for question, _ in duplicates(bank.questions):
        if question.id in wanted:
            raise DlquizError(
                f"{file} has this question already, as dlquiz new writes it; edit that one first, or add another --kind"
            )
