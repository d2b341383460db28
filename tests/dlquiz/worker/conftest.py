"""A worker whose engine is a fake."""

from collections.abc import Iterator

import pytest
from asking import FAKE

from dlquiz.worker import Worker


@pytest.fixture
def worker() -> Iterator[Worker]:
    with Worker(command=FAKE, limit=5) as started:
        yield started
