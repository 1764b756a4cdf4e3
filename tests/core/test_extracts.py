"""Kept files of records: what came in goes out, for who may see it."""

import csv
import datetime as dt
import io
import zipfile

import pytest
from tests.core.importing import an_import, imported, sent, shared, uploaded
from tests.core.support import ADMIN, Job, deletion, person, published, rule, secure
from tests.support.saying import says

from colonnade.core import blobs
from colonnade.core.datasets import service as datasets
from colonnade.core.extracts import jobs as extract_jobs
from colonnade.core.extracts import service as extracts
from colonnade.core.extracts.model import Extract
from colonnade.core.jobs import service as jobs
from colonnade.core.people import service as people
from colonnade.core.work import ANONYMOUS, SYSTEM, Actor, Portal
from colonnade.errors import Denied, NotFound

PLAIN = 'name,note\n"a, b","say ""hi"""\n=1+1,\n"two\nlines",x\n,y\n'


def _job(portal: Portal, uid: str) -> Job:
    return Job(portal, uid, extract_jobs.plan(portal))


def _asked(
    portal: Portal, actor: Actor, uid: str | None, words: str | None = None, since: dt.datetime | None = None
) -> Job:
    with portal.writing(actor) as work:
        if uid is None:
            return _job(portal, extracts.queue_across(work, words=words, since=since).uid)
        readable = datasets.readable(work, uid)
        return _job(portal, extracts.queue(work, readable, words=words, since=since).uid)


def _made(portal: Portal, job: Job) -> Extract:
    with portal.reading(SYSTEM) as work:
        found = extract_jobs.by_job(work, job.uid)
    assert found is not None
    return found


def _content(portal: Portal, job: Job) -> bytes:
    assert job.run() == "done", job.message
    with portal.blobs.open(_made(portal, job).digest) as file:
        return file.read()


def _seen(portal: Portal, actor: Actor, extract: Extract) -> bool:
    with portal.reading(actor) as work:
        listed = [one.id for one in extracts.page(work)[0]]
        assert (extracts.some(work, [extract.id]) != []) == (extract.id in listed)
        try:
            extracts.downloaded(work, extract.id)
        except NotFound:
            assert extract.id not in listed
            return False
    return extract.id in listed


@says("panda-5.3-minimal-quotes", "panda-5.3-line-ends")
def test_a_plain_import_comes_out_byte_for_byte(portal: Portal) -> None:
    """panda 5.3."""
    ada = person(portal)
    uid = shared(portal, ada)
    assert imported(portal, ada, uid, uploaded(portal, ada, PLAIN)) == "done"
    job = _asked(portal, ada, uid)
    with portal.reading(SYSTEM) as work:
        waiting = jobs.get(work, job.uid)
        assert (waiting.kind, waiting.state) == ("extract", "queued")
        assert not jobs.is_busy(work, waiting.dataset_id or 0)
    assert _content(portal, job) == PLAIN.encode()
    made = _made(portal, job)
    with portal.reading(SYSTEM) as work:
        ended = jobs.get(work, job.uid)
        slug = datasets.readable(work, uid).dataset.slug
        assert ended.started_at == made.created_at
        assert (ended.message, ended.progress["extract"]) == ("Export complete", made.id)
    moment = made.created_at.replace(tzinfo=None).isoformat(timespec="microseconds")
    assert made.filename == made.title == f"{slug}_{moment}.csv"
    assert (made.size, made.mimetype, made.created_by) == (len(PLAIN), "text/csv", ada.username)
    _holds_nothing_up(portal, ada, uid)


def _holds_nothing_up(portal: Portal, ada: Actor, uid: str) -> None:
    """An export begins beside an import, and a query says which rows."""
    other = an_import(portal, ada, uid, uploaded(portal, ada, "name,note\nz,\r\n"))
    assert (
        _content(portal, _asked(portal, ada, uid, words="lines OR y")) == b'name,note\n"two\nlines",x\n,y\n'
    )
    tomorrow = dt.datetime.now(dt.UTC).replace(tzinfo=None) + dt.timedelta(days=1)
    assert _content(portal, _asked(portal, ada, uid, since=tomorrow)) == b"name,note\n"
    assert other.run() == "done"
    assert _asked(portal, ada, uid, words="last_modified:nonsense").run() == "failed"


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        (17, "17"),
        (17.5, "17.5"),
        (True, "true"),
        (None, ""),
        ("", ""),
        ("\x01x", "\x01x"),
        ({"a": [1]}, '"{""a"":[1]}"'),
        ("a\rb\r\nc", '"a\nb\nc"'),
        ("null", "null"),
    ],
)
def test_cells_that_are_no_texts_are_written_as_one_reads_them(
    portal: Portal, sink: tuple[Actor, str], cell: object, told: str
) -> None:
    actor, uid = sink
    sent(portal, actor, uid, [cell, "$1,5"], key="one")
    assert _content(portal, _asked(portal, actor, uid)).decode() == f'A b,fee\n{told},"$1,5"\n'


@pytest.fixture(scope="module")
def sink(portal: Portal) -> tuple[Actor, str]:
    actor = person(portal)
    return actor, shared(portal, actor, "A b", "fee", typed=["", "true"], types=["", "float"])


def test_only_what_the_asker_may_see_is_in_it(portal: Portal) -> None:
    uid, _ = published(portal, "name,size\na,1\nb,2\n")
    ada, bob = person(portal), person(portal)
    secure(portal, uid, is_restricted=True)
    rule(portal, uid, ada, visible_fields=["name"], filter_query="size = 2")
    job = _asked(portal, ada, uid)
    assert _content(portal, job) == b"name\nb\n"
    made = _made(portal, job)
    assert (_seen(portal, ada, made), _seen(portal, ADMIN, made)) == (True, True)
    assert (_seen(portal, bob, made), _seen(portal, ANONYMOUS, made)) == (False, False)
    rule(portal, uid, bob, visible_fields=["name"], filter_query="size = 2")
    assert not _seen(portal, bob, made)  # it is another's, and bob does not see all
    rule(portal, uid, ada, visible_fields=["name"], filter_query="size = 1")
    assert not _seen(portal, ada, made)
    rule(portal, uid, ada)
    assert _seen(portal, ada, made)
    rule(portal, uid, ada, is_data_visible=False)
    with portal.writing(ada) as work, pytest.raises(Denied):
        extracts.queue(work, datasets.readable(work, uid))
    assert not _seen(portal, ada, made)


def test_what_holds_when_it_is_made_counts(portal: Portal) -> None:
    uid, _ = published(portal, "name\na\n")
    ada = person(portal)
    job = _asked(portal, ada, uid)
    secure(portal, uid, is_restricted=True)
    assert (job.run(), job.message) == ("failed", "The dataset is not there any more.")
    other = _asked(portal, ADMIN, uid)
    assert other.run(times=2) == "done"


def test_a_key_that_may_less_gets_less(portal: Portal) -> None:
    uid, _ = published(portal, "name\na\n")
    secure(portal, uid, is_restricted=True)
    cut = person(portal, "explore_restricted_dataset", key_permissions=[])
    with portal.writing(cut) as work, pytest.raises(NotFound):
        extracts.queue(work, datasets.readable(work, uid))
    with zipfile.ZipFile(io.BytesIO(_content(portal, _asked(portal, cut, None)))) as archive:
        assert uid not in archive.namelist()
    with portal.reading(SYSTEM) as work:
        assert people.by_id(work, cut.person_id or 0).is_active


def test_an_archive_has_a_file_for_each_dataset_with_a_match(portal: Portal) -> None:
    ada = person(portal)
    one, two = published(portal, "name\nneedle\nx\n")[0], published(portal, "name\nx\n")[0]
    hidden, _ = published(portal, "name\nneedle\n")
    secure(portal, hidden, is_restricted=True)
    job = _asked(portal, ada, None, words="needle")
    with zipfile.ZipFile(io.BytesIO(_content(portal, job))) as archive:
        with portal.reading(SYSTEM) as work:
            slugs = [datasets.readable(work, uid).dataset.slug for uid in (one, two, hidden)]
        assert f"{slugs[0]}.csv" in archive.namelist()
        assert not {f"{slugs[1]}.csv", f"{slugs[2]}.csv"} & set(archive.namelist())
        assert archive.read(f"{slugs[0]}.csv") == b"name\nneedle\n"
    made = _made(portal, job)
    assert made.dataset_id is None
    assert made.filename.startswith("search_export_")
    assert made.filename.endswith("+00:00.zip")
    assert _seen(portal, ada, made)
    nothing = _asked(portal, ada, None, words="no such name")
    with zipfile.ZipFile(io.BytesIO(_content(portal, nothing))) as archive:
        assert archive.namelist() == []
    assert _seen(portal, ada, _made(portal, nothing))
    assert not _seen(portal, person(portal), _made(portal, nothing))


@says("panda-5.3-no-columns")
def test_a_dataset_without_columns_has_no_export(portal: Portal) -> None:
    ada = person(portal)
    job = _asked(portal, ada, shared(portal, ada))
    assert (job.run(), job.message) == ("failed", "This dataset has no columns.")


def test_an_export_can_be_stopped_and_goes_with_its_dataset(portal: Portal) -> None:
    uid, _ = published(portal, "name\nfound nowhere else\n")
    made = _asked(portal, ADMIN, uid)
    assert made.run() == "done"
    digest = _made(portal, made).digest
    waiting = _asked(portal, ADMIN, uid)
    with portal.reading(SYSTEM) as work:
        assert digest in {one.digest for one in blobs.uses(work) if one.kind == "export"}
    assert deletion(portal, uid).run() == "done"
    assert waiting.run() == "aborted"
    with portal.reading(SYSTEM) as work:
        assert extract_jobs.by_job(work, made.uid) is None
    with pytest.raises(NotFound):
        portal.blobs.open(digest)


def test_nobody_in_particular_is_kept_nothing_for(portal: Portal) -> None:
    uid, _ = published(portal, "name\na\n")
    with portal.writing(ANONYMOUS) as work, pytest.raises(Denied):
        extracts.queue(work, datasets.readable(work, uid))


def test_lines_are_read_as_they_were_written(portal: Portal, sink: tuple[Actor, str]) -> None:
    actor, uid = sink
    content = _content(portal, _asked(portal, actor, uid)).decode()
    assert next(csv.reader(io.StringIO(content))) == ["A b", "fee"]
