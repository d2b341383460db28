"""What engine code a test rests on, read from its source: the names it uses, and those of the functions it calls."""

import ast
from collections.abc import Iterator
from typing import NamedTuple


class Usage(NamedTuple):
    """What a test and the functions, fixtures and constants of its module that it uses mention."""

    engine: set[str]
    """Dotted names below ``engine``."""
    texts: set[str]
    """String literals, among them the names by which the registry is asked."""


def of_test(source: str, test: str) -> Usage | None:
    """Return what ``test`` rests on; None where the source has no such test."""
    module = ast.parse(source)
    imported = dict(_imported(module))
    defined = _defined(module)
    if test not in defined:
        return None
    used = Usage(set(), set())
    seen: set[str] = set()
    waiting = [test]
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        for node in defined[name]:
            mentioned = list(_mentioned(node))
            used.engine.update(_resolved(mentioned, imported))
            used.texts.update(_texts(node))
            waiting += [chain[0] for chain in mentioned if chain[0] in defined]
    return used


def _imported(module: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield each name that an import of engine code binds, and what it stands for."""
    for node in ast.walk(module):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "engine":
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.partition(".")[0] == "engine":
                    yield alias.asname or "engine", alias.name if alias.asname else "engine"


def _defined(module: ast.Module) -> dict[str, list[ast.stmt]]:
    """Return the statements at the top of the module by the names that they define."""
    defined: dict[str, list[ast.stmt]] = {}
    for node in module.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            defined.setdefault(node.name, []).append(node)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                for name in ast.walk(target):
                    if isinstance(name, ast.Name):
                        defined.setdefault(name.id, []).append(node)
    return defined


def _mentioned(node: ast.AST) -> Iterator[tuple[str, ...]]:
    """Yield the names and chains of attributes in ``node``, as ("gru", "GRU"), and the arguments of functions."""
    if isinstance(node, ast.Attribute | ast.Name):
        chain = _chain(node)
        if chain:
            yield chain
            return
    if isinstance(node, ast.arg):
        yield (node.arg,)
    for child in ast.iter_child_nodes(node):
        yield from _mentioned(child)


def _chain(node: ast.expr) -> tuple[str, ...]:
    if isinstance(node, ast.Name):
        return (node.id,)
    if isinstance(node, ast.Attribute):
        before = _chain(node.value)
        return (*before, node.attr) if before else ()
    return ()


def _resolved(mentioned: list[tuple[str, ...]], imported: dict[str, str]) -> Iterator[str]:
    for first, *attributes in mentioned:
        if first in imported:
            yield ".".join([imported[first], *attributes])


def _texts(node: ast.AST) -> Iterator[str]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
            yield inner.value
