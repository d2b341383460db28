"""Banks that lead editors to the schema: a comment in the first line names it, relative to the bank."""

import os
import re
from pathlib import Path

from dlquiz.banks import folders
from dlquiz.banks.authoring.saving import save
from dlquiz.errors import DlquizError

FILE = "schema.json"

_MARK = b"\xef\xbb\xbf"
_WIRED = re.compile(rb"#\s*yaml-language-server:\s*\$schema=")


def first_line(bank: Path, schema: Path) -> str:
    """Return the line that leads from a bank to the schema, in the notation of the YAML language server.

    >>> first_line(Path("banks/cnn/mine.yaml"), Path("banks/schema.json"))
    '# yaml-language-server: $schema=../schema.json'
    """
    return f"# yaml-language-server: $schema={Path(os.path.relpath(schema, bank.parent)).as_posix()}"


def wired(data: bytes, line: str) -> bytes | None:
    """Return the bytes of a bank with the line before them; None where its first line names a schema already.

    The end of the line is that of the first line of the bank, and a byte order mark stays in front.
    """
    mark = _MARK if data.startswith(_MARK) else b""
    rest = data.removeprefix(mark)
    if _WIRED.match(rest):
        return None
    end = b"\r\n" if rest.partition(b"\n")[0].endswith(b"\r") else b"\n"
    return mark + line.encode() + end + rest


def write(path: Path, schema: str) -> tuple[Path, list[Path]]:
    """Write the schema beside a bank or into a folder of banks, and lead those banks to it.

    Returns the file of the schema, and the banks whose first line was written, those of the folders below as well. A
    folder that is not there is made.
    Raises DlquizError for a path that is neither, or cannot be written.
    """
    if path.exists() and not path.is_dir() and not folders.is_named_as_bank(path):
        raise DlquizError(f"{path} is no bank; name a file that ends with .yaml, or a folder of such files")
    if folders.is_named_as_bank(path) and not path.exists():
        raise DlquizError(f"there is no bank {path}; name a bank, or a folder of banks")
    folder, banks = (path.parent, [path]) if path.is_file() else (path, folders.below(path) if path.is_dir() else [])
    save(folder / FILE, schema.encode())
    return folder / FILE, [bank for bank in banks if _lead(bank, folder / FILE)]


def _lead(bank: Path, schema: Path) -> bool:
    try:
        data = bank.read_bytes()
    except OSError as error:
        raise DlquizError(f"{bank} cannot be read: {error.strerror or error}") from error
    changed = wired(data, first_line(bank, schema))
    if changed is not None:
        save(bank, changed)
    return changed is not None
