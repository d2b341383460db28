"""``attention.*``: a mean of all values or one that is drawn; what a task looks for, and what stands out by itself."""

from collections.abc import Sequence
from typing import Annotated, Literal

import torch
from torch import Tensor

from engine.arguments import Between, Elements, Length
from engine.attention.hard_attention import expected, hard, soft
from engine.attention.saliency import focus, saliency
from engine.device import for_float64
from engine.errors import Refused
from engine.evidence import Heatmap, Run, Table
from engine.registry import Kind, function

Number = Annotated[float, Between(-1e3, 1e3)]
Row = Annotated[Sequence[Number], Length(1, 64)]
After = Literal["identity", "square", "relu"]
_AFTER = {"identity": lambda v: v, "square": torch.square, "relu": torch.relu}
_CHOICE = {"scores": [1, 2, 3], "values": [10, 20, 30]}


@function("attention.soft_output", Kind.MODULE, example=_CHOICE, shows=(soft,))
def soft_output(scores: Row, values: Row, after: After = "identity") -> Run:
    """Return f(Σ α·v): what soft attention gives, the mean of the values, after a function f.

    >>> soft_output([0, 0], [1, -1], after="square").value
    0.0
    """
    weights, value = _weights(scores, values)
    mixed = float(_AFTER[after](weights @ value))
    return Run(mixed, lambda: [_outcomes(weights, value, after)], str(value.device))


@function("attention.expected_hard_output", Kind.MEASURED, example=_CHOICE, shows=(hard, expected))
def expected_hard_output(scores: Row, values: Row, after: After = "identity") -> Run:
    """Return the mean of f(v) over all draws of hard attention, each value tried and counted by its probability.

    >>> expected_hard_output([0, 0], [1, -1], after="square").value
    1.0
    """
    weights, value = _weights(scores, values)
    outcomes = [float(_AFTER[after](one)) for one in value]
    mean = sum(float(weight) * outcome for weight, outcome in zip(weights, outcomes, strict=True))
    return Run(mean, lambda: [_outcomes(weights, value, after)], str(value.device))


@function(
    "attention.hard_counts", Kind.MEASURED, example={"scores": [1, 2, 3], "draws": 1000, "seed": 0}, shows=(hard,)
)
def hard_counts(
    scores: Row, draws: Annotated[int, Between(1, 2000)] = 1000, seed: Annotated[int, Between(0, 10**6)] = 0
) -> Run:
    """Return how often hard attention drew each place in ``draws`` draws with this seed.

    >>> hard_counts([0, -1000], draws=50).value
    [50, 0]
    """
    generator = torch.Generator().manual_seed(seed)
    given = torch.tensor(scores, dtype=torch.float64)
    places = torch.arange(len(scores))[:, None]
    drawn = [int(hard(given, places, generator)) for _ in range(draws)]
    counts = [drawn.count(place) for place in range(len(scores))]
    rows = [
        (place, float(weight), count / draws)
        for place, weight, count in zip(range(len(scores)), given.softmax(-1), counts, strict=True)
    ]
    return Run(counts, lambda: [Table(f"{draws} draws", ["place", "probability", "share of draws"], rows)], "cpu")


@function(
    "attention.selected_place",
    Kind.MEASURED,
    example={"features": [[9, 0], [0, 3]], "query": [0, 1]},
    shows=(focus, saliency),
)
def selected_place(features: Annotated[Tensor, Elements(1024, 2), Between(-1e3, 1e3)], query: Row | None = None) -> Run:
    """Return the place (from 0) that wins: for a task's ``query`` the best match, without one the strongest feature.

    >>> features = torch.tensor([[9.0, 0.0], [0.0, 3.0]], dtype=torch.float64)
    >>> selected_place(features, query=[0, 1]).value, selected_place(features).value
    (1, 0)
    """
    features = features.to(for_float64())
    if query is not None and len(query) != features.shape[1]:
        raise Refused(f"'query' needs {features.shape[1]} numbers, one for each feature, not {len(query)}")
    weights = {"stands out": saliency(features)}
    if query is not None:
        weights = {"matches the task": focus(features.new_tensor(query), features)} | weights
    chosen = next(iter(weights.values()))
    if int((chosen == chosen.max()).sum()) > 1:
        raise Refused("two places win together here; make one of them stronger")
    shown = [Heatmap(name, [row.tolist()], "place", "") for name, row in weights.items()]
    return Run(int(chosen.argmax()), lambda: shown, str(features.device))


def _weights(scores: Sequence[float], values: Sequence[float]) -> tuple[Tensor, Tensor]:
    if len(scores) != len(values):
        raise Refused(f"every score needs one value: there are {len(scores)} scores and {len(values)} values")
    given = torch.tensor([scores, values], dtype=torch.float64, device=for_float64())
    return given[0].softmax(-1), given[1]


def _outcomes(weights: Tensor, value: Tensor, after: After) -> Table:
    made = _AFTER[after](value)
    columns = ["probability", "value", f"{after} of it", "probability times that"]
    rows = list(zip(weights.tolist(), value.tolist(), made.tolist(), (weights * made).tolist(), strict=True))
    return Table("What can be drawn", columns, rows)
