"""One schema over all inputs, and how each input's columns become its columns."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from colonnade.builder import typing
from colonnade.builder.job import ColumnReport, FileInput, RowsInput
from colonnade.builder.staging import MULTIVALUED_SEPARATOR, Part, Staged
from colonnade.engine.layout import literal, printed, quoted, sql_type
from colonnade.errors import LimitReached
from colonnade.query.schema import Field, FieldType, Schema

_NUMBERS = frozenset({FieldType.INT, FieldType.DOUBLE})
_MOMENTS = frozenset({FieldType.DATE, FieldType.DATETIME})
_NO_TEXT = "CAST(NULL AS VARCHAR)"
_KEPT_AS_TEXT = (FieldType.TEXT, FieldType.JSON, FieldType.GEO_SHAPE)


@dataclass(frozen=True, slots=True)
class Merged:
    schema: Schema
    columns: tuple[ColumnReport, ...]


def merge(staged: Staged, max_fields: int) -> Merged:
    """The union by name. A field's type is the narrowest that everything in it fits; what rows said of a field
    (label, description, annotations) wins over what a file says. Raises `LimitReached`."""
    names = _names(staged)
    if len(names) > max_fields:
        raise LimitReached(
            f"The sources have {len(names)} columns together; this portal takes {max_fields}",
            limit_type="fields",
            limit=max_fields,
            value=len(names),
        )
    cells = _cells(staged)
    filed = {one.name: one for one in typing.infer(cells)} if cells.names else {}
    merged = [_merged(staged, name, filed.get(name)) for name in names]
    return Merged(Schema(tuple(field for field, _ in merged)), tuple(report for _, report in merged))


def _names(staged: Staged) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for part in staged.parts for name in part.columns))


def _cells(staged: Staged) -> typing.Cells:
    """The text columns of all files, whose type is still open, as one relation."""
    names = tuple(
        dict.fromkeys(name for part in staged.files for name in part.columns if name not in part.fields)
    )
    selects = [
        f"SELECT rowid + 1 AS _row, {literal(part.input.name)} AS _file, "  # noqa: S608
        + ", ".join(f"{_open_cell(part, name)} AS {quoted(name)}" for name in names)
        + f" FROM {part.table}"
        for part in staged.files
        if isinstance(part.input, FileInput)
    ]
    return typing.Cells(staged.connection, "(" + " UNION ALL ".join(selects) + ")", names)


def _open_cell(part: Part, name: str) -> str:
    return part.columns[name] if name in part.columns and name not in part.fields else _NO_TEXT


def _typed_fields(staged: Staged, name: str) -> list[tuple[Part, Field]]:
    """A field as each input has it that says its type by itself: rows first, as what they say of it wins."""
    parts = (*staged.given, *staged.files)
    return [(part, part.fields[name]) for part in parts if name in part.fields]


def _merged(staged: Staged, name: str, filed: ColumnReport | None) -> tuple[Field, ColumnReport]:
    typed = _typed_fields(staged, name)
    fields = [field for _, field in typed]
    if not fields:
        assert filed is not None
        return _from_files(staged, name, filed), filed
    # Where another column of the name is typed, its rows counted as empty among the texts.
    nulls = (
        filed.nulls - sum(part.rows for part, _ in typed if isinstance(part.input, FileInput)) if filed else 0
    )
    nulls += sum(_nulls(staged, part, name) for part, _ in typed)
    nulls += 0 if filed else sum(part.rows for part in staged.files if name not in part.columns)
    is_filed = filed is not None and filed.why != typing.ALL_EMPTY
    type_, why = _common_type(staged, typed, filed.type if is_filed and filed else None)
    lenient = next((field for field in fields if field.lenient and field.type is type_), None)
    multivalued = type_ is FieldType.TEXT and all(one.multivalued for one in fields) and not is_filed
    field = replace(
        fields[0],
        type=type_,
        keeps_raw=any(one.keeps_raw for one in fields)
        or lenient is not None
        or _is_owned(staged, name, type_, multivalued=multivalued),
        lenient=lenient is not None,
        multivalued=multivalued,
        annotations=fields[0].annotations if multivalued or not fields[0].multivalued else {},
    )
    return field, ColumnReport(name, type_, why, nulls, filed.misfits if filed else ())


def _from_files(staged: Staged, name: str, filed: ColumnReport) -> Field:
    label = next(part.labels[name] for part in staged.files if name in part.labels)
    return Field(name, label, filed.type, keeps_raw=_is_owned(staged, name, filed.type))


def _is_owned(staged: Staged, name: str, type_: FieldType, *, multivalued: bool = False) -> bool:
    """Whether a file whose rows become the truth fills a typed column: then what was sent must be kept."""
    owned = (part for part in staged.files if isinstance(part.input, FileInput) and part.input.owned)
    return type_ is not FieldType.TEXT and not multivalued and any(name in part.columns for part in owned)


def _common_type(
    staged: Staged, typed: Sequence[tuple[Part, Field]], filed: FieldType | None
) -> tuple[FieldType, str]:
    fields = [field for _, field in typed]
    lenient = next((one.type for one in fields if one.lenient and typing.is_cast_known(one.type)), None)
    if lenient:
        return lenient, "it was declared so; what does not fit is kept as it was sent"
    types = {field.type for field in fields} | ({filed} if filed else set())
    if len({field.multivalued for field in fields}) == 1 and not (fields[0].multivalued and filed):
        if len(types) == 1:
            said_by = "rows that were there" if isinstance(typed[0][0].input, RowsInput) else "file's values"
            return types.pop(), f"the {said_by} are of this type"
        if types == _NUMBERS and all(_survives_double(staged, part, field) for part, field in typed):
            return FieldType.DOUBLE, "its whole and its decimal numbers are numbers"
        if types == _MOMENTS:
            return FieldType.DATETIME, "its dates and its dates with a time are moments"
    found = ", ".join(sorted(type_.value for type_ in types))
    return FieldType.TEXT, f"its sources disagree: {found}"


def _column(part: Part, name: str) -> str:
    """SQL of a field's column in the part's table."""
    return quoted(part.columns[name])


def _survives_double(staged: Staged, part: Part, field: Field) -> bool:
    if field.type is FieldType.DOUBLE:
        return True
    column = _column(part, field.name)
    row = staged.connection.execute(
        f"SELECT count(*) FROM {part.table} WHERE abs(CAST({column} AS HUGEINT)) > 9007199254740992"  # noqa: S608
    ).fetchone()
    return row == (0,)


def _nulls(staged: Staged, part: Part, name: str) -> int:
    row = staged.connection.execute(
        f"SELECT count(*) - count({_column(part, name)}) FROM {part.table}"  # noqa: S608
    ).fetchone()
    return int(row[0]) if row else 0


def selections(part: Part, schema: Schema) -> tuple[str, ...]:
    """SQL for each column of the fields (raw columns included, see `layout.field_columns`) from the part's table,
    which the statement calls `part`."""
    found: list[str] = []
    for field in schema.fields:
        if isinstance(part.input, FileInput):
            value, raw = _from_cell(part, field)
        else:
            value, raw = _from_row(part.input.schema.get(field.name), field)
        found.append(value)
        if field.keeps_raw:
            found.append(raw)
    return tuple(found)


def _null(field: Field) -> str:
    return f"CAST(NULL AS {sql_type(field)})"


def _from_cell(part: Part, field: Field) -> tuple[str, str]:
    if field.name not in part.columns:
        return _null(field), _NO_TEXT
    cell = f"part.{part.columns[field.name]}"
    was = part.fields.get(field.name)
    if was and (was.type, was.multivalued) == (field.type, field.multivalued):
        return typing.declared_sql(field, cell), _NO_TEXT
    if was:
        cell = typing.shown_sql(was, cell, MULTIVALUED_SEPARATOR)
    if field.multivalued or not typing.is_cast_known(field.type):
        return _null(
            field
        ), _NO_TEXT  # a type that no text becomes is merged with a file only if that is empty
    if field.type is FieldType.TEXT:
        return cell, _NO_TEXT
    if field.lenient:
        value = typing.lenient_sql(field.type, cell)
    else:
        value = typing.declared_sql(field, cell) if was else typing.value_sql(field.type, cell)
    return value, f"CASE WHEN {_printed(field, f'({value})')} IS DISTINCT FROM {cell} THEN {cell} END"


def _from_row(was: Field | None, field: Field) -> tuple[str, str]:
    if was is None:
        return _null(field), _NO_TEXT
    column = f"part.{quoted(was.name)}"
    raw = f"part.{quoted(was.raw_name)}" if was.keeps_raw else _NO_TEXT
    if was.type is field.type and was.multivalued == field.multivalued:
        return column, raw
    if field.type is FieldType.TEXT:
        return f"coalesce({raw}, {_printed(was, column)})", raw
    text = f"coalesce({raw}, {_printed(was, column)})"
    if field.lenient:
        value = typing.lenient_sql(field.type, text)
        return value, f"CASE WHEN {_printed(field, f'({value})')} IS DISTINCT FROM {text} THEN {text} END"
    return f"CAST({column} AS {sql_type(field)})", raw


def _printed(field: Field, value: str) -> str:
    """A typed value as text; of a shape its text, although there are no words in it."""
    if field.type in _KEPT_AS_TEXT and not field.multivalued:
        return value
    return printed(field, value)
