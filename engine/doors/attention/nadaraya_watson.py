"""``nadaraya_watson.*``: kernel regression as attention, and the snippet that forgets the square."""

from collections.abc import Sequence
from typing import Annotated, Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.arguments import Between, Length
from engine.attention import nadaraya_watson as regression
from engine.device import for_float64
from engine.errors import Refused
from engine.evidence import Curve, Heatmap, Run, Series
from engine.layers.attention import Attended
from engine.registry import Kind, function

Numbers = Annotated[Sequence[Annotated[float, Between(-100, 100)]], Length(1, 64)]
Kernel = Literal["gaussian", "boxcar", "epanechnikov", "constant"]
Bandwidth = Annotated[float, Between(0.1, 100)]
_DATA = {"queries": [1, 2], "keys": [0, 1, 2, 3], "values": [0, 10, 20, 30]}


@function("nadaraya_watson.output", Kind.CLOSED_FORM, example=_DATA, shows=(regression.nadaraya_watson,))
def output(
    queries: Numbers, keys: Numbers, values: Numbers, kernel: Kernel = "gaussian", bandwidth: Bandwidth = 1.0
) -> Run:
    """Return for each query Σ K(u)·y / Σ K(u), where u is its distance to a key divided by the bandwidth.

    >>> output([1.0], keys=[0, 1, 2], values=[0, 10, 20]).value
    [10.0]
    """
    x, key, value = _tensors(queries, keys, values)
    found = regression.nadaraya_watson(x, key, value, kernel, bandwidth)
    if bool(found.output.isnan().any()):
        raise Refused(f"a query has no key within the reach of a {kernel} kernel of bandwidth {bandwidth:g}: 0/0")

    def curve() -> list[Curve | Heatmap]:
        line = torch.linspace(min(keys), max(keys), 101).to(x)
        fitted = regression.nadaraya_watson(line, key, value, kernel, bandwidth).output
        series = [Series("fit", line.tolist(), fitted.tolist()), Series("data", key.tolist(), value.tolist())]
        return [Curve("Kernel regression", series, "x", "y"), _weights_map(found)]

    return Run(found.output.tolist(), curve, str(x.device))


@function("nadaraya_watson.weights", Kind.MODULE, example=_DATA, shows=(regression.gaussian_as_softmax,))
def weights(queries: Numbers, keys: Numbers, values: Numbers | None = None, bandwidth: Bandwidth = 1.0) -> Run:
    """Return the weights of the Gaussian kernel, a row for each query: torch's softmax of -(x - key)²/(2·bandwidth²).

    >>> [round(weight, 4) for weight in weights([0.0], keys=[0, 1]).value[0]]
    [0.6225, 0.3775]
    """
    x, key, _ = _tensors(queries, keys, values or keys)
    found = F.softmax(-(((x[:, None] - key) / bandwidth) ** 2) / 2, dim=-1)
    return Run(found.tolist(), lambda: [_weights_map(Attended(x, found))], str(x.device))


@function("nadaraya_watson.snippet_weights", Kind.MODULE, example=_DATA, shows=(regression.snippet,))
def snippet_weights(queries: Numbers, keys: Numbers, values: Numbers | None = None) -> Run:
    """Return the weights of the code without the square, softmax of x - key: no kernel, and the same for all queries.

    >>> [[round(weight, 4) for weight in row] for row in snippet_weights([0.0, 9.0], keys=[1, 2, 3]).value]
    [[0.6652, 0.2447, 0.09], [0.6652, 0.2447, 0.09]]
    """
    x, key, value = _tensors(queries, keys, values or keys)
    found = regression.snippet(x, key, value)
    return Run(found.weights.tolist(), lambda: [_weights_map(found)], str(x.device))


def _tensors(queries: Sequence[float], keys: Sequence[float], values: Sequence[float]) -> tuple[Tensor, Tensor, Tensor]:
    if len(keys) != len(values):
        raise Refused(f"every key needs one value: there are {len(keys)} keys and {len(values)} values")
    x, key, value = (
        torch.tensor(given, dtype=torch.float64, device=for_float64()) for given in (queries, keys, values)
    )
    return x, key, value


def _weights_map(found: Attended) -> Heatmap:
    return Heatmap("weights", found.weights.tolist(), "key", "query")
