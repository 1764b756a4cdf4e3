"""Tasks: imports, reindexes and exports, from the asking to the end (sections 3.2, 3.6, 3.9 and 5)."""

from typing import Any

import pytest
from tests.dialects.panda.support import Cast, Client, settled, told
from tests.support.house import House
from tests.support.saying import says

from colonnade.core.jobs import service as jobs
from colonnade.core.jobs.model import Job, Kind, State
from colonnade.core.work import SYSTEM

CSV = "permit,vessel,fee\n1,Marlin,20.5\n2,Petrel,18\n"
TASK = {
    *("creator", "end", "id", "message", "resource_uri", "start"),
    *("status", "task_description", "task_name", "traceback"),
}
LOCKED = "Dataset is currently locked by another process."


def _dataset(who: Client, name: str, **params: str) -> str:
    made = who.post("/dataset/", {"name": name}, **params)
    assert made.status_code == 201, made.text
    uri: str = made.json()["resource_uri"]
    return uri


def _imported(house: House, who: Client, uri: str, content: str = CSV, name: str = "permits.csv") -> Any:
    """The task of an import, at its end."""
    upload = who.upload(content, name)
    asked = who.get(f"{uri}import/{upload['id']}/")
    assert asked.status_code == 200, asked.text
    settled(house)
    return who.shown(asked.json()["current_task"]["resource_uri"])


def _rows(who: Client, uri: str) -> list[Any]:
    return [one["data"] for one in who.shown(f"{uri}data/")["objects"]]


@says(
    "panda-3.6-import panda-3.2-keys panda-5.2 panda-3.2-before panda-3.2-name-import-csv "
    "panda-3.2-description-import panda-3.2-status-PENDING panda-3.2-status-SUCCESS "
    "panda-3.6-import-not-attached panda-3.6-import-first panda-3.6-import-done panda-3.6-import-no-ids "
    "panda-3.6-initial-upload panda-3.6-locked-at panda-3.6-current-task panda-3.7-csv-are-texts "
    "panda-5.2-success panda-5.1-released panda-8-task-keys"
)
def test_an_import_from_the_asking_to_the_end(house: House, people: Cast) -> None:
    uri = _dataset(people.ada, "Imported")
    upload = people.ada.upload(CSV, "permits.csv")
    answer = people.bob.get(f"{uri}import/{upload['id']}/")
    asked = answer.json()
    assert (answer.status_code, asked["locked"]) == (200, True)
    task = asked["current_task"]
    assert set(task) == TASK
    assert (task["status"], task["message"], task["start"], task["end"]) == ("PENDING", "", None, None)
    assert (task["task_name"], task["traceback"]) == ("panda.tasks.import.csv", None)
    assert task["task_description"] == "Import data from permits.csv into imported."
    settled(house)
    ended = people.ada.shown(task["resource_uri"])
    assert (ended["status"], ended["message"]) == ("SUCCESS", "Import complete")
    assert ended["start"] <= ended["end"]
    assert people.ada.shown(ended["creator"])["email"] == people.bob.email
    shown = people.ada.shown(uri)
    assert (shown["row_count"], shown["locked"], shown["current_task"]) == (2, False, ended)
    assert shown["locked_at"] is not None
    assert shown["initial_upload"] == upload["resource_uri"]
    assert (shown["last_modified"], shown["last_modification"], shown["last_modified_by"]) == (None,) * 3
    assert [(one["name"], one["type"], one["indexed"]) for one in shown["column_schema"]] == [
        ("permit", "int", False),
        ("vessel", "unicode", False),
        ("fee", "float", False),
    ]
    assert shown["sample_data"] == [["1", "Marlin", "20.5"], ["2", "Petrel", "18"]]
    assert shown["data_uploads"] == []
    assert people.ada.shown(upload["resource_uri"])["imported"] is True
    (first, _) = people.ada.shown(f"{uri}data/")["objects"]
    assert first == {
        "data": ["1", "Marlin", "20.5"],
        "dataset": uri,
        "external_id": None,
        "resource_uri": None,
    }
    again = people.ada.get(f"{uri}import/{upload['id']}/")
    assert told(again) == (403, "This file has already been imported.")


@says("panda-8-append", "panda-3.6-import-append")
def test_imports_append(house: House, people: Cast) -> None:
    uri = _dataset(people.ada, "Appended")
    _imported(house, people.ada, uri)
    people.ada.put(f"{uri}data/own/", {"data": ["3", "Own", "1"]})
    _imported(house, people.ada, uri, "permit,vessel,fee\nx,Gull,\n")
    assert [one[1] for one in _rows(people.ada, uri)] == ["Marlin", "Petrel", "Own", "Gull"]
    shown = people.ada.shown(uri)
    assert (shown["row_count"], shown["last_modification"]) == (4, "1 row added")
    assert _rows(people.ada, uri)[3] == ["x", "Gull", ""]


@says("panda-3.6-import-refused", "panda-1.6-403", "panda-3.6-import-unsupported", "panda-3.6-import-columns")
def test_imports_that_are_refused(house: House, people: Cast) -> None:
    uri = _dataset(people.ada, "Refusing", columns="permit,vessel,fee")
    other = people.ada.upload("vessel,permit,fee\n1,2,3\n")
    assert told(people.ada.get(f"{uri}import/{other['id']}/")) == (
        403,
        "The columns in this file do not match those in the dataset.",
    )
    text = people.ada.upload("hello", "notes.txt")
    assert told(people.ada.get(f"{uri}import/{text['id']}/")) == (
        403,
        "This file type is not supported for data import.",
    )
    for path in (f"{uri}import/99999/", f"{uri}import/x/"):
        status, body = told(people.ada.get(path))
        assert (status, set(body)) == (404, {"error_message"})
    for who in people.nobodies:
        assert told(who.get(f"{uri}import/{other['id']}/")) == (401, "")


@says("panda-3.6-import-typed")
def test_a_dataset_with_columns_keeps_them(house: House, people: Cast) -> None:
    """Guesses are not applied."""
    uri = _dataset(
        people.ada,
        "Typed",
        columns="permit,vessel,fee",
        column_types="int,,float",
        typed_columns="true,,true",
    )
    _imported(house, people.ada, uri)
    permit, vessel, fee = people.ada.shown(uri)["column_schema"]
    assert (permit["min"], permit["max"], fee["min"], fee["max"]) == (1, 2, 18, 20.5)
    assert (vessel["type"], vessel["indexed"]) == (None, False)
    found = people.ada.shown(f"{uri}data/", q="column_float_fee:[19 TO *]")
    assert [one["data"][1] for one in found["objects"]] == ["Marlin"]


@says("panda-5.2-failure", "panda-3.2-status-FAILURE", "panda-5.2-messages")
def test_an_import_that_fails(house: House, people: Cast) -> None:
    """It leaves none of its own rows, and all others."""
    uri = _dataset(people.ada, "Failing")
    _imported(house, people.ada, uri)
    bad = CSV.encode() * 1 + b"".join(b"%d,x,1\n" % number for number in range(20_000)) + b"9,\xff,1\n"
    upload = people.ada.upload(bad, "bad.csv")
    assert upload["success"], upload
    task = people.ada.get(f"{uri}import/{upload['id']}/").json()["current_task"]
    settled(house)
    ended = people.ada.shown(task["resource_uri"])
    assert (ended["status"], ended["message"]) == ("FAILURE", "Import failed")
    assert ended["traceback"]
    assert 'File "/' not in ended["traceback"]
    shown = people.ada.shown(uri)
    assert (shown["row_count"], shown["locked"]) == (2, False)
    assert people.ada.shown(upload["resource_uri"])["imported"] is False


@says("panda-5.2-first", "panda-3.7-unfinished-import")
def test_a_first_import_that_fails(house: House, people: Cast) -> None:
    uri = _dataset(people.ada, "Unfinished")
    bad = CSV.encode() + b"".join(b"%d,x,1\n" % number for number in range(20_000)) + b"9,\xff,1\n"
    upload = people.ada.upload(bad, "bad.csv", dataset_slug="unfinished")
    people.ada.get(f"{uri}import/{upload['id']}/")
    settled(house)
    shown = people.ada.shown(uri)
    assert (shown["row_count"], shown["initial_upload"]) == (None, upload["resource_uri"])
    assert [one["name"] for one in shown["column_schema"]] == ["permit", "vessel", "fee"]
    text = "Can not create or modify data for a dataset which has initial_upload, but has not completed the import process."
    refused = people.ada.put(f"{uri}data/", {"objects": [{"data": ["1", "2", "3"]}]})
    assert told(refused) == (400, {"dataset": [text]})


@says("panda-3.7-wiped")
def test_rows_of_an_import_can_be_wiped_and_written_again(house: House, people: Cast) -> None:
    uri = _dataset(people.ada, "Wiped")
    _imported(house, people.ada, uri)
    assert people.ada.delete(f"{uri}data/").status_code == 204
    assert people.ada.put(f"{uri}data/a/", {"data": ["1", "2", "3"]}).status_code == 202


@says(
    "panda-3.6-reindex panda-5.4 panda-3.2-name-reindex panda-3.2-description-reindex panda-5.4-ids-stay "
    "panda-5.4-written-rows-stay panda-5.4-times-stay panda-5.4-messages panda-4.1-unindexed-is-reset "
    "panda-4.1-not-indexed"
)
def test_a_reindex(house: House, people: Cast) -> None:
    """Rows that were written by hand stay, with their ids and times."""
    uri = _dataset(people.ada, "Reindexed")
    _imported(house, people.ada, uri)
    people.ada.put(f"{uri}data/p-3/", {"data": [17, "Petrel II", "$18.50"]})
    before = people.ada.shown(uri)
    rows = people.ada.shown(f"{uri}data/", sort="last_modified asc")["objects"]
    answer = people.ada.get(
        f"{uri}reindex/", typed_columns="true,false,true", column_types="int,unicode,float"
    )
    assert (answer.status_code, answer.json()["locked"]) == (200, True)
    task = answer.json()["current_task"]
    assert (task["task_name"], task["status"]) == ("panda.tasks.reindex", "PENDING")
    assert task["task_description"] == "Reindex reindexed with 2 column filters."
    settled(house)
    ended = people.ada.shown(task["resource_uri"])
    assert (ended["status"], ended["message"]) == ("SUCCESS", "Reindex complete")
    shown = people.ada.shown(uri)
    assert [(one["indexed_name"], one["min"], one["max"]) for one in shown["column_schema"]] == [
        ("column_int_permit", 1, 17),
        (None, None, None),
        ("column_float_fee", 18, 20.5),
    ]
    assert (shown["row_count"], shown["last_modified"]) == (3, before["last_modified"])
    assert people.ada.shown(f"{uri}data/", sort="last_modified asc")["objects"] == rows
    assert people.ada.shown(f"{uri}data/p-3/")["data"] == [17, "Petrel II", "$18.50"]
    found = people.ada.shown(f"{uri}data/", q="column_int_permit:[10 TO *] AND column_float_fee:18.5")
    assert [one["external_id"] for one in found["objects"]] == ["p-3"]
    # Back again: what is not indexed has no name in queries and no bounds.
    people.ada.get(f"{uri}reindex/", typed_columns="false,false,false")
    settled(house)
    for one in people.ada.shown(uri)["column_schema"]:
        assert (one["indexed"], one["indexed_name"], one["min"], one["max"]) == (False, None, None, None)


@pytest.mark.parametrize(
    ("params", "text"),
    [
        pytest.param(
            {"typed_columns": "true"},
            "typed_columns must be a comma-separated list of True/False values with the same number of values as the dataset has columns.",
            id="panda-3.6-reindex-typed",
        ),
        pytest.param(
            {"column_types": "int,int,int,int"},
            "column_types must be a comma-separated list of types with the same number of values as the dataset has columns.",
            id="panda-3.6-reindex-types",
        ),
    ],
)
def test_a_reindex_of_other_columns(people: Cast, params: dict[str, str], text: str) -> None:
    if people.ada.get("/dataset/three/").status_code == 404:
        _dataset(people.ada, "Three", columns="a,b,c")
    assert told(people.ada.get("/dataset/three/reindex/", **params)) == (400, text)


@says("panda-3.6-reindex-refused", "panda-5.4-unknown-type", "panda-3.6-reindex-no-data")
def test_a_reindex_that_is_refused(people: Cast) -> None:
    uri = _dataset(people.ada, "Nothing there")
    assert told(people.ada.get(f"{uri}reindex/")) == (400, "This dataset has no data to reindex.")
    uri = _dataset(people.ada, "Odd types", columns="a,b")
    assert people.ada.get(f"{uri}reindex/", column_types="int,colour").status_code == 400
    for who in people.nobodies:
        assert told(who.get(f"{uri}reindex/")) == (401, "")
        assert told(who.get(f"{uri}export/")) == (401, "")


@says(
    "panda-3.6-export panda-3.9-keys panda-5.3 panda-3.2-name-export-csv panda-3.2-description-export "
    "panda-3.9-download panda-3.9-download-post panda-3.9-everybody panda-5.3-dataset "
    "panda-5.3-round-trip panda-1.7-export"
)
def test_an_export(house: House, people: Cast) -> None:
    """What came in by a file goes out byte for byte."""
    uri = _dataset(people.ada, "Exported")
    _imported(house, people.ada, uri)
    asked = people.bob.get(f"{uri}export/")
    assert (asked.status_code, asked.json()["locked"]) == (200, False)
    task = asked.json()["current_task"]
    assert (task["task_name"], task["task_description"]) == (
        "panda.tasks.export.csv",
        "Exporting data in exported.",
    )
    settled(house)
    ended = people.ada.shown(task["resource_uri"])
    assert (ended["status"], ended["message"]) == ("SUCCESS", "Export complete")
    found = people.bob.shown("/export/", limit=0)["objects"][-1]
    assert set(found) == {
        *("creation_date", "creator", "dataset", "filename", "id"),
        *("original_filename", "resource_uri", "size", "title"),
    }
    assert found["filename"].startswith("exported_20")
    assert found["filename"].endswith(".csv")
    assert found["filename"] == found["original_filename"] == found["title"]
    assert (found["dataset"], people.ada.shown(found["creator"])["email"]) == (uri, people.bob.email)
    assert people.ada.shown(found["resource_uri"]) == found
    assert people.ada.shown(f"/export/set/{found['id']}/")["objects"] == [found]
    for method in ("GET", "POST"):
        answer = people.ada.ask(method, f"{found['resource_uri']}download/")
        assert (answer.status_code, answer.text) == (200, CSV)
        assert answer.headers["content-disposition"] == f"attachment; filename={found['filename']}"
        assert answer.headers["content-type"].startswith("text/csv")
    assert found["size"] == len(CSV)
    for who in people.nobodies:
        assert told(who.get("/export/")) == (401, "")
        assert told(who.get(f"{found['resource_uri']}download/")) == (401, "")


@says("panda-3.6-export-q panda-3.2-description panda-3.2-description-export-q panda-5.3-q panda-5.3-since")
def test_an_export_of_what_is_found(house: House, people: Cast) -> None:
    uri = _dataset(people.ada, "Exported in part")
    _imported(house, people.ada, uri)
    task = people.ada.get(f"{uri}export/", q="petrel").json()["current_task"]
    assert task["task_description"] == 'Export search results for "petrel" in exported-in-part.'
    settled(house)
    found = people.ada.shown("/export/", limit=0)["objects"][-1]
    assert people.ada.get(f"{found['resource_uri']}download/").text == "permit,vessel,fee\n2,Petrel,18\n"
    people.ada.get(f"{uri}export/", since="2999-01-01T00:00:00")
    settled(house)
    found = people.ada.shown("/export/", limit=0)["objects"][-1]
    assert people.ada.get(f"{found['resource_uri']}download/").text == "permit,vessel,fee\n"
    assert people.ada.get(f"{uri}export/", since="yesterday").status_code == 400


@says(
    "panda-5.1 panda-1.6-403-locked panda-3.6-import-locked panda-3.6-reindex-locked "
    "panda-3.6-export-locked panda-3.6-put-locked panda-3.7-locked panda-5.1-import panda-5.1-reindex "
    "panda-5.1-writes panda-5.1-export panda-5.1-metadata"
)
def test_a_locked_dataset_takes_no_rows(house: House, people: Cast) -> None:
    """panda-5.1, panda-1.6-403-locked: metadata can be changed, and it can be exported."""
    uri = _dataset(people.ada, "Locked", columns="permit,vessel,fee")
    upload = people.ada.upload(CSV)
    number = int(people.ada.shown(uri)["id"])
    with house.running.portal.writing(SYSTEM) as work:
        work.db.add(Job(uid="held", kind=Kind.IMPORT, dataset_id=number, state=State.PROCESSING))
    body = {"data": ["1", "2", "3"]}
    for answer in (
        people.ada.put(f"{uri}data/", {"objects": [body]}),
        people.ada.put(f"{uri}data/x/", body),
        people.ada.post(f"{uri}data/", body),
        people.ada.delete(f"{uri}data/"),
        people.ada.delete(f"{uri}data/x/"),
        people.ada.get(f"{uri}import/{upload['id']}/"),
        people.ada.get(f"{uri}reindex/"),
    ):
        assert told(answer) == (403, LOCKED)
    assert people.ada.shown(uri)["locked"] is True
    assert people.ada.put(uri, {"description": "while locked"}, patch="true").status_code == 202
    assert people.ada.get(f"{uri}export/").status_code == 200
    with house.running.portal.writing(SYSTEM) as work:
        jobs.get(work, "held").state = State.DONE
    assert people.ada.put(f"{uri}data/x/", body).status_code == 202
    settled(house)


@says("panda-3.2-list", "panda-1.4-status", "panda-1.7-task")
def test_tasks_are_listed(people: Cast) -> None:
    every = people.bob.shown("/task/", limit=0)
    assert every["meta"]["total_count"] == len(every["objects"]) > 0
    done = people.bob.shown("/task/", status="SUCCESS", limit=0)["objects"]
    failed = people.bob.shown("/task/", status="FAILURE", limit=0)["objects"]
    both = people.bob.shown("/task/", status__in="SUCCESS,FAILURE", limit=0)["objects"]
    assert {one["status"] for one in done} == {"SUCCESS"}
    assert {one["status"] for one in failed} == {"FAILURE"}
    assert len(both) == len(done) + len(failed)
    year, month, day = done[0]["end"][:10].split("-")
    ended = people.bob.shown("/task/", end__year=year, end__month=int(month), end__day=int(day), limit=0)[
        "objects"
    ]
    assert done[0] in ended
    assert people.bob.shown("/task/", end__year=1999)["objects"] == []
    number = done[0]["id"]
    assert people.bob.shown(f"/task/set/{number};0/") == {"objects": [done[0]], "not_found": ["0"]}
    for who in people.nobodies:
        assert told(who.get("/task/")) == (401, "")


@says("panda-1.7-hidden-tasks")
def test_tasks_and_exports_of_hidden_datasets_are_hidden(house: House, people: Cast) -> None:
    house.published("a,b\n1,2\n", dataset_id="hidden-tasks", is_restricted=True)
    task = people.admin.get("/dataset/hidden-tasks/export/").json()["current_task"]
    settled(house)
    assert people.admin.shown(task["resource_uri"])["status"] == "SUCCESS"
    made = people.admin.shown("/export/", limit=0)["objects"][-1]
    assert made["dataset"] == "/api/1.0/dataset/hidden-tasks/"
    for uri in (task["resource_uri"], made["resource_uri"]):
        assert told(people.ada.get(uri)) == (404, "")
    assert people.ada.get(f"{made['resource_uri']}download/").status_code == 404
    for kind, one in (("task", task), ("export", made)):
        assert one["id"] not in [each["id"] for each in people.ada.shown(f"/{kind}/", limit=0)["objects"]]
        assert people.ada.shown(f"/{kind}/set/{one['id']}/")["not_found"] == [one["id"]]
