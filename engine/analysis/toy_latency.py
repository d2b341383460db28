"""A toy model of running time: each layer costs a fixed start and its multiply-adds.

t = layers · overhead + MACs / throughput

It is arithmetic and no measurement: it says how few multiply-adds and a short time can part, not how long anything
takes. A device that does much at once has a large throughput, so the starts rule; on one that does little the
multiply-adds rule. Real devices also wait for memory (:mod:`engine.analysis.memory_access`).
"""

from typing import NamedTuple


class Device(NamedTuple):
    """Time for the start of a layer, in µs, and multiply-adds per µs afterwards."""

    overhead: float
    throughput: float


PARALLEL = Device(overhead=20.0, throughput=5_000_000.0)
"""5 million million multiply-adds a second: a layer of fewer than 10⁸ waits mostly for its start."""
SERIAL = Device(overhead=1.0, throughput=20_000.0)
"""20 thousand million multiply-adds a second: a start is worth 20,000 of them."""


def toy_latency(layers: int, macs: int, device: Device) -> float:
    """Return the time in µs.

    >>> toy_latency(layers=10, macs=1_000_000, device=Device(overhead=5, throughput=10_000))
    150.0
    """
    return layers * device.overhead + macs / device.throughput
