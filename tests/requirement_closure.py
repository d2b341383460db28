"""What the project asks for, and the distributions that this brings, in the environment that runs the tests."""

import tomllib
from collections.abc import Iterable
from importlib.metadata import distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

ROOT = Path(__file__).parent.parent


def requirements(*extras: str) -> list[Requirement]:
    """The requirements in ``pyproject.toml``, with those of the extras."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    optional = [text for extra in extras for text in project["optional-dependencies"][extra]]
    return [Requirement(text) for text in [*project["dependencies"], *optional]]


def closure(wanted: Iterable[Requirement]) -> set[NormalizedName]:
    """The names of the installed distributions that the requirements bring, with their extras."""
    waiting, seen = list(wanted), set[tuple[NormalizedName, str]]()
    while waiting:
        requirement = waiting.pop()
        for extra in ("", *requirement.extras):
            node = canonicalize_name(requirement.name), extra
            if node in seen:
                continue
            seen.add(node)
            below = [Requirement(text) for text in distribution(requirement.name).requires or ()]
            waiting += [one for one in below if one.marker is None or one.marker.evaluate({"extra": extra})]
    return {name for name, _ in seen}
