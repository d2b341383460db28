"""``dlquiz schema``: the JSON Schema of banks, for editors."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dlquiz.cli import options
from dlquiz.cli.printing import tell
from dlquiz.errors import DlquizError

if TYPE_CHECKING:
    from dlquiz.worker import Worker


def command(
    path: Annotated[
        Path | None, typer.Argument(metavar="PATH", help="With --write: a bank or a folder, if not your own banks.")
    ] = None,
    write: Annotated[
        bool, typer.Option("--write", help="Write it to schema.json beside the banks, and lead them to it.")
    ] = False,
    device: options.Device = None,
) -> None:
    """Print the JSON Schema of banks, for editors."""
    if path is not None and not write:
        raise DlquizError(f"{path} is only needed with --write; without it, the schema is printed")
    if path is not None and not path.exists():
        raise DlquizError(f"there is no file or folder {path}; name a bank, or a folder of banks")
    from dlquiz.cli.desk import engine

    with engine(device) as worker:
        text = written(worker)
    if not write:
        print(text, end="")
        return
    from dlquiz.banks.authoring import wiring
    from dlquiz.cli import places

    file, banks = wiring.write(path or places.home() / "banks", text)
    tell(f"wrote {file}{_led(banks)}")


def _led(banks: Sequence[Path]) -> str:
    """Return which banks were led to the schema, as the rest of a sentence."""
    if not banks:
        return ""
    which = str(banks[0]) if len(banks) == 1 else f"{len(banks)} banks"
    return f"; the first line of {which} leads to it"


def written(worker: "Worker") -> str:
    """Return the text of the schema, with the functions of the engine, which is asked for them."""
    from dlquiz.banks import schema

    functions = worker.functions().result()
    return schema.written({each.name: f"{each.signature}: {each.summary}" for each in functions})
