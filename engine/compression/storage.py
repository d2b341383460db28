"""How many bits a compressed layer takes: what Deep Compression stores, counted on the bits themselves.

A pruned layer is stored as the weights that are left, each with the gap since the one before; shared weights as codes
and a codebook; then codes and gaps each get a Huffman code. 1 MB is 10⁶ bytes.

Source: Han, Mao & Dally 2016, "Deep Compression", figures 1 and 2, section 3.
"""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from torch import Tensor

from engine.compression.huffman import code_lengths, code_words, encode
from engine.compression.pruning import magnitude_mask
from engine.compression.weight_sharing import share_weights


def megabytes(params: float, bits: float) -> float:
    """Return params · bits / (8 · 10⁶).

    >>> megabytes(1_248_424, 32)
    4.993696
    """
    return params * bits / 8e6


def sharing_rate(weights: int, clusters: int, bits: int = 32) -> float:
    """Return by how much sharing alone compresses n weights of b bits: n·b / (n·ceil(log2 k) + k·b).

    The codebook, k·b bits, counts. The paper writes log2 k and takes powers of 2, where both agree.

    >>> sharing_rate(weights=16, clusters=4)
    3.2
    """
    return weights * bits / (weights * code_bits(clusters) + clusters * bits)


def code_bits(symbols: int) -> int:
    """Return the bits of a fixed-length code, ceil(log2 k).

    >>> code_bits(16), code_bits(17)
    (4, 5)
    """
    return (symbols - 1).bit_length()


def gaps(mask: Tensor, index_bits: int) -> list[int]:
    """Return what the sparse format stores: for each entry how many places were skipped before it.

    A gap too long for ``index_bits`` is cut by a filler: an entry of weight 0 after the longest gap, 2^bits - 1.

    >>> import torch
    >>> gaps(torch.tensor([1, 0, 0, 1, 0, 0, 0, 0, 0, 1]), index_bits=2)
    [0, 2, 3, 1]
    """
    longest = 2**index_bits - 1
    found: list[int] = []
    before = -1
    for place in mask.flatten().nonzero().flatten().tolist():
        gap = place - before - 1
        while gap > longest:
            found.append(longest)
            gap -= longest + 1
        found.append(gap)
        before = place
    return found


class Step(NamedTuple):
    """One stage of the compression, and the bits that the layer then takes."""

    name: str
    bits: int


def deep_compression(
    weights: Tensor, amount: float, clusters: int, index_bits: int = 4, bits: int = 32
) -> tuple[Step, ...]:
    """Return the bits of a layer as it is, then pruned, shared and Huffman-coded, each step on top of the last.

    Fillers take a code of their own (the last symbol). Huffman tables are not counted, as in the paper's figures.

    >>> import torch
    >>> for step in deep_compression(torch.linspace(-1, 1, 64), amount=0.5, clusters=4):
    ...     print(*step)
    as it is 2048
    pruned 1224
    shared 366
    Huffman 239
    """
    mask = magnitude_mask(weights, amount)
    skipped = gaps(mask, index_bits)
    shared = share_weights(weights[mask], clusters)
    codes = _with_fillers(shared.codes.tolist(), mask, index_bits, filler=clusters)
    entries, symbols = len(codes), clusters + (clusters in codes)
    codebook = clusters * bits
    return (
        Step("as it is", weights.numel() * bits),
        Step("pruned", entries * (bits + index_bits)),
        Step("shared", entries * (code_bits(symbols) + index_bits) + codebook),
        Step("Huffman", huffman_bits(codes) + huffman_bits(skipped) + codebook),
    )


def huffman_bits(symbols: Sequence[int]) -> int:
    """Return the length of the text that the Huffman code of these symbols' frequencies makes of them.

    >>> huffman_bits([7, 7, 7, 7, 1, 2])
    8
    """
    frequencies = Counter(symbols)
    known = sorted(frequencies)
    words = code_words(code_lengths([frequencies[symbol] for symbol in known]))
    return len(encode([known.index(symbol) for symbol in symbols], words))


def _with_fillers(codes: Sequence[int], mask: Tensor, index_bits: int, filler: int) -> list[int]:
    """Return one code for each gap: the weights' own, and ``filler`` where a gap was cut."""
    waiting = iter(codes)
    entries: list[int] = []
    before = -1
    for place in mask.flatten().nonzero().flatten().tolist():
        fillers = (place - before - 1) // 2**index_bits
        entries += [filler] * fillers + [next(waiting)]
        before = place
    return entries
