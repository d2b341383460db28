"""One engine for all pages."""

from collections.abc import Iterator

import pytest

from dlquiz.worker import Worker


@pytest.fixture(scope="session")
def worker() -> Iterator[Worker]:
    with Worker("cpu") as started:
        yield started
