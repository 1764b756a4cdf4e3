"""Lists: pages, filters, order (sections 1.3 and 1.4)."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from tests.dialects.panda.support import Cast, told
from tests.support.saying import says

LIMIT_WORD = "Invalid limit '%s' provided. Please provide a positive integer."
LIMIT_SIGN = "Invalid limit '%s' provided. Please provide an integer >= 0."
OFFSET_WORD = "Invalid offset '%s' provided. Please provide an integer."
OFFSET_SIGN = "Invalid offset '%s' provided. Please provide an integer >= 0."
STORED = (
    *("user", "task", "category", "data_upload", "related_upload"),
    *("export", "notification", "search_subscription", "activity_log"),
)
FOUND = ("dataset", "data")


def _meta(people: Cast, path: str, **params: Any) -> dict[str, Any]:
    meta: dict[str, Any] = people.ada.shown(path, **params)["meta"]
    return meta


@pytest.mark.parametrize(
    ("path", "limit"),
    [
        *(pytest.param(f"/{name}/", 20, id=f"panda-1.3-default-{name}") for name in STORED),
        pytest.param("/dataset/", 50, id="panda-1.3-default-dataset"),
        pytest.param("/data/", 10, id="panda-1.3-default-data"),
    ],
)
def test_a_page_has_a_length_if_none_is_asked_for(people: Cast, path: str, limit: int) -> None:
    meta = _meta(people, path)
    assert (meta["limit"], meta["offset"], meta["previous"]) == (limit, 0, None)


@pytest.mark.parametrize(
    "name",
    [
        *(pytest.param(name, id=f"panda-1.3-limit-zero-{name}") for name in STORED),
        *(pytest.param(name, id=f"panda-1.3-limit-zero-found-{name}") for name in FOUND),
    ],
)
def test_a_limit_of_zero_is_all_of_what_is_stored_and_none_of_what_is_found(people: Cast, name: str) -> None:
    found = people.ada.shown(f"/{name}/", limit=0)
    assert set(found["meta"]) == {"limit", "offset", "total_count"}
    assert found["meta"]["limit"] == 0
    if name in FOUND:
        assert found["objects"] == []
    elif name != "category":
        assert len(found["objects"]) == found["meta"]["total_count"]


@says("panda-1.3-next-repeats", "panda-1.3-envelope")
def test_neighbours_repeat_the_request(people: Cast) -> None:
    page = people.ada.shown("/user/", limit=1, offset=1, extra="ü/&")
    for name, offset in (("next", "2"), ("previous", "0")):
        parts = urlsplit(page["meta"][name])
        assert (parts.scheme, parts.netloc, parts.path) == ("", "", "/api/1.0/user/")
        assert dict(parse_qsl(parts.query)) == {
            "extra": "ü/&",
            "limit": "1",
            "offset": offset,
            **people.ada.credentials,
        }
    following = people.ada.http.get(page["meta"]["next"])
    assert following.json()["meta"]["offset"] == 2


@pytest.mark.parametrize(
    ("offset", "limit", "has_previous"),
    [
        pytest.param(1, 2, False, id="panda-1.3-previous-short"),
        pytest.param(2, 2, True, id="panda-1.3-previous-whole"),
        pytest.param(0, 2, False, id="panda-1.3-previous-first"),
    ],
)
def test_a_previous_page_is_a_whole_one(people: Cast, offset: int, limit: int, has_previous: bool) -> None:
    meta = _meta(people, "/user/", offset=offset, limit=limit)
    assert (meta["previous"] is not None) == has_previous


def test_the_last_page_has_no_next(people: Cast) -> None:
    total = _meta(people, "/user/")["total_count"]
    assert _meta(people, "/user/", limit=1, offset=total - 1)["next"] is None
    assert _meta(people, "/user/", limit=1, offset=total + 7)["next"] is None


@pytest.mark.parametrize(
    "name", [pytest.param(one, id=f"panda-1.3-ceiling-{one}") for one in ("user", *FOUND)]
)
def test_a_page_has_a_ceiling_and_says_so(people: Cast, name: str) -> None:
    assert _meta(people, f"/{name}/", limit=5000)["limit"] == 1000


@says("panda-1.6-parameter")
@pytest.mark.parametrize(
    ("name", "params", "text"),
    [
        pytest.param(name, params, text, id=f"panda-1.3-bad-{what}-{name}")
        for name in ("task", "dataset", "data")
        for what, params, text in (
            ("limit-word", {"limit": "many"}, LIMIT_WORD),
            ("limit-sign", {"limit": "-1"}, LIMIT_SIGN),
            ("offset-word", {"offset": "x"}, OFFSET_WORD),
            ("offset-sign", {"offset": "-1"}, OFFSET_SIGN),
        )
    ],
)
def test_a_bad_bound_is_told(people: Cast, name: str, params: dict[str, str], text: str) -> None:
    assert told(people.ada.get(f"/{name}/", **params)) == (400, text)


@pytest.mark.parametrize(
    "params",
    [
        pytest.param({"status": "PENDING"}, id="panda-1.4-task-status"),
        pytest.param({"status__in": "PENDING,FAILURE"}, id="panda-1.4-task-status-in"),
        pytest.param({"end__year": "2011", "end__month": "10", "end__day": "31"}, id="panda-1.4-task-end"),
        pytest.param({"end__month": "2"}, id="panda-1.4-task-month"),
        pytest.param({"status": "NOTHING"}, id="panda-1.4-task-no-such-status"),
    ],
)
def test_tasks_are_filtered(people: Cast, params: dict[str, str]) -> None:
    assert people.ada.shown("/task/", **params)["meta"]["total_count"] == 0


@pytest.mark.parametrize(
    ("path", "params", "text"),
    [
        pytest.param(
            path,
            {field: "z"},
            f"The '{field}' field does not allow filtering.",
            id=f"panda-1.4-{path.strip('/')}-{field}",
        )
        for path, field in (
            ("/task/", "task_name"),
            ("/user/", "first_name"),
            ("/category/", "slug"),
            ("/data_upload/", "title"),
            ("/related_upload/", "title"),
            ("/export/", "filename"),
            ("/notification/", "type"),
            ("/search_subscription/", "query"),
            ("/activity_log/", "when"),
            ("/dataset/", "slug"),
        )
    ]
    + [
        pytest.param(
            "/task/",
            {"end": "2011"},
            "'exact' is not an allowed filter on the 'end' field.",
            id="panda-1.4-exact",
        ),
        pytest.param(
            "/task/",
            {"status__contains": "P"},
            "'contains' is not an allowed filter on the 'status' field.",
            id="panda-1.4-contains",
        ),
        pytest.param(
            "/notification/",
            {"read_at": "2011"},
            "'exact' is not an allowed filter on the 'read_at' field.",
            id="panda-1.4-read-at",
        ),
        pytest.param(
            "/task/",
            {"creator__id": "1"},
            "The 'creator' field does not allow filtering.",
            id="panda-1.4-relation",
        ),
    ],
)
def test_other_filters_are_refused(people: Cast, path: str, params: dict[str, str], text: str) -> None:
    assert told(people.ada.get(path, **params)) == (400, text)


@pytest.mark.parametrize(
    ("path", "params"),
    [
        pytest.param("/task/", {"end__year": "x"}, id="panda-1.4-year-word"),
        pytest.param("/task/", {"end__month": "13"}, id="panda-1.4-month-13"),
        pytest.param("/notification/", {"read_at__isnull": "maybe"}, id="panda-1.4-maybe"),
    ],
)
def test_a_filter_with_a_wrong_value_is_told(people: Cast, path: str, params: dict[str, str]) -> None:
    text = "Invalid resource lookup data provided (mismatched type)."
    assert told(people.ada.get(path, **params)) == (400, text)


@pytest.mark.parametrize(
    "value", [pytest.param(one, id=f"panda-1.4-isnull-{one}") for one in ("true", "True", "false", "False")]
)
def test_notices_are_filtered_by_whether_they_were_read(people: Cast, value: str) -> None:
    assert people.ada.get("/notification/", read_at__isnull=value).status_code == 200


@says("panda-1.4-unknown-is-ignored")
def test_unknown_parameters_are_ignored(people: Cast) -> None:
    assert people.ada.get("/task/", colour="blue", wings__gt=3).status_code == 200


@says("panda-1.4-email", "panda-8-email")
def test_who_asks_is_no_filter(people: Cast) -> None:
    """The original refused its own documented authentication here."""
    assert people.ada.get("/user/").status_code == 200


@pytest.mark.parametrize(
    ("path", "status"),
    [
        pytest.param("/task/", 400, id="panda-1.4-order-stored"),
        pytest.param("/dataset/", 200, id="panda-1.4-order-found"),
        pytest.param("/data/", 200, id="panda-1.4-order-data"),
    ],
)
def test_nobody_chooses_an_order(people: Cast, path: str, status: int) -> None:
    assert people.ada.get(path, order_by="id").status_code == status
