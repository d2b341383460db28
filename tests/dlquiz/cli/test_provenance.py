"""What kept results rest on changes with everything that another check might find something else by."""

import importlib.metadata
import platform

import pytest

from dlquiz.cli import provenance


@pytest.fixture
def versions(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Have libraries with these versions, and no others, installed."""
    installed = {"torch": "2.9.0", "sympy": "1.14.0"}

    def version(library: str) -> str:
        if library not in installed:
            raise importlib.metadata.PackageNotFoundError(library)
        return installed[library]

    monkeypatch.setattr(importlib.metadata, "version", version)
    return installed


@pytest.mark.parametrize("library", ["torch", "sympy"])
def test_another_version_of_a_library_is_another_state(versions: dict[str, str], library: str) -> None:
    before = provenance.state("cpu")
    assert provenance.state("cpu") == before
    versions[library] = "9.9.9"
    newer = provenance.state("cpu")
    del versions[library]
    assert len({before, newer, provenance.state("cpu")}) == 3


def test_python_and_the_device_count(versions: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    states = {provenance.state("cpu"), provenance.state("cuda")}
    monkeypatch.setattr(platform, "python_version", lambda: "3.99.0")
    assert len(states | {provenance.state("cpu")}) == 3
