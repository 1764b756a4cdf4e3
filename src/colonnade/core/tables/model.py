"""Tables and generations, as tables of the catalogue."""

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from colonnade.core.work import Event, now
from colonnade.db.base import Base
from colonnade.generation import GenerationRef
from colonnade.query.schema import Schema


class DataTable(Base):
    """A dataset has one main table (no resource); a resource may have a table of its own beside it. A table without a
    dataset is a node's (`node_id`), and goes when somebody drops it: the node may be gone by then."""

    __tablename__ = "data_table"

    uid: Mapped[str] = mapped_column(primary_key=True)
    dataset_id: Mapped[int | None] = mapped_column(ForeignKey("dataset.id"), index=True)
    node_id: Mapped[int | None] = mapped_column(index=True)
    resource_id: Mapped[int | None] = mapped_column(ForeignKey("resource.id"), index=True)
    current: Mapped[int | None]
    """The number of the generation that readers see."""
    last_number: Mapped[int] = mapped_column(default=0)
    """The last generation number given out; numbers are never used twice."""
    last_built_id: Mapped[int] = mapped_column(default=0)

    @property
    def ref(self) -> GenerationRef | None:
        return None if self.current is None else GenerationRef(self.uid, self.current)


class Generation(Base):
    """A generation as the catalogue knows it; its folder holds the rows. Not `is_ready`: a build is under way."""

    __tablename__ = "generation"

    table_uid: Mapped[str] = mapped_column(ForeignKey("data_table.uid"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    is_ready: Mapped[bool] = mapped_column(default=False)
    is_live: Mapped[bool] = mapped_column(default=False)
    """It holds owned rows, or rows were written into it: what the build counted may not be what there is now."""
    fields: Mapped[list[Any]]
    report: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Of the manifest: rows, sources, columns, seconds."""
    created_at: Mapped[dt.datetime] = mapped_column(default=now)

    @property
    def ref(self) -> GenerationRef:
        return GenerationRef(self.table_uid, self.number)

    @property
    def schema(self) -> Schema:
        return _schema(orjson.dumps(self.fields))


@lru_cache(maxsize=1024)
def _schema(fields: bytes) -> Schema:
    """The same fields are the same schema: every request asks for it, and to make one takes as long as to plan a query."""
    return Schema.from_json(orjson.loads(fields))


@dataclass(frozen=True)
class TableForgotten(Event):
    """A table left the catalogue; what is on disk of it can go."""

    table_uid: str
