"""Which formula an activation or its slope really has; how sigmoid, tanh and softmax belong together."""

from collections.abc import Callable, Mapping
from typing import Annotated, Final, Literal

import torch
from torch import Tensor

from engine.activations.named import find
from engine.activations.softmax import softmax
from engine.arguments import Between
from engine.evidence import Run
from engine.experiments._settle import Holds, randn, settle
from engine.registry import Kind, function

_POINTS = 64
SigmoidFormula = Literal["1/(1 + e^-z)", "1/(1 - e^-z)", "1/(1 + e^z)", "e^z/(1 + e^z)", "(1 + tanh(z/2))/2"]
TanhFormula = Literal[
    "(e^z - e^-z)/(e^z + e^-z)", "2σ(2z) - 1", "σ(2z)", "2σ(z) - 1", "1 - 2σ(2z)", "(e^z + e^-z)/(e^z - e^-z)"
]
Slope = Literal["a(1 - a)", "a(1 + a)", "1 - a^2", "a^2", "z(1 - z)", "σ(z)(1 + z(1 - σ(z)))", "σ(z)", "1"]
_SIGMOID: Final[Mapping[str, Callable[[Tensor], Tensor]]] = {
    "1/(1 + e^-z)": lambda z: 1 / (1 + torch.exp(-z)),
    "1/(1 - e^-z)": lambda z: 1 / (1 - torch.exp(-z)),
    "1/(1 + e^z)": lambda z: 1 / (1 + torch.exp(z)),
    "e^z/(1 + e^z)": lambda z: torch.exp(z) / (1 + torch.exp(z)),
    "(1 + tanh(z/2))/2": lambda z: (1 + torch.tanh(z / 2)) / 2,
}
_TANH: Final[Mapping[str, Callable[[Tensor], Tensor]]] = {
    "(e^z - e^-z)/(e^z + e^-z)": lambda z: (torch.exp(z) - torch.exp(-z)) / (torch.exp(z) + torch.exp(-z)),
    "(e^z + e^-z)/(e^z - e^-z)": lambda z: (torch.exp(z) + torch.exp(-z)) / (torch.exp(z) - torch.exp(-z)),
    "2σ(2z) - 1": lambda z: 2 * torch.sigmoid(2 * z) - 1,
    "σ(2z)": lambda z: torch.sigmoid(2 * z),
    "2σ(z) - 1": lambda z: 2 * torch.sigmoid(z) - 1,
    "1 - 2σ(2z)": lambda z: 1 - 2 * torch.sigmoid(2 * z),
}
_SLOPES: Final[Mapping[str, Callable[[Tensor, Tensor], Tensor]]] = {
    "a(1 - a)": lambda _, a: a * (1 - a),
    "a(1 + a)": lambda _, a: a * (1 + a),
    "1 - a^2": lambda _, a: 1 - a.square(),
    "a^2": lambda _, a: a.square(),
    "z(1 - z)": lambda z, _: z * (1 - z),
    "σ(z)(1 + z(1 - σ(z)))": lambda z, _: torch.sigmoid(z) * (1 + z * (1 - torch.sigmoid(z))),
    "σ(z)": lambda z, _: torch.sigmoid(z),
    "1": lambda z, _: torch.ones_like(z),
}


@function("activation.sigmoid_is", Kind.MEASURED, example={"formula": "1/(1 + e^-z)"})
def sigmoid_is(formula: SigmoidFormula = "1/(1 + e^-z)") -> Run:
    """Say whether torch's sigmoid has this formula, at random z."""
    return _equal("torch.sigmoid less the formula", torch.sigmoid, _SIGMOID, formula, ["1/(1 - e^-z)", "1/(1 + e^-z)"])


@function("activation.tanh_is", Kind.MEASURED, example={"formula": "2σ(2z) - 1"})
def tanh_is(formula: TanhFormula = "2σ(2z) - 1") -> Run:
    """Say whether torch's tanh has this formula, σ being the sigmoid."""
    return _equal("torch.tanh less the formula", torch.tanh, _TANH, formula, ["2σ(z) - 1", "2σ(2z) - 1"])


@function("activation.slope_is", Kind.MEASURED, example={"name": "sigmoid", "formula": "a(1 - a)"}, shows=(find,))
def slope_is(
    name: Literal["sigmoid", "tanh", "silu", "softplus", "identity"] = "sigmoid", formula: Slope = "a(1 - a)"
) -> Run:
    """Say whether the derivative by autograd equals this formula in z or in the output a."""
    controls: Mapping[str, tuple[Slope, Slope]] = {"sigmoid": ("a(1 - a)", "1 - a^2"), "tanh": ("1 - a^2", "a(1 - a)")}
    return settle(
        "Autograd's derivative less the formula",
        Holds.IF_EQUAL,
        _slope_apart,
        {"name": name, "formula": formula},
        [{"name": name, "formula": each} for each in controls.get(name, ("a(1 - a)",))],
    )


def _slope_apart(
    generator: torch.Generator, name: Literal["sigmoid", "tanh", "silu", "softplus", "identity"], formula: str
) -> Tensor:
    z = (2 * randn(generator, _POINTS)).requires_grad_()
    a = find(name).value(z)
    (slope,) = torch.autograd.grad(a.sum(), z)
    return slope - _SLOPES[formula](z.detach(), a.detach())


@function("activation.sigmoid_is_softmax_of", Kind.MEASURED, example={"pair": "(z, 0)"}, shows=(softmax,))
def sigmoid_is_softmax_of(pair: Literal["(z, 0)", "(z, -z)", "(z, 1)", "(0, z)", "(z/2, -z/2)"] = "(z, 0)") -> Run:
    """Say whether σ(z) is the first probability that softmax makes of this pair of logits."""
    return settle(
        "σ(z) less the first probability",
        Holds.IF_EQUAL,
        _softmax_apart,
        {"pair": pair},
        [{"pair": "(z, -z)"}, {"pair": "(z, 0)"}],
    )


def _softmax_apart(generator: torch.Generator, pair: str) -> Tensor:
    z = randn(generator, _POINTS)
    second = {"(z, 0)": 0 * z, "(z, -z)": -z, "(z, 1)": torch.ones_like(z), "(0, z)": z, "(z/2, -z/2)": -z / 2}[pair]
    first = {"(0, z)": 0 * z, "(z/2, -z/2)": z / 2}.get(pair, z)
    return find("sigmoid").value(z) - softmax(torch.stack([first, second], -1))[:, 0]


@function("activation.softmax_unchanged_by", Kind.MEASURED, example={"change": "add"}, shows=(softmax,))
def softmax_unchanged_by(
    change: Literal["add", "multiply", "add to one", "exponentiate"] = "add",
    amount: Annotated[float, Between(-1e3, 1e3)] = 2.0,
) -> Run:
    """Say whether softmax stays as it is when ``amount`` is added to all logits, multiplies them, and so on.

    "add to one" changes only the first logit; "exponentiate" takes e to the power of every logit.
    """
    return settle(
        "Softmax of the changed logits less that of the logits",
        Holds.IF_EQUAL,
        _change_error,
        {"change": change, "amount": amount},
        [{"change": "multiply", "amount": amount}, {"change": "add", "amount": amount}],
    )


def _change_error(generator: torch.Generator, change: str, amount: float) -> Tensor:
    z = randn(generator, 4, 5)
    first = torch.zeros(5, dtype=z.dtype, device=z.device)
    first[0] = amount
    changed = {"add": z + amount, "multiply": amount * z, "add to one": z + first, "exponentiate": z.exp()}[change]
    return softmax(changed) - softmax(z)


@function("activation.softmax_survives_large_logits", Kind.MEASURED, example={"form": "shifted"}, shows=(softmax,))
def softmax_survives_large_logits(
    form: Literal["shifted", "as written"] = "shifted", size: Annotated[float, Between(1, 1e6)] = 1e4
) -> Run:
    """Say whether softmax of logits of this size is a finite distribution in float64, shifted by the largest or not."""
    return settle(
        "Entries of the softmax that are not finite (1 or 0)",
        Holds.IF_EQUAL,
        _overflow,
        {"form": form, "size": size},
        [{"form": "as written", "size": size}, {"form": "shifted", "size": size}],
    )


def _overflow(generator: torch.Generator, form: str, size: float) -> Tensor:
    z = size * (1 + randn(generator, 4, 5).abs())
    p = softmax(z) if form == "shifted" else z.exp() / z.exp().sum(-1, keepdim=True)
    return (~p.isfinite()).double()


def _equal(
    compared: str,
    torchs: Callable[[Tensor], Tensor],
    formulas: Mapping[str, Callable[[Tensor], Tensor]],
    chosen: str,
    controls: list[str],
) -> Run:
    def apart(generator: torch.Generator, formula: str) -> Tensor:
        z = randn(generator, _POINTS)
        return torchs(z) - formulas[formula](z)

    return settle(compared, Holds.IF_EQUAL, apart, {"formula": chosen}, [{"formula": each} for each in controls])
