"""A figure of a benchmark: what was measured, the baseline it stands beside, and what was promised."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    name: str
    value: float
    unit: str
    baseline: float | None = None
    target: str = ""

    @property
    def ratio(self) -> float | None:
        return None if not self.baseline else self.value / self.baseline

    def __str__(self) -> str:
        beside = "" if self.ratio is None else f"   baseline {self.baseline:.3g} {self.unit}   ratio {self.ratio:.2f}"
        target = f"   target {self.target}" if self.target else ""
        return f"{self.name}: {self.value:.3g} {self.unit}{beside}{target}"
