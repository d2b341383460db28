"""``pruning.*``, ``weight_sharing.*``, ``huffman.*``, ``compression.*``: the steps of Deep Compression, and sizes."""

from collections.abc import Sequence
from typing import Annotated, Literal

import torch
from torch import Tensor

from engine.arguments import Between, Elements, Length
from engine.compression.huffman import code_lengths, code_words
from engine.compression.huffman import encode as encode_symbols
from engine.compression.huffman import entropy as entropy_of
from engine.compression.huffman import mean_length as mean_length_of
from engine.compression.pruning import prune
from engine.compression.storage import Step, code_bits, deep_compression
from engine.compression.storage import megabytes as megabytes_of
from engine.compression.storage import sharing_rate as sharing_rate_of
from engine.compression.weight_sharing import Codebook, Start, share_weights
from engine.errors import Refused
from engine.evidence import Run, Table
from engine.registry import Kind, function

Weights = Annotated[Tensor, Elements(1024), Between(-1e6, 1e6)]
Fraction = Annotated[float, Between(0, 1)]
Clusters = Annotated[int, Between(1, 256)]
Frequencies = Annotated[Sequence[Annotated[float, Between(0, 1e9)]], Length(1, 256)]
_WEIGHTS = [[0.1, -3.0, 0.2], [-0.05, 1.2, 0.9]]


@function("pruning.pruned", Kind.MEASURED, example={"weights": _WEIGHTS, "amount": 0.5}, shows=(prune,))
def pruned(weights: Weights, amount: Fraction) -> Run:
    """Return the weights after magnitude pruning: the share ``amount`` nearest to 0 is set to 0, earlier ones first.

    >>> pruned(torch.tensor([[0.1, -3.0], [2.0, -0.5]]).double(), 0.5).value
    [[0.0, -3.0], [2.0, 0.0]]
    """
    left = prune(weights, amount)
    rows = [("before", weights.numel()), ("zeros after", int(left.eq(0).sum())), ("left", int(left.count_nonzero()))]
    return Run(left.tolist(), lambda: [Table("Weights", ["what", "number"], rows)], "cpu")


@function(
    "weight_sharing.centroids", Kind.MEASURED, example={"weights": _WEIGHTS, "clusters": 2}, shows=(share_weights,)
)
def centroids(weights: Weights, clusters: Clusters, start: Start = "linear") -> Run:
    """Return the shared values that k-means finds, from centroids evenly between min and max or at quantiles.

    >>> centroids(torch.tensor([0.0, 0.25, 0.75, 1.0]).double(), clusters=2).value
    [0.125, 0.875]
    """
    shared = share_weights(weights, clusters, start)
    return Run(shared.centroids.tolist(), lambda: [_codes(weights, shared)], "cpu")


@function("weight_sharing.error", Kind.MEASURED, example={"weights": _WEIGHTS, "clusters": 2}, shows=(share_weights,))
def error(weights: Weights, clusters: Clusters, start: Start = "linear") -> Run:
    """Return Σ(weight - shared value)² after k-means.

    >>> error(torch.tensor([0.0, 0.25, 0.75, 1.0]).double(), clusters=2).value
    0.0625
    """
    shared = share_weights(weights, clusters, start)
    squared = (weights - shared.decoded()).square().sum()
    return Run(float(squared), lambda: [_codes(weights, shared)], "cpu")


@function(
    "weight_sharing.compression_rate",
    Kind.CLOSED_FORM,
    example={"weights": 16, "clusters": 4},
    shows=(sharing_rate_of,),
)
def compression_rate(
    weights: Annotated[int, Between(1, 10**12)], clusters: Clusters, bits: Annotated[int, Between(1, 64)] = 32
) -> Run:
    """Return n·b/(n·⌈log2 k⌉ + k·b): how many times sharing k values shrinks n weights of b bits, codebook included.

    >>> compression_rate(16, clusters=4).value
    3.2
    """
    columns = ["without sharing", "codes", "codebook"]
    rows = [(weights * bits, weights * code_bits(clusters), clusters * bits)]
    return Run(sharing_rate_of(weights, clusters, bits), lambda: [Table("Bits", columns, rows)])


@function(
    "huffman.lengths", Kind.CLOSED_FORM, example={"frequencies": [0.5, 0.25, 0.125, 0.125]}, shows=(code_lengths,)
)
def lengths(frequencies: Frequencies) -> Run:
    """Return the bits of each symbol's Huffman word; of equally rare groups the older one is joined first.

    >>> lengths([4, 1, 1]).value
    [1, 2, 2]
    """
    return Run(code_lengths(frequencies), lambda: [_words(frequencies)])


@function("huffman.mean_length", Kind.CLOSED_FORM, example={"frequencies": [4, 2, 1, 1]}, shows=(code_lengths,))
def mean_length(frequencies: Frequencies) -> Run:
    """Return the bits per symbol of the Huffman code, Σ f·length / Σ f.

    >>> mean_length([4, 2, 1, 1]).value
    1.75
    """
    _check_some(frequencies)
    return Run(mean_length_of(frequencies), lambda: [_words(frequencies)])


@function("huffman.encoded_bits", Kind.MEASURED, example={"counts": [4, 2, 1, 1]}, shows=(code_lengths, code_words))
def encoded_bits(counts: Annotated[Sequence[Annotated[int, Between(0, 1000)]], Length(1, 64)]) -> Run:
    """Return the length of the text that a Huffman code really makes of a message with these counts of its symbols.

    >>> encoded_bits([4, 2, 1, 1]).value
    14
    """
    words = code_words(code_lengths(counts))
    message = [symbol for symbol, number in enumerate(counts) for _ in range(number)]
    return Run(len(encode_symbols(message, words)), lambda: [_words(counts)])


@function("huffman.entropy", Kind.CLOSED_FORM, example={"frequencies": [4, 2, 1, 1]}, shows=(entropy_of,))
def entropy(frequencies: Frequencies) -> Run:
    """Return the entropy of the frequencies in bits per symbol, which no code undercuts.

    >>> entropy([4, 2, 1, 1]).value
    1.75
    """
    _check_some(frequencies)
    return Run(entropy_of(frequencies), lambda: [_words(frequencies)])


@function("compression.megabytes", Kind.CLOSED_FORM, example={"params": 1_248_424, "bits": 6}, shows=(megabytes_of,))
def megabytes(
    params: Annotated[int, Between(1, 10**15)], bits: Annotated[float, Between(0.01, 64)] = 32, kept: Fraction = 1.0
) -> Run:
    """Return the size in MB (10⁶ bytes) of the share ``kept`` of the parameters, with ``bits`` for each.

    >>> round(megabytes(1_248_424, 6).value, 2)
    0.94
    """
    return Run(megabytes_of(params * kept, bits))


@function(
    "compression.layer_bits", Kind.MEASURED, example={"step": "shared", "amount": 0.75}, shows=(deep_compression,)
)
def layer_bits(
    step: Literal["as it is", "pruned", "shared", "Huffman"] = "Huffman",
    weights: Annotated[int, Between(16, 4096)] = 1024,
    amount: Annotated[float, Between(0, 0.99)] = 0.75,
    clusters: Annotated[int, Between(1, 64)] = 16,
    index_bits: Annotated[int, Between(1, 16)] = 4,
    seed: Annotated[int, Between(0, 10**6)] = 0,
) -> Run:
    """Return the bits of a layer of normal weights after a step of Deep Compression: pruned, shared, Huffman.

    Each step stands on the ones before; "as it is" is the layer in 32 bits. Gaps between the weights that are left
    take ``index_bits``, with a filler where a gap is longer; the codebook counts, Huffman's tables don't.

    >>> layer_bits("as it is").value, layer_bits("pruned", amount=0.0).value
    (32768, 36864)
    """
    if clusters > weights - round(amount * weights):
        raise Refused(f"{clusters} shared values for {weights - round(amount * weights)} weights share nothing")
    drawn = torch.randn(weights, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    steps = {stage.name: stage for stage in deep_compression(drawn, amount, clusters, index_bits)}
    return Run(steps[step].bits, lambda: [_waterfall(list(steps.values()))], "cpu")


def _waterfall(steps: Sequence[Step]) -> Table:
    rows = [(step.name, step.bits, steps[0].bits / step.bits) for step in steps]
    return Table("Bits of the layer", ["after", "bits", "times smaller"], rows)


def _codes(weights: Tensor, shared: Codebook) -> Table:
    rows = [
        (code, float(value), int(shared.codes.eq(code).sum())) for code, value in enumerate(shared.centroids.tolist())
    ]
    return Table(f"{len(rows)} values for {weights.numel()} weights", ["code", "value", "weights"], rows)


def _words(frequencies: Sequence[float]) -> Table:
    words = code_words(code_lengths(frequencies))
    rows = [(symbol, frequency, words[symbol]) for symbol, frequency in enumerate(frequencies)]
    return Table("Huffman code", ["symbol", "frequency", "word"], rows)


def _check_some(frequencies: Sequence[float]) -> None:
    if not any(frequencies):
        raise Refused("all frequencies are 0; at least one symbol must occur")
