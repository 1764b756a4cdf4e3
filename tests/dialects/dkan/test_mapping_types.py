"""Fields of resources and of the other types, and whatever is sent for fields (sections 7.2, 7.3 and 8.1 of the
reference)."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.dialects.dkan.support import Cast, Client, told
from tests.support.saying import says

from colonnade.core.nodes.model import Kind
from colonnade.dialects.dkan.mapping_fields import FIELDS


def _und(*items: Any) -> dict[str, Any]:
    return {"und": list(items)}


TEXT = _und(
    {"value": "Text", "summary": "", "format": "html", "safe_value": "<p>Text</p>\n", "safe_summary": ""}
)
API = _und({"url": "http://a.org/api", "title": None, "attributes": []})
RESOURCE: list[Any] = [
    pytest.param("body", _und({"value": "Text"}), TEXT, id="dkan-7.2-body"),
    pytest.param(
        "field_link_api",
        _und({"url": "http://a.org/api"}),
        API,
        id="dkan-7.2-field_link_api",
    ),
    pytest.param("field_orphan", _und({"value": "1"}), _und({"value": "1"}), id="dkan-7.2-field_orphan"),
    pytest.param(
        "field_datastore_status",
        _und({"value": "1"}),
        _und({"value": "0"}),
        id="dkan-7.2-field_datastore_status",
    ),
    pytest.param("field_upload", [], [], id="dkan-7.2-field_upload-empty"),
]


@pytest.mark.parametrize(("name", "sent", "shown"), RESOURCE)
def test_fields_of_resources_come_back(people: Cast, name: str, sent: Any, shown: Any) -> None:
    nid = people.creator.node("resource", "A resource", **{name: sent})
    found = people.stranger.shown(f"/node/{nid}")
    assert found[name] == shown
    assert {one.name for one in FIELDS[Kind.RESOURCE]} < set(found)


@says("dkan-7.2-field_format dkan-7.2-field_link_remote_file")
def test_a_remote_file_has_a_number_and_its_address(people: Cast) -> None:
    url = "http://example.org/a%20file.csv"
    for sent in ({"filefield_dkan_remotefile": {"url": url}}, {"uri": url}, {"url": url}, url):
        nid = people.creator.node(
            "resource", "Remote", field_link_remote_file=_und(sent), field_format=_und("csv")
        )
        found = people.stranger.shown(f"/node/{nid}")
        (file,) = found["field_link_remote_file"]["und"]
        assert file["fid"].isdecimal()
        wanted = {
            "uri": url,
            "filename": "a file.csv",
            "filemime": "text/csv",
            "filesize": "0",
            "status": "1",
            "display": "1",
            "description": "",
            "rdf_mapping": [],
            "metadata": [],
        }
        assert {name: file[name] for name in wanted} == wanted
        assert len(found["field_format"]["und"]) == 1
        assert people.creator.put(f"/node/{nid}", found).status_code == 200
        assert (
            people.stranger.shown(f"/node/{nid}")["field_link_remote_file"] == found["field_link_remote_file"]
        )
    assert people.creator.put(f"/node/{nid}", {"field_link_remote_file": []}).status_code == 200
    assert people.stranger.shown(f"/node/{nid}")["field_link_remote_file"] == []


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param("ftp://x/y.csv", id="scheme"),
        pytest.param({"url": "http://"}, id="no-host"),
        pytest.param({"adress": "http://a.org/b.csv"}, id="unknown-key"),
        pytest.param({"fid": "x"}, id="no-number"),
    ],
)
def test_what_is_no_address_is_no_remote_file(people: Cast, sent: Any) -> None:
    answer = people.creator.post(
        "/node", {"type": "resource", "title": "x", "field_link_remote_file": _und(sent)}
    )
    assert answer.status_code == 406


def test_another_nodes_file_cannot_be_taken(people: Cast) -> None:
    made = people.creator.node(
        "resource", "Holder", field_link_remote_file=_und("http://example.org/mine.csv")
    )
    fid = people.creator.shown(f"/node/{made}")["field_link_remote_file"]["und"][0]["fid"]
    for name in ("field_upload", "field_link_remote_file"):
        answer = people.other.post("/node", {"type": "resource", "title": "Thief", name: _und({"fid": fid})})
        assert answer.status_code == 406


KINDS: list[Any] = [
    pytest.param("group", {"body": _und({"value": "About"})}, id="dkan-7.3-group"),
    pytest.param("data_dashboard", {"field_topic": _und("Transport")}, id="dkan-7.3-data_dashboard"),
    pytest.param(
        "dkan_data_story",
        {"field_topic": _und("Transport"), "field_tags": _und("x")},
        id="dkan-7.3-dkan_data_story",
    ),
    pytest.param("page", {"body": _und({"value": "About"})}, id="dkan-7.3-page"),
    pytest.param(
        "harvest_source",
        {
            "field_dkan_harvest_machine_name": _und({"value": "florida"}),
            "field_dkan_harvest_source_uri": _und({"value": "http://a.org/data.json"}),
            "field_dkan_harveset_type": _und({"value": "datajson_v1_1_json"}),
            "field_dkan_harvest_filters": _und({"first": "publisher.name", "second": "x"}),
        },
        id="dkan-7.3-harvest_source",
    ),
]


@pytest.mark.parametrize(("kind", "fields"), KINDS)
def test_other_types_have_their_fields(people: Cast, kind: str, fields: dict[str, Any]) -> None:
    nid = people.manager.node(kind, "Something else", **fields)
    found = people.stranger.shown(f"/node/{nid}")
    assert {one.name for one in FIELDS[Kind(kind)]} < set(found)
    for name, sent in fields.items():
        (items,), (said,) = found[name].values(), sent.values()
        assert len(items) == len(said)
    assert found["path"].startswith("http://testserver/")
    assert told(people.manager.put(f"/node/{nid}", found))[0] == 200
    nameless = people.manager.post("/node", {"type": kind})
    assert told(nameless) == (406, {"form_errors": {"title": "Title field is required."}})


@says("dkan-7.1-field_harvest_source_ref")
def test_a_dataset_names_where_it_was_harvested(people: Cast) -> None:
    source = people.manager.node("harvest_source", "A source")
    nid = people.manager.node("dataset", "Harvested", field_harvest_source_ref=_und({"target_id": source}))
    assert people.stranger.shown(f"/node/{nid}")["field_harvest_source_ref"] == _und({"target_id": source})


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.text(max_size=8)
    | st.sampled_from(["und", "75", "A (5)"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["und", "0", "value", "tid", "target_id", "fid", "url", "wkt", "first", "en", "x"]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kind=st.sampled_from(["dataset", "resource"]),
    fields=st.dictionaries(
        st.sampled_from(
            [
                *{one.name for one in (*FIELDS[Kind.DATASET], *FIELDS[Kind.RESOURCE])},
                "title",
                "status",
                "uid",
                "created",
            ]
        ),
        ANYTHING,
        max_size=4,
    ),
)
def test_whatever_is_sent_is_taken_or_told_what_is_wrong(
    people: Cast, kind: str, fields: dict[str, Any]
) -> None:
    client: Client = people.admin
    answer = client.post("/node", {"type": kind, "title": "Any", **fields})
    assert answer.status_code in (200, 403, 406), (fields, answer.text)
    if answer.status_code == 200:
        nid = answer.json()["nid"]
        assert client.put(f"/node/{nid}", client.shown(f"/node/{nid}")).status_code == 200
        assert told(client.delete(f"/node/{nid}")) == (200, [True])
