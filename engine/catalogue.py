"""What can be called: every function with its arguments, and the source code behind it."""

import inspect
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from engine import registry
from engine.argument_types import is_convention, reader_for
from engine.errors import Refused
from engine.evidence import Source
from engine.wire import encode

_CONVENTION = "convention"
"""An argument of this name is one in which definitions differ; others are marked."""


def functions() -> list[dict[str, Any]]:
    """Return name, kind, signature, summary, example and parameters of every function, sorted by name."""
    return [_entry(function) for function in registry.load().values()]


def source(name: Any) -> list[Source]:
    """Return the code of the function and of the implementations that it shows.

    Raises:
        Refused: there is no function of that name.
    """
    if not isinstance(name, str):
        raise Refused("source needs 'call', the name of a function")
    function = registry.find(name)
    return [_block(shown) for shown in (function.call, *function.shows)]


def _entry(function: registry.Function) -> dict[str, Any]:
    parameters = [_parameter(parameter) for parameter in function.signature.parameters.values()]
    arguments = ", ".join(_written(parameter) for parameter in parameters)
    return {
        "name": function.name,
        "kind": function.kind.value,
        "signature": f"{function.name}({arguments})",
        "summary": function.summary,
        "example": encode(function.example),
        "parameters": parameters,
    }


def _parameter(parameter: inspect.Parameter) -> dict[str, Any]:
    required = parameter.default is parameter.empty
    return {
        "name": parameter.name,
        "type": reader_for(parameter.annotation).describe(),
        "required": required,
        "default": None if required else encode(parameter.default),
        "convention": parameter.name == _CONVENTION or is_convention(parameter.annotation),
    }


def _written(parameter: dict[str, Any]) -> str:
    return parameter["name"] if parameter["required"] else f"{parameter['name']}={json.dumps(parameter['default'])}"


def _block(shown: Callable[..., Any] | type) -> Source:
    lines, line = inspect.getsourcelines(shown)
    return Source(shown.__qualname__, _file(shown), line, "".join(lines))


def _file(shown: Callable[..., Any] | type) -> str:
    """Return the file from its top package on ("engine/doors/convolution/conv.py"), never a path of this machine."""
    file = Path(inspect.getsourcefile(inspect.unwrap(shown)) or "")
    depth = shown.__module__.count(".") + (2 if file.name == "__init__.py" else 1)
    return "/".join(file.parts[-depth:])
