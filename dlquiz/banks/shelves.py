"""Where banks are at hand without being named: with dlquiz, among the learner's own, and in installed packages."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from dlquiz.banks import folders
from dlquiz.banks.complaints import Complaint, complaint
from dlquiz.banks.provided import GROUP, Provided, provided


@dataclass(frozen=True)
class Shelves:
    """The folders that hold banks: dlquiz's, the learner's if there is one, and those of packages."""

    installed: Path
    own: Path | None
    packages: tuple[Provided, ...]

    @classmethod
    def of(cls, home: Path | None) -> "Shelves":
        """Return the folders as they are on this machine."""
        return cls(folders.installed(), home / "banks" if home is not None else None, tuple(provided()))

    def files(self, topics: Collection[str] | None = None) -> list[Path]:
        """Return all banks, or of those that come with dlquiz only those of some topics; the others may be on any."""
        return [*folders.banks_in(self.installed, topics), *self.further()]

    def further(self) -> list[Path]:
        """Return the banks that do not come with dlquiz."""
        places = [self.own, *(package.folder for package in self.packages)]
        return [file for place in places if place is not None for file in folders.banks_in(place)]

    def unread(self, read: Iterable[Path]) -> dict[str, Path]:
        """Return the banks that are not among those read, by the names that they give themselves.

        Where all that is read comes with dlquiz there is nothing to confuse it with, and no file is looked at.
        """
        files = list(read)
        if all(file.is_relative_to(self.installed) for file in files):
            return {}
        from dlquiz.banks.naming import names

        given = {_identity(file) for file in files}
        return names(file for file in self.files() if _identity(file) not in given)

    def complaints(self) -> Iterator[Complaint]:
        """Yield what is wrong with packages that say they bring banks, and bring none."""
        for package, folder, at in self.packages:
            if folder is None or not folders.banks_in(folder):
                message = f"the package '{package}', which is said here to bring banks, " + (
                    "is not there" if folder is None else "holds no file that ends with .yaml or .yml"
                )
                fix = f"install it again, or take it out of the entry points {GROUP}"
                yield complaint(at, "DQ101", message, fix)


def _identity(file: Path) -> tuple[int, int] | None:
    """Return what a file is known by on its disk, whatever it is called; None where it is gone."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
