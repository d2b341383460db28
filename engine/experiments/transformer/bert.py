"""What makes BERT: it reads from both sides, guesses hidden tokens, and is trained whole for a new task."""

from typing import Annotated, Literal

import torch
from torch import Tensor

from engine.arguments import Between
from engine.device import current
from engine.evidence import Run
from engine.experiments._settle import Holds, Thresholds, randn, settle
from engine.experiments.transformer._networks import VOCABULARY, fill, random_bert, tokens, with_another
from engine.layers.masks import causal_mask
from engine.models.bert import Bert
from engine.models.bert_classifier import BertClassifier
from engine.models.bert_pretraining import masked_lm_loss
from engine.registry import Kind, function
from engine.text.masked_tokens import mask_tokens
from engine.text.sentence_pairs import next_sentence_pairs

_LENGTH = 6
Share = Annotated[float, Between(0, 1)]


@function("bert.sees_both_sides", Kind.MEASURED, example={"mask": "none"}, shows=(Bert,))
def sees_both_sides(mask: Literal["none", "causal"] = "none") -> Run:
    """Say whether another last token changes the first token's output: BERT has no causal mask."""
    return settle(
        "First output with another last token, less first output",
        Holds.IF_DIFFERENT,
        _effect_of_last,
        {"mask": mask},
        [{"mask": "none"}, {"mask": "causal"}],
    )


def _effect_of_last(generator: torch.Generator, mask: str) -> Tensor:
    bert, ids = random_bert(generator), tokens(generator, _LENGTH)
    seen = causal_mask(_LENGTH, current()) if mask == "causal" else None
    segments = torch.zeros_like(ids)
    first, second = (
        bert.encoder(bert.embeddings(one, segments), seen).output[:, 0] for one in (ids, with_another(ids, _LENGTH - 1))
    )
    difference: Tensor = second - first
    return difference


@function("bert.loss_depends_on", Kind.MEASURED, example={"positions": "chosen"}, shows=(masked_lm_loss,))
def loss_depends_on(
    positions: Literal["chosen", "others"] = "chosen", loss: Literal["masked", "all tokens"] = "masked"
) -> Run:
    """Say whether a loss has a gradient at the logits of the chosen positions, or of the others.

    ``masked`` is BERT's, over the chosen tokens; ``all tokens`` is a mean over every position.
    """
    return settle(
        "Gradient at the logits of these positions",
        Holds.IF_DIFFERENT,
        _gradient_at,
        {"positions": positions, "loss": loss},
        [{"positions": where, "loss": what} for what in ("masked", "all tokens") for where in ("chosen", "others")],
    )


def _gradient_at(generator: torch.Generator, positions: str, loss: str) -> Tensor:
    logits = randn(generator, 1, _LENGTH, VOCABULARY).requires_grad_()
    ids, chosen = tokens(generator, _LENGTH), torch.zeros(1, _LENGTH, dtype=torch.bool, device=current())
    chosen[0, torch.randperm(_LENGTH, generator=generator)[:2]] = True
    value = masked_lm_loss(logits, ids, chosen if loss == "masked" else torch.ones_like(chosen))
    (gradient,) = torch.autograd.grad(value, logits)
    return gradient[chosen if positions == "chosen" else ~chosen]


@function("bert.share_is", Kind.MEASURED, example={"action": "random", "share": 0.015}, shows=(mask_tokens,))
def share_is(
    action: Literal["chosen", "masked", "random", "kept"], share: Share, of: Literal["all", "chosen"] = "all"
) -> Run:
    """Say whether this share of all ordinary tokens, or of the chosen, is chosen, hidden, replaced, or kept.

    50,000 tokens a seed; within a tenth of the share counts as equal, beyond a third as different.
    """
    return settle(
        "Measured share less the share claimed, over the share claimed",
        Holds.IF_EQUAL,
        _share_error,
        {"action": action, "share": share, "of": of},
        [{"action": "random", "share": 0.1, "of": whole} for whole in ("chosen", "all")],
        Thresholds(none=0.1, some=0.33),
    )


def _share_error(generator: torch.Generator, action: str, share: float, of: str) -> Tensor:
    shown = mask_tokens(torch.zeros(50_000, dtype=torch.long), generator, 1, 1000)
    number = {"masked": 1, "random": 2, "kept": 3}
    happened = shown.chosen if action == "chosen" else shown.action == number[action]
    among = happened[shown.chosen] if of == "chosen" else happened
    return (among.double().mean() - share) / max(share, 1e-3)


@function("bert.negatives_are", Kind.MEASURED, example={"share": 0.5}, shows=(next_sentence_pairs,))
def negatives_are(share: Share = 0.5) -> Run:
    """Say whether this share of the sentence pairs are not neighbours; 1,000 pairs a seed, 0.05 off counts as equal."""
    return settle(
        "Measured share of pairs that are no neighbours, less the share claimed",
        Holds.IF_EQUAL,
        _negatives_error,
        {"share": share},
        [{"share": 0.5}, {"share": 0.15}],
        Thresholds(none=0.05, some=0.15),
    )


def _negatives_error(generator: torch.Generator, share: float) -> Tensor:
    documents = [[["a"]] * 1001, [["b"]]]
    drawn = [pair.is_next for pair in next_sentence_pairs(documents, generator)]
    return torch.tensor(1 - sum(drawn) / len(drawn) - share, dtype=torch.float64)


@function("bert.fine_tuning_moves", Kind.MEASURED, example={"what": "body"}, shows=(BertClassifier,))
def fine_tuning_moves(what: Literal["body", "new layer"] = "body", freeze: bool = False) -> Run:
    """Say whether a step of training on a new task changes BERT's own weights, or the new output layer's.

    With ``freeze`` the body is only read: feature extraction.
    """
    return settle(
        "Largest change of these weights",
        Holds.IF_DIFFERENT,
        _movement,
        {"what": what, "freeze": freeze},
        [{"what": part, "freeze": frozen} for part in ("body", "new layer") for frozen in (False, True)],
    )


def _movement(generator: torch.Generator, what: str, freeze: bool) -> Tensor:
    with torch.random.fork_rng(devices=[]):  # first weights are drawn globally, and replaced below
        network = BertClassifier(random_bert(generator), 3, freeze=freeze)
    fill(network.classifier, generator)
    network.eval()
    logits = network(tokens(generator, _LENGTH))
    loss = logits.logsumexp(-1).sum() - logits[0, 0]
    trained = [parameter for parameter in network.parameters() if parameter.requires_grad]
    steps = dict(zip(trained, torch.autograd.grad(loss, trained, allow_unused=True), strict=True))
    part = network.bert if what == "body" else network.classifier
    moved = [steps.get(parameter) for parameter in part.parameters()]
    return torch.stack([logits.new_zeros(()) if step is None else step.abs().max() for step in moved])


@function("bert.second_sentence_has_segment", Kind.MEASURED, example={"segments": "different"}, shows=(Bert,))
def second_sentence_has_segment(segments: Literal["different", "equal"] = "different") -> Run:
    """Say whether saying that the last three tokens are a second sentence changes BERT's outputs."""
    return settle(
        "Outputs with segments 0 0 0 1 1 1, or 0 throughout, less outputs with 0 throughout",
        Holds.IF_DIFFERENT,
        _effect_of_segments,
        {"segments": segments},
        [{"segments": "different"}, {"segments": "equal"}],
    )


def _effect_of_segments(generator: torch.Generator, segments: str) -> Tensor:
    bert, ids = random_bert(generator), tokens(generator, _LENGTH)
    marks = torch.zeros_like(ids)
    if segments == "different":
        marks[:, 3:] = 1
    difference: Tensor = bert(ids, marks).hidden - bert(ids).hidden
    return difference[0]
