"""What the engine says when it will not, or cannot, run something."""

import difflib
from collections.abc import Iterable


class Refused(ValueError):  # noqa: N818 - it is what the engine says, not a bug
    """A request that the engine declines; its text is one sentence meant for a person."""


def nearest(word: str, known: Iterable[str]) -> str:
    """Return "; did you mean 'x'?" for the known name most like ``word``, or an empty string.

    >>> nearest("conv.output_sise", ["conv.output_size", "pool.output_size"])
    "; did you mean 'conv.output_size'?"
    >>> nearest("zebra", ["conv.output_size"])
    ''
    """
    close = difflib.get_close_matches(word, list(known), n=1)
    return f"; did you mean '{close[0]}'?" if close else ""
