"""Language models: probabilities of whole sequences, training in chunks, and being better than a guess."""

from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.device import current
from engine.evidence import Run, Table
from engine.experiments._settle import Holds, Thresholds, randn, settle
from engine.models.char_rnn import RecurrentLanguageModel
from engine.models.char_rnn_training import predict, train
from engine.registry import Kind, function
from engine.text.joint_table import chain, from_conditionals
from engine.text.sampling import sequential_batches

_VOCABULARY, _HIDDEN = 4, 6


@function("language_model.sequences_sum_to_one", Kind.MEASURED, example={}, shows=(RecurrentLanguageModel,))
def sequences_sum_to_one(scores: Literal["softmax", "sigmoid"] = "softmax") -> Run:
    """Say whether the probabilities of all 64 sequences of three tokens, by the chain rule, sum to 1.

    Scores become probabilities by a softmax over the vocabulary, or by a sigmoid of each alone.
    """
    return settle(
        "Sum over all sequences, less 1",
        Holds.IF_EQUAL,
        _total_error,
        {"scores": scores},
        [{"scores": "softmax"}, {"scores": "sigmoid"}],
    )


def _total_error(generator: torch.Generator, scores: str) -> Tensor:
    return _all_sequences(generator, scores).sum() - 1


@function("language_model.chain_rule_holds", Kind.MEASURED, example={}, shows=(chain,))
def chain_rule_holds(contexts: Literal["all before", "last token", "none"] = "all before") -> Run:
    """Say whether a sequence's probability is the product of its tokens' probabilities given such contexts.

    The sequences are three tokens of a recurrent model with random weights, which remembers all tokens before.
    """
    return settle(
        "Products of the conditionals less the probabilities, over the largest of them",
        Holds.IF_EQUAL,
        _chain_error,
        {"contexts": contexts},
        [{"contexts": name} for name in ("all before", "last token", "none")],
    )


def _chain_error(generator: torch.Generator, contexts: str) -> Tensor:
    joint = _all_sequences(generator, "softmax")
    memory = {"all before": None, "last token": 1, "none": 0}[contexts]
    return ((chain(joint, memory) - joint) / joint.max()).flatten(1)


def _all_sequences(generator: torch.Generator, scores: str) -> Tensor:
    """Return a recurrent model's probabilities of all sequences of three tokens; the first is judged after token 0."""
    model = _random_model(generator, gain=3.0)

    @torch.no_grad()
    def next_token(prefix: tuple[int, ...]) -> Tensor:
        logits = model(torch.tensor([[0, *prefix]], device=current())).logits[-1, 0].cpu()
        probabilities: Tensor = logits.softmax(-1) if scores == "softmax" else logits.sigmoid()
        return probabilities

    return from_conditionals(next_token, _VOCABULARY, 3)


@function("language_model.beats_uniform", Kind.MEASURED, example={"trained": True}, shows=(train,))
def beats_uniform(trained: bool = True) -> Run:
    """Say whether a character model's perplexity on the text it reads is under half of the vocabulary's size.

    Untrained, its logits are small and it is as good as a uniform guess: within a tenth of the vocabulary's size.
    """
    return settle(
        "By how much the perplexity falls short of the vocabulary, as a share of it",
        Holds.IF_DIFFERENT,
        _gain_over_uniform,
        {"trained": trained},
        [{"trained": True}, {"trained": False}],
        Thresholds(none=0.1, some=0.5),
    )


def _gain_over_uniform(generator: torch.Generator, trained: bool) -> Tensor:
    model = _random_model(generator, gain=0.3)
    corpus = torch.arange(41, device=current()) % _VOCABULARY
    if trained:
        train(model, corpus, epochs=5, batch_size=2, num_steps=5, lr=2.0)
    with torch.no_grad():
        logits = model(corpus[None, :-1]).logits[:, 0]
    return 1 - F.cross_entropy(logits, corpus[1:]).exp() / _VOCABULARY


@function("language_model.carried_state_needs_detach", Kind.MEASURED, example={"detach": False})
def carried_state_needs_detach(detach: bool = False) -> Run:
    """Say whether the second batch's backward pass fails when the state is carried over with, or without, a detach.

    Its graph would reach back into the first batch, whose record is freed.
    """
    rows = [(cut, _second_backward(cut)) for cut in dict.fromkeys([detach, True, False])]
    table = Table("Backward pass of the second batch", ["state detached", "what happens"], rows)
    return Run(rows[0][1] != "it runs", lambda: [table])


def _second_backward(detach: bool) -> str:
    model, state = _random_model(torch.Generator().manual_seed(0)), None
    corpus = torch.arange(21, device=current()) % _VOCABULARY
    for batch in sequential_batches(corpus, batch_size=2, num_steps=5):
        logits, state = model(batch.x, state)
        loss = F.cross_entropy(logits.flatten(0, 1), batch.y.T.flatten())
        try:
            torch.autograd.grad(loss, list(model.parameters()))
        except RuntimeError as error:
            return str(error).split(" (")[0]
        state = tuple(part.detach() for part in state) if detach else state
    return "it runs"


@function("language_model.prefix_matters", Kind.MEASURED, example={"of": "state"}, shows=(predict,))
def prefix_matters(of: Literal["state", "last token alone"] = "state") -> Run:
    """Say whether two prefixes with the same last token give different next-token scores.

    With ``last token alone`` the model starts from zeros at that token, as without a warm-up.
    """
    return settle(
        "Logits behind one prefix, less those behind another with the same last token",
        Holds.IF_DIFFERENT,
        _effect_of_prefix,
        {"of": of},
        [{"of": "state"}, {"of": "last token alone"}],
    )


def _effect_of_prefix(generator: torch.Generator, of: str) -> Tensor:
    model = _random_model(generator)
    prefixes = [[0, 1, 2], [3, 3, 2]]
    read = [prefix if of == "state" else prefix[-1:] for prefix in prefixes]
    first, second = (model(torch.tensor([ids], device=current())).logits[-1] for ids in read)
    difference: Tensor = second - first
    return difference


def _random_model(generator: torch.Generator, gain: float = 1.0) -> RecurrentLanguageModel:
    with torch.random.fork_rng(devices=[]):  # first weights are drawn globally, and replaced below
        model = RecurrentLanguageModel(_VOCABULARY, _HIDDEN)
    for parameter in model.parameters():
        columns = parameter.shape[1] if parameter.dim() > 1 else 4
        parameter.data = gain * randn(generator, *parameter.shape) / columns**0.5
    return model
