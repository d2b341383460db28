"""``activation.*``: units and stacks: maxout, PReLU's slope, dead units, chains of one unit a layer, linear stacks."""

from typing import Annotated, Literal

import torch
from torch import Tensor, nn

from engine.activations import dead_units, named
from engine.activations.maxout import Maxout
from engine.activations.maxout import maxout as largest_piece
from engine.activations.named import Name
from engine.activations.prelu import prelu_backward
from engine.analysis.params import num_params as count_params
from engine.arguments import Between, Elements, Length
from engine.device import for_float64
from engine.doors.activations._torch_activations import build
from engine.errors import Refused
from engine.evidence import Blocks, Curve, Run, Series, Table, Text
from engine.registry import Kind, function

Number = Annotated[float, Between(-1e6, 1e6)]
Numbers = Annotated[tuple[Number, ...], Length(1, 64)]
Features = Annotated[int, Between(1, 65_536)]
Pieces = Annotated[int, Between(1, 1024)]
_PIECES = {"slopes": [1, -1], "x": -3}
_BOX = {"weight": [2, -1], "bias": -3, "low": 0, "high": 1}


@function("activation.maxout", Kind.MODULE, example=_PIECES, shows=(Maxout, largest_piece))
def maxout(slopes: Numbers, x: Number, offsets: Numbers | None = None) -> Run:
    """Return the largest of the pieces slope·x + offset: a maxout unit of one input, run.

    ``offsets`` are 0 unless given. Slopes 1 and 0 make a ReLU, 1 and -1 the absolute value.

    >>> maxout((1.0, -1.0), -3.0).value
    3.0
    """
    offsets = offsets or (0.0,) * len(slopes)
    if len(offsets) != len(slopes):
        raise Refused(f"'offsets' needs one number for each of the {len(slopes)} slopes, not {len(offsets)}")
    with torch.device("meta"):  # so that no first weights are drawn
        unit = Maxout(1, 1, len(slopes))
    state = {"linear.weight": _column(slopes), "linear.bias": _column(offsets).flatten()}
    unit.load_state_dict(state, assign=True)
    line = torch.linspace(-6, 6, 121, dtype=torch.float64)
    curve = Series("maxout", line.tolist(), unit(line[:, None]).detach().flatten().tolist())
    value = unit(_column((x,))).item()
    return Run(value, lambda: [Curve("The unit", [curve], "x", "largest piece")], "cpu")


@function(
    "activation.maxout_num_params",
    Kind.MODULE,
    example={"in_features": 10, "width": 20, "num_pieces": 4},
    shows=(Maxout, count_params),
)
def maxout_num_params(
    in_features: Features,
    width: Features,
    num_pieces: Pieces,
    keep: Literal["outputs", "linear_units"] = "outputs",
    layer: Literal["maxout", "next"] = "maxout",
    next_features: Features = 1,
    bias: bool = False,
) -> Run:
    """Return the weights of a maxout layer, or of the linear layer after it.

    ``keep: outputs`` gives it ``width`` outputs, each the largest of num_pieces linear units; ``keep: linear_units``
    gives it ``width`` linear units in groups of num_pieces, so that the next layer sees fewer.

    >>> maxout_num_params(10, 20, 4).value, maxout_num_params(10, 20, 4, "linear_units", "next", 5).value
    (800, 25)
    """
    if keep == "linear_units" and width % num_pieces:
        raise Refused(f"{width} linear units do not fall into groups of {num_pieces}; take a multiple of it")
    out_features = width if keep == "outputs" else width // num_pieces
    with torch.device("meta"):
        layers = {
            "maxout": Maxout(in_features, out_features, num_pieces, bias),
            "next": nn.Linear(out_features, next_features, bias=bias),
        }
    rows = [(name, str(module), count_params(module)) for name, module in layers.items()]
    table = Table("Both layers", ["layer", "module", "parameters"], rows)
    return Run(count_params(layers[layer]), lambda: [table], "meta")


@function("activation.prelu_gradient", Kind.MODULE, example={"x": [[-1, 2], [-3, -4]], "upstream": [[1, 1], [1, 1]]})
def prelu_gradient(
    x: Annotated[Tensor, Elements(1024, 2)],
    upstream: Annotated[Tensor, Elements(1024, 2)],
    channel: Annotated[int, Between(0, 1023)] = 0,
    per_channel: bool = False,
    weight: Number = 0.25,
) -> Run:
    """Return ∂loss/∂a of ``nn.PReLU`` on (N, C) inputs by autograd, given ``upstream`` = ∂loss/∂y.

    One slope a is shared, or each channel has its own and ``channel`` says which is asked.

    >>> x = torch.tensor([[-1.0, 2.0], [-3.0, -4.0]], dtype=torch.float64)
    >>> prelu_gradient(x, torch.ones_like(x)).value, prelu_gradient(x, torch.ones_like(x), 1, per_channel=True).value
    (-8.0, -4.0)
    """
    channel = _check_prelu(x, upstream, channel, per_channel)
    module = nn.PReLU(x.shape[1] if per_channel else 1, init=weight, dtype=torch.float64)
    module(x).backward(upstream)
    found = module.weight.grad
    assert found is not None
    return Run(found[channel].item(), lambda: _prelu_evidence(x, upstream, found), "cpu")


@function(
    "activation.prelu_gradient_formula",
    Kind.CLOSED_FORM,
    example={"x": [[-1, 2], [-3, -4]], "upstream": [[1, 1], [1, 1]]},
    shows=(prelu_backward,),
)
def prelu_gradient_formula(
    x: Annotated[Tensor, Elements(1024, 2)],
    upstream: Annotated[Tensor, Elements(1024, 2)],
    channel: Annotated[int, Between(0, 1023)] = 0,
    per_channel: bool = False,
    weight: Number = 0.25,
) -> Run:
    """Return the same as the sum of upstream·x over the negative x."""
    channel = _check_prelu(x, upstream, channel, per_channel)
    slopes = torch.full((x.shape[1] if per_channel else 1,), weight, dtype=torch.float64)
    found = prelu_backward(upstream, x, slopes).weight
    return Run(found[channel].item(), lambda: _prelu_evidence(x, upstream, found), "cpu")


@function(
    "activation.unit_is_dead",
    Kind.MEASURED,
    example=_BOX,
    shows=(dead_units.highest_at_corners,),
)
def unit_is_dead(weight: Annotated[Numbers, Length(1, 12)], bias: Number, low: Number, high: Number) -> Run:
    """Say whether a ReLU unit is dead on inputs from the box [low, high]ⁿ: no corner makes w·x + b positive.

    >>> unit_is_dead((2.0, -1.0), -3.0, 0.0, 1.0).value
    True
    """
    highest = _highest(weight, bias, low, high)
    return Run(highest <= 0, lambda: [Text(f"The largest w·x + b at a corner of the box is {highest:g}.")], "cpu")


@function(
    "activation.highest_preactivation",
    Kind.MEASURED,
    example=_BOX,
    shows=(dead_units.highest_at_corners,),
)
def highest_preactivation(weight: Annotated[Numbers, Length(1, 12)], bias: Number, low: Number, high: Number) -> Run:
    """Return the largest w·x + b of a unit over inputs from the box [low, high]ⁿ, found by trying every corner.

    >>> highest_preactivation((2.0, -1.0), -3.0, 0.0, 1.0).value
    -1.0
    """
    highest = _highest(weight, bias, low, high)
    exact = dead_units.highest_preactivation(torch.tensor(weight, dtype=torch.float64), bias, low, high).item()
    return Run(highest, lambda: [Text(f"b plus, for each weight, its better end of the box: {exact:g}.")], "cpu")


@function("activation.chain_gradient", Kind.MEASURED, example={"name": "sigmoid", "weight": 8, "bias": -4, "x": 0.5})
def chain_gradient(
    name: Name,
    weight: Number = 1.0,
    bias: Number = 0.0,
    x: Number = 0.5,
    depth: Annotated[int, Between(1, 100)] = 10,
) -> Run:
    """Return dh/dx of a chain of ``depth`` layers of one unit, h ← f(w·h + b) from h = x, by autograd.

    A sigmoid layer multiplies it by w·σ'(z), at most w/4; with x = ½ and b = -w/2, z stays 0 and it is exactly w/4.

    >>> chain_gradient("sigmoid", 8.0, -4.0, 0.5, 10).value
    1024.0
    """
    f = build(name)
    h = [torch.tensor(x, dtype=torch.float64, device=for_float64()).requires_grad_()]
    for _ in range(depth):
        h.append(f(weight * h[-1] + bias))
    if not h[-1].requires_grad:
        return Run(0.0, lambda: [Text(f"No gradient flows through {name}.")], str(h[0].device))
    backwards = torch.autograd.grad(h[-1], h)
    sizes = [gradient.abs().item() for gradient in backwards]
    curve = Curve("Size of the gradient", [Series(name, list(range(depth + 1)), sizes)], "layer", "|dh/dh_layer|", True)
    return Run(backwards[0].item(), lambda: [curve], str(h[0].device))


@function("activation.stack_rank", Kind.MEASURED, example={"widths": [8, 3, 8]})
def stack_rank(
    widths: Annotated[tuple[Annotated[int, Between(1, 64)], ...], Length(2, 8)], name: Name = "identity"
) -> Run:
    """Return the rank of what random layers of these widths make of 256 inputs, the activation between them.

    Without an activation it is the smallest width, for the stack is one linear map.

    >>> stack_rank((2, 16, 8)).value, stack_rank((2, 16, 8), "relu").value
    (2, 8)
    """
    generator = torch.Generator().manual_seed(0)
    h = torch.randn(256, widths[0], generator=generator, dtype=torch.float64)
    for place, width in enumerate(widths[1:], start=1):
        h = h @ torch.randn(h.shape[1], width, generator=generator, dtype=torch.float64)
        h = named.find(name).value(h) if place < len(widths) - 1 else h
    values = torch.linalg.svdvals(h)
    rows = list(enumerate(values.tolist(), start=1))
    rank = int((values > 1e-9 * values[0]).sum())
    return Run(rank, lambda: [Table("Singular values of the outputs", ["place", "singular value"], rows)], "cpu")


def _column(numbers: tuple[float, ...]) -> Tensor:
    return torch.tensor(numbers, dtype=torch.float64)[:, None]


def _highest(weight: tuple[float, ...], bias: float, low: float, high: float) -> float:
    if low > high:
        raise Refused(f"the box goes from 'low' to 'high', and {low:g} is not below {high:g}")
    return dead_units.highest_at_corners(torch.tensor(weight, dtype=torch.float64), bias, low, high).item()


def _check_prelu(x: Tensor, upstream: Tensor, channel: int, per_channel: bool) -> int:
    if x.shape != upstream.shape:
        raise Refused(f"x and upstream need one shape (N, C), not {tuple(x.shape)} and {tuple(upstream.shape)}")
    if not per_channel:
        return 0
    if channel >= x.shape[1]:
        raise Refused(f"there are {x.shape[1]} channels, numbered from 0, and none is numbered {channel}")
    return channel


def _prelu_evidence(x: Tensor, upstream: Tensor, found: Tensor) -> Blocks:
    rows = [
        (sample, channel, x[sample, channel].item(), upstream[sample, channel].item())
        for sample in range(min(8, x.shape[0]))
        for channel in range(min(8, x.shape[1]))
    ]
    gradients = list(enumerate(found.tolist()[:64]))
    return [
        Table("Inputs", ["sample", "channel", "x", "∂loss/∂y"], rows),
        Table("Gradients of the slopes", ["slope", "∂loss/∂a"], gradients),
    ]
