"""The situation of a request, a command or a job: who asks, inside which transaction, with what at hand."""

import datetime as dt
import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from colonnade.builder.process import Way, in_a_child
from colonnade.config import Settings
from colonnade.core.counting import Caller, Counters
from colonnade.core.overview import Overview
from colonnade.core.pending import Pending, Searched
from colonnade.core.remembered import Remembered
from colonnade.core.retention import Retention
from colonnade.core.rowstore import RowStore
from colonnade.core.tries import Tries
from colonnade.db.database import Database
from colonnade.errors import Unavailable
from colonnade.files.port import BlobStore
from colonnade.generation import GenerationRef
from colonnade.jobs.port import Runner

log = logging.getLogger(__name__)

MEMBERS = "members"
"""The built-in group of every signed-in user."""


@dataclass(frozen=True)
class Actor:
    """Who asks. `permissions` are the portal-wide ones that hold now: the person's and the groups', cut by the key's.
    `key_permissions` cuts dataset permissions too; None: not cut (no key, or a key with all its owner's rights)."""

    username: str | None = None
    person_id: int | None = None
    groups: frozenset[str] = frozenset()
    permissions: frozenset[str] = frozenset()
    key_permissions: frozenset[str] | None = None

    @property
    def is_signed_in(self) -> bool:
        return self.person_id is not None

    def may(self, permission: str) -> bool:
        return permission in self.permissions

    def key_allows(self, permission: str) -> bool:
        return self.key_permissions is None or permission in self.key_permissions

    @cached_property
    def principals(self) -> tuple[str, ...]:
        """The names under which rulesets may know this actor."""
        own = () if self.username is None else (f"user:{self.username}",)
        return (*own, *sorted(f"group:{uid}" for uid in self.groups))


ANONYMOUS = Actor()
SYSTEM = Actor(username=None, permissions=frozenset({"edit_domain", "explore_restricted_dataset"}))
"""The portal itself, in jobs and commands."""


@dataclass(frozen=True)
class Event:
    """Something happened that a higher feature acts on: after the commit, or as a part of it. Subclasses say what."""


@dataclass
class CatalogueProgress:
    """How far the queryable catalogue has followed the datasets: the generation that holds it, the last change of the
    log that it took up, and the datasets whose live rows changed since. `lock` is held while it follows."""

    ref: GenerationRef | None = None
    seq: int = 0
    touched: set[int] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)


Handler = Callable[["Portal", Event], None]
Follower = Callable[["Work", Event], None]


@dataclass
class Portal:
    """The parts of a running portal, wired once by `app.py`."""

    settings: Settings
    database: Database
    rows: RowStore
    blobs: BlobStore
    handlers: Mapping[type[Event], tuple[Handler, ...]] = field(default_factory=dict)
    """What comes after the commit: to be made up for at the next start, should the process die before."""
    followers: Mapping[type[Event], tuple[Follower, ...]] = field(default_factory=dict)
    """What is written in the transaction of the event itself, by the portal: all of it happens or nothing."""
    catalogue: CatalogueProgress = field(default_factory=CatalogueProgress)
    retention: Retention = field(default_factory=Retention)
    counters: Counters = field(default_factory=Counters)
    tries: Tries = field(default_factory=Tries)
    searches: Pending[Searched] = field(default_factory=Pending)
    accesses: Remembered[Any] = field(default_factory=Remembered)
    """What actors see of all datasets (`datasets.accesses.of_all`)."""
    overview: Overview | None = None
    """What counts in many small tables at once; None: they are asked one by one."""
    builds: Way = in_a_child
    """How the builder is asked."""
    runner: Runner | None = None
    """What runs jobs here; None in a command, which either asks the server or runs the one job that it is for."""

    @cached_property
    def slots(self) -> threading.BoundedSemaphore:
        """So many builds go on at once."""
        return threading.BoundedSemaphore(self.settings.builds)

    @contextmanager
    def reading(self, actor: Actor) -> Iterator["Work"]:
        """Work that changes nothing in the catalogue. Rows may be written in it: they have their own transactions, so
        what happened to them happened, even if the work breaks later."""
        events: list[Event] = []
        try:
            with self.database.read() as session:
                yield Work(self, actor, session, writes=False, events=events)
        finally:
            self._dispatch(events)

    @contextmanager
    def writing(self, actor: Actor) -> Iterator["Work"]:
        """Work in a write transaction of the catalogue: keep it short. An exception rolls everything back."""
        with self.database.write() as session:
            work = Work(self, actor, session, writes=True)
            yield work
            self._follow(work)
        self._dispatch(work.events)

    def _follow(self, work: "Work") -> None:
        """More may happen by it, which is followed, too."""
        own = replace(work, actor=SYSTEM)
        for event in work.events:
            for follower in self.followers.get(type(event), ()):
                follower(own, event)

    def _dispatch(self, events: list[Event]) -> None:
        """Run the handlers. What they follow is committed: one that breaks neither undoes it nor stops the others."""
        for event in events:
            for handler in self.handlers.get(type(event), ()):
                try:
                    handler(self, event)
                except Exception:  # the edge of an event, as http/edge.py is of a request
                    log.exception("a handler of %s broke", event)


@dataclass
class Work:
    portal: Portal
    actor: Actor
    db: Session
    writes: bool
    events: list[Event] = field(default_factory=list)
    caller: Caller | None = None
    """Whose call is counted; None: this is no call of an API that counts."""
    seen: dict[type, Any] = field(default_factory=dict)
    """What was read of the catalogue, by its type, where nothing is written: it stays so until the work ends."""

    @property
    def settings(self) -> Settings:
        return self.portal.settings

    @property
    def rows(self) -> RowStore:
        return self.portal.rows

    @property
    def blobs(self) -> BlobStore:
        return self.portal.blobs

    def countdown(self) -> Callable[[], float]:
        """How many seconds are left of those that one query may take: for several that answer one question together.
        Raises `Unavailable` when they are over."""
        ends = time.monotonic() + self.settings.query_seconds

        def left() -> float:
            seconds = ends - time.monotonic()
            if seconds <= 0:
                raise Unavailable("The query took longer than it may take.", code="query.deadline")
            return seconds

        return left

    def happened(self, event: Event) -> None:
        """Tell what happened; handlers run after the commit, none after a roll-back of the catalogue."""
        self.events.append(event)

    @contextmanager
    def apart(self, what: str) -> Iterator[None]:
        """What breaks inside is undone alone, and logged: the rest of the work goes on. Not where the catalogue itself
        breaks."""
        known = len(self.events)
        try:
            with self.db.begin_nested():
                yield
        except OperationalError:
            raise
        except Exception:  # the edge of a consequence, as `Portal._dispatch` is of an event
            log.exception("%s broke, and is left out", what)
            del self.events[known:]


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
