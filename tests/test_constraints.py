"""``constraints.txt`` pins what runs here, all of it, and nothing that only this machine has."""

from importlib.metadata import version
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version
from requirement_closure import closure, requirements

LINES = (Path(__file__).parent.parent / "constraints.txt").read_text(encoding="utf-8").splitlines()
PINS = [Requirement(line) for line in LINES if line and not line.startswith("#")]


def test_each_line_pins_one_public_version_of_one_package() -> None:
    """No address, no local build such as 2.13.0+cpu, nothing twice: pip chooses the build from the index it has."""
    for pin in PINS:
        (specifier,) = pin.specifier
        assert (specifier.operator, pin.url, pin.marker) == ("==", None, None)
        assert Version(specifier.version).local is None
    assert len({canonicalize_name(pin.name) for pin in PINS}) == len(PINS)


def test_all_that_is_installed_for_the_tests_is_pinned() -> None:
    pinned = {canonicalize_name(pin.name) for pin in PINS}
    only_gpu_builds = {name for name in closure(requirements("dev")) if name.startswith(("nvidia-", "cuda-", "triton"))}
    assert closure(requirements("dev")) - only_gpu_builds == pinned


def test_the_versions_that_run_here_are_the_pinned_ones() -> None:
    running = {pin.name: Version(version(pin.name)).public for pin in PINS}
    assert running == {pin.name: next(iter(pin.specifier)).version for pin in PINS}


def test_the_pins_lie_within_the_ranges_of_the_project() -> None:
    pins = {canonicalize_name(pin.name): next(iter(pin.specifier)).version for pin in PINS}
    for requirement in requirements("dev"):
        assert requirement.specifier.contains(pins[canonicalize_name(requirement.name)]), str(requirement)
