"""A question to datastores, in whatever form it was asked: about the rows of one, or of two that are joined."""

from dataclasses import dataclass
from typing import NamedTuple

DEFAULT_LIMIT = 10


class Column(NamedTuple):
    """A column as it is asked for. `alias`: of its table; None: of whichever has it."""

    alias: str | None
    name: str


@dataclass(frozen=True)
class Condition:
    """The value is one of these, or with `or_null` missing."""

    column: Column
    values: tuple[str, ...]
    or_null: bool = False


@dataclass(frozen=True)
class Figure:
    """`function`: sum, avg, min, max, count. `name`: of the value in the answer."""

    function: str
    column: Column
    name: str


@dataclass(frozen=True)
class Sorting:
    column: Column
    descending: bool = False


@dataclass(frozen=True)
class Question:
    """`resources`: alias and uuid of one or two. `columns` None: all; the name `*`: all of a table. `limit` 0: as many
    as a page has at most."""

    resources: tuple[tuple[str | None, str], ...]
    join: tuple[Column, Column] | None = None
    where: tuple[Condition, ...] = ()
    words: str = ""
    columns: tuple[Column, ...] | None = None
    group_by: tuple[Column, ...] = ()
    figures: tuple[Figure, ...] = ()
    order: tuple[Sorting, ...] = ()
    limit: int = DEFAULT_LIMIT
    offset: int = 0
