"""How often the interpreter looks for garbage: seldom while dlquiz starts, briefly while there is a screen to hold."""

import gc

_AT_START = 150_000
"""New objects between two looks: what imports make stays, and the usual 700 cost a tenth of the start."""
_BESIDE_A_SCREEN = 10_000
"""A look goes through the new objects and holds the screen meanwhile: in ``study`` and ``watch``, at most 23 ms of
processor time each, some twenty looks a minute. With as many objects as at the start they were one a minute, and took
41 to 141 ms."""


def look_seldom() -> None:
    """Let what imports make pile up."""
    gc.set_threshold(_AT_START)


def look_briefly() -> None:
    """Leave out what is there already, once everything is imported, and look at the rest in small steps."""
    gc.freeze()
    gc.set_threshold(_BESIDE_A_SCREEN)
