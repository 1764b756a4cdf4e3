"""What people are told, and that each of them sees the own alone."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from tests.core.importing import an_import, shared, uploaded
from tests.core.support import ADMIN, dataset, opened, person, reindexing, shown
from tests.support.saying import says

from colonnade.core.datasets import leaving
from colonnade.core.datasets import service as datasets
from colonnade.core.jobs import service as jobs
from colonnade.core.jobs.model import JobEnded, Kind, State
from colonnade.core.mail.model import Letter, LetterWritten
from colonnade.core.notices import ending, texts
from colonnade.core.notices import service as notices
from colonnade.core.notices.model import Notice
from colonnade.core.notices.texts import Ended
from colonnade.core.people import accounts
from colonnade.core.people import service as people
from colonnade.core.work import ANONYMOUS, SYSTEM, Actor, Event, Portal, now
from colonnade.errors import Denied, Invalid, NotFound, Unauthenticated, Unavailable
from colonnade.jobs.port import Plan

SITE = "https://data.example.org"
NAMED: dict[str, Any] = {"name": "Ships & <Boats>", "slug": "ships"}
SAFE = "Ships &amp; &lt;Boats&gt;"


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    with opened(tmp_path_factory.mktemp("portal"), public_url=SITE) as one:
        one.handlers = {**one.handlers, LetterWritten: (_posted,)}
        yield one


LETTERS: list[Letter] = []


def _posted(_portal: Portal, event: Event) -> None:
    assert isinstance(event, LetterWritten)
    LETTERS.append(event.letter)


@pytest.fixture(autouse=True)
def _no_letters() -> None:
    LETTERS.clear()


@pytest.mark.parametrize(
    ("kind", "state", "facts", "message", "level", "url"),
    [
        pytest.param(kind, state, facts, message, level, url, id=f"panda-7-{name}")
        for name, kind, state, facts, message, level, url in (
            ("import-complete", Kind.IMPORT, State.DONE, NAMED, f"Import complete: <strong>{SAFE}</strong>", "Info", "#dataset/ships"),
            ("import-failed", Kind.IMPORT, State.FAILED, NAMED, f"Imported failed: <strong>{SAFE}</strong>", "Error", "#dataset/ships"),
            ("import-too-large", Kind.IMPORT, State.LIMIT_REACHED, NAMED, f"Imported failed: <strong>{SAFE}</strong>", "Error", "#dataset/ships"),
            ("import-aborted", Kind.IMPORT, State.ABORTED, NAMED, f"Imported aborted: <strong>{SAFE}</strong>", "Info", "#dataset/ships"),
            ("reindex-complete", Kind.REINDEX, State.DONE, NAMED, f"Reindex complete: <strong>{SAFE}</strong>", "Info", "#dataset/ships"),
            ("reindex-failed", Kind.REINDEX, State.FAILED, NAMED, f"Reindex failed: <strong>{SAFE}</strong>", "Error", "#dataset/ships"),
            ("reindex-aborted", Kind.REINDEX, State.ABORTED, NAMED, f"Reindex aborted: <strong>{SAFE}</strong>", "Info", "#dataset/ships"),
            ("export-complete", Kind.EXTRACT, State.DONE, {**NAMED, "extract": 3}, f"Export complete: <strong>{SAFE}</strong>", "Info", "#export/3"),
            ("export-failed", Kind.EXTRACT, State.FAILED, NAMED, f"Export failed: <strong>{SAFE}</strong>", "Error", None),
            ("export-aborted", Kind.EXTRACT, State.ABORTED, NAMED, f"Export aborted: <strong>{SAFE}</strong>", "Info", None),
            ("export-of-a-query", Kind.EXTRACT, State.DONE, {**NAMED, "extract": 3, "query": "a<b"}, f'Export complete: "a&lt;b" in <strong>{SAFE}</strong>', "Info", "#export/3"),
            ("search-export-complete", Kind.EXTRACT, State.DONE, {"extract": 4, "query": "petrel"}, 'Export complete: "(petrel)" in all datasets', "Info", "#export/4"),
            ("search-export-failed", Kind.EXTRACT, State.FAILED, {"query": "(petrel)"}, 'Export failed: "(petrel)" in all datasets', "Error", None),
            ("search-export-aborted", Kind.EXTRACT, State.ABORTED, {"query": "petrel"}, 'Export aborted: "(petrel)" in all datasets', "Info", None),
            ("everything", Kind.EXTRACT, State.DONE, {"extract": 5}, "Export complete: all datasets", "Info", "#export/5"),
        )
    ],
)  # fmt: skip
def test_the_words_of_each_end(
    kind: Kind, state: State, facts: Mapping[str, Any], message: str, level: str, url: str | None
) -> None:
    told = texts.told(Ended(kind, state, **facts), SITE)
    assert told is not None
    assert (told.message.replace("&quot;", '"'), told.kind, told.url) == (message, level, url)
    plain = message.replace("<strong>", "").replace("</strong>", "").replace("&lt;", "<").replace("&gt;", ">")
    assert told.subject == plain.replace("&amp;", "&").replace("Imported", "Import")


@pytest.mark.parametrize("kind", sorted(set(Kind) - ending.KINDS))
def test_of_other_jobs_nobody_is_told(kind: Kind) -> None:
    assert texts.told(Ended(kind, State.DONE, **NAMED), SITE) is None


@says("panda-7-mail-summary")
def test_a_letter_says_what_came_of_it() -> None:
    columns = [
        {"name": "fee", "type": "float", "failures": 0},
        {"name": "day", "type": "date", "failures": 1200},
    ]
    done = Ended(Kind.IMPORT, State.DONE, **NAMED, rows=20400, columns=columns)
    told = texts.told(done, SITE)
    assert told is not None
    assert told.text == (
        "Import complete: Ships & <Boats>\n\n"
        f"{SITE}/explore/dataset/ships/\n\n"
        "Rows: 20,400\n\n"
        'fee: all values successfully converted to type "float"\n'
        'day: failed to convert 1,200 values to type "date"\n'
    )
    failed = texts.told(replace(done, state=State.FAILED, reason="Row 7 is too long."), SITE)
    assert failed is not None
    assert failed.text.startswith("Import failed: Ships")
    assert failed.text.endswith("ships/\n\nRow 7 is too long.\n")
    extract = texts.told(Ended(Kind.EXTRACT, State.DONE, **NAMED, extract=9), SITE)
    assert extract is not None
    assert f"\n{SITE}/account/exports/9/\n" in extract.text


def _ended(portal: Portal, actor: Actor, state: State = State.DONE, kind: Kind = Kind.IMPORT) -> str:
    """A job that came to this end."""
    uid = dataset(portal, title="Boats")
    shown(portal, uid)
    with portal.reading(ADMIN) as work:
        number = datasets.viewable(work, uid).dataset.id
    with portal.writing(actor) as work:
        job = jobs.queue(work, kind, number)
        jobs.advance(job, State.PROCESSING)
        if state is State.FAILED:
            jobs.fail(job, Unavailable("The disk is full."))
        elif state is not State.PROCESSING:
            jobs.advance(job, state)
        return job.uid


def _own(portal: Portal, actor: Actor, **which: Any) -> list[Notice]:
    with portal.reading(actor) as work:
        return list(notices.page(work, **which)[0])


def test_who_asked_is_told_once_however_often_it_is_said(portal: Portal) -> None:
    actor = person(portal)
    uid = _ended(portal, actor)
    plan = ending.announcing(
        portal, Plan(Kind.IMPORT.value, (), failed=lambda _uid, _error: None, ended=lambda _: None)
    )
    ending.heard(portal, JobEnded(uid, Kind.IMPORT, State.DONE))
    plan.ended(uid)
    plan.ended(uid)
    (notice,) = _own(portal, actor)
    assert (notice.message, notice.kind, notice.read_at) == (
        "Import complete: <strong>Boats</strong>",
        "Info",
        None,
    )
    assert notice.url is not None
    assert notice.url.startswith("#dataset/dataset-")
    (letter,) = LETTERS
    assert (letter.to, letter.subject) == (f"{actor.username}@example.org", "Import complete: Boats")
    assert f"{SITE}/explore/dataset/dataset-" in letter.text


@says("panda-7-mail-summary-of-jobs")
def test_letters_about_jobs_say_what_types_made_of_the_cells(portal: Portal) -> None:
    actor = person(portal)
    typed = {"typed": ["true", "true", "true", ""], "types": ["int", "float", "date", ""]}
    uid = shared(portal, actor, "n", "fee", "on", "note", **typed)
    content = "n,fee,on,note\n1,$1.5,2024-03-07,x\nx,n/a,nope,2\n2, NA ,,\n#17,many,12-2-1,.\n"
    for one in (content, "n,fee,on,note\n3,4,noon yesterday,\n"):
        job = an_import(portal, actor, uid, uploaded(portal, actor, one))
        assert job.run() == "done"
        ending.tell(portal, job.uid)
    job = reindexing(portal, uid, ["", "true", "true", "true"], ["bool", "float", "date", "int"], actor)
    assert job.run() == "done"
    ending.tell(portal, job.uid)
    assert [one.text.split("\n\n")[2:] for one in LETTERS] == [
        ["Rows: 4", _summary(n=("int", 2), fee=("float", 1), on=("date", 1))],
        ["Rows: 1", _summary(n=("int", 0), fee=("float", 0), on=("date", 1))],
        ["Rows: 5", _summary(fee=("float", 1), on=("date", 2), note=("int", 1))],
    ]


def _summary(**columns: tuple[str, int]) -> str:
    """By column its type, and how many cells have no value of it."""
    good, bad = 'all values successfully converted to type "{}"', 'failed to convert {} values to type "{}"'
    return "".join(
        f"{name}: {bad.format(count, type_) if count else good.format(type_)}\n"
        for name, (type_, count) in columns.items()
    )


def test_a_failure_is_told_with_its_reason(portal: Portal) -> None:
    actor = person(portal)
    ending.tell(portal, _ended(portal, actor, State.FAILED, Kind.REINDEX))
    assert [(one.kind, one.message) for one in _own(portal, actor)] == [
        ("Error", "Reindex failed: <strong>Boats</strong>")
    ]
    assert "The disk is full." in LETTERS[0].text


def test_nobody_is_told_of_what_goes_on_or_of_the_portals_own(portal: Portal) -> None:
    actor = person(portal)
    ending.tell(portal, _ended(portal, actor, State.PROCESSING))
    ending.tell(portal, _ended(portal, actor, kind=Kind.PUBLISH))
    ending.tell(portal, _ended(portal, SYSTEM))
    ending.heard(portal, JobEnded("unknown", Kind.PUBLISH, State.DONE))
    untold = Plan(Kind.PUBLISH.value, (), failed=lambda _uid, _error: None, ended=lambda _: None)
    assert ending.announcing(portal, untold) is untold
    assert _own(portal, actor) == []
    assert LETTERS == []


def test_who_left_is_told_nothing(portal: Portal) -> None:
    gone, away = person(portal), person(portal)
    ends = [_ended(portal, one) for one in (gone, away)]
    with portal.writing(ADMIN) as work:
        assert gone.person_id is not None
        assert away.person_id is not None
        leaving.remove(work, people.by_id(work, gone.person_id))
        accounts.set_active(work, people.by_id(work, away.person_id), is_active=False)
    for uid in ends:
        ending.tell(portal, uid)
    assert LETTERS == []
    assert len(_own(portal, away)) == 1, "it is there when they come back"


@says("panda-3.10-newest-first", "panda-1.4-natural-order-notification")
def test_everybody_sees_the_own_alone_the_newest_first(portal: Portal) -> None:
    actor, other = person(portal), person(portal)
    with portal.writing(ADMIN) as work:
        assert actor.person_id is not None
        made = [notices.add(work, actor.person_id, message=f"n{number}").id for number in range(4)]
    assert [one.id for one in _own(portal, actor)] == made[::-1]
    assert [one.id for one in _own(portal, actor, limit=2, offset=1)] == made[2:0:-1]
    assert _own(portal, other) == _own(portal, ADMIN) == []
    at = now()
    with portal.writing(other) as work:
        notices.mark_read(work, made, at)
    with portal.writing(actor) as work:
        notices.mark_read(work, [*made[:2], 999, 2**62], at)
        assert notices.get(work, made[0]).read_at == at
        assert [one.id for one in notices.some(work, made[:2])] == made[1::-1]
    with portal.reading(actor) as work:
        assert notices.page(work, is_read=True)[1] == 2
        assert [one.id for one in notices.page(work, is_read=False)[0]] == made[:1:-1]
        assert notices.page(work, limit=0) == ([], 4)
    with portal.writing(actor) as work:
        notices.mark_read(work, made, None)
    assert len(_own(portal, actor, is_read=False)) == 4
    for stranger in (other, ADMIN):
        with portal.reading(stranger) as work, pytest.raises(NotFound):
            notices.get(work, made[0])
    with portal.reading(actor) as work, pytest.raises(NotFound):
        notices.get(work, 2**90)
    with portal.reading(ANONYMOUS) as work, pytest.raises(Unauthenticated):
        notices.page(work)


def test_who_tells_whom(portal: Portal) -> None:
    actor, other = person(portal), person(portal)
    assert actor.person_id is not None
    assert other.person_id is not None
    with portal.writing(actor) as work:
        made = notices.add(
            work, actor.person_id, message="<b onclick='x()'>Me</b><script>x()</script>", url="#x"
        )
        assert made.message == "<b>Me</b>"
        with pytest.raises(Denied):
            notices.add(work, other.person_id, message="You")
        with pytest.raises(Denied):
            notices.remove(work, made.id)
        for wrong in (
            {"message": "x" * 10_001},
            {"message": "x", "kind": "x" * 17},
            {"message": "x", "url": "x" * 201},
        ):
            with pytest.raises(Invalid):
                notices.add(work, actor.person_id, **wrong)
    with portal.writing(ADMIN) as work:
        with pytest.raises(NotFound):
            notices.remove(work, made.id)
        with pytest.raises(NotFound):
            notices.add(work, 999, message="Nobody")
        own = notices.add(work, 1, message="Mine")
        notices.remove(work, own.id)
