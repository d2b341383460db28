"""The options that several commands share, each told once."""

import os
import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from dlquiz.errors import DlquizError, nearest


class Lang(StrEnum):
    """The languages of the banks."""

    en = "en"
    zh = "zh"


Banks: TypeAlias = Annotated[
    list[Path] | None, typer.Option("--bank", metavar="PATH", help="A bank of your own, or a folder of them.")
]
Database: TypeAlias = Annotated[
    Path | None, typer.Option("--db", metavar="PATH", help="The database, if not the one in DLQUIZ_HOME.")
]
Device: TypeAlias = Annotated[
    str | None,
    typer.Option("--device", metavar="DEVICE", help="cpu, cuda, cuda:N, mps or auto, if not as DLQUIZ_DEVICE says."),
]
Language: TypeAlias = Annotated[
    Lang | None, typer.Option("--lang", metavar="en|zh", help="Language of the questions, if not that of the terminal.")
]
MOST_JOBS = 8
"""Engines that are started unless more are asked for: each takes some hundred megabytes."""

Jobs: TypeAlias = Annotated[
    int | None,
    typer.Option(
        "--jobs",
        min=1,
        metavar="N",
        help=f"At most so many engines at once; if not said, one a core, up to {MOST_JOBS}.",
    ),
]
Json: TypeAlias = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def language(asked: Lang | None) -> Lang:
    """Return the language asked for, or that of the environment."""
    if asked is not None:
        return asked
    named = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return Lang.zh if named.lower().startswith("zh") else Lang.en


def device(asked: str | None) -> str:
    """Return the device asked for, by option or environment, or "auto"; raises DlquizError for no such name."""
    named = asked or os.environ.get("DLQUIZ_DEVICE") or "auto"
    if not re.fullmatch(r"auto|cpu|mps|cuda(:\d{1,3})?", named):
        known = ["auto", "cpu", "cuda", "cuda:0", "mps"]
        raise DlquizError(f"there is no device '{named}'{nearest(named, known)} (auto, cpu, cuda, cuda:N or mps)")
    return named


def jobs(asked: int | None) -> int:
    """Return how many engines are asked for, or one for each core that this process may use, up to a bound."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return asked or min(usable, MOST_JOBS)
