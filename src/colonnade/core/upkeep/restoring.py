"""A backup becomes a data folder again. Every byte is checked on the way."""

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

import orjson

from colonnade.core.upkeep.backup import DESCRIPTION, FORMAT
from colonnade.disk import sync
from colonnade.errors import Conflict, Invalid, NotFound, Unavailable

_ASIDE = "restoring"
_CHUNK = 1 << 20


def restore(source: Path, data: Path, *, last: str) -> int:
    """Copy a backup into an empty or absent folder; returns the number of files.

    The files are copied aside and then named, the one called `last` at the end: it is what makes the folder a portal,
    so an interrupted restore is none. Raises `NotFound`, `Conflict`, and `Invalid` (`backup.damaged`), and leaves
    nothing then.
    """
    files = _described(source)
    if data.exists() and (not data.is_dir() or any(data.iterdir())):
        raise Conflict(f"{data} is not empty; a backup is restored into a new folder.", code="restore.target")
    with _written(data):
        aside = data / _ASIDE
        aside.mkdir()
        for name, fact in files.items():
            _copy(source / name, aside / name, name, fact)
        for parent, _, _ in os.walk(aside):
            sync(Path(parent))
        for path in sorted(aside.iterdir(), key=lambda one: one.name == last):
            path.rename(data / path.name)
        aside.rmdir()
        sync(data)
        sync(data.parent)
    return len(files)


def _described(source: Path) -> dict[str, dict[str, Any]]:
    path = source / DESCRIPTION
    try:
        described = orjson.loads(path.read_bytes())
        version, files = described["format"], dict(described["files"])
    except FileNotFoundError:
        raise NotFound(f"{source} is no backup: it has no {DESCRIPTION}.", code="backup.unknown") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Invalid(f"{path} cannot be read.", code="backup.damaged") from error
    if version != FORMAT:
        made_by = described.get("version")
        raise Invalid(
            f"This backup was made by Colonnade {made_by}, in a form unknown here.", code="backup.form"
        )
    for name in files:
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
            raise Invalid(f"{path} names a file outside the backup: {name}.", code="backup.damaged")
    return files


@contextmanager
def _written(data: Path) -> Iterator[None]:
    """Whatever stops the restore, the folder is then as it was."""
    existed = data.exists()
    try:
        data.mkdir(parents=True, exist_ok=True)
        data.chmod(0o700)
        yield
    except BaseException as error:
        for path in data.iterdir() if data.exists() else ():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        if not existed:
            shutil.rmtree(data, ignore_errors=True)
        if isinstance(error, OSError):
            message = f"The backup could not be restored: {error.strerror} ({error.filename})."
            raise Unavailable(message, code="restore.failed") from error
        raise


def _copy(source: Path, target: Path, name: str, fact: dict[str, Any]) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    found = hashlib.sha256()
    try:
        opened = source.open("rb")
    except FileNotFoundError:
        raise Invalid(f"The backup is damaged: {name} is missing.", code="backup.damaged") from None
    with opened as file, target.open("wb") as out:
        while chunk := file.read(_CHUNK):
            found.update(chunk)
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    if found.hexdigest() != fact["sha256"]:
        raise Invalid(f"The backup is damaged: {name} is not what was saved.", code="backup.damaged")
    shutil.copymode(source, target)
