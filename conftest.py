"""What holds for every test and doctest: nothing of the learner's is touched, and runs repeat."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# They hold no doctests, and collected as modules they would clash: all have one name.
collect_ignore_glob = ["*/conftest.py"]

# torch reads this when it is first imported, here and in each worker that a test starts:
# with one thread, sums are added in one order, and workers side by side don't crowd each other out.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# How fast examples are made says how busy the machine is, above all in the first run, which reads our sources.
_PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("here", _PATIENT)
settings.register_profile("ci", _PATIENT, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give each test an empty DLQUIZ_HOME, made when something asks for it, and no device but the default."""
    home = tmp_path_factory.getbasetemp() / "home" / os.urandom(8).hex()
    monkeypatch.setenv("DLQUIZ_HOME", str(Path(home)))
    monkeypatch.delenv("DLQUIZ_DEVICE", raising=False)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what is marked ``gpu`` where torch sees no CUDA device; torch is loaded only if something is so marked."""
    marked = [item for item in items if item.get_closest_marker("gpu")]
    if not marked:
        return
    import torch

    if not torch.cuda.is_available():
        skip = pytest.mark.skip(reason="needs a CUDA device, and torch sees none here")
        for item in marked:
            item.add_marker(skip)
