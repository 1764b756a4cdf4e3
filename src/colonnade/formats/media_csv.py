"""An archive with a CSV file and the files that its cells name: pictures, documents."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

import duckdb
import pyarrow as pa

from colonnade.errors import Invalid
from colonnade.formats import archives, cells, csv, media, params
from colonnade.formats.archives import Entry
from colonnade.formats.media import Medium, Wanted
from colonnade.formats.port import Bounds, Column, Extract, Source
from colonnade.query.schema import FieldType

_TIERS = ((".csv", ".tsv"), (".txt",))
_NAMES_TOLD = 5


def read(
    connection: duckdb.DuckDBPyConnection, source: Source, target: str, scratch: Path, bounds: Bounds
) -> Extract:
    """See `formats.port.Reader`. Parameters: those of CSV; `media`: the columns whose cells name files, separated by
    commas, by default those all of whose cells do; `extract_meta` and `extract_geopoint`, of the first such column."""
    index, names = _index(source, scratch, bounds)
    found = csv.read(connection, index, target, scratch, bounds)
    _register(connection, "media_names", _keys(names, PurePosixPath(index.filename).parent))
    columns = _media_columns(connection, source, target, found.labels)
    needed = _needed(connection, target, columns, bounds)
    laid = {one.name: one for one in _laid_out(source, needed, scratch, bounds)}
    extras = _tell_pictures(connection, source, target, laid, columns, len(found.columns))
    notes = [_put(connection, source, target, laid, number, found.labels[number]) for number in columns]
    typed = tuple(
        Column(one.label, FieldType.FILE) if number in columns else one
        for number, one in enumerate(found.columns)
    )
    return Extract((*typed, *extras), (*found.notes, *filter(None, notes)))


def _index(source: Source, scratch: Path, bounds: Bounds) -> tuple[Source, tuple[str, ...]]:
    """The one CSV file of an archive, laid out, with its path in the archive as its `filename`; and the names of all
    other files. Raises `Invalid` for none and for several."""
    if archives.kind_of(source.path) is None:
        message = (
            f"The file {source.name} is no archive; files_csv reads a CSV file with other files beside it"
        )
        raise Invalid(message, code="file.archive")
    with media.opened(source) as entries:
        names = [one.name for one in entries]
    found = next((some for tier in _TIERS if (some := [n for n in names if n.lower().endswith(tier)])), [])
    if len(found) != 1:
        told = ", ".join(found[:_NAMES_TOLD]) if found else "none"
        message = f"The archive {source.name} must hold one CSV file; it holds {told}"
        raise Invalid(message, code="file.archive")
    path = scratch / "index.csv"
    with media.opened(source) as entries:
        entry = next(one for one in entries if one.name == found[0])
        archives.lay_out(source, entry, path, bounds.unpacked_bytes, bounds)
    index = replace(source, path=path, name=f"{source.name}/{found[0]}", filename=found[0])
    return index, tuple(one for one in names if one != found[0])


def _keys(names: Sequence[str], folder: PurePosixPath) -> Mapping[str, str]:
    """What may stand for each file: its path, its path from the CSV file, and its bare name if no other has it."""
    found: dict[str, str] = {}
    bare: dict[str, str | None] = {}
    for name in names:
        path = PurePosixPath(name.replace("\\", "/"))
        found[str(path).lower()] = name
        if path.is_relative_to(folder):
            found.setdefault(str(path.relative_to(folder)).lower(), name)
        key = path.name.lower()
        bare[key] = None if key in bare else name
    return {**{key: name for key, name in bare.items() if name is not None}, **found}


def _key(cell: str) -> str:
    """SQL of what a cell calls a file."""
    return f"lower(regexp_replace(replace(trim({cell}), '\\', '/'), '^(\\./)+', ''))"


def _register(connection: duckdb.DuckDBPyConnection, table: str, keys: Mapping[str, str]) -> None:
    connection.register(
        "told", pa.table({"key": pa.array(keys, pa.string()), "name": pa.array(keys.values(), pa.string())})
    )
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT * FROM told")  # noqa: S608
    connection.unregister("told")


def _media_columns(
    connection: duckdb.DuckDBPyConnection, source: Source, target: str, labels: Sequence[str]
) -> tuple[int, ...]:
    asked = [one.strip() for one in params.text(source, "media").split(",") if one.strip()]
    for one in asked:
        if one not in labels:
            message = f"The archive {source.name} has no column “{one}”, which the parameter media names; it has {', '.join(labels)}"
            raise Invalid(message, code="file.column", column=one)
    if asked:
        return tuple(labels.index(one) for one in asked)
    return tuple(number for number in range(len(labels)) if _are_files(connection, target, number))


def _are_files(connection: duckdb.DuckDBPyConnection, target: str, number: int) -> bool:
    """Whether each cell of a column names a file."""
    found = connection.execute(
        f"SELECT count(*) > 0 AND count(key) = count(*) FROM {target}"  # noqa: S608
        f" LEFT JOIN media_names ON key = {_key(f'c{number}')} WHERE c{number} IS NOT NULL"
    ).fetchone()
    return bool(found and found[0])


def _needed(
    connection: duckdb.DuckDBPyConnection, target: str, columns: Sequence[int], bounds: Bounds
) -> frozenset[str]:
    """The names of the files that cells name; of a look, those of the first rows."""
    first = "" if bounds.rows is None else f"LIMIT {media.SHOWN}"
    found: set[str] = set()
    for number in columns:
        rows = connection.execute(
            f"SELECT DISTINCT name FROM (SELECT * FROM {target} {first})"  # noqa: S608
            f" JOIN media_names ON key = {_key(f'c{number}')}"
        ).fetchall()
        found.update(name for (name,) in rows)
    return frozenset(found)


def _laid_out(source: Source, names: frozenset[str], scratch: Path, bounds: Bounds) -> Iterator[Medium]:
    room = bounds.unpacked_bytes
    with media.opened(source) as entries:
        wanted: Iterator[Entry] = (one for one in entries if one.name in names)
        for entry in wanted:
            medium, size = media.laid_out(source, entry, scratch, room, bounds)
            room -= size
            yield medium


def _tell_pictures(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    target: str,
    laid: Mapping[str, Medium],
    columns: Sequence[int],
    width: int,
) -> tuple[Column, ...]:
    """Add what pictures say of themselves as columns behind the others."""
    wanted = Wanted.of(source)
    kinds: dict[str, int] = {}
    texts: dict[str, list[str | None]] = {label: [] for label in wanted.labels}
    for one in laid.values():
        told = wanted.of_picture(one.picture)
        for label, column in texts.items():
            value = told.get(label)
            kind, text = (0, None) if value is None else cells.FORMS[type(value)](value)
            column.append(text)
            if text is not None:
                kinds[label] = kinds.get(label, 0) | kind
    labels = [label for label in wanted.labels if label in kinds]
    if not labels or not columns:
        return ()
    facts = {f"f{number}": pa.array(texts[label], pa.string()) for number, label in enumerate(labels)}
    connection.register("facts", pa.table({"name": pa.array(laid, pa.string()), **facts}))
    for number in range(len(labels)):
        connection.execute(f"ALTER TABLE {target} ADD COLUMN c{width + number} VARCHAR")
    sets = ", ".join(f"c{width + number} = facts.f{number}" for number in range(len(labels)))
    connection.execute(
        f"UPDATE {target} SET {sets} FROM media_names JOIN facts USING (name)"  # noqa: S608
        f" WHERE media_names.key = {_key(f'c{columns[0]}')}"
    )
    connection.unregister("facts")
    return tuple(cells.column(label, kinds[label]) for label in labels)


def _put(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    target: str,
    laid: Mapping[str, Medium],
    number: int,
    label: str,
) -> str | None:
    """Put the files in the place of their names. What names none becomes null; returns a note about that."""
    told = [cells.json_text(one.cell.told) for one in laid.values()]
    connection.register(
        "laid", pa.table({"name": pa.array(laid, pa.string()), "cell": pa.array(told, pa.string())})
    )
    cell = f"c{number}"
    missing = connection.execute(
        f"SELECT count(*), min({cell}) FROM {target} WHERE {cell} IS NOT NULL"  # noqa: S608
        f" AND NOT EXISTS (SELECT 1 FROM media_names WHERE key = {_key(cell)})"
    ).fetchone()
    connection.execute(
        f"UPDATE {target} SET {cell} = (SELECT laid.cell FROM media_names JOIN laid USING (name)"  # noqa: S608
        f" WHERE media_names.key = {_key(cell)})"
    )
    connection.unregister("laid")
    if missing is None or not missing[0]:
        return None
    return (
        f"{source.name}: {missing[0]:,} cells of the column “{label}” name no file of the archive, the first of them"
        f" “{missing[1]}”; they are empty"
    )
