"""BERT's two tasks of pre-training: guess hidden tokens, and tell whether one sentence follows another.

Source: Devlin, Chang, Lee & Toutanova 2019, "BERT: Pre-training of Deep Bidirectional Transformers for Language
Understanding", section 3.1. Conventions are those of the published weights.
"""

from collections.abc import Mapping
from typing import NamedTuple

from torch import Tensor, nn
from torch.nn import functional as F

from engine.layers.layer_norm import LayerNorm
from engine.losses.cross_entropy import cross_entropy
from engine.models.bert import EPS, INPUTS, Bert
from engine.models.zoo import model


class MaskedLanguageModelHead(nn.Module):
    """Score the vocabulary at each token: E·LN(gelu(W·h + b)) + c, where E is the token embedding, shared.

    Shapes: ``(*, embed_dim)`` to ``(*, vocab_size)``. Parameters of its own for width d and V tokens: d² + d, then 2·d
    in the normalisation, and V biases.
    """

    def __init__(self, embedding: nn.Parameter) -> None:
        super().__init__()
        vocab_size, embed_dim = embedding.shape
        self.transform = nn.Linear(embed_dim, embed_dim)
        self.norm = LayerNorm(embed_dim, EPS)
        self.decoder = nn.Linear(embed_dim, vocab_size)
        self.decoder.weight = embedding

    def forward(self, hidden: Tensor) -> Tensor:
        """Return the logits."""
        logits: Tensor = self.decoder(self.norm(F.gelu(self.transform(hidden))))
        return logits


class PretrainingOutput(NamedTuple):
    """What both heads give."""

    token_logits: Tensor
    """``(N, L, vocab_size)``: of the token that really stands, or stood, at each position."""
    next_logits: Tensor
    """``(N, 2)``: class 0, the second sentence follows the first; class 1, it does not."""


class BertForPretraining(nn.Module):
    """BERT with the head of the masked language model and a linear layer of two classes on the pooled [CLS].

    Parameters of base: 110,106,428, since the output matrix is the token embedding and counts once.
    """

    def __init__(self, bert: Bert) -> None:
        super().__init__()
        self.bert = bert
        embedding = bert.embeddings.token.weight
        self.masked_lm = MaskedLanguageModelHead(embedding)
        self.next_sentence = nn.Linear(embedding.shape[1], 2)

    @property
    def stages(self) -> Mapping[str, str]:
        """BERT's stages and both heads."""
        body = {stage: f"bert.{layer}" for stage, layer in self.bert.stages.items()}
        return {**body, "masked_lm": "masked_lm", "next_sentence": "next_sentence"}

    def forward(
        self, ids: Tensor, segments: Tensor | None = None, valid_lens: Tensor | None = None
    ) -> PretrainingOutput:
        """Return both heads' logits."""
        out = self.bert(ids, segments, valid_lens)
        return PretrainingOutput(self.masked_lm(out.hidden), self.next_sentence(out.pooled))


def masked_lm_loss(token_logits: Tensor, original: Tensor, chosen: Tensor) -> Tensor:
    """Return the mean cross-entropy over the *chosen* positions alone, whatever the input showed there.

    Shapes: logits ``(N, L, V)``, original ids and a boolean mask ``(N, L)`` to ``()``. It is
    ``torch.nn.functional.cross_entropy`` with the labels of all other positions set to its ``ignore_index``, -100.

    >>> import torch
    >>> ids = torch.tensor([[3, 1, 2]])
    >>> chosen = torch.tensor([[False, True, False]])
    >>> round(masked_lm_loss(torch.zeros(1, 3, 5), ids, chosen).item(), 4)  # log 5
    1.6094
    """
    return cross_entropy(token_logits[chosen], original[chosen]).mean()


def pretraining_loss(output: PretrainingOutput, original: Tensor, chosen: Tensor, not_next: Tensor) -> Tensor:
    """Return the sum of both tasks' mean losses; ``not_next`` ``(N,)`` is 0 for a true pair and 1 for a random one."""
    return masked_lm_loss(output.token_logits, original, chosen) + cross_entropy(output.next_logits, not_next).mean()


@model(size=512, inputs=INPUTS)
def bert_base_pretraining() -> BertForPretraining:
    """Return BERT base with both heads: 110,106,428 parameters."""
    return BertForPretraining(Bert())


@model(size=512, inputs=INPUTS)
def bert_large_pretraining() -> BertForPretraining:
    """Return BERT large with both heads: 336,226,108 parameters."""
    return BertForPretraining(Bert(embed_dim=1024, num_layers=24, num_heads=16, dim_feedforward=4096))
