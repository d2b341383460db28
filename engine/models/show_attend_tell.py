"""Show, attend and tell: a network that describes an image and looks at another part of it for each word.

Source: Xu et al. 2015, "Show, Attend and Tell: Neural Image Caption Generation with Visual Attention", sections 3.1 and
4.2 (the deterministic, "soft" variant).
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from engine.layers.attention import Attended, attend
from engine.layers.lstm import LSTMCell
from engine.models.vgg import CONFIGURATIONS, VGG


class Caption(NamedTuple):
    """What the decoder gives for its input words."""

    logits: Tensor
    """``(N, T, vocab_size)``: for each word the scores of the next one."""
    weights: Tensor
    """``(N, T, S)``: how much each word looks at each annotation; a row sums to 1."""


class AnnotationEncoder(nn.Module):
    """The convolutions of a VGG up to its last one, with ReLU and without the pooling after it.

    Shapes: ``(N, 3, H, W)`` to ``(N, (H/16)·(W/16), channels)``: at 224 the maps are 14x14x512, which makes 196
    annotation vectors of 512. Each stands for a part of the image. One more pooling would leave 49.

    The paper's network is VGG-19; the last convolution is conv5_4 there and conv5_3 in VGG-16.

    Args:
        width: channels of the first block, 64 in VGG; the annotations have eight times as many.
    """

    def __init__(self, configuration: str = "D", width: int = 64) -> None:
        super().__init__()
        self.features = VGG(CONFIGURATIONS[configuration], num_classes=1, width=width, hidden_features=1).features[:-1]
        self.channels = 8 * width

    def forward(self, x: Tensor) -> Tensor:
        """Return the annotations, row by row of the map."""
        maps: Tensor = self.features(x)
        return maps.flatten(start_dim=2).transpose(1, 2)


class AnnotationAttention(nn.Module):
    """Score each annotation by a small network that also sees the state: wᵀ·tanh(W_a·a + W_h·h), all with biases.

    Shapes: annotations ``(N, S, channels)`` and state ``(N, hidden_size)`` to context ``(N, channels)`` and weights
    ``(N, S)``.
    """

    def __init__(self, channels: int, hidden_size: int, attention_size: int) -> None:
        super().__init__()
        self.from_annotation = nn.Linear(channels, attention_size)
        self.from_state = nn.Linear(hidden_size, attention_size)
        self.score = nn.Linear(attention_size, 1)

    def forward(self, annotations: Tensor, state: Tensor) -> Attended:
        """Return the context and the weights."""
        mixed = self.from_annotation(annotations) + self.from_state(state)[:, None]
        context, weights = attend(self.score(mixed.tanh()).mT, annotations)
        return Attended(context.squeeze(1), weights.squeeze(1))


class CaptionDecoder(nn.Module):
    """An LSTM that at each step looks with h_{t-1}, then reads the word before and what it saw.

    The first state is no work of attention: h₀ and c₀ are tanh of two linear layers on the *mean* of the annotations.
    Step t looks and gates: z = σ(f(h_{t-1}))·attention(annotations, h_{t-1}). It reads: (h, c) = LSTM([E·y_{t-1}, z],
    (h, c)). It speaks: logits = L_o·(E·y_{t-1} + L_h·h + L_z·z).

    Shapes: annotations ``(N, S, channels)``, words ``(N, T)`` to :class:`Caption`.
    """

    def __init__(
        self,
        vocab_size: int,
        channels: int = 512,
        embed_size: int = 512,
        hidden_size: int = 512,
        attention_size: int = 512,
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embed_size)
        self.first_h = nn.Linear(channels, hidden_size)
        self.first_c = nn.Linear(channels, hidden_size)
        self.attention = AnnotationAttention(channels, hidden_size, attention_size)
        self.gate = nn.Linear(hidden_size, 1)
        self.cell = LSTMCell(embed_size + channels, hidden_size)
        self.from_state = nn.Linear(hidden_size, embed_size, bias=False)
        self.from_context = nn.Linear(channels, embed_size, bias=False)
        self.output = nn.Linear(embed_size, vocab_size)

    def first_state(self, annotations: Tensor) -> tuple[Tensor, Tensor]:
        """Return h₀ and c₀ from the mean of the annotations, whose order makes no difference."""
        mean = annotations.mean(1)
        return self.first_h(mean).tanh(), self.first_c(mean).tanh()

    def forward(self, annotations: Tensor, words: Tensor) -> Caption:
        """Return the scores of each next word (teacher forcing) and where the decoder looked for it."""
        h, c = self.first_state(annotations)
        logits, weights = [], []
        for embedded in self.embedding(words).unbind(1):
            seen = self.attention(annotations, h)
            context = self.gate(h).sigmoid() * seen.output
            h, c = self.cell(torch.cat([embedded, context], dim=-1), (h, c))
            logits.append(self.output(embedded + self.from_state(h) + self.from_context(context)))
            weights.append(seen.weights)
        return Caption(torch.stack(logits, dim=1), torch.stack(weights, dim=1))


def doubly_stochastic_penalty(weights: Tensor) -> Tensor:
    """Return Σᵢ (1 - Σ_t α_{ti})², which asks the decoder to look at every part once in all: ``(N, T, S)`` to ``(N,)``.

    It is 0 when the weights sum to 1 along both axes. The paper adds it to the loss, times λ.

    >>> doubly_stochastic_penalty(torch.eye(3)[None]), doubly_stochastic_penalty(torch.eye(3)[None, :1])
    (tensor([0.]), tensor([2.]))
    """
    return (1 - weights.sum(1)).square().sum(-1)
