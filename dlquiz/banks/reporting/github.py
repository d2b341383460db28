"""Complaints as GitHub Actions shows them beside the lines of a pull request: one workflow command each."""

from dlquiz.banks.complaints import Complaint

_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY = {**_DATA, ":": "%3A", ",": "%2C"}


def command(one: Complaint) -> str:
    """Return a workflow command.

    >>> command(Complaint("a,b.yaml", 3, 5, "DQ203", "error", "'prompt' is missing", "add prompt:"))
    "::error file=a%2Cb.yaml,line=3,col=5,title=DQ203::'prompt' is missing; add prompt:"
    """
    file = _escaped(one.file, _PROPERTY)
    text = _escaped(f"{one.message}; {one.fix}", _DATA)
    return f"::{one.severity} file={file},line={one.line},col={one.column},title={one.code}::{text}"


def _escaped(text: str, signs: dict[str, str]) -> str:
    return "".join(signs.get(sign, sign) for sign in text)
