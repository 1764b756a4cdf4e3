"""What columns somebody asks for: headers, types, which of them are indexed. Pure."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace

from colonnade.builder.naming import field_names
from colonnade.core.columns.model import LABELS, Column, Label
from colonnade.errors import Invalid
from colonnade.query.schema import Field, FieldType, Schema

_SPELLED = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th"})


def planned(
    names: Sequence[str] | None, typed: Sequence[str] | None = None, types: Sequence[str] | None = None
) -> tuple[Column, ...] | None:
    """The columns of a new dataset; None where no names are given. Raises `Invalid`.

    `typed`: which columns are indexed, the word `true` in any case; `types`: their types, an empty word for none. Both
    have a value a column.
    """
    if names is None:
        for given, code, what in (
            (typed, "columns.typed_alone", "typed"),
            (types, "columns.types_alone", "types"),
        ):
            if given is not None:
                raise Invalid(f"Columns must be named where it is said which are {what}.", code=code)
        return None
    plain = tuple(
        Column(name, None, is_indexed=False, field=field)
        for name, field in zip(names, field_names(names), strict=True)
    )
    return replanned(plain, typed, types)


def replanned(
    columns: Sequence[Column], typed: Sequence[str] | None, types: Sequence[str] | None
) -> tuple[Column, ...]:
    """The same columns with other types, or with others of them indexed; what is not given stays. Their bounds are not
    known any more. Raises `Invalid`."""
    _check_count(columns, typed, "columns.typed_count")
    _check_count(columns, types, "columns.types_count")
    labels = [one.type for one in columns] if types is None else [_label(one) for one in types]
    indexed = [one.is_indexed for one in columns] if typed is None else [_is_true(one) for one in typed]
    changed = [
        replace(one, type=label, is_indexed=is_indexed)
        for one, label, is_indexed in zip(columns, labels, indexed, strict=True)
    ]
    return _named(changed)


def typed(names: Sequence[str], labels: Sequence[str | None]) -> tuple[Column, ...]:
    """The columns of a file: nothing is indexed, and the types are those that were guessed."""
    fields = field_names(names)
    return tuple(
        Column(name, None if label is None else Label(label), is_indexed=False, field=field)
        for name, label, field in zip(names, labels, fields, strict=True)
    )


def of_schema(schema: Schema) -> tuple[Column, ...]:
    """The fields of a table that columns do not decide on, as columns: those with a type are indexed."""
    return _named(
        [
            Column(one.label, LABELS.get(one.type, Label.UNICODE), is_indexed=_is_typed(one), field=one.name)
            for one in schema.fields
        ]
    )


def schema_of(columns: Sequence[Column]) -> Schema:
    """The fields of a table for these columns. Each takes whatever is sent, and keeps it."""
    return Schema(
        tuple(Field(one.field, one.name, one.field_type, keeps_raw=True, lenient=True) for one in columns)
    )


def _is_typed(field: Field) -> bool:
    return field.type in LABELS and field.type is not FieldType.TEXT


def _check_count(columns: Sequence[Column], values: Sequence[str] | None, code: str) -> None:
    if values is not None and len(values) != len(columns):
        raise Invalid(
            f"There are {len(columns)} columns and {len(values)} values for them.",
            code=code,
            got=len(values),
            expected=len(columns),
        )


def _label(word: str) -> Label | None:
    name = word.strip().lower()
    if not name:
        return None
    try:
        return Label(name)
    except ValueError:
        known = ", ".join(Label)
        raise Invalid(
            f"There is no type {word}; there are {known}.", code="columns.type_unknown", type=word
        ) from None


def _is_true(word: str) -> bool:
    return word.strip().lower() == "true"


def _named(columns: Sequence[Column]) -> tuple[Column, ...]:
    """With the names by which queries know them: `2`, `3`, ... is appended where two would be the same."""
    taken: dict[str, int] = {}
    named = []
    for one in columns:
        name = f"column_{one.type}_{slug(one.name)}" if one.is_indexed and one.type else None
        if name is not None:
            name = _free(name, taken)
        named.append(replace(one, indexed_name=name, least=None, greatest=None))
    return tuple(named)


def _free(name: str, taken: dict[str, int]) -> str:
    """Also where a header itself ends in a number."""
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}{number}"
    taken[free] = number
    return free


def slug(header: str) -> str:
    """Of a header, what its name in queries ends in."""
    folded = unicodedata.normalize("NFKD", header.translate(_SPELLED)).encode("ascii", "ignore").decode()
    words = re.sub(r"[^\w\s-]", "", folded, flags=re.ASCII).strip().lower()
    return re.sub(r"[\s-]+", "_", words)


def by_field(columns: Sequence[Column]) -> Mapping[str, Column]:
    return {one.field: one for one in columns}
