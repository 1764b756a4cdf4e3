"""Uploaded data files: what they are called, who sees them, what a look at them refuses, when they go."""

import datetime as dt
import io

import pytest
from tests.core.importing import imported, shared, uploaded
from tests.core.support import ADMIN, deletion, person, published, rule, secure
from tests.support.saying import says

from colonnade.core import blobs, uploads
from colonnade.core.datasets import service as datasets
from colonnade.core.imports import jobs as import_jobs
from colonnade.core.imports import service as imports
from colonnade.core.jobs import service as jobs
from colonnade.core.jobs.model import Kind
from colonnade.core.work import ANONYMOUS, SYSTEM, Actor, Portal
from colonnade.errors import Denied, Invalid, NotFound


@pytest.fixture(scope="module")
def ada(portal: Portal) -> Actor:
    return person(portal)


def test_stored_names_titles_and_lists(portal: Portal, ada: Actor) -> None:
    """panda 3.4."""
    bob = person(portal)
    uid = shared(portal, ada)
    first = uploaded(portal, ada, name="Fees 2024.csv")
    second = uploaded(portal, ada, name="Fees 2024.csv")
    third = uploaded(portal, ada, name="Fees 2024.csv", dataset=uid)
    assert [one.filename for one in (first, second, third)] == [
        "Fees 2024.csv",
        "Fees 20241.csv",
        "Fees 20242.csv",
    ]
    assert (second.original_name, second.title, second.kind) == ("Fees 2024.csv", "Fees 2024.csv", "csv")
    assert uploaded(portal, ada, name="A.CSV").kind == "csv"
    with portal.writing(bob) as work:
        imports.retitle(work, second.id, "Fees")
        with pytest.raises(Invalid):
            imports.retitle(work, second.id, "x" * 257)
    with portal.reading(bob) as work:
        found, total = imports.page(work)
        assert [one.id for one in found] == sorted(one.id for one in found)
        assert total == len(found)
        assert imports.page(work, limit=1, offset=1) == ([found[1]], total)
        assert imports.one(work, second.id).title == "Fees"
        (of_dataset,) = imports.of_readables(work, [datasets.readable(work, uid)])
        assert [one.id for one in of_dataset] == [third.id]
    with portal.writing(ada) as work:
        imports.attach(work, datasets.editable(work, uid), [first.id, second.id])
    with portal.reading(ada) as work:
        (of_dataset,) = imports.of_readables(work, [datasets.readable(work, uid)])
        assert [one.id for one in of_dataset] == [first.id, second.id]


def test_files_of_a_dataset_are_hidden_from_who_does_not_see_all_of_it(portal: Portal) -> None:
    bob, reader = person(portal), person(portal)
    uid, _ = published(portal, "name,size\na,1\n")
    secure(portal, uid, is_restricted=True)
    rule(portal, uid, reader, visible_fields=["name"])
    file = uploaded(portal, ADMIN, "name,size\nb,2\n", dataset=uid)
    for actor in (bob, reader, ANONYMOUS):
        with portal.reading(actor) as work:
            assert file.id not in [one.id for one in imports.page(work)[0]]
            assert imports.some(work, [file.id]) == []
            with pytest.raises(NotFound):
                imports.downloaded(work, file.id)
        with portal.writing(actor) as work, pytest.raises(NotFound):
            imports.retitle(work, file.id, "mine")
    rule(portal, uid, reader)
    with portal.writing(reader) as work:
        assert imports.one(work, file.id).id == file.id
        with pytest.raises(Denied):
            imports.retitle(work, file.id, "mine")
    look = imports.look(portal, uploads.keep(portal, io.BytesIO(b"a\n"), filename="x.txt"))
    with portal.writing(ANONYMOUS) as work, pytest.raises(Denied):
        imports.add(work, look)


@pytest.mark.parametrize(
    ("content", "encoding", "code"),
    [
        pytest.param(b"a\n\xff\n", None, "import.encoding", id="panda-3.4-not-in-the-encoding"),
        pytest.param(b"a\n1\n", "klingon", "import.codec", id="panda-3.4-unknown-encoding"),
        pytest.param(b"", None, "import.dialect", id="panda-3.4-no-dialect"),
    ],
)
def test_a_look_refuses(portal: Portal, content: bytes, encoding: str | None, code: str) -> None:
    stored = uploads.keep(portal, io.BytesIO(content), filename="data.csv")
    with pytest.raises(Invalid) as refused:
        imports.look(portal, stored, encoding)
    assert refused.value.code == code
    assert stored.digest not in portal.blobs.digests()


def test_a_look_happens_in_a_process_of_its_own(portal: Portal) -> None:
    stored = uploads.keep(portal, io.BytesIO("é;b\n1;2\n".encode("latin-1")), filename="data.csv")
    found = imports.look(portal, stored, "latin1")
    assert (found.columns, found.sample, found.guessed_types) == (("é", "b"), (("1", "2"),), ["int", "int"])
    assert found.dialect is not None
    assert found.dialect["delimiter"] == ";"


@says("panda-5.5-orphans")
def test_what_no_dataset_took_for_a_day_is_cleared_away(portal: Portal, ada: Actor) -> None:
    """panda 5.5."""
    uid = shared(portal, ada)
    kept, loaded, orphan, fresh = (
        uploaded(portal, ada, f"permit,vessel,fee\n{number},a,b\n") for number in range(4)
    )
    assert imported(portal, ada, uid, loaded) == "done"
    with portal.writing(ada) as work:
        imports.attach(work, datasets.editable(work, uid), [kept.id])
    with portal.writing(SYSTEM) as work:
        for one in (kept, loaded, orphan):
            found = imports.by_id(work, one.id)
            assert found is not None
            found.changed_at -= dt.timedelta(days=2)
    with portal.writing(SYSTEM) as work:
        assert {one.digest for one in (kept, loaded, orphan)} <= {one.digest for one in blobs.uses(work)}
        job = jobs.queue(work, Kind.TIDY, None)
    (step,) = import_jobs.plan(portal).steps
    for _ in range(2):
        step.run(job.uid, {})
    with portal.reading(SYSTEM) as work:
        assert jobs.get(work, job.uid).progress["cleared"] == [orphan.filename]
    with pytest.raises(NotFound):
        portal.blobs.open(orphan.digest)
    with portal.reading(ada) as work:
        left = {one.id for one in imports.page(work)[0]}
        assert {kept.id, loaded.id, fresh.id} <= left
        assert orphan.id not in left


def test_a_file_whose_rows_are_in_another_dataset_outlives_its_own(portal: Portal, ada: Actor) -> None:
    """And one that was imported into a dataset that goes can be imported again."""
    home, other = shared(portal, ada), shared(portal, ada)
    file = uploaded(portal, ada, "a\nmoved\n", dataset=home)
    assert imported(portal, ada, other, file) == "done"
    assert deletion(portal, home).run() == "done"
    with portal.reading(ada) as work:
        (left,) = imports.of_readables(work, [datasets.readable(work, other)])
        assert [one.id for one in left] == [file.id]
    again = shared(portal, ada)
    with portal.writing(ada) as work:
        imports.attach(work, datasets.editable(work, again), [file.id])
    assert deletion(portal, other).run() == "done"
    with portal.reading(ada) as work:
        assert not imports.one(work, file.id).is_imported
