"""Queries over numbers of use."""

import datetime as dt
from collections.abc import Mapping, Sequence

from sqlalchemy import delete, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.orm import Session

from colonnade.core.counting import Account, Period, Spent, Unit, Usage
from colonnade.core.usage.model import CallsSpent, DatasetUse


def totals(db: Session) -> dict[int, Usage]:
    return {
        one.dataset_id: Usage(one.download_count, one.api_call_count)
        for one in db.scalars(select(DatasetUse))
    }


def write_totals(db: Session, changed: Mapping[int, Usage]) -> None:
    """In the place of what was written for these datasets before."""
    if not changed:
        return
    rows = [
        {"dataset_id": one, "download_count": total.download_count, "api_call_count": total.api_call_count}
        for one, total in changed.items()
    ]
    statement = upsert(DatasetUse)
    new = statement.excluded
    replaced = {"download_count": new.download_count, "api_call_count": new.api_call_count}
    db.execute(statement.on_conflict_do_update(index_elements=["dataset_id"], set_=replaced), rows)


def spent(db: Session) -> list[Spent]:
    return [
        Spent(
            Account(one.caller, one.dataset_id, Unit(one.unit)),
            Period(int(one.starts_at.timestamp()), int(one.ends_at.timestamp())),
            one.calls,
        )
        for one in db.scalars(select(CallsSpent))
    ]


def write_spent(db: Session, now: Sequence[Spent]) -> None:
    """In the place of all that was written before."""
    db.execute(delete(CallsSpent))
    if now:
        db.execute(
            insert(CallsSpent),
            [
                {
                    **account._asdict(),
                    "starts_at": _moment(period.start),
                    "ends_at": _moment(period.end),
                    "calls": calls,
                }
                for account, period, calls in now
            ],
        )


def _moment(seconds: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(seconds, dt.UTC)
