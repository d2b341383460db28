"""``dlquiz check --mutate``: plant errors in sound banks, and tell which of them were not found."""

from typing import TYPE_CHECKING

from dlquiz.banks.mutation.campaign import Campaign, judge, mutants
from dlquiz.banks.mutation.judging import Fate, Judged
from dlquiz.banks.signatures import Signatures
from dlquiz.cli.engines import engines
from dlquiz.cli.printing import as_json, line, tell
from dlquiz.cli.progress import progress

if TYPE_CHECKING:
    from dlquiz.banks.check import Report
    from dlquiz.banks.library import Library
    from dlquiz.cli.records import Records

_LONGEST = 60
"""How much of a span is shown."""


def run(library: "Library", kept: "Records", device: str | None, jobs: int) -> Campaign:
    """Plant errors in the banks, which are sound, and judge them all."""
    with engines(device, jobs) as running:
        signatures = Signatures.of(running.functions())
        planted = mutants(library.banks, signatures)
        with progress(len(planted), "mutants") as told:
            return judge(
                planted,
                running.oracle,
                signatures=signatures,
                record=kept.entries,
                progress=told,
                jobs=jobs,
            )


def write(form: str, report: "Report", campaign: Campaign) -> None:
    """Write what became of the mutants: a table by kind and a line for each survivor, or JSON."""
    if form == "json":
        as_json({**report.to_json(), **campaign.to_json()})
        return
    for text in _table(campaign):
        line(text)
    for one in campaign.of(Fate.SURVIVED):
        line(_survivor(one))
    counts = {fate: len(campaign.of(fate)) for fate in Fate}
    told = f"{len(campaign.judged):,} planted, {counts[Fate.CAUGHT]:,} caught, {counts[Fate.EQUIVALENT]:,} equivalent"
    tell(f"{told}, {counts[Fate.SURVIVED]:,} survived")


def _table(campaign: Campaign) -> list[str]:
    kinds = campaign.kinds()
    width = max(map(len, kinds), default=0)
    lines = [f"{'':{width}}" + "".join(f"  {head:>10}" for head in ("planted", *(fate.value for fate in Fate)))]
    for kind, counts in kinds.items():
        row = (sum(counts.values()), *(counts[fate] for fate in Fate))
        lines.append(f"{kind:{width}}" + "".join(f"  {count:>10,}" for count in row))
    return lines


def _survivor(one: Judged) -> str:
    """Return a finding: where the error was planted, and what it was."""
    mutant = one.mutant
    change = f"{_shown(mutant.before)} → {_shown(mutant.slip.after)}" if mutant.slip.after else _shown(mutant.before)
    known = "; only the record of earlier answers would tell" if one.recorded else ""
    return f"{mutant.at}  survived  {mutant.kind} in {mutant.question}: {change}{known}"


def _shown(text: str) -> str:
    flat = " ".join(text.split())
    return f"'{flat}'" if len(flat) <= _LONGEST else f"'{flat[: _LONGEST - 1]}…'"
