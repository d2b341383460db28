"""Bank files from the disk to clean text: size, encoding and characters are checked before YAML is looked at."""

import re
from pathlib import Path

from dlquiz.banks.complaints import Complaint, complaint
from dlquiz.core.calls import Place

LARGEST = 1_000_000
"""Bytes that a bank may have."""

_MARK = "\ufeff"
_REFUSED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]|\r(?!\n)")


def load(path: Path, file: str) -> tuple[str | None, list[Complaint]]:
    """Return the text of a file with LF for its line ends, None where it is refused, and the complaints about it."""
    try:
        if not path.is_file():
            raise OSError("it is not a file" if path.exists() else "there is no such file")
        size = path.stat().st_size
        with path.open("rb") as opened:  # a file may grow, and one of /proc that says it is empty may never end
            data = opened.read(LARGEST + 1) if size else b""
    except OSError as error:
        message = f"the file cannot be read: {error.strerror or error}"
        return None, [complaint(Place(file, 1, 1), "DQ101", message, "check its name and its permissions")]
    if len(data) > LARGEST:
        message = f"the file has {max(size, len(data)):,} bytes, and a bank may have {LARGEST:,}"
        return None, [complaint(Place(file, 1, 1), "DQ102", message, "split it into several banks")]
    return decode(data, file)


def decode(data: bytes, file: str) -> tuple[str | None, list[Complaint]]:
    """Return the text of a file's bytes, and the complaints about it; see :func:`load`."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        at = _place(file, before, len(before))
        message = f"the byte 0x{data[error.start]:02X} is not UTF-8"
        return None, [complaint(at, "DQ103", message, "save the file as UTF-8")]
    found = []
    if text.startswith(_MARK):
        text = text.removeprefix(_MARK)
        message = "the file begins with a byte order mark"
        found.append(complaint(Place(file, 1, 1), "DQ113", message, "save it as UTF-8 without one"))
    if refused := _REFUSED.search(text):
        at = _place(file, text, refused.start())
        message = f"the character U+{ord(refused[0]):04X} does not belong into a text file"
        return None, [*found, complaint(at, "DQ104", message, "take it out, or write it as an escape in double quotes")]
    if "\r\n" in text:
        at = _place(file, text, text.index("\r\n"))
        message = "lines of this file end with CRLF"
        found.append(complaint(at, "DQ112", message, "save it with LF line ends"))
        text = text.replace("\r\n", "\n")
    return text, found


def _place(file: str, text: str, index: int) -> Place:
    lines = text[:index].split("\n")
    return Place(file, len(lines), len(lines[-1]) + 1)
