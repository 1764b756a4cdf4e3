"""The worked exchanges (section 10), word by word, and the original's own tutorial with a real server."""

import io
import os
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
import uvicorn
from tests.dialects.panda.support import Cast, settled, told
from tests.support.house import House
from tests.support.saying import says

TUTORIAL = Path(__file__).resolve().parents[3] / "docs" / "examples" / "panda_tutorial.py"
POSTS = 2_500


@says("panda-10.1", "panda-9")
def test_a_scripted_dataset(people: Cast) -> None:
    """What every official script does."""
    ada, uri = people.ada, "/api/1.0/dataset/harbor-permits/"
    data = f"{uri}data/"
    assert told(ada.get(uri)) == (404, "")
    made = ada.put(
        uri,
        {"name": "Harbor permits", "description": "Weekly pull"},
        columns="permit,Vessel Name,fee",
        column_types="int,,float",
        typed_columns="true,,true",
    )
    assert (made.status_code, made.headers["location"]) == (201, f"http://testserver{uri}")
    nothing = {"min": None, "max": None}
    schema = [
        {"name": "permit", "type": "int", "indexed": True, "indexed_name": "column_int_permit", **nothing},
        {"name": "Vessel Name", "type": None, "indexed": False, "indexed_name": None, **nothing},
        {"name": "fee", "type": "float", "indexed": True, "indexed_name": "column_float_fee", **nothing},
    ]
    assert made.json()["column_schema"] == schema
    rows = [
        {"data": [17, "Petrel", "$18.50"], "external_id": "p-17"},
        {"data": [18, "Marlin", "n/a"], "external_id": "p-18"},
    ]
    shown = [{**one, "dataset": uri, "resource_uri": f"{data}{one['external_id']}/"} for one in rows]
    assert told(ada.put(data, {"objects": rows})) == (202, {"objects": shown})
    known = ada.shown(uri)
    assert (known["row_count"], known["last_modification"]) == (2, "2 rows added")
    assert known["column_schema"] == [
        {**schema[0], "min": 17, "max": 18},
        schema[1],
        {**schema[2], "min": 18.5, "max": 18.5},
    ]
    changed = {**shown[0], "data": [17, "Petrel II", 19]}
    assert told(ada.put(f"{data}p-17/", {"data": [17, "Petrel II", 19]})) == (202, changed)
    assert ada.shown(uri)["last_modification"] == "1 row updated"
    assert told(ada.get(f"{data}p-17/")) == (200, changed)
    found = ada.shown(data, q="column_float_fee:[10 TO 20]", limit=5)
    assert found["objects"] == [changed]
    assert found["meta"] == {"limit": 5, "next": None, "offset": 0, "previous": None, "total_count": 1}
    assert told(ada.delete(f"{data}p-18/")) == (204, "")
    assert ada.shown(uri)["last_modification"] == "1 row deleted"
    assert told(ada.delete(data)) == (204, "")
    assert ada.shown(uri)["last_modification"] == "All 1 rows deleted"


def _ended(house: House, people: Cast, asked: Any) -> dict[str, Any]:
    task = asked.json()["current_task"]
    assert (asked.status_code, task["status"]) == (200, "PENDING")
    settled(house)
    ended: dict[str, Any] = people.ada.shown(task["resource_uri"])
    assert ended["status"] == "SUCCESS", ended
    return ended


@says("panda-10.2", "panda-9")
def test_a_file_becomes_a_searchable_dataset(house: House, people: Cast) -> None:
    ada = people.ada
    content = "permit,vessel,fee\n" + "".join(f"{n},Petrel é{n},{n}.5\n" for n in range(204))
    sent = ada.upload(content.encode("latin1"), "permits.csv", encoding="latin1")
    assert (sent["success"], sent["columns"]) == (True, ["permit", "vessel", "fee"])
    made = ada.post("/dataset/", {"name": "From a file", "data_uploads": [sent["resource_uri"]]})
    assert made.status_code == 201
    uri = made.json()["resource_uri"]
    asked = ada.get(f"{uri}import/{sent['id']}/")
    assert asked.json()["locked"] is True
    assert _ended(house, people, asked)["task_name"] == "panda.tasks.import.csv"
    known = ada.shown(uri)
    assert (known["row_count"], known["locked"], known["initial_upload"]) == (
        204,
        False,
        sent["resource_uri"],
    )
    asked = ada.get(f"{uri}reindex/", typed_columns="true,false,true", column_types="int,unicode,float")
    assert _ended(house, people, asked)["task_name"] == "panda.tasks.reindex"
    asked = ada.get(f"{uri}export/", q="petrel", since="2024-03-01T00:00:00")
    assert _ended(house, people, asked)["task_name"] == "panda.tasks.export.csv"
    export = ada.shown("/export/", limit=0)["objects"][-1]
    newest = ada.shown("/notification/", read_at__isnull="True")["objects"][0]
    assert newest["url"] == f"#export/{export['id']}"
    download = ada.get(f"{export['resource_uri']}download/")
    assert (download.status_code, download.headers["content-type"].split(";")[0]) == (200, "text/csv")
    assert download.headers["content-disposition"].startswith("attachment; filename=from-a-file_")
    assert download.content.decode() == content


@says(
    "panda-3.8-export panda-5.3-archive panda-3.2-name-export-search panda-3.2-description-search "
    "panda-3.9-null-dataset panda-3.8-export-false panda-3.8-category-unknown"
)
def test_every_match_in_one_archive(house: House, people: Cast) -> None:
    """The answer is a JSON text; any value asks for it."""
    made = people.ada.put("/dataset/archived/", {"name": "Archived"}, columns="a")
    people.ada.put(
        f"{made.json()['resource_uri']}data/", {"objects": [{"data": ["cormorant"]}, {"data": ["x"]}]}
    )
    assert told(people.ada.get("/data/", q="cormorant", export="false")) == (200, "Export queued.")
    settled(house)
    found = people.ada.shown("/export/", limit=0)["objects"][-1]
    assert found["dataset"] is None
    assert found["filename"].startswith("search_export_")
    archive = people.ada.get(f"{found['resource_uri']}download/")
    assert _unzipped(archive.content) == {"archived.csv": b"a\ncormorant\n"}
    task = people.ada.shown("/task/", limit=0)["objects"][-1]
    assert task["task_name"] == "panda.tasks.export.search"
    assert task["task_description"] == 'Export search results for "(cormorant)".'
    assert told(people.ada.get("/data/", category="nope", export="true"))[0] == 404
    assert people.stranger.get("/data/", export="true").status_code == 401


def _unzipped(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@says("panda-10.3")
def test_error_shapes_side_by_side(house: House, people: Cast) -> None:
    ada = people.ada
    ada.put("/dataset/x/", {"name": "X"}, columns="a,b,c")
    upload = ada.upload("a,b,c\n1,2,3\n")
    ada.get(f"/dataset/x/import/{upload['id']}/")
    settled(house)
    ada.post("/activity_log/", {})
    answers = {
        "name": ada.post("/dataset/", {"description": "x"}),
        "width": ada.post("/dataset/x/data/", {"data": ["1"]}),
        "data": ada.put("/dataset/x/data/", {"objects": [{"data": []}]}),
        "rows": ada.put("/dataset/x/data/", {"rows": []}),
        "filter": ada.get("/task/", task_name="z"),
        "again": ada.get(f"/dataset/x/import/{upload['id']}/"),
        "nope": ada.get("/dataset/nope/"),
        "activity": ada.post("/activity_log/", {}),
    }
    assert {name: told(one) for name, one in answers.items()} == {
        "name": (400, {"dataset": {"name": ["This field is required."]}}),
        "width": (400, {"data": ["Got 1 data fields. Expected 3."]}),
        "data": (400, {"data": {"data": ["The data field is required."]}}),
        "rows": (400, "Invalid data sent."),
        "filter": (400, "The 'task_name' field does not allow filtering."),
        "again": (403, "This file has already been imported."),
        "nope": (404, ""),
        "activity": (409, "Activity has already been recorded."),
    }
    status, body = told(ada.get("/dataset/nope/data/"))
    assert (status, set(body)) == (404, {"error_message"})


class _Posts:
    """A server of a list of posts: the tutorial's source."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            return
        rows = [
            [f"Post {number} über PANDA", 10**17 + number, f"user{number % 7}"] for number in range(POSTS)
        ]
        body = orjson.dumps({"keys": ["text", "id", "from_user"], "data": rows})
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})


def _served(app: Any) -> Iterator[str]:
    """The address of an application on a port of its own."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


@pytest.fixture
def site(house: House) -> Iterator[str]:
    yield from _served(house.running.app)


@pytest.fixture
def source() -> Iterator[str]:
    yield from _served(_Posts())


@says("panda-8-tutorial")
def test_the_tutorial_runs_twice(people: Cast, site: str, source: str) -> None:
    """With as many rows after the second time as after the first."""
    environment = {**os.environ, "PANDA_EMAIL": people.ada.email, "PANDA_API_KEY": people.ada.key}
    told_ = []
    for _ in range(2):
        command = [sys.executable, str(TUTORIAL), site, f"{source}/posts.json"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert done.stdout.splitlines() == [
            "Updating 1000 rows...",
            "Updating 1000 rows...",
            "Updating 499 rows",
        ]
        shown = people.bob.shown("/dataset/twitter-pandaproject/")
        told_.append((shown["row_count"], shown["last_modification"]))
    assert told_ == [(POSTS, "499 rows added"), (POSTS, "499 rows updated")]
    found = people.bob.shown("/dataset/twitter-pandaproject/data/", q="über", limit=1)
    assert found["meta"]["total_count"] == POSTS
    assert found["objects"][0]["data"] == ["Post 0 über PANDA", 10**17, "user0"]
