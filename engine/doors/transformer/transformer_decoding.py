"""``transformer.*``: how often a decoder runs, what a step costs, and which attentions are there."""

from typing import Annotated, Any, Literal

import torch
from torch import Tensor, nn

from engine.analysis.macs import hooked
from engine.analysis.matmul_macs import MatmulMacs
from engine.arguments import Between
from engine.device import for_float64
from engine.evidence import Blocks, Run, Table
from engine.layers import transformer_cache as cache
from engine.layers.attention_multihead import MultiheadAttention, check_heads
from engine.layers.masks import causal_mask
from engine.layers.transformer_decoder import TransformerDecoder, TransformerDecoderLayer
from engine.models.transformer import Transformer
from engine.models.transformer_decoding import write
from engine.registry import Kind, function

Length = Annotated[int, Between(1, 32)]
Width = Annotated[int, Between(1, 8192)]
Heads = Annotated[int, Between(1, 128)]
Layers = Annotated[int, Between(0, 12)]
AttentionKind = Literal["all", "self", "cross", "causal"]
_SIZES = {"embed_dim": 512, "num_heads": 8, "dim_feedforward": 2048, "length": 8}


@function("transformer.decoder_passes", Kind.MEASURED, example={"length": 7, "phase": "prediction"}, shows=(write,))
def decoder_passes(length: Length, phase: Literal["training", "prediction"] = "prediction") -> Run:
    """Return how often the decoder runs for ``length`` target tokens, the end token among them.

    >>> decoder_passes(7).value, decoder_passes(7, phase="training").value
    (7, 1)
    """
    network = _small_transformer()
    source = torch.zeros(1, 3, dtype=torch.long, device=network.output.weight.device)
    passes: list[int] = []
    with (
        hooked([network.stacks.decoder], lambda layer, given, output: passes.append(given[0].shape[1])),
        torch.no_grad(),
    ):
        if phase == "training":
            network(source, torch.zeros_like(source[:, :1]).expand(1, length))
        else:
            write(network, source, bos=0, eos=None, max_len=length, cached=False)
    rows = list(enumerate(passes, start=1))
    return Run(len(passes), lambda: [Table("Passes of the decoder", ["pass", "positions in it"], rows)])


@function("transformer.decoding_macs", Kind.MEASURED, example=_SIZES, shows=(cache.step, cache.start))
def decoding_macs(
    embed_dim: Width,
    num_heads: Heads,
    dim_feedforward: Width,
    length: Length,
    source_length: Length = 8,
    num_layers: Annotated[int, Between(1, 6)] = 1,
    cached: bool = True,
) -> Run:
    """Return the decoder's multiply-adds for writing ``length`` tokens one by one, with or without a cache.

    Without a cache every step runs the whole prefix again, and projects the source again.

    >>> sizes = {"embed_dim": 512, "num_heads": 8, "dim_feedforward": 2048, "length": 8}
    >>> decoding_macs(**sizes).value < decoding_macs(**sizes, cached=False).value / 4
    True
    """
    check_heads(embed_dim, num_heads)
    with torch.device("meta"):
        block = (embed_dim, num_heads, dim_feedforward)
        decoder = TransformerDecoder(TransformerDecoderLayer(*block) for _ in range(num_layers))
        memory, tokens = torch.empty(1, source_length, embed_dim), torch.empty(1, length, embed_dim)

    def evidence() -> Blocks:
        costs = [_step_macs(decoder, memory, tokens, way) for way in (True, False)]
        rows = [*zip(range(1, length + 1), *costs, strict=True), ("all", *map(sum, costs))]
        return [Table("Multiply-adds of each step", ["step", "cached", "whole prefix"], rows)]

    return Run(sum(_step_macs(decoder.eval(), memory, tokens, cached)), evidence, device="meta")


def _step_macs(decoder: TransformerDecoder, memory: Tensor, tokens: Tensor, cached: bool) -> list[int]:
    """Return the multiply-adds of each step; the first one of a cache projects the source."""
    remembered, macs = None, []
    for position in range(tokens.shape[1]):
        with torch.no_grad(), MatmulMacs() as counted:
            if cached:
                remembered = cache.start(decoder, memory) if remembered is None else remembered
                _, remembered = cache.step(decoder, tokens[:, position : position + 1], remembered)
            else:
                decoder(tokens[:, : position + 1], memory, causal_mask(position + 1, tokens.device))
        macs.append(counted.products + counted.linear)
    return macs


@function(
    "transformer.cache_size",
    Kind.MODULE,
    example={"embed_dim": 512, "num_heads": 8, "num_layers": 6, "length": 10},
    shows=(cache.start, cache.step),
)
def cache_size(
    embed_dim: Width,
    num_heads: Heads,
    num_layers: Annotated[int, Between(1, 6)],
    length: Length,
    source_length: Length = 8,
    of: Literal["target", "source", "both"] = "target",
) -> Run:
    """Return how many numbers a decoder remembers after ``length`` tokens: keys and values of every block.

    Those of the ``source``, for cross attention, are the same after every step.

    >>> cache_size(512, 8, num_layers=6, length=10).value  # 2·6·10·512
    61440
    """
    check_heads(embed_dim, num_heads)
    with torch.device("meta"), torch.no_grad():
        decoder = TransformerDecoder(TransformerDecoderLayer(embed_dim, num_heads, 1) for _ in range(num_layers)).eval()
        remembered = cache.start(decoder, torch.empty(1, source_length, embed_dim))
        rows = []
        for position in range(1, length + 1):
            _, remembered = cache.step(decoder, torch.empty(1, 1, embed_dim), remembered)
            held = [sum(part.numel() for layer in remembered for part in layer[which]) for which in (0, 1)]
            rows.append((position, *held, sum(held)))
    table = Table("Numbers remembered", ["after step", "of the target", "of the source", "both"], rows)
    return Run(rows[-1][{"target": 1, "source": 2, "both": 3}[of]], lambda: [table], device="meta")


@function("transformer.num_attentions", Kind.MEASURED, example={"num_encoder_layers": 6, "num_decoder_layers": 6})
def num_attentions(num_encoder_layers: Layers, num_decoder_layers: Layers, kind: AttentionKind = "all") -> Run:
    """Return how many attention layers run in a Transformer; ``self``: query and keys are one sequence.

    ``causal``: its mask hides later positions. Each layer is looked at while the network runs.

    >>> [num_attentions(6, 6, kind=kind).value for kind in ("all", "self", "cross", "causal")]
    [18, 12, 6, 6]
    """
    network = _small_transformer(num_encoder_layers, num_decoder_layers)
    attentions = [(name, layer) for name, layer in network.named_modules() if isinstance(layer, MultiheadAttention)]
    names: dict[nn.Module, str] = {layer: name for name, layer in attentions}
    rows: list[tuple[str, str, bool]] = []

    def look(layer: nn.Module, given: tuple[Any, ...], output: Any) -> None:
        mask = given[3]
        causal = mask is not None and not bool(mask[..., 0, -1].any())
        rows.append((names[layer], "self" if given[0] is given[1] else "cross", causal))

    ids = torch.zeros(1, 4, dtype=torch.long, device=network.output.weight.device)
    with hooked(names, look), torch.no_grad():
        network(ids, ids[:, :3])
    counts = {"all": len(rows), "causal": sum(causal for *_, causal in rows)}
    counts |= {which: sum(found == which for _, found, _ in rows) for which in ("self", "cross")}
    return Run(counts[kind], lambda: [Table("Attention layers", ["layer", "attention", "causal mask"], rows)])


def _small_transformer(num_encoder_layers: int = 1, num_decoder_layers: int = 1) -> Transformer:
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(0)
        network = Transformer(5, 5, 4, 2, num_encoder_layers, num_decoder_layers, 8, max_len=64)
    return network.to(for_float64()).eval()
