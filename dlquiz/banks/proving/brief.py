"""Values in a complaint: short enough that the sentence around them can be read on one line."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dlquiz.core.values import show

LONGEST = 80
"""Characters of a value that is told whole; of a longer list or record the first two entries are told."""
LONGEST_SETTING = 120
ENTRIES = 2


def brief(value: Any, longest: int = LONGEST) -> str:
    """Return a value as :func:`show` does, but on one line and never longer than ``longest`` characters.

    >>> brief([8, 64, 56, 56]), brief([{"k": 3}, {"k": 5}, {"k": 7}]), brief(list(range(1000, 1020)))
    ('(8, 64, 56, 56)', '({k=3}, {k=5}, {k=7})', '(1000, 1001, …)')
    """
    whole = _told(value, None)
    return whole if len(whole) <= longest else clipped(_told(value, ENTRIES), longest)


def setting(values: Mapping[str, Any]) -> str:
    """Return the values of an instance as a counter-example is told, as many as a line takes.

    >>> setting({"n": 16, "k": 3})
    ', with n=16, k=3'
    """
    told = ", ".join(f"{name}={brief(value)}" for name, value in values.items() if name != "asked")
    return f", with {clipped(told, LONGEST_SETTING)}" if told else ""


def clipped(text: str, longest: int) -> str:
    """Return a text that ends with "…" where it was cut.

    >>> clipped("kernel_size", 7)
    'kernel…'
    """
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip(' ,')}…"


def _told(value: Any, entries: int | None) -> str:
    """Return a value on one line; of each list and record in it the first so many entries, None for all."""
    if isinstance(value, Mapping):
        items = [f"{name}={_told(item, entries)}" for name, item in list(value.items())[:entries]]
        return f"{{{_joined(items, len(value))}}}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"({_joined([_entry(item, entries) for item in value[:entries]], len(value))})"
    return show(value).replace("\n", " ")


def _entry(value: Any, entries: int | None) -> str:
    """Return an entry of a list, where a comma separates and so does not group digits."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else _told(value, entries)


def _joined(items: Iterable[str], count: int) -> str:
    shown = list(items)
    return ", ".join([*shown, "…"] if len(shown) < count else shown)
