"""Findings for other programs: SARIF by the required parts of its schema, and GitHub's workflow commands."""

from pathlib import Path
from typing import Any

import pytest
from fakes import FakeOracle
from jsonschema import Draft202012Validator

from dlquiz.banks.check import check
from dlquiz.banks.complaints import CODES, Complaint
from dlquiz.banks.library import Library
from dlquiz.banks.reporting.github import command
from dlquiz.banks.reporting.sarif import sarif

GALLERY = Path(__file__).with_name("gallery")
TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string"}}}
POSITIVE = {"type": "integer", "minimum": 1}
REGION = {"type": "object", "properties": {"startLine": POSITIVE, "startColumn": POSITIVE}}
URI = {"type": "object", "properties": {"uri": {"type": "string", "pattern": "^[^ \\\\]+$"}}}
LOCATION = {
    "type": "object",
    "properties": {"physicalLocation": {"type": "object", "properties": {"artifactLocation": URI, "region": REGION}}},
}
LEVEL = {"enum": ["none", "note", "warning", "error"]}
RESULT = {
    "type": "object",
    "required": ["message"],
    "properties": {
        "ruleId": {"type": "string"},
        "ruleIndex": {"type": "integer", "minimum": -1},
        "level": LEVEL,
        "message": TEXT,
        "locations": {"type": "array", "items": LOCATION},
    },
}
RULE = {
    "type": "object",
    "required": ["id"],
    "properties": {
        "id": {"type": "string"},
        "shortDescription": TEXT,
        "fullDescription": TEXT,
        "help": TEXT,
        "defaultConfiguration": {"type": "object", "properties": {"level": LEVEL}},
    },
}
DRIVER = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": {"type": "string"},
        "version": {"type": "string"},
        "rules": {"type": "array", "items": RULE},
    },
}
RUN = {
    "type": "object",
    "required": ["tool"],
    "properties": {
        "tool": {"type": "object", "required": ["driver"], "properties": {"driver": DRIVER}},
        "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
        "results": {"type": "array", "items": RESULT},
    },
}
LOG = {
    "type": "object",
    "required": ["version", "runs"],
    "properties": {"version": {"const": "2.1.0"}, "runs": {"type": "array", "items": RUN}},
}
"""What SARIF 2.1.0 requires of the objects that are written here, and the types of what is written."""


@pytest.fixture(scope="module")
def complaints() -> list[Complaint]:
    found: list[Complaint] = []
    for name in ("formula-off-by-one.yaml", "yaml-tab.yaml", "only-a-formula.yaml"):
        library = Library.load([GALLERY / name])
        found += check(library.questions, FakeOracle(), complaints=library.complaints).complaints
    return found


def test_sarif_is_what_its_schema_requires(complaints: list[Complaint]) -> None:
    log = sarif(complaints)
    assert list(Draft202012Validator(LOG).iter_errors(log)) == []
    assert list(Draft202012Validator(LOG).iter_errors(sarif([]))) == []


def test_sarif_refers_to_rules_and_places(complaints: list[Complaint]) -> None:
    (run,) = sarif(complaints)["runs"]
    rules: list[dict[str, Any]] = run["tool"]["driver"]["rules"]
    assert {rule["id"] for rule in rules} == {one.code for one in complaints} >= {"DQ401", "DQ405", "DQ105"}
    assert len(run["results"]) == len(complaints)
    for one, result in zip(complaints, run["results"], strict=True):
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == one.code
        assert result["level"] == CODES[one.code].severity
        region = result["locations"][0]["physicalLocation"]["region"]
        assert region == {"startLine": one.line, "startColumn": one.column}
        assert one.message in result["message"]["text"]


def test_paths_become_uris() -> None:
    def uri(file: str) -> str:
        (run,) = sarif([Complaint(file, 1, 1, "DQ101", "error", "m", "f")])["runs"]
        return str(run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"])

    assert uri("my banks/层.yaml") == "my%20banks/%E5%B1%82.yaml"
    assert uri("/home/me/a.yaml") == "file:///home/me/a.yaml"


def test_github_commands_cannot_be_broken_out_of() -> None:
    one = Complaint("a:b,c.yaml", 3, 5, "DQ405", "warning", "100 % of\n::error::x", "f")
    assert command(one) == ("::warning file=a%3Ab%2Cc.yaml,line=3,col=5,title=DQ405::100 %25 of%0A::error::x; f")
