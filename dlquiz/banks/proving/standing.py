"""How a wrong idea stands: alone, or with what it cannot be told from, and on which settings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from dlquiz.banks.proving.brief import setting
from dlquiz.banks.proving.patterns import Setting, common

RIGHT, OTHER, NO_VALUE = "DQ411", "DQ412", "DQ413"
"""The idea gives the right answer, or another idea's, or none."""


class Met(NamedTuple):
    """What an idea's value cannot be told from: the code of the complaint, and the rest of its sentence."""

    code: str
    text: str


@dataclass
class Standing:
    """On which settings an idea stands alone, and on which it does not, by the reason."""

    alone: list[Setting] = field(default_factory=list)
    met: dict[Met, list[Setting]] = field(default_factory=dict)
    _examples: dict[Met, str] = field(default_factory=dict)

    def stood_alone(self, values: Mapping[str, Any]) -> None:
        """Take in a setting on which the idea can be told from everything."""
        self.alone.append(values)

    def stood_with(self, met: Met, values: Mapping[str, Any], given: str) -> None:
        """Take in a setting on which it cannot, and what it gave there."""
        self.met.setdefault(met, []).append(values)
        if met not in self._examples:  # telling a setting takes longer than taking it in
            told = setting(values).removeprefix(", ")
            self._examples[met] = f"{told} it gives {given}, {met.text}".strip()

    @property
    def worst(self) -> Met:
        """What it meets most often."""
        return max(self.met, key=lambda one: len(self.met[one]))

    @property
    def counter_example(self) -> str:
        """The first setting with the worst, and what these settings have in common."""
        found = common(self.met[self.worst], self._others())
        where = "" if found is None else f"; so it is wherever {found.text}"
        if found is not None and found.share < 1:
            where += f", which is {100 * found.share:.0f} % of these settings"
        return self._examples[self.worst] + where

    def remedy(self, share: float) -> str | None:
        """Return a condition under which the idea stands alone on such a share of settings; None if none is seen."""
        met = self.met[self.worst]
        found = common(met, self._others())
        if found is None:
            return None
        left = len(self.alone) + sum(map(len, self.met.values())) - round(found.share * len(met))
        return found.opposite if len(self.alone) >= share * left else None

    def _others(self) -> list[Setting]:
        rest = (settings for met, settings in self.met.items() if met != self.worst)
        return [*self.alone, *(one for settings in rest for one in settings)]
