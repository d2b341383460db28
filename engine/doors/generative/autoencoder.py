"""``autoencoder.*``: the least error of a linear code, reached by training and known from the singular values."""

from typing import Annotated

import torch
from torch import Tensor

from engine.analysis.params import num_params as count_params
from engine.analysis.sizes import sizes
from engine.arguments import Between, Elements, Length
from engine.device import for_float64
from engine.errors import Refused
from engine.evidence import Blocks, Curve, Heatmap, Run, Series, Table
from engine.generative.variational import principal_subspace as subspace
from engine.models.autoencoder import Autoencoder
from engine.registry import Kind, function

Data = Annotated[Tensor, Elements(1024, dims=2), Between(-1e6, 1e6)]
Code = Annotated[int, Between(1, 64)]
Widths = Annotated[tuple[Annotated[int, Between(1, 65_536)], ...], Length(2, 12)]
_ROUNDS = 400
_DATA = {"data": [[3, 0, 0], [0, 2, 0], [0, 0, 1]], "code_features": 2}


@function("autoencoder.least_error", Kind.MEASURED, example=_DATA, shows=(subspace.train_linear_autoencoder,))
def least_error(data: Data, code_features: Code) -> Run:
    """Return the sum of squared errors of a linear autoencoder without biases, trained to the end on rows of data.

    Two singular values that are nearly equal where the code cuts make training too slow; such data is refused.

    >>> round(least_error(torch.diag(torch.tensor([3.0, 2.0, 1.0]).double()), 2).value, 9)
    1.0
    """
    rows = _checked(data, code_features)
    start = torch.randn(code_features, rows.shape[1], generator=torch.Generator().manual_seed(0), dtype=rows.dtype)
    encoder, decoder = subspace.train_linear_autoencoder(rows, start.to(rows), _ROUNDS)
    found = subspace.reconstruction_error(rows, encoder, decoder)
    return Run(found.item(), lambda: _rebuilt(rows, encoder, decoder), str(rows.device))


@function("autoencoder.least_error_formula", Kind.CLOSED_FORM, example=_DATA, shows=(subspace.least_error,))
def least_error_formula(data: Data, code_features: Code) -> Run:
    """Return the same as the sum of the squared singular values that the code leaves out."""
    rows = _checked(data, code_features)
    singular: Tensor = torch.linalg.svdvals(rows)
    series = Series("singular value", list(range(1, len(singular) + 1)), singular.tolist())
    curve = Curve(f"The first {code_features} are kept", [series], "number")
    return Run(subspace.least_error(rows, code_features).item(), lambda: [curve], str(rows.device))


@function("autoencoder.num_params", Kind.MODULE, example={"widths": [784, 1000, 500, 250, 30]}, shows=(Autoencoder,))
def num_params(widths: Widths, bias: bool = True) -> Run:
    """Return the trainable parameters of an autoencoder of linear layers; ``widths`` run from input to code.

    The decoder has the same widths in reverse, and weights of its own.

    >>> num_params((784, 1000, 500, 250, 30)).value
    2837314
    """
    with torch.device("meta"):
        network = Autoencoder(widths, bias)
    rows = [(name, sizes(p.shape), p.numel()) for name, p in network.named_parameters()]
    table = Table("Parameters", ["name", "shape", "numbers"], rows)
    return Run(count_params(network), lambda: [table], device="meta")


def _checked(data: Tensor, code_features: int) -> Tensor:
    rows = data.to(for_float64())
    smaller = min(rows.shape)
    if code_features >= smaller:
        raise Refused(f"a code of {code_features} keeps all of {list(rows.shape)} data; choose at most {smaller - 1}")
    singular: Tensor = torch.linalg.svdvals(rows)
    kept, left_out = singular[code_features - 1].item(), singular[code_features].item()
    if kept < 1e-9 * singular[0].item():
        raise Refused(f"the data spans fewer than {code_features} directions, so a smaller code keeps all of it")
    if left_out > 0.95 * kept:
        raise Refused(f"singular values {kept:g} and {left_out:g} lie too close together for a cut between them")
    return rows


def _rebuilt(data: Tensor, encoder: Tensor, decoder: Tensor) -> Blocks:
    rebuilt = data @ encoder @ decoder
    titles = ("Data", "Rebuilt from the code")
    return [Heatmap(t, m[:32, :32].tolist(), "entry", "sample") for t, m in zip(titles, (data, rebuilt), strict=True)]
