"""Which attention looks at what: self and cross attention in the three kinds of Transformers, and how heads are cut."""

from typing import Any, Literal

import torch
from torch import Tensor, nn

from engine.analysis.macs import hooked
from engine.evidence import Run, Table
from engine.experiments._settle import Holds, randn, settle
from engine.experiments.transformer._networks import (
    HEADS,
    HIDDEN,
    WIDTH,
    fill,
    random_bert,
    random_transformer,
    tokens,
)
from engine.layers.attention import scaled_dot_product_attention
from engine.layers.attention_multihead import MultiheadAttention
from engine.layers.masks import causal_mask
from engine.layers.transformer_decoder import TransformerDecoderLayer
from engine.layers.transformer_encoder import TransformerEncoder, TransformerEncoderLayer
from engine.registry import Kind, function

Network = Literal["encoder_decoder", "encoder_only", "decoder_only"]
_NETWORKS: tuple[Network, ...] = ("encoder_decoder", "encoder_only", "decoder_only")


@function("transformer.all_attentions_are_self", Kind.MEASURED, example={"network": "encoder_only"})
def all_attentions_are_self(network: Network = "encoder_decoder") -> Run:
    """Say whether every attention layer of a network takes queries and keys from one and the same sequence.

    ``encoder_only`` is BERT; ``decoder_only`` is a stack of masked self-attention blocks, as in GPT.
    """
    found = {name: _kinds(name) for name in dict.fromkeys([network, *_NETWORKS])}
    rows = [(name, kinds.count("self"), kinds.count("cross")) for name, kinds in found.items()]
    table = Table("Attention layers that ran", ["network", "self", "cross"], rows)
    return Run("cross" not in found[network], lambda: [table])


def _kinds(network: Network) -> list[str]:
    generator = torch.Generator().manual_seed(0)
    ids, kinds = tokens(generator, 3), []

    def look(layer: nn.Module, given: tuple[Any, ...], output: Any) -> None:
        kinds.append("self" if given[0] is given[1] else "cross")

    built: nn.Module
    inputs: tuple[Tensor, ...]
    if network == "encoder_decoder":
        built, inputs = random_transformer(generator), (ids, ids)
    elif network == "encoder_only":
        built, inputs = random_bert(generator), (ids,)
    else:
        with torch.random.fork_rng(devices=[]):
            built = TransformerEncoder(TransformerEncoderLayer(WIDTH, HEADS, HIDDEN) for _ in range(2))
        fill(built, generator)
        inputs = (randn(generator, 1, 3, WIDTH), causal_mask(3, ids.device))
    attentions = [layer for layer in built.modules() if isinstance(layer, MultiheadAttention)]
    with hooked(attentions, look), torch.no_grad():
        built(*inputs)
    return kinds


@function("transformer.cross_attention_reads", Kind.MEASURED, example={"part": "query", "sequence": "target"})
def cross_attention_reads(
    part: Literal["query", "key", "value"] = "query", sequence: Literal["source", "target"] = "target"
) -> Run:
    """Say whether cross attention's queries, keys or values, in the first block, have a gradient at this sequence."""
    return settle(
        "Gradient of what cross attention is given",
        Holds.IF_DIFFERENT,
        _gradient_of_part,
        {"part": part, "sequence": sequence},
        [{"part": one, "sequence": where} for one in ("query", "key", "value") for where in ("source", "target")],
    )


def _gradient_of_part(generator: torch.Generator, part: str, sequence: str) -> Tensor:
    with torch.random.fork_rng(devices=[]):  # first weights are drawn globally, and replaced below
        block = TransformerDecoderLayer(WIDTH, HEADS, HIDDEN)
    fill(block, generator)
    sequences = {"source": randn(generator, 1, 4, WIDTH), "target": randn(generator, 1, 3, WIDTH)}
    for tensor in sequences.values():
        tensor.requires_grad_()
    given: list[tuple[Any, ...]] = []
    with hooked([block.cross_attn], lambda layer, inputs, output: given.append(inputs)):
        block(sequences["target"], sequences["source"], causal_mask(3, sequences["target"].device))
    read: Tensor = given[0][("query", "key", "value").index(part)]
    where = sequences[sequence]
    (gradient,) = torch.autograd.grad(read, where, randn(generator, *read.shape), allow_unused=True)
    return torch.zeros_like(where)[0] if gradient is None else gradient[0]


@function("transformer.block_has", Kind.MEASURED, example={"block": "encoder", "what": "feed_forward", "count": 1})
def block_has(
    what: Literal["attention", "feed_forward", "add_norm", "linear_in_feed_forward"],
    count: Literal[1, 2, 3],
    block: Literal["encoder", "decoder"] = "encoder",
) -> Run:
    """Say whether one block of a Transformer's encoder or decoder holds this many of them, looked up in torch's."""
    found = {name: _holds(name) for name in dict.fromkeys([block, "encoder", "decoder"])}
    rows = [(name, *numbers.values()) for name, numbers in found.items()]
    return Run(found[block][what] == count, lambda: [Table("One block", ["block", *found[block]], rows)], device="meta")


def _holds(block: str) -> dict[str, int]:
    make = nn.TransformerEncoderLayer if block == "encoder" else nn.TransformerDecoderLayer
    children = dict(make(WIDTH, HEADS, HIDDEN, device="meta").named_children())
    kinds = [type(child) for child in children.values()]
    linears = [name for name, child in children.items() if type(child) is nn.Linear]
    return {
        "attention": kinds.count(nn.MultiheadAttention),
        "feed_forward": len(linears) // 2,
        "add_norm": kinds.count(nn.LayerNorm),
        "linear_in_feed_forward": len(linears),
    }


@function(
    "attention.head_split_is", Kind.MEASURED, example={"split": "neighbouring features"}, shows=(MultiheadAttention,)
)
def head_split_is(
    split: Literal["neighbouring features", "reshape without transpose"] = "neighbouring features",
) -> Run:
    """Say whether splitting into heads in this way gives the outputs of torch's multi-head attention.

    Right is (N, L, h·e) to (N, L, h, e), then transposed to (N, h, L, e). Reshaping to (N, h, L, e) in one go has the
    same shape and mixes tokens with features.
    """
    return settle(
        "Outputs with this split, less torch's",
        Holds.IF_EQUAL,
        _split_error,
        {"split": split},
        [{"split": "neighbouring features"}, {"split": "reshape without transpose"}],
    )


def _split_error(generator: torch.Generator, split: str) -> Tensor:
    x = randn(generator, 1, 5, WIDTH)
    matrices = [randn(generator, WIDTH, WIDTH) / WIDTH**0.5 for _ in range(4)]
    query, key, value = (x @ matrix.mT for matrix in matrices[:3])
    if split == "neighbouring features":
        heads = scaled_dot_product_attention(
            *(one.reshape(1, 5, HEADS, -1).transpose(1, 2) for one in (query, key, value))
        )
        joined = heads.output.transpose(1, 2).reshape(1, 5, WIDTH)
    else:
        heads = scaled_dot_product_attention(*(one.reshape(1, HEADS, 5, -1) for one in (query, key, value)))
        joined = heads.output.reshape(1, 5, WIDTH)
    with torch.random.fork_rng(devices=[]):  # first weights are drawn globally, and replaced below
        layer = nn.MultiheadAttention(WIDTH, HEADS, bias=False, batch_first=True).to(x)
    layer.in_proj_weight.data, layer.out_proj.weight.data = torch.cat(matrices[:3]), matrices[3]
    difference: Tensor = joined @ matrices[3].mT - layer(x, x, x)[0]
    return difference[0]
