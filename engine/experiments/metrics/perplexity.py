"""What perplexity says of a model: its fixed points, its base, and what it does not bound."""

import math
from typing import Annotated, Literal

import torch
from torch import Tensor
from torch.nn import functional

from engine.arguments import Between
from engine.device import current
from engine.evidence import Run
from engine.experiments._settle import Holds, Thresholds, randn, settle
from engine.metrics.perplexity import cross_entropy, perplexity
from engine.registry import Kind, function

Confidence = Annotated[float, Between(0, 100)]
_TOKENS = 16


@function("perplexity.of_guess_is", Kind.MEASURED, example={"guess": "uniform"}, shows=(perplexity,))
def of_guess_is(
    guess: Literal["uniform", "always right"] = "uniform",
    value: Literal["1", "vocabulary size", "log of vocabulary size"] = "vocabulary size",
) -> Run:
    """Say whether a model that guesses so has this perplexity, over vocabularies of 3 to 50 tokens."""
    return settle(
        "Perplexity of the guess, less the value claimed",
        Holds.IF_EQUAL,
        _apart,
        {"guess": guess, "value": value},
        [{"guess": "uniform", "value": "vocabulary size"}, {"guess": "always right", "value": "vocabulary size"}],
    )


def _apart(generator: torch.Generator, guess: str, value: str) -> Tensor:
    vocabulary = int(torch.randint(3, 51, (), generator=generator))
    targets = torch.randint(vocabulary, (_TOKENS,), generator=generator)
    logits = randn(generator, _TOKENS, 1).expand(-1, vocabulary).clone()  # equal ones, whatever their height
    if guess == "always right":
        logits[torch.arange(_TOKENS), targets] += 100
    claimed = {"1": 1.0, "vocabulary size": vocabulary, "log of vocabulary size": math.log(vocabulary)}[value]
    return perplexity(logits, targets.to(logits.device)) - claimed


@function("perplexity.exceeds_vocabulary", Kind.MEASURED, example={"right": 0.5, "confidence": 10}, shows=(perplexity,))
def exceeds_vocabulary(right: Annotated[float, Between(0, 1)] = 0.5, confidence: Confidence = 10) -> Run:
    """Say whether a model can be worse than a uniform guess over 8 tokens that is right this often (of 16 tokens).

    Its choice has a logit of ``confidence``, all others 0.
    """
    return settle(
        "By how much the perplexity exceeds 8, the vocabulary",
        Holds.IF_DIFFERENT,
        _excess,
        {"right": right, "confidence": confidence},
        [{"right": right, "confidence": 0.5}, {"right": 1.0, "confidence": confidence}],
    )


def _excess(generator: torch.Generator, right: float, confidence: float) -> Tensor:
    targets = torch.randint(8, (_TOKENS,), generator=generator)
    wrong = torch.arange(_TOKENS) >= round(right * _TOKENS)
    logits = confidence * functional.one_hot((targets + wrong) % 8, 8).double().to(current())
    return (perplexity(logits, targets.to(current())) - 8).clamp(min=0)


@function(
    "perplexity.is_power_of_entropy", Kind.MEASURED, example={"base": "2", "unit": "bits"}, shows=(cross_entropy,)
)
def is_power_of_entropy(base: Literal["e", "2"] = "e", unit: Literal["nats", "bits"] = "nats") -> Run:
    """Say whether perplexity is this base to the power of the mean cross entropy in this unit."""
    return settle(
        "base ^ cross entropy, less one over the geometric mean of the true tokens' probabilities",
        Holds.IF_EQUAL,
        _power_apart,
        {"base": base, "unit": unit},
        [{"base": "e", "unit": "bits"}, {"base": "2", "unit": "bits"}],
    )


def _power_apart(generator: torch.Generator, base: str, unit: str) -> Tensor:
    logits, targets, probabilities = _random_text(generator)
    entropy = cross_entropy(logits, targets, "e" if unit == "nats" else "2")
    return (math.e if base == "e" else 2.0) ** entropy - probabilities.prod() ** (-1 / _TOKENS)


@function("perplexity.is_inverse_mean", Kind.MEASURED, example={"mean": "geometric"}, shows=(perplexity,))
def is_inverse_mean(mean: Literal["geometric", "arithmetic"] = "geometric") -> Run:
    """Say whether perplexity is one over this mean of the true tokens' probabilities."""
    return settle(
        "Perplexity less one over the mean",
        Holds.IF_EQUAL,
        _inverse_apart,
        {"mean": mean},
        [{"mean": "arithmetic"}, {"mean": "geometric"}],
    )


def _inverse_apart(generator: torch.Generator, mean: str) -> Tensor:
    logits, targets, probabilities = _random_text(generator)
    value = probabilities.prod() ** (1 / _TOKENS) if mean == "geometric" else probabilities.mean()
    return perplexity(logits, targets) - 1 / value


@function("perplexity.bounded_by_vocabulary", Kind.MEASURED, example={"confidence": 50}, shows=(perplexity,))
def bounded_by_vocabulary(confidence: Confidence = 50) -> Run:
    """Say whether the perplexity of a model that is always wrong with this confidence stays under 1000 times its
    vocabulary of 8.
    """
    return settle(
        "Perplexity over 8000, where it is more than 1",
        Holds.IF_EQUAL,
        lambda generator, confidence: (_excess(generator, 0.0, confidence) / 8000 - 1).clamp(min=0),
        {"confidence": confidence},
        [{"confidence": 1.0}, {"confidence": 50.0}],
        Thresholds(none=0, some=1e-3),
    )


def _random_text(generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
    """Return logits of 16 tokens over a vocabulary of 8, the true tokens, and their probabilities."""
    logits = 2 * randn(generator, _TOKENS, 8)
    targets = torch.randint(8, (_TOKENS,), generator=generator).to(logits.device)
    return logits, targets, logits.softmax(1)[torch.arange(_TOKENS), targets]
