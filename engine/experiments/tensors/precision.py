"""Floating-point numbers: what overflows, what vanishes, and which small changes of a formula save it."""

from typing import Literal

import torch
from torch import Tensor

from engine.device import for_float64
from engine.evidence import Run, Table
from engine.experiments._settle import SEEDS, Holds, Thresholds, randn, settle
from engine.registry import Kind, function
from engine.tensors.float_formats import Format
from engine.tensors.softmax_along import softmax

DType = Literal["float16", "bfloat16", "float32", "float64"]
_TYPES = {"float16": torch.float16, "bfloat16": torch.bfloat16, "float32": torch.float32, "float64": torch.float64}
_SHOWS = (Format,)


@function("precision.loss_is_finite", Kind.MEASURED, example={"guard": "eps"})
def loss_is_finite(guard: Literal["none", "eps", "clamp", "logits"] = "none") -> Run:
    """Say whether the cross-entropy of a sure and wrong sigmoid, logit 200 for a target of 0, is a finite number.

    ``none`` computes -log(1 - σ(200)) in float32; ``eps`` adds 10⁻⁸ inside the log, in float64, where that is not lost
    beside 1; ``clamp`` keeps log at -100 or more, as torch's BCELoss does; ``logits`` computes softplus(200).
    """
    rows = [
        (name, str(float(_guarded(name))), bool(_guarded(name).isfinite())) for name in dict.fromkeys([guard, *_GUARDS])
    ]
    return Run(rows[0][-1], lambda: [Table("Loss", ["guard", "loss", "claim holds"], rows)], str(for_float64()))


_GUARDS = ("none", "eps", "clamp", "logits")


def _guarded(guard: str) -> Tensor:
    kind = torch.float64 if guard == "eps" else torch.float32
    logit = torch.tensor(200.0, dtype=kind, device=for_float64())
    if guard == "logits":
        return torch.nn.functional.softplus(logit)
    wrong = 1 - logit.sigmoid()
    if guard == "clamp":
        return -wrong.log().clamp(min=-100)
    return -(wrong + (1e-8 if guard == "eps" else 0)).log()


@function("precision.softmax_is_finite", Kind.MEASURED, example={"shifted": True}, shows=(softmax,))
def softmax_is_finite(shifted: bool = True, dtype: DType = "float32") -> Run:
    """Say whether softmax of scores around 1000 is made of numbers: with the greatest score taken off first, or not."""
    tried = dict.fromkeys([(shifted, dtype), (not shifted, dtype)])
    rows = [("shifted" if flag else "plain", kind, _numbers_in_softmax(flag, kind)) for flag, kind in tried]
    shown = [(name, kind, least, least == 4) for name, kind, least in rows]
    columns = ["softmax", "type", "entries of 4 that are numbers", "claim holds"]
    return Run(shown[0][-1], lambda: [Table("Five seeds, the worst", columns, shown)], str(for_float64()))


def _numbers_in_softmax(shifted: bool, dtype: str) -> int:
    found = []
    for seed in SEEDS:
        scores = (1000 + randn(torch.Generator().manual_seed(seed), 4)).to(_TYPES[dtype])
        plain = scores.exp() / scores.exp().sum()
        found.append(int((softmax(scores, 0) if shifted else plain).isfinite().sum()))
    return min(found)


@function("precision.small_steps_add_up", Kind.MEASURED, example={"dtype": "float32"}, shows=_SHOWS)
def small_steps_add_up(dtype: DType = "float16", kept_in: Literal["itself", "float32"] = "itself") -> Run:
    """Say whether 1,000 steps of 10⁻⁴, added to a weight of 1 in this type, come to 0.1, give or take a tenth of it.

    ``kept_in`` float32 keeps a master copy of the weight there, and rounds it to ``dtype`` for use only.
    """
    return settle(
        "Sum of the steps over 0.1, less 1",
        Holds.IF_EQUAL,
        _missing_steps,
        {"dtype": dtype, "kept_in": kept_in},
        [
            {"dtype": "float16", "kept_in": "itself"},
            {"dtype": "float16", "kept_in": "float32"},
            {"dtype": "float32", "kept_in": "itself"},
        ],
        Thresholds(none=0.1, some=0.5),
    )


def _missing_steps(generator: torch.Generator, dtype: str, kept_in: str) -> Tensor:
    store = _TYPES[dtype if kept_in == "itself" else kept_in]
    steps = 1e-4 * (1 + 0.1 * torch.rand(1000, generator=generator, dtype=torch.float64))
    weight = torch.tensor(1.0, dtype=store)
    for step in steps.to(store):
        weight = weight + step
    used = weight.to(_TYPES[dtype]).double()
    return ((used - 1) / steps.sum() - 1).reshape(1)


@function("precision.gradient_survives", Kind.MEASURED, example={"loss_scale": 1024}, shows=_SHOWS)
def gradient_survives(loss_scale: Literal[1, 1024, 65536] = 1, dtype: DType = "float16") -> Run:
    """Say whether a gradient of about 10⁻⁸ is above 0 in this type when the loss is first multiplied by ``loss_scale``.

    The gradient is divided by the scale again in float32, and should be right to a tenth.
    """
    return settle(
        "Gradient over the exact one, less 1",
        Holds.IF_EQUAL,
        _gradient_error,
        {"loss_scale": loss_scale, "dtype": dtype},
        [
            {"loss_scale": 1, "dtype": "float16"},
            {"loss_scale": 1024, "dtype": "float16"},
            {"loss_scale": 1, "dtype": "bfloat16"},
        ],
        Thresholds(none=0.1, some=0.5),
    )


def _gradient_error(generator: torch.Generator, loss_scale: int, dtype: str) -> Tensor:
    exact = 1e-8 * (1 + torch.rand(4, generator=generator, dtype=torch.float64))
    kept = (exact * loss_scale).to(_TYPES[dtype]).float() / loss_scale
    return kept.double() / exact - 1


@function("precision.order_of_addition_matters", Kind.MEASURED, example={"dtype": "float16"}, shows=_SHOWS)
def order_of_addition_matters(dtype: Literal["float16", "bfloat16", "whole numbers"] = "float16") -> Run:
    """Say whether (a + b) + c and a + (b + c) ever differ, for a large a and small b and c, in this type.

    ``whole numbers`` adds the same numbers as integers, which are never rounded.
    """
    return settle(
        "(a + b) + c less a + (b + c)",
        Holds.IF_DIFFERENT,
        _associativity_error,
        {"dtype": dtype},
        [{"dtype": "whole numbers"}, {"dtype": "float16"}],
    )


def _associativity_error(generator: torch.Generator, dtype: str) -> Tensor:
    kind = torch.int64 if dtype == "whole numbers" else _TYPES[dtype]
    large = torch.full((64,), 256 if dtype == "bfloat16" else 2048).to(kind)  # where these types begin to count in twos
    b, c = (torch.randint(1, 3, (64,), generator=generator).to(kind) for _ in range(2))
    return ((large + b) + c - (large + (b + c))).double()
