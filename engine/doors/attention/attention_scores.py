"""``attention.*``: scores as numbers: of additive attention, of self-attention, and how far dot products spread."""

from typing import Annotated, Literal

import torch
from torch import Tensor, nn

from engine.analysis.sizes import sizes
from engine.arguments import Between, Elements
from engine.device import for_float64
from engine.errors import Refused
from engine.evidence import Curve, Heatmap, Run, Series, Table
from engine.layers.attention import scaled_dot_product_attention
from engine.layers.attention_additive import AdditiveAttention
from engine.layers.attention_multihead import MultiheadAttention
from engine.registry import Kind, function

Matrix = Annotated[Tensor, Elements(1024, 2), Between(-1e3, 1e3)]
Divisor = Literal["1", "sqrt(d)", "d"]
_ADDITIVE = {
    "query": [[1, 0]],
    "key": [[1, 2, 0], [0, 0, 1]],
    "W_q": [[1, 0], [0, 1]],
    "W_k": [[1, 0, 0], [0, 1, 0]],
    "w_v": [[1, 1]],
}
_MOST_SIGNS = 14


@function("attention.additive_scores", Kind.MODULE, example=_ADDITIVE, shows=(AdditiveAttention,))
def additive_scores(query: Matrix, key: Matrix, W_q: Matrix, W_k: Matrix, w_v: Matrix) -> Run:  # noqa: N803
    """Return w_v·tanh(W_q·q + W_k·k) for each query and key, by a layer with these weights.

    W_q is (h, query width), W_k is (h, key width) and w_v is (1, h).

    >>> one = torch.ones(1, 1, dtype=torch.float64)
    >>> round(additive_scores(one, one, one, one, one).value[0][0], 6)  # tanh 2
    0.964028
    """
    layer = _additive(query, key, W_q, W_k, w_v)
    place = for_float64()
    scores = layer.to(place).scores(query[None].to(place), key[None].to(place))[0].detach()
    pairs = (1, len(query), len(key), len(W_q))
    chain = [
        ("W_q·q, an axis put in for the keys", sizes((1, len(query), 1, len(W_q)))),
        ("W_k·k, an axis put in for the queries", sizes((1, 1, len(key), len(W_q)))),
        ("their sum, broadcast, and its tanh", sizes(pairs)),
        ("scores: w_v·tanh", sizes(pairs[:-1])),
    ]
    shown = [Table("Shapes", ["step", "shape"], chain), Heatmap("scores", scores.tolist(), "key", "query")]
    return Run(scores.tolist(), lambda: shown, str(place))


def _additive(query: Tensor, key: Tensor, *weights: Tensor) -> AdditiveAttention:
    hidden, query_size, key_size = len(weights[0]), query.shape[1], key.shape[1]
    with torch.random.fork_rng(devices=[]):  # torch draws first weights, which are replaced below
        layer = AdditiveAttention(query_size, key_size, hidden).double()
    for name, given in zip(("W_q", "W_k", "w_v"), weights, strict=True):
        own = layer.get_submodule(name).weight
        assert isinstance(own, nn.Parameter)
        if own.shape != given.shape:
            raise Refused(f"'{name}' must be {sizes(own.shape)} here, not {sizes(given.shape)}")
        own.data = given
    return layer


@function(
    "attention.self_weights",
    Kind.MODULE,
    example={"tokens": [[1, 0], [0, 1], [1, 1]]},
    shows=(MultiheadAttention, scaled_dot_product_attention),
)
def self_weights(tokens: Annotated[Tensor, Elements(1024, 2), Between(-1e3, 1e3)]) -> Run:
    """Return how much each token looks at each other: one head of ``nn.MultiheadAttention`` with identity matrices.

    Query, key and value are the same tokens, a row each; scores are q·k/√width.

    >>> self_weights(torch.zeros(2, 3, dtype=torch.float64)).value
    [[0.5, 0.5], [0.5, 0.5]]
    """
    width = tokens.shape[1]
    if width > 64:
        raise Refused(f"tokens of at most 64 numbers are run, not {width}")
    tokens = tokens.to(for_float64())
    with torch.random.fork_rng(devices=[]):
        layer = nn.MultiheadAttention(width, num_heads=1, bias=False, batch_first=True).to(tokens)
    assert layer.in_proj_weight is not None
    layer.in_proj_weight.data = torch.eye(width).to(tokens).repeat(3, 1)
    found = layer(tokens[None], tokens[None], tokens[None])[1][0].detach()
    rows = [("tokens", sizes(tokens.shape)), ("scores and weights", sizes(found.shape))]
    rows.append(("multiply-adds of the two products", str(2 * len(tokens) ** 2 * width)))
    shown = [Table("Cost", ["what", "size"], rows), Heatmap("weights", found.tolist(), "key", "query")]
    return Run(found.tolist(), lambda: shown, str(tokens.device))


@function("attention.score_variance", Kind.MEASURED, example={"embed_dim": 8}, shows=(scaled_dot_product_attention,))
def score_variance(embed_dim: Annotated[int, Between(1, _MOST_SIGNS)], divide_by: Divisor = "1") -> Run:
    """Return the variance of q·k, divided by this, over *all* keys of ±1 (mean 0, variance 1), for q = (1, …, 1).

    All 2^d keys are tried, so nothing is left to chance; d is embed_dim.

    >>> score_variance(9).value, round(score_variance(9, divide_by="sqrt(d)").value, 9)
    (9.0, 1.0)
    """

    def evidence() -> list[Curve]:
        widths = list(range(1, embed_dim + 1))
        series = [Series(f"q·k / {name}", widths, [_variance(d, name) for d in widths]) for name in _DIVISORS]
        return [Curve("Variance of the scores by width", series, "d", "variance")]

    return Run(_variance(embed_dim, divide_by), evidence, str(for_float64()))


_DIVISORS: tuple[Divisor, ...] = ("1", "sqrt(d)", "d")


def _variance(d: int, divide_by: Divisor) -> float:
    place = for_float64()
    keys = torch.cartesian_prod(*[torch.tensor([-1.0, 1.0], dtype=torch.float64)] * d).reshape(-1, d).to(place)
    scores = keys @ torch.ones(d, dtype=torch.float64, device=place)
    return float(scores.div({"1": 1.0, "sqrt(d)": d**0.5, "d": float(d)}[divide_by]).var(correction=0))
