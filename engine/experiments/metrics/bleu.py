"""What BLEU rewards and what it punishes: length, word order, repetition, long matches."""

from dataclasses import replace
from typing import Annotated, Any, Literal

import torch
from torch import Tensor

from engine.arguments import Between
from engine.evidence import Run
from engine.experiments._settle import Holds, randn, settle
from engine.metrics import bleu
from engine.metrics.bleu import Convention, Smoothing, brevity_penalty, d2l_bleu, standard_bleu
from engine.metrics.ngrams import clipped_matches, matches_by_removal, unclipped_matches
from engine.registry import Kind, function

Order = Annotated[int, Between(1, 8)]
_WORDS = "abcdef"


@function("bleu.clipping_is", Kind.MEASURED, example={"rule": "removal"}, shows=(clipped_matches, matches_by_removal))
def clipping_is(rule: Literal["removal", "none"] = "removal") -> Run:
    """Say whether counting by this rule gives the clipped matches: striking off what matched, or counting repeats."""
    return _settled(
        "Matches of orders 1 to 4 by the rule, less Σ min(count in the candidate, count in the reference)",
        Holds.IF_EQUAL,
        _matches_apart,
        {"rule": rule},
        [{"rule": "none"}, {"rule": "removal"}],
    )


def _matches_apart(generator: torch.Generator, rule: str) -> Tensor:
    gaps = []
    for _ in range(8):
        candidate, reference = _sentence(generator, 12), _sentence(generator, 10)
        for order in range(1, 5):
            clipped = clipped_matches(candidate, [reference], order)
            other = (
                matches_by_removal(candidate, reference, order)
                if rule == "removal"
                else unclipped_matches(candidate, [reference], order)
            )
            gaps.append(float(other.matched - clipped.matched))
    return torch.tensor(gaps)


@function("bleu.length_lowers", Kind.MEASURED, example={"factor": "brevity_penalty"}, shows=(brevity_penalty,))
def length_lowers(
    factor: Literal["brevity_penalty", "precision"] = "brevity_penalty", candidate: Literal["cut", "padded"] = "cut"
) -> Run:
    """Say whether this factor falls below 1 for a candidate that is its reference, cut short or padded with others."""
    return _settled(
        "1 less the factor (p₁ is the precision), for a reference of 12 words cut to 8 or padded to 16",
        Holds.IF_DIFFERENT,
        _loss_by_length,
        {"factor": factor, "candidate": candidate},
        [{"factor": factor, "candidate": "padded" if candidate == "cut" else "cut"}],
    )


def _loss_by_length(generator: torch.Generator, factor: str, candidate: str) -> Tensor:
    reference = _sentence(generator, 12)
    words = reference[:8] if candidate == "cut" else [*reference, *("x" * 4)]
    found = standard_bleu([words], [[reference]], max_order=1)
    return torch.tensor([1 - (found.brevity_penalty if factor == "brevity_penalty" else found.precisions[0])])


@function("bleu.feels_word_order", Kind.MEASURED, example={"max_order": 2}, shows=(standard_bleu,))
def feels_word_order(max_order: Order = 2) -> Run:
    """Say whether shuffling a candidate's words can change its BLEU."""
    return _settled(
        "BLEU of the reference itself, less that of the reference shuffled (12 different words, add-one smoothing)",
        Holds.IF_DIFFERENT,
        _loss_by_shuffling,
        {"max_order": max_order},
        [{"max_order": 1}, {"max_order": 4}],
    )


def _loss_by_shuffling(generator: torch.Generator, max_order: int) -> Tensor:
    reference = list("abcdefghijkl")
    shuffled = [reference[place] for place in torch.randperm(12, generator=generator).tolist()]
    scores = [standard_bleu([words], [[reference]], max_order, "add_one").score for words in (reference, shuffled)]
    return torch.tensor([scores[0] - scores[1]])


@function("bleu.zero_without_a_long_match", Kind.MEASURED, example={"smoothing": "none"}, shows=(bleu.smoothed,))
def zero_without_a_long_match(smoothing: Smoothing = "none", max_order: Order = 4) -> Run:
    """Say whether a candidate is given 0 that shares words and pairs of words with its reference but no three in a row.

    With ``max_order`` up to 2 every order has a match.
    """
    return _settled(
        "BLEU of a reference whose every third word was replaced",
        Holds.IF_EQUAL,
        _bleu_of_pairs,
        {"smoothing": smoothing, "max_order": max_order},
        [{"smoothing": "exp", "max_order": max_order}, {"smoothing": "none", "max_order": 2}],
    )


def _bleu_of_pairs(generator: torch.Generator, smoothing: Smoothing, max_order: int) -> Tensor:
    reference = _sentence(generator, 12)
    words = [word if place % 3 < 2 else "x" for place, word in enumerate(reference)]
    return torch.tensor([standard_bleu([words], [[reference]], max_order, smoothing).score])


@function("bleu.reacts_less_to_longer_ngrams", Kind.MEASURED, example={"convention": "d2l"}, shows=(bleu.weights,))
def reacts_less_to_longer_ngrams(convention: Convention = "d2l") -> Run:
    """Say whether a relative gain in pₙ helps BLEU less the larger n is, by the gradient of log BLEU for log pₙ."""
    return _settled(
        "∂ log BLEU/∂ log pₙ for n = 1 to 3, less that for n + 1",
        Holds.IF_DIFFERENT,
        _fall_of_sensitivity,
        {"convention": convention},
        [{"convention": "standard"}, {"convention": "d2l"}],
    )


def _fall_of_sensitivity(generator: torch.Generator, convention: Convention) -> Tensor:
    log_p = randn(generator, 4).sigmoid().log().requires_grad_()
    exponents = torch.tensor(bleu.weights(4, convention), dtype=torch.float64).to(log_p)
    log_bleu = (log_p.exp() ** exponents).prod().log()
    (sensitivity,) = torch.autograd.grad(log_bleu, log_p)
    return sensitivity[:-1] - sensitivity[1:]


@function("bleu.corpus_is_mean_of_sentences", Kind.MEASURED, example={"sentences": "different"}, shows=(standard_bleu,))
def corpus_is_mean_of_sentences(sentences: Literal["different", "copies"] = "different") -> Run:
    """Say whether a corpus' BLEU is the mean of its sentences' (orders 1 and 2); copies are one pair, four times."""
    return _settled(
        "BLEU of a corpus of four pairs, less the mean of the four",
        Holds.IF_EQUAL,
        _corpus_less_mean,
        {"sentences": sentences},
        [{"sentences": "copies"}, {"sentences": "different"}],
    )


def _corpus_less_mean(generator: torch.Generator, sentences: str) -> Tensor:
    pairs = [(_sentence(generator, length), _sentence(generator, 8)) for length in (5, 8, 11, 14)]
    pairs = [pairs[1]] * 4 if sentences == "copies" else pairs
    candidates, references = [pair[0] for pair in pairs], [[pair[1]] for pair in pairs]
    alone = [standard_bleu([c], [r], 2).score for c, r in zip(candidates, references, strict=True)]
    return torch.tensor([standard_bleu(candidates, references, 2).score - sum(alone) / 4])


@function("bleu.conventions_agree", Kind.MEASURED, example={"max_order": 4}, shows=(standard_bleu, d2l_bleu))
def conventions_agree(max_order: Order = 4, candidate: Literal["other", "same"] = "other") -> Run:
    """Say whether the standard and the D2L book's BLEU give one value; "same" is a candidate equal to its reference."""
    return _settled(
        "The book's BLEU less the standard one",
        Holds.IF_EQUAL,
        _conventions_apart,
        {"max_order": max_order, "candidate": candidate},
        [{"max_order": max_order, "candidate": "same"}, {"max_order": max_order, "candidate": "other"}],
    )


def _conventions_apart(generator: torch.Generator, max_order: int, candidate: str) -> Tensor:
    reference = _sentence(generator, 12)
    words = reference if candidate == "same" else [*reference[:9], "x"]
    return torch.tensor(
        [d2l_bleu(words, reference, max_order).score - standard_bleu([words], [[reference]], max_order).score]
    )


def _sentence(generator: torch.Generator, length: int) -> list[str]:
    return [_WORDS[index] for index in torch.randint(len(_WORDS), (length,), generator=generator).tolist()]


def _settled(*claim: Any) -> Run:
    """Settle the claim; words are counted on the CPU, whatever the device."""
    return replace(settle(*claim), device="cpu")
