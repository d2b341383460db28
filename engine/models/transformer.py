"""The Transformer: sequence to sequence by attention alone.

Source: Vaswani et al. 2017, "Attention Is All You Need", section 3 and table 3.
"""

from collections.abc import Mapping
from typing import NamedTuple

from torch import Tensor, nn

from engine.errors import Refused
from engine.layers.embedding_positions import Positions, TokenAndPosition
from engine.layers.masks import causal_mask, padding_mask
from engine.layers.transformer_decoder import DecoderOutput
from engine.layers.transformer_encoder import EncoderOutput
from engine.models.transformer_stacks import TransformerStacks, Weights
from engine.models.zoo import Tokens, model

_INPUTS = (Tokens("source"), Tokens("target"))


class TransformerOutput(NamedTuple):
    """What a Transformer gives."""

    logits: Tensor
    """``(N, T, tgt_vocab_size)``: at position t the scores of the token that follows target tokens 1 to t."""
    weights: Weights


class Transformer(nn.Module):
    """Embed, encode, decode, and score every token of the target's vocabulary.

    Shapes: source ``(N, S)`` and target ``(N, T)``, both token numbers, to logits ``(N, T, tgt_vocab_size)``. For
    training the target is the true one behind a token that begins it, so one pass predicts every position.

    The output layer is linear, with biases. With ``tie_weights`` source, target and output layer share one matrix, as
    in the paper (one vocabulary for both languages), and the output has no biases.

    Args:
        final_norms: a normalisation behind each stack, as torch has it and pre-norm needs it; the paper has none.

    Raises:
        Refused: the weights are to be tied, and the two vocabularies differ in size.

    >>> sum(p.numel() for p in Transformer(9, 7, 8, 2, 1, 1, 16, final_norms=False).parameters())
    1695
    """

    def __init__(
        self,
        src_vocab_size: int,
        tgt_vocab_size: int,
        embed_dim: int = 512,
        num_heads: int = 8,
        num_encoder_layers: int = 6,
        num_decoder_layers: int = 6,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        max_len: int = 1024,
        positions: Positions = "sinusoidal",
        norm_first: bool = False,
        final_norms: bool = True,
        tie_weights: bool = False,
    ) -> None:
        super().__init__()
        if tie_weights and src_vocab_size != tgt_vocab_size:
            raise Refused(
                f"tie_weights needs one vocabulary, and src_vocab_size is {src_vocab_size:,} and tgt_vocab_size"
                f" {tgt_vocab_size:,}; use one size for both or tie_weights=False"
            )
        self.source = TokenAndPosition(src_vocab_size, embed_dim, max_len, dropout, positions)
        self.target = TokenAndPosition(tgt_vocab_size, embed_dim, max_len, dropout, positions)
        layers = (num_encoder_layers, num_decoder_layers)
        self.stacks = TransformerStacks(
            embed_dim, num_heads, *layers, dim_feedforward, dropout, "relu", norm_first, final_norms
        )
        self.output = nn.Linear(embed_dim, tgt_vocab_size, bias=not tie_weights)
        if tie_weights:
            self.source.embedding.weight = self.output.weight = self.target.embedding.weight

    @property
    def stages(self) -> Mapping[str, str]:
        """Both embeddings, every block, and the output layer."""
        blocks = {stage: f"stacks.{layer}" for stage, layer in self.stacks.stages.items()}
        return {"source": "source", "target": "target", **blocks, "output": "output"}

    def forward(self, source: Tensor, target: Tensor, source_lens: Tensor | None = None) -> TransformerOutput:
        """Return logits and weights; ``source_lens`` ``(N,)`` hides what stands behind each source's end."""
        mask = self.source_mask(source, source_lens)
        output, weights = self.stacks(self.source(source), self.target(target), mask)
        return TransformerOutput(self.output(output), weights)

    def encode(self, source: Tensor, source_lens: Tensor | None = None) -> EncoderOutput:
        """Return the memory, which the decoder looks at; it is the same for every target token."""
        encoded: EncoderOutput = self.stacks.encoder(self.source(source), self.source_mask(source, source_lens))
        return encoded

    def decode(
        self, target: Tensor, memory: Tensor, source_mask: Tensor | None = None, causal: bool = True
    ) -> TransformerOutput:
        """Return logits and weights of a target, given the memory; without ``causal`` every position sees all."""
        mask = causal_mask(target.shape[1], target.device) if causal else None
        decoded: DecoderOutput = self.stacks.decoder(self.target(target), memory, mask, source_mask)
        return TransformerOutput(self.output(decoded.output), Weights([], decoded.self_weights, decoded.cross_weights))

    @staticmethod
    def source_mask(source: Tensor, source_lens: Tensor | None) -> Tensor | None:
        """Return ``(N, 1, 1, S)``, True up to each length, or None where nothing is hidden."""
        return None if source_lens is None else padding_mask(source_lens, source.shape[1])[:, None]


@model(size=64, inputs=_INPUTS)
def transformer_base() -> Transformer:
    """Return the paper's base model, 37,000 tokens in one shared matrix: 63,082,496 parameters (the paper: 65 M)."""
    return Transformer(37_000, 37_000, max_len=4096, final_norms=False, tie_weights=True)


@model(size=64, inputs=_INPUTS)
def transformer_big() -> Transformer:
    """Return the paper's big model: width 1024, 16 heads, feed-forward 4096 (the paper says 213 M parameters)."""
    return Transformer(
        37_000, 37_000, 1024, 16, dim_feedforward=4096, dropout=0.3, max_len=4096, final_norms=False, tie_weights=True
    )
