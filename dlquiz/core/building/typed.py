"""An answer that a bank writes down as somebody would type it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dlquiz.core.calls import NOWHERE, Place
from dlquiz.core.texts import Template


@dataclass(frozen=True)
class Typed:
    """An answer as somebody would type it, with holes for the values of an instance, and where it is written."""

    template: Template
    at: Place = NOWHERE

    def fill(self, values: Mapping[str, Any]) -> str:
        """Return the text to be read: numbers in full, without grouping their digits; raises Undefined."""
        return "".join(part if isinstance(part, str) else str(part.evaluate(values)) for part in self.template.parts)
