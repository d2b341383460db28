"""Fuzz: whole-day intervals spread a little, so that cards learned together are not due together for ever.

The draw comes from SHA-256 of the card's key and its number of reviews: the same on every machine, no state, no clock.
"""

import hashlib

MAXIMUM_DAYS = 36_500
_SHORTEST_FUZZED = 3
_RANGES = ((2.5, 7.0, 0.15), (7.0, 20.0, 0.10), (20.0, float(MAXIMUM_DAYS), 0.05))


def draw(key: str, reps: int) -> float:
    """Return the number in [0, 1) that belongs to review number ``reps`` of the card ``key``.

    The first 53 bits of SHA-256 of "key#reps" in UTF-8, over 2^53: each value is an exact float.
    """
    digest = hashlib.sha256(f"{key}#{reps}".encode()).digest()
    return (int.from_bytes(digest[:8], "big") >> 11) / 2**53


def fuzz_range(days: int) -> tuple[int, int]:
    """Return the least and the greatest interval that ``days`` may become, both included.

    To each side 1 day, plus 15 % of the part between 2.5 and 7 days, 10 % between 7 and 20, and 5 % beyond.
    Intervals under 3 days stay as they are. Source: the ranges of FSRS's reference schedulers.

    >>> fuzz_range(2), fuzz_range(8), fuzz_range(100)
    ((2, 2), (6, 10), (93, 107))
    """
    if days < _SHORTEST_FUZZED:
        return days, days
    width = 1.0 + sum(share * max(min(days, end) - start, 0.0) for start, end, share in _RANGES)
    return round(days - width), min(MAXIMUM_DAYS, round(days + width))


def fuzzed(days: int, at: float) -> int:
    """Return the interval at the place ``at`` in [0, 1) of the fuzz range of ``days``: each whole day equally likely.

    For one ``at``, a longer interval never becomes the shorter one, so hard, good and easy keep their order.

    >>> fuzzed(8, 0.0), fuzzed(8, 0.5), fuzzed(8, 0.999)
    (6, 8, 10)
    """
    least, greatest = fuzz_range(days)
    return least + int(at * (greatest - least + 1))
