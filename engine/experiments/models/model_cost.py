"""What depth costs and where parameters stand, by networks that a question can name."""

from typing import Annotated, Literal

from engine.analysis.depth import longest_path
from engine.analysis.macs import macs
from engine.analysis.params import num_params
from engine.analysis.shapes import layer_table
from engine.arguments import Length
from engine.errors import Refused
from engine.evidence import Run, Table
from engine.models import zoo
from engine.registry import Kind, function

Name = Annotated[str, Length(1, 64)]
Cost = Literal["params", "macs"]
_BESIDE = ("alexnet", "vgg19", "googlenet", "resnet34")


@function(
    "model.deeper_costs_more",
    Kind.MEASURED,
    example={"deeper": "resnet34", "shallower": "vgg19", "cost": "macs"},
    shows=(longest_path, macs),
)
def deeper_costs_more(deeper: Name, shallower: Name, cost: Cost = "macs") -> Run:
    """Say whether the deeper of two networks also has more parameters, or needs more multiply-adds for one image."""
    depths = [_depth(name) for name in (deeper, shallower)]
    if depths[0] <= depths[1]:
        raise Refused(f"{deeper} has {depths[0]} layers and {shallower} {depths[1]}: name the deeper one first")
    value = _cost(deeper, cost) > _cost(shallower, cost)
    return Run(value, lambda: [_comparison(dict.fromkeys((deeper, shallower, *_BESIDE)))], "meta")


def _depth(name: str) -> int:
    model = zoo.find(name)
    return len(longest_path(model.build(), *model.tensors()))


def _cost(name: str, cost: Cost) -> int:
    model = zoo.find(name)
    return num_params(model.build()) if cost == "params" else macs(model.build(), *model.tensors())


def _comparison(names: dict[str, None]) -> Table:
    rows = sorted((_depth(name), _cost(name, "params"), _cost(name, "macs"), name) for name in names)
    columns = ("network", "layers on the longest path", "parameters", "MACs")
    return Table("Depth beside cost", columns, [(name, *costs) for *costs, name in rows])


@function("model.fc_holds_most", Kind.MEASURED, example={"name": "vgg16", "of": "params"}, shows=(layer_table,))
def fc_holds_most(name: Name, of: Cost = "params") -> Run:
    """Say whether a network's linear layers hold more than half of its parameters, or of its multiply-adds."""
    shares = {other: _fc_share(name, other) for other in ("params", "macs")}
    table = Table(f"{name}: share of the linear layers", ("of", "share"), list(shares.items()))
    return Run(shares[of] > 0.5, lambda: [table], "meta")


def _fc_share(name: str, of: str) -> float:
    model = zoo.find(name)
    rows = layer_table(model.build(), *model.tensors())
    return float(sum(getattr(row, of) for row in rows if row.type == "Linear") / sum(getattr(row, of) for row in rows))
