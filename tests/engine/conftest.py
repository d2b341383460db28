"""``pytest -m gpu`` runs the contract's oracle tests again, on the first CUDA device: ``device.current()`` is that one.

What a test makes for itself stays where torch puts it, on the CPU; what a function of the engine makes goes to the
current device, and its result is held to the same oracle.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import device

sys.path.insert(0, str(Path(__file__).parents[1] / "coverage"))


def _asks_for_gpu(config: pytest.Config) -> bool:
    return config.getoption("markexpr") == "gpu"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the oracle tests, where the GPU's tests are asked for and before others are left out."""
    if not _asks_for_gpu(config):
        return
    from coverage_contract import rows

    oracles = {test for row in rows() for test in row.oracle}
    for item in items:
        if item.nodeid.partition("[")[0] in oracles:
            item.add_marker(pytest.mark.gpu)


@pytest.fixture(autouse=True)
def _on_the_gpu(request: pytest.FixtureRequest) -> Iterator[None]:
    """Make the GPU the current device of a test that is marked for it."""
    if not (_asks_for_gpu(request.config) and request.node.get_closest_marker("gpu")):
        yield
        return
    with device.using(device.choose("cuda")):
        yield
