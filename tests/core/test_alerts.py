"""Searches that are asked again: what is new is told once, and to nobody who may not see it."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

import pytest
from tests.core.support import ADMIN, dataset, deletion, live, opened, person, put, rule, secure, shown
from tests.support.saying import says

from colonnade.core.alerts import jobs as alerts_jobs
from colonnade.core.alerts import service as alerts
from colonnade.core.alerts.jobs import Question
from colonnade.core.alerts.model import Alert
from colonnade.core.alerts.texts import Found
from colonnade.core.categories import service as categories
from colonnade.core.datasets import service as datasets
from colonnade.core.jobs import schedule
from colonnade.core.jobs import service as jobs
from colonnade.core.jobs.model import Job, JobQueued, Kind, State
from colonnade.core.mail.model import Letter, LetterWritten
from colonnade.core.notices import service as notices
from colonnade.core.people import accounts
from colonnade.core.people import service as people
from colonnade.core.terms.model import Term
from colonnade.core.work import ANONYMOUS, SYSTEM, Actor, Event, Portal, Work, now
from colonnade.errors import Invalid, LimitReached, NotFound, Unauthenticated, Unavailable

LETTERS: list[Letter] = []


def _posted(_portal: Portal, event: Event) -> None:
    assert isinstance(event, LetterWritten)
    LETTERS.append(event.letter)


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    with opened(tmp_path_factory.mktemp("portal"), public_url="https://data.example.org") as one:
        one.handlers = {**one.handlers, LetterWritten: (_posted,)}
        yield one


@pytest.fixture(autouse=True)
def _nothing_left(portal: Portal) -> None:
    LETTERS.clear()
    with portal.writing(SYSTEM) as work:
        for one in work.db.query(Alert):
            work.db.delete(one)


@dataclass
class Rows:
    """Rows as a search finds them: when each was written, and in which dataset."""

    written: list[tuple[dt.datetime, str]] = field(default_factory=list)
    asked: list[tuple[str | None, Question]] = field(default_factory=list)
    fails: Callable[[Question], bool] = lambda _question: False

    def write(self, *uids: str) -> None:
        self.written += [(now(), uid) for uid in uids]

    def count(self, work: Work, question: Question) -> int:
        self.asked.append((work.actor.username, question))
        if self.fails(question):
            raise Unavailable("Not now.")
        if question.readable is not None:
            seen = {question.readable.dataset.uid}
        else:
            found = datasets.by_ids(work, datasets.readable_ids(work))
            seen = {
                one.uid for one in found if question.dataset_ids is None or one.id in question.dataset_ids
            }
        return sum(1 for at, uid in self.written if uid in seen and question.since <= at < question.until)


@pytest.fixture
def rows() -> Rows:
    return Rows()


def _left(
    portal: Portal,
    actor: Actor,
    query: str = "petrel",
    *,
    uid: str | None = None,
    category: Term | None = None,
) -> int:
    with portal.writing(actor) as work:
        readable = None if uid is None else datasets.readable(work, uid)
        return alerts.add(work, query=query, query_url="pe%20trel", readable=readable, category=category).id


def _told(portal: Portal, actor: Actor) -> list[tuple[str, str | None]]:
    with portal.reading(actor) as work:
        return [(one.message, one.url) for one in notices.page(work)[0]]


def _published(portal: Portal, **options: bool) -> str:
    uid = dataset(portal, title="Ships & Boats")
    shown(portal, uid)
    if options:
        secure(portal, uid, **options)
    return uid


def test_each_new_row_is_told_of_once(portal: Portal, rows: Rows) -> None:
    actor, uid = person(portal), _published(portal)
    rows.write(uid)  # before the alert was left
    alert = _left(portal, actor, 'pe"trel <1>', uid=uid)
    with portal.reading(actor) as work:
        since = alerts.get(work, alert).last_run
        slug = datasets.readable(work, uid).dataset.slug
    assert alerts_jobs.run(portal, rows.count) == (1, 0)
    rows.write(uid, uid)
    with portal.reading(actor) as work:
        before = alerts.get(work, alert).last_run
    assert since < before
    assert alerts_jobs.run(portal, rows.count) == (1, 1)
    assert alerts_jobs.run(portal, rows.count) == (1, 0)
    message = 'New search results for "pe&quot;trel &lt;1&gt;" in <strong>Ships &amp; Boats</strong>'
    assert _told(portal, actor) == [(message, f"#dataset/{slug}/search/pe%20trel/{before:%Y-%m-%dT%H:%M:%S}")]
    with portal.reading(actor) as work:
        assert notices.page(work)[0][0].kind == "info", "panda-3.10-small-info"
    (letter,) = LETTERS
    assert letter.subject == 'New search results for "pe"trel <1>" in Ships & Boats'
    assert letter.text.startswith('2 new rows match your search for "pe"trel <1>" in Ships & Boats since ')
    api = "https://data.example.org/api/1.0"
    asked = f"{api}/dataset/{slug}/data/?q=pe%22trel%20%3C1%3E&since={before:%Y-%m-%dT%H:%M:%S}"
    assert f"https://data.example.org/explore/dataset/{slug}/\n{asked} (" in letter.text
    assert f"DELETE {api}/search_subscription/{alert}/\n" in letter.text
    assert [question.since for _, question in rows.asked[1:]] == [
        question.until for _, question in rows.asked[:-1]
    ]


def test_all_datasets_or_those_of_a_category_are_asked_as_the_owner_sees_them(
    portal: Portal, rows: Rows
) -> None:
    actor, other = person(portal), person(portal)
    seen, hidden, elsewhere = _published(portal), _published(portal, is_restricted=True), _published(portal)
    rule(portal, hidden, other)
    with portal.writing(ADMIN) as work:
        harbour = categories.add(work, "Harbour")
        for uid in (seen, hidden):
            categories.put(work, datasets.editable(work, uid), [harbour])
    whole, part = _left(portal, actor), _left(portal, other, category=harbour)
    rows.write(hidden)
    assert alerts_jobs.run(portal, rows.count) == (2, 1)
    assert _told(portal, actor) == []
    ((message, url),) = _told(portal, other)
    assert (message, url and url.rsplit("/", 1)[0]) == (
        'New search results for "petrel"',
        "#search/harbour/pe%20trel",
    )
    rows.write(elsewhere)
    assert alerts_jobs.run(portal, rows.count) == (2, 1)
    ((message, url),) = _told(portal, actor)
    assert (message, url and url.rsplit("/", 1)[0]) == (
        'New search results for "petrel"',
        "#search/all/pe%20trel",
    )
    assert {name for name, _ in rows.asked} == {actor.username, other.username}
    with portal.reading(actor) as work:
        assert alerts.category_of(work, alerts.get(work, whole)) is None
    with portal.reading(other) as work:
        term = alerts.category_of(work, alerts.get(work, part))
        assert term is not None
        assert term.slug == "harbour"


def test_a_dataset_that_its_owner_may_not_see_any_more_is_not_asked(portal: Portal, rows: Rows) -> None:
    actor, uid = person(portal), _published(portal)
    _left(portal, actor, uid=uid)
    secure(portal, uid, is_restricted=True)
    rows.write(uid)
    assert alerts_jobs.run(portal, rows.count) == (1, 0)
    assert rows.asked == []


def test_alerts_go_with_their_dataset_and_their_category(portal: Portal, rows: Rows) -> None:
    actor, uid = person(portal), _published(portal)
    with portal.writing(ADMIN) as work:
        term = categories.add(work, "Leaving")
    gone = [_left(portal, actor, uid=uid), _left(portal, actor, category=term)]
    with portal.writing(ADMIN) as work:
        categories.remove(work, "leaving")
    assert deletion(portal, uid).run() == "done"
    for one in gone:
        with portal.reading(actor) as work, pytest.raises(NotFound):
            alerts.get(work, one)
    assert alerts_jobs.run(portal, rows.count) == (0, 0)


def test_who_is_inactive_is_not_told_and_misses_nothing(portal: Portal, rows: Rows) -> None:
    actor, uid = person(portal), _published(portal)
    _left(portal, actor)
    for is_active in (False, True):
        with portal.writing(ADMIN) as work:
            assert actor.person_id is not None
            accounts.set_active(work, people.by_id(work, actor.person_id), is_active=is_active)
        if not is_active:
            rows.write(uid)
        assert alerts_jobs.run(portal, rows.count) == (1, int(is_active))


def test_one_that_cannot_be_asked_stops_no_other_and_is_asked_again(portal: Portal, rows: Rows) -> None:
    actor, uid = person(portal), _published(portal)
    for query in ("bad", "good"):
        _left(portal, actor, query)
    rows.write(uid)
    rows.fails = lambda question: question.query == "bad"
    assert alerts_jobs.run(portal, rows.count) == (2, 1)
    rows.fails = lambda _question: False
    assert alerts_jobs.run(portal, rows.count) == (2, 1)
    assert [message for message, _ in _told(portal, actor)] == [
        f'New search results for "{query}"' for query in ("bad", "good")
    ]


def test_two_runs_at_once_tell_once(portal: Portal, rows: Rows) -> None:
    actor, uid = person(portal), _published(portal)
    _left(portal, actor)
    rows.write(uid)

    def slow(work: Work, question: Question) -> int:
        if not rows.asked:
            rows.asked.append((None, question))
            assert alerts_jobs.run(portal, rows.count) == (1, 1)
        return rows.count(work, question)

    assert alerts_jobs.run(portal, slow) == (1, 0)
    assert len(_told(portal, actor)) == 1


def test_rows_of_a_build_that_goes_on_are_left_for_the_next_time(portal: Portal, rows: Rows) -> None:
    actor, uid = person(portal), _published(portal)
    _left(portal, actor)
    with portal.writing(ADMIN) as work:
        job = jobs.queue(work, Kind.PUBLISH, datasets.viewable(work, uid).dataset.id)
        jobs.advance(job, State.PROCESSING)
    stamped = now()
    rows.write(uid)  # live, while it is built
    assert alerts_jobs.run(portal, rows.count) == (1, 0)
    with portal.writing(ADMIN) as work:
        jobs.advance(jobs.get(work, job.uid), State.DONE)
    rows.written.append((stamped, uid))
    assert alerts_jobs.run(portal, rows.count) == (1, 1)
    assert LETTERS[-1].text.startswith("2 new rows")


def test_what_is_being_written_is_waited_for(portal: Portal, rows: Rows) -> None:
    uid, resource = live(portal)
    actor = person(portal)
    _left(portal, actor, uid=uid)
    put(portal, uid, resource, {"key": "1", "name": "petrel"})
    rows.write(uid)
    assert alerts_jobs.run(portal, rows.count) == (1, 1), "the latches of live tables are free again"


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        pytest.param({"query": ""}, "query", id="panda-3.11-query-required"),
        pytest.param({"query": "  "}, "query", id="panda-3.11-query-blank"),
        pytest.param({"query": "x" * 257}, "query", id="panda-7-query-256"),
        pytest.param({"query": "x", "query_url": "x" * 257}, "query_url", id="panda-7-query-url"),
        pytest.param({"query": "x", "query_human": "x" * 2049}, "query_human", id="panda-7-query-human"),
    ],
)
def test_an_alert_that_cannot_be_is_refused(portal: Portal, sent: dict[str, str], field: str) -> None:
    with portal.writing(person(portal)) as work, pytest.raises(Invalid) as caught:
        alerts.add(work, **sent)  # type: ignore[arg-type]
    assert list(caught.value.fields) == [field]


def test_an_alert_is_for_one_place_and_nobodys_are_without_bound(portal: Portal) -> None:
    uid, actor = _published(portal), person(portal)
    with portal.writing(ADMIN) as work:
        term = categories.add(work, "Either")
    with portal.writing(actor) as work:
        with pytest.raises(Invalid):
            alerts.add(work, query="x", readable=datasets.readable(work, uid), category=term)
        for _ in range(alerts.MOST):
            work.db.add(Alert(person_id=actor.person_id, query="x", query_url="", query_human=""))
        work.db.flush()
        with pytest.raises(LimitReached):
            alerts.add(work, query="x")
    with portal.writing(ANONYMOUS) as work, pytest.raises(Unauthenticated):
        alerts.add(work, query="x")


def test_everybody_has_the_own_alone(portal: Portal) -> None:
    actor, other = person(portal), person(portal)
    mine = [_left(portal, actor, f"q{number}") for number in range(3)]
    theirs = _left(portal, other)
    with portal.reading(actor) as work:
        found, total = alerts.page(work)
        assert ([one.id for one in found], total) == (mine, 3)
        assert [one.id for one in alerts.page(work, 1, 1)[0]] == mine[1:2]
        assert [one.id for one in alerts.some(work, [*mine[:1], theirs])] == mine[:1]
    for stranger in (actor, ADMIN):
        with portal.writing(stranger) as work:
            with pytest.raises(NotFound):
                alerts.get(work, theirs)
            with pytest.raises(NotFound):
                alerts.remove(work, theirs)
    with portal.writing(other) as work:
        alerts.remove(work, theirs)
    with portal.reading(other) as work:
        assert alerts.page(work) == ([], 0)


def test_links_are_made_of_the_query_where_no_other_was_left() -> None:
    found = Found("a b/ü", "", 1, dt.datetime(2024, 3, 7, 15, 4, 5, 999, dt.UTC), category_name="Crime")
    assert found.url == "#search/all/a%20b%2F%C3%BC/2024-03-07T15:04:05"
    assert found.text("https://x.example").startswith(
        '1 new row matches your search for "a b/ü" in the category Crime since 2024-03-07 15:04'
    )


def test_the_job_asks_once_however_often_it_is_begun(portal: Portal, rows: Rows) -> None:
    actor, uid = person(portal), _published(portal)
    _left(portal, actor)
    rows.write(uid)
    plan = alerts_jobs.plan(portal, rows.count)
    with portal.writing(SYSTEM) as work:
        job = jobs.queue(work, Kind.ALERTS, None)
    for _ in range(2):
        plan.steps[0].run(job.uid, {})
    plan.ended(job.uid)
    with portal.reading(SYSTEM) as work:
        done = jobs.get(work, job.uid)
    assert (done.state, done.progress) == ("done", {"alerts": 1, "told": 1})
    plan.failed(job.uid, Unavailable("late"))
    with portal.writing(SYSTEM) as work:
        assert jobs.get(work, job.uid).state == "done"
        broken = jobs.queue(work, Kind.ALERTS, None)
    plan.failed(broken.uid, Unavailable("The disk is full."))
    with portal.reading(SYSTEM) as work:
        assert jobs.get(work, broken.uid).message == "The disk is full."


NIGHT = {Kind.ALERTS: dt.time(2, 30)}


@says("panda-5.5-subscriptions")
def test_a_nightly_job_is_queued_once_a_day_and_made_up_for(portal: Portal) -> None:
    day = dt.timedelta(days=1)
    at = dt.datetime(2031, 5, 6, 2, 29, tzinfo=dt.UTC)

    def due(moment: dt.datetime, since: dt.datetime = at) -> bool:
        return schedule.queue_due(portal, NIGHT, since, moment) == [Kind.ALERTS]

    def last(**values: object) -> None:
        with portal.writing(SYSTEM) as work:
            for name, value in values.items():
                setattr(jobs.recent(work, 1, kind="alerts")[0], name, value)

    with portal.writing(SYSTEM) as work:
        for one in work.db.query(Job).filter_by(kind="alerts"):
            work.db.delete(one)
    assert not due(at), "its time has not come"
    assert due(at + dt.timedelta(minutes=2))
    assert not due(at + day + day), "it has not ended"
    last(state="done", created_at=at + dt.timedelta(minutes=2))
    assert not due(at + dt.timedelta(hours=20))
    assert not due(at + day)
    assert due(at + 3 * day, since=at + 3 * day), "nothing ran for two nights"
    last(state="failed", created_at=at + 3 * day)
    assert due(at + 3 * day + dt.timedelta(minutes=2))
    last(state="done")


def test_the_clock_is_looked_at_while_a_portal_serves(portal: Portal) -> None:
    queued: list[Kind] = []

    def heard(_portal: Portal, event: Event) -> None:
        assert isinstance(event, JobQueued)
        queued.append(event.kind)

    with ExitStack() as stack:
        before = portal.handlers
        stack.callback(setattr, portal, "handlers", before)
        portal.handlers = {**before, JobQueued: (heard,)}
        with portal.writing(SYSTEM) as work:
            for one in work.db.query(Job).filter_by(kind="alerts"):
                work.db.delete(one)
        soon = (now() + dt.timedelta(seconds=0.3)).time()
        nightly = schedule.Nightly(portal, {Kind.ALERTS: soon}, seconds=0.05)
        stack.callback(nightly.close)
        until = now() + dt.timedelta(seconds=20)
        while not queued and now() < until:
            pass
    assert queued == [Kind.ALERTS]
