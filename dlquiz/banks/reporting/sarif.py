"""Complaints as SARIF 2.1.0, which code hosts and editors read.

Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0", 2020. Columns count code points.
"""

from collections.abc import Sequence
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from dlquiz import __version__
from dlquiz.banks.codes.pages import page
from dlquiz.banks.complaints import CODES, Complaint

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif(complaints: Sequence[Complaint]) -> dict[str, Any]:
    """Return a log of one run, with a rule for each code that is complained of."""
    codes = sorted({one.code for one in complaints})
    driver = {"name": "dlquiz", "version": __version__, "rules": [_rule(code) for code in codes]}
    results = [_result(one, codes.index(one.code)) for one in complaints]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(code: str) -> dict[str, Any]:
    return {
        "id": code,
        "shortDescription": {"text": CODES[code].title},
        "fullDescription": {"text": page(code).means},
        "help": {"text": page(code).text(), "markdown": page(code).markdown()},
        "defaultConfiguration": {"level": CODES[code].severity},
    }


def _result(one: Complaint, rule: int) -> dict[str, Any]:
    region = {"startLine": one.line, "startColumn": one.column}
    place = {"artifactLocation": {"uri": _uri(one.file)}, "region": region}
    return {
        "ruleId": one.code,
        "ruleIndex": rule,
        "level": one.severity,
        "message": {"text": f"{one.message}; {one.fix}"},
        "locations": [{"physicalLocation": place}],
    }


def _uri(file: str) -> str:
    """Return a path as a URI: relative where it is, so that it is found in every checkout."""
    path = PurePath(file)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())
