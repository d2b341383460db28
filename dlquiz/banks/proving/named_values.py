"""Words for values: a sentence about ReLU has to be settled by a run with ReLU, and not with another activation.

What a sentence is about may be said in many words, so none of them is asked for. But where it names one of the other
values that an argument may have, and not the one that is passed, the two speak of different things.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from dlquiz.banks.proving.numerals import WORDS
from dlquiz.banks.signatures import Argument
from dlquiz.core.calls import CallTemplate
from dlquiz.core.texts import Text

SHORTEST = 3
"""Letters of a value that is looked for; a shorter one, N or d, has too many meanings."""
_LONGEST = 5
"""Words of a value that is looked for."""

_WORD = re.compile(r"[A-Za-z0-9]+")
_PLAIN = re.compile(r"[A-Za-z0-9]+(?:[ _-][A-Za-z0-9]+)*")
_JOINTS = {"", " ", "-", "_"}


class Misnamed(NamedTuple):
    """An argument, the value that is passed for it, and the one that a sentence names instead, in its own spelling."""

    argument: str
    passed: str
    named: str


def misnamed(
    text: Text, call: CallTemplate, arguments: Mapping[str, Argument], summary: str = "", *, defaults: bool = True
) -> Iterator[Misnamed]:
    """Yield the arguments of a call for which a text names another value than the one that is passed.

    A value that is a word of the function's summary is no sign where the one that is passed is none: of "keys with
    their values", which is passed as "pairs", a sentence speaks by the word "keys".

    Args:
        text: The sentence. Chinese ones have Latin words too: what they name counts where the English one is silent.
        call: The run that it is about.
        arguments: What the function takes.
        summary: What the function does.
        defaults: Whether arguments that are not given count with their defaults.
    """
    english = _plain(text.en.parts)
    chinese = _plain(text.zh.parts) if text.zh is not None else ""
    taken = {name: one.default for name, one in arguments.items() if defaults and not one.required}
    passed = {**taken, **call.arguments}
    elsewhere = {_joined(word) for word in _strings(list(passed.values()))} | {_joined(name) for name in arguments}
    for name, argument in arguments.items():
        value, others = passed.get(name), [one for one in argument.choices if isinstance(one, str)]
        if isinstance(value, str) and value in others:
            sought = [one for one in others if _is_name(one) and _joined(one) not in elsewhere]
            in_english, in_chinese = _named(english, sought), _named(chinese, sought)
            for found in (in_english, {one: in_chinese[one] for one in in_chinese if one not in in_english}):
                other, written = next(iter(found.items()), ("", ""))
                if len(found) != 1 or not _is_meant(other, name, english) or _is_told(other, value, summary):
                    continue
                if not _is_said(value, other, f"{english} {chinese}"):
                    yield Misnamed(name, value, written)
                    break


def _plain(parts: Sequence[Any]) -> str:
    return "".join(part if isinstance(part, str) else " … " for part in parts)


def _joined(words: str) -> str:
    """Return words without regard to case and to what joins them.

    >>> _joined("leaky_relu") == _joined("Leaky ReLU")
    True
    """
    return "".join(_WORD.findall(words)).lower()


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from _strings(list(value.values()))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _strings(item)


def _is_name(value: str) -> bool:
    """Whether a value is made of words, and could be meant by nothing else."""
    return _PLAIN.fullmatch(value) is not None and len(_joined(value)) >= SHORTEST and not value.isdigit()


def _named(text: str, values: Sequence[str]) -> dict[str, str]:
    """Return which of some values a text names, and how; the longest at each place, so "leaky ReLU" is no ReLU.

    >>> _named("Leaky ReLU, AdaGrad's rate", ["relu", "leaky_relu", "adagrad", "rat"])
    {'leaky_relu': 'Leaky ReLU', 'adagrad': 'AdaGrad'}
    >>> _named("Add one to it", ["add", "add_one"])
    {'add_one': 'Add one'}
    """
    keys = {_joined(value): value for value in values}
    words = list(_WORD.finditer(text))
    found: dict[str, str] = {}
    place = 0
    while place < len(words):
        length = 1
        for count in range(min(_LONGEST, len(words) - place), 0, -1):
            name = _joined("".join(word[0] for word in words[place : place + count]))
            if name in keys and _is_one(text, words[place : place + count]):
                found.setdefault(keys[name], text[words[place].start() : words[place + count - 1].end()])
                length = count
                break
        place += length
    return found


def _is_one(text: str, words: Sequence[re.Match[str]]) -> bool:
    """Whether nothing stands between words that would part them."""
    between = (text[one.end() : other.start()] for one, other in pairwise(words))
    return all(joint in _JOINTS for joint in between)


def _is_meant(value: str, argument: str, text: str) -> bool:
    """Whether a value that is named is meant for an argument: "one" may count anything, unless that stands beside it.

    >>> _is_meant("one", "bias", "One bias vector"), _is_meant("one", "bias", "One layer")
    (True, False)
    """
    word = rf"\b{re.escape(value)}[ -](?:[a-z]+ )?{re.escape(argument)}"
    return value not in WORDS or re.search(word, text, re.IGNORECASE) is not None


def _is_told(other: str, passed: str, summary: str) -> bool:
    """Whether the summary of a function has all words of a value, and not those of the one that is passed.

    >>> summary = "Say whether it ignores the order of keys with their values, or of one of them."
    >>> _is_told("keys", "pairs", summary), _is_told("keys", "values", summary)
    (True, False)
    """
    told = {word.lower() for word in _WORD.findall(summary)}
    by, instead = ({word.lower() for word in _WORD.findall(value)} for value in (other, passed))
    return by <= told and not instead <= told


def _is_said(passed: str, other: str, text: str) -> bool:
    """Whether a text says the value that is passed, in some form, or what it names may be a short form of that.

    >>> _is_said("layer", "batch", "LayerNorm on a batch"), _is_said("rmsprop_book", "rmsprop", "RMSProp")
    (True, True)
    >>> _is_said("leaky_relu", "relu", "ReLU layers"), _is_said("relu", "leaky_relu", "leaky ReLU")
    (False, False)
    """
    words, others = ([word.lower() for word in _WORD.findall(value)] for value in (passed, other))
    short = words[: len(others)] == others or (not _PLAIN.fullmatch(passed) and _joined(other) in _joined(passed))
    named = "[ _-]?".join(others)
    rest = _joined(re.sub(rf"(?<![A-Za-z0-9]){named}(?![A-Za-z0-9])", " ", text, flags=re.IGNORECASE))
    return short or _joined(passed) in rest or any(word in rest for word in words if len(word) >= SHORTEST)
