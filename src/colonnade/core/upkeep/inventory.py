"""What the catalogue says there should be, read at one moment."""

from collections.abc import Mapping
from dataclasses import dataclass

from colonnade.core import blobs
from colonnade.core.datasets import service as datasets
from colonnade.core.jobs import service as jobs
from colonnade.core.jobs.model import Job
from colonnade.core.resources import service as resources
from colonnade.core.resources.model import Resource
from colonnade.core.tables import service as tables
from colonnade.core.tables.model import DataTable, Generation
from colonnade.core.work import SYSTEM, Portal, Work
from colonnade.generation import GenerationRef


@dataclass(frozen=True)
class TableSeen:
    """A table with its generations, oldest first. `name`: as people know it."""

    table: DataTable
    name: str
    generations: tuple[Generation, ...]

    @property
    def uid(self) -> str:
        return self.table.uid

    @property
    def ready(self) -> list[Generation]:
        return [one for one in self.generations if one.is_ready]

    def is_current(self, generation: Generation) -> bool:
        return generation.number == self.table.current


@dataclass(frozen=True)
class Inventory:
    """`files`: by digest, what has this content, as people know it."""

    tables: tuple[TableSeen, ...]
    files: Mapping[str, tuple[str, ...]]
    jobs: tuple[Job, ...]
    """Those that are active."""

    @property
    def building(self) -> frozenset[GenerationRef]:
        """The generations that active jobs have reserved."""
        found = [one.progress for one in self.jobs if "generation" in one.progress]
        return frozenset(GenerationRef(one["table"], one["generation"]) for one in found)


def take(portal: Portal) -> Inventory:
    with portal.reading(SYSTEM) as work:
        names = _Names(work)
        files: dict[str, tuple[str, ...]] = {}
        for use in blobs.uses(work):
            name = f"{names.dataset(use.dataset_id)}, {use.kind} {use.filename}"
            files[use.digest] = (*files.get(use.digest, ()), name)
        seen = [
            TableSeen(table, names.table(table), tuple(tables.generations(work, table)))
            for table in tables.all_tables(work)
        ]
        return Inventory(tuple(seen), files, tuple(jobs.active(work)))


class _Names:
    """Datasets and tables as people know them."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._known: dict[int, str] = {}

    def dataset(self, dataset_id: int | None) -> str:
        if dataset_id is None:
            return "no dataset"
        if dataset_id not in self._known:
            found = datasets.by_id(self._work, dataset_id)
            removed = f"the removed dataset {dataset_id}"
            self._known[dataset_id] = removed if found is None else found.slug or found.uid
        return self._known[dataset_id]

    def table(self, table: DataTable) -> str:
        if table.dataset_id is None:
            return f"the datastore of node {table.node_id}"
        name = self.dataset(table.dataset_id)
        if table.resource_id is None:
            return name
        sources: dict[int, Resource] = {
            one.id: one for one in resources.of_dataset(self._work, table.dataset_id)
        }
        found = sources.get(table.resource_id)
        return f"{name}, resource {table.resource_id if found is None else found.uid}"
