"""Complaints: what is wrong in a bank, at which line and column, and what to do about it."""

from collections.abc import Iterable
from typing import Any, Literal, NamedTuple

from dlquiz.core.calls import Place

Severity = Literal["error", "warning"]


class Code(NamedTuple):
    """What a code stands for. An error leaves the question out; a warning does not."""

    title: str
    severity: Severity = "error"


CODES: dict[str, Code] = {
    # The file and its YAML.
    "DQ101": Code("The file cannot be read."),
    "DQ102": Code("The file is larger than a bank may be."),
    "DQ103": Code("The file is not UTF-8."),
    "DQ104": Code("A character does not belong into a text file."),
    "DQ105": Code("The YAML cannot be read."),
    "DQ106": Code("A YAML tag is used."),
    "DQ107": Code("A mapping has one key twice."),
    "DQ108": Code("An anchor or alias is not one that a bank may use."),
    "DQ109": Code("Lists and mappings are nested too deeply."),
    "DQ110": Code("A key is not a plain name."),
    "DQ111": Code("A number is too long, or not finite."),
    "DQ112": Code("Lines end with CRLF.", "warning"),
    "DQ113": Code("The file begins with a byte order mark.", "warning"),
    "DQ114": Code("A text, a list, a mapping or the whole file is too long."),
    "DQ115": Code("A text may go on behind a # that makes it a comment.", "warning"),
    "DQ116": Code("A text stands in full-width quotes, which learners would see.", "warning"),
    # The shape of a bank.
    "DQ201": Code("The bank does not say which version of the format it is written in."),
    "DQ202": Code("A field is not known."),
    "DQ203": Code("A field is missing."),
    "DQ204": Code("A value is not of the type that its field takes."),
    "DQ205": Code("A bank, topic or id is not named by lower-case words with hyphens."),
    "DQ206": Code("Two questions of a bank have one id."),
    "DQ207": Code("Two banks have one name."),
    "DQ208": Code("The kind of a question is not known."),
    "DQ209": Code("The topic of a bank is not that of its folder."),
    "DQ210": Code("A question contradicts itself."),
    "DQ211": Code("A card reveals what is not there."),
    "DQ212": Code("Two questions ask the same and have the same answer."),
    # Parameters, formulas and texts.
    "DQ301": Code("A formula cannot be read."),
    "DQ302": Code("An argument mixes parameters with other words."),
    "DQ303": Code("A text has a hole that cannot be read."),
    "DQ304": Code("The languages of a text do not put in the same values."),
    "DQ305": Code("A parameter has a name that it cannot have."),
    "DQ306": Code("The values of a parameter contradict themselves."),
    "DQ307": Code("No setting of the parameters satisfies the conditions."),
    # What running the engine shows.
    "DQ401": Code("The ways to the answer disagree, or leave more than one answer or none."),
    "DQ402": Code("The engine gives no value."),
    "DQ403": Code("Nothing settles the answer."),
    "DQ404": Code("A published figure is not met."),
    "DQ405": Code("The answer is not proved.", "warning"),
    "DQ406": Code("The ways to the answer agree only roughly."),
    "DQ407": Code("A waiver waives nothing.", "warning"),
    "DQ411": Code("A wrong idea gives the right answer too often."),
    "DQ412": Code("Two wrong ideas give the same answer too often."),
    "DQ413": Code("A wrong idea has no value too often."),
    "DQ414": Code("Definitions differ, and the question does not state its convention."),
    "DQ421": Code("A text has no value on an instance."),
    "DQ422": Code("An equation in a text does not hold."),
    "DQ423": Code("The prompt shows the answer."),
    "DQ424": Code("The answer of a choice always has the same place by size."),
    "DQ425": Code("The languages of a text say different numbers."),
    "DQ426": Code("The prompt does not tell a parameter that the answer depends on."),
    "DQ427": Code("A text says another argument than the call has."),
    "DQ428": Code("An option says another number than its value."),
    "DQ429": Code("The prompt asks for the other end of an order first."),
    "DQ431": Code("An answer is not marked as it should be."),
    "DQ432": Code("The tolerance does not suit the answers."),
    "DQ433": Code("The tolerance takes a wrong value for the answer.", "warning"),
    "DQ441": Code("An experiment contradicts its claim."),
    "DQ442": Code("A control comes out as its experiment does."),
    "DQ443": Code("An experiment gives neither true nor false."),
    "DQ444": Code("Two claims rest on the same experiment and control."),
    "DQ445": Code("A sentence names another value than the run beside it has.", "warning"),
    "DQ446": Code("A sentence fits another experiment better than its own.", "warning"),
    "DQ447": Code("A sentence denies what its experiment asks.", "warning"),
    "DQ451": Code("An accepted answer is not right."),
    "DQ452": Code("A near miss is not refused."),
    "DQ453": Code("The accepted answers are all of one form."),
    "DQ454": Code("The trivial answer is not ruled out by one condition alone."),
    "DQ455": Code("A near miss meets none of the conditions."),
    "DQ456": Code("A condition refuses none of the answers that the bank lists."),
    "DQ457": Code("The prompt does not tell a bound."),
    # What the record of earlier checks shows.
    "DQ461": Code("The answer changed, and the revision was not raised."),
    "DQ462": Code("An id was that of another question."),
}


class Complaint(NamedTuple):
    """One complaint; lines and columns count from 1."""

    file: str
    line: int
    column: int
    code: str
    severity: Severity
    message: str
    fix: str

    def __str__(self) -> str:
        """Return ``file:line:column  error DQ202  what is wrong; the fix``."""
        place = f"{self.file}:{self.line}:{self.column}"
        return f"{place}  {self.severity} {self.code}  {self.message}; {self.fix}"

    def to_json(self) -> dict[str, Any]:
        """Return the fields that ``check --format json`` promises."""
        names = ("file", "line", "column", "code", "severity", "message", "fix")
        return {name: getattr(self, name) for name in names}


LONGEST = 600
"""Characters of a message: a hostile bank could put all of itself into one."""


def complaint(at: Place, code: str, message: str, fix: str) -> Complaint:
    """Return a complaint about a place, with the severity of its code.

    >>> print(complaint(Place("a.yaml", 3, 5), "DQ203", "the prompt is missing", "add prompt:"))
    a.yaml:3:5  error DQ203  the prompt is missing; add prompt:
    """
    told = message if len(message) <= LONGEST else f"{message[: LONGEST - 1]}…"
    return Complaint(at.file, at.line, at.column, code, CODES[code].severity, told, fix)


def ordered(complaints: Iterable[Complaint]) -> list[Complaint]:
    """Return complaints by file, line and column, each once."""
    unique = dict.fromkeys(complaints)
    return sorted(unique, key=lambda item: (item.file, item.line, item.column, item.code, item.message))
