"""Archives of pictures and documents: the files themselves as cells of records.

A record for each file. The files are laid out in the folder `MEDIA` of a reader's scratch folder, named by the first half of their SHA-256, with
smaller copies of pictures beside them (`pictures.SIZES`); whoever builds a generation takes them from there.
"""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

import duckdb

from colonnade.errors import LimitReached
from colonnade.formats import archives, cells, collecting, params, pictures
from colonnade.formats.archives import Entry
from colonnade.formats.geometry import POINT_LABEL
from colonnade.formats.port import Bounds, Extract, Source

MEDIA = "media"
FILE_LABEL = "file"
MOST_FILES = 50_000
SHOWN = 20
"""Files that are unpacked if only a look is taken."""
ID_DIGITS = 32
_KNOWN_METADATA = (pictures.TAKEN_AT, *pictures.METADATA)


@dataclass(frozen=True, slots=True)
class Medium:
    """A file of an archive. `name`: its path in there, with slashes."""

    name: str
    cell: cells.File
    picture: pictures.Picture | None = None


def whole(source: Source) -> Iterator[Source]:
    """The source itself: its readers look into the archive by themselves."""
    yield replace(source, filename=source.filename or source.name)


def read(
    connection: duckdb.DuckDBPyConnection, source: Source, target: str, scratch: Path, bounds: Bounds
) -> Extract:
    """See `formats.port.Reader`. Parameters: `extract_meta`, `extract_geopoint`, both false."""
    wanted = Wanted.of(source)
    found = (
        {FILE_LABEL: one.cell, **wanted.of_picture(one.picture)} for one in media(source, scratch, bounds)
    )
    return collecting.collect(connection, source, target, bounds, found, labels=(FILE_LABEL,))


def media(source: Source, scratch: Path, bounds: Bounds) -> Iterator[Medium]:
    """The files of an archive, in its order; of another file, itself. Raises `Invalid` and `LimitReached`."""
    room = bounds.unpacked_bytes
    with opened(source) as found:
        for count, entry in enumerate(found, 1):
            if count > MOST_FILES:
                message = (
                    f"The archive {source.name} holds more than {MOST_FILES:,} files, which this portal takes"
                )
                raise LimitReached(message, limit_type="files", limit=MOST_FILES, value=count)
            medium, size = laid_out(source, entry, scratch, room, bounds)
            room -= size
            yield medium
            if bounds.rows is not None and count >= SHOWN:
                return


@contextmanager
def opened(source: Source) -> Iterator[Iterator[Entry]]:
    """The files in an archive, in its order, without what systems leave behind; of another file, itself."""
    if archives.kind_of(source.path) is None:
        yield iter([Entry(source.filename or source.name, lambda: source.path.open("rb"))])
        return
    with archives.opened(source) as entries:
        yield archives.members(source, entries)


def laid_out(source: Source, entry: Entry, scratch: Path, room: int, bounds: Bounds) -> tuple[Medium, int]:
    """A file of an archive, laid out in `MEDIA`, and its size. If only a look is taken, no smaller copies are made."""
    folder = scratch / MEDIA
    folder.mkdir(exist_ok=True)
    arrived = folder / "arriving"
    size = archives.lay_out(source, entry, arrived, room, bounds)
    with arrived.open("rb") as file:
        uid = hashlib.file_digest(file, "sha256").hexdigest()[:ID_DIGITS]
    path = folder / uid
    arrived.replace(path)
    filename = PurePosixPath(entry.name.replace("\\", "/")).name
    picture = pictures.described(path)
    if picture is None:
        format_, mimetype = pictures.type_of(filename)
        told: dict[str, object] = {"format": format_, "mimetype": mimetype, "thumbnail": False}
    else:
        told = {
            "format": picture.format,
            "mimetype": picture.mimetype,
            "thumbnail": bounds.rows is None and pictures.smaller(path, path),
            "width": picture.width,
            "height": picture.height,
        }
    return Medium(entry.name, cells.File({"id": uid, "filename": filename, **told}), picture), size


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be told of pictures beside themselves."""

    metadata: bool
    point: bool

    @classmethod
    def of(cls, source: Source) -> "Wanted":
        return cls(
            params.flag(source, "extract_meta", default=False),
            params.flag(source, "extract_geopoint", default=False),
        )

    @property
    def labels(self) -> tuple[str, ...]:
        return (*(_KNOWN_METADATA if self.metadata else ()), *((POINT_LABEL,) if self.point else ()))

    def of_picture(self, picture: pictures.Picture | None) -> Mapping[str, object]:
        if picture is None:
            return {}
        return {
            **(picture.metadata if self.metadata else {}),
            **({POINT_LABEL: picture.point} if self.point else {}),
        }
