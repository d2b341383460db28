"""Arguments of layers in prose: who reads "a 3×3 convolution with stride 2" has been told two of them.

A short list of phrases, in English and Chinese. What else a sentence may say of a layer is not read.
"""

import re
from collections.abc import Iterator
from typing import Any

from dlquiz.banks.proving.numerals import WORDS

_WORDED = "|".join(sorted((word for word in WORDS if word.isascii()), key=len, reverse=True))
_CHINESE = "[一二两三四五六七八九十](?=[的、，。；,;.]|\\s|$)"
_NUMBER = rf"(?:\d{{1,6}}(?![\d.,]\d|[A-Za-z_])|(?:{_WORDED})\b|{_CHINESE})"
_TIMES = r"(?:\s?[×x]\s?|\sby\s)"
_SIZE = rf"{_NUMBER}(?:{_TIMES}{_NUMBER}){{0,3}}(?!\s*[·*/^+−%²³倍层种次]|\s?[×x]|\s*-\s?\d|\s+times\b)"
_SIZES = rf"(?P<sizes>{_SIZE}(?:\s*(?:,|，|、|\bor\b|\band\b|\bto\b|或|和|到|→)\s*{_SIZE}){{0,9}})"
_IS = r"(?:\s*(?:of|is|为|是|取)?\s*)"
_POOLED = r"(?:(?:max|average|avg|mean|depthwise|dilated|strided|transposed|causal|ordinary|plain)[\s-]+){0,4}"
_LAYER = rf"\s+{_POOLED}(?:conv(?:olution(?:al|s)?)?|kernels?|filters?|pool(?:ing)?s?)\b"
_LAYER_IN_CHINESE = r"\s*的?\s*(?:最大|平均|转置|膨胀|空洞|深度|普通){0,4}(?:卷积|池化|滤波器|核)"

_SIZED = [
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        ("stride", rf"(?:\bstrides?\b|步[幅长]){_IS}{_SIZES}"),
        ("padding", rf"(?<!output )(?:\bpadding\b|(?<!输出)填充){_IS}{_SIZES}"),
        ("dilation", rf"(?:\bdilation(?: rate| factor)?\b|(?:膨胀|空洞|扩张)(?:率|系数)?){_IS}{_SIZES}"),
        ("kernel_size", rf"(?:\bkernel(?: size)?\b|核(?:大小|尺寸)?){_IS}(?:size )?{_SIZES}"),
        ("kernel_size", rf"大小{_IS}{_SIZES}\s*的(?:卷积)?核"),
        (
            "kernel_size",
            rf"(?<![\d×.,])(?<!× )(?P<sizes>{_NUMBER}(?:{_TIMES}{_NUMBER}){{1,3}})(?:{_LAYER}|{_LAYER_IN_CHINESE})",
        ),
    )
]
_STATED: list[tuple[str, bool, re.Pattern[str]]] = [
    (name, value, re.compile(pattern, re.IGNORECASE))
    for name, value, pattern in (
        (
            "bias",
            False,
            r"\b(?:without|no)\s(?:a\s|any\s)?bias(?:es)?\b(?!\s(?:in|on|for|correction|vector))|(?:无|没有|不[带含用])偏置(?!修正|校正)",
        ),
        ("bias", True, r"\bwith\s(?:a\s|its\s)?bias(?:es)?\b|\bwith (?:or|and) without\b|(?<!不)[带含有]偏置"),
        ("bidirectional", True, r"(?<!not )(?<!non-)\bbidirectional\b|双向"),
        ("bidirectional", False, r"\bunidirectional\b|单向"),
    )
]
_EACH = re.compile(_SIZE, re.IGNORECASE)
_ENTRY = re.compile(_NUMBER, re.IGNORECASE)


def in_prose(text: str) -> Iterator[tuple[str, Any]]:
    """Yield each argument that a text tells in words, with the value that it says.

    Where sizes are listed, each of them is one: "stride 1 or 2".

    >>> dict(in_prose("A 3×5 convolution without bias, stride of two, padding 1"))
    {'stride': 2, 'padding': 1, 'kernel_size': [3, 5], 'bias': False}
    >>> dict(in_prose("双向；步幅三，核大小为 5，填充 1"))
    {'stride': 3, 'padding': 1, 'kernel_size': 5, 'bidirectional': True}
    >>> list(in_prose("stride 2·3, output padding 1, no bias correction, 32×32 images"))
    []
    """
    for name, pattern in _SIZED:
        for found in pattern.finditer(text):
            yield from ((name, _size(one)) for one in _EACH.findall(found["sizes"]))
    for name, value, pattern in _STATED:
        if pattern.search(text):
            yield name, value


def _size(written: str) -> int | list[int]:
    sizes = [int(one) if one.isdigit() and one.isascii() else WORDS[one.lower()] for one in _ENTRY.findall(written)]
    return sizes if len(sizes) > 1 else sizes[0]
