"""``preprocessing.*``: covariance and conditioning of several features before and after scaling, in float64."""

from typing import Annotated

from torch import Tensor

from engine.arguments import Between, Elements
from engine.device import for_float64
from engine.errors import Refused
from engine.evidence import Block, Heatmap, Run, Table
from engine.preprocessing.scaled import Scaling, scaled
from engine.preprocessing.standardise import standardisation
from engine.preprocessing.whitening import condition_number, covariance, whitening
from engine.registry import Kind, function

Data = Annotated[Tensor, Elements(1024, 2), Between(-1e6, 1e6)]
Eps = Annotated[float, Between(0, 1e6)]
Feature = Annotated[int, Between(0, 15)]
_X = {"x": [[4, 3], [-4, -3], [1, -1], [-1, 1]]}


@function("preprocessing.covariance", Kind.MEASURED, example={**_X, "scaling": "pca"}, shows=(covariance, whitening))
def covariance_after(x: Data, scaling: Scaling = "pca", row: Feature = 0, column: Feature = 0, eps: Eps = 0.0) -> Run:
    """Return an entry of the covariance matrix (divided by n) after scaling; whitened data have the identity.

    "pca" and "zca" whiten, with ``eps`` added to each variance; standardising leaves correlations as they were.
    """
    x = _checked(x)
    if max(row, column) >= x.shape[1]:
        raise Refused(f"there are {x.shape[1]} features, numbered from 0, and no entry ({row}, {column})")
    after = covariance(scaled(x, scaling, eps))
    return Run(float(after[row, column]), lambda: _covariances(x, eps))


@function(
    "preprocessing.condition_number",
    Kind.MEASURED,
    example={**_X, "scaling": "standardise"},
    shows=(condition_number, standardisation),
)
def conditioning(x: Data, scaling: Scaling = "none", eps: Eps = 0.0) -> Run:
    """Return the condition number of XᵀX after scaling: how much steeper a squared loss is one way than another.

    Gradient descent needs a number of steps that grows with it.
    """
    x = _checked(x)
    value = float(condition_number(scaled(x, scaling, eps)))
    if value > 1e15:
        raise Refused("the scaled features are dependent, so that XᵀX has no inverse and no condition number")
    names: tuple[Scaling, ...] = ("none", "centre", "standardise", "min_max")
    rows = [(name, float(condition_number(scaled(x, name)))) for name in names]
    return Run(value, lambda: [Table("Condition number of XᵀX", ["scaling", "condition number"], rows)])


def _checked(x: Tensor) -> Tensor:
    if x.shape[1] > 16 or len(x) < 2:
        raise Refused(f"this needs at least 2 rows and at most 16 columns, not {len(x)} rows and {x.shape[1]} columns")
    return x.to(for_float64())


def _covariances(x: Tensor, eps: float) -> list[Block]:
    names: tuple[Scaling, ...] = ("none", "standardise", "pca", "zca")
    blocks: list[Block] = []
    for name in names:
        try:
            matrix = covariance(scaled(x, name, eps)).tolist()
        except Refused:
            continue  # data that do not vary along some axis cannot be whitened without eps
        blocks.append(Heatmap(f"Covariance after: {name}", matrix, "feature", "feature"))
    return blocks
