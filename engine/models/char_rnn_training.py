"""Training a recurrent language model on a text, and letting it go on with a beginning.

Source: Zhang, Lipton, Li & Smola, "Dive into Deep Learning", section "Recurrent Neural Network Implementation from
Scratch".
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.layers.recurrent_cell import State
from engine.models.char_rnn import RecurrentLanguageModel
from engine.optim.clipping import clip_grad_norm
from engine.text.sampling import Batch, sequential_batches


class Step(NamedTuple):
    """One step of training."""

    loss: Tensor
    """Mean cross-entropy of the next token, in nats; exp of it is the perplexity."""
    state: State
    """The state after the batch, cut off from how it was computed."""


def train_step(
    model: RecurrentLanguageModel, batch: Batch, state: State | None, lr: float, max_norm: float = 1.0
) -> Step:
    """Move all weights by -lr·gradient, after clipping the gradient's norm to ``max_norm``.

    The state is *detached*: the next batch starts from its numbers, and no gradient flows back into this one, whose
    record is gone by then.
    """
    logits, after = model(batch.x, state)
    loss = F.cross_entropy(logits.flatten(0, 1), batch.y.T.flatten())
    parameters = list(model.parameters())
    gradients = clip_grad_norm(torch.autograd.grad(loss, parameters), max_norm)
    with torch.no_grad():
        for parameter, gradient in zip(parameters, gradients, strict=True):
            parameter.sub_(lr * gradient)
    return Step(loss.detach(), tuple(part.detach() for part in after))


def train(
    model: RecurrentLanguageModel, corpus: Tensor, epochs: int, batch_size: int, num_steps: int, lr: float
) -> list[float]:
    """Return the perplexity of each epoch, exp of the mean loss, on sequential batches of the corpus ``(T,)``.

    Within an epoch the state is carried from batch to batch; each epoch starts from zeros.
    """
    perplexities = []
    for _ in range(epochs):
        state, losses = None, []
        for batch in sequential_batches(corpus, batch_size, num_steps):
            loss, state = train_step(model, batch, state, lr)
            losses.append(loss)
        perplexities.append(float(torch.stack(losses).mean().exp()))
    return perplexities


@torch.no_grad()
def predict(model: RecurrentLanguageModel, prefix: Sequence[int], num_preds: int) -> list[int]:
    """Return the prefix and the ``num_preds`` likeliest tokens that follow, each read back as the next input.

    While the prefix is read (warm-up), what the model says is ignored; only its state is kept.
    """
    tokens = list(prefix)
    device = model.output.weight.device
    logits, state = model(torch.tensor([tokens], device=device))
    for _ in range(num_preds):
        tokens.append(int(logits[-1, 0].argmax()))
        logits, state = model(torch.tensor([tokens[-1:]], device=device), state)
    return tokens
