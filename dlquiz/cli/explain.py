"""``dlquiz explain``: what a complaint code means, with a wrong example and its mended form."""

import shutil
from typing import TYPE_CHECKING, Annotated

import typer

from dlquiz.cli import options
from dlquiz.cli.printing import as_json, is_watched, line

if TYPE_CHECKING:
    from dlquiz.banks.codes.pages import Page


def command(
    code: Annotated[
        str | None, typer.Argument(metavar="CODE", help="A code such as DQ413; all are listed if none.")
    ] = None,
    json: options.Json = False,
) -> None:
    """Explain a complaint of dlquiz check, or list all codes."""
    from dlquiz.banks.codes.pages import page, pages
    from dlquiz.banks.complaints import CODES

    found = list(pages().values()) if code is None else [page(code)]
    if json:
        as_json([_plain(one) for one in found])
    elif code is None:
        for one in found:
            line(f"{one.code}  {CODES[one.code].severity:<7}  {one.title}")
    else:
        line(found[0].text(shutil.get_terminal_size().columns if is_watched() else None))


def _plain(one: "Page") -> dict[str, str]:
    from dlquiz.banks.complaints import CODES

    told = {"code": one.code, "severity": CODES[one.code].severity, "title": one.title, "means": one.means}
    return {**told, "wrong": one.wrong.text, "mended": one.mended.text}
