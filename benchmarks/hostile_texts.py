"""Texts that somebody might type or paste as an answer, drawn from a seed.

Formulas in every spelling, these with typing errors, signs in any order, any characters at all, code, and what is long,
deep or large.
"""

import random
import sys
from collections.abc import Callable

NAMES = ("h", "d", "dk", "n")

_FUNCTIONS = ("floor", "ceil", "sqrt", "exp", "log", "log2", "log10", "abs", "min", "max", "sum", "prod")
_SIGNS = ["+", "-", "*", "/", "//", "%", "^", "**", " − ", "·", "×", "÷"]
_OTHER_SIGNS = ["", " ", ",", ", ", "x", "+ +", "..", "$"]
_CONDITIONS = ["<", "<=", "==", "!=", " and ", " or ", "≥", "=", ">"]
_LARGE = ["9^9^9", "10^300", "(10^390)", "1e300", "1e-300", "9" * 40, "2^(10^40)", "(h^50)^50", "10^-399", "0.1^0.1"]
_PIECES = [
    *"0123456789hdkn()[]{},.;:+-*/%^=<>!&|~@#$'\"\\_ \t\n",
    "²",
    "⁻¹",
    "ⁿ",
    "π",
    "√",
    "∞",
    "½",
    "٣",
    "४",
    "２",
    "（",
]
_PIECES += [
    "，",
    "、",
    "＊",
    "dk",
    "e5",
    "1e",
    "0x1",
    "1_000",
    "1,000",
    "and",
    "not ",
    "true",
    "none",
    "全部",
    "log(",
    "\x00",
    "\ud800",
]
_PIECES += [
    "\u202e",
    "\ufeff",
    "\u200b",
    "é",
    "e\u0301",
    "👍",
    "//",
    "**",
    "==",
    "--",
    "((",
    "))",
    "[[",
    ".h",
    "h.",
    "'h'",
]
_CODE = [
    "__import__('os').system('true')",
    "eval('1')",
    "exec('x=1')",
    "().__class__.__bases__",
    "{{7*7}}",
    "${7*7}",
    "{h}",
]
_CODE += [
    "{0.__class__}",
    "%s%n%d",
    "lambda: 0",
    "open('f')",
    "h if d else n",
    "[h for h in d]",
    "print(1)",
    "import os",
    "h:=1",
]
_CODE += [
    "'; drop table reviews; --",
    "<script>",
    "[@click=app.quit]x[/]",
    "\x1b[31m",
    "`id`",
    "$(id)",
    "../../etc/passwd",
]


def hostile_text(rng: random.Random) -> str:
    """Return one text."""
    kinds: list[Callable[[random.Random], str]] = [
        _formula,
        _formula,
        _mistyped,
        _mistyped,
        _soup,
        _unicode,
        _nasty,
        _code,
    ]
    return rng.choice(kinds)(rng)


def _formula(rng: random.Random) -> str:
    return _spelled(_grown(rng, rng.randint(0, 5)), rng)


def _grown(rng: random.Random, depth: int) -> str:
    """Return a formula of the grammar; conditions stand in it now and then."""
    if depth == 0:
        return _leaf(rng)
    left, right = _grown(rng, depth - 1), _grown(rng, rng.randrange(depth))
    match rng.randrange(9):
        case 0 | 1:
            return f"({left})"
        case 2:
            return f"{rng.choice(_FUNCTIONS)}({left}{', ' + right if rng.random() < 0.3 else ''})"
        case 3:
            return f"({left})^{rng.choice([right, '2', '3', '-1', '0.5', '(1/3)'])}"
        case 4:
            return f"-{left}"
        case 5 if rng.random() < 0.3:
            return f"{left}{rng.choice(_CONDITIONS)}{right}"
        case _:
            return f"{left}{rng.choice(_SIGNS if rng.random() < 0.95 else _OTHER_SIGNS)}{right}"


def _leaf(rng: random.Random) -> str:
    kind = rng.random()
    if kind < 0.5:
        return rng.choice(NAMES)
    if kind < 0.9:
        return str(rng.randint(0, 10 ** rng.randint(1, 4)))
    return rng.choice([*_LARGE, f"{rng.random():.4f}", f"1e{rng.randint(-400, 400)}", "²", "hd²", "dkn"])


def _spelled(text: str, rng: random.Random) -> str:
    """Return a text in other characters that mean the same."""
    if rng.random() < 0.2:
        text = text.translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)})
    if rng.random() < 0.2:
        text = text.replace("^2", "²").replace("^3", "³").replace("**", "^")
    if rng.random() < 0.2:
        text = "".join(character + rng.choice(["", "", " ", "\u3000", "\u00a0"]) for character in text)
    return text


def _mistyped(rng: random.Random) -> str:
    """Return a formula with characters left out, doubled, swapped or put in."""
    signs = list(_formula(rng)[:400])
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(signs) + 1)
        match rng.randrange(4):
            case 0:
                del signs[at : at + rng.randint(1, 3)]
            case 1:
                signs[at:at] = signs[at : at + rng.randint(1, 8)]
            case 2:
                signs[at : at + 2] = signs[at : at + 2][::-1]
            case _:
                signs.insert(at, rng.choice(_PIECES))
    return "".join(signs)


def _soup(rng: random.Random) -> str:
    return "".join(rng.choices(_PIECES, k=rng.randint(0, 40)))


def _unicode(rng: random.Random) -> str:
    """Return any characters, half of them from the first plane's scripts, lone surrogates too."""
    codes = (rng.randrange(rng.choice([0x250, 0x3000, 0x10000, sys.maxunicode + 1])) for _ in range(rng.randint(0, 60)))
    return "".join(map(chr, codes))


def _nasty(rng: random.Random) -> str:
    """Return something repeated until it is too long, too deep or too large, or nearly so."""
    unit = rng.choice(
        [*_PIECES, *_LARGE, _formula(rng)[:40], "log(h)+", "h^0.3*", "1/(h+d)+", "h^", "(", "-", "sqrt(", "not "]
    )
    joined = rng.choice(["", "", "+", "*", "^", "/", ","]).join([unit] * rng.choice([3, 12, 60, 250, 600]))
    return joined[: rng.choice([30, 120, 499, 500, 501, 5000])] + rng.choice(["", "1", "h", ")", ")" * 20])


def _code(rng: random.Random) -> str:
    code = rng.choice(_CODE)
    return rng.choice([code, f"{code} + h", f"h*({code})", f"floor({code})", f"4hd²{code}"])
