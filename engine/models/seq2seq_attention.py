"""Sequence to sequence with attention: at every step the decoder looks at the source again, where it likes.

Source: Bahdanau, Cho & Bengio 2015, "Neural Machine Translation by Jointly Learning to Align and Translate". As in
Zhang et al., "Dive into Deep Learning", section 11.4, the query is the last layer's state.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from engine.layers.attention_additive import AdditiveAttention
from engine.layers.masks import padding_mask
from engine.layers.recurrent import CellKind, Recurrent
from engine.layers.recurrent_cell import State
from engine.models.seq2seq import Encoded


class Aligned(NamedTuple):
    """What the decoder gives for its input tokens."""

    logits: Tensor
    """``(T, N, vocab_size)``."""
    state: State
    weights: Tensor
    """``(T, N, S)``: how much each target step looks at each source step; a row sums to 1."""


class AttentionDecoder(nn.Module):
    """At step t the query is h_{t-1} of the last layer; keys and values are the encoder's outputs.

    The context, a mean of the encoder's outputs weighted by additive attention, is joined with the token's embedding.
    Shapes: tokens ``(T, N)`` to logits ``(T, N, vocab_size)``. Between steps three things are remembered: the encoder's
    outputs, the state, and the sources' valid lengths, behind which nothing is looked at.
    """

    def __init__(
        self, vocab_size: int, embed_size: int, hidden_size: int, num_layers: int = 1, kind: CellKind = "gru"
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embed_size)
        self.attention = AdditiveAttention(hidden_size, hidden_size, hidden_size)
        self.rnn = Recurrent(kind, embed_size + hidden_size, hidden_size, num_layers)
        self.output = nn.Linear(hidden_size, vocab_size)

    def forward(
        self, tokens: Tensor, encoded: Encoded, valid_lens: Tensor | None = None, state: State | None = None
    ) -> Aligned:
        """Return logits, the next state and the alignment; ``valid_lens`` ``(N,)`` hides the padding of the sources."""
        state = encoded.state if state is None else state
        memory = encoded.outputs.transpose(0, 1)
        mask = None if valid_lens is None else padding_mask(valid_lens, memory.shape[1])
        outputs, weights = [], []
        for embedded in self.embedding(tokens):
            looked = self.attention(state[0][-1][:, None], memory, memory, mask)
            step, state = self.rnn(torch.cat([embedded[None], looked.output.transpose(0, 1)], dim=-1), state)
            outputs.append(step[0])
            weights.append(looked.weights[:, 0])
        return Aligned(self.output(torch.stack(outputs)), state, torch.stack(weights))
