"""Processors and field configurations of a dataset: kept in order, handed to every publication, gone with it."""

import sqlite3
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from tests.core.support import ADMIN, dataset, deletion, publication, published, restoration, rows, source

from colonnade.builder.steps.catalogue import FIELD_STEPS, PROCESSORS, Kind
from colonnade.core.datasets import facet_settings
from colonnade.core.datasets import service as datasets
from colonnade.core.datasets.facet_settings import FacetSetting
from colonnade.core.steps import service as steps
from colonnade.core.work import ANONYMOUS, Portal
from colonnade.errors import Invalid, LimitReached, NotFound, Unauthenticated
from colonnade.query.schema import Field, FieldType, Schema

SKIP = {"field": "status", "value": "closed"}
POINT = {"latitude": "lat", "longitude": "lon", "output_field": "place"}


def _add(portal: Portal, uid: str, type_: str, *, label: str | None = None, **params: Any) -> str:
    with portal.writing(ADMIN) as work:
        return steps.add(work, datasets.editable(work, uid), _kind(type_), type_, params, label).uid


def _replace(portal: Portal, uid: str, step: str, type_: str, **params: Any) -> None:
    with portal.writing(ADMIN) as work:
        steps.replace(work, datasets.editable(work, uid), _kind(type_), step, type_, params)


def _remove(portal: Portal, uid: str, step: str, kind: Kind = Kind.PROCESSOR) -> None:
    with portal.writing(ADMIN) as work:
        steps.remove(work, datasets.editable(work, uid), kind, step)


def _kind(type_: str) -> Kind:
    return Kind.PROCESSOR if type_ in PROCESSORS else Kind.FIELD


def _listed(portal: Portal, uid: str, kind: Kind = Kind.PROCESSOR) -> list[tuple[str, str]]:
    """Uid and type of each step."""
    with portal.reading(ADMIN) as work:
        return [(one.uid, one.type) for one in steps.steps(work, datasets.viewable(work, uid), kind)]


def _metadata(portal: Portal, uid: str) -> dict[str, Any]:
    with portal.reading(ADMIN) as work:
        return datasets.viewable(work, uid).dataset.metadata_draft


def _facets(portal: Portal, uid: str) -> list[Any] | None:
    """What the metadata say of facets."""
    value = _metadata(portal, uid).get("asset_content_configuration", {}).get("facets")
    return None if value is None else list(value["value"])


def _write_facets(portal: Portal, uid: str, entries: Sequence[Any]) -> None:
    with portal.writing(ADMIN) as work:
        one = datasets.editable(work, uid).dataset
        triple = {"value": list(entries), "remote_value": None, "override_remote_value": False}
        one.metadata_draft = {**one.metadata_draft, "asset_content_configuration": {"facets": triple}}


# Steps in their order


def test_steps_stay_in_the_order_in_which_they_came(portal: Portal) -> None:
    uid = dataset(portal)
    first = _add(portal, uid, "skip_record", **SKIP)
    second = _add(portal, uid, "create_geopoint", **POINT)
    third = _add(portal, uid, "skip_record", **SKIP)
    _replace(portal, uid, first, "split", field="a", separator="-", index=1, output_field="b")
    assert _listed(portal, uid) == [(first, "split"), (second, "create_geopoint"), (third, "skip_record")]
    _remove(portal, uid, second)
    fourth = _add(portal, uid, "create_geopoint", **POINT)
    assert [one for one, _ in _listed(portal, uid)] == [first, third, fourth]


def test_processors_and_field_configurations_are_two_lists_with_uids_of_one_kind(portal: Portal) -> None:
    uid = dataset(portal)
    processor = _add(portal, uid, "skip_record", **SKIP)
    field = _add(portal, uid, "delete", field="status")
    assert (_listed(portal, uid), _listed(portal, uid, Kind.FIELD)) == (
        [(processor, "skip_record")],
        [(field, "delete")],
    )
    assert all(len(one) == 9 and one.startswith("pr_") for one in (processor, field))
    with portal.reading(ADMIN) as work:
        viewable = datasets.viewable(work, uid)
        with pytest.raises(NotFound):
            steps.step(work, viewable, Kind.FIELD, processor)
        assert steps.step(work, viewable, Kind.FIELD, field).label == FIELD_STEPS["delete"].label


def test_a_step_is_known_only_in_its_own_dataset(portal: Portal) -> None:
    step = _add(portal, dataset(portal), "skip_record", **SKIP)
    other = dataset(portal)
    with pytest.raises(NotFound):
        _remove(portal, other, step)
    with pytest.raises(NotFound):
        _replace(portal, other, step, "skip_record", **SKIP)


def test_a_uid_is_never_used_twice(portal: Portal) -> None:
    uid = dataset(portal)
    gone = _add(portal, uid, "skip_record", **SKIP)
    _remove(portal, uid, gone)
    with pytest.raises(NotFound):
        _remove(portal, uid, gone)
    deletion(portal, uid).run()
    with sqlite3.connect(portal.settings.catalogue_file) as connection:
        rows = connection.execute("SELECT uid, params, label FROM step WHERE uid = ?", [gone]).fetchall()
    connection.close()
    assert rows == [(gone, "{}", "")]


def test_steps_that_come_at_the_same_time_all_stand_in_the_list(portal: Portal) -> None:
    uid = dataset(portal)
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: _add(portal, uid, "skip_record", **SKIP), range(24)))
    assert sorted(one for one, _ in _listed(portal, uid)) == sorted(made)


def test_the_number_of_steps_is_bounded(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "MAX_STEPS", 2)
    uid = dataset(portal)
    first, _ = (_add(portal, uid, "skip_record", **SKIP) for _ in range(2))
    with pytest.raises(LimitReached) as caught:
        _add(portal, uid, "skip_record", **SKIP)
    assert dict(caught.value.facts) == {"limit_type": "steps", "limit": 2, "value": 3}
    _add(portal, uid, "delete", field="a")
    _remove(portal, uid, first)
    _add(portal, uid, "skip_record", **SKIP)


def test_every_change_touches_the_dataset(portal: Portal) -> None:
    uid = dataset(portal)

    def touched() -> Any:
        with portal.reading(ADMIN) as work:
            return datasets.viewable(work, uid).dataset.updated_at

    moments = [touched()]
    step = _add(portal, uid, "skip_record", **SKIP)
    moments.append(touched())
    _replace(portal, uid, step, "skip_record", **SKIP)
    moments.append(touched())
    _remove(portal, uid, step)
    moments.append(touched())
    assert moments == sorted(set(moments))


def test_what_is_wrong_is_refused_and_leaves_nothing(portal: Portal) -> None:
    uid = dataset(portal)
    with pytest.raises(Invalid) as caught:
        _add(portal, uid, "skip_record", value=3)
    assert set(caught.value.fields) == {"field", "value"}
    for type_ in ("frobnicate", "rename"):
        with portal.writing(ADMIN) as work, pytest.raises(Invalid) as caught:
            steps.add(work, datasets.editable(work, uid), Kind.PROCESSOR, type_, {})
        assert set(caught.value.fields) == {"type"}
    assert _listed(portal, uid) == []


def test_the_type_of_a_field_configuration_stays(portal: Portal) -> None:
    uid = dataset(portal)
    step = _add(portal, uid, "delete", field="a")
    with pytest.raises(Invalid) as caught:
        _replace(portal, uid, step, "description", field="a", description="b")
    assert set(caught.value.fields) == {"type"}
    assert _listed(portal, uid, Kind.FIELD) == [(step, "delete")]


def test_a_copy_has_the_same_steps_under_uids_of_its_own(portal: Portal) -> None:
    uid, copy = dataset(portal), dataset(portal)
    for type_, params in (("skip_record", SKIP), ("create_geopoint", POINT), ("delete", {"field": "a"})):
        _add(portal, uid, type_, label=f"My {type_}", **params)
    with portal.writing(ADMIN) as work:
        steps.copied(work, datasets.viewable(work, uid), datasets.editable(work, copy))
    for kind in Kind:
        ours, theirs = _listed(portal, uid, kind), _listed(portal, copy, kind)
        assert [type_ for _, type_ in ours] == [type_ for _, type_ in theirs] != []
        assert {one for one, _ in ours}.isdisjoint(one for one, _ in theirs)
    with portal.reading(ADMIN) as work:
        first = steps.steps(work, datasets.viewable(work, copy), Kind.PROCESSOR)[0]
        assert (first.label, first.params["value"]) == ("My skip_record", "closed")


def test_the_list_of_processors_is_for_who_makes_datasets(portal: Portal) -> None:
    with portal.reading(ADMIN) as work:
        assert [one.type for one in steps.processors(work)] == list(PROCESSORS)
    with portal.reading(ANONYMOUS) as work, pytest.raises(Unauthenticated):
        steps.processors(work)


# Publications


def test_a_publication_follows_the_steps_that_were_there_when_it_was_gathered(portal: Portal) -> None:
    uid = dataset(portal)
    source(portal, uid, "status,name\nopen,Ada\nclosed,Bob\n")
    step = _add(portal, uid, "skip_record", **SKIP)
    field = _add(portal, uid, "delete", field="status")
    job = publication(portal, uid)
    for name in ("begin", "fetch"):
        job.step(name)
    _remove(portal, uid, step)
    _remove(portal, uid, field, Kind.FIELD)
    assert [one["uid"] for one in job.done["fetch"]["processors"]] == [step]
    assert [one["uid"] for one in job.done["fetch"]["field_steps"]] == [field]
    for name in ("build", "swap"):
        job.step(name)
    assert rows(portal, uid) == [{"name": "Ada"}]
    job.plan.ended(job.uid)
    assert publication(portal, uid).run() == "done"
    assert len(rows(portal, uid)) == 2


def test_a_restored_generation_has_been_through_the_steps_of_its_time(portal: Portal) -> None:
    uid, _ = published(portal, "status,name\nopen,Ada\n")
    _add(portal, uid, "skip_record", field="status", value="open")
    job = restoration(portal, uid, 1)
    assert job.run() == "done"
    assert [one["name"] for one in rows(portal, uid)] == ["Ada"]
    assert publication(portal, uid).run() == "done"
    assert rows(portal, uid) == []


# Facets, as steps and as metadata


def test_facets_that_steps_declare_stand_in_the_metadata(portal: Portal) -> None:
    uid = dataset(portal)
    _add(portal, uid, "annotate", field="town", annotation="disjunctive")
    assert _facets(portal, uid) is None
    step = _add(portal, uid, "annotate", field="town", annotation="facet")
    assert _facets(portal, uid) == [{"field_name": "town", "disjunctive": True}]
    sort = _add(portal, uid, "annotate", field="town", annotation="facetsort", args=["-count"])
    _add(portal, uid, "annotate", field="day", annotation="facet")
    _add(portal, uid, "annotate", field="day", annotation="timerangeFilter")
    town = {"field_name": "town", "disjunctive": True, "facetsort": "-count"}
    day = {"field_name": "day", "timerange_filter": True}
    assert _facets(portal, uid) == [town, day]
    _replace(portal, uid, sort, "annotate", field="town", annotation="facetsort", args=["alphanum"])
    assert _facets(portal, uid) == [{**town, "facetsort": "alphanum"}, day]
    _remove(portal, uid, sort, Kind.FIELD)
    assert _facets(portal, uid) == [{"field_name": "town", "disjunctive": True}, day]
    _remove(portal, uid, step, Kind.FIELD)
    assert _facets(portal, uid) == [day]


def test_without_a_facet_nothing_is_left_in_the_metadata(portal: Portal) -> None:
    uid = dataset(portal)
    before = _metadata(portal, uid)
    step = _add(portal, uid, "annotate", field="town", annotation="facet")
    _remove(portal, uid, step, Kind.FIELD)
    _add(portal, uid, "annotate", field="town", annotation="sortable")
    assert _metadata(portal, uid) == before


def test_a_facet_goes_by_the_name_that_its_field_has_at_the_end(portal: Portal) -> None:
    uid = dataset(portal)
    _add(portal, uid, "annotate", field="ville", annotation="facet")
    rename = _add(portal, uid, "rename", from_name="ville", to_name="town", field_label="Town")
    assert _facets(portal, uid) == [{"field_name": "town"}]
    _remove(portal, uid, rename, Kind.FIELD)
    assert _facets(portal, uid) == [{"field_name": "ville"}]
    _add(portal, uid, "delete", field="ville")
    assert _facets(portal, uid) is None


def test_what_publishers_write_of_facets_stays_as_far_as_no_step_changes_it(portal: Portal) -> None:
    uid = dataset(portal)
    own = {"field_name": "kind", "disjunctive": False, "note": "theirs"}
    _write_facets(portal, uid, [own])
    _add(portal, uid, "annotate", field="town", annotation="facet")
    assert _facets(portal, uid) == [own, {"field_name": "town"}]
    _write_facets(portal, uid, [{"field_name": "town", "facetsort": "count"}, own])
    _add(portal, uid, "annotate", field="town", annotation="disjunctive")
    assert _facets(portal, uid) == [{"field_name": "town", "facetsort": "count", "disjunctive": True}, own]
    _add(portal, uid, "annotate", field="kind", annotation="facet")
    assert _facets(portal, uid) == [{"field_name": "town", "facetsort": "count", "disjunctive": True}, own]


def test_a_harvested_list_of_facets_gives_way_to_what_steps_make_of_it() -> None:
    theirs = {"value": None, "remote_value": [{"field_name": "a"}], "override_remote_value": False}
    other = {"value": 1, "remote_value": None, "override_remote_value": False}
    metadata = {"asset_content_configuration": {"facets": theirs, "other": other}}
    found = facet_settings.followed(metadata, (), (FacetSetting("b"),))
    assert found["asset_content_configuration"] == {
        "other": other,
        "facets": {
            "value": [{"field_name": "a"}, {"field_name": "b"}],
            "remote_value": [{"field_name": "a"}],
            "override_remote_value": True,
        },
    }


def test_metadata_count_where_they_say_something_of_a_facet() -> None:
    own = {"facet": (), "disjunctive": (), "unit": ("m",)}
    schema = Schema(tuple(Field(name, name, FieldType.TEXT, annotations=own) for name in ("a", "b")))
    found = facet_settings.annotated(schema, [FacetSetting("a", facetsort="count"), FacetSetting("gone")])
    assert dict(found.fields[0].annotations) == {"unit": ("m",), "facet": (), "facetsort": ("count",)}
    assert dict(found.fields[1].annotations) == own


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)
_ENTRY = st.fixed_dictionaries(
    {}, optional={"field_name": _JSON, "facetsort": _JSON, "disjunctive": _JSON, "timerange_filter": _JSON}
)
_SETTINGS = st.lists(
    st.builds(
        FacetSetting,
        st.sampled_from("abc"),
        st.sampled_from([None, "count", "-num"]),
        st.booleans(),
        st.booleans(),
    ),
    max_size=3,
    unique_by=lambda one: one.field_name,
)


@given(entries=_JSON | st.lists(_ENTRY | _JSON), before=_SETTINGS, after=_SETTINGS)
@hypothesis_settings(max_examples=60)
def test_whatever_stands_in_the_metadata_the_steps_facets_are_in_it_afterwards(
    entries: Any, before: list[FacetSetting], after: list[FacetSetting]
) -> None:
    triple = {"value": entries, "remote_value": None, "override_remote_value": False}
    metadata = {"asset_content_configuration": {"facets": triple}}
    start = facet_settings.followed(metadata, (), before)
    found = {one.field_name for one in facet_settings.declared(facet_settings.followed(start, before, after))}
    assert {one.field_name for one in after} <= found
    assert found.isdisjoint({one.field_name for one in before} - {one.field_name for one in after})


def test_a_facet_that_publishers_took_out_stays_out_when_another_comes(portal: Portal) -> None:
    uid = dataset(portal)
    _add(portal, uid, "annotate", field="town", annotation="facet", args=[])
    _write_facets(portal, uid, [{"field_name": "street"}])
    _add(portal, uid, "annotate", field="street", annotation="facet", args=[])
    assert _facets(portal, uid) == [{"field_name": "street"}]
