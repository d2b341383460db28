"""What becomes of the app when its terminal is gone and no signal said so."""

import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path

PATIENCE_S = 60


def read_until(terminal: int, expected: bytes) -> None:
    seen, end = b"", time.monotonic() + PATIENCE_S
    while expected not in seen:
        assert time.monotonic() < end, seen[-2000:]
        if select.select([terminal], [], [], 0.2)[0]:
            seen += os.read(terminal, 65536)


def test_the_app_ends_with_its_terminal(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    environment = {**os.environ, "DLQUIZ_HOME": str(tmp_path), "TERM": "xterm-256color", "LANG": "C.UTF-8"}
    app = subprocess.Popen(
        [sys.executable, "-c", "from dlquiz.cli import run; run()", "study", "cnn"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment,
        start_new_session=True,
    )
    try:
        os.close(theirs)
        read_until(ours, b"kernel_size")
        os.close(ours)
        app.wait(PATIENCE_S)
    finally:
        app.kill()
        app.wait()
