"""A consistent copy of a portal while it serves.

The order is what makes it consistent:

1. From here to the end nothing that the catalogue forgets goes from the disk (`Retention.hold`).
2. The catalogue is copied, in one state. Whatever that copy names was there, and by 1 it stays there.
3. The generations that the copy names are copied, each in one state of its own, that is not older than the catalogue's:
   a write that was acknowledged before the backup began is in it. The generation that counts in the copy may have been
   replaced meanwhile: later writes into its successor are not in the backup.
4. The files that the copy names. They never change.
5. Everything is made durable and written down with its checksum, and then the folder gets its name.

How far jobs have come (`jobs.sqlite`) is left out: rows and catalogue are not of one moment with it. In the copied
catalogue a removal or an end of publication that was under way stays so and is begun anew after a restore, which is
safe; any other job has failed, with the reason.
"""

import datetime as dt
import hashlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson

from colonnade import __version__
from colonnade.core.jobs import service as jobs
from colonnade.core.jobs.model import Job, Kind, State
from colonnade.core.tables import service as tables
from colonnade.core.tables.model import Generation
from colonnade.core.upkeep import inventory
from colonnade.core.upkeep.checks import Tell
from colonnade.core.upkeep.inventory import Inventory, TableSeen
from colonnade.core.work import SYSTEM, Portal
from colonnade.db.database import Database
from colonnade.disk import sync
from colonnade.errors import Conflict, NotFound, PortalError, Unavailable
from colonnade.generation import FILES_FOLDER, IDENTITY_FILE, MANIFEST_FILE

FORMAT = 1
DESCRIPTION = "backup.json"
PARTIAL = ".partial"

BEGUN_ANEW = frozenset({Kind.DELETE.value, Kind.UNPUBLISH.value})


@dataclass(frozen=True)
class Made:
    """`skipped`: what could not be copied and is not in the backup, in sentences; nothing that readers see of rows."""

    generations: int
    files: int
    size_bytes: int
    skipped: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "generations": self.generations,
            "files": self.files,
            "size_bytes": self.size_bytes,
            "skipped": list(self.skipped),
        }


def make(portal: Portal, target: Path, job_uid: str, tell: Tell) -> Made:
    """Write the backup. An earlier attempt of the same job is finished or begun anew.

    Raises `Conflict` when `target` is there, `Unavailable` when something that counts cannot be copied.
    """
    if target.exists():
        if _maker(target) == job_uid:  # interrupted after the rename
            return Made(0, 0, 0, ())
        raise Conflict(f"{target} is there already.", code="backup.exists")
    partial = target.with_name(target.name + PARTIAL)
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(mode=0o700)
    with portal.retention.hold():
        stock = _catalogue(portal, partial, job_uid)
        skipped = [*_generations(portal, stock, partial, tell), *_files(portal, stock, partial)]
    _others(portal, partial)
    described = _described(partial)
    _write_description(partial, job_uid, described)
    partial.rename(target)
    sync(target.parent)
    ready = sum(len(seen.ready) for seen in stock.tables)
    size = sum(fact["size"] for fact in described.values())
    return Made(ready, len(stock.files), size, tuple(skipped))


def discard(target: Path) -> None:
    """Remove what a backup that failed has written."""
    shutil.rmtree(target.with_name(target.name + PARTIAL), ignore_errors=True)


def _catalogue(portal: Portal, folder: Path, job_uid: str) -> Inventory:
    """Copy the catalogue and end what cannot go on in a restored portal. Returns what the copy names."""
    path = folder / portal.settings.catalogue_file.name
    portal.database.copy_to(path)
    database = Database(path)
    try:
        copied = replace(portal, database=database, handlers={})
        with copied.writing(SYSTEM) as work:
            for job in jobs.active(work):
                _settle(job, job_uid)
            for table in tables.all_tables(work):
                for one in tables.generations(work, table):
                    if not one.is_ready:
                        tables.unlist(work, one.ref)
        return inventory.take(copied)
    finally:
        database.close()  # with its last connection SQLite folds its log into the file


def _settle(job: Job, job_uid: str) -> None:
    if job.uid == job_uid:
        jobs.advance(job, State.DONE)
    elif job.kind not in BEGUN_ANEW:
        reason = "The portal was restored from a backup that was made while this job was under way."
        jobs.fail(job, Unavailable(reason, code="job.restored"))


def _generations(portal: Portal, stock: Inventory, folder: Path, tell: Tell) -> Iterator[str]:
    root = folder / portal.settings.generations_folder.name
    root.mkdir()
    missing: list[Generation] = []
    done, total = 0, sum(len(seen.ready) for seen in stock.tables)
    for seen in stock.tables:
        for one in seen.ready:
            tell(seen.name, done, total)
            done += 1
            try:
                _generation(portal, one, one.ref.folder(root))
            except PortalError as error:
                shutil.rmtree(one.ref.folder(root), ignore_errors=True)
                if seen.is_current(one):
                    raise _unreadable(seen, one) from error
                missing.append(one)
                yield f"{seen.name}, generation {one.number}, which does not count, cannot be copied."
    _unlist(portal, folder, missing)


def _generation(portal: Portal, one: Generation, folder: Path) -> None:
    folder.mkdir(parents=True)
    portal.rows.copy(one.ref, one.schema, folder)
    source = tables.folder(portal, one.ref)
    for name in (IDENTITY_FILE, MANIFEST_FILE):
        if (source / name).exists():
            shutil.copyfile(source / name, folder / name)
    if (source / FILES_FOLDER).is_dir():
        shutil.copytree(source / FILES_FOLDER, folder / FILES_FOLDER)


def _unlist(portal: Portal, folder: Path, missing: list[Generation]) -> None:
    """Take what could not be copied out of the copied catalogue."""
    if not missing:
        return
    database = Database(folder / portal.settings.catalogue_file.name)
    try:
        with replace(portal, database=database, handlers={}).writing(SYSTEM) as work:
            for one in missing:
                tables.unlist(work, one.ref)
    finally:
        database.close()


def _unreadable(seen: TableSeen, one: Generation) -> Unavailable:
    return Unavailable(
        f"No backup was made: the rows of {seen.name}, generation {one.number}, cannot be copied. "
        "`colonnade doctor` says more.",
        code="backup.rows",
    )


def _files(portal: Portal, stock: Inventory, folder: Path) -> Iterator[str]:
    root = folder / portal.settings.blobs_folder.name
    for digest, uses in stock.files.items():
        try:
            portal.blobs.copy(digest, root)
        except NotFound:
            yield f"{uses[0]}, is missing."


def _others(portal: Portal, folder: Path) -> None:
    """What else the data folder holds: credentials, and whatever a later version keeps there."""
    settings = portal.settings
    own = (
        settings.generations_folder,
        settings.blobs_folder,
        settings.scratch_folder,
        settings.overview_folder,  # a portal makes its own
        settings.lock_file,
    )
    databases = (settings.catalogue_file.name, settings.jobs_file.name)
    for path in sorted(settings.data.iterdir()):
        # A database's log and index stand beside it, under longer names.
        if path in own or path.name.startswith(databases):
            continue
        if path.is_dir():
            shutil.copytree(path, folder / path.name)
        elif path.is_file():
            shutil.copy2(path, folder / path.name)


def _described(folder: Path) -> dict[str, dict[str, Any]]:
    """Size and SHA-256 of every file by its path, all made durable."""
    found = {}
    for parent, _, names in os.walk(folder):
        for name in sorted(names):
            path = Path(parent, name)
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
                os.fsync(file.fileno())
            found[path.relative_to(folder).as_posix()] = {"size": path.stat().st_size, "sha256": digest}
        sync(Path(parent))
    return found


def _write_description(folder: Path, job_uid: str, files: dict[str, dict[str, Any]]) -> None:
    path = folder / DESCRIPTION
    described = {
        "format": FORMAT,
        "version": __version__,
        "made_at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "job": job_uid,
        "files": files,
    }
    path.write_bytes(orjson.dumps(described, option=orjson.OPT_INDENT_2))
    sync(path)
    sync(folder)


def _maker(target: Path) -> str | None:
    """The job that made a backup."""
    try:
        job = orjson.loads((target / DESCRIPTION).read_bytes())["job"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return str(job)
