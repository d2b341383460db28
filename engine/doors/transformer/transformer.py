"""``transformer.*``: parameters and shapes of a Transformer and of its parts."""

from typing import Annotated, Literal

import torch
from torch import Tensor, nn

from engine.analysis.params import num_params as count_params
from engine.analysis.shapes import layer_table
from engine.analysis.sizes import sizes
from engine.arguments import Between
from engine.evidence import Blocks, Run, Table
from engine.layers.add_norm import AddNorm
from engine.layers.attention_multihead import check_heads
from engine.layers.feed_forward import PositionwiseFeedForward
from engine.layers.transformer_decoder import TransformerDecoderLayer
from engine.layers.transformer_encoder import TransformerEncoderLayer
from engine.models.transformer import Transformer
from engine.models.transformer_stacks import TransformerStacks
from engine.registry import Kind, function

Width = Annotated[int, Between(1, 8192)]
Heads = Annotated[int, Between(1, 128)]
Layers = Annotated[int, Between(1, 48)]
Vocabulary = Annotated[int, Between(1, 300_000)]
Tokens = Annotated[int, Between(1, 1024)]
Part = Literal["self_attention", "feed_forward", "add_norm", "encoder_layer", "decoder_layer"]
What = Literal["memory", "decoder_output", "logits", "encoder_weights", "decoder_weights", "cross_weights"]
_BASE = {"embed_dim": 512, "num_heads": 8, "dim_feedforward": 2048}


@function(
    "transformer.layer_num_params",
    Kind.MODULE,
    example={**_BASE, "part": "encoder_layer"},
    shows=(TransformerEncoderLayer, TransformerDecoderLayer, PositionwiseFeedForward, AddNorm),
)
def layer_num_params(
    embed_dim: Width, num_heads: Heads, dim_feedforward: Width, part: Part = "encoder_layer", bias: bool = True
) -> Run:
    """Return the trainable parameters of one block of torch's Transformer, or of a part of a block.

    ``add_norm`` is one normalisation; an encoder block has two of them and one attention, a decoder block three of them
    and two attentions.

    >>> layer_num_params(512, 8, 2048).value, layer_num_params(512, 8, 2048, part="decoder_layer").value
    (3152384, 4204032)
    """
    check_heads(embed_dim, num_heads)
    block = nn.TransformerDecoderLayer if part == "decoder_layer" else nn.TransformerEncoderLayer
    layer = block(embed_dim, num_heads, dim_feedforward, bias=bias, device="meta")
    children: dict[str, list[nn.Module]] = {
        "self_attention": [layer.self_attn],
        "feed_forward": [layer.linear1, layer.linear2],
        "add_norm": [layer.norm1],
    }
    chosen = nn.ModuleList(children.get(part, [layer]))
    rows = [(name.partition(".")[2], sizes(p.shape), p.numel()) for name, p in chosen.named_parameters()]

    def evidence() -> Blocks:
        table = Table(part, ["parameter", "shape", "numbers"], rows)
        return [table, _order(embed_dim, num_heads, dim_feedforward, part)]

    return Run(count_params(chosen), evidence, device="meta")


def _order(embed_dim: int, num_heads: int, dim_feedforward: int, part: Part) -> Table:
    """Return what runs in a block, step by step, for ten tokens."""
    with torch.device("meta"):
        x, sizes_of_block = torch.empty(1, 10, embed_dim), (embed_dim, num_heads, dim_feedforward)
        if part == "decoder_layer":
            ran = layer_table(TransformerDecoderLayer(*sizes_of_block), x, x)
        else:
            ran = layer_table(TransformerEncoderLayer(*sizes_of_block), x)
    rows = [(row.name, row.type, sizes(row.output_shape[1:]), row.params, row.macs) for row in ran]
    title = f"What runs in {'a decoder' if part == 'decoder_layer' else 'an encoder'} block, for ten tokens"
    return Table(title, ["layer", "type", "output shape", "parameters", "MACs"], rows)


@function("transformer.stacks_num_params", Kind.MODULE, example=_BASE, shows=(TransformerStacks,))
def stacks_num_params(
    embed_dim: Width,
    num_heads: Heads,
    dim_feedforward: Width,
    num_encoder_layers: Layers = 6,
    num_decoder_layers: Layers = 6,
    final_norms: bool = True,
) -> Run:
    """Return the trainable parameters of encoder and decoder, without embeddings and output layer.

    They are torch's; its ``nn.Transformer`` has ``final_norms``, a normalisation behind each stack.

    >>> stacks_num_params(512, 8, 2048).value, stacks_num_params(512, 8, 2048, final_norms=False).value
    (44140544, 44138496)
    """
    check_heads(embed_dim, num_heads)
    block = (embed_dim, num_heads, dim_feedforward)
    with torch.device("meta"):
        encoder_norm, decoder_norm = (nn.LayerNorm(embed_dim) if final_norms else None for _ in range(2))
        encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(*block), num_encoder_layers, encoder_norm, False)
        decoder = nn.TransformerDecoder(nn.TransformerDecoderLayer(*block), num_decoder_layers, decoder_norm)
    stacks = nn.ModuleDict({"encoder": encoder, "decoder": decoder})
    rows = [(name, count_params(stack)) for name, stack in stacks.named_children()]
    return Run(count_params(stacks), lambda: [Table("nn.Transformer", ["stack", "parameters"], rows)], device="meta")


@function(
    "transformer.num_params",
    Kind.MODULE,
    example={**_BASE, "src_vocab_size": 37_000, "tgt_vocab_size": 37_000, "tie_weights": True},
    shows=(Transformer,),
)
def num_params(
    embed_dim: Width,
    num_heads: Heads,
    dim_feedforward: Width,
    src_vocab_size: Vocabulary,
    tgt_vocab_size: Vocabulary,
    num_encoder_layers: Layers = 6,
    num_decoder_layers: Layers = 6,
    tie_weights: bool = False,
    final_norms: bool = False,
) -> Run:
    """Return the trainable parameters of a whole Transformer: two embeddings, both stacks, a linear output layer.

    With ``tie_weights`` both embeddings and the output layer share one matrix, and the output has no biases.

    Raises:
        Refused: the weights are tied, and the two vocabularies differ in size.

    >>> num_params(512, 8, 2048, 37_000, 37_000, tie_weights=True).value  # the paper's base model, "65 M"
    63082496
    """
    check_heads(embed_dim, num_heads)
    layers = (num_encoder_layers, num_decoder_layers)
    with torch.device("meta"):
        network = Transformer(
            src_vocab_size,
            tgt_vocab_size,
            embed_dim,
            num_heads,
            *layers,
            dim_feedforward,
            max_len=1,
            final_norms=final_norms,
            tie_weights=tie_weights,
        )
    parts = {name: count_params(network.get_submodule(path)) for name, path in network.stages.items()}
    rows = [*parts.items(), ("all, shared tensors once", count_params(network))]
    return Run(count_params(network), lambda: [Table("Transformer", ["part", "parameters"], rows)], device="meta")


@function(
    "transformer.shape",
    Kind.MODULE,
    example={"what": "cross_weights", "source_length": 7, "target_length": 5},
    shows=(Transformer,),
)
def shape(
    what: What,
    source_length: Tokens,
    target_length: Tokens,
    batch: Annotated[int, Between(1, 256)] = 1,
    embed_dim: Width = 512,
    num_heads: Heads = 8,
    vocab_size: Vocabulary = 1000,
) -> Run:
    """Return the shape of what a Transformer computes: memory, decoder output, logits, or attention weights.

    >>> shape("cross_weights", source_length=7, target_length=5).value, shape("memory", 7, 5).value
    ([1, 8, 5, 7], [1, 7, 512])
    """
    check_heads(embed_dim, num_heads)
    longest = max(source_length, target_length)
    with torch.device("meta"), torch.no_grad():
        network = Transformer(vocab_size, vocab_size, embed_dim, num_heads, 1, 1, embed_dim, max_len=longest)
        source, target = (torch.zeros(batch, n, dtype=torch.long) for n in (source_length, target_length))
        encoded = network.encode(source)
        decoded = network.stacks.decoder(network.target(target), encoded.output)
        logits = network.output(decoded.output)
    found: dict[str, Tensor] = {
        "memory": encoded.output,
        "decoder_output": decoded.output,
        "logits": logits,
        "encoder_weights": encoded.weights[0],
        "decoder_weights": decoded.self_weights[0],
        "cross_weights": decoded.cross_weights[0],
    }
    rows = [(name, sizes(tensor.shape)) for name, tensor in found.items()]
    return Run(list(found[what].shape), lambda: [Table("Shapes", ["tensor", "shape"], rows)], device="meta")
