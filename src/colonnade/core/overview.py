"""Counting in many small tables at once, by an index over all of them that follows them.

It follows in the background: a write does not wait for it. So a count is given only for tables whose rows are at the mark
that the index knows; whoever asks counts the others one by one, and says that they should be followed.
"""

import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from colonnade.core import sentvalues
from colonnade.core.lastcounts import LastCounts
from colonnade.core.rowstore import RowStore
from colonnade.engine.port import Engine
from colonnade.errors import PortalError
from colonnade.generation import START, Changes, GenerationRef, Mark, TextChanges
from colonnade.index.overview_port import OverviewStore, Row, number
from colonnade.index.port import IndexBrokenError
from colonnade.index.splitting import extras
from colonnade.query.schema import ID, KEY, MODIFIED, SEQ, FieldType, Schema
from colonnade.query.tree import Expr

log = logging.getLogger(__name__)

MOST_ROWS = 50_000
"""Tables with more are counted by their own index."""

COMMIT_ROWS = 100_000
"""Rows that are taken up before they are seen, while there is more to follow."""

MOST_BYTES = 20_000
"""Of a row that is kept here to be shown."""

MOST_PLACES = 10_000
"""How far a page may reach here: the index makes room for so many rows, whether they are there or not."""

_TRIES = 3


@dataclass(frozen=True)
class Followed:
    """A table that should be followed. `names`: the fields that are asked by name, by what people call them
    (`column_int_fee`)."""

    ref: GenerationRef
    schema: Schema
    names: Mapping[str, str]


@dataclass(frozen=True)
class Known:
    """Rows that fulfil a condition: how many, and of each row of a page its key and its cells as they were sent."""

    total: int
    rows: tuple[tuple[str | None, list[Any]], ...]


class Overview:
    """Any thread may call anything. `close` it before the engine."""

    def __init__(self, engine: Engine, rows: RowStore, index: OverviewStore) -> None:
        self._engine = engine
        self._rows = rows
        self._index = index
        self._changed = threading.Condition()
        self._waiting: dict[str, Followed] = {}
        self._left_out: set[GenerationRef] = set()
        self._is_closed = self._is_busy = False
        self._counted = LastCounts()
        self._thread: threading.Thread | None = None
        self._warming: threading.Thread | None = None

    def counts(self, where: Expr, refs: Sequence[GenerationRef]) -> dict[GenerationRef, int]:
        """How many rows of each table fulfil a condition that names columns as people call them, without the tables that
        have to be asked one by one: all of them if the condition cannot be asked here. Raises `Invalid`."""
        try:
            snapshot = self._index.snapshot
            by_slot = self._counted.of(snapshot, where)
        except IndexBrokenError as error:
            log.warning("the overview of small tables is begun anew: %s", error)
            self._index.begin_anew()
            return {}
        if by_slot is None:
            return {}
        known = ((ref, snapshot.states.get(ref)) for ref in refs)
        return {
            ref: by_slot.get(state.slot, 0)
            for ref, state in known
            if state is not None and state.mark == self._rows.marks.of(ref)
        }

    def page(self, where: Expr, ref: GenerationRef, *, offset: int, limit: int) -> Known | None:
        """What is known of a table's rows that fulfil such a condition, in the order in which they were written; None where
        the table has to be asked. Raises `Invalid`."""
        if offset + limit > MOST_PLACES:
            return None
        snapshot = self._index.snapshot
        state = snapshot.states.get(ref)
        if state is None or state.mark != self._rows.marks.of(ref):
            return None
        try:
            found = snapshot.page(where, state.slot, offset, limit)
        except IndexBrokenError:  # whoever counts next begins it anew
            return None
        if found is None or None in found.sent:
            return None
        rows = (orjson.loads(one) for one in found.sent if one is not None)
        return Known(found.total, tuple((key, cells) for key, cells in rows))

    def lagging(self, refs: Sequence[GenerationRef]) -> frozenset[GenerationRef]:
        """Those of some tables that are not known here as they are now, and could be."""
        states = self._index.snapshot.states
        return frozenset(
            ref
            for ref in refs
            if ref not in self._left_out
            and ((state := states.get(ref)) is None or state.mark != self._rows.marks.of(ref))
        )

    def follow(self, tables: Sequence[Followed]) -> None:
        """Take up soon what these tables hold now."""
        with self._changed:
            for one in tables:
                if one.ref not in self._left_out:
                    self._waiting[one.ref.table] = one
            if self._waiting and self._thread is None and not self._is_closed:
                self._thread = threading.Thread(target=self._run, name="overview", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def warm(self, then: Callable[[], None]) -> None:
        """Read in the background the marks of all tables that are known here, so that the first question need not; `then`
        looks for what lags behind. Nothing, where nobody ever asked."""
        if self._index.exists:
            target = partial(self._read_marks, then)
            self._warming = threading.Thread(target=target, name="overview-marks", daemon=True)
            self._warming.start()

    def _read_marks(self, then: Callable[[], None]) -> None:
        for ref in list(self._index.snapshot.states):
            if self._is_closed:
                return
            with suppress(PortalError):  # it is gone
                self._rows.marks.of(ref)
        try:
            then()
        except Exception:  # the edge of a thread: the first question finds out, too
            log.exception("what the overview lacks was not found out")

    def forget(self, table_uid: str) -> None:
        """A table is gone."""
        try:
            self._index.forget([table_uid])
            self._index.commit()
        except IndexBrokenError:
            self._index.begin_anew()

    def check(self) -> list[str]:
        """What is wrong with it on the disk, in sentences."""
        return self._index.check()

    def begin_anew(self) -> None:
        self._index.begin_anew()

    def settle(self, seconds: float = 60.0) -> bool:
        """Wait until everything that should be followed is; whether it is."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._waiting and not self._is_busy, seconds)

    def close(self) -> None:
        with self._changed:
            self._is_closed = True
            self._waiting.clear()
            self._changed.notify_all()
        for thread in (self._warming, self._thread):
            if thread is not None:
                thread.join()
        self._index.close()

    def _run(self) -> None:
        taken = 0
        while (one := self._next()) is not None:
            try:
                taken += self._take_up(one)
                if taken >= COMMIT_ROWS or not self._waiting:
                    self._index.commit()
                    taken = 0
            except IndexBrokenError as error:
                log.warning("the overview of small tables is begun anew: %s", error)
                self._index.begin_anew()
                taken = 0
            except PortalError as error:  # the table went, or the engine is busy: somebody will ask again
                log.info("table %s is not in the overview: %s", one.ref.table, error)
            except Exception:  # the edge of a thread: what breaks one table does not stop the others
                log.exception("table %s cannot be taken into the overview", one.ref.table)
                self._left_out.add(one.ref)

    def _next(self) -> Followed | None:
        with self._changed:
            self._is_busy = False
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._waiting or self._is_closed)
            if self._is_closed:
                return None
            self._is_busy = True
            return self._waiting.pop(next(iter(self._waiting)))

    def _take_up(self, one: Followed) -> int:
        """How many rows were taken up."""
        if self._rows.count(one.ref) > MOST_ROWS:
            self._left_out.add(one.ref)
            return 0
        known = self._index.known(one.ref)
        found = self._changes(one, known or START)
        if found is None or found[0].mark == known:
            return 0
        changes, texts = found
        self._index.put(one.ref, texts.mark, _rows(one, changes.rows, texts.rows), texts.deleted.to_pylist())
        return int(texts.rows.num_rows)

    def _changes(self, one: Followed, known: Mark) -> tuple[Changes, TextChanges] | None:
        """Both of the same state; None where writes come too quickly."""
        for _ in range(_TRIES):
            changes = self._engine.changes_since(one.ref, known)
            texts = self._engine.text_changes_since(one.ref, one.schema, known)
            if changes.mark == texts.mark:
                return changes, texts
        return None


def _rows(one: Followed, rows: Any, texts: Any) -> Iterator[Row]:
    """`rows`: all columns, `texts`: of each field; the same rows in the same order."""
    names = [name for name in texts.schema.names if name != ID]
    split = {field.name for field in one.schema.fields if field.type is FieldType.TEXT}
    more = [found for name in names if name in split if (found := extras(texts.column(name))) is not None]
    numbers = {
        name: rows.column(field).to_pylist() for name, field in one.names.items() if _has_numbers(one, field)
    }
    cells = list(zip(*(_with_words(texts.column(name)) for name in names), strict=True))
    also = list(zip(*(column.to_pylist() for column in more), strict=True))
    sent = _sent(one.schema, rows) if _is_plain(one.schema) else None
    places = rows.column(SEQ).to_pylist()
    written = rows.column(MODIFIED).cast(pa.int64()).to_pylist()
    for at, row_id in enumerate(texts.column(ID).to_pylist()):
        yield Row(
            row_id,
            places[at],
            written[at],
            [text for text in cells[at] if text] if cells else (),
            [text for text in also[at] if text] if also else (),
            {name: found for name, values in numbers.items() if (found := number(values[at])) is not None},
            None if sent is None else sent[at],
        )


def _sent(schema: Schema, rows: Any) -> list[bytes | None]:
    cells = sentvalues.of(rows, schema.fields)
    return [_packed(both) for both in zip(rows.column(KEY).to_pylist(), cells, strict=True)]


def _packed(row: Any) -> bytes | None:
    """None for a row that is not worth the room, or has a number that is too large for this way."""
    try:
        packed = orjson.dumps(row)
    except TypeError:
        return None
    return packed if len(packed) <= MOST_BYTES else None


def _is_plain(schema: Schema) -> bool:
    """Whether its rows are printed as they are kept: what else there is, is asked of the table."""
    return all(one.type in _PLAIN and not one.multivalued for one in schema.fields)


def _has_numbers(one: Followed, name: str) -> bool:
    field = one.schema.get(name)
    return field is not None and not field.multivalued and field.type in _NUMBERED


def _with_words(column: Any) -> list[str | None]:
    """Texts without any letter or digit are none."""
    texts: list[str | None] = pc.if_else(
        pc.match_substring_regex(column, r"[\pL\pN]"), column, pa.scalar(None, pa.string())
    ).to_pylist()
    return texts


_NUMBERED = frozenset(
    {FieldType.INT, FieldType.DOUBLE, FieldType.BOOLEAN, FieldType.DATETIME, FieldType.DATE, FieldType.TIME}
)

_PLAIN = frozenset({*_NUMBERED, FieldType.TEXT})
