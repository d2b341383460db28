"""The two stacks of a Transformer, without embeddings and without an output layer: vectors go in and come out.

It is what ``torch.nn.Transformer`` holds. Source: Vaswani et al. 2017, "Attention Is All You Need", figure 1.
"""

from collections.abc import Mapping
from typing import NamedTuple

from torch import Tensor, nn

from engine.layers.feed_forward import Activation
from engine.layers.layer_norm import LayerNorm
from engine.layers.masks import causal_mask
from engine.layers.transformer_decoder import TransformerDecoder, TransformerDecoderLayer
from engine.layers.transformer_encoder import TransformerEncoder, TransformerEncoderLayer
from engine.models.zoo import Features, model


class Weights(NamedTuple):
    """Attention's weights of all blocks, one tensor each."""

    encoder: list[Tensor]
    """``(N, num_heads, S, S)``."""
    decoder: list[Tensor]
    """``(N, num_heads, T, T)``."""
    cross: list[Tensor]
    """``(N, num_heads, T, S)``."""


class StacksOutput(NamedTuple):
    """What both stacks give."""

    output: Tensor
    """``(N, T, embed_dim)``, of the decoder."""
    weights: Weights


class TransformerStacks(nn.Module):
    """Encode the source, then decode the target, which looks at itself up to each position and at all of the source.

    Shapes: source ``(N, S, embed_dim)`` and target ``(N, T, embed_dim)`` to ``(N, T, embed_dim)``. In one pass *all*
    target positions are computed: the causal mask lets position t see 1 to t, as in training. With n + n blocks there
    are 3·n attentions. With ``final_norms`` a normalisation follows each stack, as in ``torch.nn.Transformer``; the
    paper has none.
    """

    def __init__(
        self,
        embed_dim: int = 512,
        num_heads: int = 8,
        num_encoder_layers: int = 6,
        num_decoder_layers: int = 6,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: Activation = "relu",
        norm_first: bool = False,
        final_norms: bool = True,
    ) -> None:
        super().__init__()
        block = (embed_dim, num_heads, dim_feedforward, dropout, activation, 1e-5, norm_first)
        self.encoder = TransformerEncoder(
            (TransformerEncoderLayer(*block) for _ in range(num_encoder_layers)),
            LayerNorm(embed_dim) if final_norms else None,
        )
        self.decoder = TransformerDecoder(
            (TransformerDecoderLayer(*block) for _ in range(num_decoder_layers)),
            LayerNorm(embed_dim) if final_norms else None,
        )

    @property
    def stages(self) -> Mapping[str, str]:
        """Every block, such as "encoder1"."""
        return {
            f"{stack}{index + 1}": f"{stack}.layers.{index}"
            for stack in ("encoder", "decoder")
            for index in range(len(getattr(self, stack).layers))
        }

    def forward(self, source: Tensor, target: Tensor, source_mask: Tensor | None = None) -> StacksOutput:
        """Return the decoder's output and all weights; ``source_mask`` (True: may look) hides the source's padding.

        It broadcasts to ``(N, num_heads, S, S)`` and to ``(N, num_heads, T, S)``: one row for all queries.
        """
        memory, encoder_weights = self.encoder(source, source_mask)
        decoded = self.decoder(target, memory, causal_mask(target.shape[1], target.device), source_mask)
        return StacksOutput(decoded.output, Weights(encoder_weights, decoded.self_weights, decoded.cross_weights))


@model(size=64, inputs=(Features("source", 512), Features("target", 512)))
def transformer_base_stacks() -> TransformerStacks:
    """Return the base model's stacks with both final norms, as torch builds them: 44,140,544 parameters."""
    return TransformerStacks()
