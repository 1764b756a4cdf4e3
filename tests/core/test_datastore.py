"""Datastores: files of resources as tables of their own, and what other doors see of them."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from tests.core.datastores import attached, importing, node, portal_of_nodes, status, stored
from tests.core.support import ADMIN

from colonnade.core.datastore import files
from colonnade.core.datastore import service as datastore
from colonnade.core.datastore.model import Import
from colonnade.core.jobs import service as jobs
from colonnade.core.nodes import service as nodes
from colonnade.core.nodes.model import Kind as NodeKind
from colonnade.core.publishing import jobs as publishing_jobs
from colonnade.core.tables import service as tables
from colonnade.core.work import SYSTEM, Portal
from colonnade.errors import Conflict, Denied, Invalid, NotFound
from colonnade.query.schema import ID


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    with portal_of_nodes(tmp_path_factory.mktemp("portal")) as one:
        yield one


def test_a_file_becomes_a_table_of_texts(portal: Portal) -> None:
    """dkan-10-lifecycle, dkan-10-column-names"""
    nid = node(portal)
    attached(portal, nid)
    assert (status(portal, nid).state, status(portal, nid).is_stored) == (Import.UNINITIALISED, False)
    job = importing(portal, nid)
    assert status(portal, nid).state is Import.IN_PROGRESS
    assert job.run(times=2) == "done"
    assert (status(portal, nid).state, status(portal, nid).is_stored) == (Import.DONE, True)
    assert stored(portal, nid) == [
        {"_id": 1, "name": "Alabama", "__num_2019": "1", "group_": "south"},
        {"_id": 2, "name": "Alaska", "__num_2019": "2", "group_": None},
    ]
    with portal.writing(ADMIN) as work:
        assert datastore.queue_import(work, nodes.editable(work, nid)) is None


def test_a_ragged_file_ends_with_a_reason_and_no_rows(portal: Portal) -> None:
    """dkan-10-ragged"""
    nid = node(portal)
    attached(portal, nid, "a,b\n1,2\n3\n", name="ragged.csv")
    assert importing(portal, nid).run() == "failed"
    found = status(portal, nid)
    assert (found.state, found.is_stored) == (Import.ERROR, False)
    assert found.message == (
        "The number of values (1) does not match the number of columns (2). Invalid line 3 in ragged.csv"
    )
    assert stored(portal, nid) == []


def test_the_configuration_decides_how_a_file_is_read(portal: Portal) -> None:
    """dkan-10-put"""
    nid = node(portal)
    attached(portal, nid, "a;b;\n'x;y';caf\xe9;\n".encode("cp1252"), name="semicolons.csv")

    def configured(**values: Any) -> None:
        with portal.writing(ADMIN) as work:
            datastore.configure(work, nodes.editable(work, nid), values)

    configured(delimiter=";", quote="'", trailing_delimiter="1")
    configured(encoding="Windows-1252", unknown="ignored")
    found = status(portal, nid)
    assert found.state is Import.READY
    assert found.configuration == {
        "encoding": "Windows-1252",
        "delimiter": ";",
        "quote": "'",
        "escape": "\\",
        "trailing_delimiter": True,
    }
    assert importing(portal, nid).run() == "done"
    assert stored(portal, nid) == [{"_id": 1, "a": "x;y", "b": "café"}]
    configured(delimiter=",")
    assert status(portal, nid).state is Import.READY
    assert importing(portal, nid).run() == "failed"
    assert len(stored(portal, nid)) == 1, "what was there stays"


@pytest.mark.parametrize(
    "values",
    [{"delimiter": ""}, {"delimiter": "ab"}, {"quote": "\n"}, {"delimiter": '"'}, {"encoding": "klingon"}],
)
def test_a_configuration_that_reads_nothing_is_refused(
    portal: Portal, values: Mapping[str, Any], states: int
) -> None:
    with portal.writing(ADMIN) as work, pytest.raises(Invalid):
        datastore.configure(work, nodes.editable(work, states), values)


@pytest.fixture(scope="module")
def states(portal: Portal) -> int:
    """A resource whose rows are in."""
    nid = node(portal, title="States")
    attached(portal, nid)
    assert importing(portal, nid).run() == "done"
    return nid


def test_dropping_takes_rows_and_configuration(portal: Portal) -> None:
    """dkan-10-drop"""
    nid = node(portal)
    attached(portal, nid)
    with portal.writing(ADMIN) as work:
        datastore.configure(work, nodes.editable(work, nid), {"escape": "!"})
    importing(portal, nid).run()
    with portal.reading(SYSTEM) as work:
        table = tables.of_node(work, nid)
    assert table is not None
    folder = portal.settings.generations_folder / table.uid
    assert folder.is_dir()
    for _ in range(2):
        with portal.writing(ADMIN) as work:
            datastore.drop(work, nodes.editable(work, nid))
    found = status(portal, nid)
    assert (found.state, found.is_stored, found.configuration["escape"]) == (
        Import.UNINITIALISED,
        False,
        "\\",
    )
    assert not folder.exists()


@pytest.mark.parametrize("before", ["fetch", "build", "swap"])
def test_a_drop_stops_an_import(portal: Portal, before: str) -> None:
    nid = node(portal)
    attached(portal, nid)
    job = importing(portal, nid)

    def drop() -> None:
        with portal.writing(ADMIN) as work:
            datastore.drop(work, nodes.editable(work, nid))

    assert job.run(before={before: drop}) == "aborted"
    assert (status(portal, nid).state, stored(portal, nid)) == (Import.UNINITIALISED, [])
    assert importing(portal, nid).run() == "done"


@pytest.mark.parametrize("killed_after", ["begin", "fetch", "build", "swap"])
def test_an_import_goes_on_where_it_was_cut_off(portal: Portal, killed_after: str) -> None:
    """Each step again, from its beginning, as after a kill before its end was written down."""
    nid = node(portal)
    attached(portal, nid)
    job = importing(portal, nid)
    for step in job.plan.steps:
        job.step(step.name)
        if step.name == killed_after:
            job.step(step.name)
    job.plan.ended(job.uid)
    job.plan.ended(job.uid)
    assert (status(portal, nid).state, len(stored(portal, nid))) == (Import.DONE, 2)
    assert not publishing_jobs.scratch_of(portal, job.uid).exists()


def test_an_import_whose_job_was_lost_is_paused_and_can_be_asked_for_again(portal: Portal) -> None:
    """dkan-10-paused"""
    nid = node(portal)
    attached(portal, nid)
    job = importing(portal, nid)
    with portal.writing(SYSTEM) as work:
        jobs.ask_to_stop(jobs.get(work, job.uid))
    assert status(portal, nid).state is Import.PAUSED
    assert importing(portal, nid).run() == "done"


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (NodeKind.RESOURCE, None),
        (NodeKind.RESOURCE, "report.pdf"),
        (NodeKind.PAGE, None),
        (NodeKind.DATASET, None),
    ],
)
def test_only_files_of_rows_have_a_datastore(portal: Portal, kind: NodeKind, name: str | None) -> None:
    """dkan-10-access"""
    nid = node(portal, kind)
    if name is not None:
        attached(portal, nid, "%PDF-", name=name)
    with portal.reading(ADMIN) as work, pytest.raises(Denied):
        datastore.status(work, nodes.editable(work, nid))


def test_another_file_takes_the_place_of_the_first(portal: Portal) -> None:
    """dkan-9-attach-0, dkan-9-full"""
    nid = node(portal)
    first = attached(portal, nid, replaces=False)
    importing(portal, nid).run()
    with pytest.raises(Conflict) as full:
        attached(portal, nid, replaces=False)
    assert full.value.message == "You cannot upload so many files."
    second = attached(portal, nid, "a\n9\n")
    assert (second.filename, second.uri, second.id > first.id) == ("states.csv", first.uri, True)
    assert (status(portal, nid).state, status(portal, nid).is_stored) == (Import.UNINITIALISED, False)
    with portal.reading(ADMIN) as work, pytest.raises(NotFound):
        files.readable_file(work, first.id)
    assert importing(portal, nid).run() == "done"
    assert stored(portal, nid) == [{"_id": 1, "a": "9"}]


def test_a_field_that_takes_no_file_is_none(portal: Portal, states: int) -> None:
    """dkan-9-unknown-field"""
    with portal.reading(ADMIN) as work, pytest.raises(Invalid) as refused:
        files.check_field(nodes.editable(work, states), "field_x")
    assert refused.value.message == "Field name 'field_x' not found on node type 'resource'"


def test_the_format_follows_the_file(portal: Portal) -> None:
    """dkan-9-format"""
    nid = node(portal)
    formats = []
    for name in ("a.csv", "b.pdf", "c.csv"):
        attached(portal, nid, "a\n1\n", name=name)
        with portal.reading(ADMIN) as work:
            formats.append(nodes.readable(work, nid).node.items["field_format"][0]["tid"])
    assert formats[0] == formats[2] != formats[1]


def test_the_order_of_rows_is_that_of_the_file(portal: Portal) -> None:
    nid = node(portal)
    attached(portal, nid, "n\n" + "".join(f"{number}\n" for number in range(500, 0, -1)))
    importing(portal, nid).run()
    found = stored(portal, nid)
    assert [int(row["n"]) for row in found] == list(range(500, 0, -1))
    assert [row[ID] for row in found] == list(range(1, 501))


def test_an_import_is_waited_for_no_longer_than_is_said(portal: Portal) -> None:
    """dkan-10-import-in-the-background"""
    nid = node(portal)
    attached(portal, nid)
    job = importing(portal, nid)
    assert not datastore.wait(portal, job.uid, 0.05)
    with portal.writing(ADMIN) as work:
        again = datastore.queue_import(work, nodes.editable(work, nid))
    assert again is not None
    assert again.uid == job.uid
    assert job.run() == "done"
    assert datastore.wait(portal, job.uid, 0)
