"""What clients ask of datastores, in all forms that it is written in (section 11 of the reference)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from colonnade.core.datastore.figures import FUNCTIONS
from colonnade.core.datastore.question import (
    DEFAULT_LIMIT,
    Column,
    Condition,
    Figure,
    Question,
    Sorting,
)
from colonnade.errors import Invalid

NULL = "NULL"
"""The word for a missing value."""
MOST = 1_000
"""Of anything: columns, values, conditions."""
UNWRITTEN = ("std", "variance")
"""Functions that DKAN documents and does not have."""
DIRECTIONS: Mapping[str, bool] = {"asc": False, "desc": True, "": False}

_WHOLE = re.compile(r"[0-9]{1,18}")

Args = Mapping[str, Any]


def question(args: Args) -> Question:
    """Raises `Invalid`, which names the parameter."""
    for name in UNWRITTEN:
        if args.get(name) not in (None, "", [], {}):
            raise _wrong(name, f"is no function: there are {', '.join(FUNCTIONS)}")
    resources = _resources(args)
    aliases = frozenset(alias for alias, _ in resources if alias is not None)
    return Question(
        resources=resources,
        join=_join(args.get("join")),
        where=tuple(_conditions(args.get("filters"), aliases)),
        words=_words(args),
        columns=_columns(args.get("fields")),
        group_by=_columns(args.get("group_by"), "group_by") or (),
        figures=tuple(one for name in FUNCTIONS for one in _figures(name, args.get(name), aliases)),
        order=tuple(_sorting(args.get("sort"), aliases)),
        limit=_number("limit", args.get("limit"), DEFAULT_LIMIT),
        offset=_number("offset", args.get("offset"), 0),
    )


def _resources(args: Args) -> tuple[tuple[str | None, str], ...]:
    given = args.get("resource_id", args.get("resource_ids"))
    if given in (None, "", [], {}):
        raise _wrong("resource_id", "is a required parameter")
    found: list[tuple[str | None, str]]
    if isinstance(given, Mapping):
        found = [(str(alias), _text("resource_id", one)) for alias, one in given.items()]
    else:
        found = [(None, _text("resource_id", one)) for one in _listed(given)]
    if len(found) > 2:
        raise _wrong("resource_id", "names two resources at most")
    return tuple(found)


def _join(given: Any) -> tuple[Column, Column] | None:
    if not given:
        return None
    if not isinstance(given, Mapping) or len(given) != 2:
        raise _wrong("join", "names a column of each of two resources: join[a]=column&join[b]=column")
    one, other = (Column(str(alias), _text("join", name)) for alias, name in given.items())
    return one, other


def _words(args: Args) -> str:
    given = args.get("query") or args.get("q") or ""
    return _text("query", given).strip()


def _conditions(given: Any, aliases: frozenset[str]) -> Iterator[Condition]:
    for key, value in _pairs("filters", given):
        if isinstance(value, Mapping):
            if key not in aliases:
                raise _wrong("filters", f"names a table {key[:100]} that is none of resource_id")
            for name, inner in value.items():
                yield _condition(Column(key, str(name)), inner)
        else:
            yield _condition(Column(None, key), value)


def _condition(column: Column, value: Any) -> Condition:
    texts = value.split(",") if isinstance(value, str) else _listed(value)
    some = [None if one is None or one == NULL else _text("filters", one) for one in _few("filters", texts)]
    return Condition(column, tuple(one for one in some if one is not None), or_null=None in some)


def _columns(given: Any, parameter: str = "fields") -> tuple[Column, ...] | None:
    """`a,b`, a list of names, or a list or such a text for each alias; None for all."""
    if given in (None, "", "*", [], {}, ["*"]):
        return None
    if isinstance(given, Mapping):
        return tuple(
            Column(str(alias), name) for alias, some in given.items() for name in _names(parameter, some)
        )
    return tuple(Column(None, name) for name in _names(parameter, given))


def _names(parameter: str, given: Any) -> Sequence[str]:
    texts = given.split(",") if isinstance(given, str) else [_text(parameter, one) for one in _listed(given)]
    return [one.strip() for one in _few(parameter, texts) if one.strip()]


def _figures(function: str, given: Any, aliases: frozenset[str]) -> Iterator[Figure]:
    if given in (None, "", [], {}):
        return
    if not isinstance(given, Mapping):
        for name in _names(function, given):
            yield _figure(function, Column(None, name))
        return
    for key, value in given.items():
        if isinstance(value, Mapping):
            for name, told in value.items():
                yield _called(function, Column(str(key), str(name)), told)
        elif key in aliases:
            for name in _names(function, value):
                yield _figure(function, Column(str(key), name))
        else:  # a column, and what it is to be called
            yield _called(function, Column(None, str(key)), value)


def _called(function: str, column: Column, told: Any) -> Figure:
    """`told`: what it is to be called in the answer; nothing: as always."""
    name = _text(function, told or "").strip()
    if "\0" in name:
        raise _wrong(function, "gives a column a name that it cannot have")
    return Figure(function, column, name) if name else _figure(function, column)


def _figure(function: str, column: Column) -> Figure:
    return Figure(function, column, f"{function}_{column.name}" if column.name != "*" else function)


def _sorting(given: Any, aliases: frozenset[str]) -> Iterator[Sorting]:
    """`sort[col]=desc`, `sort[alias][col]=asc`, `col desc, other`, or a list of such."""
    if isinstance(given, Mapping):
        for key, value in given.items():
            if isinstance(value, Mapping):
                if key not in aliases:
                    raise _wrong("sort", f"names a table {str(key)[:100]} that is none of resource_id")
                for name, direction in value.items():
                    yield Sorting(Column(str(key), str(name)), _is_descending(direction))
            else:
                yield Sorting(Column(None, str(key)), _is_descending(value))
        return
    for text in _few("sort", _listed(given) if given else []):
        for part in _text("sort", text).split(","):
            name, _, direction = part.strip().rpartition(" ")
            if not name or direction.lower() not in DIRECTIONS:
                name, direction = part.strip(), ""
            if name:
                yield Sorting(Column(None, name), _is_descending(direction))


def _is_descending(direction: Any) -> bool:
    text = _text("sort", direction).strip().lower()
    if text not in DIRECTIONS:
        raise _wrong("sort", "goes asc or desc")
    return DIRECTIONS[text]


def _pairs(parameter: str, given: Any) -> Iterator[tuple[str, Any]]:
    """The pairs of an object, or of a list of objects."""
    if given in (None, "", [], {}):
        return
    for one in _few(parameter, _listed(given)):
        if not isinstance(one, Mapping):
            raise _wrong(parameter, f"is written {parameter}[column]=value")
        for key, value in one.items():
            yield str(key), value


def _number(name: str, given: Any, otherwise: int) -> int:
    if given is None or given == "":
        return otherwise
    if isinstance(given, bool) or not isinstance(given, int | str):
        raise _wrong(name, "is a whole number")
    text = str(given).strip()
    if not _WHOLE.fullmatch(text):
        raise _wrong(name, f"is a whole number from 0 on, and not {text[:100]}")
    return int(text)


def _listed(given: Any) -> Sequence[Any]:
    return given if isinstance(given, list) else [given]


def _few(parameter: str, some: Sequence[Any]) -> Sequence[Any]:
    if len(some) > MOST:
        raise _wrong(parameter, f"holds {MOST:,} values at most")
    return some


def _text(parameter: str, value: Any) -> str:
    """Numbers of a JSON body are texts, too: the table has nothing else."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int):
        return str(value)
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    raise _wrong(parameter, "holds a value that is no text")


def _wrong(parameter: str, what: str) -> Invalid:
    return Invalid(f"{parameter} {what}.", code="parameter.invalid", parameter=parameter)
