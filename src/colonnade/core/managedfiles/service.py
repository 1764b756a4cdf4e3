"""Managed files: taking them up, giving them to nodes, letting them go. No permission is asked here: whoever may see or
change a node may see or change its files."""

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from colonnade.core.managedfiles import store
from colonnade.core.managedfiles.model import PUBLIC, ManagedFile
from colonnade.core.uploads import ContentDropped, StoredFile, check_kept, mimetype_of, safe_filename
from colonnade.core.work import Work, now
from colonnade.errors import Invalid, NotFound
from colonnade.files.port import Blob

ORPHANED_AFTER = dt.timedelta(days=1)
"""So long a file that no node holds is kept."""
_TAKEN = "csv html xls json xlsx doc docx rdf txt jpg png gif tiff pdf odf ods odt tsv tab geojson xml zip kml kmz shp"
EXTENSIONS = frozenset(_TAKEN.split())
_TYPES = {".tsv": "text/tab-separated-values", ".tab": "text/tab-separated-values"}
MAX_FOLDERS = 8
"""In the public name of a file."""


def extension(name: str) -> str:
    """What stands behind the last point of a name, in lower case; empty if there is none."""
    return PurePosixPath(name).suffix.lower().removeprefix(".")


def check_extension(name: str) -> None:
    """Raises `Invalid` for a file of a kind that is not taken."""
    if extension(name) not in EXTENSIONS:
        known = " ".join(sorted(EXTENSIONS))
        raise Invalid(
            f"Files like {safe_filename(name)} are not taken. Allowed: {known}.", code="managedfile.extension"
        )


def keep(
    work: Work, stored: StoredFile, *, name: str | None = None, replaces: Sequence[ManagedFile] = ()
) -> ManagedFile:
    """Take up a stored file, which is nobody's yet. `name`: the one that is wanted below `public://`, else its own; where
    another file has it, `_0`, `_1`, ... stand before its ending. `replaces`: files that go by this; the public name of one
    that was sent under the same name stays. Raises `NotFound` as `uploads.check_kept`."""
    check_kept(work, stored.digest)
    public = _safe_name(name or stored.filename)
    inherited = (one.name for one in replaces if one.name and _was_to_be(one, name or stored.filename))
    added = ManagedFile(
        uri=PUBLIC + (next(inherited, None) or _free_name(work, public)),
        filename=stored.filename,
        mimetype=_TYPES.get(PurePosixPath(stored.filename).suffix.lower(), stored.mimetype),
        size=stored.size,
        digest=stored.digest,
        created_by=work.actor.username,
        created_by_id=work.actor.person_id,
    )
    return _added(work, added)


def remote(work: Work, url: str, *, mimetype: str | None = None) -> ManagedFile:
    """A file that is on another server, which is nobody's yet. Nothing is fetched. Raises `Invalid`."""
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise Invalid(
            f"No file is at {url!r}: an address begins with http:// or https://.", code="managedfile.url"
        )
    name = safe_filename(unquote(PurePosixPath(parts.path).name) or parts.hostname)
    added = ManagedFile(
        uri=url,
        filename=name,
        mimetype=mimetype or _TYPES.get(PurePosixPath(name).suffix.lower(), mimetype_of(name)),
        size=0,
        created_by=work.actor.username,
        created_by_id=work.actor.person_id,
    )
    return _added(work, added)


def fetched(work: Work, number: int, blob: Blob) -> None:
    """What another server sent for a file; what it sent before goes. Nothing is kept if the file went meanwhile."""
    file = store.by_id(work.db, number)
    if file is None:
        work.happened(ContentDropped((blob.digest,)))
        return
    check_kept(work, blob.digest)
    if file.copy_digest not in {None, blob.digest}:
        work.happened(ContentDropped((str(file.copy_digest),)))
    file.copy_digest, file.copy_size = blob.digest, blob.size


def by_id(work: Work, number: int) -> ManagedFile:
    """Raises `NotFound`."""
    found = store.by_id(work.db, number)
    if found is None:
        raise unknown_number(number)
    return found


def by_ids(work: Work, numbers: Sequence[int]) -> Mapping[int, ManagedFile]:
    """Those that there are, by their numbers."""
    return {one.id: one for one in store.by_ids(work.db, numbers)}


def by_name(work: Work, name: str) -> ManagedFile:
    """The one with this public name. Raises `NotFound`."""
    found = store.by_uri(work.db, PUBLIC + name)
    if found is None:
        raise unknown(name)
    return found


def unknown_number(number: int) -> NotFound:
    return NotFound(f"There is no file with ID {number}.", code="managedfile.unknown")


def unknown(name: str) -> NotFound:
    return NotFound(f"There is no file {name}.", code="managedfile.unknown")


def of_nodes(work: Work, node_ids: Sequence[int]) -> Mapping[int, Sequence[ManagedFile]]:
    """The files that each of these nodes holds, in order of their numbers."""
    found: dict[int, list[ManagedFile]] = {one: [] for one in node_ids}
    for file in store.of_nodes(work.db, node_ids) if node_ids else ():
        if file.node_id is not None:
            found[file.node_id].append(file)
    return found


def hold(work: Work, node_id: int, place: str, numbers: Sequence[int]) -> None:
    """From now on these are the files that a node has in this place; those that it had are removed. Raises `Invalid` for a
    file that there is not, that another node holds, or that somebody else has brought."""
    known = by_ids(work, numbers)
    for number in numbers:
        if not _is_free(work, known.get(number), node_id):
            raise Invalid(f"There is no file with ID {number} to be had.", code="managedfile.taken")
    for file in known.values():
        file.node_id, file.place = node_id, place
    gone = [one for one in of_nodes(work, [node_id])[node_id] if one.place == place and one.id not in known]
    _remove(work, gone)


def remove_of(work: Work, node_id: int) -> None:
    """Remove what a node has that is removed itself. Safe to repeat."""
    _remove(work, of_nodes(work, [node_id])[node_id])


def clear_orphans(work: Work) -> list[str]:
    """Remove the files that no node took for a day; returns what they were called."""
    gone = store.orphans(work.db, now() - ORPHANED_AFTER)
    names = [one.filename for one in gone]
    _remove(work, gone)
    return names


def uses_digest(work: Work, digest: str) -> bool:
    """Whether a file here has this content."""
    return store.uses_digest(work.db, digest)


def all_files(work: Work) -> Sequence[ManagedFile]:
    """Those whose bytes are here."""
    return store.with_content(work.db)


def of_items(items: Mapping[str, Any], place: str) -> list[int]:
    """The numbers of files in one of the fields of a node."""
    return [one["fid"] for one in items.get(place, ()) if isinstance(one.get("fid"), int)]


def _is_free(work: Work, file: ManagedFile | None, node_id: int) -> bool:
    if file is None or file.node_id is not None:
        return file is not None and file.node_id == node_id
    return file.created_by_id is not None and file.created_by_id == work.actor.person_id


def _added(work: Work, file: ManagedFile) -> ManagedFile:
    work.db.add(file)
    work.db.flush()
    return file


def _remove(work: Work, files: Sequence[ManagedFile]) -> None:
    for file in files:
        work.db.delete(file)
    work.db.flush()
    digests = tuple(digest for one in files for digest in one.digests)
    if digests:
        work.happened(ContentDropped(digests))


def _safe_name(name: str) -> str:
    """A path below the public folder, of harmless names."""
    parts = [one for one in name.removeprefix(PUBLIC).split("/") if one.strip(" .")]
    return "/".join(safe_filename(one) for one in parts[-MAX_FOLDERS:]) or "file"


def _was_to_be(file: ManagedFile, wanted: str) -> bool:
    """Whether a file has its public name because this one was wanted, in the same folder."""
    public = _safe_name(wanted)
    folder, _, last = public.rpartition("/")
    is_numbered = file.name.rpartition("/")[0] == folder and safe_filename(file.filename) == last
    return file.name == public or is_numbered


def _free_name(work: Work, wanted: str) -> str:
    if not store.uri_taken(work.db, PUBLIC + wanted):
        return wanted
    folder, slash, last = wanted.rpartition("/")
    suffix = PurePosixPath(last).suffix
    stem = last[: len(last) - len(suffix)]

    def numbered(number: int) -> str:
        return f"{folder}{slash}{stem}_{number}{suffix}"

    def is_taken(number: int) -> bool:
        return store.uri_taken(work.db, PUBLIC + numbered(number))

    if not is_taken(0):
        return numbered(0)
    taken, free = 0, 1
    while is_taken(free):
        taken, free = free, free * 2
    while free - taken > 1:
        middle = (taken + free) // 2
        taken, free = (middle, free) if is_taken(middle) else (taken, middle)
    return numbered(free)
