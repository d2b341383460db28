"""Trees back to text, with no more brackets than are needed; reading it again gives the same tree."""

from dlquiz.core.expressions import limits
from dlquiz.core.expressions.characters import as_read
from dlquiz.core.expressions.tree import COMPARISONS, Tree

_OR, _AND, _NOT, _COMPARISON, _SUM, _PRODUCT, _SIGNED, _POWER, _ATOM = range(9)
_LEVELS = {"or": _OR, "and": _AND, "not": _NOT, "chain": _COMPARISON, "+": _SUM, "*": _PRODUCT, "/": _PRODUCT}
_LEVELS |= {"//": _PRODUCT, "%": _PRODUCT, "^": _POWER} | dict.fromkeys(COMPARISONS, _COMPARISON)


def written(tree: Tree) -> str:
    """Return the text of a tree.

    >>> written(("*", 4, ("name", "h"), ("^", ("+", ("name", "d"), 1), 2)))
    '4*h*(d + 1)^2'
    """
    if isinstance(tree, bool):
        return "true" if tree else "false"
    if isinstance(tree, int):
        return _digits(tree)
    head, *parts = tree
    if head == "name":
        return str(parts[0])
    if head == "text":
        return f'"{parts[0]}"' if "'" in as_read(parts[0]) else f"'{parts[0]}'"
    if head == "field":
        record = f"({written(parts[0])})" if isinstance(parts[0], int) else _inside(parts[0], _ATOM)
        return f"{record}.{parts[1]}"  # the point would be taken for that of a number
    if head == "call":
        return f"{parts[0]}({', '.join(map(written, parts[1:]))})"
    if head == "chain":
        return " ".join(_inside(part, _SUM) if at % 2 == 0 else part for at, part in enumerate(parts))
    return _operation(head, parts)


def _digits(value: int) -> str:
    """Return an integer, one too long to be read with its zeros as a power of ten: 3e52."""
    digits = str(value)
    zeros = min(len(digits) - len(digits.rstrip("0")), limits.LITERAL_EXPONENT)
    return digits if len(digits) <= limits.LITERAL_DIGITS or not zeros else f"{digits[:-zeros]}e{zeros}"


def _operation(head: str, parts: list[Tree]) -> str:
    level = _level((head, *parts))
    if head == "not":
        return f"not {_inside(parts[0], _NOT)}"
    if len(parts) == 1:
        return f"-{_inside(parts[0], _POWER)}"
    if head == "^":
        return f"{_inside(parts[0], _ATOM)}^{_inside(parts[1], _POWER)}"
    if head in COMPARISONS:
        return f"{_inside(parts[0], _SUM)} {head} {_inside(parts[1], _SUM)}"
    sign = head if level == _PRODUCT and head != "%" else f" {head} "
    return sign.join([_first(head, parts[0]), *(_inside(part, level + 1) for part in parts[1:])])


def _first(head: str, tree: Tree) -> str:
    """Return the part on the far left, which needs brackets where reading would take its parts into the whole."""
    merges = isinstance(tree, tuple) and tree[0] == head and head in ("+", "*", "and", "or")
    return f"({written(tree)})" if merges else _inside(tree, _LEVELS.get(head, _SUM))


def _inside(tree: Tree, level: int) -> str:
    text = written(tree)
    return text if _level(tree) >= level else f"({text})"


def _level(tree: Tree) -> int:
    if not isinstance(tree, tuple):
        return _ATOM if isinstance(tree, bool) or tree >= 0 else _SIGNED
    if tree[0] == "-":
        return _SUM if len(tree) == 3 else _SIGNED
    return _LEVELS.get(tree[0], _ATOM)
