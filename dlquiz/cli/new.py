"""``dlquiz new``: a question to begin with, commented and proved, at the end of a bank."""

import shlex
import sys
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dlquiz.cli import options
from dlquiz.cli.printing import line, mark, tell
from dlquiz.errors import DlquizError, nearest

if TYPE_CHECKING:
    from dlquiz.banks.authoring.adding import Added
    from dlquiz.banks.check import Report
    from dlquiz.banks.shelves import Shelves
    from dlquiz.worker import Worker


def command(
    topic: Annotated[
        str | None, typer.Argument(metavar="TOPIC", help="Topic of the bank; asked for if it is needed.")
    ] = None,
    kind: Annotated[
        str | None, typer.Option("--kind", metavar="KIND", help="Kind of answer; asked for if it is not said.")
    ] = None,
    fixed: Annotated[bool, typer.Option("--fixed", help="A number without parameters, in five lines.")] = False,
    name: Annotated[str | None, typer.Option("--id", metavar="ID", help="Id of the question.")] = None,
    bank: Annotated[
        Path | None, typer.Option("--bank", metavar="FILE", help="Bank that it is added to; made if there is none.")
    ] = None,
    device: options.Device = None,
) -> None:
    """Add a question to a bank, commented and proved, to begin with."""
    from dlquiz.cli.desk import engine
    from dlquiz.cli.errors import FINDINGS

    draft = _draft(kind, fixed)
    with engine(device) as worker:
        file, added = _written(topic, draft, name, bank, worker)
        report = _proved(file, added, worker)
    for question in report.questions:
        line(f"{file}:{added.line}  {question.key}  {question.level.value}")
    for complaint in report.complaints:
        line(str(complaint))
    tell(f"edit it, then prove it again: dlquiz check {shlex.quote(str(file))}")
    if report.complaints:
        raise typer.Exit(FINDINGS)


def _draft(kind: str | None, fixed: bool) -> str:
    """Return the name of the draft that is wanted."""
    from dlquiz.banks.authoring.drafts import FIXED
    from dlquiz.core.kinds.registry import KINDS

    if fixed:
        if kind not in (None, "number"):
            raise DlquizError(f"--fixed writes a number, not '{kind}'; leave one of them out")
        return FIXED
    if kind is None:
        return _asked(f"Which kind? {', '.join(KINDS)}", KINDS, "--kind")
    if kind not in KINDS:
        raise DlquizError(f"there is no kind '{kind}'{nearest(kind, KINDS)} (the kinds are {', '.join(KINDS)})")
    return kind


def _asked(question: str, known: Collection[str], option: str) -> str:
    """Ask until the answer is known; raises DlquizError at the end of the input."""
    while True:
        tell(question)
        answer = _typed(option)
        if answer in known:
            return answer
        if answer:
            tell(f"'{answer[:40]}' is none of them{nearest(answer[:40], known)}")


def _asked_topic() -> str:
    """Ask until the answer can be a topic; an empty line takes the one that was offered for the last answer."""
    from dlquiz.banks.authoring.drafts import OTHERWISE
    from dlquiz.banks.leaves import is_name, suggested

    offered = ""
    tell("Which topic? For instance cnn")
    while True:
        answer = _typed("TOPIC") or offered
        if is_name(answer):
            return answer
        if answer:
            offered = suggested(answer, OTHERWISE)
            tell(f"'{answer[:40]}' cannot be a topic: lower-case words with hyphens; Enter takes '{offered}'")


def _typed(option: str) -> str:
    """Return the next line that is typed, nothing for one too long; raises DlquizError at the end of the input."""
    from dlquiz.cli.input_lines import TooLong, next_line

    mark()
    try:
        answer = next_line(sys.stdin.buffer)
    except TooLong:
        return ""
    if answer is None:
        raise DlquizError(f"the input ended before it was said; give it as {option}")
    return answer


def _written(
    topic: str | None, draft: str, name: str | None, bank: Path | None, worker: "Worker"
) -> "tuple[Path, Added]":
    """Write the question into the bank that was named, or into that of its topic among the learner's own."""
    from dlquiz.banks.authoring import adding
    from dlquiz.banks.authoring.saving import save
    from dlquiz.banks.authoring.unfilled import is_blank

    if bank is None or not bank.exists():
        topic = topic or _asked_topic()
    file = bank or _usual(topic or "")
    data = adding.read(file) if file.exists() else b""
    if is_blank(data):
        return _begun(file, data, topic or _asked_topic(), draft, name, worker)
    found = adding.topic_of(file, data)
    if topic not in (None, found):
        raise DlquizError(f"the topic of {file} is '{found}', not '{topic}'; leave TOPIC out, or name another bank")
    added = adding.added(data, draft, name, str(file))
    save(file, added.data)
    return file, added


def _usual(topic: str) -> Path:
    """Return the bank of a topic among the learner's own."""
    from dlquiz.banks.authoring.drafts import checked
    from dlquiz.cli import places

    return places.home() / "banks" / f"my-{checked(topic, 'a topic')}.yaml"


def _begun(
    file: Path, comments: bytes, topic: str, draft: str, name: str | None, worker: "Worker"
) -> "tuple[Path, Added]":
    """Write a bank with its first question below its comments, and the schema beside it where there is none."""
    from dlquiz.banks.authoring import adding
    from dlquiz.banks.authoring.drafts import checked
    from dlquiz.banks.authoring.saving import save
    from dlquiz.banks.authoring.wiring import FILE, first_line
    from dlquiz.banks.shelves import Shelves
    from dlquiz.cli import places
    from dlquiz.cli.schema import written

    called = _name(file, Shelves.of(places.home()))
    beside = [folder / FILE for folder in (file.parent, file.parent.parent) if (folder / FILE).is_file()]
    schema = beside[0] if beside else file.parent / FILE
    above = comments if comments.strip() else f"{first_line(file, schema)}\n".encode()
    between = b"" if above.endswith(b"\n") else b"\n"
    added = adding.started(above + between + adding.header(called, checked(topic, "a topic")), draft, name)
    if not beside:
        save(schema, written(worker).encode())
    save(file, added.data)
    return file, added


def _name(file: Path, shelves: "Shelves") -> str:
    """Return the name of a bank, made of that of its file; raises DlquizError for one that another bank bears."""
    from dlquiz.banks import folders, naming
    from dlquiz.banks.authoring.drafts import OTHERWISE
    from dlquiz.banks.leaves import suggested

    if not folders.is_named_as_bank(file):
        raise DlquizError(f"{file} would be no bank; let its name end with .yaml")
    name = suggested(file.stem, OTHERWISE)
    if (other := naming.names(shelves.files()).get(name)) is not None:
        raise DlquizError(f"there is a bank '{name}' already, {other}; name the file differently")
    return name


def _proved(file: Path, added: "Added", worker: "Worker") -> "Report":
    """Return what running the questions that were added shows."""
    from dlquiz.banks.check import check
    from dlquiz.banks.library import Library

    questions = [question for question in Library.load([file]).questions if question.id in added.ids]
    return check(questions, worker)
