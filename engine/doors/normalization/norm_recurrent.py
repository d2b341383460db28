"""``norm.rnn_*``: normalisation at every step of a recurrent network."""

from typing import Annotated

from engine.arguments import Between
from engine.evidence import Block, Curve, Run, Series
from engine.layers.layer_norm_rnn import Normalisation, NormalisedRNN
from engine.registry import Kind, function

Hidden = Annotated[int, Between(1, 1024)]
Steps = Annotated[int, Between(1, 256)]


@function(
    "norm.rnn_num_statistics",
    Kind.MODULE,
    example={"normalisation": "batch", "hidden_size": 64, "max_len": 20},
    shows=(NormalisedRNN,),
)
def num_statistics(normalisation: Normalisation, hidden_size: Hidden, max_len: Steps) -> Run:
    """Return how many means and variances a recurrent network keeps between calls, for sequences of ``max_len`` steps.

    Batch normalisation needs a mean and a variance of each unit for each step; layer normalisation keeps none.
    """

    def kept(steps: int) -> int:
        return NormalisedRNN(1, hidden_size, normalisation, steps).num_statistics()

    def evidence() -> list[Block]:
        steps = sorted({1, max(1, max_len // 2), max_len})
        series = Series(normalisation, steps, [kept(count) for count in steps])
        return [Curve("Numbers kept between calls", [series], "steps", "numbers")]

    return Run(kept(max_len), evidence, "cpu")
