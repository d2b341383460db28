"""Huffman codes: frequent symbols get short words, and no word begins another.

Source: Huffman 1952, "A Method for the Construction of Minimum-Redundancy Codes"; the third step of Deep Compression.
"""

import heapq
import math
from collections.abc import Mapping, Sequence
from itertools import count


def code_lengths(frequencies: Sequence[float]) -> list[int]:
    """Return the number of bits of each symbol's word.

    The two rarest groups are joined until one is left, and each joining adds a bit to the words of all symbols in it.
    Of equally rare groups the one that is older goes first (symbols in order, then joined groups). A single symbol gets
    one bit. Symbols of frequency 0 get a word too. Other orders of ties change words' lengths, never Σ f·length.

    >>> code_lengths([0.5, 0.25, 0.125, 0.125])
    [1, 2, 3, 3]
    """
    if len(frequencies) == 1:
        return [1]
    lengths = [0] * len(frequencies)
    age = count()
    groups = [(frequency, next(age), [symbol]) for symbol, frequency in enumerate(frequencies)]
    heapq.heapify(groups)
    while len(groups) > 1:
        (first, _, left), (second, _, right) = heapq.heappop(groups), heapq.heappop(groups)
        for symbol in left + right:
            lengths[symbol] += 1
        heapq.heappush(groups, (first + second, next(age), left + right))
    return lengths


def code_words(lengths: Sequence[int]) -> list[str]:
    """Return words of 0 and 1 with these lengths, none the beginning of another: the canonical code.

    Words are numbered upwards, shorter ones first, symbols of one length in their order.

    >>> code_words([1, 2, 3, 3])
    ['0', '10', '110', '111']
    """
    words = [""] * len(lengths)
    number, width = 0, 0
    for length, symbol in sorted((length, symbol) for symbol, length in enumerate(lengths)):
        number <<= length - width
        width = length
        words[symbol] = format(number, f"0{length}b")
        number += 1
    return words


def mean_length(frequencies: Sequence[float]) -> float:
    """Return the bits per symbol, Σ f·length / Σ f; at least the entropy and less than one bit above it.

    >>> mean_length([0.5, 0.25, 0.125, 0.125])
    1.75
    """
    weighted = math.fsum(f * length for f, length in zip(frequencies, code_lengths(frequencies), strict=True))
    return weighted / math.fsum(frequencies)


def entropy(frequencies: Sequence[float]) -> float:
    """Return -Σ p·log2 p in bits, p = f/Σ f; a frequency of 0 adds nothing.

    >>> entropy([1, 1, 1, 1])
    2.0
    """
    total = math.fsum(frequencies)
    return math.fsum(-f / total * math.log2(f / total) for f in frequencies if f > 0)


def encode(symbols: Sequence[int], words: Sequence[str]) -> str:
    """Return the words of the symbols, one after the other.

    >>> encode([0, 2, 1], ["0", "10", "11"])
    '01110'
    """
    return "".join(words[symbol] for symbol in symbols)


def decode(bits: str, words: Sequence[str]) -> list[int]:
    """Return the symbols again: no word begins another, so the first that fits is right.

    >>> decode("01110", ["0", "10", "11"])
    [0, 2, 1]
    """
    symbol_of: Mapping[str, int] = {word: symbol for symbol, word in enumerate(words)}
    symbols: list[int] = []
    word = ""
    for bit in bits:
        word += bit
        if word in symbol_of:
            symbols.append(symbol_of[word])
            word = ""
    return symbols
