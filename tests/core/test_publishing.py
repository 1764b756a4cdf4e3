"""Publications: what is carried over, what is replaced, what stays when one fails; and their undoing."""

import pytest
from tests.core.support import (
    ADMIN,
    Job,
    abort,
    dataset,
    deletion,
    drop,
    live,
    names,
    publication,
    published,
    put,
    rows,
    source,
    withdrawal,
)

from colonnade.core.datasets import service as datasets
from colonnade.core.jobs import service as jobs
from colonnade.core.publishing import service as publishing
from colonnade.core.resources import service as resources
from colonnade.core.tables import service as tables
from colonnade.core.work import ANONYMOUS, SYSTEM, Portal
from colonnade.errors import Conflict, Invalid, NotFound
from colonnade.generation import LIVE_IDS_FROM
from colonnade.query.bind import bind
from colonnade.query.schema import ID
from colonnade.query.tree import FieldRef, Named, Query


def _ids(portal: Portal, uid: str) -> dict[str, int]:
    """The `_id` of each row by its name."""
    with portal.reading(SYSTEM) as work:
        (dataset_id,) = [
            one.id
            for one in datasets.by_ids(work, [datasets.readable(work, uid).dataset.id])
            if one.uid == uid
        ]
        generation = tables.currents(work, [dataset_id])[dataset_id]
        wanted = (Named(FieldRef(ID), "id"), Named(FieldRef("name"), "name"))
        bound = bind(Query(select=wanted), visible=generation.schema, system=(ID,))
        found = work.rows.select(generation.ref, generation.schema, bound).table.to_pylist()
    assert len({row["id"] for row in found}) == len(found)
    return {row["name"]: row["id"] for row in found}


def _resource_changes(portal: Portal, uid: str, old: str, content: str) -> str:
    """Put another file in the place of a resource's."""
    with portal.writing(ADMIN) as work:
        resources.remove(work, datasets.editable(work, uid), old)
    return source(portal, uid, content)


def test_same_rows_keep_their_ids_over_a_republish_and_new_ones_get_new_ones(portal: Portal) -> None:
    uid, resource = published(portal, "name,size\na,1\nb,2\nc,3\n")
    before = _ids(portal, uid)
    _resource_changes(portal, uid, resource, "name,size\nc,3\nd,4\na,1\n")
    publication(portal, uid).run()
    after = _ids(portal, uid)
    assert (after["a"], after["c"]) == (before["a"], before["c"])
    assert after["d"] not in before.values()
    assert names(portal, uid) == ["c", "d", "a"]
    publication(portal, uid).run()
    assert _ids(portal, uid) == after


def test_owned_rows_are_carried_over_with_their_ids(portal: Portal) -> None:
    uid = dataset(portal)
    source(portal, uid, "name,size\nfile,1\n")
    owned = source(portal, uid)
    publication(portal, uid).run()
    put(portal, uid, owned, {"key": "k", "name": "owned", "size": 7})
    before = _ids(portal, uid)
    publication(portal, uid).run()
    assert _ids(portal, uid) == before
    assert rows(portal, uid, where="'owned'") == [{"name": "owned", "size": 7}]
    put(portal, uid, owned, {"key": "k", "name": "changed"}, {"name": "more"})
    after = _ids(portal, uid)
    assert after["changed"] == before["owned"]
    assert after["more"] > before["owned"] >= LIVE_IDS_FROM


def test_a_file_of_an_owned_resource_is_extracted_once(portal: Portal) -> None:
    uid = dataset(portal)
    owned = source(portal, uid, "name,size\na,1\nb,2\n", is_owned=True)
    publication(portal, uid).run()
    before = _ids(portal, uid)
    with portal.reading(ADMIN) as work:
        loaded_at = resources.resource(work, datasets.viewable(work, uid), owned).loaded_at
    assert loaded_at is not None
    put(portal, uid, owned, {"name": "c"})
    publication(portal, uid).run()
    assert names(portal, uid) == ["a", "b", "c"]
    assert before.items() <= _ids(portal, uid).items()
    with portal.reading(ADMIN) as work:
        assert resources.resource(work, datasets.viewable(work, uid), owned).loaded_at == loaded_at


def test_owned_rows_that_were_deleted_or_overwritten_never_come_back(portal: Portal) -> None:
    uid = dataset(portal)
    owned = source(portal, uid, "name,size\na,1\nb,2\n", is_owned=True)
    publication(portal, uid).run()
    put(portal, uid, owned, {"key": "k", "name": "old"})
    put(portal, uid, owned, {"key": "k", "name": "new"}, {"key": "l", "name": "gone"})
    drop(portal, uid, owned, "l")
    publication(portal, uid).run()
    assert names(portal, uid) == ["a", "b", "new"]
    drop(portal, uid, owned)
    publication(portal, uid).run()
    assert names(portal, uid) == []
    for word in ("old", "gone", "new"):
        assert names(portal, uid, where=f"'{word}'") == []


def test_writes_before_every_step_of_a_build_are_in_what_it_publishes(portal: Portal) -> None:
    uid = dataset(portal)
    source(portal, uid, "name,size\nfile,1\n")
    owned = source(portal, uid)
    publication(portal, uid).run()
    put(portal, uid, owned, *({"key": f"d{n}", "name": f"doomed{n}"} for n in range(4)))
    put(portal, uid, owned, {"key": "x", "name": "x0"})

    def write(step: str, n: int) -> None:
        put(portal, uid, owned, {"key": step, "name": step}, {"key": "x", "name": f"x{n}"})
        drop(portal, uid, owned, f"d{n}")
        assert step in names(portal, uid)

    steps = ("begin", "fetch", "build", "swap")
    before = {step: (lambda step=step, n=n: write(step, n)) for n, step in enumerate(steps)}
    job = publication(portal, uid)
    assert job.run(before=before) == "done"
    assert sorted(names(portal, uid)) == ["begin", "build", "fetch", "file", "swap", "x3"]
    for word in ("begin", "fetch", "build", "swap", "x3"):
        assert names(portal, uid, where=f"'{word}'") == [word]
    for word in ("doomed0", "doomed3", "x0", "x2"):
        assert names(portal, uid, where=f"'{word}'") == []
    ids = _ids(portal, uid)
    put(portal, uid, owned, {"name": "after"})
    assert _ids(portal, uid)["after"] > max(ids.values())


def test_rows_that_are_written_while_the_first_build_runs_are_kept(portal: Portal) -> None:
    uid, owned = live(portal, [{"key": "a", "name": "a"}])
    source(portal, uid, "name,size\nfile,1\n")
    before = {"swap": lambda: put(portal, uid, owned, {"key": "b", "name": "b"})}
    assert publication(portal, uid).run(before=before) == "done"
    assert sorted(names(portal, uid)) == ["a", "b", "file"]


def test_a_row_of_a_resource_that_came_while_the_build_ran_is_kept_and_counted(portal: Portal) -> None:
    uid, _ = published(portal, "name,size\nfile,1\n")
    late: list[str] = []

    def write() -> None:
        late.append(source(portal, uid))
        put(portal, uid, late[0], {"name": "late"})

    assert publication(portal, uid).run(before={"swap": write}) == "done"
    assert names(portal, uid) == ["file", "late"]
    with portal.reading(ADMIN) as work:
        dataset_id = datasets.readable(work, uid).dataset.id
        assert tables.count(work, tables.currents(work, [dataset_id])[dataset_id]) == 2


@pytest.mark.parametrize("kind", ["publish", "unpublish", "delete"])
def test_every_step_may_be_repeated(portal: Portal, kind: str) -> None:
    uid = dataset(portal)
    source(portal, uid, "name,size\nfile,1\n")
    owned = source(portal, uid)
    publication(portal, uid).run()
    put(portal, uid, owned, {"key": "k", "name": "owned"})
    before = _ids(portal, uid)
    make = {"publish": publication, "unpublish": withdrawal, "delete": deletion}[kind]
    late = {"swap": lambda: put(portal, uid, owned, {"key": "l", "name": "late"})}
    job = make(portal, uid)
    assert job.run(times=2, before=late) == "done"
    assert not (portal.settings.scratch_folder / job.uid).exists()
    if kind == "publish":
        assert before.items() <= _ids(portal, uid).items()
        assert names(portal, uid) == ["file", "owned", "late"]
        assert names(portal, uid, where="'late'") == ["late"]
    else:
        with portal.reading(ADMIN) as work, pytest.raises(NotFound):
            datasets.readable(work, uid)


def test_a_killed_build_leaves_nothing_in_the_way_of_its_repetition(portal: Portal) -> None:
    uid, _ = published(portal, "name,size\na,1\n")
    job = publication(portal, uid)
    job.step("begin")
    job.step("fetch")
    scratch = portal.settings.scratch_folder / job.uid
    (scratch / "out").mkdir()
    (scratch / "out" / "half").write_text("half")
    number = job.done["begin"]["number"]
    target = portal.settings.generations_folder / job.done["begin"]["table"] / str(number)
    target.mkdir()
    (target / "half").write_text("half")
    job.step("build")
    assert not (target / "half").exists()
    job.step("swap")
    job.plan.ended(job.uid)
    assert names(portal, uid) == ["a"]


@pytest.mark.parametrize("step", ["fetch", "build", "swap"])
def test_an_abort_leaves_what_was_published(portal: Portal, step: str) -> None:
    uid, resource = published(portal, "name,size\nold,1\n")
    _resource_changes(portal, uid, resource, "name,size\nnew,1\n")
    job = publication(portal, uid)
    assert job.run(before={step: lambda: abort(portal, uid)}) == "aborted"
    assert names(portal, uid) == ["old"]
    _leaves_nothing(portal, uid, job, generations=1)
    assert publication(portal, uid).run() == "done"
    assert names(portal, uid) == ["new"]


def _leaves_nothing(portal: Portal, uid: str, job: Job, *, generations: int) -> None:
    assert not (portal.settings.scratch_folder / job.uid).exists()
    with portal.reading(ADMIN) as work:
        table = tables.main_table(work, datasets.viewable(work, uid).dataset.id)
        assert table is not None
        assert len(tables.generations(work, table)) == generations
    assert len(list((portal.settings.generations_folder / table.uid).iterdir())) == generations


def test_nothing_can_be_aborted_before_it_begins_or_after_it_ended(portal: Portal) -> None:
    uid, _ = published(portal, "name,size\nold,1\n")
    for _ in range(2):
        with pytest.raises(Conflict) as caught:
            abort(portal, uid)
        assert caught.value.code == "job.idle"
        job = publication(portal, uid)
        with pytest.raises(Conflict):
            abort(portal, uid)
        job.run()


def test_a_failure_leaves_what_was_published_and_says_why(portal: Portal) -> None:
    uid, _ = published(portal, "name,size\nold,1\n")
    job = publication(portal, uid)
    job.step("begin")
    job.step("fetch")
    job.plan.failed(job.uid, Invalid("Row 7 of data.csv makes no sense."))
    job.plan.failed(job.uid, Invalid("Something else."))
    job.plan.ended(job.uid)
    assert (job.state, job.message) == ("failed", "Row 7 of data.csv makes no sense.")
    assert names(portal, uid) == ["old"]
    _leaves_nothing(portal, uid, job, generations=1)


@pytest.mark.parametrize("step", ["begin", "fetch", "build", "swap"])
def test_a_dataset_can_be_deleted_before_every_step(portal: Portal, step: str) -> None:
    uid, _ = published(portal, "name,size\nold,1\n")
    removals: list[Job] = []
    job = publication(portal, uid)
    assert job.run(before={step: lambda: removals.append(deletion(portal, uid))}) == "aborted"
    assert removals[0].run() == "done"
    assert not (portal.settings.scratch_folder / job.uid).exists()
    with portal.reading(SYSTEM) as work:
        assert jobs.get(work, removals[0].uid).params["dataset_id"] not in [
            one.dataset_id for one in tables.all_tables(work)
        ]


def test_a_deleted_dataset_leaves_no_file_that_nobody_else_uses(portal: Portal) -> None:
    shared, own = "name,size\nshared,1\n", "name,size\nown,1\n"
    one, _ = published(portal, shared)
    two, _ = published(portal, shared)
    source(portal, two, own)
    before = set(portal.blobs.digests())
    deletion(portal, two).run()
    assert len(before - set(portal.blobs.digests())) == 1
    assert publication(portal, one).run() == "done"
    assert names(portal, one) == ["shared"]


def test_an_unpublished_dataset_is_hidden_and_its_derived_rows_are_gone(portal: Portal) -> None:
    uid, _ = published(portal, "name,size\nold,1\n")
    assert withdrawal(portal, uid).run() == "done"
    for actor in (ADMIN, ANONYMOUS):
        with portal.reading(actor) as work, pytest.raises(NotFound):
            datasets.readable(work, uid)
    with portal.reading(ADMIN) as work:
        dataset_id = datasets.viewable(work, uid).dataset.id
        assert tables.currents(work, [dataset_id]) == {}
    with pytest.raises(Conflict):
        withdrawal(portal, uid)
    assert publication(portal, uid).run() == "done"
    assert names(portal, uid) == ["old"]


def test_owned_rows_outlive_the_end_of_a_publication(portal: Portal) -> None:
    uid = dataset(portal)
    source(portal, uid, "name,size\nfile,1\n")
    owned = source(portal, uid)
    publication(portal, uid).run()
    put(portal, uid, owned, {"key": "k", "name": "owned"})
    publication(portal, uid).run()
    before = _ids(portal, uid)
    assert withdrawal(portal, uid).run() == "done"
    with portal.reading(ADMIN) as work:
        dataset_id = datasets.viewable(work, uid).dataset.id
        generation = tables.currents(work, [dataset_id])[dataset_id]
        assert tables.count(work, generation) == 1
        table = tables.main_table(work, dataset_id)
        assert table is not None
        assert len(tables.generations(work, table)) == 1
    put(portal, uid, owned, {"key": "l", "name": "meanwhile"})
    assert publication(portal, uid).run() == "done"
    assert sorted(names(portal, uid)) == ["file", "meanwhile", "owned"]
    assert _ids(portal, uid)["owned"] == before["owned"]


def test_one_job_at_a_time_works_on_a_dataset(portal: Portal) -> None:
    uid, _ = published(portal, "name,size\nold,1\n")
    job = publication(portal, uid)
    for make in (publication, withdrawal):
        with pytest.raises(Conflict) as caught:
            make(portal, uid)
        assert caught.value.code == "job.busy"
    assert job.run() == "done"


def test_a_draft_is_not_published(portal: Portal) -> None:
    with portal.writing(ADMIN) as work:
        metadata = {"default": {"title": "Draft"}, "internal": {"draft": True}}
        uid = datasets.create(work, metadata).dataset.uid
    with pytest.raises(Conflict) as caught:
        publication(portal, uid)
    assert caught.value.code == "dataset.draft"


def test_a_dataset_without_sources_is_published_with_its_metadata_alone(portal: Portal) -> None:
    uid = dataset(portal, title="Only words")
    assert publication(portal, uid).run() == "done"
    with portal.reading(ANONYMOUS) as work:
        readable = datasets.readable(work, uid)
    assert readable.dataset.metadata_published is not None


def test_the_report_says_what_the_build_found(portal: Portal) -> None:
    uid, resource = published(portal, "name,size\na,1\nb,\n")
    with portal.reading(ADMIN) as work:
        report = publishing.report(work, datasets.viewable(work, uid))
    assert report is not None
    assert report["rows"] == 2
    assert report["sources"] == {resource: 2}
    assert {one["name"]: one["nulls"] for one in report["columns"]} == {"name": 0, "size": 1}
