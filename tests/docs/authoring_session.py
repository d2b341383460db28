"""A session at a terminal, played from a page: files are written and changed, commands run, and what they print kept.

``python tests/docs/authoring_session.py`` writes the pages anew with what is printed.
"""

import difflib
import io
import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any
from unittest import mock

from authoring_pages import PAGES, blocks, with_codes

from dlquiz.cli import desk, excerpts, provenance
from dlquiz.cli.main import main
from dlquiz.worker import Worker

COLUMNS = 120
_MASKED = (
    (re.compile(r"\d+(?:\.\d+)?(?= ms\b)"), "…"),
    (re.compile(r"(?<=  )(cpu|meta|device)( +)(?:ms|\d+(?:\.\d+)?) +"), r"\1 … "),
)
"""What differs from run to run: how long the engine took, and the width of a column that says so."""


class Lent:
    """An engine that whoever borrowed it cannot close: all commands of a session share one process."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker

    def __getattr__(self, name: str) -> Any:
        return getattr(self._worker, name)

    def close(self) -> None:
        """Leave the engine as it is."""


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Session:
    """A folder with a command line, where ``dlquiz`` is run in this process as a user's terminal would show it."""

    def __init__(self, folder: Path, worker: Worker) -> None:
        self.folder = folder
        self.environment: Mapping[str, str] = {
            **os.environ,
            "DLQUIZ_HOME": str(folder.parent / "home"),
            "DLQUIZ_DEVICE": "cpu",
            "COLUMNS": str(COLUMNS),
            "LC_ALL": "C.UTF-8",
        }
        self._worker = worker
        self._state = provenance.state("cpu")  # of the source, so that whoever edits it meanwhile changes nothing

    def write(self, name: str, text: str) -> None:
        """Write a file, and the folders that it lies in."""
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def change(self, name: str, change: str) -> None:
        """Change the one place of a file that fits: lines with - go, lines with + come, the others stay."""
        lines = change.splitlines(keepends=True)
        before = "".join(line[1:] for line in lines if not line.startswith("+"))
        after = "".join(line[1:] for line in lines if not line.startswith("-"))
        text = (self.folder / name).read_text(encoding="utf-8")
        if text.count(before) != 1:
            raise ValueError(f"{name} has {text.count(before)} places that fit\n{before}")
        self.write(name, text.replace(before, after))

    def run(self, line: str) -> str:
        """Run a command line, and return what it prints, with its exit code behind it unless that is 0."""
        first, _, last = line.rpartition("| ")
        if not last.startswith("dlquiz "):
            return self._shell(line)
        typed = self._shell(first) if first else ""
        with self._here():
            return self._dlquiz(shlex.split(last)[1:], typed)

    def _shell(self, line: str) -> str:
        command = ["sh", "-c", line]
        ended = subprocess.run(command, cwd=self.folder, env=self.environment, capture_output=True, encoding="utf-8")
        return ended.stdout + ended.stderr

    def _dlquiz(self, words: list[str], typed: str) -> str:
        screen, stdin = _Terminal(), io.TextIOWrapper(io.BytesIO(typed.encode()), encoding="utf-8")
        beside = _Beside(screen)
        with mock.patch.object(sys, "stdin", stdin), redirect_stdout(screen), redirect_stderr(beside):
            try:
                main(words)
            except SystemExit as ended:
                code = int(ended.code or 0)
        return screen.getvalue() + (f"(exit code {code})\n" if code else "")

    @contextmanager
    def _here(self) -> Iterator[None]:
        before = Path.cwd()
        excerpts._lines.cache_clear()  # a command is one process for a user, and reads its files anew
        with (
            mock.patch.dict(os.environ, self.environment),
            mock.patch.object(desk, "Worker", self._lent),
            mock.patch.object(provenance, "state", return_value=self._state),
        ):
            os.chdir(self.folder)
            try:
                yield
            finally:
                os.chdir(before)

    def _lent(self, device: str) -> Lent:
        return Lent(self._worker)


class _Beside(io.StringIO):
    """Standard error, which nobody watches and which stands on the same screen."""

    def __init__(self, screen: io.StringIO) -> None:
        super().__init__()
        self.screen = screen

    def write(self, text: str) -> int:
        return self.screen.write(text)


def played(text: str, session: Session) -> str:
    """Return a page with everything that its commands print put in anew."""
    parts, end = [], 0
    for block in blocks(text):
        if block.language == "yaml" and block.about and not block.about.startswith("wrong "):
            session.write(block.about, block.text)
        elif block.language == "diff":
            session.change(block.about, block.text)
        elif block.language == "console":
            parts += [text[end : block.start], _replayed(block.text, session)]
            end = block.stop
    return "".join([*parts, text[end:]])


def _replayed(text: str, session: Session) -> str:
    commands = re.findall(r"^\$ (.*)$", text, re.MULTILINE)
    return "".join(f"$ {command}\n{_tidy(session.run(command))}" for command in commands)


def _tidy(text: str) -> str:
    lines = (line.rstrip() for line in text.strip("\n").splitlines())
    return "".join(f"{line}\n" for line in lines)


def masked(text: str) -> str:
    """Return a text without what differs from run to run."""
    for pattern, mask in _MASKED:
        text = pattern.sub(mask, text)
    return text


def write() -> None:
    """Write every page anew, and print what has changed."""
    with Worker("cpu") as worker, tempfile.TemporaryDirectory() as folder:
        for number, page in enumerate(PAGES):
            here = Path(folder, str(number), "here")
            here.mkdir(parents=True)
            before = page.read_text(encoding="utf-8")
            after = with_codes(played(before, Session(here, worker)))
            if masked(after) != masked(before):
                page.write_text(after, encoding="utf-8")
                sys.stdout.writelines(difflib.unified_diff(before.splitlines(True), after.splitlines(True), n=0))


if __name__ == "__main__":
    write()
