"""What other doors see of files of resources: resources and attachments of datasets, and rows that follow."""

import io
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from tests.core.datastores import (
    attached,
    dataset_with,
    importing,
    node,
    portal_of_nodes,
    refreshed,
    seen,
    status,
    stored,
)
from tests.core.support import ADMIN, Job, person, publication, rows, secure
from tests.net.support import served

from colonnade.core.attachments import service as attachments
from colonnade.core.datasets import service as datasets
from colonnade.core.datastore import checking, files, mirrors
from colonnade.core.datastore import jobs as datastore_jobs
from colonnade.core.datastore import service as datastore
from colonnade.core.datastore.model import Import
from colonnade.core.jobs import service as jobs
from colonnade.core.jobs.model import Kind
from colonnade.core.managedfiles import service as managedfiles
from colonnade.core.nodes import service as nodes
from colonnade.core.nodes import writing
from colonnade.core.nodes.model import Changes
from colonnade.core.publishing import jobs as publishing_jobs
from colonnade.core.tables import service as tables
from colonnade.core.work import SYSTEM, Actor, Portal
from colonnade.errors import Denied, NotFound


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    with portal_of_nodes(tmp_path_factory.mktemp("portal"), allow_private_fetch=True) as one:
        yield one


def _put(portal: Portal, nid: int, **said: Any) -> None:
    with portal.writing(ADMIN) as work:
        writing.update(work, nodes.editable(work, nid), Changes(**said))


def test_other_doors_see_the_file_and_then_its_rows(portal: Portal) -> None:
    nid = node(portal, title="States")
    _, uid = dataset_with(portal, nid)
    assert seen(portal, uid) == ([], [])
    attached(portal, nid)
    assert (seen(portal, uid), refreshed(portal, uid)) == (([], ["States"]), None)
    importing(portal, nid).run()
    assert seen(portal, uid) == (["States"], [])
    assert refreshed(portal, uid) == "done"
    assert [row["name"] for row in rows(portal, uid)] == ["Alabama", "Alaska"]
    with portal.writing(ADMIN) as work:
        datastore.drop(work, nodes.editable(work, nid))
    assert seen(portal, uid) == ([], ["States"])
    assert (refreshed(portal, uid), rows(portal, uid)) == ("done", [])


def test_several_imports_share_one_job_of_their_dataset(portal: Portal) -> None:
    nids = [node(portal, title=f"Part {number}") for number in range(3)]
    _, uid = dataset_with(portal, *nids)
    for number, nid in enumerate(nids):
        attached(portal, nid, f"n\n{number}\n")
        importing(portal, nid).run()
    assert seen(portal, uid)[0] == ["Part 0", "Part 1", "Part 2"]
    assert refreshed(portal, uid) == "done"
    assert sorted(row["n"] for row in rows(portal, uid)) == [0, 1, 2]
    assert refreshed(portal, uid) is None


def test_resources_stand_in_the_order_of_the_dataset_whenever_their_rows_come(portal: Portal) -> None:
    """dkan-8.4"""
    nids = [node(portal, title=title) for title in "ABC"]
    nid, uid = dataset_with(portal, *nids)
    for one, column in zip(nids, "abc", strict=True):
        attached(portal, one, f"{column}\n1\n")
    for one in reversed(nids):
        importing(portal, one).run()
    assert seen(portal, uid) == (["A", "B", "C"], [])
    attached(portal, nids[0], "a,d\n2,3\n")
    assert seen(portal, uid) == (["B", "C"], ["A"])
    importing(portal, nids[0]).run()
    assert seen(portal, uid) == (["A", "B", "C"], [])
    assert refreshed(portal, uid) == "done"
    found = rows(portal, uid)
    assert [name for name in found[0] if not name.startswith("_")] == ["a", "d", "b", "c"]
    assert [row["a"] for row in found] == [2, None, None]
    _put(portal, nid, resources=nids[::-1])
    assert (seen(portal, uid), refreshed(portal, uid)) == ((["C", "B", "A"], []), "done")
    found = rows(portal, uid)
    assert [name for name in found[0] if not name.startswith("_")] == ["c", "b", "a", "d"]
    assert [row["a"] for row in found] == [None, None, 2]
    _put(portal, nid, resources=nids[::-1], title="Another")
    assert refreshed(portal, uid) is None, "nothing moved"
    first = node(portal, title="D")
    attached(portal, first, "e\n1\n")
    importing(portal, first).run()
    _put(portal, nid, resources=[first, *nids])
    assert (seen(portal, uid), refreshed(portal, uid)) == ((["D", "A", "B", "C"], []), "done")


def test_an_import_while_the_dataset_is_built_is_followed_by_one_more(portal: Portal) -> None:
    first, second = node(portal), node(portal)
    _, uid = dataset_with(portal, first, second)
    for number, nid in enumerate((first, second)):
        attached(portal, nid, f"n\n{number}\n")
    importing(portal, first).run()
    with portal.reading(ADMIN) as work:
        job = jobs.latest(work, datasets.viewable(work, uid).dataset.id)
    assert job is not None
    plan = next(one for one in publishing_jobs.plans(portal) if one.kind == Kind.REFRESH)
    late = importing(portal, second)
    assert Job(portal, job.uid, plan).run(before={"build": late.run}) == "done"
    assert len(rows(portal, uid)) == 1
    assert refreshed(portal, uid) == "done"
    assert len(rows(portal, uid)) == 2


def test_rows_come_without_somebodys_draft_of_the_metadata(portal: Portal) -> None:
    nid = node(portal)
    _, uid = dataset_with(portal, nid)
    attached(portal, nid)
    with portal.writing(ADMIN) as work:
        dataset = datasets.editable(work, uid).dataset
        draft = {**dataset.metadata_draft, "default": {**dataset.metadata_draft["default"], "title": "Draft"}}
        dataset.metadata_draft = draft
    importing(portal, nid).run()
    assert refreshed(portal, uid) == "done"
    with portal.reading(ADMIN) as work:
        dataset = datasets.editable(work, uid).dataset
        assert dataset.metadata_published is not None
        assert dataset.metadata_published["default"]["title"] != "Draft"
        assert dataset.metadata_draft["default"]["title"] == "Draft"


def test_a_resource_leaves_a_dataset_with_its_rows(portal: Portal) -> None:
    """dkan-8.4"""
    nid, beside = node(portal, title="Rows"), node(portal, title="Paper")
    dataset_nid, uid = dataset_with(portal, nid, beside)
    attached(portal, nid)
    attached(portal, beside, "%PDF-", name="paper.pdf")
    importing(portal, nid).run()
    refreshed(portal, uid)
    assert seen(portal, uid) == (["Rows"], ["Paper"])
    with portal.writing(ADMIN) as work:
        writing.update(work, nodes.editable(work, dataset_nid), Changes(resources=[]))
    assert (seen(portal, uid), refreshed(portal, uid), rows(portal, uid)) == (([], []), "done", [])
    assert len(stored(portal, nid)) == 2
    with portal.writing(ADMIN) as work:
        writing.update(work, nodes.editable(work, dataset_nid), Changes(resources=[nid]))
    assert (seen(portal, uid), refreshed(portal, uid), len(rows(portal, uid))) == ((["Rows"], []), "done", 2)


def test_a_removed_resource_takes_all_that_it_had(portal: Portal) -> None:
    """dkan-8.3"""
    nid = node(portal)
    _, uid = dataset_with(portal, nid)
    file = attached(portal, nid, "only,here\n1,2\n")
    importing(portal, nid).run()
    refreshed(portal, uid)
    with portal.writing(ADMIN) as work:
        writing.remove(work, nodes.editable(work, nid))
    assert (seen(portal, uid), refreshed(portal, uid), rows(portal, uid)) == (([], []), "done", [])
    with portal.reading(SYSTEM) as work:
        assert tables.of_node(work, nid) is None
        with pytest.raises(NotFound):
            files.readable_file(work, file.id)
    assert file.digest not in set(portal.blobs.digests())


def test_what_is_not_published_is_seen_by_nobody_else(portal: Portal) -> None:
    nid = node(portal, is_published=False)
    _, uid = dataset_with(portal, nid)
    file = attached(portal, nid)
    importing(portal, nid).run()
    assert seen(portal, uid) == ([], [])
    with portal.reading(person(portal)) as work, pytest.raises(NotFound):
        files.readable_file(work, file.id)
    with portal.writing(ADMIN) as work:
        writing.update(work, nodes.editable(work, nid), Changes(is_published=True))
    assert (seen(portal, uid), refreshed(portal, uid)) == ((["A node"], []), "done")


def test_a_dataset_has_the_rows_of_its_files_whenever_it_is_published(portal: Portal) -> None:
    """Those that came or went while nobody saw it come or go then; a publication by another door has them by itself."""
    kept, gone = node(portal), node(portal)
    dataset_nid, uid = dataset_with(portal, kept, gone, is_published=False)
    for one in (kept, gone):
        attached(portal, one, "n\n1\n")
        importing(portal, one).run()
    assert refreshed(portal, uid) is None
    _put(portal, dataset_nid, is_published=True)
    assert (refreshed(portal, uid), len(rows(portal, uid))) == ("done", 2)
    _put(portal, dataset_nid, is_published=False)
    with portal.writing(ADMIN) as work:
        writing.remove(work, nodes.editable(work, gone))
    _put(portal, dataset_nid, is_published=True)
    assert (refreshed(portal, uid), [row["n"] for row in rows(portal, uid)]) == ("done", [1])
    _put(portal, dataset_nid, is_published=False)
    attached(portal, kept, "n\n2\n")
    importing(portal, kept).run()
    assert publication(portal, uid).run() == "done"
    assert (refreshed(portal, uid), [row["n"] for row in rows(portal, uid)]) == (None, [2])


def test_a_file_on_another_server_comes_with_its_import(portal: Portal) -> None:
    """It has no content here before."""
    nid = node(portal, title="Far away")
    _, uid = dataset_with(portal, nid)
    with served() as site:
        site.page("/far.csv", b"n\n1\n")
        with portal.writing(ADMIN) as work:
            file = managedfiles.remote(work, f"{site.url}/far.csv")
            link = {"field_link_remote_file": [{"fid": file.id, "uri": file.uri}]}
            writing.put_items(work, nodes.editable(work, nid), link)
        assert (seen(portal, uid), status(portal, nid).state) == (([], []), Import.UNINITIALISED)
        assert importing(portal, nid).run(times=2) == "done"
        assert (seen(portal, uid), refreshed(portal, uid)) == ((["Far away"], []), "done")
        site.page("/far.csv", b"n\n2\n3\n")
        assert importing(portal, nid).run() == "done"
    assert (refreshed(portal, uid), [row["n"] for row in rows(portal, uid)]) == ("done", [2, 3])
    before = set(portal.blobs.digests())
    assert importing(portal, nid).run() == "failed", "nobody is there"
    assert (status(portal, nid).state, len(stored(portal, nid))) == (Import.ERROR, 2)
    with portal.writing(ADMIN) as work:
        writing.remove(work, nodes.editable(work, nid))
    refreshed(portal, uid)
    assert len(before - set(portal.blobs.digests())) == 1


def test_a_file_of_rows_is_for_who_sees_all_of_them(portal: Portal) -> None:
    """Beside the rows it would tell what they hide."""
    nid, paper = node(portal, title="Rows"), node(portal, title="Paper")
    _, uid = dataset_with(portal, nid, paper)
    file = attached(portal, nid)
    attached(portal, paper, "%PDF-", name="paper.pdf")
    stranger = person(portal)

    def shown(actor: Actor) -> list[str | None]:
        with portal.reading(actor) as work:
            (found,) = attachments.of_readables(work, [datasets.readable(work, uid)])
            everywhere = attachments.everywhere(work)[0]
            assert [one for one in everywhere if one.dataset_id == found[0].dataset_id] == list(found)
            assert list(attachments.some(work, [one.id for one in found])) == list(found)
            return [one.title for one in found]

    assert shown(stranger) == ["Rows", "Paper"]
    secure(portal, uid, visible_fields=["name"])
    assert (shown(stranger), shown(ADMIN)) == (["Paper"], ["Rows", "Paper"])
    with portal.reading(ADMIN) as work:
        (found,) = attachments.of_readables(work, [datasets.readable(work, uid)])
        hidden = next(one.uid for one in found if one.title == "Rows")
    with portal.reading(stranger) as work, pytest.raises(NotFound):
        attachments.one(work, datasets.readable(work, uid), hidden)
    with portal.reading(stranger) as work, pytest.raises(Denied):
        files.readable_file(work, file.id)
    with portal.reading(stranger) as work, pytest.raises(Denied):
        files.served(work, file.name)


def test_files_are_imported_without_being_asked_where_that_is_set(portal: Portal) -> None:
    """dkan-9-datastore-at-once"""
    eager = replace(portal, settings=replace(portal.settings, datastore_imports_at_once=True))
    nid = node(eager)
    attached(eager, nid)
    assert status(eager, nid).state is Import.IN_PROGRESS
    with eager.reading(SYSTEM) as work:
        job = next(one for one in jobs.active(work) if one.params.get("node_id") == nid)
    assert Job(eager, job.uid, datastore_jobs.plan(eager)).run() == "done"
    assert len(stored(eager, nid)) == 2
    attached(eager, nid, "%PDF-", name="paper.pdf")
    with eager.reading(SYSTEM) as work:
        assert not [one for one in jobs.active(work) if one.params.get("node_id") == nid]


def test_a_process_that_dies_right_after_a_commit_leaves_nothing_half_done(portal: Portal) -> None:
    """What handlers do after it is not done; other doors see all that was committed."""
    deaf = replace(portal, handlers={})
    nid, later = node(portal, title="Gone"), node(portal, title="Late")
    dataset_nid, uid = dataset_with(portal, nid)
    file = attached(portal, nid)
    attached(portal, later)
    for one in (nid, later):
        importing(portal, one).run()
    _put(deaf, dataset_nid, resources=[nid, later])
    assert seen(portal, uid) == (["Gone", "Late"], [])
    with deaf.writing(ADMIN) as work:
        writing.remove(work, nodes.editable(work, nid))
    assert (seen(portal, uid), stored(portal, nid)) == ((["Late"], []), [])
    mirrors.start(portal)
    assert (refreshed(portal, uid), len(rows(portal, uid))) == ("done", 2)
    with portal.reading(ADMIN) as work, pytest.raises(NotFound):
        files.readable_file(work, file.id)


def test_what_a_node_had_goes_at_the_next_start_however_the_node_went(portal: Portal) -> None:
    nid = node(portal)
    attached(portal, nid)
    importing(portal, nid).run()
    with replace(portal, followers={}).writing(ADMIN) as work:
        writing.remove(work, nodes.editable(work, nid))
    assert len(stored(portal, nid)) == 2
    mirrors.start(portal)
    assert stored(portal, nid) == []


def test_a_content_that_is_lost_is_in_nobodys_way(portal: Portal) -> None:
    nid = node(portal, title="Lost")
    file = attached(portal, nid, "lost\n1\n")
    assert file.digest is not None
    with portal.blobs.local(file.digest) as path:
        path.unlink()
    _, uid = dataset_with(portal, nid)
    told = ["Resources whose files a dataset of theirs does not show: 1."]
    checking.mend(portal)
    assert (seen(portal, uid), list(checking.wrong(portal))) == (([], []), told), "there is nothing to show"
    portal.blobs.put(io.BytesIO(b"lost\n1\n"), limit=100)
    checking.mend(portal)
    assert (seen(portal, uid), list(checking.wrong(portal))) == (([], ["Lost"]), [])
