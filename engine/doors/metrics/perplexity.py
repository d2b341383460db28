"""``perplexity.*``: of a language model on the tokens that really came, in float64."""

from collections.abc import Sequence
from typing import Annotated

import torch
from torch import Tensor, nn

from engine.arguments import Between, Length
from engine.device import current
from engine.doors._classes import Logits, Targets, checked
from engine.evidence import Blocks, Curve, Run, Series, Table
from engine.metrics.perplexity import perplexity, perplexity_of_probabilities
from engine.registry import Kind, function

Probabilities = Annotated[Sequence[Annotated[float, Between(0, 1)]], Length(1, 256)]


@function(
    "perplexity.of_logits",
    Kind.MODULE,
    example={"logits": [[2, 0, 0], [0, 1, 0]], "targets": [0, 2]},
    shows=(perplexity,),
)
def of_logits(logits: Logits, targets: Targets) -> Run:
    """Return exp of what ``nn.CrossEntropyLoss`` gives: the mean surprise of the true tokens, in nats.

    >>> round(of_logits(torch.zeros(3, 8, dtype=torch.float64), [0, 5, 7]).value, 9)
    8.0
    """
    scores, true = checked(logits, targets)
    loss: Tensor = nn.CrossEntropyLoss()(scores, true)
    chosen = scores.softmax(-1).gather(-1, true[:, None]).flatten().tolist()
    return Run(float(loss.exp()), lambda: _evidence(chosen))


@function(
    "perplexity.of_probabilities",
    Kind.MODULE,
    example={"probabilities": [0.5, 0.25, 0.125]},
    shows=(perplexity_of_probabilities,),
)
def of_probabilities(probabilities: Probabilities) -> Run:
    """Return exp of what ``nn.NLLLoss`` gives for the probabilities that a model gave to the true tokens.

    >>> round(of_probabilities([0.5, 0.125]).value, 9)
    4.0
    """
    log_probs = torch.tensor(probabilities, dtype=torch.float64, device=current()).log()
    true = torch.zeros(len(probabilities), dtype=torch.long, device=current())
    loss: Tensor = nn.NLLLoss()(log_probs[:, None], true)
    return Run(float(loss.exp()), lambda: _evidence(probabilities))


def _evidence(probabilities: Sequence[float]) -> Blocks:
    """Return the surprise of each token, and the perplexity of the text so far."""
    chosen = torch.tensor(probabilities, dtype=torch.float64)
    surprise = chosen.log().neg().tolist()
    rows = [(place, p, s) for place, (p, s) in enumerate(zip(probabilities, surprise, strict=True), start=1)]
    so_far = [float(perplexity_of_probabilities(chosen[:end])) for end in range(1, len(rows) + 1)]
    places = [row[0] for row in rows]
    return [
        Table("The true tokens", ["token", "its probability", "its surprise in nats"], rows[:64]),
        Curve("Perplexity of the text so far", [Series("perplexity", places, so_far)], "token", "perplexity"),
    ]
