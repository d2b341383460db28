"""Sequence to sequence: an encoder reads the source, and what it hands over starts a decoder that writes the target.

Sources: Sutskever, Vinyals & Le 2014, "Sequence to Sequence Learning with Neural Networks"; Cho et al. 2014, "Learning
Phrase Representations using RNN Encoder-Decoder for Statistical Machine Translation" (the context at every step).
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from engine.layers.recurrent import CellKind, Recurrent
from engine.layers.recurrent_cell import State


class Encoded(NamedTuple):
    """What an encoder hands over."""

    outputs: Tensor
    """``(S, N, D·H)``: the last layer's h at every source step."""
    state: State
    """After the last step, each ``(num_layers, N, D·H)``: of a bidirectional encoder, both directions joined."""

    @property
    def context(self) -> Tensor:
        """The last layer's last h ``(N, D·H)``: the source summed up in one vector, however long it is."""
        return self.state[0][-1]


class Decoded(NamedTuple):
    """What a decoder gives for its input tokens."""

    logits: Tensor
    """``(T, N, vocab_size)``: scores of the token that comes next."""
    state: State


class Encoder(nn.Module):
    """Embed the source tokens ``(S, N)`` and run a recurrent network over them; it may run in both directions."""

    def __init__(
        self,
        vocab_size: int,
        embed_size: int,
        hidden_size: int,
        num_layers: int = 1,
        kind: CellKind = "gru",
        bidirectional: bool = False,
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embed_size)
        self.rnn = Recurrent(kind, embed_size, hidden_size, num_layers, bidirectional)

    def forward(self, tokens: Tensor) -> Encoded:
        """Return every output and the last state."""
        outputs, state = self.rnn(self.embedding(tokens))
        return Encoded(outputs, tuple(_join_directions(part, self.rnn.directions) for part in state))


def _join_directions(state: Tensor, directions: int) -> Tensor:
    """Return ``(num_layers·D, N, H)`` as ``(num_layers, N, D·H)``."""
    return torch.cat([state[direction::directions] for direction in range(directions)], dim=-1)


class Decoder(nn.Module):
    """Write the target from left to right: start from the encoder's last state, and read the context at every step.

    Shapes: tokens ``(T, N)`` to logits ``(T, N, vocab_size)``. Each step's input is the token's embedding joined with
    the context, embed_size + hidden_size wide; hidden_size is the encoder's D·H. A decoder runs in one direction only:
    in both it would read the tokens that it is to predict.
    """

    def __init__(
        self, vocab_size: int, embed_size: int, hidden_size: int, num_layers: int = 1, kind: CellKind = "gru"
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embed_size)
        self.rnn = Recurrent(kind, embed_size + hidden_size, hidden_size, num_layers)
        self.output = nn.Linear(hidden_size, vocab_size)

    def forward(self, tokens: Tensor, encoded: Encoded, state: State | None = None) -> Decoded:
        """Return logits and the next state; without ``state`` the encoder's is the first."""
        embedded = self.embedding(tokens)
        context = encoded.context.expand(len(tokens), *encoded.context.shape)
        outputs, after = self.rnn(torch.cat([embedded, context], dim=-1), encoded.state if state is None else state)
        return Decoded(self.output(outputs), after)
