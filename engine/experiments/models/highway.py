"""What the gate of a highway layer decides: its limits, and whether a deep stack passes a gradient before training."""

from typing import Annotated, Literal

import torch
from torch import Tensor

from engine.arguments import Between
from engine.evidence import Heatmap, Run
from engine.experiments._settle import Holds, Thresholds, randn, settle
from engine.experiments.models._together import with_block
from engine.layers.highway import Highway
from engine.registry import Kind, function

Depth = Annotated[int, Between(1, 50)]
_WIDTH = 12


@function("highway.limit_is", Kind.MEASURED, example={"gate": "closed", "output": "x"}, shows=(Highway,))
def limit_is(gate: Literal["closed", "open", "half"] = "closed", output: Literal["x", "H"] = "x") -> Run:
    """Say whether a highway layer whose transform gate is closed (T → 0), open (T → 1) or at 1/2 returns this."""
    return settle(
        f"Output less {output}",
        Holds.IF_EQUAL,
        _off_the_limit,
        {"gate": gate, "output": output},
        [{"gate": "closed", "output": "x"}, {"gate": "open", "output": "x"}, {"gate": "half", "output": output}],
    )


def _off_the_limit(generator: torch.Generator, gate: str, output: str) -> Tensor:
    (layer,) = _highway(generator, 1, {"closed": -60.0, "open": 60.0, "half": 0.0}[gate])
    layer.gate.weight.data.zero_()
    x = randn(generator, 5, _WIDTH)
    with torch.no_grad():
        wanted = x if output == "x" else layer.activation(layer.plain(x))
        return torch.sub(layer(x), wanted)


@function("highway.fresh_stack_passes_gradient", Kind.MEASURED, example={"gate_bias": -4.0}, shows=(Highway,))
def fresh_stack_passes_gradient(gate_bias: Annotated[float, Between(-10, 10)] = -4.0, depth: Depth = 50) -> Run:
    """Say whether a fresh stack of highway layers passes over a hundredth of a gradient, or under a millionth."""
    run = settle(
        "Norm of the gradient at the input over its norm at the output",
        Holds.IF_DIFFERENT,
        _passed,
        {"gate_bias": gate_bias, "depth": depth},
        [{"gate_bias": -gate_bias, "depth": depth}, {"gate_bias": gate_bias, "depth": 1}],
        Thresholds(none=1e-6, some=1e-2),
    )
    return with_block(run, lambda: _gates(gate_bias, depth))


def _passed(generator: torch.Generator, gate_bias: float, depth: int) -> Tensor:
    stack = _highway(generator, depth, gate_bias)
    x = y = randn(generator, 1, _WIDTH).requires_grad_()
    upstream = randn(generator, 1, _WIDTH)
    for layer in stack:
        y = layer(y)
    (gradient,) = torch.autograd.grad(y, x, upstream)
    return torch.div(gradient.norm(), upstream.norm())


def _gates(gate_bias: float, depth: int) -> Heatmap:
    generator = torch.Generator().manual_seed(0)
    stack = _highway(generator, depth, gate_bias)
    x, gates = randn(generator, 1, _WIDTH), []
    with torch.no_grad():
        for layer in stack:
            gates.append(layer.transform_gate(x)[0].tolist())
            x = layer(x)
    return Heatmap("Transform gate T of every unit, seed 0", gates, "unit", "layer")


@function("highway.shortcut_passes_everything", Kind.MEASURED, example={"shortcut": "identity"}, shows=(Highway,))
def shortcut_passes_everything(shortcut: Literal["identity", "carry_gate"] = "identity", depth: Depth = 50) -> Run:
    """Say whether ``depth`` shortcuts return x itself while nothing is added: a ResNet's, or carry gates at 1/2."""
    return settle(
        "Output less x",
        Holds.IF_EQUAL,
        _lost_on_the_way,
        {"shortcut": shortcut, "depth": depth},
        [{"shortcut": "carry_gate", "depth": depth}, {"shortcut": "identity", "depth": depth}],
    )


def _lost_on_the_way(generator: torch.Generator, shortcut: str, depth: int) -> Tensor:
    stack = _highway(generator, depth, 0.0)
    for layer in stack:
        for parameter in layer.parameters():
            parameter.data.zero_()  # H = 0, and T = 1/2
    x = randn(generator, 5, _WIDTH)
    with torch.no_grad():
        y = x
        for layer in stack:
            y = layer(y) if shortcut == "carry_gate" else y + layer.activation(layer.plain(y))
    return torch.sub(y, x)


def _highway(generator: torch.Generator, depth: int, gate_bias: float) -> list[Highway]:
    """Return highway layers whose weights are N(0, 1/n), drawn from the generator."""
    with torch.random.fork_rng(devices=[]):  # torch draws first weights, which are replaced below
        stack = [Highway(_WIDTH, gate_bias=gate_bias) for _ in range(depth)]
    for layer in stack:
        for parameter in layer.parameters():
            drawn = randn(generator, *parameter.shape) / _WIDTH**0.5
            parameter.data = drawn if parameter.dim() == 2 else parameter.data.to(drawn)
    return stack
