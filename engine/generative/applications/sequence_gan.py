"""A GAN for sequences: tokens are drawn, and no gradient passes through a draw; REINFORCE goes around it.

The generator is a policy that draws tokens one after the other; the discriminator's answer for the whole sequence is
its reward R. The expected reward has the gradient

    ∇ E[R(x)] = E[R(x)·∇ log p(x)]

whose right side can be estimated from drawn sequences although R(x) has no derivative by the generator's weights.

Sources: Williams 1992 (REINFORCE); Yu et al. 2017, "SeqGAN"; Jang, Gu & Poole 2017 (Gumbel-softmax).
"""

from collections.abc import Callable
from itertools import product

import torch
from torch import Tensor
from torch.nn import functional

Reward = Callable[[Tensor], Tensor]
"""From sequences ``(N, L)`` of token numbers to their rewards ``(N,)``."""


def recurrent_log_probability(scores: Tensor, tokens: Tensor) -> Tensor:
    """Return log p(x) of sequences ``(N, L)`` under the smallest recurrent generator, ``(N,)``.

    Its state is the last token: ``scores`` ``(V + 1, V)`` holds a row of logits for each last token, the last row for
    the start. log p(x) = Σ_t log softmax(scores[x_{t-1}])[x_t].
    """
    start = torch.full_like(tokens[:, :1], scores.shape[1])
    before = torch.cat([start, tokens[:, :-1]], dim=1)
    log_p = scores.log_softmax(-1)[before]
    return log_p.gather(-1, tokens[..., None])[..., 0].sum(-1)


def all_sequences(vocabulary: int, length: int) -> Tensor:
    """Return the V^L sequences, ``(V^L, L)``."""
    return torch.tensor(list(product(range(vocabulary), repeat=length)))


def draw(scores: Tensor, count: int, length: int, generator: torch.Generator) -> Tensor:
    """Return sequences ``(count, L)`` drawn token by token."""
    chances = scores.detach().softmax(-1).cpu()
    tokens = torch.full((count,), scores.shape[1])
    drawn = []
    for _ in range(length):
        tokens = torch.multinomial(chances[tokens], 1, generator=generator)[:, 0]
        drawn.append(tokens)
    return torch.stack(drawn, dim=1).to(scores.device)


def expected_reward(scores: Tensor, reward: Reward, length: int) -> Tensor:
    """Return Σ p(x)·R(x) over all V^L sequences: exact, differentiable by ``scores``, and hopeless for long ones."""
    every = all_sequences(scores.shape[1], length).to(scores.device)
    return (recurrent_log_probability(scores, every).exp() * reward(every)).sum()


def reinforce_gradient(scores: Tensor, tokens: Tensor, reward: Reward, baseline: float = 0.0) -> Tensor:
    """Return the mean of (R(x) - baseline)·∇ log p(x) over drawn sequences ``(N, L)``, shaped as ``scores``.

    Any baseline that does not look at x leaves the expectation as it is, and may lower the variance.
    """
    asked = scores.detach().clone().requires_grad_()
    weighed = (recurrent_log_probability(asked, tokens) * (reward(tokens) - baseline)).mean()
    (gradient,) = torch.autograd.grad(weighed, asked)
    return gradient


def straight_through(scores: Tensor, gumbel: Tensor, temperature: float = 1.0) -> Tensor:
    """Return one-hot draws, argmax(scores + gumbel), that pass the gradient of the softmax: biased, but a gradient.

    ``gumbel`` is -log(-log u) for u uniform on (0, 1); the argmax is then a draw from softmax(scores).
    """
    soft = ((scores + gumbel) / temperature).softmax(-1)
    hard = functional.one_hot(soft.argmax(-1), scores.shape[-1]).to(soft)
    return hard + soft - soft.detach()
