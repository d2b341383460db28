"""The sentences of the core, in both languages."""

from typing import Any

from dlquiz.core.texts import Language

_PHRASES: dict[str, dict[Language, str]] = {
    "right": {"en": "{right}", "zh": "{right}"},
    "wrong": {"en": "{right}, not {given}.", "zh": "应为 {right}，不是 {given}。"},
    "elsewhere": {
        "en": "{given} is right under another convention; here it is {right}.",
        "zh": "{given} 在另一种约定下是对的；这里应为 {right}。",
    },
    "claims_wrong": {
        "en": "{hits} of {count} judged rightly; true: {right}.",
        "zh": "{count} 条中判断对 {hits} 条；成立的是：{right}。",
    },
    "none_hold": {"en": "none", "zh": "都不成立"},
    "within_abs": {"en": "accepted within ±{size}", "zh": "误差在 ±{size} 以内算对"},
    "within_rel": {"en": "accepted within {size} %", "zh": "相对误差在 {size} % 以内算对"},
    "whole": {"en": "an exact whole number", "zh": "精确的整数"},
    "shape": {"en": "a shape, such as 64, 56, 56", "zh": "一个形状，例如 64, 56, 56"},
    "claims": {
        "en": "the numbers of all that hold, such as 1 3; at least one does",
        "zh": "所有成立的编号，例如 1 3；至少有一条成立",
    },
    "conflict": {
        "en": "Bank and engine disagree on this instance, so it does not count: {detail}. Please run dlquiz check.",
        "zh": "题库与引擎在这一题上不一致，因此不计分：{detail}。请运行 dlquiz check。",
    },
}


def say(language: Language, phrase: str, **values: Any) -> str:
    """Return a phrase in a language with its values put in.

    >>> say("en", "wrong", right=31, given=29)
    '31, not 29.'
    """
    return _PHRASES[phrase][language].format(**values)
