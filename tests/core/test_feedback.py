"""What readers write about records: who may, about what, and how it is read."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from tests.core.support import ADMIN, dataset, deletion, drop, live, person, put, rule, secure, shown

from colonnade.core.datasets import service as datasets
from colonnade.core.feedback import service as feedback
from colonnade.core.feedback.model import Feedback
from colonnade.core.feedback.service import Suggestion
from colonnade.core.records import service as records
from colonnade.core.work import ANONYMOUS, SYSTEM, Actor, Portal
from colonnade.errors import Denied, Invalid, LimitReached, NotFound, Unauthenticated
from colonnade.query.schema import Field, FieldType, Schema
from colonnade.query.tree import Query

TYPES = Schema(tuple(Field(one.value, one.value, one) for one in FieldType))
ROWS: tuple[Mapping[str, Any], ...] = (
    {"key": "1", "name": "oak", "size": 1},
    {"key": "2", "name": "elm", "size": 2},
)


@pytest.fixture(scope="module")
def trees(portal: Portal) -> str:
    uid, _ = live(portal, ROWS)
    return uid


@pytest.fixture(scope="module")
def reader(portal: Portal) -> Actor:
    return person(portal)


def _ids(portal: Portal, uid: str, actor: Actor = ADMIN) -> list[str]:
    """The records' ids as readers know them, in order."""
    with portal.reading(actor) as work:
        page = records.select(work, datasets.readable(work, uid), Query(limit=100), with_ids=True)
        return list(page.ids)


def _submit(
    portal: Portal, uid: str, actor: Actor, record: str, comment: str = "Look again", /, **values: Suggestion
) -> Feedback:
    with portal.reading(actor) as work:
        draft = feedback.checked(work, datasets.readable(work, uid), record, comment, values)
    with portal.writing(actor) as work:
        return feedback.submit(work, datasets.readable(work, uid), draft)


def _page(portal: Portal, uid: str, **asked: Any) -> tuple[list[str], int]:
    """The comments on a page, and how many there are."""
    with portal.reading(ADMIN) as work:
        found, total = feedback.page(work, datasets.editable(work, uid), **{"limit": 20, "offset": 0} | asked)
    return [one.comment for one in found], total


def _refused(
    portal: Portal, uid: str, actor: Actor, record: str, comment: str = "c", /, **values: Suggestion
) -> Any:
    with pytest.raises(Invalid) as found:
        _submit(portal, uid, actor, record, comment, **values)
    return found.value.fields


def test_a_person_writes_so_much_until_somebody_looks_at_it(portal: Portal) -> None:
    uid, _ = live(portal, ROWS)
    writer, other = person(portal), person(portal)
    record = _ids(portal, uid)[0]
    with portal.writing(writer) as work:
        readable = datasets.readable(work, uid)
        draft = feedback.checked(work, readable, record, "Again", {})
        made = [feedback.submit(work, readable, draft) for _ in range(feedback.MAX_OPEN)]
        with pytest.raises(LimitReached):
            feedback.submit(work, readable, draft)
    _submit(portal, uid, other, record)
    with portal.writing(ADMIN) as work:
        feedback.archive(work, datasets.editable(work, uid), made[0].uid)
    _submit(portal, uid, writer, record)


def test_a_reader_says_what_is_wrong_with_a_record(portal: Portal, trees: str, reader: Actor) -> None:
    record = _ids(portal, trees)[0]
    made = _submit(
        portal, trees, reader, record, "It is larger", size=Suggestion(3), name=Suggestion("ash", "text")
    )
    assert made.uid.startswith("df_")
    assert (made.username, made.record_id, made.is_archived) == (reader.username, record, False)
    with portal.reading(ADMIN) as work:
        found = feedback.one(work, datasets.editable(work, trees), made.uid)
    assert found.comment == "It is larger"
    assert found.values == {"size": {"value": 3, "type": "int"}, "name": {"value": "ash", "type": "text"}}


@pytest.mark.parametrize("who", [ANONYMOUS, SYSTEM])
def test_who_is_nobody_says_nothing(portal: Portal, trees: str, who: Actor) -> None:
    record = _ids(portal, trees)[0]
    with pytest.raises(Unauthenticated):
        _submit(portal, trees, who, record)


def test_a_record_that_is_not_there_is_told(portal: Portal, trees: str, reader: Actor) -> None:
    other, _ = live(portal, ROWS)
    unknown = {"record_id": ["There is no such record."]}
    for record in ("", "0" * 40, "x" * 100_000, _ids(portal, other)[0]):
        assert _refused(portal, trees, reader, record) == unknown


def test_a_record_that_the_reader_may_not_see_is_as_unknown(portal: Portal) -> None:
    uid, _ = live(portal, ROWS)
    oak, elm = _ids(portal, uid)
    few = person(portal)
    rule(portal, uid, few, filter_query="name = 'elm'", visible_fields=["name"])
    assert _refused(portal, uid, few, oak) == {"record_id": ["There is no such record."]}
    assert _refused(portal, uid, few, elm, size=Suggestion(1), more=Suggestion(1)) == {
        "values.size": ["There is no such field."],
        "values.more": ["There is no such field."],
    }
    assert _submit(portal, uid, few, elm, name=Suggestion("ash")).values == {
        "name": {"value": "ash", "type": "text"}
    }


def test_without_records_to_see_there_is_nothing_to_say(portal: Portal, reader: Actor) -> None:
    uid, _ = live(portal, ROWS)
    record = _ids(portal, uid)[0]
    secure(portal, uid, is_data_visible=False)
    with pytest.raises(Denied):
        _submit(portal, uid, reader, record)
    secure(portal, uid, is_restricted=True)
    with pytest.raises(NotFound):
        _submit(portal, uid, reader, record)
    empty = dataset(portal)
    shown(portal, empty)
    assert list(_refused(portal, empty, reader, record)) == ["record_id"]


def test_everything_wrong_is_told_at_once(portal: Portal, trees: str, reader: Actor) -> None:
    assert _refused(portal, trees, reader, "none", " \n", size=Suggestion("large")) == {
        "comment": ["This field is required"],
        "record_id": ["There is no such record."],
        "values.size": ['"large" is not a whole number of 64 bits'],
    }


def test_what_is_written_has_bounds(portal: Portal, trees: str, reader: Actor) -> None:
    record = _ids(portal, trees)[0]
    longest, value = "x" * feedback.MAX_COMMENT, "x" * (feedback.MAX_VALUES_BYTES - len('{"name":""}'))
    _submit(portal, trees, reader, record, longest, name=Suggestion(value))
    assert _refused(portal, trees, reader, record, longest + "x", name=Suggestion(value + "x")) == {
        "comment": ["At most 10000 characters."],
        "values": ["At most 100000 bytes of JSON."],
    }


SUGGESTED: Mapping[FieldType, tuple[Any, Any]] = {
    FieldType.TEXT: ("a", None),
    FieldType.INT: (1, "one"),
    FieldType.DOUBLE: (1.5, "one"),
    FieldType.BOOLEAN: (True, 1),
    FieldType.DATE: ("2024-02-29", "2023-02-29"),
    FieldType.DATETIME: ("2024-02-29T01:02:03Z", 7),
    FieldType.TIME: ("01:02:03", "25:00"),
    FieldType.GEO_POINT: ({"lat": 48.8, "lon": 2.3}, [91, 0]),
    FieldType.GEO_SHAPE: ({"type": "Point", "coordinates": [0, 0]}, None),
    FieldType.JSON: ({"a": [1]}, None),
}
"""A value that fits a type, and one that does not where there is one. Nothing that can be written is a file."""


@pytest.fixture(scope="module")
def typed(portal: Portal) -> str:
    uid, resource = live(portal, schema=TYPES)
    put(portal, uid, resource, {"key": "1", "text": "a"})
    return uid


@pytest.mark.parametrize("kind", SUGGESTED)
def test_a_value_fits_its_field(portal: Portal, typed: str, reader: Actor, kind: FieldType) -> None:
    record, (right, wrong) = _ids(portal, typed)[0], SUGGESTED[kind]
    for said in (None, kind.value):
        made = _submit(portal, typed, reader, record, **{kind.value: Suggestion(right, said)})
        assert made.values == {kind.value: {"value": right, "type": kind.value}}
    assert _submit(portal, typed, reader, record, **{kind.value: Suggestion(None)}).values
    if wrong is not None:
        assert list(_refused(portal, typed, reader, record, **{kind.value: Suggestion(wrong)})) == [
            f"values.{kind.value}"
        ]
    other = "int" if kind is not FieldType.INT else "text"
    told = "text" if kind is FieldType.TIME else kind.value
    assert _refused(portal, typed, reader, record, **{kind.value: Suggestion(right, other)}) == {
        f"values.{kind.value}": [f"This field is of the type {told}."]
    }


def test_a_time_is_a_text_to_readers(portal: Portal, typed: str, reader: Actor) -> None:
    made = _submit(portal, typed, reader, _ids(portal, typed)[0], time=Suggestion("01:02", "text"))
    assert made.values == {"time": {"value": "01:02", "type": "time"}}


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(list(FieldType)), JSON)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_value_is_kept_as_it_was_sent_or_refused(
    portal: Portal, typed: str, reader: Actor, kind: FieldType, value: Any
) -> None:
    record = _ids(portal, typed)[0]
    try:
        made = _submit(portal, typed, reader, record, **{kind.value: Suggestion(value)})
    except Invalid as error:
        told = list(error.fields)
    else:
        with portal.reading(ADMIN) as work:
            found = feedback.one(work, datasets.editable(work, typed), made.uid)
        assert found.values == {kind.value: {"value": value, "type": kind.value}}
        told = [f"values.{kind.value}"]
    assert told == [f"values.{kind.value}"]


def test_it_is_read_by_date_by_record_and_apart_from_what_is_archived(portal: Portal, reader: Actor) -> None:
    uid, _ = live(portal, ROWS)
    oak, elm = _ids(portal, uid)
    made = [
        _submit(portal, uid, reader, record, comment)
        for record, comment in ((oak, "first"), (elm, "second"), (oak, "third"))
    ]
    assert _page(portal, uid) == (["third", "second", "first"], 3)
    assert _page(portal, uid, newest_first=False, limit=1, offset=1) == (["second"], 3)
    assert _page(portal, uid, record_id=oak) == (["third", "first"], 2)
    assert _page(portal, uid, record_id="none") == ([], 0)
    for _ in range(2):
        with portal.writing(ADMIN) as work:
            assert feedback.archive(work, datasets.editable(work, uid), made[0].uid).is_archived
    assert _page(portal, uid) == (["third", "second"], 2)
    assert _page(portal, uid, is_archived=True) == (["first"], 1)


def test_it_belongs_to_its_dataset_and_goes_with_it(portal: Portal, reader: Actor, trees: str) -> None:
    uid, _ = live(portal, ROWS)
    made = _submit(portal, uid, reader, _ids(portal, uid)[0])
    with portal.writing(ADMIN) as work:
        other = datasets.editable(work, trees)
        with pytest.raises(NotFound):
            feedback.one(work, other, made.uid)
        with pytest.raises(NotFound):
            feedback.archive(work, other, made.uid)
    assert deletion(portal, uid).run() == "done"
    with portal.reading(SYSTEM) as work:
        left = select(Feedback.uid).where(Feedback.dataset_id == made.dataset_id)
        assert work.db.scalars(left).all() == []


def test_it_outlives_its_record(portal: Portal, reader: Actor) -> None:
    uid, resource = live(portal, ROWS)
    _submit(portal, uid, reader, _ids(portal, uid)[0], "about the oak")
    drop(portal, uid, resource)
    assert _page(portal, uid) == (["about the oak"], 1)
