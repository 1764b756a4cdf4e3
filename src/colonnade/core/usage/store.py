"""Queries over numbers of use."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import delete, inspect, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session

from colonnade.core.counting import Account, Period, Spent, Unit, Usage
from colonnade.core.usage.model import CallsSpent, DatasetUse
from colonnade.db.base import Base


def totals(db: Session) -> dict[int, Usage]:
    return {
        one.dataset_id: Usage(one.download_count, one.api_call_count)
        for one in db.scalars(select(DatasetUse))
    }


def write_totals(db: Session, changed: Mapping[int, Usage]) -> None:
    """In the place of what was written for these datasets before."""
    _put(db, DatasetUse, [{"dataset_id": one, **asdict(total)} for one, total in changed.items()])


def spent(db: Session) -> list[Spent]:
    return [
        Spent(
            Account(one.caller, one.dataset_id, Unit(one.unit)),
            Period(int(one.starts_at.timestamp()), int(one.ends_at.timestamp())),
            one.calls,
        )
        for one in db.scalars(select(CallsSpent))
    ]


def write_spent(db: Session, changed: Sequence[Spent]) -> None:
    """In the place of what was written for these accounts before."""
    rows = [
        {
            **account._asdict(),
            "starts_at": _moment(period.start),
            "ends_at": _moment(period.end),
            "calls": calls,
        }
        for account, period, calls in changed
    ]
    _put(db, CallsSpent, rows)


def forget_ended(db: Session, at: float) -> None:
    db.execute(delete(CallsSpent).where(CallsSpent.ends_at <= _moment(int(at))))


def _put(db: Session, table: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Write whole rows, in the place of those with the same key."""
    if rows:
        keys = {one.name for one in inspect(table).primary_key}
        statement = insert(table)
        others = {name: statement.excluded[name] for name in rows[0] if name not in keys}
        db.execute(statement.on_conflict_do_update(index_elements=sorted(keys), set_=others), list(rows))


def _moment(seconds: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(seconds, dt.UTC)
