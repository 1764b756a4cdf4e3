"""A run over a site, from where the last one was cut off: list what there is, then bring in what is new or changed."""

import tempfile
import threading
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from typing import IO

import ijson

from colonnade.core.nodes import numbers
from colonnade.core.nodes import service as nodes
from colonnade.core.nodes.model import Kind
from colonnade.core.origins import service as origins
from colonnade.core.origins.model import Known, Listed, Outcome, Stage, State
from colonnade.core.work import Actor, Portal
from colonnade.errors import Invalid, PortalError, Unavailable
from colonnade.moving import pod, said
from colonnade.moving.names import Names
from colonnade.moving.pieces import Parcel, Piece
from colonnade.moving.placing import KINDS, Placer
from colonnade.moving.pulling import Puller
from colonnade.moving.site import Record, Site
from colonnade.moving.wire import Absent, NotJson, is_loss

PARALLEL = 4
"""Parcels that are fetched at the same time."""
AHEAD = 2
"""Times as many are fetched before they are placed: so much is held in memory."""
BATCH = 100
"""Descriptions that are listed in one transaction."""
ORDER = (
    Kind.GROUP,
    Kind.HARVEST_SOURCE,
    Kind.DATASET,
    Kind.RESOURCE,
    Kind.PAGE,
    Kind.DATA_DASHBOARD,
    Kind.DATA_STORY,
)
"""Groups before what is theirs; datasets bring their resources, so that only the others are left for themselves."""

Task = Callable[[], Parcel]


@dataclass(frozen=True)
class Told:
    """How far a run is. `total` None: not known yet."""

    what: str
    done: int
    total: int | None


@dataclass
class Progressing:
    """How many of the things that wait were brought in."""

    total: int
    done: int = 0


@dataclass
class Run:
    """`tell` is called with every step."""

    portal: Portal
    actor: Actor
    site: Site
    tell: Callable[[Told], None]
    parallel: int = PARALLEL

    def bring(self) -> None:
        """Do what is left of the run, or a new one. Raises `Unavailable` when the site is gone: another call goes on."""
        nodes.settle(self.portal)
        with self.portal.writing(self.actor) as work:
            begun = origins.begin(work, self.site.base)
            stage, page = Stage(begun.stage), begun.page
        try:
            if self.site.has_nodes:
                self._by_nodes(stage, page)
            else:
                self._by_catalogue()
        except PortalError as error:
            if not is_loss(error):
                raise
            message = f"{self.site.base} does not answer any more ({error.message}) Run this again to go on."
            raise Unavailable(message, code="moving.lost") from error
        self._reach(Stage.DONE)

    def _by_nodes(self, stage: Stage, page: int) -> None:
        if stage == Stage.LISTING:
            for number, records in self.site.pages(page):
                self._note(number, [one for one in map(_listed, records) if one is not None])
                self.tell(Told("Listing", (number + 1), None))
            self._reach(Stage.BRINGING)
        self._leave_numbers()
        progress = Progressing(self._waiting_count())
        puller = self._puller()
        for kind in ORDER:
            fetch = {Kind.DATASET: puller.dataset, Kind.RESOURCE: puller.resource}.get(kind, puller.other)
            self._bring_in((_task(fetch, known) for known in self._waiting(kind)), progress)

    def _leave_numbers(self) -> None:
        """What cannot have its own number takes none that another thing of the site has."""
        with self.portal.writing(self.actor) as work:
            numbers.leave_free(work, origins.largest_number(work, self.site.base, numbers.LARGEST))

    def _bring_in(self, tasks: Iterator[Task], progress: "Progressing") -> None:
        for outcomes in self._placed(tasks):
            progress.done += len(outcomes)
            self.tell(Told("Bringing in", min(progress.done, progress.total), progress.total))

    def _by_catalogue(self) -> None:
        """Two passes over what may be large: first all is listed, then what waits is brought in."""
        with ExitStack() as cleanup:
            files = self._catalogue(cleanup)
            self._list_catalogue(files)
            self._reach(Stage.BRINGING)
            total, puller = self._waiting_count(), self._puller()
            wanted = (one for file in files for one in _described(file) if self._waits(puller, one))
            self._bring_in((_described_task(puller, one) for one in wanted), Progressing(total))

    def _catalogue(self, cleanup: ExitStack) -> list[IO[bytes]]:
        def opened() -> IO[bytes]:
            return cleanup.enter_context(tempfile.TemporaryFile(dir=self.portal.settings.scratch_folder))

        try:
            return list(self.site.catalogue(opened))
        except (Absent, NotJson) as error:
            what = "neither its node API nor its data.json can be read"
            raise Invalid(
                f"There is no DKAN 7 site at {self.site.base}: {what}.", code="moving.site"
            ) from error

    def _list_catalogue(self, files: Sequence[IO[bytes]]) -> None:
        records = (one for file in files for one in _described(file))
        for number, batch in enumerate(_batches(records)):
            pieces = (one for each in batch for one in _whole(self.site, each))
            self._note(0, [Listed(one.key, one.kind, one.uuid, one.title, one.digest) for one in pieces])
            self.tell(Told("Listing", number * BATCH + len(batch), None))

    def _waits(self, puller: Puller, record: Record) -> bool:
        return bool(puller.waiting([one.key for one in _whole(self.site, record)]))

    def _placed(self, tasks: Iterator[Task]) -> Iterator[list[Outcome]]:
        """Fetch in threads, a few parcels ahead, and place in the order of the list."""
        placer = Placer(self.portal, self.actor, self.site.base)
        pending: deque[Future[Parcel]] = deque()
        with ThreadPoolExecutor(self.parallel, thread_name_prefix="moving") as pool:
            try:
                for task in tasks:
                    pending.append(pool.submit(task))
                    if len(pending) >= self.parallel * AHEAD:
                        yield placer.place(pending.popleft().result())
                while pending:
                    yield placer.place(pending.popleft().result())
            finally:
                for one in pending:
                    one.cancel()

    def _puller(self) -> Puller:
        lock = threading.Lock()

        def waiting(keys: Collection[str]) -> Collection[str]:
            with lock, self.portal.reading(self.actor) as work:
                return origins.is_waiting(work, self.site.base, keys)

        return Puller(self.portal, self.site, Names(self.site), waiting)

    def _waiting(self, kind: str) -> Iterator[Known]:
        after = 0
        while True:
            with self.portal.reading(self.actor) as work:
                found = origins.waiting(work, self.site.base, kind, after)
            if not found:
                return
            yield from (known for _, known in found)
            after = found[-1][0]

    def _waiting_count(self) -> int:
        with self.portal.reading(self.actor) as work:
            counted = origins.counts(work, self.site.base)
        return sum(
            count for (kind, state), count in counted.items() if kind in KINDS and state == State.WAITING
        )

    def _note(self, page: int, things: Sequence[Listed]) -> None:
        with self.portal.writing(self.actor) as work:
            origins.listed(work, self.site.base, page, things)

    def _reach(self, stage: Stage) -> None:
        with self.portal.writing(self.actor) as work:
            origins.stage(work, self.site.base, stage)


def _listed(record: Record) -> Listed | None:
    number = said.number(record.get("nid"))
    if number is None:
        return None
    title, kind = said.text(record, "title"), said.text(record, "type")
    uuid = said.text(record, "uuid") or None
    return Listed(str(number), kind, uuid, title, said.text(record, "changed"))


def _task(fetch: Callable[[str, str | None], Parcel], known: Known) -> Task:
    return lambda: fetch(known.key, known.uuid)


def _described_task(puller: Puller, record: Record) -> Task:
    return lambda: puller.described(record)


def _whole(site: Site, record: Record) -> list[Piece]:
    dataset, resources = pod.pieces(site, record)
    return [dataset, *resources]


def _batches(records: Iterator[Record]) -> Iterator[list[Record]]:
    while batch := list(islice(records, BATCH)):
        yield batch


def _described(file: IO[bytes]) -> Iterator[Record]:
    """The datasets of a data.json, one after the other. Raises `Invalid` where it is none."""
    file.seek(0)
    try:
        for record in ijson.items(file, "dataset.item", use_float=True):
            if isinstance(record, dict) and said.text(record, "identifier"):
                yield record
    except ijson.JSONError as error:
        raise Invalid("The data.json of the site is no JSON.", code="moving.site") from error
