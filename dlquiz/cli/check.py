"""``dlquiz check``: prove banks, or say at which line they are wrong."""

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dlquiz.cli import options

if TYPE_CHECKING:
    from dlquiz.banks.check import Report
    from dlquiz.banks.library import Library
    from dlquiz.cli.records import Records


class Format(StrEnum):
    """How findings are written."""

    text = "text"
    json = "json"
    github = "github"
    sarif = "sarif"


def command(
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="PATH", help="Banks or folders of banks; all if none.")
    ] = None,
    form: Annotated[
        Format, typer.Option("--format", metavar="text|json|github|sarif", help="How findings are written.")
    ] = Format.text,
    jobs: options.Jobs = None,
    proofs: Annotated[
        bool, typer.Option("--proofs", help="Also say of each question how far its proof reaches.")
    ] = False,
    record: Annotated[
        bool, typer.Option("--record", help="Write down what was proved, in revisions.json beside the banks.")
    ] = False,
    mutate: Annotated[
        bool, typer.Option("--mutate", help="Plant single errors in sound banks, and tell which are not found.")
    ] = False,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Run everything, also what has not changed.")] = False,
    device: options.Device = None,
) -> None:
    """Prove banks, or say at which line they are wrong."""
    from dlquiz.cli import findings
    from dlquiz.cli.errors import FINDINGS
    from dlquiz.cli.printing import tell
    from dlquiz.cli.records import Records
    from dlquiz.errors import DlquizError

    if mutate and form not in (Format.text, Format.json):
        raise DlquizError(f"--mutate is told as text or json, not as {form.value}; leave --format out")
    if mutate and (record or proofs):
        raise DlquizError(f"--mutate tells of planted errors alone; leave out --{'record' if record else 'proofs'}")
    library = _library(paths)
    kept = Records.of(library)
    report = _report(library, kept, device, options.jobs(jobs), no_cache)
    if mutate and not report.complaints:
        _mutate(library, kept, report, form, device, options.jobs(jobs))
        return
    findings.write(form.value, report, proofs)
    kept.tell(library, report, record)
    if report.complaints:
        if mutate:
            tell("no errors were planted, for there are some already; mend these first")
        raise typer.Exit(FINDINGS)


def _mutate(library: "Library", kept: "Records", report: "Report", form: Format, device: str | None, jobs: int) -> None:
    """Plant errors in banks that are sound, and end with findings where one survives."""
    from dlquiz.cli import mutate
    from dlquiz.cli.errors import FINDINGS

    campaign = mutate.run(library, kept, device, jobs)
    mutate.write(form.value, report, campaign)
    if campaign.survivors:
        raise typer.Exit(FINDINGS)


def _library(paths: Sequence[Path] | None) -> "Library":
    from dlquiz.banks.library import Library
    from dlquiz.cli import places

    return Library.load(tuple(paths or ()), None, places.home(), clashing=True)


def _report(library: "Library", kept: "Records", device: str | None, jobs: int, no_cache: bool) -> "Report":
    from dlquiz.banks.check import Report, check
    from dlquiz.banks.proving.results import KeptResults
    from dlquiz.cli import places
    from dlquiz.cli.engines import engines
    from dlquiz.cli.progress import progress
    from dlquiz.cli.provenance import state

    if not library.questions:
        return Report((), library.complaints)
    folder, now = places.home() / "cache", state(device)
    results = None if no_cache else KeptResults(folder / "checks", now)
    with engines(device, jobs) as running, progress(len(library.questions)) as told:
        report = check(
            library.questions,
            running.oracle,
            complaints=library.complaints,
            progress=told,
            jobs=jobs,
            results=results,
            record=kept.entries,
            signatures=running.signatures(None if no_cache else folder / "signatures", now),
        )
    if results is not None:
        results.tidy()
    return report
