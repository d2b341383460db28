"""The pipes to whoever started the engine, kept where nothing that runs here can write to or read from them."""

import os
import sys
from collections.abc import Iterator
from typing import BinaryIO

LINE_LIMIT = 8 * 2**20
"""The longest request, in bytes."""


def take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Return private copies of standard input and output, and lead the public ones elsewhere.

    From here on standard input is empty and standard output is standard error, for C code too: a stray print or a
    read cannot break the protocol.
    """
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return requests, replies


def read_lines(stream: BinaryIO, limit: int = LINE_LIMIT) -> Iterator[bytes | None]:
    r"""Yield each line, and None in place of a line of more than ``limit`` bytes.

    >>> import io
    >>> list(read_lines(io.BytesIO(b"{}\n" + b"x" * 50 + b"\n[]"), limit=10))
    [b'{}\n', None, b'[]']
    """
    while line := stream.readline(limit):
        if len(line) < limit or line.endswith(b"\n"):
            yield line
            continue
        while line and not line.endswith(b"\n"):
            line = stream.readline(limit)
        yield None
