"""Negations in Chinese texts: which of them deny a whole sentence, by the characters around them.

What an experiment asks is told in English, so its words cannot be found again in a Chinese sentence. No negation counts
that stands in an attribute ("无关的") or denies something bad ("不会漏掉").
"""

import re

_DENIES = re.compile(
    r"(?<![而在做论])(?:并非|并不|从未|绝不|决不|(?<!即使)(?<!若)没有(?![^，。；：]{0,8}的)|无法|无关(?!的)|无需"
    r"|不(?:是|会|能|可)?(?![同断变少仅只过管论及足妨漏超多久一小大到得必]))"
)
_BAD = re.compile(r"妨碍|漏|超过|丢|损|消失|爆炸|溢出|发散|[低高少多大小]于|失败|阻")
_NEAR = 4


def denial_in_chinese(sentence: str) -> str | None:
    """Return the first negation of a Chinese sentence that denies what it says, if there is one.

    >>> denial_in_chinese("平均池化不是线性的。"), denial_in_chinese("两者不同，与位置无关的矩阵。")
    ('不是', None)
    """
    for found in _DENIES.finditer(sentence):
        if not _BAD.search(sentence, found.end(), found.end() + _NEAR):
            return found[0]
    return None
