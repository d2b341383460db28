"""Lines from a stream of bytes, whatever is in them."""

from typing import BinaryIO

LONGEST = 10_000
"""Bytes that a line may have."""


class TooLong(Exception):  # noqa: N818 - it is what is said of the line
    """A line of more than ``LONGEST`` bytes; it was passed over."""


def next_line(source: BinaryIO) -> str | None:
    """Return the next line without its end and without spaces around it, None at the end; raises TooLong.

    Bytes that are no UTF-8 become U+FFFD; no more than ``LONGEST`` bytes are held, however long the line is.
    """
    raw = source.readline(LONGEST + 1)
    if not raw:
        return None
    if len(raw) > LONGEST and not raw.endswith(b"\n"):
        while (rest := source.readline(LONGEST)) and not rest.endswith(b"\n"):
            pass
        raise TooLong
    return raw.decode("utf-8", "replace").strip().removeprefix("\ufeff")
