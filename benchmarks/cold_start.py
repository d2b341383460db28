"""From the start of a process to its first question on an 80×24 terminal, beside a Textual app that shows one label.

Both run under a pseudo-terminal, in turns; the clock stops when the expected text comes out of it. What else runs on
the machine can only add to a round, so the target is held against the least disturbed round of each.
"""

import fcntl
import os
import pty
import select
import signal
import statistics
import struct
import sys
import tempfile
import termios
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.figures import Figure

ROUNDS = 12
PATIENCE_S = 30.0
_LABEL = "one-label-is-shown"
_LABEL_APP = f"""
from textual.app import App
from textual.widgets import Label
class OneLabel(App):
    def compose(self):
        yield Label("{_LABEL}")
OneLabel().run()
"""
_STUDY = "import sys; sys.argv[1:] = ['study', 'cnn', '--seed', '1']; from dlquiz.cli import run; run()"


def run() -> Iterator[Figure]:
    ours, bare, torch = [], [], False
    with tempfile.TemporaryDirectory() as home:
        for round_ in range(ROUNDS + 1):
            seconds, loaded = _first_paint(_STUDY, b"kernel_size", Path(home))
            label, _ = _first_paint(_LABEL_APP, _LABEL.encode(), Path(home))
            torch = torch or loaded
            if round_:  # the first round fills the caches of files and of bytecode
                ours.append(seconds)
                bare.append(label)
    yield Figure("first question painted, the least disturbed round", min(ours), "s", min(bare), "ratio at most 1.5")
    yield Figure("first question painted, median", statistics.median(ours), "s", statistics.median(bare))
    yield Figure("processes of the interface with torch loaded", float(torch), "of 1", target="0")


def _first_paint(code: str, expected: bytes, home: Path) -> tuple[float, bool]:
    """Return the seconds until ``expected`` is written, and whether the process has torch's library mapped."""
    begun = time.perf_counter()
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed package has its bytecode
        caches = {"DLQUIZ_HOME": str(home), "PYTHONPYCACHEPREFIX": str(home / "bytecode")}
        os.environ.update({**caches, "TERM": "xterm-256color", "LANG": "C.UTF-8"})
        os.execv(sys.executable, [sys.executable, "-c", code])
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    try:
        _read_until(terminal, expected, begun)
        seconds = time.perf_counter() - begun
        maps = Path(f"/proc/{pid}/maps")
        return seconds, maps.exists() and "libtorch" in maps.read_text()
    finally:
        engines = _children(pid)
        for process in (pid, *engines):
            os.kill(process, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(terminal)
        while any(Path(f"/proc/{engine}").exists() for engine in engines):
            time.sleep(0.01)  # an engine that still loads torch would slow the next round down


def _children(pid: int) -> list[int]:
    threads = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for file in threads for child in file.read_text().split()]


def _read_until(terminal: int, expected: bytes, begun: float) -> None:
    seen = b""
    while expected not in seen:
        if time.perf_counter() - begun > PATIENCE_S or not select.select([terminal], [], [], PATIENCE_S)[0]:
            raise RuntimeError(f"{expected!r} was not shown within {PATIENCE_S:g} s; shown was {seen[-2000:]!r}")
        seen += os.read(terminal, 65536)
