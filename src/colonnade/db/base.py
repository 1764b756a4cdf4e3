"""What every table shares: the declarative base and the column types that behave alike on SQLite and PostgreSQL."""

import datetime as dt
from collections.abc import Iterable
from typing import Any, TypeVar

from sqlalchemy import JSON, DateTime, MetaData
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[dt.datetime]):
    """An aware UTC datetime, stored naive. SQLite keeps no time zone; mixing the two kinds is a bug, so a naive
    value is refused."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime was given where an aware one is stored")
        return value.astimezone(dt.UTC).replace(tzinfo=None)

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        return None if value is None else value.replace(tzinfo=dt.UTC)


class Base(DeclarativeBase):
    """Base of every table. JSON columns are values: they are replaced, never changed in place."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it from the class
        dict[str, Any]: JSON,
        list[Any]: JSON,
        list[str]: JSON,
        dt.datetime: UtcDateTime,
    }


LARGEST_ID = 2**63 - 1
Row = TypeVar("Row", bound=Base)


def row_ids(numbers: Iterable[int]) -> list[int]:
    """Those of the numbers that can be ids, each once."""
    return sorted(one for one in set(numbers) if 0 < one <= LARGEST_ID)


def row_by_id(db: Session, table: type[Row], number: int) -> Row | None:
    """The row with this id, which a client may have made up: no number is too large to be asked for."""
    return db.get(table, number) if 0 < number <= LARGEST_ID else None
