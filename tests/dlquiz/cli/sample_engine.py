"""A child that speaks the engine's protocol without torch: quick to start, and able to die or hang when asked to.

It is started as ``python -P sample_engine.py``.
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

EVIDENCE = [
    {"block": "text", "text": "ran \x1b[31mred\x07"},
    {"block": "table", "title": "Rows", "columns": ["name", "count"], "rows": [["层", 12345], ["b", None]]},
    {"block": "heatmap", "title": "Heat", "values": [[0.0, 1.0], [0.5, 0.25]]},
    {"block": "curve", "title": "Line", "x_label": "step", "series": [{"name": "SGD", "x": [0, 1], "y": [2.0, 1.5]}]},
    {"block": "source", "name": "f", "file": "f.py", "line": 7, "code": "def f():\n    return 1\n"},
    {"block": "unheard-of", "sound": 1},
]
FUNCTIONS = [
    {
        "name": "conv.output_size",
        "kind": "module",
        "signature": "conv.output_size(size, kernel_size, stride=1, padding=0)",
        "summary": "Output size along one axis.",
        "example": {"size": 7, "kernel_size": 3},
        "parameters": [{"name": "size", "type": "a whole number", "required": True, "default": None}],
    },
    {
        "name": "model.num_params",
        "kind": "measured",
        "signature": "model.num_params(name)",
        "summary": "Parameters of a network.",
        "example": {"name": "7"},
        "parameters": [],
    },
]


def run(name: str, given: dict[str, Any]) -> Any:
    match name:
        case "conv.output_size":
            return (given["size"] + 2 * given.get("padding", 0) - given["kernel_size"]) // given.get("stride", 1) + 1
        case "echo.value":
            return given["value"]
        case "echo.is_true":
            return given["value"] == "yes"
        case "trouble.die":
            os._exit(7)
        case "trouble.die_once":
            died = Path(os.environ["DLQUIZ_HOME"], "died")
            if not died.exists():
                died.touch()
                os._exit(7)
            return 1
        case "trouble.hang":
            time.sleep(60)
    raise LookupError(f"there is no engine function '{name}' (dlquiz functions lists them all)")


def reply_to(call: dict[str, Any], evidence: bool) -> dict[str, Any]:
    try:
        value = run(call["call"], call["with"])
    except LookupError as error:
        return {"error": "refused", "message": error.args[0]}
    return {"value": value, "kind": "module", "device": "cpu", "ms": 0.25, "evidence": EVIDENCE if evidence else []}


def main() -> None:
    versions = {"python": "3.11.0", "torch": "9.9.9", "sympy": "1.0"}
    facts = {"versions": versions, "device_name": "a sample", "torch_build": "cpu", "gpu_unused": "--gpu" in sys.argv}
    for line in sys.stdin:
        request = json.loads(line)
        calls = request.get("calls", [])
        match request["op"]:
            case "hello":
                replies = [{"device": request["device"].replace("auto", "cpu"), "engine": "f00d", **facts}]
            case "call":
                replies = [
                    {**reply_to(call, request["evidence"]), "more": place < len(calls)}
                    for place, call in enumerate(calls, 1)
                ]
            case _:
                replies = [{"functions": FUNCTIONS}]
        for reply in replies:
            print(json.dumps({"id": request["id"], **reply}), flush=True)


if __name__ == "__main__":
    main()
