"""Uploaded data files and their imports: rows that are added, and go again with their file or their failure."""

from pathlib import Path

import pytest
from tests.core.importing import PERMITS, an_import, cells, imported, keys, sent, shared, uploaded
from tests.core.support import (
    ADMIN,
    abort,
    deletion,
    names,
    person,
    publication,
    published,
    secure,
)
from tests.support.saying import says

from colonnade.core.columns import service as columns
from colonnade.core.columns.model import Column, Summary
from colonnade.core.datasets import service as datasets
from colonnade.core.imports import service as imports
from colonnade.core.jobs import service as jobs
from colonnade.core.jobs.model import Job
from colonnade.core.publishing import importing, tasks
from colonnade.core.records import service as records
from colonnade.core.records.coercion import LiveRow
from colonnade.core.resources import service as resources
from colonnade.core.work import SYSTEM, Actor, Portal
from colonnade.errors import Conflict, NotFound, PortalError

FIXTURES = Path(__file__).parents[1] / "fixtures" / "panda"
HEADERS = ("permit", "vessel", "fee")


@pytest.fixture(scope="module")
def ada(portal: Portal) -> Actor:
    return person(portal)


def _summary(portal: Portal, actor: Actor, uid: str) -> Summary:
    with portal.reading(actor) as work:
        return columns.summary(work, datasets.readable(work, uid))


def _task(portal: Portal, uid: str) -> Job:
    with portal.reading(SYSTEM) as work:
        readable = datasets.readable(work, uid)
        return tasks.latest(work, [readable])[readable.dataset.id]


def _refusal(portal: Portal, actor: Actor, uid: str, file: int, key: str | None = None) -> str:
    with pytest.raises(PortalError) as refused, portal.writing(actor) as work:
        importing.queue(work, datasets.editable(work, uid), file, key_column=key)
    return refused.value.code


def test_a_first_import_brings_the_columns_with_guessed_types(portal: Portal, ada: Actor) -> None:
    uid = shared(portal, ada)
    file = uploaded(portal, ada, dataset=uid)
    job = an_import(portal, ada, uid, file)
    waiting = _task(portal, uid)
    assert (waiting.state, waiting.message, waiting.created_by_id) == ("queued", None, ada.person_id)
    assert (waiting.params["file"], waiting.params["type"]) == ("permits.csv", "csv")
    assert _refusal(portal, ada, uid, file.id) in {"job.busy", "rows.locked"}
    assert job.run() == "done"
    assert cells(portal, ada, uid) == [["1", "Marlin", "20.5"], ["2", "Petrel", "18"]]
    found = _summary(portal, ada, uid)
    assert found.columns is not None
    assert [(one.name, one.type, one.is_indexed) for one in found.columns] == [
        ("permit", "int", False),
        ("vessel", "unicode", False),
        ("fee", "float", False),
    ]
    assert (found.row_count, found.sample) == (2, [["1", "Marlin", "20.5"], ["2", "Petrel", "18"]])
    assert (found.change, found.is_locked) == (None, False)
    ended = _task(portal, uid)
    assert (ended.message, ended.progress["rows"], ended.trace) == ("Import complete", 2, None)
    assert ended.started_at is not None
    assert ended.ended_at is not None
    with portal.reading(ada) as work:
        assert imports.one(work, file.id).is_imported
        (first,) = imports.firsts(work, [datasets.readable(work, uid)])
        assert first is not None
        assert first.id == file.id
    assert _refusal(portal, ada, uid, file.id) == "import.done"
    _appends(portal, ada, uid)


def _appends(portal: Portal, ada: Actor, uid: str) -> None:
    """Rows of another file stand after what is there, and a live row keeps its key."""
    sent(portal, ada, uid, [17, "Heron", None], key="p-17")
    other = uploaded(portal, ada, "permit,vessel,fee\n3,,\n\n4\n5,\x01,\n")
    assert imported(portal, ada, uid, other) == "done"
    assert cells(portal, ada, uid) == [
        ["1", "Marlin", "20.5"],
        ["2", "Petrel", "18"],
        [17, "Heron", None],
        ["3", "", ""],
        ["4"],
        ["5", "\x01", ""],
    ]
    assert keys(portal, ada, uid)[2] == "p-17"
    _goes_with_its_file(portal, ada, uid, other.id)


def _goes_with_its_file(portal: Portal, ada: Actor, uid: str, file: int) -> None:
    importing.remove(portal, ada, file)
    assert _summary(portal, ada, uid).row_count == 3
    with portal.reading(ada) as work, pytest.raises(NotFound):
        imports.one(work, file)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        pytest.param("permits.pdf", "%PDF", "import.unsupported", id="panda-3.6-unsupported"),
        pytest.param("a.csv", "vessel,permit,fee\na,1,2\n", "import.columns", id="panda-3.6-other-order"),
        pytest.param("a.csv", "permit,vessel\n1,a\n", "import.columns", id="panda-3.6-fewer-columns"),
        pytest.param("a.csv", "Permit,vessel,fee\n1,a,2\n", "import.columns", id="panda-3.6-other-case"),
    ],
)
def test_what_does_not_fit_is_refused(portal: Portal, ada: Actor, name: str, content: str, code: str) -> None:
    uid = shared(portal, ada, *HEADERS)
    assert _refusal(portal, ada, uid, uploaded(portal, ada, content, name=name).id) == code
    with portal.reading(ada) as work:
        assert not jobs.is_busy(work, datasets.editable(work, uid).dataset.id)


def test_a_failed_import_leaves_no_row_of_its_own_and_all_others(portal: Portal, ada: Actor) -> None:
    """panda 5.2, and its FIX."""
    uid = shared(portal, ada, *HEADERS)
    sent(portal, ada, uid, ["1", "a", "b"])
    for content, code, fact in (
        (PERMITS + "3,4\n5,6,7,8\n", "file.csv", ("row", 4)),
        ((PERMITS + "3,4,5\n" * 4).encode() + b"6,\xff,7\n", "file.encoding", ("line", 8)),
    ):
        file = uploaded(portal, ada, content)
        assert imported(portal, ada, uid, file) == "failed"
        assert cells(portal, ada, uid) == [["1", "a", "b"]]
        assert _summary(portal, ada, uid).row_count == 1
        job = _task(portal, uid)
        assert job.progress["failure"]["code"] == code
        assert job.progress["failure"]["facts"][fact[0]] == fact[1]
        assert job.trace is not None
        assert str(portal.settings.data) not in job.trace
        with portal.reading(ada) as work:
            assert not imports.one(work, file.id).is_imported
            editable = datasets.editable(work, uid)
            assert len(resources.resources(work, editable)) == 1


@says("panda-5.2-aborted")
@pytest.mark.parametrize("step", ["begin", "build", "swap"])
def test_an_aborted_import_leaves_what_was_there(portal: Portal, ada: Actor, step: str) -> None:
    uid = shared(portal, ada)
    job = an_import(portal, ada, uid, uploaded(portal, ada))

    def stop() -> None:
        with portal.writing(ada) as work:
            tasks.abort(work, datasets.editable(work, uid))

    assert job.run(before={step: stop}) == "aborted"
    found = _summary(portal, ada, uid)
    assert found.columns is not None
    assert [one.name for one in found.columns] == list(HEADERS)
    assert found.row_count is None
    assert not found.is_locked
    assert (_task(portal, uid).message or "").startswith("Aborted" if step != "begin" else "")
    with portal.reading(ada) as work:
        (first,) = imports.firsts(work, [datasets.readable(work, uid)])
        assert first is not None
        assert imports.is_first_pending(work, datasets.editable(work, uid).dataset.id)


def test_every_step_of_an_import_may_be_repeated(portal: Portal, ada: Actor) -> None:
    uid = shared(portal, ada)
    assert an_import(portal, ada, uid, uploaded(portal, ada)).run(times=2) == "done"
    assert len(cells(portal, ada, uid)) == 2


def test_rows_that_are_written_while_an_import_builds_stay(portal: Portal, ada: Actor) -> None:
    """By a door that knows nothing of the import."""
    uid = shared(portal, ada, *HEADERS)
    sent(portal, ada, uid, ["0", "before", ""])

    def write() -> None:
        with portal.reading(ADMIN) as work:
            editable = datasets.editable(work, uid)
            (resource, *_) = resources.resources(work, editable)
            records.upsert(work, editable, resource, [LiveRow("k", {"vessel": "meanwhile"})])

    job = an_import(portal, ada, uid, uploaded(portal, ada))
    assert job.run(before={"swap": write}) == "done"
    assert [row[1] for row in cells(portal, ada, uid)] == ["before", "Marlin", "Petrel", "meanwhile"]


@says("panda-3.7-xlsx-are-native", "panda-4.5-xlsx-native", "panda-4.5-xls-cells")
def test_spreadsheets_are_texts_or_what_their_cells_are(portal: Portal, ada: Actor) -> None:
    """panda 4.5."""
    uid = shared(portal, ada)
    for name in ("test_types.xls", "test_types.xlsx"):
        file = uploaded(portal, ada, (FIXTURES / name).read_bytes(), name=name)
        assert imported(portal, ada, uid, file) == "done"
    rows = cells(portal, ada, uid)
    old, new = rows[0], rows[len(rows) // 2]
    moments = ["04:14:00", "1971-01-01T04:14:00"]
    assert old == ["Chicago Reader", "1971-01-01", "40", "1", "1", *moments, "", ""]
    assert new == ["Chicago Reader", "1971-01-01", 40, True, 1, *moments, None, None]
    found = _summary(portal, ada, uid)
    assert [one.type for one in found.columns or ()][2:5] == ["int", "bool", "float"]


def test_typed_columns_take_what_fits_and_keep_what_was_sent(portal: Portal, ada: Actor) -> None:
    uid = shared(portal, ada, *HEADERS, typed=["true", "", "true"], types=["int", "", "float"])
    content = "permit,vessel,fee\n7,a,$18.50\n02134,b,n/a\n9,c,20\n"
    assert imported(portal, ada, uid, uploaded(portal, ada, content)) == "done"
    assert cells(portal, ada, uid) == [["7", "a", "$18.50"], ["02134", "b", "n/a"], ["9", "c", "20"]]
    permit, _, fee = _bounds(_summary(portal, ada, uid).columns)
    assert (permit, fee) == ((7, 2134), (18.5, 20))


def _bounds(found: tuple[Column, ...] | None) -> list[tuple[object, object]]:
    return [(one.least, one.greatest) for one in found or ()]


def test_a_column_can_hold_the_external_ids(portal: Portal, ada: Actor) -> None:
    uid = shared(portal, ada, *HEADERS)
    sent(portal, ada, uid, [1, "old", 0], key="1")
    sent(portal, ada, uid, [9, "other", 0], key="9")
    file = uploaded(portal, ada, PERMITS + "2,Heron,1\n,without,2\n")
    assert _refusal(portal, ada, uid, file.id, "name") == "import.key_column"
    assert an_import(portal, ada, uid, file, "permit").run() == "done"
    assert keys(portal, ada, uid) == ["9", "1", "2", None]
    assert [row[1] for row in cells(portal, ada, uid)] == ["other", "Marlin", "Heron", "without"]
    bad = uploaded(portal, ada, "permit,vessel,fee\n1,a,b\n2 3,a,b\n")
    assert an_import(portal, ada, uid, bad, "1").run() == "failed"
    assert _task(portal, uid).progress["failure"] == {"code": "build.key_form", "facts": {"row": 2}}


def test_a_dataset_of_another_door_takes_files_too(portal: Portal) -> None:
    uid, _ = published(portal, "name,size\na,1\nb,2\n")
    file = uploaded(portal, ADMIN, "name,size\nc,3\nd,many\n")
    assert imported(portal, ADMIN, uid, file) == "done"
    assert cells(portal, ADMIN, uid) == [["a", "1"], ["b", "2"], ["c", "3"], ["d", "many"]]
    assert names(portal, uid, where="size >= 2") == ["b", "c"]
    assert publication(portal, uid).run() == "done"
    assert names(portal, uid) == ["a", "b", "c", "d"]
    with portal.writing(ADMIN) as work:  # as a publisher may
        editable = datasets.editable(work, uid)
        (owned,) = (one.uid for one in resources.resources(work, editable) if one.is_owned)
        resources.remove(work, editable, owned)
    importing.remove(portal, ADMIN, file.id)
    assert names(portal, uid) == ["a", "b"]


def test_a_deleted_dataset_takes_its_files_along_and_stops_its_import(portal: Portal, ada: Actor) -> None:
    uid = shared(portal, ada)
    file = uploaded(portal, ada, "permit,vessel,fee\n1,2,3\n", dataset=uid)
    job = an_import(portal, ada, uid, file)
    job.step("begin")
    removal = deletion(portal, uid)
    assert job.state == "aborting"
    assert job.run() == "aborted"
    assert removal.run() == "done"
    with portal.reading(SYSTEM) as work:
        assert imports.by_id(work, file.id) is None
    with pytest.raises(NotFound):
        portal.blobs.open(file.digest)


def test_whoever_may_publish_may_stop_an_import(portal: Portal) -> None:
    uid, _ = published(portal, "name\na\n")
    job = an_import(portal, ADMIN, uid, uploaded(portal, ADMIN, "name\nb\n"))
    job.step("begin")
    abort(portal, uid)
    assert job.run() == "aborted"
    assert names(portal, uid) == ["a"]


def test_tasks_are_seen_by_who_sees_the_dataset(portal: Portal, ada: Actor) -> None:
    uid, _ = published(portal, "name\na\n")
    secure(portal, uid, is_restricted=True)
    job = an_import(portal, ADMIN, uid, uploaded(portal, ADMIN, "name\nb\n"))
    number = _number(portal, job.uid)
    with portal.reading(ADMIN) as work:
        assert tasks.one(work, number).number == number
        year = jobs.get(work, job.uid).created_at.year
    with portal.reading(ada) as work:
        assert tasks.some(work, [number]) == []
        with pytest.raises(NotFound):
            tasks.one(work, number)
    assert job.run(before={"begin": lambda: _stop(portal, uid)}) == "aborted"
    with portal.reading(ADMIN) as work:
        ended = tasks.page(work, ended=(year, None, None))[0]
        assert number in [one.number for one in ended]
        assert tasks.page(work, ended=(year + 1, None, None)) == ([], 0)


def _number(portal: Portal, uid: str) -> int:
    with portal.reading(SYSTEM) as work:
        return jobs.get(work, uid).number


def _stop(portal: Portal, uid: str) -> None:
    with portal.writing(ADMIN) as work:
        tasks.abort(work, datasets.editable(work, uid))
    with pytest.raises(Conflict):
        abort(portal, uid)
