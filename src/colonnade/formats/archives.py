"""Archives around data files: which of their files are data, and those laid out on disk, within bounds.

No name from an archive ever becomes a path here; names that lead out of a folder are refused all the same, for what
such an archive may do elsewhere. One level is unpacked: an archive in an archive is no data.
"""

import bz2
import gzip
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Protocol, Self

from colonnade.errors import Invalid, LimitReached
from colonnade.formats.port import Bounds, Source

_ZIP_MAGICS = (b"PK\x03\x04", b"PK\x05\x06")
_GZIP_MAGIC = b"\x1f\x8b"
_BZIP2_MAGIC = b"BZh"
_BZIP2_BLOCKS = (b"1AY&SY", b"\x17rE8P\x90")
_TAR_MAGIC = b"ustar"
_TAR_MAGIC_AT = 257
_HEAD_BYTES = 512
_CHUNK_BYTES = 1 << 20
_ENTRIES = 200_000
LOOK_BYTES = 64 << 20
"""What is unpacked of a file at most when only a look at its first rows is taken."""
_JUNK = ("__macosx/", "._", ".ds_store", "thumbs.db", "desktop.ini")
_PACKED = (".zip", ".gz", ".gzip", ".bz2", ".tar", ".tgz", ".7z", ".rar", ".xz")
_NAMES_TOLD = 5
_BROKEN = (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, OSError, NotImplementedError)

Suffixes = Sequence[Sequence[str]]
"""The endings of a format's files, in tiers: beside a file of an earlier tier, those of later ones are no data."""


class Stream(Protocol):
    """Bytes of a file in an archive, while they are unpacked."""

    def read(self, size: int, /) -> bytes: ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None, /
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class Entry:
    """A file in an archive. `open` gives its content as a stream."""

    name: str
    open: Callable[[], Stream]
    is_link: bool = False
    is_locked: bool = False


def kind_of(path: Path) -> str | None:
    """`zip`, `gzip`, `bzip2` or `tar`, by the first bytes; None for anything else."""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if head.startswith(_ZIP_MAGICS):
        return "zip"
    if head.startswith(_GZIP_MAGIC):
        return "gzip"
    if head.startswith(_BZIP2_MAGIC) and head[4:10] in _BZIP2_BLOCKS:
        return "bzip2"
    return "tar" if _is_tar(head) else None


def is_workbook(names: Iterable[str]) -> bool:
    """Whether a zip of these files is a spreadsheet."""
    found = set(names)
    return any(one.startswith("xl/") for one in found) or {"mimetype", "content.xml"} <= found


def zip_names(path: Path) -> tuple[str, ...]:
    """The names in a zip; none if it is damaged."""
    try:
        with zipfile.ZipFile(path) as archive:
            return tuple(archive.namelist())
    except _BROKEN:
        return ()


@contextmanager
def opened(source: Source) -> Iterator[Iterator[Entry]]:
    """The files in an archive, in its order. Raises `Invalid` where it turns out to be damaged."""
    kind = kind_of(source.path)
    with _told(source):
        if kind == "zip":
            with zipfile.ZipFile(source.path) as archive:
                yield _of_zip(archive)
            return
        if kind in ("gzip", "bzip2"):
            with _unpacking(source.path, kind) as stream:
                is_tar = _is_tar(stream.read(_HEAD_BYTES))
            if not is_tar:
                stem = source.filename or source.name
                name = stem.rpartition(".")[0] if stem.lower().endswith(_PACKED) else stem
                yield iter([Entry(name, lambda: _unpacking(source.path, kind))])
                return
        with tarfile.open(source.path) as tar:
            yield _of_tar(tar)


def members(source: Source, entries: Iterable[Entry]) -> Iterator[Entry]:
    """The files in an archive without what systems leave behind. Raises `LimitReached` for too many."""
    for count, entry in enumerate(entries, 1):
        if count > _ENTRIES:
            raise _too_many(source, _ENTRIES, count)
        lower = entry.name.lower()
        if not lower.startswith(_JUNK[0]) and not PurePosixPath(lower).name.startswith(_JUNK[1:]):
            yield entry


def unpacked(
    source: Source, suffixes: Suffixes, scratch: Path, bounds: Bounds, *, reads_workbooks: bool = False
) -> Iterator[Source]:
    """The data files of a source, in the order of their names; itself, if it is no archive.

    Each is removed from `scratch` when the next one is asked for. Raises `Invalid` for an archive that is damaged,
    locked or holds no data, and `LimitReached`.
    """
    kind = kind_of(source.path)
    is_book = kind == "zip" and is_workbook(zip_names(source.path))
    if is_book and not reads_workbooks:
        raise Invalid(f"The file {source.name} is a spreadsheet; its format is excel", code="file.format")
    if kind is None or is_book:
        yield replace(source, filename=source.filename or source.name)
        return
    with opened(source) as entries:
        room = bounds.unpacked_bytes
        for number, entry in enumerate(_chosen(source, entries, suffixes, bounds)):
            target = scratch / f"member{number}"
            room -= lay_out(source, entry, target, room, bounds)
            if kind_of(target) and not (reads_workbooks and is_workbook(zip_names(target))):
                message = (
                    f"The archive {source.name} holds another archive, {entry.name}; one level is unpacked"
                )
                raise Invalid(message, code="file.archive")
            is_single = kind in ("gzip", "bzip2") and not _is_path(entry.name, source)
            name = source.name if is_single else f"{source.name}/{entry.name}"
            yield replace(source, path=target, name=name, filename=PurePosixPath(entry.name).name)
            target.unlink()


def lay_out(source: Source, entry: Entry, target: Path, room: int, bounds: Bounds) -> int:
    """Write an entry's content to a file and return its size. Raises `Invalid` for one that must not be unpacked, and
    `LimitReached` beyond `room` bytes. If only a look is taken, the file may end early."""
    _check(source, entry)
    size = 0
    with _told(source), entry.open() as stream, target.open("wb") as file:
        while chunk := stream.read(_CHUNK_BYTES):
            size += len(chunk)
            if size > room:
                message = f"The archive {source.name} holds more than {bounds.unpacked_bytes:,} bytes of data"
                raise LimitReached(
                    message, limit_type="unpacked_bytes", limit=bounds.unpacked_bytes, value=size
                )
            file.write(chunk)
            if bounds.rows is not None and size >= LOOK_BYTES:
                break
    return size


def _unpacking(path: Path, kind: str) -> Stream:
    return gzip.GzipFile(path) if kind == "gzip" else bz2.BZ2File(path)


def _is_tar(head: bytes) -> bool:
    return head[_TAR_MAGIC_AT : _TAR_MAGIC_AT + len(_TAR_MAGIC)] == _TAR_MAGIC


def _is_path(name: str, source: Source) -> bool:
    """Whether a name comes from the archive's own list, and not from the name of the file around it."""
    return not (source.filename or source.name).startswith(name)


@contextmanager
def _told(source: Source) -> Iterator[None]:
    try:
        yield
    except _BROKEN as fault:
        if isinstance(fault, OSError) and fault.errno is not None:
            raise  # the disk's fault, not the archive's
        message = f"The archive {source.name} is damaged, cut off or packed in an unknown way: {fault}"
        raise Invalid(message, code="file.archive") from None


def _of_zip(archive: zipfile.ZipFile) -> Iterator[Entry]:
    for info in archive.infolist():
        if not info.is_dir():
            # The Unix mode stands in the upper half of the attributes.
            is_link = (info.external_attr >> 16) & 0o170000 == 0o120000
            is_locked = bool(info.flag_bits & 1)
            yield Entry(info.filename, lambda info=info: archive.open(info), is_link, is_locked)  # type: ignore[misc]


def _of_tar(tar: tarfile.TarFile) -> Iterator[Entry]:
    def content(info: tarfile.TarInfo) -> Stream:
        found = tar.extractfile(info)
        assert found is not None
        return found

    for info in tar:
        if not info.isdir():
            is_link = not info.isreg()
            yield Entry(info.name, lambda info=info: content(info), is_link=is_link)  # type: ignore[misc]


def _chosen(source: Source, entries: Iterator[Entry], suffixes: Suffixes, bounds: Bounds) -> list[Entry]:
    """The data files among an archive's files; if only a look is taken, the first that is surely one."""
    files: list[Entry] = []
    for entry in members(source, entries):
        files.append(entry)
        if bounds.rows is not None and entry.name.lower().endswith(tuple(suffixes[0])):
            return [entry]
    found = next((some for tier in suffixes if (some := _ending(files, tier))), [])
    if not found and len(files) == 1 and not files[0].name.lower().endswith(_PACKED):
        found = files
    if not found:
        raise Invalid(_without_data(source, files, suffixes), code="file.archive")
    found.sort(key=lambda one: one.name)
    if bounds.rows is not None:
        return found[:1]
    if len(found) > bounds.files:
        raise _too_many(source, bounds.files, len(found))
    return found


def _ending(files: Sequence[Entry], tier: Sequence[str]) -> list[Entry]:
    return [one for one in files if one.name.lower().endswith(tuple(tier))]


def _too_many(source: Source, limit: int, value: int) -> LimitReached:
    message = f"The archive {source.name} holds {value:,} files or more; this portal takes {limit:,}"
    return LimitReached(message, limit_type="files", limit=limit, value=value)


def _without_data(source: Source, files: Sequence[Entry], suffixes: Suffixes) -> str:
    if not files:
        return f"The archive {source.name} is empty"
    endings = ", ".join(suffixes[0])
    names = ", ".join(one.name for one in files[:_NAMES_TOLD]) + (", ..." if len(files) > _NAMES_TOLD else "")
    if all(one.name.lower().endswith(_PACKED) for one in files):
        return f"The archive {source.name} holds archives alone, of which none is unpacked: {names}"
    return f"The archive {source.name} holds no file of this format ({endings}); it holds {names}"


def _check(source: Source, entry: Entry) -> None:
    path = PurePosixPath(entry.name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or (path.parts[:1] and path.parts[0].endswith(":")):
        why = f"holds a file whose name leads out of its folder, {entry.name}"
    elif entry.is_link:
        why = f"holds a link instead of a file, {entry.name}"
    elif entry.is_locked:
        why = f"is protected by a password, which would be needed for {entry.name}"
    else:
        return
    raise Invalid(f"The archive {source.name} {why}", code="file.archive")
