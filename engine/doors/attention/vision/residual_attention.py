"""``residual_attention.*``: masks, what they do to features and gradients, and what becomes of both with depth."""

from collections.abc import Sequence
from typing import Annotated, Literal

import torch
from torch import Tensor

from engine.analysis.sizes import sizes
from engine.arguments import Between, Elements, Length
from engine.attention.mask_activations import MASK_ACTIVATIONS
from engine.attention.residual_attention import combine
from engine.device import for_float64
from engine.errors import Refused
from engine.evidence import Curve, Heatmap, Run, Series, Table
from engine.models.residual_attention import AttentionModule, MaskBranch
from engine.registry import Kind, function

Image = Annotated[Tensor, Elements(1024, 3), Between(-1e3, 1e3)]
"""(C, H, W), one feature map."""
Activation = Literal["f1", "f2", "f3", "pooled_channels", "mean_of_channels"]
Mask = Annotated[float, Between(0, 1)]
_MAP = {"features": [[[1, 2], [3, 4]], [[0, 0], [0, 8]]]}


@function("residual_attention.mask", Kind.MODULE, example=_MAP, shows=tuple(MASK_ACTIVATIONS.values()))
def mask(features: Image, activation: Activation = "f1") -> Run:
    """Return the mask that an activation makes of a map (C, H, W): f1 mixed, f2 channel, f3 spatial attention.

    ``pooled_channels`` and ``mean_of_channels`` are what some retell f2 and f3 as; they give smaller masks.

    >>> mask(torch.tensor([[[3.0]], [[-4.0]]], dtype=torch.float64), "f2").value
    [[[0.6]], [[-0.8]]]
    """
    features = features.to(for_float64())
    made = {name: activate(features[None])[0] for name, activate in MASK_ACTIVATIONS.items()}
    if not bool(made[activation].isfinite().all()):
        what = "a place whose channels are all 0 has no direction" if activation == "f2" else "a flat map has no spread"
        raise Refused(f"{activation} cannot divide by 0: {what}")
    shown = [
        Heatmap(f"{name}, channel {index}", channel.tolist(), "x", "y")
        for name in dict.fromkeys([activation, "f1", "f2", "f3"])
        for index, channel in enumerate(made[name][:2])
        if bool(channel.isfinite().all())
    ]
    return Run(made[activation].tolist(), lambda: shown, str(features.device))


@function(
    "residual_attention.output",
    Kind.CLOSED_FORM,
    example={"trunk": [1, 2, 3], "mask": [0, 0.5, 1]},
    shows=(combine,),
)
def output(
    trunk: Annotated[Sequence[Annotated[float, Between(-1e6, 1e6)]], Length(1, 64)],
    mask: Annotated[Sequence[Mask], Length(1, 64)],
    residual: bool = True,
) -> Run:
    """Return (1 + M)·F entry by entry, or M·F without ``residual``.

    >>> output([1, 2], [0, 0.5]).value, output([1, 2], [0, 0.5], residual=False).value
    ([1.0, 3.0], [0.0, 1.0])
    """
    if len(trunk) != len(mask):
        raise Refused(f"the mask needs an entry for each of the trunk's {len(trunk)}, not {len(mask)}")
    features, weights = (torch.tensor(given, dtype=torch.float64) for given in (trunk, mask))
    both = {name: combine(features, weights, flag).tolist() for name, flag in (("(1 + M)·F", True), ("M·F", False))}
    rows = list(zip(trunk, mask, *both.values(), strict=True))
    return Run(both["(1 + M)·F" if residual else "M·F"], lambda: [Table("Entries", ["F", "M", *both], rows)], "cpu")


@function("residual_attention.depth_factor", Kind.MEASURED, example={"mask": 0.5, "num_modules": 10}, shows=(combine,))
def depth_factor(mask: Mask, num_modules: Annotated[int, Between(1, 100)], residual: bool = True) -> Run:
    """Return by what a value is multiplied in a chain of modules that all have this mask: the gradient, by autograd.

    >>> depth_factor(0.5, 10).value, depth_factor(0.5, 10, residual=False).value
    (57.6650390625, 0.0009765625)
    """

    def evidence() -> list[Curve]:
        counts = list(range(1, num_modules + 1))
        both = {"(1 + M)·F": True, "M·F": False}
        series = [Series(name, counts, [_factor(mask, n, flag) for n in counts]) for name, flag in both.items()]
        return [Curve("A value through the chain", series, "modules", "factor", log_y=mask > 0)]

    return Run(_factor(mask, num_modules, residual), evidence, "cpu")


def _factor(mask: float, num_modules: int, residual: bool) -> float:
    value = torch.ones((), dtype=torch.float64, requires_grad=True)
    weight, x = torch.tensor(mask, dtype=torch.float64), value
    for _ in range(num_modules):
        x = combine(x, weight, residual)
    return float(torch.autograd.grad(x, value)[0])


@function(
    "residual_attention.mask_sizes",
    Kind.MEASURED,
    example={"size": 56, "depth": 3},
    shows=(MaskBranch, AttentionModule),
)
def mask_sizes(size: Annotated[int, Between(1, 512)], depth: Annotated[int, Between(1, 6)]) -> Run:
    """Return the sizes of the maps in a mask branch of ``depth`` poolings, from its input down and back up.

    Measured while the branch runs, before and after each pooling and each interpolation.

    >>> mask_sizes(56, 3).value
    [56, 28, 14, 7, 14, 28, 56]
    """
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        branch, x = MaskBranch(4, depth).eval(), torch.empty(1, 4, size, size)
        seen: list[tuple[str, int]] = [("input", size)]
        for index, unit in enumerate(branch.down):
            unit.register_forward_hook(
                lambda _, __, out, n=index: seen.append((f"after pooling {n + 1}", out.shape[-1]))
            )
        for index, unit in enumerate(list(branch.up)[1:]):
            unit.register_forward_hook(
                lambda _, __, out, n=index: seen.append((f"after going up {n + 1}", out.shape[-1]))
            )
        seen.append(("mask", branch(x).shape[-1]))
    rows = [(name, sizes((side, side))) for name, side in seen]
    return Run([side for _, side in seen], lambda: [Table("Mask branch", ["place", "map"], rows)], "cpu")
