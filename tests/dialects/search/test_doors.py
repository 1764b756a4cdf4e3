"""Who may ask the Search doors what, how they are asked, and what they say when something is wrong (section 12.6)."""

from typing import Any

import pytest
from tests.dialects.explore.support import Cast
from tests.dialects.search.support import CITIES, DATASETS, RECORDS, ask, error, search
from tests.formats.support import zipped
from tests.support.house import ANONYMOUS, AUTOMATION, House, Person

SEARCH = f"{RECORDS}/search"
OF_RECORDS: dict[str, dict[str, Any]] = {
    "search": {},
    "download": {},
    "analyze": {"x": "city", "y__n__func": "COUNT"},
    "geocluster": {},
    "geopreview": {},
    "geopolygon": {},
    "boundingbox": {},
}
"""The calls below the door for records, and what they need."""


@pytest.mark.parametrize("call", [pytest.param(name, id=f"explore-12-{name}") for name in OF_RECORDS])
def test_a_dataset_that_one_may_not_know_of_is_unknown_explore_12_6_unknown_dataset(
    house: House, people: Cast, call: str
) -> None:
    wrong = {"rows": -5, "sort": "nothing", **OF_RECORDS[call]}
    for person in (ANONYMOUS, people.stranger, people.weak):
        for params in (OF_RECORDS[call], wrong):
            there = ask(house, f"{RECORDS}/{call}", person, dataset="people", **params)
            nowhere = ask(house, f"{RECORDS}/{call}", person, dataset="unknwn", **params)
            assert error(there) == (404, "Unknown dataset: people")
            assert error(nowhere) == (404, "Unknown dataset: unknwn")


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("", id="explore-12-dataset"),
        pytest.param("/records/0123", id="explore-12-record"),
        pytest.param("/files/0123/", id="explore-12-files"),
        pytest.param("/attachments/at_1/", id="explore-12-attachments"),
        pytest.param("/alternative_exports/ae_1/", id="explore-12-alternative_exports"),
    ],
)
def test_it_is_unknown_below_the_door_for_datasets(house: House, people: Cast, path: str) -> None:
    for person in (ANONYMOUS, people.stranger, people.weak):
        assert error(ask(house, f"{DATASETS}/people{path}", person)) == (404, "Unknown dataset: people")
        assert error(ask(house, f"{DATASETS}/unknwn{path}", person)) == (404, "Unknown dataset: unknwn")


@pytest.mark.parametrize("call", [pytest.param(name, id=f"explore-12-{name}-hidden") for name in OF_RECORDS])
def test_records_that_may_not_be_seen_are_forbidden(house: House, people: Cast, call: str) -> None:
    answer = ask(house, f"{RECORDS}/{call}", people.blind, dataset="people", **OF_RECORDS[call])
    assert error(answer) == (403, "The records of this dataset are restricted.")


def test_metadata_without_records(house: House, people: Cast) -> None:
    shown = ask(house, f"{DATASETS}/people", people.blind).json()
    assert (shown["data_visible"], shown["fields"], shown["metas"]["visibility"]) == (False, [], "restricted")
    assert "records_count" not in shown["metas"]
    assert error(ask(house, f"{DATASETS}/people/records/0123", people.blind))[0] == 403


def _found(house: House, person: Person, **params: Any) -> list[dict[str, Any]]:
    body = search(house, person, dataset="people", **params)
    fields = [one["fields"] for one in body["records"]]
    assert body["nhits"] == len(fields)
    return fields


def test_a_row_filter_holds_everywhere(house: House, people: Cast) -> None:
    paris = [{"name": "Ada", "city": "Paris"}, {"name": "Bob", "city": "Paris"}]
    seen = people.parisian
    assert _found(house, seen) == paris
    assert _found(house, seen, q="city:London") == _found(house, seen, q="cyd") == []
    assert _found(house, seen, q="city:London OR paris OR NOT zzz") == paris
    assert _found(house, seen, refine__city="London") == []
    assert _found(house, seen, exclude__city="Paris") == []
    assert _found(house, seen, sort="-name") == paris[::-1]
    body = search(house, seen, dataset="people", facet="city", rows=0)
    assert [(one["name"], one["count"]) for one in body["facet_groups"][0]["facets"]] == [("Paris", 2)]
    counted = ask(house, f"{RECORDS}/analyze", seen, dataset="people", x="city", y__n__func="COUNT")
    assert counted.json() == [{"x": "Paris", "n": 2}]
    shown = ask(house, f"{DATASETS}/people", seen).json()
    assert "records_count" not in shown["metas"]
    hidden = search(house, people.inspector, dataset="people", q="name=Cyd")["records"][0]["recordid"]
    assert error(ask(house, f"{DATASETS}/people/records/{hidden}", seen))[0] == 404


def test_everybody_sees_what_they_may(house: House, people: Cast) -> None:
    eve = {"name": "Eve", "city": "Rome", "salary": 5555}
    assert _found(house, people.roman) == [eve]
    assert [one["name"] for one in _found(house, people.both)] == ["Ada", "Bob", "Eve"]
    for person in (people.explorer, people.inspector, house.admin):
        assert len(_found(house, person)) == 5


@pytest.mark.parametrize(
    "params",
    [
        {"fields": "{}"},
        {"sort": "{}"},
        {"facet": "{}"},
        {"refine.{}": "1"},
        {"exclude.{}": "1"},
        {"x": "{}", "y.n.func": "COUNT"},
        {"y.n.func": "SUM", "y.n.expr": "{}"},
    ],
    ids=lambda params: str(next(iter(params))),
)
def test_a_hidden_field_is_as_unknown_as_one_that_is_not_there(
    house: House, people: Cast, params: dict[str, str]
) -> None:
    def said(name: str) -> tuple[int, str]:
        call = "analyze" if "y.n.func" in params else "search"
        sent = {key.format(name): value.format(name) for key, value in params.items()}
        return error(ask(house, f"{RECORDS}/{call}", people.parisian, dataset="people", **sent))

    hidden, absent = said("salary"), said("absent")
    assert hidden[0] == 400
    assert hidden == (absent[0], absent[1].replace("absent", "salary"))


def test_a_hidden_field_is_not_told_of_by_words(house: House, people: Cast) -> None:
    seen = people.parisian
    for text in ("1111", "salary:1111", "salary>0", "salary:[0 TO 9999]", "NOT #null(salary)", "salary=1111"):
        assert _found(house, seen, q=text) == [], text
        assert _found(house, seen, q=text.replace("salary", "absent")) == []
    assert len(_found(house, people.inspector, q="salary:1111")) == 1


def test_the_list_has_what_one_may_know_of_explore_12_datasets_search(house: House, people: Cast) -> None:
    def listed(person: Person) -> int:
        found: int = ask(house, f"{DATASETS}/search", person, q="datasetid=people").json()["nhits"]
        return found

    for person in (ANONYMOUS, people.stranger, people.weak):
        assert listed(person) == 0
    for person in (people.parisian, people.blind, people.inspector, house.admin):
        assert listed(person) == 1


KEYS: dict[str, Any] = {
    "header": lambda key: ({"headers": {"Authorization": f"Apikey {key}"}}),
    "header-in-other-letters": lambda key: ({"headers": {"Authorization": f"apiKEY {key}"}}),
    "parameter": lambda key: ({"params": {"apikey": key}}),
}


@pytest.mark.parametrize(
    "way", [pytest.param(one, id=f"explore-12.1-apikey-{name}") for name, one in KEYS.items()]
)
def test_keys_open_what_is_restricted_explore_12_6_wrong_key(house: House, people: Cast, way: Any) -> None:
    def get(key: str) -> Any:
        options = way(key)
        params = {"dataset": "people", **options.pop("params", {})}
        return house.client.get(SEARCH, params=params, **options)

    assert get(str(people.roman.key)).json()["nhits"] == 1
    assert error(get("wrong")) == (401, "API key is not valid")


def test_a_key_is_not_told_back(house: House, people: Cast) -> None:
    answer = ask(house, SEARCH, dataset="people", apikey=people.roman.key)
    assert str(people.roman.key) not in answer.text
    answer = ask(house, f"{DATASETS}/search", apikey=people.roman.key)
    assert str(people.roman.key) not in answer.text


FORMS: dict[str, dict[str, Any]] = {
    "form": {"data": {"q": "river", "dataset": CITIES, "sort": "pop"}},
    "form-and-query": {"params": {"dataset": CITIES}, "data": {"q": "river", "sort": "pop"}},
    "multipart": {"files": {"q": (None, "river"), "dataset": (None, CITIES), "sort": (None, "pop")}},
    "query": {"params": {"q": "river", "dataset": CITIES, "sort": "pop"}},
    "form-without-type": {"content": f"q=river&dataset={CITIES}&sort=pop".encode()},
}


@pytest.mark.parametrize(
    "way", [pytest.param(one, id=f"explore-12-POST-{name}") for name, one in FORMS.items()]
)
@pytest.mark.parametrize("slash", ["", "/"])
def test_questions_are_asked_by_post_too(house: House, way: dict[str, Any], slash: str) -> None:
    answer = house.client.post(SEARCH + slash, **way)
    assert answer.status_code == 200, answer.text
    assert answer.json() == search(house, q="river", sort="pop")


def test_a_form_says_the_same_as_an_address(house: House, people: Cast) -> None:
    sent = {"dataset": "people", "q": "é&=+ è", "apikey": people.roman.key}
    answer = house.client.post(SEARCH, data=sent)
    assert answer.json()["parameters"]["q"] == "é&=+ è"
    assert error(house.client.post(SEARCH, data={"dataset": CITIES, "apikey": "wrong"}))[0] == 401
    for path in (f"{DATASETS}/search", f"{DATASETS}/{CITIES}", f"/explore/dataset/{CITIES}/download"):
        assert house.client.post(path, data={"rows": "1"}).status_code == 200


@pytest.mark.parametrize(
    "charset", ["unicode_escape", "utf-7", "idna", "utf-16", "undefined", "punycode", "hex", "é", "utf-8"]
)
@pytest.mark.parametrize("q", [rb"\ud800", b"+2AA-", b"\xed\xa0\x80", "é".encode()])
def test_a_form_is_utf_8_whatever_it_says(house: House, charset: str, q: bytes) -> None:
    parts = (
        b'--b\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n' % one
        for one in ((b"dataset", CITIES.encode()), (b"q", q))
    )
    told = f"multipart/form-data; charset={charset}; boundary=b; charset={charset}".encode("latin-1")
    answer = house.client.post(SEARCH, content=b"".join(parts) + b"--b--", headers=[(b"Content-Type", told)])
    assert answer.status_code == 200, answer.text
    try:
        written = q.decode()
    except UnicodeDecodeError:
        written = q.decode("latin-1")
    assert answer.json()["parameters"]["q"] == written


@pytest.mark.parametrize(
    ("options", "status", "message"),
    [
        pytest.param({"json": {"dataset": CITIES}}, 400, "Parameters are sent as", id="explore-12-POST-json"),
        pytest.param({"data": {"q": "a" * (2 << 20)}}, 413, "A form has at most", id="explore-12-POST-large"),
        pytest.param(
            {"content": b"a=1&" * 6_000}, 400, "A form has at most 5,000", id="explore-12-POST-many"
        ),
        pytest.param(
            {"content": b"x", "headers": {"Content-Type": "multipart/form-data"}},
            400,
            "The form cannot be read.",
            id="explore-12-POST-broken",
        ),
        pytest.param(
            {"content": b"x", "headers": {"Content-Type": 'multipart/form-data; boundary="a\\"b;c"'}},
            400,
            "The form cannot be read.",
            id="explore-12-POST-boundary",
        ),
    ],
)
def test_forms_that_are_none(house: House, options: dict[str, Any], status: int, message: str) -> None:
    found = error(house.client.post(SEARCH, **options))
    assert found[0] == status
    assert found[1].startswith(message)


@pytest.mark.parametrize("path", [SEARCH, f"{DATASETS}/{CITIES}", f"/explore/dataset/{CITIES}/download"])
def test_other_methods(house: House, path: str) -> None:
    head = house.client.head(path, params={"dataset": CITIES})
    assert (head.status_code, head.content) == (200, b"")
    put = house.client.put(path)
    assert error(put) == (405, 'Method "PUT" not allowed.')
    assert put.headers["allow"] == "GET, POST, HEAD, OPTIONS"


def test_pages_of_other_sites_may_ask_explore_1_cors(house: House) -> None:
    origin = {"Origin": "https://widgets.example"}
    asked = {
        **origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "Authorization",
    }
    before = house.client.options(SEARCH, headers=asked)
    assert before.status_code == 200
    assert before.headers["access-control-allow-origin"] == "*"
    assert "POST" in before.headers["access-control-allow-methods"]
    answer = house.client.get(SEARCH, params={"dataset": CITIES}, headers=origin)
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "ods-analyze-truncated" in answer.headers["access-control-expose-headers"]
    assert {"x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "etag"} <= set(answer.headers)


def test_paths_that_are_none(house: House) -> None:
    for path in (f"{RECORDS}/nothing", f"{DATASETS}/{CITIES}/nothing", RECORDS):
        assert error(house.client.get(path)) == (404, "Not found.")


def test_records_cannot_be_pushed_yet_explore_12_push(house: House) -> None:
    path = f"/api/push/1.0/{CITIES}/realtime/push/?pushkey=x"
    assert error(house.client.post(path, json={"name": "Oslo"})) == (404, "Not found.")


@pytest.fixture(scope="module")
def attached(house: House) -> dict[str, str]:
    """A dataset with files of every kind: its name, and theirs."""
    made = house.create(dataset_id="attached")
    base = f"{AUTOMATION}/datasets/{made['uid']}"

    def post(path: str, **options: Any) -> dict[str, Any]:
        answer = house.client.post(f"{base}/{path}", headers=house.admin.headers, **options)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    archive = zipped({"list.csv": b"name,doc\nAda,a.txt\n", "a.txt": b"a file"})
    sent = post("resources/files/", files={"file": ("all.zip", archive)})
    source = {"type": "uploaded_file", "file": {"uid": sent["uid"]}}
    post("resources/", json={"type": "files_csv", "datasource": source})
    house.publish(made["uid"])
    data = {"title": "All of it", "type": "uploaded_file", "description": ""}
    return {
        "uid": made["uid"],
        "attachment": post("attachments/", files={"file": ("a.pdf", b"%PDF")})["uid"],
        "export": post("alternative_exports/", data=data, files={"file": ("all.zip", b"zipped")})["uid"],
    }


def test_files_are_told_of_and_sent_explore_12_files(house: House, attached: dict[str, str]) -> None:
    shown = ask(house, f"{DATASETS}/attached").json()
    uid = attached["attachment"]
    assert shown["attachments"] == [
        {"mimetype": "application/pdf", "url": "odsfile://a.pdf", "id": uid, "title": "a.pdf"}
    ]
    (export,) = shown["alternative_exports"]
    assert export["url"] == f"http://testserver{DATASETS}/attached/alternative_exports/{attached['export']}"
    assert house.client.get(export["url"]).content == b"zipped"
    assert ask(house, f"{DATASETS}/attached/attachments/{uid}/").content == b"%PDF"
    (record,) = search(house, dataset="attached")["records"]
    told = record["fields"]["doc"]
    assert told["filename"] == "a.txt"
    assert "url" not in told
    file = ask(house, f"{DATASETS}/attached/files/{told['id']}/")
    assert (file.content, file.headers["content-disposition"][:10]) == (b"a file", "attachment")
    unknown = {"attachments": "Unknown attachment: x", "files": "Unknown file: x"}
    for kind, message in unknown.items():
        assert error(ask(house, f"{DATASETS}/attached/{kind}/x")) == (404, message)
    assert error(ask(house, f"{DATASETS}/attached/alternative_exports/x"))[0] == 404


def test_files_of_hidden_cells_are_unknown(house: House, attached: dict[str, str]) -> None:
    (record,) = search(house, dataset="attached")["records"]
    path = f"{DATASETS}/attached/files/{record['fields']['doc']['id']}"
    house.restrict(attached["uid"], is_restricted=False, visible_fields=["name"])
    assert error(ask(house, path))[0] == 404
    assert ask(house, path, house.admin).status_code == 200
    assert ask(house, f"{DATASETS}/attached").json()["alternative_exports"] == []
    house.restrict(attached["uid"], is_restricted=False)
