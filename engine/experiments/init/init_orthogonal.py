"""Orthogonal and identity weights: what keeps a norm exactly, through layers and through time."""

from typing import Annotated, Literal

import torch
from torch import Tensor, nn

from engine.arguments import Between
from engine.device import current
from engine.evidence import Curve, Run, Series
from engine.experiments._settle import SEEDS, Holds, randn, settle
from engine.init.schemes import spread
from engine.registry import Kind, function

Of = Literal["signal", "gradient"]
Factor = Annotated[float, Between(0.1, 10)]
Recurrent = Literal["identity", "orthogonal", "gaussian"]
Nonlinearity = Literal["relu", "tanh"]
_WIDTH, _SAMPLES = 16, 8


@function(
    "init.keeps_norm_exactly", Kind.MEASURED, example={"weights": "orthogonal"}, shows=(nn.init.orthogonal_, spread)
)
def keeps_norm_exactly(
    weights: Literal["orthogonal", "gaussian"],
    factor: Factor = 1.0,
    activation: Literal["linear", "relu"] = "linear",
    of: Of = "signal",
    depth: Annotated[int, Between(1, 100)] = 30,
) -> Run:
    """Say whether ``depth`` layers of 16 units leave the norm of every signal, or gradient, exactly as it is.

    ``orthogonal`` weights come from torch.nn.init, ``gaussian`` ones have the variance 1/fan_in; both times ``factor``.
    """
    chosen = {"weights": weights, "factor": factor, "activation": activation, "of": of, "depth": depth}
    plain = chosen | {"weights": "orthogonal", "factor": 1.0, "activation": "linear"}
    return settle(
        "Norm at the far end of the stack over that at the near end, less 1",
        Holds.IF_EQUAL,
        _norm_error,
        chosen,
        [plain, plain | {"weights": "gaussian"}, plain | {"factor": 0.9}, plain | {"activation": "relu"}],
    )


def _norm_error(generator: torch.Generator, weights: str, factor: float, activation: str, of: Of, depth: int) -> Tensor:
    x = randn(generator, _WIDTH).requires_grad_()
    z = x
    for _ in range(depth):
        weight = _orthogonal(generator) if weights == "orthogonal" else _gaussian(generator)
        z = factor * weight @ (z.relu() if activation == "relu" else z)
    if of == "signal":
        return torch.div(z.norm(), x.norm()) - 1
    upstream = randn(generator, _WIDTH)
    (gradient,) = torch.autograd.grad(z, x, upstream)
    return torch.div(gradient.norm(), upstream.norm()) - 1


@function("init.rnn_keeps_state", Kind.MEASURED, example={"recurrent": "identity"}, shows=(nn.RNN,))
def rnn_keeps_state(
    recurrent: Recurrent = "identity",
    factor: Factor = 1.0,
    nonlinearity: Nonlinearity = "relu",
    of: Of = "signal",
    steps: Annotated[int, Between(1, 200)] = 100,
) -> Run:
    """Say whether an ``nn.RNN`` without input or biases keeps its state, or the gradient of it, for ``steps`` steps.

    ``recurrent`` is its weight_hh, times ``factor``. The state starts with no negative entry; the gradient is looked at
    on the active path, where the state is positive.
    """
    chosen = {"recurrent": recurrent, "factor": factor, "nonlinearity": nonlinearity, "of": of, "steps": steps}
    identity = chosen | {"recurrent": "identity", "factor": 1.0, "nonlinearity": "relu"}
    changes: list[dict[str, object]] = [{}, {"recurrent": "orthogonal"}, {"factor": 0.9}, {"nonlinearity": "tanh"}]
    settled = settle(
        "Each entry of the state (or, going back, of the gradient) after all steps less what it was at first",
        Holds.IF_EQUAL,
        _lost,
        chosen,
        [identity | change for change in changes],
    )
    return Run(settled.value, lambda: [*settled.evidence(), _norms(recurrent, factor, nonlinearity, steps)])


def _lost(
    generator: torch.Generator, recurrent: Recurrent, factor: float, nonlinearity: Nonlinearity, of: Of, steps: int
) -> Tensor:
    start = randn(generator, _SAMPLES, _WIDTH).abs().requires_grad_()
    end = _states(generator, start, recurrent, factor, nonlinearity, steps)[-1]
    if of == "signal":
        return end - start
    upstream = randn(generator, _SAMPLES, _WIDTH)
    (gradient,) = torch.autograd.grad(end, start, upstream)
    return gradient - upstream


def _states(
    generator: torch.Generator,
    start: Tensor,
    recurrent: Recurrent,
    factor: float,
    nonlinearity: Nonlinearity,
    steps: int,
) -> Tensor:
    """Return the states (steps, N, 16) of an RNN that starts at ``start`` and is fed nothing."""
    with torch.random.fork_rng(devices=[]):  # torch draws first weights, which are replaced below
        rnn = nn.RNN(1, _WIDTH, nonlinearity=nonlinearity, bias=False).to(start)
    identity = torch.eye(_WIDTH).to(start)
    weights = {"identity": identity, "orthogonal": _orthogonal(generator), "gaussian": _gaussian(generator)}
    rnn.load_state_dict({"weight_hh_l0": factor * weights[recurrent]}, strict=False)
    states: Tensor = rnn(start.new_zeros(steps, len(start), 1), start[None])[0]
    return states


def _norms(recurrent: Recurrent, factor: float, nonlinearity: Nonlinearity, steps: int) -> Curve:
    generator = torch.Generator().manual_seed(SEEDS[0])
    start = randn(generator, 1, _WIDTH).abs()
    states = _states(generator, start, recurrent, factor, nonlinearity, steps).detach()
    series = Series(recurrent, list(range(steps + 1)), torch.cat([start[None], states]).norm(dim=2)[:, 0].tolist())
    return Curve("Norm of the state, step by step", [series], "step", "norm")


def _orthogonal(generator: torch.Generator) -> Tensor:
    weight = torch.empty(_WIDTH, _WIDTH, dtype=torch.float64)
    return nn.init.orthogonal_(weight, generator=generator).to(current())


def _gaussian(generator: torch.Generator) -> Tensor:
    return spread("lecun_normal", _WIDTH, _WIDTH).draw(_WIDTH, _WIDTH, generator).to(current())
