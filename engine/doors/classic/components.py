"""``pca.*``, ``sparse_code.*`` and ``ica.*``: simpler codes for data."""

from typing import Annotated

import torch
from torch import Tensor

from engine.arguments import Between
from engine.classic.representation.ica import fast_ica, kurtosis
from engine.classic.representation.pca import PCA, pca
from engine.classic.representation.sparse_codes import sparse_codes
from engine.device import for_float64
from engine.doors.regularization._arguments import Index, Lam, Matrix, Vector, entry, samples
from engine.errors import Refused
from engine.evidence import Block, Curve, Heatmap, Run, Series, Table
from engine.registry import Kind, function

_POINTS = {"x": [[2, 1], [-2, -1], [1, -1], [-1, 1]]}


@function("pca.variance", Kind.MEASURED, example={**_POINTS, "component": 0}, shows=(pca, PCA))
def variance(x: Matrix, component: Index = 0, ratio: bool = False) -> Run:
    """Return the variance along a principal axis, divided by n - 1, or with ``ratio`` its share of the whole."""
    fitted = _pca(x)
    return Run(entry(fitted.ratio if ratio else fitted.variance, component, "component"), lambda: _shown(fitted, x))


@function("pca.variance_by_covariance", Kind.LIBRARY, example={**_POINTS, "component": 0})
def variance_by_covariance(x: Matrix, component: Index = 0, ratio: bool = False) -> Run:
    """Return the same as an eigenvalue of ``torch.cov``, the largest first, by ``torch.linalg.eigvalsh``."""
    _pca(x)
    x, _ = samples(x, x[:, 0])
    values = torch.linalg.eigvalsh(torch.cov(x.T).reshape(x.shape[1], -1)).flip(0).clamp(min=0)
    values = values[: min(x.shape)]
    return Run(entry(values / values.sum() if ratio else values, component, "component"))


@function("pca.axis", Kind.MEASURED, example={**_POINTS, "component": 0}, shows=(pca, PCA))
def axis(x: Matrix, component: Index = 0, feature: Index = 0) -> Run:
    """Return an entry of a principal axis of length 1; its sign makes the entry that is largest in size positive."""
    fitted = _pca(x)
    entry(fitted.variance, component, "component")
    return Run(entry(fitted.axes[component], feature, "feature"), lambda: _shown(fitted, x))


@function("pca.lost", Kind.MEASURED, example={**_POINTS, "k": 1}, shows=(pca, PCA))
def lost(x: Matrix, k: Annotated[int, Between(1, 16)]) -> Run:
    """Return Σ ‖x - restored‖² after keeping ``k`` components: the least that any projection on k dimensions loses."""
    fitted = _pca(x)
    if k > len(fitted.variance):
        raise Refused(f"'k' is {k}, and there are {len(fitted.variance)} components")
    x, _ = samples(x, x[:, 0])
    kept = pca(x, k)
    return Run(float((x - kept.restore(kept.scores(x))).square().sum()), lambda: _shown(fitted, x))


@function(
    "sparse_code.entry",
    Kind.MEASURED,
    example={"dictionary": [[1, 0, 1], [0, 1, 1]], "x": [3, 0.5], "lam": 1, "atom": 0},
    shows=(sparse_codes,),
)
def sparse_code(dictionary: Matrix, x: Vector, lam: Lam, atom: Index) -> Run:
    """Return an entry of the code c that minimises ½‖D·c - x‖² + λ·Σ abs(c), after 1000 steps of ISTA."""
    codes = _codes(dictionary, x, lam)
    return Run(entry(codes[0], atom, "atom"), lambda: [Heatmap("The code", codes.tolist(), "atom", "")])


@function(
    "sparse_code.num_used",
    Kind.MEASURED,
    example={"dictionary": [[1, 0, 1], [0, 1, 1]], "x": [3, 0.5], "lam": 1},
    shows=(sparse_codes,),
)
def sparse_code_num_used(dictionary: Matrix, x: Vector, lam: Lam) -> Run:
    """Return how many entries of that code are not exactly 0."""
    codes = _codes(dictionary, x, lam)
    return Run(int((codes != 0).sum()), lambda: [Heatmap("The code", codes.tolist(), "atom", "")])


@function("ica.correlation", Kind.MEASURED, example={"mixing": [[1, 0.5], [0.3, 1]]}, shows=(fast_ica, kurtosis))
def ica_correlation(mixing: Matrix, source: Annotated[int, Between(0, 1)] = 0) -> Run:
    """Return the size of the correlation of a source, a square wave (0) or a sawtooth (1), with what FastICA finds.

    Row i of ``mixing`` (2×2) makes mixture i of both. Order and sign are free, so the best match counts.
    """
    if mixing.shape != (2, 2):
        raise Refused(f"'mixing' mixes two sources into two mixtures, so it is 2×2 and not {list(mixing.shape)}")
    mixing = mixing.to(for_float64())
    if abs(float(torch.linalg.det(mixing))) < 1e-6 * float(mixing.square().sum()):
        raise Refused("the rows of 'mixing' are nearly multiples of one another: nothing can unmix what they give")
    time = torch.arange(400, dtype=torch.float64, device=mixing.device)
    sources = torch.stack([(time % 40 < 20) * 2.0 - 1, (time % 25) / 12.5 - 1], 1)
    mixtures = sources @ mixing.T
    found = fast_ica(mixtures)
    both = torch.corrcoef(torch.cat([sources, found], 1).T)[:2, 2:].abs()

    def evidence() -> list[Block]:
        shown = {"Sources": sources, "Mixtures": mixtures, "Unmixed": found}
        places = time[:100].tolist()
        return [
            Curve(name, [Series(str(i), places, values[:100, i].tolist()) for i in range(2)], "time", "")
            for name, values in shown.items()
        ]

    return Run(float(both[source].max()), evidence)


def _pca(x: Tensor) -> PCA:
    x, _ = samples(x, x[:, 0])
    if len(x) < 2 or bool((x == x[0]).all()):
        raise Refused("principal components need at least two samples that differ")
    return pca(x, min(x.shape))


def _codes(dictionary: Tensor, x: Tensor, lam: float) -> Tensor:
    if len(dictionary) != len(x) or not bool(dictionary.any()):
        raise Refused("'dictionary' needs a row for each entry of 'x', and an entry that is not 0")
    return sparse_codes(dictionary.to(for_float64()), x.to(for_float64())[None], lam)


def _shown(fitted: PCA, x: Tensor) -> list[Block]:
    rows = [
        (i, float(v), float(r), str([round(a, 4) for a in axis]))
        for i, (v, r, axis) in enumerate(zip(fitted.variance, fitted.ratio, fitted.axes.tolist(), strict=True))
    ]
    blocks: list[Block] = [Table("Components", ["component", "variance", "share", "axis"], rows)]
    if x.shape[1] == 2:
        ends = [
            fitted.mean + sign * 2 * v.sqrt() * a
            for v, a in zip(fitted.variance, fitted.axes, strict=True)
            for sign in (-1, 1)
        ]
        lines = [
            Series(
                f"axis {i}", [float(ends[2 * i + j][0]) for j in (0, 1)], [float(ends[2 * i + j][1]) for j in (0, 1)]
            )
            for i in range(len(fitted.axes))
        ]
        blocks.append(Curve("Data and axes", [Series("data", x[:, 0].tolist(), x[:, 1].tolist()), *lines]))
    return blocks
