"""``latency.*``: a toy model of time, t = layers · overhead + MACs / throughput. Nothing here is a measured time."""

from typing import Annotated, Literal

from engine.analysis.shapes import layer_table
from engine.analysis.toy_latency import PARALLEL, SERIAL, Device, toy_latency
from engine.arguments import Between, Length
from engine.evidence import Run, Table
from engine.models import zoo
from engine.registry import Kind, function

Micro = Annotated[float, Between(0, 1e6)]
PerMicro = Annotated[float, Between(1e-3, 1e12)]


@function(
    "latency.toy",
    Kind.CLOSED_FORM,
    example={"layers": 28, "macs": 568_740_352, "overhead": 20.0, "throughput": 5e6},
    shows=(toy_latency,),
)
def toy(
    layers: Annotated[int, Between(0, 1_000_000)],
    macs: Annotated[int, Between(0, 10**15)],
    overhead: Micro,
    throughput: PerMicro,
) -> Run:
    """Return a toy latency in µs: layers · overhead (µs) + MACs / throughput (multiply-adds per µs).

    >>> toy(10, 1_000_000, overhead=5, throughput=10_000).value
    150.0
    """
    return Run(toy_latency(layers, macs, Device(overhead, throughput)))


@function("latency.of_model", Kind.MEASURED, example={"name": "mobilenet_v1", "device": "parallel"})
def of_model(name: Annotated[str, Length(1, 64)], device: Literal["parallel", "serial"] = "parallel") -> Run:
    """Return a network's toy latency in µs on one of two made-up devices; layers and multiply-adds are counted.

    Layers with multiply-adds are counted by hooks while the network runs on the meta device. "parallel" starts a layer
    in 20 µs and does 5,000,000 multiply-adds per µs, "serial" starts in 1 µs and does 20,000.

    >>> of_model("mobilenet_v1", "serial").value > of_model("mobilenet_v1", "parallel").value
    True
    """
    counts = _counts(name)
    others = [other for other in ("mobilenet_v1", "alexnet") if other != name]

    def table() -> Table:
        rows = [(other, *_row(*_counts(other))) for other in (name, *others)]
        return Table("Toy latencies, not measured", ["network", "layers", "MACs", "parallel, µs", "serial, µs"], rows)

    return Run(toy_latency(*counts, PARALLEL if device == "parallel" else SERIAL), lambda: [table()], "meta")


def _counts(name: str) -> tuple[int, int]:
    """Return how many layers with multiply-adds run, and the multiply-adds."""
    model = zoo.find(name)
    rows = layer_table(model.build(), *model.tensors())
    return sum(row.macs > 0 for row in rows), sum(row.macs for row in rows)


def _row(layers: int, count: int) -> tuple[int, int, float, float]:
    return layers, count, toy_latency(layers, count, PARALLEL), toy_latency(layers, count, SERIAL)
