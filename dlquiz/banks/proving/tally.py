"""Complaints of one question over many instances: each once, with its first counter-example and how often it came."""

from dataclasses import dataclass, field

from dlquiz.banks.complaints import CODES, Complaint, complaint
from dlquiz.core.calls import Place


@dataclass
class Tally:
    """What was noted, by code and place."""

    _noted: dict[tuple[str, Place], tuple[str, str]] = field(default_factory=dict)
    _met: dict[tuple[str, Place], list[int]] = field(default_factory=dict)
    _instance: int = 0

    def next_instance(self) -> None:
        """Begin with another instance; what is noted from here on counts for it."""
        self._instance += 1

    def note(self, at: Place, code: str, message: str, fix: str) -> None:
        """Note a complaint; only the first message for a code and a place is kept."""
        self._noted.setdefault((code, at), (message, fix))
        met = self._met.setdefault((code, at), [])
        if self._instance not in met[-1:]:
            met.append(self._instance)

    @property
    def has_errors(self) -> bool:
        """Whether something was noted that is no mere warning."""
        return any(CODES[code].severity == "error" for code, _ in self._noted)

    def complaints(self, instances: int) -> list[Complaint]:
        """Return a complaint for everything that was noted; it says on how many of the instances."""
        return [
            complaint(at, code, message + self._share(code, at, instances), fix)
            for (code, at), (message, fix) in self._noted.items()
        ]

    def _share(self, code: str, at: Place, instances: int) -> str:
        times = len(self._met[code, at])
        return f" (so on {times:,} of {instances:,} instances)" if times > 1 else ""
