"""What is stated of resources beside their tables (sections 2.2, 3, 4 and 5): states of tasks, odd names, ends."""

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from tests.dialects.panda.support import XHR, Cast, Client, browser, settled, told
from tests.support.house import House
from tests.support.saying import says

from colonnade.core.alerts import jobs as alerts
from colonnade.core.jobs import service as jobs
from colonnade.core.jobs.model import State
from colonnade.core.work import SYSTEM

FIXTURES = Path(__file__).parents[2] / "fixtures" / "panda"
CSV = "permit,vessel,fee\n1,Marlin,20.5\n2,Petrel,18\n"
MANY = "permit,vessel,fee\n" + "".join(f"{number},x,1\n" for number in range(20_000))


def _dataset(who: Client, name: str, **params: str) -> str:
    made = who.post("/dataset/", {"name": name}, **params)
    assert made.status_code == 201, made.text
    uri: str = made.json()["resource_uri"]
    return uri


def _imported(house: House, who: Client, uri: str, content: str | bytes, name: str = "permits.csv") -> Any:
    """The task of an import, at its end."""
    upload = who.upload(content, name)
    assert upload["success"], upload
    asked = who.get(f"{uri}import/{upload['id']}/")
    assert asked.status_code == 200, asked.text
    settled(house)
    return who.shown(asked.json()["current_task"]["resource_uri"])


@pytest.mark.parametrize(
    ("state", "status"),
    [
        pytest.param(State.PROCESSING, "STARTED", id="panda-3.2-status-STARTED"),
        pytest.param(State.ABORTING, "ABORT REQUESTED", id="panda-3.2-status-ABORT-REQUESTED"),
        pytest.param(State.ABORTED, "ABORTED", id="panda-3.2-status-ABORTED"),
    ],
)
def test_states_of_tasks(house: House, people: Cast, state: State, status: str) -> None:
    uri = _dataset(people.ada, "States")
    task = people.ada.shown(f"{uri}export/")["current_task"]
    settled(house)
    with house.running.portal.writing(SYSTEM) as work:
        job = jobs.by_number(work, int(task["id"]))
        assert job is not None
        before, job.state = job.state, state
    try:
        assert people.ada.shown(task["resource_uri"])["status"] == status
        found = people.ada.shown("/task/", status=status, limit=0)["objects"]
        assert [one["id"] for one in found] == [task["id"]]
    finally:
        with house.running.portal.writing(SYSTEM) as work:
            job = jobs.by_number(work, int(task["id"]))
            assert job is not None
            job.state = before


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param("xls", id="panda-3.2-name-import-xls+panda-4.5-xls-cells"),
        pytest.param("xlsx", id="panda-3.2-name-import-xlsx+panda-4.5-xlsx-native+panda-4.5-blank-sample"),
    ],
)
def test_a_task_is_named_for_the_type_of_its_file(house: House, people: Cast, kind: str) -> None:
    sent = people.ada.upload(b"PK\x03\x04", f"broken.{kind}")
    assert (sent["success"], sent["filename"]) == (False, f"broken.{kind}")
    content = (FIXTURES / f"test_types.{kind}").read_bytes()
    uri = _dataset(people.ada, f"Sheet {kind}")
    task = _imported(house, people.ada, uri, content, f"book.{kind}")
    assert (task["task_name"], task["status"]) == (f"panda.tasks.import.{kind}", "SUCCESS")
    first = people.ada.shown(f"{uri}data/", limit=1)["objects"][0]["data"]
    assert first[2:4] == ([40, True] if kind == "xlsx" else ["40", "1"])
    upload = people.ada.shown("/data_upload/", limit=0)["objects"][-1]
    assert "None" not in str(upload["sample_data"])


@says("panda-3.3-pseudo-404", "panda-3.3-fresh")
def test_a_fresh_portal_has_three_categories(people: Cast) -> None:
    found = people.ada.shown("/category/", limit=0)["objects"]
    assert [one["name"] for one in found] == ["Crime", "Education", "Politics", "Uncategorized"]
    assert told(people.ada.get("/category/uncategorized/")) == (404, "")


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        pytest.param("a\r\nX-Evil: 1.csv", "aX-Evil 1.csv", id="panda-3.4-odd-names-lines"),
        pytest.param('a"b.csv', "ab.csv", id="panda-3.4-odd-names-quote"),
        pytest.param("\u00fc\u65e5.csv", "\u00fc\u65e5.csv", id="panda-3.4-odd-names-letters"),
        pytest.param("../../etc/passwd.csv", "passwd.csv", id="panda-3.4-odd-names-path"),
        pytest.param("a\x00b.csv", "ab.csv", id="panda-3.4-odd-names-nul"),
        pytest.param("a;b.csv", "a;b.csv", id="panda-3.4-odd-names-semicolon"),
        pytest.param("x" * 300 + ".csv", "x" * 196 + ".csv", id="panda-3.4-odd-names-long"),
    ],
)
def test_no_name_of_a_file_becomes_a_header(people: Cast, name: str, kept: str) -> None:
    params = {**people.ada.credentials, "qqfile": name}
    sent = people.ada.http.post("/data_upload/", params=params, content=CSV.encode(), headers=XHR).json()
    assert (sent["success"], sent["original_filename"]) == (True, kept)
    answer = people.ada.get(f"{sent['resource_uri']}download/")
    assert (answer.status_code, answer.text) == (200, CSV)
    assert "x-evil" not in answer.headers
    assert re.fullmatch(r"[ -~]+", answer.headers["content-disposition"])
    assert answer.headers["content-disposition"].startswith("attachment; filename=")


@says("panda-3.5-search-text")
def test_files_beside_the_rows_are_searched_until_they_go(people: Cast) -> None:
    _dataset(people.ada, "Beside")
    sent = people.ada.upload("x", "mooring-plan.txt", to="related_upload", dataset_slug="beside")
    assert [one["slug"] for one in people.bob.shown("/dataset/", q="mooring-plan.txt")["objects"]] == [
        "beside"
    ]
    people.ada.delete(sent["resource_uri"])
    assert people.bob.shown("/dataset/", q="mooring-plan.txt")["objects"] == []


@pytest.mark.parametrize(
    "slug",
    [
        pytest.param("kept-slug", id="panda-3.6-slug-duplicate"),
        pytest.param("a.b", id="panda-3.6-slug-form-point"),
        pytest.param("\u00e4", id="panda-3.6-slug-form-letter"),
        pytest.param("a b", id="panda-3.6-slug-form-blank"),
        pytest.param("x" * 300, id="panda-7-limit-slug"),
        pytest.param(5, id="panda-3.6-slug-form-number"),
        pytest.param("schema", id="panda-3.6-slug-reserved-schema"),
        pytest.param("set", id="panda-3.6-slug-reserved-set"),
    ],
)
def test_slugs_that_are_refused(people: Cast, slug: Any) -> None:
    people.ada.put("/dataset/kept-slug/", {"name": "First"})
    before = people.ada.shown("/dataset/", limit=0)["meta"]["total_count"]
    status, body = told(people.ada.post("/dataset/", {"name": "N", "slug": slug}))
    assert (status, list(body), list(body["dataset"])) == (400, ["dataset"], ["slug"])
    assert people.ada.shown("/dataset/", limit=0)["meta"]["total_count"] == before


@pytest.mark.parametrize(
    "name", [pytest.param(one, id=f"panda-3.6-slug-reserved-name-{one}") for one in ("Set", "Schema")]
)
def test_names_whose_slug_means_something_else(people: Cast, name: str) -> None:
    made = people.ada.post("/dataset/", {"name": name}, columns="a").json()
    assert made["slug"] == f"{name.lower()}-2"
    assert people.ada.get(f"{made['resource_uri']}data/").status_code == 200


ODD = [
    "\u00e4",
    "\u65e5\u672c",
    "",
    "",
    '"; DROP TABLE x;--',
    "_key",
    "a\nb",
    "select",
    "A",
    "a",
    "a\x00",
    "x" * 2000,
]


@says("panda-3.6-columns-odd", "panda-4.1-empty-header")
def test_headers_may_be_anything_but_commas(house: House, people: Cast) -> None:
    many = ",".join(["true"] * len(ODD))
    types = ",".join(["unicode"] * len(ODD))
    uri = _dataset(people.ada, "Odd", columns=",".join(ODD), typed_columns=many, column_types=types)
    shown = people.ada.shown(uri)["column_schema"]
    assert [one["name"] for one in shown] == ODD
    named = [one["indexed_name"] for one in shown]
    assert named[2:4] == ["column_unicode_4", "column_unicode_5"] or named[2].startswith("column_unicode_")
    assert len(set(named)) == len(ODD)
    row = [f"cell{number}" for number in range(len(ODD))]
    assert people.ada.put(f"{uri}data/k/", {"data": row}).status_code == 202
    assert people.ada.shown(f"{uri}data/k/")["data"] == row
    found = people.ada.shown(f"{uri}data/", q=f"{named[4]}:cell4 AND {named[-1]}:cell11")
    assert found["meta"]["total_count"] == 1
    people.ada.shown(f"{uri}export/")
    settled(house)
    export = people.ada.shown("/export/", limit=0)["objects"][-1]
    assert "DROP TABLE" in people.ada.get(f"{export['resource_uri']}download/").text


@says("panda-3.6-delete-locked", "panda-3.6-delete-files", "panda-3.6-delete-tasks-stay", "panda-3.8-gone")
def test_a_dataset_ends_while_it_is_locked(house: House, people: Cast) -> None:
    uri = _dataset(people.ada, "Ending soon", columns="permit,vessel,fee")
    people.ada.put(f"{uri}data/", {"objects": [{"data": ["1", "kittiwake", "2"]}]})
    people.ada.shown(f"{uri}export/")
    settled(house)
    export = people.ada.shown("/export/", limit=0)["objects"][-1]
    upload = people.ada.upload(MANY, dataset_slug="ending-soon")
    task = people.ada.shown(f"{uri}import/{upload['id']}/")["current_task"]
    assert told(people.bob.delete(uri)) == (204, "")
    settled(house)
    assert told(people.ada.get(uri)) == (404, "")
    assert told(people.ada.get(upload["resource_uri"])) == (404, "")
    assert told(people.ada.get(export["resource_uri"])) == (404, "")
    assert people.ada.shown("/data/", q="kittiwake")["meta"]["total_count"] == 0
    assert people.admin.shown(task["resource_uri"])["status"] in {"ABORTED", "SUCCESS", "FAILURE"}


@says("panda-4.1-bounds-of-times")
def test_bounds_of_times_have_a_day_and_of_days_a_midnight(people: Cast) -> None:
    params = {"column_types": "time,date,datetime", "typed_columns": "true,true,true"}
    uri = _dataset(people.ada, "Bounds", columns="t,d,dt", **params)
    rows = [["4:14", "3/7/2024", "3/7/2024 4:14"], ["16:00", "2023-12-31", "n/a"]]
    people.ada.put(f"{uri}data/", {"objects": [{"data": row} for row in rows]})
    bounds = [(one["min"], one["max"]) for one in people.ada.shown(uri)["column_schema"]]
    assert bounds == [
        ("9999-12-31T04:14:00", "9999-12-31T16:00:00"),
        ("2023-12-31T00:00:00", "2024-03-07T00:00:00"),
        ("2024-03-07T04:14:00", "2024-03-07T04:14:00"),
    ]


@says("panda-4.3-five-rows", "panda-4.4-header")
def test_five_rows_below_the_header_are_looked_at(people: Cast) -> None:
    sent = people.ada.upload("n,m\n1,2\n1,2\n1,2\n1,2\n1,2\nx,2.5\n")
    assert (sent["columns"], sent["guessed_types"]) == (["n", "m"], ["int", "int"])
    assert len(sent["sample_data"]) == 5


@says("panda-4.6-short panda-4.6-long panda-4.2-short-row")
def test_ragged_rows_of_a_file(house: House, people: Cast) -> None:
    """Short ones come back as short; a typed column of theirs is empty. Cells beyond the header are told of."""
    uri = _dataset(people.ada, "Short", columns="a,b,c", column_types=",,int", typed_columns=",,true")
    task = _imported(house, people.ada, uri, "a,b,c\n1\n1,2,3\n")
    assert task["status"] == "SUCCESS", task
    assert [one["data"] for one in people.ada.shown(f"{uri}data/")["objects"]] == [["1"], ["1", "2", "3"]]
    task = _imported(house, people.ada, _dataset(people.ada, "Long"), "a,b\n1,2\n1,2,3\n")
    assert task["status"] == "FAILURE"
    assert "3" in task["traceback"]


@says("panda-4.4-late-encoding", "panda-5.2-late-encoding")
def test_a_byte_far_down_that_is_no_letter(house: House, people: Cast) -> None:
    task = _imported(house, people.ada, _dataset(people.ada, "Late"), MANY.encode() + b"9,\xff,1\n")
    assert (task["status"], task["message"]) == ("FAILURE", "Import failed")
    assert task["traceback"].startswith(
        "This CSV file contains characters that are not utf-8 encoded in or after row 20001. You need to re-upload "
        "this file and input the correct encoding in order to import data from this file."
    )


@says("panda-5.3-nulls", "panda-5.3-start", "panda-7-export-q")
def test_nulls_of_an_export_are_empty(house: House, people: Cast) -> None:
    uri = _dataset(people.ada, "Nulls <i>", columns="a,b,c")
    people.ada.put(f"{uri}data/", {"objects": [{"data": [None, "x,\ry", True]}]})
    task = people.ada.shown(f"{uri}export/", q="x")["current_task"]
    settled(house)
    export = people.ada.shown("/export/", limit=0)["objects"][-1]
    assert people.ada.get(f"{export['resource_uri']}download/").text == 'a,b,c\n,"x,\ny",true\n'
    assert export["creation_date"] == people.ada.shown(task["resource_uri"])["start"]
    notice = people.ada.shown("/notification/", limit=1)["objects"][0]
    assert notice["message"].strip() == 'Export complete: "x" in <strong>Nulls &lt;i&gt;</strong>'


@says(
    "panda-5.3-archive-empty",
    "panda-3.8-export-category",
    "panda-3.8-export-since",
    "panda-8-export-category",
)
def test_an_archive_is_of_what_was_asked(house: House, people: Cast) -> None:
    crime = {"name": "Archive in crime", "categories": ["/api/1.0/category/crime/"]}
    for uri in (
        people.ada.post("/dataset/", crime, columns="a").json()["resource_uri"],
        _dataset(people.ada, "Archive elsewhere", columns="a"),
    ):
        people.ada.put(f"{uri}data/", {"objects": [{"data": ["guillemot"]}]})
    wanted: tuple[tuple[dict[str, str], list[str]], ...] = (
        ({}, ["archive-elsewhere.csv", "archive-in-crime.csv"]),
        ({"category": "crime"}, ["archive-in-crime.csv"]),
        ({"since": "2999-01-01T00:00:00"}, []),
    )
    for params, names in wanted:
        assert told(people.ada.get("/data/", q="guillemot", export="1", **params)) == (200, "Export queued.")
        settled(house)
        export = people.ada.shown("/export/", limit=0)["objects"][-1]
        content = people.ada.get(f"{export['resource_uri']}download/").content
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            assert sorted(archive.namelist()) == names


@says("panda-3.8-order")
def test_groups_come_in_the_order_of_ids(people: Cast) -> None:
    for name in ("Zebra first", "Aardvark second"):
        uri = _dataset(people.ada, name, columns="a")
        people.ada.put(f"{uri}data/", {"objects": [{"data": ["fulmar"]}]})
    found = people.ada.shown("/data/", q="fulmar")["objects"]
    assert [one["slug"] for one in found] == ["zebra-first", "aardvark-second"]


@says("panda-6.2-nicknames-of-datasets", "panda-3.7-misfit")
def test_nicknames_are_found_in_rows_and_in_names(people: Cast) -> None:
    uri = _dataset(people.ada, "William of Orange", columns="a,n", column_types=",int", typed_columns=",true")
    people.ada.put(f"{uri}data/", {"objects": [{"data": ["William", "many"]}]})
    assert [one["slug"] for one in people.ada.shown("/dataset/", q="bill")["objects"]] == [
        "william-of-orange"
    ]
    assert people.ada.shown(f"{uri}data/", q="bill")["objects"][0]["data"] == ["William", "many"]
    assert people.ada.shown(f"{uri}data/", q="column_int_n:*")["objects"] == []


@says(
    "panda-2.2-login-notifications panda-2.2-activate-reenter panda-3.1-put-password panda-7-limit-notifications"
)
def test_a_new_password_and_what_one_is_told_on_coming_in(house: House, people: Cast) -> None:
    """`reenter_password` is for pages; moments are exact here."""
    body = {"email": "dan@paper.example", "password": "petrel-17"}
    short = {"user": {"password": ["A password has at least 8 characters."]}}
    assert people.admin.post("/user/", {**body, "password": "seven77"}).json() == short
    made = people.admin.post("/user/", body).json()
    page = browser(house)
    page.get("/login/")
    token = {"X-CSRFToken": page.cookies["csrftoken"]}
    assert page.post("/login/", data=body, headers=token).status_code == 200
    own = {"X-CSRFToken": page.cookies["csrftoken"]}
    for _ in range(2):
        page.put("/api/1.0/notification/99999/", json={"message": "x"}, headers=own)
    changed = page.put(f"{made['resource_uri']}?patch=true", json={"password": "marlin-18"}, headers=own)
    assert changed.status_code == 202
    assert page.post("/login/", data=body, headers=own).status_code == 400
    again = page.post("/login/", data={**body, "password": "marlin-18"}, headers=own).json()
    assert len(again["notifications"]) == 2
    assert re.fullmatch(r".*T\d\d:\d\d:\d\d\.\d{6}", again["notifications"][0]["sent_at"])


@says("panda-7-subscription-category")
def test_a_subscription_of_a_category_links_to_it(house: House, people: Cast) -> None:
    crime = "/api/1.0/category/crime/"
    people.bob.post(
        "/search_subscription/", {"query": "razorbill", "query_url": "razorbill", "category": crime}
    )
    uri = people.ada.post("/dataset/", {"name": "Auks", "categories": [crime]}, columns="a").json()[
        "resource_uri"
    ]
    people.ada.put(f"{uri}data/", {"objects": [{"data": ["razorbill"]}]})
    alerts.run(house.running.portal)
    notice = people.bob.shown("/notification/", limit=1)["objects"][0]
    assert notice["message"].strip().startswith('New search results for "razorbill"')
    assert notice["url"].startswith("#search/crime/razorbill/20")


@says("panda-7-no-demo-credentials")
@pytest.mark.parametrize(
    ("email", "key"),
    [
        ("panda@pandaproject.net", "edfe6c5ffd1be4d3bf22f69188ac6bc0fc04c84b"),
        ("user@pandaproject.net", "edfe6c5ffd1be4d3bf22f69188ac6bc0fc04c84c"),
    ],
)
def test_keys_of_the_documents_open_nothing(people: Cast, email: str, key: str) -> None:
    answer = people.stranger.get("/user/", email=email, api_key=key)
    assert told(answer) == (401, "")


def test_more_columns_than_a_table_may_have_are_refused(people: Cast) -> None:
    names = ",".join(f"c{one}" for one in range(2_001))
    answer = people.ada.put("/dataset/too-wide/", {"name": "Too wide"}, columns=names)
    assert (answer.status_code, answer.text) == (400, "A dataset has at most 2000 columns; these are 2001.")
    assert people.ada.get("/dataset/too-wide/").status_code == 404
