"""BERT: a Transformer's encoder that reads a sentence, or two, from both sides.

Source: Devlin, Chang, Lee & Toutanova 2019, "BERT: Pre-training of Deep Bidirectional Transformers for Language
Understanding", sections 3 and A.2. Conventions are those of the published weights: normalisations with ε = 10⁻¹², GELU
in its exact form, post-norm. The D2L book's version takes ReLU.
"""

from collections.abc import Mapping
from typing import NamedTuple

import torch
from torch import Tensor, nn

from engine.layers.embedding import Embedding
from engine.layers.feed_forward import Activation
from engine.layers.layer_norm import LayerNorm
from engine.layers.masks import padding_mask
from engine.layers.positional_encoding import LearnedPositionalEncoding
from engine.layers.transformer_encoder import TransformerEncoder, TransformerEncoderLayer
from engine.models.zoo import Tokens, model

EPS = 1e-12
VOCABULARY = 30_522
"""Word pieces of the published English uncased models."""
INPUTS = (Tokens("ids"), Tokens("segments"))


class BertEmbeddings(nn.Module):
    """Return dropout(LN(token + position + segment)), three embeddings of one width, all learned.

    Shapes: ids and segments ``(N, L)`` to ``(N, L, embed_dim)``. Segments are 0 for the first sentence and 1 for the
    second. The token embedding is not multiplied by √d: the normalisation decides on the size.

    Parameters for width d: (vocab_size + max_len + num_segments)·d, and 2·d in the normalisation.

    Raises:
        Refused: the sequence is longer than ``max_len``.
    """

    def __init__(self, vocab_size: int, embed_dim: int, max_len: int, num_segments: int, dropout: float) -> None:
        super().__init__()
        self.token = Embedding(vocab_size, embed_dim)
        self.position = LearnedPositionalEncoding(embed_dim, max_len)
        self.segment = Embedding(num_segments, embed_dim)
        self.norm = LayerNorm(embed_dim, EPS)
        self.dropout = nn.Dropout(dropout)

    def forward(self, ids: Tensor, segments: Tensor) -> Tensor:
        """Return the tokens, knowing where they stand and to which sentence they belong."""
        embedded: Tensor = self.dropout(self.norm(self.position(self.token(ids)) + self.segment(segments)))
        return embedded


class BertOutput(NamedTuple):
    """What BERT gives."""

    hidden: Tensor
    """``(N, L, embed_dim)``: each token, having seen all others."""
    pooled: Tensor
    """``(N, embed_dim)``: tanh(W·h + b) of the first token, [CLS], which stands for the whole input."""
    weights: list[Tensor]
    """Of each block, ``(N, num_heads, L, L)``."""


class Bert(nn.Module):
    """Embeddings, ``num_layers`` encoder blocks without a causal mask, and a pooler on the first token.

    Shapes: ids and segments ``(N, L)`` to :class:`BertOutput`. Blocks are those of the Transformer's encoder.

    Parameters of base: embeddings 23,837,184, twelve blocks of 7,087,872, pooler 590,592.
    """

    def __init__(
        self,
        vocab_size: int = VOCABULARY,
        embed_dim: int = 768,
        num_layers: int = 12,
        num_heads: int = 12,
        dim_feedforward: int = 3072,
        max_len: int = 512,
        num_segments: int = 2,
        dropout: float = 0.1,
        activation: Activation = "gelu",
    ) -> None:
        super().__init__()
        self.embeddings = BertEmbeddings(vocab_size, embed_dim, max_len, num_segments, dropout)
        block = (embed_dim, num_heads, dim_feedforward, dropout, activation, EPS)
        self.encoder = TransformerEncoder(TransformerEncoderLayer(*block) for _ in range(num_layers))
        self.pooler = nn.Sequential(nn.Linear(embed_dim, embed_dim), nn.Tanh())

    @property
    def stages(self) -> Mapping[str, str]:
        """The embeddings, every block such as "layer1", and the pooler."""
        blocks = {f"layer{index + 1}": f"encoder.layers.{index}" for index in range(len(self.encoder.layers))}
        return {"embeddings": "embeddings", **blocks, "pooler": "pooler"}

    def forward(self, ids: Tensor, segments: Tensor | None = None, valid_lens: Tensor | None = None) -> BertOutput:
        """Return all tokens, the pooled first one and the weights; ``valid_lens`` ``(N,)`` hides the padding.

        Without ``segments`` all tokens belong to the first sentence.
        """
        segments = torch.zeros_like(ids) if segments is None else segments
        mask = None if valid_lens is None else padding_mask(valid_lens, ids.shape[1])[:, None]
        hidden, weights = self.encoder(self.embeddings(ids, segments), mask)
        return BertOutput(hidden, self.pooler(hidden[:, 0]), weights)


@model(size=512, inputs=INPUTS)
def bert_base() -> Bert:
    """Return BERT base with its pooler and no head: 109,482,240 parameters (the paper says 110 M)."""
    return Bert()


@model(size=512, inputs=INPUTS)
def bert_large() -> Bert:
    """Return BERT large with its pooler and no head: 335,141,888 parameters (the paper says 340 M)."""
    return Bert(embed_dim=1024, num_layers=24, num_heads=16, dim_feedforward=4096)
