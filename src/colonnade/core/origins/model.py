"""Where things came from: the ledger of what is brought in from other portals, as tables."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from colonnade.core.work import now
from colonnade.db.base import Base


class Stage(StrEnum):
    """How far a run has come. A run that was cut off goes on in its stage."""

    LISTING = "listing"
    BRINGING = "bringing"
    DONE = "done"


class State(StrEnum):
    """Of one thing of the other portal."""

    WAITING = "waiting"
    """New there, or changed, or to be tried again."""
    HERE = "here"
    PARTLY = "partly"
    """Here, but for what `problems` says; it is tried again."""
    LACKING = "lacking"
    """The same, and another try would not help before it changes there."""
    FAILED = "failed"


class OriginSite(Base):
    """Another portal, and the latest run over it. `address`: without a final slash."""

    __tablename__ = "origin_site"

    id: Mapped[int] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(unique=True)
    run: Mapped[int] = mapped_column(default=0)
    stage: Mapped[str] = mapped_column(default=Stage.DONE)
    page: Mapped[int] = mapped_column(default=0)
    """The next page of its list."""
    begun_at: Mapped[dt.datetime] = mapped_column(default=now)


class Origin(Base):
    """A thing of another portal, by what that calls it, and what became of it here."""

    __tablename__ = "origin"
    __table_args__ = (UniqueConstraint("site_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("origin_site.id", ondelete="CASCADE"))
    key: Mapped[str]
    kind: Mapped[str]
    uuid: Mapped[str | None]
    title: Mapped[str]
    changed: Mapped[str]
    """What the other portal says of its last change, as it says it."""
    run: Mapped[int]
    """In which it was listed the last time."""
    state: Mapped[str] = mapped_column(default=State.WAITING, index=True)
    digest: Mapped[str | None]
    """Of what was brought in: the same again is not written again."""
    node_id: Mapped[int | None] = mapped_column(ForeignKey("node.id", ondelete="SET NULL"))
    problems: Mapped[list[Any]] = mapped_column(default=list)
    """What could not come: each what, why, and whether it may pass."""


@dataclass(frozen=True)
class Listed:
    """A thing as a list of the other portal has it."""

    key: str
    kind: str
    uuid: str | None
    title: str
    changed: str


@dataclass(frozen=True)
class Problem:
    """`what`: a part of the thing; empty for all of it. `why`: a sentence. `may_pass`: another try may do better."""

    what: str
    why: str
    may_pass: bool = False


@dataclass(frozen=True)
class Trouble:
    """A thing that could not come, or not whole, as a report tells it."""

    kind: str
    key: str
    title: str
    problem: Problem


@dataclass(frozen=True)
class Known:
    """What the ledger says of a thing. `number`: its node here."""

    key: str
    kind: str
    uuid: str | None
    digest: str | None
    number: int | None


@dataclass(frozen=True)
class Outcome:
    """What became of a thing. `kind`, `uuid` and `title` are for one that no list had."""

    key: str
    state: State
    number: int | None = None
    digest: str | None = None
    problems: Sequence[Problem] = ()
    kind: str = ""
    uuid: str | None = None
    title: str = ""
