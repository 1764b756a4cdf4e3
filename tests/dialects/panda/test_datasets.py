"""Datasets (section 3.6), their columns (4.1), and who may do what with them (1.7)."""

from typing import Any

import pytest
from tests.dialects.panda.support import CRIME, POLITICS, WHOLE, Cast, Client, told
from tests.support.house import House
from tests.support.saying import says


def _made(who: Client, name: str, **params: Any) -> dict[str, Any]:
    answer = who.post("/dataset/", {"name": name}, **params)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


@says(
    "panda-3.6-post panda-3.6-keys panda-3.6-null panda-3.6-related-links panda-1.5-returns-dataset "
    "panda-8-dataset-keys panda-1.2-related-full"
)
def test_a_new_dataset(people: Cast) -> None:
    answer = people.ada.post(
        "/dataset/",
        {
            "name": "Harbor permits",
            "description": "Weekly <b>pull</b> & more",
            "related_links": [{"title": "Port authority", "url": "https://port.example/"}],
        },
    )
    made = answer.json()
    assert (answer.status_code, set(made)) == (201, WHOLE)
    assert answer.headers["location"] == "http://testserver/api/1.0/dataset/harbor-permits/"
    assert made["creator"]["email"] == people.ada.email
    shown = {name: made[name] for name in WHOLE - {"creator", "creation_date", "id"}}
    assert shown == {
        "categories": [],
        "column_schema": None,
        "current_task": None,
        "data_uploads": [],
        "description": "Weekly <b>pull</b> & more",
        "initial_upload": None,
        "last_modification": None,
        "last_modified": None,
        "last_modified_by": None,
        "locked": False,
        "locked_at": None,
        "name": "Harbor permits",
        "related_links": [{"title": "Port authority", "url": "https://port.example/"}],
        "related_uploads": [],
        "resource_uri": "/api/1.0/dataset/harbor-permits/",
        "row_count": None,
        "sample_data": None,
        "slug": "harbor-permits",
    }
    assert isinstance(made["id"], str)
    assert people.bob.shown("/dataset/harbor-permits/") == made


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        pytest.param("Ada's  first list", "adas-first-list", id="panda-3.6-slug-words"),
        pytest.param("Zürich_2024 - Straßen", "zurich_2024-straen", id="panda-3.6-slug-ascii"),
        pytest.param("  -- Up & Down --", "-up-down-", id="panda-3.6-slug-hyphens"),
        pytest.param("\u65e5\u672c", "dataset", id="panda-3.6-slug-nothing"),
    ],
)
def test_a_slug_is_made_of_the_name(people: Cast, name: str, slug: str) -> None:
    assert _made(people.ada, name)["slug"].strip("-") == slug.strip("-")


@says("panda-3.6-slug-taken")
def test_slugs_are_told_apart(people: Cast) -> None:
    assert [_made(people.ada, "Twice told")["slug"] for _ in range(3)] == [
        "twice-told",
        "twice-told-2",
        "twice-told-3",
    ]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        pytest.param({"description": "x"}, {"name": ["This field is required."]}, id="panda-3.6-name"),
        pytest.param({"title": "x"}, {"name": ["This field is required."]}, id="panda-8-title"),
        pytest.param({"name": ""}, {"name": ["This field is required."]}, id="panda-3.6-name-empty"),
        pytest.param(
            {"name": "x", "related_links": [10**30]},
            {"related_links": ["Whole numbers have at most 64 bits here."]},
            id="panda-3.6-links-number",
        ),
        pytest.param({"name": 5}, {"name": ["This must be a text."]}, id="panda-3.6-name-number"),
        pytest.param(
            {"name": "x" * 257}, {"name": ["A name has at most 256 characters."]}, id="panda-7-limit-name"
        ),
        pytest.param(
            {"name": "x", "categories": "crime"},
            {"categories": ["This must be a list."]},
            id="panda-3.6-list",
        ),
    ],
)
def test_what_a_dataset_needs(people: Cast, body: dict[str, Any], field: dict[str, Any]) -> None:
    assert told(people.ada.post("/dataset/", body)) == (400, {"dataset": field})


@says("panda-3.6-slug", "panda-8-slug")
def test_a_slug_of_ones_own(people: Cast) -> None:
    for slug in ("my_Own-Slug", "x" * 200):
        made = people.ada.post("/dataset/", {"name": "Own", "slug": slug})
        assert (made.status_code, made.json()["slug"]) == (201, slug)
    for slug in ("my_Own-Slug", "with space", "umläut", "a/b", "da_abc123"):
        status, body = told(people.ada.post("/dataset/", {"name": "Own", "slug": slug}))
        assert (status, set(body["dataset"])) == (400, {"slug"}), slug


@says("panda-3.6-columns", "panda-4.1-indexed-name")
def test_columns_are_given_at_creation(people: Cast) -> None:
    made = _made(
        people.ada,
        "With columns",
        columns="permit,Vessel Name,fee,,My-Col,My col,Größe/m",
        column_types="INT,,float,unicode,unicode,unicode,date",
        typed_columns="true,false,TRUE,true,true,true,yes",
    )
    nothing = {"max": None, "min": None}
    assert made["column_schema"] == [
        {"indexed": True, "indexed_name": "column_int_permit", "name": "permit", "type": "int", **nothing},
        {"indexed": False, "indexed_name": None, "name": "Vessel Name", "type": None, **nothing},
        {"indexed": True, "indexed_name": "column_float_fee", "name": "fee", "type": "float", **nothing},
        {"indexed": True, "indexed_name": "column_unicode_", "name": "", "type": "unicode", **nothing},
        {
            "indexed": True,
            "indexed_name": "column_unicode_my_col",
            "name": "My-Col",
            "type": "unicode",
            **nothing,
        },
        {
            "indexed": True,
            "indexed_name": "column_unicode_my_col2",
            "name": "My col",
            "type": "unicode",
            **nothing,
        },
        {"indexed": False, "indexed_name": None, "name": "Größe/m", "type": "date", **nothing},
    ]
    assert (made["row_count"], made["sample_data"]) == (None, None)


TYPED = 'The "typed_columns" argument must be a comma-separated list of True/False values with the same number of values as the "columns" argument.'
TYPES = 'The "column_types" argument must be a comma-separated list of types with the same number of values as the "columns" argument.'


@says("panda-3.6-validated-first")
@pytest.mark.parametrize(
    ("params", "text"),
    [
        pytest.param(
            {"typed_columns": "true"},
            'The "columns" argument must also be specified when specifying "typed_columns".',
            id="panda-3.6-typed-alone",
        ),
        pytest.param(
            {"column_types": "int"},
            'The "columns" argument must also be specified when specifying "column_types".',
            id="panda-3.6-types-alone",
        ),
        pytest.param({"columns": "a,b", "typed_columns": "true"}, TYPED, id="panda-3.6-typed-count"),
        pytest.param({"columns": "a,b", "column_types": "int,int,int"}, TYPES, id="panda-3.6-types-count"),
    ],
)
def test_columns_that_do_not_fit_make_no_dataset(people: Cast, params: dict[str, str], text: str) -> None:
    answer = people.ada.put("/dataset/never-made/", {"name": "Never made"}, **params)
    assert told(answer) == (400, text)
    assert told(people.ada.get("/dataset/never-made/")) == (404, "")


@says("panda-3.6-type-unknown")
def test_an_unknown_type_is_refused(people: Cast) -> None:
    answer = people.ada.put("/dataset/never-made/", {"name": "N"}, columns="a", column_types="colour")
    assert answer.status_code == 400
    assert "colour" in answer.text
    assert people.ada.get("/dataset/never-made/").status_code == 404


@says("panda-1.5-put-missing", "panda-3.6-put-create", "panda-1.5-patch-missing")
def test_a_put_makes_what_is_not_there(people: Cast) -> None:
    """The address wins."""
    answer = people.ada.put("/dataset/By-Put/", {"name": "By put", "slug": "other"}, columns="a,b")
    assert (answer.status_code, answer.json()["slug"]) == (201, "By-Put")
    assert answer.headers["location"] == "http://testserver/api/1.0/dataset/By-Put/"
    assert [one["name"] for one in answer.json()["column_schema"]] == ["a", "b"]
    assert told(people.ada.put("/dataset/missing/", {"name": "x"}, patch="true")) == (404, "")
    assert told(people.ada.put("/dataset/missing/", {})) == (
        400,
        {"dataset": {"name": ["This field is required."]}},
    )


@says(
    "panda-1.5-put", "panda-3.6-columns-update", "panda-1.5-scalars-stay", "panda-1.5-relations-are-cleared"
)
def test_a_put_changes_what_is_there(people: Cast) -> None:
    """What is not sent stays, but categories do not."""
    made = people.ada.post(
        "/dataset/",
        {
            "name": "To change",
            "description": "before",
            "categories": [CRIME],
            "related_links": [{"url": "x"}],
        },
    ).json()
    uri = made["resource_uri"]
    answer = people.bob.put(uri, {"name": "Changed"}, columns="ignored")
    changed = answer.json()
    assert answer.status_code == 202
    assert (changed["name"], changed["description"], changed["categories"]) == ("Changed", "before", [])
    assert (changed["slug"], changed["related_links"]) == (made["slug"], [{"url": "x"}])
    assert (changed["column_schema"], changed["creator"]["email"]) == (None, people.ada.email)
    assert told(people.bob.put(uri, {"description": "x"})) == (
        400,
        {"dataset": {"name": ["This field is required."]}},
    )


@says("panda-1.5-patch", "panda-3.6-patch-slug", "panda-1.5-patch-any-case", "panda-8-patch")
def test_a_patch_keeps_what_is_not_sent(people: Cast) -> None:
    made = people.ada.post("/dataset/", {"name": "To patch", "categories": [CRIME, POLITICS]}).json()
    uri = made["resource_uri"]
    answer = people.bob.put(uri, {"description": "new"}, patch="True")
    assert (answer.status_code, answer.json()) == (202, {**made, "description": "new"})
    shown = people.bob.put(uri, {"categories": [made["categories"][1]]}, patch="true").json()
    assert [one["slug"] for one in shown["categories"]] == ["politics"]
    assert people.bob.put(uri, {"slug": made["slug"]}, patch="true").status_code == 202
    status, body = told(people.bob.put(uri, {"slug": "elsewhere"}, patch="true"))
    assert (status, set(body["dataset"])) == (400, {"slug"})
    # Not a word that is understood.
    assert people.bob.put(uri, {"description": "x"}, patch="1").status_code == 400


@says("panda-3.6-embedded panda-1.2-read-only panda-1.5-read-only panda-3.6-data-uploads panda-11-whole-back")
def test_a_whole_dataset_can_be_sent_back(people: Cast) -> None:
    """The original broke on it."""
    upload = people.ada.upload("a,b\n1,2\n")
    made = people.ada.post(
        "/dataset/", {"name": "Whole", "categories": [CRIME], "data_uploads": [upload["resource_uri"]]}
    ).json()
    assert [one["id"] for one in made["data_uploads"]] == [upload["id"]]
    sent = {**made, "id": "1", "row_count": 7, "locked": True, "creator": people.bob.email}
    answer = people.ada.put(made["resource_uri"], sent)
    assert (answer.status_code, answer.json()) == (202, made)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"categories": ["/api/1.0/category/nope/"]}, id="panda-3.6-category-unknown"),
        pytest.param(
            {"categories": [{"resource_uri": "/api/1.0/category/nope/"}]}, id="panda-3.6-category-embedded"
        ),
        pytest.param({"categories": ["/api/1.0/task/1/"]}, id="panda-3.6-category-other"),
        pytest.param({"data_uploads": ["/api/1.0/data_upload/99999/"]}, id="panda-3.6-upload-unknown"),
    ],
)
def test_a_related_thing_that_is_not_there(people: Cast, body: dict[str, Any]) -> None:
    (sent,) = next(iter(body.values()))
    uri = sent["resource_uri"] if isinstance(sent, dict) else sent
    answer = people.ada.post("/dataset/", {"name": "Related", "slug": "related-nothing", **body})
    assert told(answer) == (400, f"Could not find the provided object via resource URI '{uri}'.")
    assert people.ada.get("/dataset/related-nothing/").status_code == 404


def test_links_have_a_bound(people: Cast) -> None:
    """Every list shows them."""
    links = ["x" * 65_536]
    made = people.ada.post("/dataset/", {"name": "Linked", "related_links": links})
    assert told(made) == (400, {"dataset": {"related_links": ["At most 65,536 bytes as JSON."]}})
    kept = people.ada.post("/dataset/", {"name": "Linked", "related_links": [{"url": "x" * 60_000}]})
    uri = kept.json()["resource_uri"]
    changed = people.ada.put(uri, {"related_links": links}, patch="true")
    assert told(changed)[0] == 400
    assert len(people.ada.shown(uri)["related_links"][0]["url"]) == 60_000


@says("panda-8-data-upload")
def test_the_documented_singular_does_nothing(people: Cast) -> None:
    upload = people.ada.upload("a,b\n1,2\n")
    made = people.ada.post("/dataset/", {"name": "Singular", "data_upload": upload["resource_uri"]}).json()
    assert made["data_uploads"] == []


@says("panda-3.6-put-uploads")
def test_uploads_that_are_not_sent_are_let_go(people: Cast) -> None:
    upload = people.ada.upload("a,b\n1,2\n")["resource_uri"]
    made = people.ada.post("/dataset/", {"name": "Letting go", "data_uploads": [upload]}).json()
    assert people.ada.shown(upload)["dataset"] == made["resource_uri"]
    kept = people.ada.put(made["resource_uri"], {"description": "x"}, patch="true").json()
    assert len(kept["data_uploads"]) == 1
    assert people.ada.put(made["resource_uri"], {"name": "Letting go"}).json()["data_uploads"] == []
    assert people.ada.shown(upload)["dataset"] is None


@says("panda-3.6-delete", "panda-1.7-dataset", "panda-1.5-delete-missing")
def test_a_dataset_ends(people: Cast) -> None:
    """By any user."""
    uri = _made(people.ada, "Ending")["resource_uri"]
    assert told(people.bob.delete(uri)) == (204, "")
    assert told(people.ada.get(uri)) == (404, "")
    assert told(people.ada.delete(uri)) == (404, "")
    assert _made(people.ada, "Ending")["slug"] == "ending"


@says("panda-1.7-nobody")
def test_nobody_reads_or_changes_datasets(people: Cast) -> None:
    uri = _made(people.ada, "Not for nobody")["resource_uri"]
    for who in people.nobodies:
        for method in ("GET", "PUT", "DELETE"):
            assert told(who.ask(method, uri, json={"name": "x"} if method == "PUT" else None)) == (401, "")
        assert told(who.post("/dataset/", {"name": "x"})) == (401, "")
        assert told(who.get("/dataset/")) == (401, "")
        assert told(who.get(f"{uri}data/")) == (401, "")


@says("panda-1.7-other-doors")
def test_datasets_of_others_keep_their_own_rules(house: House, people: Cast) -> None:
    """Who may not know of one does not."""
    hidden = house.published("a,b\n1,2\n", dataset_id="hidden-one", is_restricted=True)
    house.published("a,b\n1,2\n", dataset_id="open-one", is_restricted=False)
    assert people.ada.get("/dataset/hidden-one/").status_code == 404
    assert people.ada.get("/dataset/hidden-one/data/").status_code == 404
    assert people.admin.shown("/dataset/hidden-one/")["row_count"] == 1
    assert people.ada.shown("/dataset/open-one/")["slug"] == "open-one"
    for path in ("/dataset/open-one/", "/dataset/open-one/data/"):
        assert told(people.ada.delete(path)) == (401, "")
    assert told(people.ada.put("/dataset/open-one/", {"name": "mine"})) == (401, "")
    assert told(people.ada.get("/dataset/open-one/reindex/")) == (401, "")
    assert told(people.ada.put("/dataset/open-one/data/", {"objects": [{"data": ["1", "2"]}]})) == (401, "")
    listed = {one["slug"] for one in people.ada.shown("/dataset/", limit=1000)["objects"]}
    assert "open-one" in listed
    assert "hidden-one" not in listed
    assert hidden["dataset_id"] in {
        one["slug"] for one in people.admin.shown("/dataset/", limit=1000)["objects"]
    }
    status, body = told(people.ada.put("/dataset/hidden-one/", {"name": "mine"}))
    assert (status, set(body["dataset"])) == (400, {"slug"})
