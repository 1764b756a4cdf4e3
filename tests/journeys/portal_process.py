"""The inside of a portal process: the portal, wired as `colonnade serve` does it, doing what its test says.

It is forked, so that a start takes less than a second; see `processes`. As in `colonnade.__main__` its garbage is looked
for among what is made after the imports.
"""

import gc
import io
import itertools
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
from typing import Any

from tests.journeys.content import SCHEMA, Operation, edition, operation
from tests.journeys.dooms import Doom, lay
from tests.journeys.looking import Look, look
from tests.support.house import ADMIN_KEY, settings

from colonnade import app
from colonnade.cli.main import colonnade
from colonnade.core import uploads
from colonnade.core.columns import service as columns
from colonnade.core.columns.model import SentRow
from colonnade.core.datasets import service as datasets
from colonnade.core.datastore import files
from colonnade.core.datastore import service as datastore
from colonnade.core.imports import service as imports
from colonnade.core.jobs import service as jobs
from colonnade.core.nodes import service as nodes
from colonnade.core.nodes import writing as nodes_writing
from colonnade.core.nodes.model import Changes
from colonnade.core.nodes.model import Kind as NodeKind
from colonnade.core.people import service as people
from colonnade.core.publishing import importing
from colonnade.core.publishing import service as publishing
from colonnade.core.records import service as records
from colonnade.core.records.coercion import LiveRow
from colonnade.core.resources import service as resources
from colonnade.core.resources.model import Ownership
from colonnade.core.tables import service as tables
from colonnade.core.upkeep import checks
from colonnade.errors import PortalError

PATIENCE_SECONDS = 120


class Stage:
    """The portal and what can be done with it. Public methods are what a test may ask for, by name; their answers go
    back through the pipe, and so does a message about every operation of a writer: before it, and when the portal
    has acknowledged it."""

    def __init__(self, running: app.Running, send: Callable[[Any], None]) -> None:
        self._running = running
        self._portal = running.portal
        with self._portal.database.read() as db:
            self._actor = people.actor_of_key(db, ADMIN_KEY)
        self._send = send
        self._stop = threading.Event()
        self._writers = ThreadPoolExecutor(8)
        self._writing: list[Future[None]] = []

    def found(self, name: str, *, owned: int, rows: int | None) -> tuple[str, tuple[str, ...]]:
        """A dataset with edition 0 of a file, or (`rows` None) published empty for live rows; and with owned
        resources. Returns its uid and theirs."""
        with self._portal.writing(self._actor) as work:
            made = datasets.create(work, {"default": {"title": name}}, wanted_slug=name)
            sources = tuple(
                resources.add(work, made, title=f"live {at}", ownership=Ownership.OWNED).uid
                for at in range(owned)
            )
            if rows is None:
                tables.ensure(work, made.dataset.id)
                datasets.show(work, made.dataset)
        if rows is None:
            with self._portal.reading(self._actor) as work:
                records.create_empty(work, datasets.editable(work, name), SCHEMA)
        else:
            self.edit(made.dataset.uid, 0, rows)
        return made.dataset.uid, sources

    def found_again(self, name: str) -> tuple[str, tuple[str, ...]]:
        """The same for a dataset whose making was interrupted before its first generation counted."""
        with self._portal.reading(self._actor) as work:
            editable = datasets.editable(work, name)
            records.create_empty(work, editable, SCHEMA)
            return editable.dataset.uid, tuple(one.uid for one in resources.resources(work, editable))

    def edit(self, uid: str, number: int, rows: int) -> None:
        """Put an edition of the file in the place of the one before."""
        content = edition(number, rows).encode()
        stored = uploads.keep(self._portal, io.BytesIO(content), filename=f"e{number}.csv")
        with self._portal.writing(self._actor) as work:
            editable = datasets.editable(work, uid)
            old = [one.uid for one in resources.resources(work, editable) if not one.is_owned]
            file = resources.add_file(work, editable, stored)
            resources.add(work, editable, extractor="csvfile", file_uid=file.uid)
            for one in old:
                resources.remove(work, editable, one)

    def shelve(self, name: str, content: str) -> tuple[str, int]:
        """A newsroom's dataset with the columns and one live row, `live`, and an uploaded file of its columns. Returns the
        uid and the number of the file."""
        stored = uploads.keep(self._portal, io.BytesIO(content.encode()), filename="data.csv")
        look = imports.look(self._portal, stored)
        headers = columns.planned(look.columns)
        with self._portal.writing(self._actor) as work:
            made = columns.create(work, title=name, columns=headers)
            file = imports.add(work, look, made)
        with self._portal.reading(self._actor) as work:
            row = SentRow(["live" for _ in headers or ()], "live")
            columns.write(work, datasets.editable(work, made.dataset.uid), [row])
        return made.dataset.uid, file.id

    def take_in(self, uid: str, file: int) -> str:
        """Import a file."""
        with self._portal.writing(self._actor) as work:
            return importing.queue(work, datasets.editable(work, uid), file).uid

    def shelved(self, uid: str, file: int) -> tuple[list[Any], bool, tuple[str, ...]]:
        """The rows of such a dataset, whether the file was imported, and what is wrong with the portal."""
        with self._portal.reading(self._actor) as work:
            page = columns.page(work, datasets.readable(work, uid), limit=1000)
            is_imported = imports.one(work, file).is_imported
        wrong = tuple(str(one) for one in checks.check(self._portal, lambda *_: None).findings)
        return [one.values for one in page.rows], is_imported, wrong

    def file_under(self, content: str) -> tuple[int, str]:
        """A resource with a file, in a dataset. Returns its number as a node, and the dataset's uid."""
        stored = uploads.keep(self._portal, io.BytesIO(content.encode()), filename="data.csv")
        with self._portal.writing(self._actor) as work:
            resource = nodes_writing.create(work, NodeKind.RESOURCE, Changes(title="Words"))
            files.attach(work, resource, [(stored, {})])
            resources_of = Changes(title="Words", resources=[resource.node.id])
            dataset = nodes_writing.create(work, NodeKind.DATASET, resources_of).dataset
        assert dataset is not None
        return resource.node.id, dataset.uid

    def fill(self, node: int) -> None:
        """Import the file of a resource."""
        with self._portal.writing(self._actor) as work:
            datastore.queue_import(work, nodes.editable(work, node))

    def filled(self, node: int, uid: str) -> tuple[int, int, int, tuple[str, ...]]:
        """How far an import is, the rows of the resource and those of its dataset, and what is wrong with the portal."""
        with self._portal.reading(self._actor) as work:
            state = datastore.status(work, nodes.editable(work, node)).state.value
            counts = [
                0
                if table is None or (found := tables.current(work, table)) is None
                else tables.count(work, found)
                for table in (
                    tables.of_node(work, node),
                    tables.main_table(work, datasets.readable(work, uid).dataset.id),
                )
            ]
        wrong = tuple(str(one) for one in checks.check(self._portal, lambda *_: None).findings)
        return state, counts[0], counts[1], wrong

    def publish(self, uid: str) -> str:
        with self._portal.writing(self._actor) as work:
            return publishing.publish(work, datasets.publishable(work, uid)).uid

    def unpublish(self, uid: str) -> str:
        with self._portal.writing(self._actor) as work:
            return publishing.unpublish(work, datasets.publishable(work, uid)).uid

    def restore_oldest(self, uid: str) -> str:
        with self._portal.writing(self._actor) as work:
            publishable = datasets.publishable(work, uid)
            table = tables.main_table(work, publishable.dataset.id)
            assert table is not None
            oldest = tables.generations(work, table)[0]
            return publishing.restore(work, publishable, oldest.number).uid

    def abort(self, uid: str) -> None:
        with self._portal.writing(self._actor) as work:
            publishing.abort(work, datasets.publishable(work, uid))

    def remove(self, uid: str) -> None:
        with self._portal.writing(self._actor) as work:
            publishing.remove(work, datasets.editable(work, uid))

    def state(self, uid: str) -> str | None:
        """Of the dataset's latest job."""
        with self._portal.reading(self._actor) as work:
            job = publishing.latest_job(work, datasets.viewable(work, uid))
            return None if job is None else job.state

    def rest(self) -> None:
        """Return when every job is over, its last step included."""
        until = time.monotonic() + PATIENCE_SECONDS
        while self._unfinished():
            if time.monotonic() > until:
                raise TimeoutError(f"jobs that do not end: {self._unfinished()}")
            time.sleep(0.02)

    def _unfinished(self) -> list[str]:
        with self._portal.reading(self._actor) as work:
            recent = jobs.recent(work, 1000)
        return [
            f"{one.uid} {one.kind} {one.state}"
            for one in recent
            if one.is_active or not self._running.runner.is_over(one.uid)
        ]

    def start_writers(self, uid: str, sources: Sequence[str], first: int) -> None:
        """One writer a source, until they are stopped. `first`: the number of their first operation."""
        self._stop.clear()
        for at, source in enumerate(sources):
            random = Random(f"{first} {at}")
            writing = self._writers.submit(self._write_on, uid, source, f"w{at}", first, random)
            writing.add_done_callback(self._report)
            self._writing.append(writing)

    def stop_writers(self) -> None:
        self._stop.set()
        for one in self._writing:
            one.result()
        self._writing.clear()

    def _report(self, writing: Future[None]) -> None:
        if (error := writing.exception()) is not None:
            self._send(("broke", repr(error)))

    def _write_on(self, uid: str, source: str, writer: str, first: int, random: Random) -> None:
        """At least one operation, so that a stop that comes at once stops something."""
        for number in itertools.count(first):
            one = operation(random, writer, number)
            self._send(("sent", source, one))
            self._send(("done", source, self._write(uid, source, one)))
            if self._stop.is_set():
                return

    def _write(self, uid: str, source: str, one: Operation) -> tuple[int, ...]:
        with self._portal.reading(self._actor) as work:
            editable = datasets.editable(work, uid)
            resource = resources.resource(work, editable, source)
            if one.kind == "clear":
                records.delete_all(work, editable, resource)
                return ()
            if one.kind == "delete":
                records.delete_by_key(work, editable, resource, one.keys)
                return ()
            rows = [
                LiveRow(row.key, {"word": row.word, "note": row.note, "amount": row.amount})
                for row in one.rows
            ]
            written = records.upsert(work, editable, resource, rows)
        return tuple(written.ids.to_pylist())

    def lay(self, doom: Doom) -> None:
        lay(doom)

    def look(self, uid: str, words: Sequence[str]) -> Look:
        return look(self._portal, self._actor, uid, words)

    def close(self) -> None:
        self._writers.shutdown()
        self._running.close()


def play(pipe: Connection, folder: Path, overrides: Mapping[str, Any], dooms: Sequence[Doom]) -> None:
    """The process: lay the dooms, start the portal, then do what comes through the pipe."""
    os.setsid()
    gc.freeze()
    sending = threading.Lock()

    def send(message: Any) -> None:
        with sending:
            pipe.send(message)

    for doom in dooms:
        lay(doom)
    stage = Stage(app.start(settings(folder, **overrides)), send)
    send(("answer", None))
    name = ""
    while name != "close":
        name, arguments = pipe.recv()
        try:
            answer = getattr(stage, name)(**arguments)
        except PortalError as refusal:
            answer = refusal
        send(("answer", answer))


def serve(folder: Path, port: int, dooms: Sequence[Doom]) -> None:
    """The process of a real server: `colonnade serve`."""
    os.setsid()
    gc.freeze()
    for doom in dooms:
        lay(doom)
    os.environ["COLONNADE_ADMIN_API_KEY"] = ADMIN_KEY
    colonnade(["serve", "--data", str(folder), "--port", str(port)])
