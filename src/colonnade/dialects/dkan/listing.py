"""Questions to the index of nodes (section 6 of the reference): pages, columns, conditions, orders."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from colonnade.core.nodes.model import Condition, Ordering
from colonnade.dialects.dkan.bodies import Body
from colonnade.dialects.dkan.errors import said
from colonnade.errors import Invalid

PAGE_SIZE = 20
"""Also the most, but for who may ask for everything."""
MOST_VALUES = 5_000
"""Of one question: each is work for the database."""
MOST_COMPARED = 100
"""Values of one condition that is no list."""
_LISTS = frozenset({"=", "<=>", "IN", "!=", "<>", "NOT IN"})
LARGEST = 10**12

COLUMNS: Mapping[str, str] = {
    "nid": "id",
    "vid": "vid",
    "type": "kind",
    "language": "language",
    "title": "title",
    "uid": "author",
    "status": "is_published",
    "created": "created",
    "changed": "changed",
    "comment": "none",
    "promote": "promote",
    "sticky": "sticky",
    "tnid": "none",
    "translate": "none",
    "uuid": "uuid",
}
"""As answers name them, in their order -> as the core does."""
URI = "uri"
"""No column: it is added to every item."""
DIRECTIONS: Mapping[str, bool] = {"asc": False, "desc": True}
"""Whether one is descending."""
_WRONG = (
    "Invalid query provided, double check that the fields and parameters you defined are correct and exist. "
)


@dataclass(frozen=True)
class Question:
    """`fields`: the columns that are shown, in order."""

    conditions: Sequence[Condition]
    order: Sequence[Ordering]
    fields: Sequence[str]
    offset: int
    limit: int


def question(query: Body, *, is_unlimited: bool) -> Question:
    """What the parameters of an address ask for. Raises `Invalid`, which names the parameter."""
    size = _whole(query, "pagesize", PAGE_SIZE)
    limit = size if is_unlimited else min(size, PAGE_SIZE)
    page = _whole(query, "page", 0)
    return Question(_conditions(query), _order(query), _fields(query), offset=page * limit, limit=limit)


def equal(query: Body, columns: Sequence[str]) -> dict[str, frozenset[str]]:
    """The values that `parameters` ask of some columns. Raises `Invalid`."""
    found = {}
    for column, sent in _map(query, "parameters").items():
        if column not in columns:
            raise wrong(f"There is no column {column} (parameters).")
        found[column] = frozenset(_values(sent, f"parameters[{column}]"))
    return found


def part(query: Body, length: int) -> slice:
    """Of a short list the page that is asked for; all of it where none is. Raises `Invalid`."""
    size = _whole(query, "pagesize", length)
    start = _whole(query, "page", 0) * size
    return slice(start, start + size)


def wrong(what: str) -> Invalid:
    """What is asked for cannot be."""
    return said(406, f"{_WRONG}{what}")


def _fields(query: Body) -> Sequence[str]:
    sent = query.get("fields", "*")
    texts = [sent] if isinstance(sent, str) else _texts(sent, "fields")
    names = [name.strip() for text in texts for name in text.split(",")]
    for name in names:
        if name not in {"", "*", URI}:
            _column(name, "fields")
    return [name for name in COLUMNS if "*" in names or name in names]


def _conditions(query: Body) -> list[Condition]:
    """The seed writes `parameter` in one place, and promises that it filters."""
    operators = _map(_map(query, "options"), "parameters_op")
    found = []
    for name in ("parameters", "parameter"):
        for column, sent in _map(query, name).items():
            operator = operators.get(column, "=")
            if not isinstance(operator, str):
                raise wrong(f"options[parameters_op][{column}] must be an operator.")
            values = tuple(_values(sent, f"{name}[{column}]"))
            if len(values) > MOST_COMPARED and operator.strip().upper() not in _LISTS:
                raise wrong(f"{operator} compares at most {MOST_COMPARED} values ({name}[{column}]).")
            found.append(Condition(_column(column, name), operator, values))
    if sum(len(one.values) for one in found) > MOST_VALUES:
        raise wrong(f"There are at most {MOST_VALUES:,} values in one question.")
    return found


def _values(sent: Any, name: str) -> Iterator[str]:
    """Of a text those between its commas; double quotes keep one together."""
    for text in [sent] if isinstance(sent, str) else _texts(sent, name):
        try:
            yield from next(csv.reader([text]), None) or [""]
        except csv.Error:
            raise wrong(f"{name} is no list of values.") from None


def _order(query: Body) -> list[Ordering]:
    found = []
    for column, direction in _map(_map(query, "options"), "orderby").items():
        way = DIRECTIONS.get(str(direction).lower())
        if way is None:
            raise wrong(f"options[orderby][{column}] must be asc or desc.")
        found.append(Ordering(_column(column, "options[orderby]"), way))
    return found


def _column(name: str, parameter: str) -> str:
    if name not in COLUMNS:
        raise wrong(f"There is no column {name} ({parameter}).")
    return COLUMNS[name]


def _map(values: Body, name: str) -> Body:
    found = values.get(name, {})
    if isinstance(found, list):  # with numbers for keys
        return {str(key): one for key, one in enumerate(found)}
    if not isinstance(found, dict):
        raise wrong(f"{name} needs a name in brackets.")
    return found


def _texts(sent: Any, name: str) -> list[str]:
    values = list(sent.values()) if isinstance(sent, dict) else sent
    if not all(isinstance(one, str) for one in values):
        raise wrong(f"{name} has too many brackets.")
    return list(values)


def _whole(query: Body, name: str, default: int) -> int:
    sent = query.get(name, "")
    if sent == "":
        return default
    if not isinstance(sent, str) or not (sent.isascii() and sent.isdigit()) or len(sent) > len(str(LARGEST)):
        raise wrong(f"{name} must be a whole number.")
    return min(int(sent), LARGEST)
