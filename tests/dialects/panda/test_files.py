"""Files: uploads by form and by raw body, their lists, ends and downloads (sections 3.4 and 3.5)."""

from typing import Any

import pytest
from tests.dialects.panda.support import XHR, Cast, browser, settled, told
from tests.formats.support import sheet_rows, workbook
from tests.support.house import House
from tests.support.saying import says

CSV = "permit,vessel,fee\r\n1,Marlin,20.5\r\n2,Petrel,18\r\n"
STORED = {
    *("creation_date", "creator", "dataset", "filename", "id"),
    *("original_filename", "resource_uri", "size", "title"),
}
DATA = STORED | {
    *("columns", "data_type", "deletable", "dialect", "encoding"),
    *("guessed_types", "imported", "sample_data"),
}


@pytest.fixture(scope="module")
def dataset(people: Cast) -> str:
    made = people.ada.post("/dataset/", {"name": "Files"})
    assert made.status_code == 201
    uri: str = made.json()["resource_uri"]
    return uri


@says("panda-3.4-form panda-3.4-keys panda-3.4-success panda-3.4-dialect panda-8-dialect panda-3.4-title")
def test_an_upload_by_form(people: Cast) -> None:
    sent = people.ada.upload(CSV, "permits.csv")
    assert set(sent) == DATA | {"success"}
    assert sent["success"] is True
    assert sent["creation_date"][19:20] + sent["creation_date"][23:] == ".Z"
    assert (type(sent["id"]), type(sent["size"])) == (str, int)
    shown = people.bob.shown(sent["resource_uri"])
    assert set(shown) == DATA
    assert shown["creation_date"] == sent["creation_date"][:19]
    assert shown["creator"]["email"] == people.ada.email
    told_ = {name: shown[name] for name in DATA - {"creation_date", "creator", "id", "resource_uri"}}
    assert told_ == {
        "columns": ["permit", "vessel", "fee"],
        "data_type": "csv",
        "dataset": None,
        "deletable": True,
        "dialect": {
            "delimiter": ",",
            "doublequote": False,
            "lineterminator": "\r\n",
            "quotechar": '"',
            "quoting": 0,
            "skipinitialspace": False,
        },
        "encoding": "utf-8",
        "filename": "permits.csv",
        "guessed_types": ["int", "unicode", "float"],
        "imported": False,
        "original_filename": "permits.csv",
        "sample_data": [["1", "Marlin", "20.5"], ["2", "Petrel", "18"]],
        "size": len(CSV),
        "title": "permits.csv",
    }


@says("panda-3.4-type", "panda-3.4-any-field", "panda-1.6-200-upload")
def test_an_upload_is_called_html(people: Cast) -> None:
    """Although it is JSON."""
    answer = people.ada.http.post(
        "/data_upload/", params=people.ada.credentials, files={"any": ("a.csv", CSV)}
    )
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.json()["success"] is True


@says("panda-3.4-raw", "panda-11-raw-upload")
def test_an_upload_as_the_body(people: Cast) -> None:
    params = {"qqfile": "raw.csv", "encoding": "latin1", **people.ada.credentials}
    content = "name;city\nZoë;Orléans\n".encode("latin1")
    sent = people.ada.http.post("/data_upload/", params=params, content=content, headers=XHR).json()
    assert (sent["success"], sent["encoding"], sent["sample_data"]) == (True, "latin1", [["Zoë", "Orléans"]])
    assert sent["dialect"]["delimiter"] == ";"


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param("PANDA_EMAIL PANDA_API_KEY", id="panda-8-curl-underscore"),
        pytest.param("PANDA-EMAIL PANDA-API-KEY", id="panda-8-curl-dash"),
    ],
)
def test_the_documented_curl_lines(house: House, people: Cast, headers: str) -> None:
    """With a key in headers, and no proof of a session."""
    email, key = headers.split()
    sent = {email: people.ada.email, key: people.ada.key}
    curl = browser(house)
    assert curl.post("/data_upload/", files={"file": ("c.csv", CSV)}, headers=sent).json()["success"]
    raw = curl.post(
        "/data_upload/", params={"qqfile": "c.csv"}, content=CSV.encode(), headers={**sent, **XHR}
    )
    assert raw.json()["success"]


@says("panda-3.4-stored-name")
def test_names_are_told_apart(people: Cast) -> None:
    names = [people.ada.upload(CSV, "same.csv")["filename"] for _ in range(3)]
    assert names == ["same.csv", "same1.csv", "same2.csv"]


@says("panda-3.4-dataset-slug", "panda-3.4-dataset-slug-form", "panda-3.4-encoding-default")
@pytest.mark.parametrize("where", ["query", "form"])
def test_an_upload_for_a_dataset(people: Cast, dataset: str, where: str) -> None:
    fields = {"dataset_slug": "files", "encoding": ""}
    params = {**people.ada.credentials, **(fields if where == "query" else {})}
    data = fields if where == "form" else {}
    sent = people.ada.http.post(
        "/data_upload/", params=params, data=data, files={"file": ("d.csv", CSV)}
    ).json()
    assert sent["dataset"] == dataset
    assert sent["encoding"] == "utf-8"


@says("panda-3.4-failed-leaves-none")
@pytest.mark.parametrize(
    ("content", "params", "message"),
    [
        pytest.param(
            "a,b\n\u00e9,1\n".encode("latin1"),
            {},
            "This CSV file contains characters that are not utf-8 encoded.",
            id="panda-3.4-encoding",
        ),
        pytest.param(CSV, {"encoding": "klingon"}, "unknown encoding: klingon", id="panda-3.4-codec"),
        pytest.param(
            CSV, {"dataset_slug": "nope"}, "Dataset matching query does not exist.", id="panda-3.4-no-dataset"
        ),
    ],
)
def test_an_upload_that_fails(
    people: Cast, content: str | bytes, params: dict[str, str], message: str
) -> None:
    before = people.ada.shown("/data_upload/", limit=1)["meta"]["total_count"]
    sent = people.ada.upload(content, "wrong.csv", **params)
    assert set(sent) == {"success", "filename", "error_message"}
    assert (sent["success"], sent["filename"]) == (False, "wrong.csv")
    assert sent["error_message"].startswith(message)
    assert people.ada.shown("/data_upload/", limit=1)["meta"]["total_count"] == before


@says("panda-3.4-long-cell", "panda-7-limit-cell")
def test_a_long_cell(people: Cast) -> None:
    """How long cells may be is a setting; the original broke above 131072."""
    sent = people.ada.upload("a,b\n" + "x" * 131_073 + ",1\n", "long.csv")
    assert (sent["success"], len(sent["sample_data"][0][0])) == (True, 131_073)


@pytest.mark.parametrize(
    "number", [pytest.param(0, id="panda-3.4-no-file"), pytest.param(2, id="panda-3.4-two-files")]
)
@pytest.mark.parametrize("to", ["data_upload", "related_upload"])
def test_a_form_has_one_file(people: Cast, number: int, to: str) -> None:
    files = {f"file{one}": (f"{one}.csv", CSV) for one in range(number)} or None
    answer = people.ada.http.post(f"/{to}/", params=people.ada.credentials, files=files, data={"x": "y"})
    assert told(answer)[0] == 200
    assert answer.json() == {"error_message": "Bad Upload"}


@pytest.mark.parametrize("charset", ["idna", "punycode", "klingon", "utf-16"])
def test_a_form_is_of_utf_8(people: Cast, charset: str) -> None:
    """Whatever it names: some of them break on what they read, or take minutes."""
    body = b'--b\r\nContent-Disposition: form-data; name="f"; filename="a.csv"\r\n\r\na,b\n1,2\n\r\n--b--\r\n'
    headers = {"Content-Type": f"multipart/form-data; boundary=b; charset={charset}"}
    sent = people.ada.http.post("/data_upload/", params=people.ada.credentials, content=body, headers=headers)
    assert (sent.status_code, sent.json()["success"]) == (200, True)


@says("panda-3.4-qqfile")
def test_a_raw_body_needs_a_name(people: Cast) -> None:
    answer = people.ada.http.post("/data_upload/", params=people.ada.credentials, content=b"a", headers=XHR)
    assert told(answer) == (400, "AJAX request not valid")


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/data_upload/", id="panda-1.1-root-data"),
        pytest.param("/related_upload/", id="panda-1.1-root-related"),
    ],
)
def test_uploads_are_sent_by_post(people: Cast, path: str) -> None:
    answer = people.ada.http.get(path, params=people.ada.credentials)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize(
    ("name", "content", "kind", "types"),
    [
        pytest.param("shout.CSV", CSV, "csv", ["int", "unicode", "float"], id="panda-3.4-ending-case"),
        pytest.param("notes.txt", "hello", "", None, id="panda-3.4-other-type"),
        pytest.param("one.csv", "only\nx\ny\n", "csv", ["unicode"], id="panda-4.4-one-column"),
        pytest.param(
            "types.csv",
            'a,b,c,d,e,f,g,h\nyes,"1,234",1.5,2011-10-31,04:14,2011-10-31 04:14,02134,$999\n',
            "csv",
            ["bool", "int", "float", "date", "time", "datetime", "unicode", "unicode"],
            id="panda-4.3-types",
        ),
    ],
)
def test_what_an_upload_finds_out(people: Cast, name: str, content: str, kind: str, types: Any) -> None:
    sent = people.ada.upload(content, name)
    assert (sent["success"], sent["data_type"], sent["guessed_types"]) == (True, kind, types)
    if not kind:
        assert [sent[one] for one in ("dialect", "columns", "sample_data")] == [None] * 3


@says("panda-3.4-excel", "panda-4.5")
def test_a_spreadsheet(people: Cast) -> None:
    sent = people.ada.upload(workbook({"Sheet": sheet_rows([["n", "t"], [1, "x"], [2, None]])}), "book.xlsx")
    assert (sent["data_type"], sent["dialect"], sent["columns"]) == ("xlsx", {}, ["n", "t"])
    assert (sent["guessed_types"], sent["sample_data"]) == (["int", "unicode"], [["1", "x"], ["2", ""]])


@says("panda-3.4-sample")
def test_the_first_five_rows_are_a_sample(people: Cast) -> None:
    sent = people.ada.upload("a\n" + "".join(f"{number}\n" for number in range(9)))
    assert sent["sample_data"] == [[str(number)] for number in range(5)]


@says("panda-1.4-natural-order", "panda-1.7-uploads", "panda-1.4-natural-order-uploads")
def test_uploads_are_listed_oldest_first(people: Cast) -> None:
    found = people.bob.shown("/data_upload/", limit=0)["objects"]
    assert [int(one["id"]) for one in found] == sorted(int(one["id"]) for one in found)
    for who in people.nobodies:
        assert told(who.get("/data_upload/")) == (401, "")
        assert told(who.get(f"{found[0]['resource_uri']}download/")) == (401, "")
    some = [one["id"] for one in found[:2]]
    assert people.ada.shown(f"/data_upload/set/{';'.join(some)}/")["objects"] == found[:2]


@says("panda-3.4-put", "panda-3.4-put-unknown", "panda-1.5-returns-data_upload")
def test_the_title_of_an_upload(people: Cast) -> None:
    """Nothing else can be written."""
    sent = people.ada.upload(CSV, "titled.csv")
    answer = people.bob.put(sent["resource_uri"], {"title": "Permits", "deletable": False, "filename": "x"})
    assert answer.status_code == 202
    assert (answer.json()["title"], answer.json()["deletable"]) == ("Permits", True)
    assert answer.json()["filename"] == "titled.csv"
    assert told(people.bob.put("/data_upload/99999/", {"title": "x"})) == (404, "")
    for who in people.nobodies:
        assert told(who.put(sent["resource_uri"], {"title": "x"})) == (401, "")
        assert told(who.delete(sent["resource_uri"])) == (401, "")


@says("panda-3.4-download")
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_download(people: Cast, method: str) -> None:
    """Byte for byte."""
    uri = people.ada.upload(CSV, "down.csv")["resource_uri"]
    answer = people.bob.ask(method, f"{uri}download/")
    assert (answer.status_code, answer.content) == (200, CSV.encode())
    assert answer.headers["content-disposition"] == "attachment; filename=down.csv"
    assert answer.headers["content-length"] == str(len(CSV))
    assert answer.headers["content-type"].startswith("text/csv")


@says("panda-11-download")
def test_a_download_by_the_form_of_a_page(house: House, people: Cast) -> None:
    """A POST with the proof in it."""
    made = people.admin.post("/user/", {"email": "form@paper.example", "password": "petrel-17"})
    assert made.status_code == 201
    uri = people.ada.upload(CSV, "form.csv")["resource_uri"]
    page = browser(house)
    page.get("/login/")
    login = {"email": "form@paper.example", "password": "petrel-17"}
    page.post("/login/", data={**login, "csrfmiddlewaretoken": page.cookies["csrftoken"]})
    assert page.post(f"{uri}download/", data={}).status_code == 401
    answer = page.post(f"{uri}download/", data={"csrfmiddlewaretoken": page.cookies["csrftoken"]})
    assert (answer.status_code, answer.text) == (200, CSV)


@says("panda-3.4-delete")
def test_an_upload_goes_with_its_rows(house: House, people: Cast) -> None:
    uri = people.ada.post("/dataset/", {"name": "Going"}).json()["resource_uri"]
    first, second = (people.ada.upload(CSV, "going.csv", dataset_slug="going") for _ in range(2))
    for one in (first, second):
        assert people.ada.get(f"{uri}import/{one['id']}/").status_code == 200
        settled(house)
    assert people.ada.shown(uri)["row_count"] == 4
    assert people.ada.shown(uri)["initial_upload"] == first["resource_uri"]
    assert told(people.bob.delete(first["resource_uri"])) == (204, "")
    shown = people.ada.shown(uri)
    assert (shown["row_count"], shown["initial_upload"]) == (2, None)
    assert [one["id"] for one in shown["data_uploads"]] == [second["id"]]
    assert told(people.bob.delete(first["resource_uri"])) == (404, "")
    assert people.bob.get(f"{first['resource_uri']}download/").status_code == 404


@says(
    "panda-3.5 panda-3.5-keys panda-3.5-put panda-3.5-delete panda-3.5-download "
    "panda-1.5-empty-related_upload panda-1.7-related-uploads"
)
def test_a_related_upload(people: Cast, dataset: str) -> None:
    """Any type of file."""
    sent = people.ada.upload(b"%PDF-1.4 x", "plan.pdf", to="related_upload", dataset_slug="files")
    assert set(sent) == STORED | {"success"}
    assert (sent["success"], sent["dataset"], sent["title"]) == (True, dataset, "plan.pdf")
    uri = sent["resource_uri"]
    shown = people.bob.shown(uri)
    assert set(shown) == STORED
    assert shown["creator"]["email"] == people.ada.email
    assert uri in [one["resource_uri"] for one in people.ada.shown(dataset)["related_uploads"]]
    assert told(people.bob.put(uri, {"title": "The plan"})) == (204, "")
    assert people.bob.shown(uri)["title"] == "The plan"
    download = people.bob.get(f"{uri}download/")
    assert (download.content, download.headers["content-type"]) == (b"%PDF-1.4 x", "application/pdf")
    assert "plan.pdf" in download.headers["content-disposition"]
    assert people.bob.shown(f"/related_upload/set/{sent['id']}/")["objects"] == [people.bob.shown(uri)]
    for who in people.nobodies:
        for answer in (
            who.get(uri),
            who.put(uri, {"title": "x"}),
            who.delete(uri),
            who.get(f"{uri}download/"),
        ):
            assert told(answer) == (401, "")
    assert told(people.bob.delete(uri)) == (204, "")
    assert told(people.bob.get(uri)) == (404, "")
    assert told(people.bob.put("/related_upload/99999/", {"title": "x"})) == (404, "")
    assert people.ada.shown(dataset)["related_uploads"] == []


@says("panda-8-related-slug")
@pytest.mark.parametrize(
    "params",
    [
        pytest.param({}, id="panda-3.5-no-dataset"),
        pytest.param({"dataset_slug": "nope"}, id="panda-3.5-unknown-dataset"),
    ],
)
def test_a_related_upload_needs_its_dataset(people: Cast, params: dict[str, str]) -> None:
    sent = people.ada.upload("x", "x.txt", to="related_upload", **params)
    assert (sent["success"], set(sent)) == (False, {"success", "filename", "error_message"})


@says("panda-1.7-hidden-files")
def test_files_of_hidden_datasets_are_hidden(house: House, people: Cast) -> None:
    made = house.create(dataset_id="hidden-files", is_restricted=True)
    house.add_csv(made["uid"], "a\n1\n")
    house.publish(made["uid"])
    sent = people.admin.upload("x", "secret.txt", to="related_upload", dataset_slug="hidden-files")
    data = people.admin.upload(CSV, "secret.csv", dataset_slug="hidden-files")
    assert sent["success"]
    assert data["success"]
    for one in (sent, data):
        kind = one["resource_uri"].split("/")[3]
        assert told(people.ada.get(one["resource_uri"])) == (404, "")
        assert people.ada.get(f"{one['resource_uri']}download/").status_code == 404
        assert told(people.ada.put(one["resource_uri"], {"title": "x"})) == (404, "")
        assert told(people.ada.delete(one["resource_uri"])) == (404, "")
        listed = people.ada.shown(f"/{kind}/", limit=0)["objects"]
        assert one["id"] not in [each["id"] for each in listed]
        assert people.ada.shown(f"/{kind}/set/{one['id']}/")["not_found"] == [one["id"]]
    assert (
        people.ada.upload("x", "x.txt", to="related_upload", dataset_slug="hidden-files")["success"] is False
    )
