"""One schema over all inputs, shaped by the configuration of fields."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from colonnade.builder import lenient_sql, typing
from colonnade.builder.job import ColumnReport, FileInput, RowsInput, Step
from colonnade.builder.staging import Part, Staged
from colonnade.builder.steps import fields as field_steps
from colonnade.builder.steps.annotations import MULTIVALUED
from colonnade.builder.steps.fields import Plan, Shape
from colonnade.engine.layout import literal, quoted
from colonnade.errors import LimitReached
from colonnade.query.schema import Field, FieldType, Schema

_NUMBERS = frozenset({FieldType.INT, FieldType.DOUBLE})
_MOMENTS = frozenset({FieldType.DATE, FieldType.DATETIME})
_NO_TEXT = "CAST(NULL AS VARCHAR)"
DECLARED = "it was declared so; what does not fit is kept as it was sent"


@dataclass(frozen=True, slots=True)
class Output:
    """A field that is written, and the name of it in all parts, `origin`. `cast_by`: the step that asked for its type,
    where not every cell has that type anyway. `separator`: what its texts are split by, if they are."""

    origin: str
    field: Field
    cast_by: str = ""
    separator: str | None = None


@dataclass(frozen=True, slots=True)
class Merged:
    outputs: tuple[Output, ...]
    columns: tuple[ColumnReport, ...]

    @property
    def schema(self) -> Schema:
        return Schema(tuple(one.field for one in self.outputs))


def plan(
    staged: Staged, steps: Sequence[Step] = (), *, is_declared: bool = False, restores: bool = False
) -> tuple[Staged, Plan]:
    """What the steps say of the fields of all inputs; and the inputs, in which each field has one and the same name.
    `is_declared`: fields of rows are called what they are called now, whatever that was before. `restores`: as of
    `BuildJob`. Raises `Invalid`."""
    labels = {name: label for part in staged.files for name, label in part.labels.items()}
    given = () if is_declared else staged.given
    names = {one.table: field_steps.origins(steps, one.fields.values(), labels) for one in given}
    parts = (_renamed(one, names[one.table], labels) if one.table in names else one for one in staged.parts)
    aligned = replace(staged, parts=tuple(parts))
    if restores:
        return aligned, field_steps.as_restored(
            [_told(one, names.get(one.table, {})) for one in staged.given]
        )
    found = field_steps.planned(steps, _names(aligned))
    return replace(aligned, errors=(*staged.errors, *found.errors)), found


def _told(part: Part, names: Mapping[str, str]) -> tuple[Field, ...]:
    """The fields by the names that they have now, with their first names."""
    return tuple(replace(one, origin=names.get(one.name, one.name)) for one in part.fields.values())


def _renamed(part: Part, names: Mapping[str, str], labels: Mapping[str, str]) -> Part:
    """`labels`: what files call their fields, in the place of what a step called them."""
    fields = {}
    for one in part.fields.values():
        first = names[one.name]
        label = one.label if one.name == first else labels.get(first, one.label)
        fields[first] = replace(one, name=first, origin=first, label=label)
    return replace(
        part,
        columns={names[name]: column for name, column in part.columns.items()},
        labels={name: one.label for name, one in fields.items()},
        fields=fields,
    )


def merge(staged: Staged, max_fields: int, plan: Plan, declared: Sequence[Field] = ()) -> Merged:
    """The union by name. A field's type is the narrowest that everything in it fits; what rows said of a field
    (label, description, annotations) wins over what a file says, what a step says over both, and what is declared is the
    last word. Raises `LimitReached`."""
    known = {one.name: one for one in declared}
    names = tuple(dict.fromkeys((*_names(staged), *known)))
    if len(names) > max_fields:
        raise LimitReached(
            f"The sources have {len(names)} columns together; this portal takes {max_fields}",
            limit_type="fields",
            limit=max_fields,
            value=len(names),
        )
    open_shapes = [one for one in plan.shapes if one.name not in known]
    cells = _cells(staged, frozenset(one.origin for one in open_shapes))
    filed = {one.name: one for one in typing.infer(cells)} if cells.names else {}
    shapes = {one.name: one for one in plan.shapes}
    shaped = [_declared(staged, one, shapes.get(one.name)) for one in declared]
    shaped += [
        _shaped(staged, one, *_merged(staged, one.origin, filed.get(one.origin))) for one in open_shapes
    ]
    return Merged(tuple(output for output, _ in shaped), tuple(report for _, report in shaped))


def _declared(staged: Staged, field: Field, shape: Shape | None) -> tuple[Output, ColumnReport]:
    """A declared field, with what rows and then steps say of it beside its type."""
    shape = shape or Shape(field.name, field.name)
    origin = shape.origin
    said = next((one.fields[origin] for one in staged.given if origin in one.fields), field)
    notes = {**said.annotations, **shape.annotations}
    field = replace(
        field,
        origin=said.origin or origin,
        description=said.description if shape.description is None else shape.description,
        annotations={name: args for name, args in notes.items() if name != MULTIVALUED},
    )
    nulls = sum(_nulls(staged, one, origin) if origin in one.columns else one.rows for one in staged.parts)
    return Output(origin, field), ColumnReport(field.name, field.type, DECLARED, nulls)


def _shaped(staged: Staged, shape: Shape, field: Field, report: ColumnReport) -> tuple[Output, ColumnReport]:
    """A field and its report after the steps that are about it."""
    field = replace(
        field,
        name=shape.name,
        origin=field.origin or shape.origin,
        label=field.label if shape.label is None else shape.label,
        description=field.description if shape.description is None else shape.description,
        annotations={**field.annotations, **shape.annotations},
    )
    report = replace(report, name=shape.name)
    if shape.separator is not None:
        field = replace(field, type=FieldType.TEXT, multivalued=True, keeps_raw=False, lenient=False)
        report = replace(report, type=FieldType.TEXT, why="it was declared to hold several values")
        return Output(shape.origin, field, separator=shape.separator), report
    if shape.type is None or (shape.type is field.type and not field.multivalued):
        return Output(shape.origin, field), report
    field = replace(
        field,
        type=shape.type,
        multivalued=False,
        lenient=False,
        keeps_raw=shape.type is not FieldType.TEXT and _is_kept(staged, shape.origin, shape.type),
        annotations={name: args for name, args in field.annotations.items() if name != MULTIVALUED},
    )
    report = replace(report, type=shape.type, why="it was declared so")
    return Output(shape.origin, field, cast_by=shape.type_step), report


def _is_kept(staged: Staged, name: str, type_: FieldType) -> bool:
    """Whether what a cast cannot say must be kept: in rows that are the truth, or become it."""
    was = [part.fields[name] for part in staged.given if name in part.fields]
    return _is_owned(staged, name, type_) or any(one.keeps_raw or one.type is not type_ for one in was)


def _names(staged: Staged) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for part in staged.parts for name in part.columns))


def _cells(staged: Staged, wanted: frozenset[str]) -> typing.Cells:
    """The wanted text columns of all files, whose type is still open, as one relation."""
    names = tuple(
        dict.fromkeys(
            name
            for part in staged.files
            for name in part.columns
            if name in wanted and name not in part.fields
        )
    )
    selects = [
        f"SELECT {part.line} AS _row, {literal(part.input.name)} AS _file, "  # noqa: S608
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
    lenient = next((one.type for one in fields if one.lenient and lenient_sql.is_known(one.type)), None)
    if lenient:
        return lenient, DECLARED
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
