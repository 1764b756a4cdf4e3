"""Endpoints, sources and parameters: each row of sections 1, 2, 3 and 7.3 of the reference."""

from typing import Any

import pytest
from tests.dialects.explore.places import ROOT, ask, attach, first_id, names, published_places, raw
from tests.dialects.explore.support import error
from tests.support.house import House

SITE = f"http://testserver{ROOT}"
CATALOG, FACETS, DATASET = "/catalog/datasets", "/catalog/facets", "/catalog/datasets/places"
RECORDS, COUNTS, RECORD = f"{DATASET}/records", f"{DATASET}/facets", f"{DATASET}/records/{{record}}"


@pytest.fixture(scope="module", autouse=True)
def places(house: House) -> str:
    """The uid of the one dataset."""
    uid = published_places(house)
    attach(house, uid)
    return uid


@pytest.fixture(scope="module")
def record_id(house: House) -> str:
    return first_id(house)


PATHS = [
    pytest.param("/", {"links", "_links"}, id="explore-2-root"),
    pytest.param("/catalog/", {"links", "_links"}, id="explore-2-catalog"),
    pytest.param("/monitoring/", {"links", "_links"}, id="explore-2-monitoring"),
    pytest.param("/catalog/datasets", {"total_count", "results"}, id="explore-2-catalog-datasets"),
    pytest.param("/catalog/exports", {"links", "_links"}, id="explore-2-catalog-exports"),
    pytest.param("/catalog/facets", {"facets", "links", "_links"}, id="explore-2-catalog-facets"),
    pytest.param("/catalog/datasets/places", None, id="explore-2-dataset"),
    pytest.param("/catalog/datasets/places/records", {"total_count", "results"}, id="explore-2-records"),
    pytest.param("/catalog/datasets/places/records/{record}", None, id="explore-2-record"),
    pytest.param("/catalog/datasets/places/exports", {"links", "_links"}, id="explore-2-exports"),
    pytest.param("/catalog/datasets/places/facets", {"facets", "links", "_links"}, id="explore-2-facets"),
    pytest.param(
        "/catalog/datasets/places/attachments", {"attachments", "_links"}, id="explore-2-attachments"
    ),
]


@pytest.mark.parametrize(("path", "keys"), PATHS)
def test_every_path_answers_in_each_of_its_forms(
    house: House, record_id: str, path: str, keys: set[str] | None
) -> None:
    path = path.format(record=record_id)
    plain = path.rstrip("/")
    forms = [plain, f"{plain}/", plain.replace("/", "//") + "//", plain.replace("/catalog", "/shared")]
    answers = [
        house.client.get(
            f"http://testserver{ROOT}{form}?timezone=UTC",
            headers={"Accept": "application/x-nothing", "Accept-Encoding": "identity"},
            follow_redirects=False,
        )
        for form in forms
    ]
    assert [one.status_code for one in answers] == [200] * 4
    assert {one.headers["content-type"] for one in answers} == {"application/json; charset=utf-8"}
    assert keys is None or set(answers[0].json()) == keys
    assert answers[0].json() == answers[1].json() == answers[2].json()
    head = house.client.head(f"{ROOT}{path}?timezone=UTC", headers={"Accept-Encoding": "identity"})
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(answers[0].content))


@pytest.mark.parametrize(
    ("path", "type_"),
    [
        pytest.param(
            "/catalog/exports/json", "application/json; charset=utf-8", id="explore-2-catalog-export"
        ),
        pytest.param("/catalog/exports/csv", "text/csv; charset=utf-8", id="explore-2-catalog-export-csv"),
        pytest.param("/catalog/exports/dcat", "application/rdf+xml", id="explore-2-catalog-export-dcat"),
        pytest.param("/catalog/exports/dcat_ap_ch", "application/rdf+xml", id="explore-2-catalog-export-dcat_ap"),
        pytest.param("/catalog/datasets/places/exports/jsonl", "application/jsonl", id="explore-2-export"),
        pytest.param("/catalog/datasets/places/exports/parquet", "application/vnd.apache.parquet",
                     id="explore-2-export-parquet"),
        pytest.param("/catalog/datasets/places/exports/gpx", "application/gpx+xml", id="explore-2-export-gpx"),
        pytest.param("/catalog/datasets/places/exports/csv", "text/csv", id="explore-2-export-csv"),
    ],
)  # fmt: skip
def test_files_are_given_out_whatever_the_client_accepts(house: House, path: str, type_: str) -> None:
    answer = house.client.get(f"{ROOT}{path}", headers={"Accept": "application/json; charset=utf-8"})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(type_)
    assert answer.headers["content-disposition"].startswith("attachment; filename=")


def test_attachments_are_listed_explore_4_4_attachments(house: House, places: str) -> None:
    (one,) = ask(house, "/catalog/datasets/places/attachments")["attachments"]
    uid = one["metas"]["id"]
    assert one == {
        "href": f"{SITE}/catalog/datasets/places/attachments/{uid}",
        "metas": {"mime-type": "text/plain", "title": "notes.txt", "url": "odsfile://notes.txt", "id": uid},
    }


def test_an_attachment_is_downloaded_explore_2_attachment(house: House) -> None:
    (one,) = ask(house, "/catalog/datasets/places/attachments")["attachments"]
    assert house.client.get(one["href"]).content == b"words"
    assert error(raw(house, "/catalog/datasets/places/attachments/no"))[:2] == (404, "NotFoundResource")


def test_a_dataset_is_found_by_its_uid_explore_2_uid(house: House, places: str) -> None:
    assert ask(house, f"/catalog/datasets/{places}") == ask(house, "/catalog/datasets/places")
    assert ask(house, f"/catalog/datasets/{places}/records") == ask(house, "/catalog/datasets/places/records")


@pytest.mark.parametrize(
    ("path", "targets"),
    [
        pytest.param("", {"self": "/", "catalog": "/catalog", "monitoring": "/monitoring", "shared": "/shared"},
                     id="explore-2-links-of-the-root"),
        *(
            pytest.param(
                source, {"self": source, **{one: f"{source}/{one}" for one in ("datasets", "exports", "facets")}},
                id=f"explore-2-links-of{source.replace('/', '-')}",
            )
            for source in ("/catalog", "/monitoring")
        ),
    ],
)  # fmt: skip
def test_links_name_what_is_below(house: House, path: str, targets: dict[str, str]) -> None:
    body = ask(house, path)
    assert {one["rel"]: one["href"] for one in body["links"]} == {
        rel: f"{SITE}{to}" for rel, to in targets.items()
    }
    assert {one["rel"] for one in body["_links"]} <= {"self", "catalog", "dataset"}
    for one in body["links"]:
        assert house.client.get(one["href"]).status_code == 200


@pytest.mark.parametrize(
    ("path", "found"),
    [
        pytest.param("/datasets", {"total_count": 0, "results": []}, id="explore-2-monitoring-datasets"),
        pytest.param("/datasets?select=title&where=has_records", {"total_count": 0, "results": []},
                     id="explore-2-monitoring-select"),
        pytest.param("/datasets?group_by=publisher", {"total_count": 0, "results": []},
                     id="explore-2-monitoring-groups"),
        pytest.param("/facets?facet=publisher",
                     {"_links": [], "links": [], "facets": [{"name": "publisher", "facets": []}]},
                     id="explore-2-monitoring-facets"),
        pytest.param("/exports/json", [], id="explore-2-monitoring-export"),
    ],
)  # fmt: skip
def test_the_source_of_measurements_is_empty(house: House, path: str, found: Any) -> None:
    assert ask(house, f"/monitoring{path}") == found


@pytest.mark.parametrize("path", ["", "/records", "/records/1", "/facets", "/exports/csv", "/attachments/x/"])
def test_its_datasets_are_unknown_explore_2_monitoring(house: House, path: str) -> None:
    answer = raw(house, f"/monitoring/datasets/places{path}")
    assert error(answer) == (404, "NotFoundResource", "Unknown dataset: places")


def test_older_clients_have_another_name_for_the_catalogue_explore_2_sources(house: House) -> None:
    for source in ("shared", "opendatasoft"):
        assert ask(house, f"/{source}/datasets")["total_count"] == 1
        assert ask(house, f"/{source}/datasets/places/records", limit=0)["total_count"] == 6


def test_pages_of_other_sites_are_let_in_explore_1_cors(house: House) -> None:
    for path in ("/catalog/datasets", "/nowhere", "/catalog/datasets/places/exports/csv"):
        answer = raw(house, path)
        assert answer.headers["access-control-allow-origin"] == "*"
        exposed = set(answer.headers["access-control-expose-headers"].split(", "))
        assert {"X-RateLimit-Limit", "ODS-Explore-API-Deprecation", "Link", "Content-Disposition"} <= exposed
        assert "ods-analyze-truncated" in exposed
    for asked, others in (("", ""), ("X-Mine, authorization, x-mine, bad name", ", X-Mine, x-mine")):
        headers = {"Origin": "https://a.example", "Access-Control-Request-Method": "GET"}
        answer = house.client.options(
            f"{ROOT}/catalog/datasets/nothing",
            headers={**headers, **({"Access-Control-Request-Headers": asked} if asked else {})},
        )
        assert answer.status_code == 200
        allowed = answer.headers["access-control-allow-headers"]
        assert allowed == f"Authorization, Content-Type, ODS-Widgets-Version{others}"
        assert answer.headers["access-control-allow-methods"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("path", ["reuses", "georeference/v1/uid/x"])
def test_nobody_has_told_of_reuses_explore_14_reuses(house: House, path: str) -> None:
    for one in (f"/api/{path}/", f"/api/{path}?rows=5"):
        answer = house.client.get(one, follow_redirects=False)
        assert answer.json() == ({"nhits": 0, "reuses": []} if path == "reuses" else [])
        assert answer.headers["access-control-allow-origin"] == "*"
    assert error(house.client.get(f"/api/{path}/?apikey=wrong"))[:2] == (401, "Unauthorized")


@pytest.mark.parametrize("path", ["", "information/"])
def test_pages_that_others_link_to_are_there_explore_14_pages(house: House, path: str) -> None:
    answer = house.client.get(f"/explore/dataset/places/{path}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


def test_nothing_here_is_deprecated_explore_7_3(house: House) -> None:
    assert "ods-explore-api-deprecation" not in raw(house, "/catalog/datasets").headers


@pytest.mark.parametrize("path", [CATALOG, FACETS, DATASET, RECORDS, COUNTS, RECORD])
@pytest.mark.parametrize(
    ("params", "is_bad"),
    [
        pytest.param({"lang": "tlh"}, True, id="explore-3-lang"),
        pytest.param({"timezone": "Mars/Olympus"}, True, id="explore-3-timezone"),
        pytest.param({"lang": "", "timezone": "", "select": "", "where": "", "refine": "", "facet": "",
                      "order_by": "", "group_by": "", "limit": "", "offset": "", "exclude": "",
                      "include_links": "", "include_app_metas": ""}, False, id="explore-1-empty-is-absent"),
        pytest.param({"groupby": "((", "sort": "x", "qq": "é"}, False, id="explore-1-unknown-is-ignored"),
    ],
)  # fmt: skip
def test_every_endpoint_takes_parameters_alike(
    house: House, record_id: str, path: str, params: dict[str, str], is_bad: bool
) -> None:
    path = path.format(record=record_id)
    if is_bad:
        ((name, value),) = params.items()
        status, code, message = error(raw(house, path, **params))
        assert (status, code) == (400, "InvalidRESTParameterError")
        assert message.startswith(f"Invalid value for {name} API parameter: {value} was found but ")
    else:
        assert ask(house, path, **params) == ask(house, path)


@pytest.mark.parametrize("language", ["en", "fr", "nl", "pt", "it", "ar", "de", "es", "ca", "eu", "sv"])
def test_every_language_of_the_reference_is_known_explore_3_lang(house: House, language: str) -> None:
    assert ask(house, RECORDS, lang=language, limit=0)["total_count"] == 6


@pytest.mark.parametrize(
    ("params", "count"),
    [
        pytest.param({}, 6, id="explore-3-limit-default"),
        pytest.param({"limit": -1}, 6, id="explore-3-limit-is-the-most"),
        pytest.param({"rows": 2}, 2, id="explore-3-rows"),
        pytest.param({"rows": 2, "limit": 3}, 3, id="explore-3-limit-before-rows"),
        pytest.param({"start": 4}, 2, id="explore-3-start"),
        pytest.param({"limit": 100, "offset": 9_900}, 0, id="explore-3-offset-inclusive"),
        pytest.param({"group_by": "name", "limit": 20_000}, 6, id="explore-3-limit-of-groups"),
        pytest.param({"group_by": ["country", "open"]}, 4, id="explore-3-group_by-joined"),
        pytest.param({"select": ["name", "pop"], "order_by": ["open", "-pop"]}, 6, id="explore-3-joined"),
        pytest.param({"where": ["pop = 10 or pop = 20", "open"]}, 1, id="explore-3-where-each-by-itself"),
    ],
)
def test_pages_and_clauses(house: House, params: dict[str, Any], count: int) -> None:
    assert len(ask(house, RECORDS, **params)["results"]) == count


@pytest.mark.parametrize(
    ("params", "found"),
    [
        pytest.param({"refine": "country:FR"}, "ABÉ", id="explore-3-refine-plain"),
        pytest.param({"refine": 'country:"FR"'}, "ABÉ", id="explore-3-refine-quoted"),
        pytest.param({"refine": "`country`:FR"}, "ABÉ", id="explore-3-refine-backquoted"),
        pytest.param({"refine": 'name:"A \\"b\\": c"'}, "A", id="explore-3-refine-escaped"),
        pytest.param({"refine": 'name:A "b": c'}, "A", id="explore-3-refine-first-colon"),
        pytest.param({"refine": "country:F*"}, "", id="explore-3-refine-no-wildcard"),
        pytest.param({"refine": ["country:FR", "country:IE"]}, "ABCDÉ", id="explore-3-refine-disjunctive"),
        pytest.param({"refine": ["tags:sea", "tags:sun"]}, "A", id="explore-3-refine-and"),
        pytest.param({"refine": ["country:FR", "open:true"]}, "A", id="explore-3-refine-fields"),
        pytest.param({"exclude": ["country:FR", "country:IE"]}, "A", id="explore-3-exclude-each"),
        pytest.param({"exclude": "tags:sea"}, "DÉA", id="explore-3-exclude-keeps-nulls"),
        pytest.param({"refine": "founded:2019"}, "ABC", id="explore-3-refine-year"),
        pytest.param({"refine": "founded:2019/08"}, "AB", id="explore-3-refine-month"),
        pytest.param({"refine": "founded:2019/08/06"}, "B", id="explore-3-refine-day"),
        pytest.param({"refine": "founded:2019/8/6"}, "B", id="explore-3-refine-unpadded"),
        pytest.param(
            {"refine": "seen:2020/1/1", "timezone": "Europe/Paris"}, "AB", id="explore-3-refine-zone"
        ),
        pytest.param({"refine": "region:West"}, "BC", id="explore-3-refine-parent"),
        pytest.param({"refine": "region:West/Coast"}, "BC", id="explore-3-refine-path"),
        pytest.param({"exclude": "region:North"}, "ABCA", id="explore-3-exclude-parent"),
        pytest.param({"refine": "pop:10"}, "A", id="explore-3-refine-without-annotation"),
        pytest.param({"refine": "size:2.50"}, "B", id="explore-3-refine-number"),
    ],
)
def test_refinements(house: House, params: dict[str, Any], found: str) -> None:
    assert "".join(names(house, **params)) == found


def test_a_refinement_of_an_unknown_field_is_refused_explore_3(house: House) -> None:
    for clause in ("refine", "exclude"):
        message = f"ODSQL query is malformed: Unknown field: no. Clause(s) containing the error(s): {clause}."
        for path in (RECORDS, COUNTS, CATALOG, FACETS):
            assert error(raw(house, path, **{clause: "no:1"})) == (400, "ODSQLError", message)


def test_links_are_added_where_they_are_asked_for_explore_3_include_links(house: House) -> None:
    own = [
        {"href": f"{SITE}/catalog/datasets/places", "rel": "self"},
        {"href": f"{SITE}/catalog/datasets", "rel": "catalog"},
    ]
    assert ask(house, DATASET, include_links="true")["_links"] == own
    body = ask(house, CATALOG, include_links="true", limit=1)
    assert body["results"][0]["_links"] == own
    assert [one["rel"] for one in body["_links"]] == ["self", "first", "last", "catalog"]
    assert [one["rel"] for one in ask(house, RECORDS, include_links="true", limit=2)["_links"]] == [
        *("self", "first", "last", "next", "dataset", "catalog")
    ]
    for path in (DATASET, CATALOG, RECORDS):
        assert "_links" not in ask(house, path)


def test_metas_are_added_where_they_are_asked_for_explore_3_include_app_metas(house: House) -> None:
    assert "explore" not in ask(house, DATASET)["metas"]
    for body in (
        ask(house, DATASET, include_app_metas="true"),
        ask(house, CATALOG, include_app_metas="true")["results"][0],
    ):
        assert set(body["metas"]["explore"]) == {"download_count", "api_call_count", "popularity_score"}
    row = ask(house, RECORDS, include_app_metas="true", limit=1)["results"][0]
    assert list(row)[:3] == ["_id", "_timestamp", "_size"]
