"""A layer as an answer writes it: its name and the arguments that were given."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dlquiz.core.building.layers import Layer


@dataclass(frozen=True)
class Written:
    """One layer as it was understood: its arguments are numbers, truths and lists of numbers."""

    layer: Layer
    arguments: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the record that the engine builds the layer from."""
        return {"layer": self.layer.name, **self.arguments}

    def form(self) -> tuple[str, frozenset[str]]:
        """Return the layer, and which arguments differ from their defaults, whatever their values."""
        defaults = {parameter.name: parameter.default for parameter in self.layer.parameters}
        return self.layer.name, frozenset(name for name, value in self.arguments.items() if value != defaults[name])

    def __str__(self) -> str:
        """Return the layer in torch's words."""
        return f"{self.layer.name}({', '.join(f'{name}={_shown(value)}' for name, value in self.arguments.items())})"


def _shown(value: Any) -> str:
    return f"({', '.join(map(str, value))})" if isinstance(value, list) else str(value)
