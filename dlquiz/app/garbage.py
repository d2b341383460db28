"""Keep the interpreter's looks for garbage short: each holds the screen."""

import gc

_NEW_OBJECTS = 10_000
"""How many there are between two looks: a session and a check make many."""


def look_seldom() -> None:
    """Leave out what is there already, once everything is imported, and look at the rest less often."""
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS)
