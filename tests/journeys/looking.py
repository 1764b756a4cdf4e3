"""Looking at a portal that is at rest: do rows, index, manifest, catalogue and jobs agree?"""

import hashlib
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import pyarrow.parquet as pq
from tests.journeys.content import ALWAYS, LiveValues

from colonnade.core.catalogue import service as catalogue
from colonnade.core.datasets import service as datasets
from colonnade.core.jobs import service as jobs
from colonnade.core.jobs.model import State
from colonnade.core.records import service as records
from colonnade.core.resources import service as resources
from colonnade.core.tables import service as tables
from colonnade.core.tables.model import Generation
from colonnade.core.upkeep import checks
from colonnade.core.work import Actor, Portal, Work
from colonnade.errors import NotFound
from colonnade.generation import MANIFEST_FILE
from colonnade.query import odsql
from colonnade.query.bind import bind
from colonnade.query.tree import FieldRef, Named, Query, TextMatch

OF_THE_INDEX = "The text index "
"""What may be said of an index before it is asked: the process died between the two commits of a write, or in a merge.
It mends itself when it is searched."""
SEARCHES = 40
AT_HOME = frozenset({"spill", "uploads"})
"""What may stand in the scratch folder of a portal at rest."""


@dataclass(frozen=True)
class JobSeen:
    uid: str
    kind: str
    state: str
    message: str | None


@dataclass(frozen=True)
class Look:
    """`jobs`: the newest first. `problems`: what does not agree, in sentences. `live`: the owned rows by source and slot, with their ids.
    `editions`: derived rows by edition. `constant`: a digest of ids and notes of the rows that never change; None
    without such rows."""

    jobs: tuple[JobSeen, ...]
    problems: tuple[str, ...]
    live: Mapping[str, Mapping[str, tuple[LiveValues, int]]] = field(default_factory=dict)
    editions: Mapping[str, int] = field(default_factory=dict)
    constant: str | None = None


def look(portal: Portal, actor: Actor, dataset_uid: str, words: Sequence[str]) -> Look:
    """`words`: words to search for beside those that are found in the rows."""
    with portal.reading(actor) as work:
        seen = tuple(JobSeen(one.uid, one.kind, one.state, one.message) for one in jobs.recent(work, 1000))
        problems = [*_jobs(seen), *_leftovers(portal)]
        for table in tables.all_tables(work):
            for generation in tables.generations(work, table):
                problems += [
                    f"{table.uid}/{generation.number}: {line}" for line in _generation(work, generation)
                ]
            if table.current is not None and tables.current(work, table) is None:
                problems.append(f"{table.uid}: its generation {table.current} is unknown")
        # Asked after the indexes were looked at: one that is behind catches up when it is searched.
        problems += [f"doctor: {one}" for one in checks.check(portal, lambda *_: None).findings]
        try:
            rows = _rows(work, dataset_uid)
        except NotFound:
            return Look(seen, tuple(problems))
        problems += [*_search(work, dataset_uid, rows, words), *_queryable(work, dataset_uid, len(rows))]
        return _summary(work, dataset_uid, seen, problems, rows)


def _summary(
    work: Work,
    dataset_uid: str,
    seen: tuple[JobSeen, ...],
    problems: Sequence[str],
    rows: list[dict[str, Any]],
) -> Look:
    dataset = datasets.viewable(work, dataset_uid).dataset
    owned = {one.uid for one in resources.of_dataset(work, dataset.id) if one.is_owned}
    live: dict[str, dict[str, tuple[LiveValues, int]]] = {uid: {} for uid in owned}
    twins = []
    for row in rows:
        if row["_source"] in owned:
            values = LiveValues(row["_key"], row["word"], row["note"], row["amount"])
            if values.slot in live[row["_source"]]:
                twins.append(f"two rows are {values.slot}")
            live[row["_source"]][values.slot] = (values, row["_id"])
    derived = [row for row in rows if row["_source"] not in owned]
    constant = sorted(f"{row['note']}={row['_id']}" for row in derived if row["edition"] == ALWAYS)
    return Look(
        jobs=seen,
        problems=(*problems, *twins),
        live=live,
        editions=Counter(row["edition"] for row in derived),
        constant=hashlib.sha256("\n".join(constant).encode()).hexdigest() if constant else None,
    )


def _jobs(seen: Sequence[JobSeen]) -> Iterator[str]:
    for job in seen:
        if State(job.state) in {State.FAILED, State.LIMIT_REACHED} and not job.message:
            yield f"job {job.uid} failed without a reason"
        elif jobs.is_active(job.state):
            yield f"job {job.uid} is {job.state} for ever"


def _leftovers(portal: Portal) -> Iterator[str]:
    for path in tables.strays(portal):
        if path.name != catalogue.TABLE:
            yield f"a folder that nobody knows: {path.parent.name}/{path.name}"
    for path in portal.settings.scratch_folder.iterdir():
        if path.name not in AT_HOME:
            yield f"left in scratch: {path.name}"


def _generation(work: Work, generation: Generation) -> Iterator[str]:
    folder = tables.folder(work.portal, generation.ref)
    if not generation.is_ready:
        yield "it was reserved and is still there"
        return
    if not folder.is_dir():
        yield "its folder is gone"
        return
    before = work.rows.check(generation.ref, generation.schema)
    yield from (line for line in before if not line.startswith(OF_THE_INDEX))
    work.rows.select(generation.ref, generation.schema, _anything(generation), seconds=30)
    yield from work.rows.check(generation.ref, generation.schema)
    yield from _manifest(work, generation, folder)


def _anything(generation: Generation) -> Any:
    """A search, which brings an index that is behind up to its rows."""
    return bind(Query(where=TextMatch("town1"), limit=0), visible=generation.schema)


def _manifest(work: Work, generation: Generation, folder: Path) -> Iterator[str]:
    path = folder / MANIFEST_FILE
    if not path.exists():
        if generation.report:
            yield "its manifest is gone"
        return
    written = orjson.loads(path.read_bytes())
    schema = written.pop("schema")
    if written != generation.report:
        yield "manifest and catalogue tell different things"
    if [one["name"] for one in schema] != list(generation.schema.names):
        yield "manifest and catalogue name different fields"
    if not generation.is_live and work.rows.count(generation.ref) != written["rows"]:
        yield f"it has {work.rows.count(generation.ref)} rows, its manifest says {written['rows']}"
    for name, checksum in written["checksums"].items():
        if hashlib.sha256((folder / name).read_bytes()).hexdigest() != checksum:
            yield f"{name} is not what the manifest says"


def _rows(work: Work, dataset_uid: str) -> list[dict[str, Any]]:
    """Every row of the dataset with its system columns. `NotFound` without rows, or without the dataset."""
    table = tables.main_table(work, datasets.viewable(work, dataset_uid).dataset.id)
    generation = None if table is None else tables.current(work, table)
    if generation is None:
        raise NotFound("no rows")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "rows.parquet")
        work.rows.export_rows(generation.ref, path, sources=(), excluded=True)
        rows: list[dict[str, Any]] = pq.read_table(path).to_pylist()
    return rows


def _search(
    work: Work, dataset_uid: str, rows: Sequence[Mapping[str, Any]], words: Sequence[str]
) -> Iterator[str]:
    """Whether a search finds exactly the rows that have the word, for some of the words."""
    readable = datasets.readable(work, dataset_uid)
    by_word: dict[str, list[str]] = {word: [] for word in words}
    for row in rows:
        by_word.setdefault(row["word"], []).append(row["note"])
    for word in sorted(by_word)[:: 1 + len(by_word) // SEARCHES]:
        notes = by_word[word]
        query = Query(select=(Named(FieldRef("note"), "note"),), where=TextMatch(word, ("word",)))
        page = records.select(work, readable, query)
        if sorted(page.table.column("note").to_pylist()) != sorted(notes):
            yield f"searching {word} finds {page.total} rows, {len(notes)} have it"


def _queryable(work: Work, dataset_uid: str, rows: int) -> Iterator[str]:
    """Whether the queryable catalogue knows the dataset and its number of records."""
    where = odsql.parse_where(f'dataset_uid = "{dataset_uid}" AND records_count = {rows}')
    _, total = catalogue.search(work, Query(where=where, limit=1))
    if total != 1:
        yield f"the catalogue does not know the dataset with {rows} records"
