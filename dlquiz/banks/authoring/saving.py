"""A file replaced as a whole: whoever reads it meets the old one or the other, never a part."""

import os
from pathlib import Path

from dlquiz.errors import DlquizError


def save(path: Path, data: bytes) -> None:
    """Write a file and the folders that it needs; raises DlquizError where that cannot be."""
    target = Path(os.path.realpath(path))
    partial = target.with_name(f"{target.name}.{os.getpid()}.partial")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            partial.write_bytes(data)
            if target.exists():
                partial.chmod(target.stat().st_mode)
            os.replace(partial, target)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        raise DlquizError(f"{path} cannot be written: {error.strerror or error}; nothing was changed") from error
