"""How far a proof reaches, and on how many instances it rests."""

from enum import StrEnum
from typing import Any, NamedTuple


class Extent(StrEnum):
    """What a proof speaks of."""

    ALL_VALUES = "all values"
    """A polynomial that agrees with runs on more points than its degrees need is the same for every value."""
    EVERY = "every instance"
    """The domain is finite, and all of it was gone through."""
    SAMPLE = "a sample"
    """The corners of the domain and seeded draws."""


class Proof(NamedTuple):
    """An extent, and the number of instances gone through.

    For all values: the variables, and the points of the grid. For an expression: at how many points of its symbols each
    instance was run.
    """

    extent: Extent
    instances: int
    points: int = 0
    variables: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return what the proof says, as a report tells it.

        >>> print(Proof(Extent.ALL_VALUES, 60, 9, ("c", "k")))
        for all values of c and k (9 points, 60 instances)
        """
        count = f"{self.instances:,} {'instance' if self.instances == 1 else 'instances'}"
        if self.extent is Extent.ALL_VALUES:
            *first, last = self.variables
            names = f"{', '.join(first)} and {last}" if first else last
            return f"for all values of {names} ({self.points} points, {count})"
        if self.extent is Extent.EVERY:
            return "on its only instance" if self.instances == 1 else f"on every one of {count}"
        return f"at {self.points} points of the symbols, on {count}" if self.points else f"on a sample of {count}"

    def to_json(self) -> dict[str, Any]:
        """Return the fields of a report."""
        extent = self.extent.value.replace(" ", "_")
        return {"extent": extent, "instances": self.instances, "points": self.points, "variables": [*self.variables]}
