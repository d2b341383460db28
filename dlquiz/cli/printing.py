"""The two streams: data on standard output, talk on standard error. Everything is made printable; nothing is markup."""

import io
import json
import math
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from dlquiz.core.printable import printable, printable_line


def prepare() -> None:
    """Make both streams take every character: files and pipes get UTF-8, a terminal what it can show."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="backslashreplace")


def release() -> None:
    """Drop what standard output does not take any more, so that Python does not try, and complain, when it ends."""
    try:
        sys.stdout.flush()
    except OSError:
        with suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def line(text: str = "") -> None:
    """Print text as data."""
    print(printable(text))


def tell(sentence: str) -> None:
    """Say a sentence to whoever sits at the terminal."""
    if sys.stderr is not None:  # closed by the caller; print would take standard output instead
        with suppress(OSError):
            print(f"dlquiz: {printable_line(sentence)}", file=sys.stderr, flush=True)


def mark() -> None:
    """Show somebody at a terminal that a line is awaited."""
    if sys.stderr is not None and sys.stdin is not None and sys.stdin.isatty():
        print("> ", end="", file=sys.stderr, flush=True)


def is_watched() -> bool:
    """Whether somebody reads standard output on a terminal."""
    return sys.stdout is not None and sys.stdout.isatty()


def as_json(value: Any) -> None:
    """Print a value as JSON: whole numbers exactly, floats that are not finite as strings."""
    print(json_text(value))


def json_text(value: Any, indent: int | None = 2) -> str:
    """Return a value as JSON in which every character that could steer a terminal is escaped.

    >>> json_text({"a": [1, float("inf"), "层\\x9b"]}, indent=None)
    '{"a": [1, "inf", "层\\\\u009b"]}'
    """
    text = json.dumps(finite(value), ensure_ascii=False, indent=indent)
    if printable(text) == text:
        return text
    return "".join(sign if printable(sign) == sign else json.dumps(sign)[1:-1] for sign in text)


def finite(value: Any) -> Any:
    """Return the value with nan and infinities as the strings "nan", "inf" and "-inf".

    >>> finite({"a": [1, float("inf")]})
    {'a': [1, 'inf']}
    """
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, Mapping):
        return {str(name): finite(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    return value
