"""Additive attention, also called MLP or Bahdanau attention: a small network scores each query with each key.

Source: Bahdanau, Cho & Bengio 2015, "Neural Machine Translation by Jointly Learning to Align and Translate", appendix
A.1.2.
"""

from torch import Tensor, nn

from engine.layers.attention import Attended, attend


class AdditiveAttention(nn.Module):
    """Score by wᵥᵀ·tanh(W_q·q + W_k·k); unlike a dot product it takes queries and keys of different widths.

    Shapes: query ``(N, L, query_size)``, key ``(N, S, key_size)``, value ``(N, S, Ev)`` to output ``(N, L, Ev)`` and
    weights ``(N, L, S)``. The sum inside the tanh has shape ``(N, L, S, num_hiddens)``.

    Parameters: W_q has num_hiddens·query_size, W_k num_hiddens·key_size and wᵥ num_hiddens; none has a bias.
    Scores are not divided by a square root.

    >>> import torch
    >>> tokens = torch.zeros(2, 5, 8)
    >>> AdditiveAttention(query_size=3, key_size=8, num_hiddens=6)(torch.zeros(2, 1, 3), tokens, tokens).output.shape
    torch.Size([2, 1, 8])
    """

    def __init__(self, query_size: int, key_size: int, num_hiddens: int) -> None:
        super().__init__()
        self.W_q = nn.Linear(query_size, num_hiddens, bias=False)
        self.W_k = nn.Linear(key_size, num_hiddens, bias=False)
        self.w_v = nn.Linear(num_hiddens, 1, bias=False)

    def forward(self, query: Tensor, key: Tensor, value: Tensor, attn_mask: Tensor | None = None) -> Attended:
        """Return output and weights; ``attn_mask`` (True: may look) broadcasts to ``(N, L, S)``."""
        return attend(self.scores(query, key), value, attn_mask)

    def scores(self, query: Tensor, key: Tensor) -> Tensor:
        """Return a score for each pair: ``(N, L, S)``."""
        pairs = self.W_q(query).unsqueeze(-2) + self.W_k(key).unsqueeze(-3)
        scores: Tensor = self.w_v(pairs.tanh()).squeeze(-1)
        return scores
