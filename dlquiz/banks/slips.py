"""What a single slip is: a kind of error, and the piece of a text that another one takes the place of."""

from typing import NamedTuple

OTHER_TRUTH = {"true": "false", "false": "true"}
"""What each truth is flipped to."""


class Slip(NamedTuple):
    """A change of one span of a text: from ``start`` up to ``stop`` it reads ``after``."""

    kind: str
    start: int
    stop: int
    after: str

    def moved(self, by: int) -> "Slip":
        """Return the same slip in a text in which this one begins so many characters later."""
        return self._replace(start=self.start + by, stop=self.stop + by)

    def applied(self, text: str) -> str:
        """Return the text with the slip in it.

        >>> Slip("number", 2, 3, "5").applied("2*4")
        '2*5'
        """
        return text[: self.start] + self.after + text[self.stop :]
