"""Nodes while others work on them: what goes meanwhile leaves nothing behind, and nobody takes its place."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, update
from tests.core.datastores import attached, dataset_with, importing, node, portal_of_nodes, refreshed, seen
from tests.core.support import ADMIN, dataset, publication, rows, source

from colonnade.builder import process
from colonnade.builder.job import BuildJob, Manifest
from colonnade.core.catalogue import service as catalogue
from colonnade.core.datasets import service as datasets
from colonnade.core.datasets.model import Dataset
from colonnade.core.nodes import checking, numbers, service, writing
from colonnade.core.nodes.model import Changes, Kind, Node
from colonnade.core.publishing.jobs import scratch_of
from colonnade.core.resources import service as resources
from colonnade.core.tables import service as tables
from colonnade.core.work import SYSTEM, Portal

UUID = "0b4dbb14-6f3c-4a3b-9a0f-3f6f4a6f0c2a"


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    with portal_of_nodes(tmp_path_factory.mktemp("portal")) as one:
        yield one


def _remove(portal: Portal, nid: int) -> None:
    with portal.writing(ADMIN) as work:
        writing.remove(work, service.editable(work, nid))


@pytest.mark.parametrize("before", ["begin", "fetch", "build", "swap"])
def test_a_node_that_goes_while_its_file_is_imported_leaves_nothing(portal: Portal, before: str) -> None:
    nid = node(portal)
    _, uid = dataset_with(portal, nid)
    file = attached(portal, nid, f"word\n{before}\n")
    job = importing(portal, nid)
    assert job.run(before={before: lambda: _remove(portal, nid)}) == "aborted"
    assert (seen(portal, uid), refreshed(portal, uid)) == (([], []), None)
    assert _left(portal, job.uid) == []
    assert file.digest not in set(portal.blobs.digests())


def test_a_node_that_goes_while_its_rows_are_built_leaves_nothing(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    nid, build = node(portal), process.build

    def built(job: BuildJob, **how: Any) -> Manifest:
        made = build(job, **how)
        _remove(portal, nid)
        return made

    attached(portal, nid)
    job = importing(portal, nid)
    monkeypatch.setattr(process, "build", built)
    assert job.run() == "aborted"
    assert _left(portal, job.uid) == []


def _left(portal: Portal, job_uid: str) -> list[Path]:
    """What nobody knows on the disk."""
    strays = [one for one in tables.strays(portal) if one.name != catalogue.TABLE]
    scratch = scratch_of(portal, job_uid)
    return [*strays, scratch] if scratch.exists() else strays


def test_the_order_of_another_doors_resources_is_followed_by_its_next_publication(portal: Portal) -> None:
    uid = dataset(portal)
    uids = [source(portal, uid, f"{name}\n1\n") for name in "ab"]
    publication(portal, uid).run()
    service.settle(portal)
    with portal.writing(ADMIN) as work:
        (one,) = datasets.by_ids(work, [datasets.viewable(work, uid).dataset.id])
        nid = service.of_datasets(work, [one.id])[one.id]
        found = [each.node.id for each in service.resources_of(work, service.readable(work, nid))]
        writing.update(work, service.editable(work, nid), Changes(resources=found[::-1]))
    uids.insert(0, source(portal, uid, "c\n1\n"))
    with portal.reading(ADMIN) as work:
        stand = [each.uid for each in resources.resources(work, datasets.viewable(work, uid))]
    assert (stand, refreshed(portal, uid)) == ([uids[2], uids[1], uids[0]], None)
    publication(portal, uid).run()
    assert [name for name in rows(portal, uid)[0] if not name.startswith("_")] == ["b", "a", "c"]


def test_a_number_is_never_anothers(portal: Portal) -> None:
    assert node(portal, Kind.PAGE, nid=5_000, uuid=UUID) == 5_000
    _remove(portal, 5_000)
    group = node(portal, Kind.GROUP, nid=6_000, title="Short-lived")
    _remove(portal, group)
    later = [node(portal, Kind.PAGE, nid=nid) for nid in (5_000, 6_000, -1, 2**62, 2**80)]
    assert later == list(range(6_001, 6_006))
    with portal.writing(SYSTEM) as work:
        gone = [numbers.was_removed(work, nid) for nid in (5_000, 6_000, 6_001, 7_000)]
        assert gone == [True, True, False, False]
        numbers.leave_free(work, 8_000)
    assert node(portal, Kind.PAGE) == 8_001
    assert node(portal, Kind.PAGE, nid=5_000, uuid=UUID.upper()) == 5_000, "it is the same one"


def test_a_uuid_that_was_kept_in_capitals_is_found_once_that_is_mended(portal: Portal) -> None:
    nid, uid = dataset_with(portal)
    with portal.writing(SYSTEM) as work:
        uuid = service.readable(work, nid).node.uuid
        for table, wanted in ((Node, Node.id == nid), (Dataset, Dataset.uid == uid)):
            work.db.execute(update(table).where(wanted).values(uuid=func.upper(table.uuid)))
    assert checking.wrong(portal) == ["Identifiers with capital letters, which nobody finds: 2."]
    checking.mend(portal)
    assert checking.wrong(portal) == []
    with portal.reading(ADMIN) as work:
        assert service.readable_by_uuid(work, uuid.upper()).node.id == nid
