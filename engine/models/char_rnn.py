"""A recurrent language model: read tokens one by one, and after each say which comes next.

Sources: Mikolov et al. 2010, "Recurrent neural network based language model"; Zhang, Lipton, Li & Smola, "Dive into
Deep Learning", section "Recurrent Neural Network Implementation from Scratch".
"""

from typing import NamedTuple

from torch import Tensor, nn

from engine.layers.embedding import one_hot
from engine.layers.recurrent import CellKind, Recurrent
from engine.layers.recurrent_cell import Bias, State


class Scored(NamedTuple):
    """What a language model gives."""

    logits: Tensor
    """``(L, N, vocab_size)``: at each step the scores of the token that comes next."""
    state: State
    """After the last step, each ``(num_layers, N, hidden_size)``."""


class RecurrentLanguageModel(nn.Module):
    """One-hot vectors, a recurrent network, and one linear layer that is the same at every step.

    Shapes: ids ``(N, L)``, a batch as it is read from the corpus, to logits ``(L, N, vocab_size)``, steps first: the
    batch becomes L matrices ``(N, vocab_size)``, one for each step.

    Parameters for V tokens, H hidden units and one bias: H·V + H·H + H in the simple network, V·H + V in the output.

    >>> import torch
    >>> model = RecurrentLanguageModel(vocab_size=5, hidden_size=3)
    >>> model(torch.zeros(2, 7, dtype=torch.long)).logits.shape
    torch.Size([7, 2, 5])
    """

    def __init__(
        self, vocab_size: int, hidden_size: int, num_layers: int = 1, kind: CellKind = "rnn", bias: Bias = "one"
    ) -> None:
        super().__init__()
        self.vocab_size = vocab_size
        self.rnn = Recurrent(kind, vocab_size, hidden_size, num_layers, bias=bias)
        self.output = nn.Linear(hidden_size, vocab_size)

    def forward(self, ids: Tensor, state: State | None = None) -> Scored:
        """Return logits and the state after the last step; without ``state`` it starts from zeros."""
        steps = one_hot(ids.T, self.vocab_size).to(self.output.weight)
        hidden, after = self.rnn(steps, state)
        return Scored(self.output(hidden), after)
