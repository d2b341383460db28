"""Lengths of time as a learner reads them, in both languages."""

from dlquiz.core.scheduling import interval_text
from dlquiz.core.texts import Language

_ZH = {"m": "分钟", "h": "小时", "d": "天", "mo": "个月", "y": "年"}


def interval(ms: int, language: Language) -> str:
    """Return how long until a card is due.

    >>> interval(8 * 86_400_000, "en"), interval(60_000, "zh")
    ('8 d', '1 分钟')
    """
    count, unit = interval_text(ms).split()
    return f"{count} {_ZH[unit] if language == 'zh' else unit}"


def spent(ms: int, language: Language) -> str:
    """Return how long something took, in minutes and seconds.

    >>> spent(754_000, "en"), spent(9_000, "zh")
    ('12 m 34 s', '9 秒')
    """
    minutes, seconds = divmod(max(0, ms) // 1000, 60)
    minute, second = ("分", "秒") if language == "zh" else ("m", "s")
    return f"{minutes} {minute} {seconds} {second}" if minutes else f"{seconds} {second}"


def run_time(ms: float) -> str:
    """Return how long a run took.

    >>> run_time(0.42), run_time(31.0), run_time(1250.0), run_time(0.003)
    ('0.4 ms', '31 ms', '1.2 s', '<0.1 ms')
    """
    if ms < 0.05:
        return "<0.1 ms"
    if ms < 9.95:
        return f"{ms:.1f} ms"
    return f"{ms:.0f} ms" if ms < 999.5 else f"{ms / 1000:.1f} s"
