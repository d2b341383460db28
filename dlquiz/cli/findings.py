"""What a check found, as text, as JSON, for GitHub, or as SARIF: data on standard output, the count beside it."""

import shutil

from dlquiz.banks.check import Report
from dlquiz.banks.complaints import Complaint
from dlquiz.banks.proving.extents import Extent
from dlquiz.cli.excerpts import excerpt
from dlquiz.cli.printing import as_json, is_watched, line, tell


def write(form: str, report: Report, proofs: bool) -> None:
    """Write a report in one of the forms."""
    if form == "json":
        as_json(report.to_json())
        return
    if form == "sarif":
        from dlquiz.banks.reporting.sarif import sarif

        as_json(sarif(report.complaints))
    elif form == "github":
        from dlquiz.banks.reporting.github import command

        for complaint in report.complaints:
            line(command(complaint))
    else:
        _text(report, proofs)
    _summarise(report)


def _text(report: Report, proofs: bool) -> None:
    """Write a line for each complaint; a terminal also gets the line of the bank that it is about."""
    columns = shutil.get_terminal_size().columns if is_watched() else 0
    for complaint in report.complaints:
        for text in _lines(complaint, columns):
            line(text)
    if proofs:
        for question in report.questions:
            level = question.level.value if question.sound else "wrong"
            line(f"{question.key}  {level} {question.proof}")


def _lines(complaint: Complaint, columns: int) -> list[str]:
    told = str(complaint).replace("\n", " ")
    return [told, *excerpt(complaint, columns)] if columns else [told]


def _summarise(report: Report) -> None:
    findings = len(report.complaints)
    work = _counted(report.calls, "engine call")
    if report.kept:
        work += f", {_counted(report.kept, 'question')} not run again"
    reach = "".join(_reach(report, extent) for extent in Extent)
    counts = f"{_counted(len(report.questions), 'question')}, {report.proved} proved"
    found = _counted(findings, "finding") + (f", {report.waived} waived" if report.waived else "")
    tell(f"{counts}{reach and f' ({reach[2:]})'}, {found} ({work})")
    if report.complaints:
        tell(f"dlquiz explain {report.complaints[0].code} says more of that code, with an example")


def _reach(report: Report, extent: Extent) -> str:
    """Return how many proofs reach so far, and on how many instances they rest."""
    found = report.reaching(extent)
    instances = sum(question.proof.instances for question in found)
    words = {Extent.ALL_VALUES: "for all values", Extent.EVERY: "on every instance", Extent.SAMPLE: "on samples"}
    return f", {len(found)} {words[extent]}: {instances:,}" if found else ""


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
