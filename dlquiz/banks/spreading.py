"""Work shared by threads, which wait for engines mostly."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import TypeVar

_T = TypeVar("_T")


def each(one: Callable[[int], _T], count: int, jobs: int) -> Iterator[_T]:
    """Yield what came of each number below ``count``, as they get done; in their order where there is one job.

    There are two threads for each job, so that no engine waits for this process. Whoever stops listening, as Ctrl+C
    does, waits for none of them.
    """
    if jobs == 1:
        yield from map(one, range(count))
        return
    threads = ThreadPoolExecutor(2 * jobs, thread_name_prefix="checking")
    try:
        for done in as_completed([threads.submit(one, number) for number in range(count)]):
            yield done.result()
    finally:
        threads.shutdown(wait=False, cancel_futures=True)
